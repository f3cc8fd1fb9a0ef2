/* Percent-encoding and its two decoders, tables and round trips. */

#include "tap.h"
#include "uri.h"

static const struct {
	const char *claim;
	const char *raw;
	size_t len;
	const char *path;
	const char *whole;
} rows[] = {
    {"nothing", "", 0, "", ""},
    {"what RFC 3986 calls unreserved stays", "azAZ09-._~", 10, "azAZ09-._~",
	"azAZ09-._~"},
    {"a slash stays in a path only", "a/b//c/", 7, "a/b//c/",
	"a%2Fb%2F%2Fc%2F"},
    {"dots are not resolved", "/./../", 6, "/./../", "%2F.%2F..%2F"},
    {"a space, a plus, a percent", " +%", 3, "%20%2B%25", "%20%2B%25"},
    {"what other encoders leave", "!'()*", 5, "%21%27%28%29%2A",
	"%21%27%28%29%2A"},
    {"bytes over 127 one by one", "\xc3\xbc\xff", 3, "%C3%BC%FF", "%C3%BC%FF"},
    {"control characters and NUL", "\0\n\x7f", 3, "%00%0A%7F", "%00%0A%7F"},
    {"the awkward key of the signing vectors",
	"a b+c//./..//\xc3\xbc&=?#%~'()*!@:;,$\"\\\x01/", 35,
	"a%20b%2Bc//./..//%C3%BC%26%3D%3F%23%25~%27%28%29%2A%21%40%3A%3B%2C%24"
	"%22%5C%01/",
	"a%20b%2Bc%2F%2F.%2F..%2F%2F%C3%BC%26%3D%3F%23%25~%27%28%29%2A%21%40"
	"%3A%3B%2C%24%22%5C%01%2F"},
};

static void
test_encode(void)
{
	struct buf b;
	size_t i;

	buf_init(&b, 1000);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&b);
		ok(uri_encode_path(&b, rows[i].raw, rows[i].len) &&
			strcmp(b.data, rows[i].path) == 0,
		    "path: %s", rows[i].claim);
		buf_reset(&b);
		ok(uri_encode(&b, rows[i].raw, rows[i].len) &&
			strcmp(b.data, rows[i].whole) == 0,
		    "word: %s", rows[i].claim);
		buf_reset(&b);
		uri_decode(&b, rows[i].whole, strlen(rows[i].whole));
		is_mem(b.data, b.len, rows[i].raw, rows[i].len,
		    "decoded again it is the same");
	}
	buf_fini(&b);
}

static void
test_word(void)
{
	struct buf b;

	buf_init(&b, 1000);
	ok(uri_encode_word(&b, "~/a~b /~", 8) &&
		strcmp(b.data, "%7E/a%7Eb%20/%7E") == 0,
	    "a word has no tilde for a shell to expand");
	buf_reset(&b);
	ok(uri_encode_word(&b, "", 0) && b.len == 0, "nor has none");
	buf_fini(&b);
}

static const struct {
	const char *in;
	const char *form; /* NULL: refused */
	const char *plain;
} escapes[] = {
    {"a+b", "a b", "a+b"},
    {"a%2Bb%2bc", "a+b+c", "a+b+c"},
    {"%41%7a%7E", "Az~", "Az~"},
    {"100%25.csv", "100%.csv", "100%.csv"},
    {"%C3%bc", "\xc3\xbc", "\xc3\xbc"},
    {"%2541", "%41", "%41"},
    {"%", NULL, NULL},
    {"abc%", NULL, NULL},
    {"abc%4", NULL, NULL},
    {"%4g", NULL, NULL},
    {"%g4", NULL, NULL},
    {"%%41", NULL, NULL},
    {"%-1", NULL, NULL},
    {"% 1", NULL, NULL},
    {"%0x", NULL, NULL},
    {"%41%", NULL, NULL},
};

static void
test_decode(void)
{
	struct buf b;
	size_t i;
	bool good;

	buf_init(&b, 100);
	for (i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		buf_reset(&b);
		good = uri_decode_form(
		    &b, escapes[i].in, strlen(escapes[i].in));
		is_str(good ? b.data : NULL, escapes[i].form, escapes[i].in);
		buf_reset(&b);
		good = uri_decode(&b, escapes[i].in, strlen(escapes[i].in));
		is_str(good ? b.data : NULL, escapes[i].plain, escapes[i].in);
	}
	buf_reset(&b);
	ok(uri_decode(&b, "a%00b", 5), "a NUL can be decoded");
	is_mem(b.data, b.len, "a\0b", 3, "and is a byte as any other");
	buf_fini(&b);
}

static void
test_limits(void)
{
	struct buf b;

	buf_init(&b, 5);
	ok(uri_encode(&b, "ab ", 3), "five bytes fit into five");
	buf_reset(&b);
	ok(!uri_encode(&b, "abc ", 4), "six do not");
	ok(b.len == 0 && !buf_ok(&b), "and nothing is added");
	buf_reset(&b);
	ok(uri_decode(&b, "%61%62%63%64%65", 15) &&
		strcmp(b.data, "abcde") == 0,
	    "what is short once decoded fits");
	buf_reset(&b);
	ok(!uri_decode(&b, "abcde%66", 8), "what is too long does not");
	buf_fini(&b);
}

static void
test_query(void)
{
	struct buf b;

	buf_init(&b, 1000);
	uri_query_add(&b, "delimiter", "", 0);
	uri_query_add(&b, "encoding-type", "url", 3);
	uri_query_add(&b, "list-type", "2", 1);
	uri_query_add(&b, "prefix", "photos/2006 a+b/\xc3\xbc", 18);
	is_str(b.data,
	    "delimiter=&encoding-type=url&list-type=2&"
	    "prefix=photos%2F2006%20a%2Bb%2F%C3%BC",
	    "a query in the form that is signed");
	buf_reset(&b);
	uri_query_add(&b, "a b", "\0&=", 3);
	is_str(b.data, "a%20b=%00%26%3D", "names are encoded, NULs too");
	buf_fini(&b);
	buf_init(&b, 4);
	ok(uri_query_add(&b, "a", "1", 1), "what fits is true");
	ok(!uri_query_add(&b, "b", "1", 1), "what does not is false");
	buf_fini(&b);
}

/* Random bytes survive a round trip; random text never reads out of bounds. */
static void
test_random(void)
{
	static const char alphabet[] = "%%%4aF+g/\xff";
	uint32_t seed = 20130524;
	struct buf a, b;
	char raw[64];
	size_t len, i;
	int round, lost = 0, strange = 0;

	buf_init(&a, 1000);
	buf_init(&b, 64);
	for (round = 0; round < 20000; round++) {
		len = (seed >> 8) % sizeof(raw);
		for (i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			raw[i] = round & 1 ?
			    (char)(seed >> 24) :
			    alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		seed = seed * 1664525 + 1013904223;
		buf_reset(&a);
		buf_reset(&b);
		uri_encode(&a, raw, len);
		if (!uri_decode_form(&b, a.data, a.len) || b.len != len ||
		    memcmp(b.data, raw, len) != 0)
			lost++;
		buf_reset(&b);
		if (uri_decode(&b, raw, len) &&
		    (b.len > len || b.data[b.len] != '\0'))
			strange++;
	}
	is_int(lost, 0, "random bytes survive encoding and decoding");
	is_int(strange, 0, "random text decodes to less, or not at all");
	buf_fini(&a);
	buf_fini(&b);
}

int
main(void)
{
	test_encode();
	test_word();
	test_decode();
	test_limits();
	test_query();
	test_random();
	return tap_done();
}
