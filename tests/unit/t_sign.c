/*
 * Signatures against AWS's published examples ("Authenticating Requests: Using
 * the Authorization Header", "... Using Query Parameters") and others made
 * by an independent implementation that reproduces those.
 */

#include "hash.h"
#include "sign.h"
#include "tap.h"

#define KEY    "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define BUCKET "examplebucket.s3.amazonaws.com"
#define THEN   "20130524T000000Z"
#define E      SIGN_EMPTY_SHA256
#define SHA(x)                              \
	{                                   \
		"x-amz-content-sha256", (x) \
	}
#define DATE                       \
	{                          \
		"x-amz-date", THEN \
	}
#define HOST                   \
	{                      \
		"host", BUCKET \
	}

struct vector {
	const char *claim;
	const char *method, *path, *query;
	struct sign_header headers[8];
	const char *payload, *date, *region;
	const char *canonical; /* its SHA-256 */
	const char *signature;
};

static const struct vector vectors[] = {
    {"GET object", "GET", "/test.txt", "",
	{HOST, {"range", "bytes=0-9"}, SHA(E), DATE}, E, THEN, "us-east-1",
	"7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
	"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT object", "PUT", "/test%24file.text", "",
	{{"date", "Fri, 24 May 2013 00:00:00 GMT"}, HOST,
	    SHA("44ce7dd67c959e0d3524ffac1771dfbb"
		"a87d2b6b4b4e99e42034a8b803f8b072"),
	    DATE, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
	"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
	THEN, "us-east-1",
	"9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
	"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET bucket lifecycle", "GET", "/", "lifecycle=", {HOST, SHA(E), DATE}, E,
	THEN, "us-east-1",
	"9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
	"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"list objects", "GET", "/", "max-keys=2&prefix=J", {HOST, SHA(E), DATE}, E,
	THEN, "us-east-1",
	"df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
	"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    {"presigned GET", "GET", "/test.txt",
	"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
	"AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
	"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
	"&X-Amz-SignedHeaders=host",
	{HOST}, SIGN_UNSIGNED, THEN, "us-east-1",
	"3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04",
	"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"},
    {"the seed of a chunked PUT", "PUT", "/examplebucket/chunkObject.txt", "",
	{{"content-encoding", "aws-chunked"}, {"content-length", "66824"},
	    {"host", "s3.amazonaws.com"},
	    SHA("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), DATE,
	    {"x-amz-decoded-content-length", "66560"},
	    {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
	"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", THEN, "us-east-1",
	"cee3fed04b70f867d036f722359b0b1f2f0e5dc0efadbc082b76c4c60e316455",
	"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"},
    {"an awkward key", "GET",
	"/a%20b%2Bc//./..//%C3%BC%26%3D%3F%23%25~%27%28%29%2A%21%40%3A%3B%2C"
	"%24%22%5C%01/",
	"", {HOST, SHA(SIGN_UNSIGNED), DATE}, SIGN_UNSIGNED, THEN, "us-east-1",
	"a9aa62020ba2372541e8548f826048ca4858029721bdd9fd8e9f7b1abf924aa7",
	"a1427fbebd00986b89a64c36884b62b2e100157e14fd5c55b0e219985fdbc8da"},
    {"ListObjectsV2 with a session token", "GET", "/",
	"delimiter=&encoding-type=url&list-type=2&max-keys=1000"
	"&prefix=photos%2F2006%20a%2Bb%2F%C3%BC"
	"&start-after=photos%2F2006%20a%2Bb%2F%C3%BC~%2A",
	{HOST, SHA(E), DATE,
	    {"x-amz-security-token", "FwoGZXIvYXdzEXAMPLETOKEN=="}},
	E, THEN, "us-east-1",
	"4a14ca1207bdc2a0687e25d9cceed27b5e80e7e28c441f152e5cd57c083e0658",
	"c7ba60113651437191bcede95de06b2dd7ab53a1bb2c65749ccbc0d231abc258"},
    {"CopyObject", "PUT", "/dir/a%20b%2B%C3%BC.txt", "",
	{HOST, SHA(E),
	    {"x-amz-copy-source",
		"/srcbucket/dir/a%20b%2B%C3%BC.txt"
		"?versionId=3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"},
	    DATE, {"x-amz-metadata-directive", "COPY"}},
	E, THEN, "us-east-1",
	"2ee49ff466437d88a42073870afb09d840da516b424890cb60ff799693d1da7a",
	"5e01d480180ba7af102fe8bd392755c4b42146ed9826206d7b5336bf86a8d48d"},
    {"UploadPartCopy: names sort, not lines", "PUT", "/big.bin",
	"partNumber=2&uploadId="
	"VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA%3D%3D",
	{HOST, SHA(E), {"x-amz-copy-source-range", "bytes=5242880-10485759"},
	    {"x-amz-copy-source-if-match",
		"\"d41d8cd98f00b204e9800998ecf8427e-2\""},
	    {"x-amz-copy-source", "/srcbucket/big.bin"}, DATE},
	E, THEN, "us-east-1",
	"6183cf978311f74a37ebd222e4af4842b47a1804648c9ac14068fe09609427ce",
	"2a3eac647e84c2ea0e94bd3611ec058e68d4f53045fede2119b353972a0d42ed"},
    {"path style in another region", "HEAD", "/my.dotted.bucket/k", "",
	{{"host", "s3.eu-west-1.amazonaws.com"}, SHA(E),
	    {"x-amz-date", "20260101T235959Z"}},
	E, "20260101T235959Z", "eu-west-1",
	"5daa4afdd7be67ccc32f6c039822349f221f024977bc96b6f54471747ff4e5e2",
	"5622730aa0d129e804917238c789e975b090cda970939bc1491187b7da5ebf9a"},
    {"a host with a port", "HEAD", "/bkt/k", "",
	{{"host", "localhost:9000"}, SHA(E),
	    {"x-amz-date", "20260101T000000Z"}},
	E, "20260101T000000Z", "us-east-1",
	"1b91365aac65188980d112091d6a3e2ea6bda8700526b8736ab2e35969e95b2d",
	"d5c4540aa54745e2bd44fc722044dab5a4a1ba1b9a5cf0005f36caef8b2f17bd"},
};

#define NVECTORS (sizeof(vectors) / sizeof(vectors[0]))

/* Sign a vector; the headers go in last first, so that sorting has work. */
static bool
run(struct sign *s, const struct vector *v, const char *secret,
    const char *date, struct buf *out)
{
	struct sign_header headers[8];
	struct sign_request req = {.method = v->method,
	    .path = v->path,
	    .query = v->query,
	    .headers = headers,
	    .payload_hash = v->payload,
	    .date = date,
	    .region = v->region,
	    .service = "s3",
	    .access_key = KEY,
	    .secret = secret};
	size_t n = 0;

	while (n < 8 && v->headers[n].name != NULL)
		n++;
	for (req.nheaders = 0; req.nheaders < n; req.nheaders++)
		headers[req.nheaders] = v->headers[n - 1 - req.nheaders];
	buf_reset(out);
	return sign_authorization(s, &req, out);
}

static const char *
signature(const struct buf *out)
{
	const char *p = strstr(out->data, "Signature=");

	return p == NULL ? NULL : p + 10;
}

static void
test_vectors(void)
{
	struct sign *s = sign_new();
	unsigned char digest[HASH_SHA256];
	char hex[2 * HASH_SHA256 + 1];
	struct buf out;
	size_t i;

	buf_init(&out, 4096);
	for (i = 0; i < NVECTORS; i++) {
		run(s, &vectors[i], SECRET, vectors[i].date, &out);
		hash_sha256(sign_canonical_request(s),
		    strlen(sign_canonical_request(s)), digest);
		hash_hex(digest, sizeof(digest), hex);
		ok(strcmp(hex, vectors[i].canonical) == 0,
		    "canonical request: %s", vectors[i].claim);
		is_str(signature(&out), vectors[i].signature, vectors[i].claim);
	}
	buf_fini(&out);
	sign_free(s);
	sign_free(NULL);
}

static void
test_whole_value(void)
{
	struct sign *s = sign_new();
	struct buf out;

	buf_init(&out, 4096);
	ok(run(s, &vectors[0], SECRET, THEN, &out), "signing says it is done");
	is_str(out.data,
	    "AWS4-HMAC-SHA256 Credential=" KEY
	    "/20130524/us-east-1/s3/aws4_request, "
	    "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
	    "Signature="
	    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
	    "the header's whole value");
	is_str(sign_string_to_sign(s),
	    "AWS4-HMAC-SHA256\n" THEN "\n"
	    "20130524/us-east-1/s3/aws4_request\n"
	    "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
	    "the string to sign");
	is_str(sign_canonical_request(s),
	    "GET\n/test.txt\n\nhost:" BUCKET "\n"
	    "range:bytes=0-9\nx-amz-content-sha256:" E "\nx-amz-date:" THEN
	    "\n\nhost;range;x-amz-content-sha256;x-amz-date\n" E,
	    "the canonical request");
	buf_fini(&out);
	buf_init(&out, 100);
	ok(!run(s, &vectors[0], SECRET, THEN, &out),
	    "an Authorization that does not fit is told");
	buf_fini(&out);
	sign_free(s);
}

static void
check_chain(unsigned char key[HASH_SHA256], size_t len, const char *text,
    const char *want)
{
	char hex[2 * HASH_SHA256 + 1];
	struct hash_mac *m = hash_mac_new(key, len);

	hash_mac(m, text, strlen(text), key);
	hash_mac_free(m);
	hash_hex(key, HASH_SHA256, hex);
	is_str(hex, want, "the chain of keys");
}

static void
test_chain(void)
{
	unsigned char key[64];

	memcpy(key, "AWS4" SECRET, 44);
	check_chain(key, 44, "20130524",
	    "68896419206d6240ad4cd7dc8ba658efbf3b43b53041950083a10833824fcfbb");
	check_chain(key, 32, "us-east-1",
	    "0506335cc36b4a971f6beddf0adbd976ee71222cb42c131487e0c12c5c47a025");
	check_chain(key, 32, "s3",
	    "05602c14e8b6aad30e7f6dec4b544071f6e4a742934bc5e36415733c47a67d44");
	check_chain(key, 32, "aws4_request",
	    "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378");
}

/* Whatever was signed before, a signature is that of a fresh signer. */
static void
test_cache(void)
{
	static const char *const secrets[] = {SECRET, SECRET "x", "", "short"};
	static const char *const dates[] = {
	    THEN, "20130524T235959Z", "20130525T000000Z"};
	struct sign *old = sign_new(), *fresh;
	struct buf a, b;
	int i, differ = 0;

	buf_init(&a, 4096);
	buf_init(&b, 4096);
	for (i = 0; i < 200; i++) {
		const struct vector *v = &vectors[(i * 7) % NVECTORS];
		const char *secret = secrets[i / 3 % 4];
		const char *date = dates[i % 3];

		fresh = sign_new();
		run(old, v, secret, date, &a);
		run(fresh, v, secret, date, &b);
		differ += strcmp(a.data, b.data) != 0;
		sign_free(fresh);
	}
	is_int(differ, 0,
	    "changes of secret, date and region never meet an old key");
	run(old, &vectors[0], SECRET, THEN, &a);
	is_str(signature(&a), vectors[0].signature,
	    "and the first request again is signed as at first");
	buf_fini(&a);
	buf_fini(&b);
	sign_free(old);
}

static void
check_headers(
    struct sign_header *headers, size_t n, const char *want, const char *claim)
{
	struct sign *s = sign_new();
	struct sign_request req = {.method = "GET",
	    .path = "/",
	    .query = "",
	    .headers = headers,
	    .nheaders = n,
	    .payload_hash = "P",
	    .date = THEN,
	    .region = "r",
	    .service = "sts",
	    .access_key = "A",
	    .secret = "S"};
	struct buf out;

	buf_init(&out, 4096);
	sign_authorization(s, &req, &out);
	is_str(sign_canonical_request(s), want, claim);
	ok(strstr(out.data, "/r/sts/aws4_request") != NULL,
	    "region and service are those asked for");
	buf_fini(&out);
	sign_free(s);
}

static void
test_headers(void)
{
	/* the first is "get-header-value-trim" of AWS's generic suite */
	struct sign_header trim[] = {{"my-header2", " \"a   b   c\""},
	    {"my-header1", "   value1\t "}, {"host", "h"}, {"empty", "   "}};
	struct sign_header repeated[] = {
	    {"x", "2"}, {"host", "h"}, {"x", "1"}, {"x", " 3 "}};
	struct sign_header prefixes[] = {{"x-amz-copy-source-range", "b"},
	    {"x-amz-copy-source", "a"}, {"host", "h"}};

	check_headers(trim, 4,
	    "GET\n/\n\nempty:\nhost:h\nmy-header1:value1\n"
	    "my-header2:\"a b c\"\n\nempty;host;my-header1;my-header2\nP",
	    "outer blanks go, inner ones become one");
	check_headers(repeated, 4, "GET\n/\n\nhost:h\nx:2,1,3\n\nhost;x\nP",
	    "repeated headers are joined in the order sent");
	check_headers(prefixes, 3,
	    "GET\n/\n\nhost:h\nx-amz-copy-source:a\n"
	    "x-amz-copy-source-range:b\n\n"
	    "host;x-amz-copy-source;x-amz-copy-source-range\nP",
	    "a name comes before a longer one that begins with it");
	check_headers(NULL, 0, "GET\n/\n\n\n\nP", "no headers at all");
}

int
main(void)
{
	test_chain();
	test_vectors();
	test_whole_value();
	test_cache();
	test_headers();
	hash_fini();
	return tap_done();
}
