#include <stdint.h>

#include "below.h"
#include "limit.h"

/* The last of all characters, and so above any that may follow. */
static const char last[4] = "\xf4\x8f\xbf\xbf";

/* Length of the character at p, its code point in *c; 0 if it is none. */
static size_t
decode(const unsigned char *p, size_t left, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *p < 0x80 ? 1 :
	    *p < 0xc2	     ? 0 :
	    *p < 0xe0	     ? 2 :
	    *p < 0xf0	     ? 3 :
	    *p < 0xf5	     ? 4 :
			       0;
	size_t i;

	if (n == 0 || n > left)
		return 0;
	*c = n == 1 ? *p : *p & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

static void
encode(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_addc(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_addc(out, (char)(0xe0 | c >> 12));
		} else {
			buf_addc(out, (char)(0xf0 | c >> 18));
			buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_addc(out, (char)(0x80 | (c & 0x3f)));
}

void
below_key(struct buf *out, const char *key, size_t len)
{
	const unsigned char *p = (const unsigned char *)key;
	size_t at = 0, n, before = 0;
	uint32_t c = 0, newest = 0;

	buf_reset(out);
	while (at < len && (n = decode(p + at, len - at, &c)) > 0) {
		before = at;
		newest = c;
		at += n;
	}
	if (at < len) {
		buf_add(out, key, at);
		return;
	}
	buf_add(out, key, before);
	/* Nothing but NUL lies below the first character. */
	if (newest <= 1)
		return;
	encode(out, newest == 0xe000 ? 0xd7ff : newest - 1);
	if (out->len + sizeof(last) <= LIMIT_KEY)
		buf_add(out, last, sizeof(last));
}
