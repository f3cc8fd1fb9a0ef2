/* Digests, MACs and encodings against published values. */

#include "hash.h"
#include "tap.h"

static void
check_sha256(const char *text, size_t len, const char *want, const char *claim)
{
	unsigned char out[HASH_SHA256];
	char hex[2 * HASH_SHA256 + 1];

	hash_sha256(text, len, out);
	hash_hex(out, sizeof(out), hex);
	is_str(hex, want, claim);
}

static void
test_digests(void)
{
	unsigned char out[HASH_SHA1];
	char hex[2 * HASH_SHA1 + 1];

	check_sha256("", 0,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "SHA-256 of nothing");
	/* FIPS 180-2, appendix B.1 and B.2 */
	check_sha256("abc", 3,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    "SHA-256 of abc");
	check_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    56,
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	    "SHA-256 over a block's end");
	check_sha256("Welcome to Amazon S3.", 21,
	    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
	    "SHA-256 of AWS's sample body");
	hash_sha1("abc", 3, out);
	hash_hex(out, sizeof(out), hex);
	is_str(hex, "a9993e364706816aba3e25717850c26c9cd0d89d", "SHA-1 of abc");
}

static void
test_md5(void)
{
	struct hash_md5 *h = hash_md5_new();
	unsigned char out[HASH_MD5];
	char hex[2 * HASH_MD5 + 1];

	ok(hash_have_md5() == (h != NULL), "MD5 is there if it says so");
	if (h == NULL)
		return;
	hash_md5_add(h, "message", 7);
	hash_md5_add(h, "", 0);
	hash_md5_add(h, " digest", 7);
	hash_md5_end(h, out);
	hash_hex(out, sizeof(out), hex);
	is_str(hex, "f96b697d7cb7938d525a2f31aaf161d0",
	    "MD5 in pieces (RFC 1321)");
	hash_md5_reset(h);
	hash_md5_add(h, "x", 1);
	hash_md5_reset(h);
	hash_md5_end(h, out);
	hash_hex(out, sizeof(out), hex);
	is_str(hex, "d41d8cd98f00b204e9800998ecf8427e",
	    "a reset forgets what was added");
	hash_md5_free(h);
	hash_md5_free(NULL);
}

static void
check_mac(
    struct hash_mac *m, const char *text, const char *want, const char *claim)
{
	unsigned char out[HASH_SHA256];
	char hex[2 * HASH_SHA256 + 1];

	hash_mac(m, text, strlen(text), out);
	hash_hex(out, sizeof(out), hex);
	is_str(hex, want, claim);
}

static void
test_mac(void)
{
	/* RFC 4231, cases 1, 2 and 6; and an empty key */
	static const char hi_there[] =
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
	unsigned char key[131];
	struct hash_mac *m;

	memset(key, 0x0b, 20);
	m = hash_mac_new(key, 20);
	check_mac(m, "Hi There", hi_there, "HMAC, case 1");
	check_mac(m, "something else",
	    "445465dcce22971b148a5921d38800c513c1714e52a8f7c3acaa2480992d8e1a",
	    "the same key for another text");
	check_mac(m, "Hi There", hi_there, "and the first text again");
	hash_mac_free(m);
	m = hash_mac_new("Jefe", 4);
	check_mac(m, "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	    "HMAC, case 2");
	hash_mac_free(m);
	memset(key, 0xaa, sizeof(key));
	m = hash_mac_new(key, sizeof(key));
	check_mac(m, "Test Using Larger Than Block-Size Key - Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	    "HMAC, case 6: a key longer than a block");
	hash_mac_free(m);
	m = hash_mac_new(NULL, 0);
	check_mac(m, "",
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
	    "HMAC with an empty key of nothing");
	hash_mac_free(m);
	hash_mac_free(NULL);
}

static void
test_encodings(void)
{
	/* RFC 4648, section 10 */
	static const char *const rows[] = {"", "", "f", "Zg==", "fo",
	    "Zm8=", "foo", "Zm9v", "foob", "Zm9vYg==", "fooba",
	    "Zm9vYmE=", "foobar", "Zm9vYmFy"};
	static const unsigned char high[] = {0xfb, 0xff, 0xbf, 0x00, 0x0a};
	char out[HASH_BASE64(6)], hex[11];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i += 2) {
		hash_base64(
		    (const unsigned char *)rows[i], strlen(rows[i]), out);
		is_str(out, rows[i + 1], "base64 as in RFC 4648");
		is_int(strlen(out) + 1, HASH_BASE64(strlen(rows[i])),
		    "the room it needs is as told");
	}
	hash_base64(high, 3, out);
	is_str(out, "+/+/", "base64 of high bits");
	hash_hex(high, sizeof(high), hex);
	is_str(hex, "fbffbf000a", "hex is lower-case");
}

static void
test_rest(void)
{
	char secret[] = "secret";
	uint64_t a = hash_random();

	ok(a != hash_random() || a != hash_random(), "random numbers differ");
	hash_cleanse(secret, sizeof(secret));
	is_mem(secret, sizeof(secret), "\0\0\0\0\0\0", sizeof(secret),
	    "a cleansed secret is gone");
	hash_cleanse(NULL, 0);
	ok(strstr(hash_version(), "SSL") != NULL, "the version is a name");
	hash_fini();
	check_sha256("", 0,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "and it all works again after hash_fini()");
	hash_fini();
}

int
main(void)
{
	test_digests();
	test_md5();
	test_mac();
	test_encodings();
	test_rest();
	return tap_done();
}
