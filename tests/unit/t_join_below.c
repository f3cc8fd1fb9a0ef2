/* The string just below a key: below it, above all that should not be listed,
 * and such as S3 takes for start-after. */

#include "../../s3exists/below.c"
#include "tap.h"

#define TOP "\xf4\x8f\xbf\xbf"

static struct buf out;

static void
is_below(const char *key, const char *want, const char *claim)
{
	below_key(&out, key, strlen(key));
	is_mem(out.data, out.len, want, strlen(want), claim);
}

static bool
is_utf8(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t at = 0, n;
	uint32_t c;

	while (at < len) {
		if ((n = decode(p + at, len - at, &c)) == 0 || c == 0)
			return false;
		at += n;
	}
	return true;
}

static bool
lower(const struct buf *a, const char *b, size_t len)
{
	size_t n = a->len < len ? a->len : len;
	int order = memcmp(a->data, b, n);

	return order < 0 || (order == 0 && a->len < len);
}

/* Keys of one to four characters out of those at which encodings change. */
static void
test_all(void)
{
	static const char *const chars[] = {"\x01", "\x02", "a", "\x7f",
	    "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
	    "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", TOP, "\x80",
	    "\xff"};
	size_t n = sizeof(chars) / sizeof(chars[0]), i, left, count = 0;
	size_t valid_below = 0, below = 0;
	char key[32];

	for (i = 0; i < n * n * n * n; i++) {
		key[0] = '\0';
		for (left = i + 1; left > 0; left /= n)
			memcpy(key + strlen(key), chars[left % n],
			    strlen(chars[left % n]) + 1);
		below_key(&out, key, strlen(key));
		count++;
		valid_below += is_utf8(out.data, out.len);
		below += lower(&out, key, strlen(key));
	}
	is_int(below, count, "it is always below the key");
	is_int(valid_below, count, "and always valid UTF-8 without NUL");
}

int
main(void)
{
	char longest[LIMIT_KEY + 1];

	buf_init(&out, LIMIT_KEY);
	is_below("key1", "key0" TOP, "the last character is lowered");
	is_below("a/", "a." TOP, "whatever it is");
	is_below("\xc3\xa9", "\xc3\xa8" TOP, "characters, not bytes");
	is_below("\xc2\x80", "\x7f" TOP, "from two bytes to one");
	is_below("\xee\x80\x80", "\xed\x9f\xbf" TOP, "surrogates are none");
	is_below("a\x01", "a", "NUL is never used");
	is_below("\x01", "", "nothing is below the first key");
	is_below("ab\xff"
		 "c",
	    "ab", "of no UTF-8, what is of it");
	is_below("\xff", "", "or nothing");
	memset(longest, 'b', LIMIT_KEY);
	longest[LIMIT_KEY] = '\0';
	below_key(&out, longest, LIMIT_KEY);
	ok(out.len == LIMIT_KEY && out.data[LIMIT_KEY - 1] == 'a' && !out.full,
	    "the longest key leaves no room for more");
	test_all();
	buf_fini(&out);
	return tap_done();
}
