/* Text made safe to look at: nothing that a terminal obeys may come out. */

#include "fuzz.h"
#include "visible.h"

static void
check_safe(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i;

	for (i = 0; i < len; i++) {
		FUZZ_CHECK(p[i] >= ' ' && p[i] != 0x7f);
		/* C1 in UTF-8: c2 80 to c2 9f; bare they are not UTF-8 */
		FUZZ_CHECK(p[i] != 0xc2 || p[i + 1] >= 0xa0);
		FUZZ_CHECK(p[i] != 0xff && p[i] != 0xfe && p[i] != 0xc0);
		/* a continuation byte has something before it */
		FUZZ_CHECK(
		    (p[i] & 0xc0) != 0x80 || (i > 0 && p[i - 1] >= 0x80));
	}
}

/* Undo the escapes: what was escaped can be told from what was not. */
static void
check_undone(const char *s, size_t len, const char *want, size_t want_len)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, n = 0;
	int c;

	for (i = 0; i < len; n++) {
		c = (unsigned char)s[i++];
		if (c == '\\') {
			c = (unsigned char)s[i++];
			if (c == 'x') {
				c = (int)((strchr(hex, s[i]) - hex) * 16 +
				    (strchr(hex, s[i + 1]) - hex));
				i += 2;
			} else {
				c = c == 'n' ? '\n' :
				    c == 'r' ? '\r' :
				    c == 't' ? '\t' :
					       '\\';
			}
		}
		FUZZ_CHECK(n < want_len && (char)c == want[n]);
	}
	FUZZ_CHECK(n == want_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	size_t room = fuzz_byte(&f), len, n;
	char *s = fuzz_take(&f, 10000, &len);
	char *all = malloc(VISIBLE_MAX(len)), *some = malloc(room + 1);

	if (all == NULL || some == NULL)
		abort();
	n = visible(all, VISIBLE_MAX(len), s, len);
	FUZZ_CHECK(n < VISIBLE_MAX(len) && all[n] == '\0');
	check_safe(all, n);
	check_undone(all, n, s, len);
	some[room] = '#';
	n = visible(some, room, s, len);
	FUZZ_CHECK(some[room] == '#');
	FUZZ_CHECK(room == 0 ? n == 0 : n < room && some[n] == '\0');
	FUZZ_CHECK(memcmp(some, all, n) == 0);
	free(all);
	free(some);
	free(s);
	return 0;
}
