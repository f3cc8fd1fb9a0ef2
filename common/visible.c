#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "visible.h"

size_t
visible_character(const char *text, size_t len, uint32_t *code)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n, i;

	n = p[0] < 0x80 ? 1 :
	    p[0] < 0xc2 ? 0 :
	    p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 :
	    p[0] < 0xf5 ? 4 :
			  0;
	if (n == 0 || n > len)
		return 0;
	*code = n == 1 ? p[0] : p[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3fU);
	}
	if ((n == 3 && *code < 0x800) || (n == 4 && *code < 0x10000) ||
	    (*code >= 0xd800 && *code < 0xe000) || *code > 0x10ffff)
		return 0;
	return n;
}

static bool
printable(uint32_t code)
{
	return code >= 0x20 && !(code >= 0x7f && code < 0xa0) &&
	    code != 0x61c && !(code >= 0x200e && code <= 0x200f) &&
	    !(code >= 0x2028 && code <= 0x202e) &&
	    !(code >= 0x2066 && code <= 0x2069) && code != 0xfeff;
}

/* The escaped form of one byte; returns its length. */
static size_t
escape(char out[5], unsigned char c)
{
	static const char named[] = "\nn\rr\tt\\\\";
	const char *p;

	for (p = named; *p != '\0'; p += 2) {
		if ((unsigned char)*p == c) {
			out[0] = '\\';
			out[1] = p[1];
			return 2;
		}
	}
	return (size_t)snprintf(out, 5, "\\x%02x", c);
}

size_t
visible(char *to, size_t room, const char *text, size_t len)
{
	const char *p = text, *end = p + len;
	uint32_t code = 0;
	size_t used = 0, n, i, m;
	char piece[4 * 4 + 1];

	while (p < end) {
		n = visible_character(p, (size_t)(end - p), &code);
		if (n > 0 && printable(code) && code != '\\') {
			memcpy(piece, p, n);
			m = n;
		} else {
			if (n == 0)
				n = 1;
			for (i = m = 0; i < n; i++)
				m += escape(piece + m, (unsigned char)p[i]);
		}
		if (used + m >= room)
			break;
		memcpy(to + used, piece, m);
		used += m;
		p += n;
	}
	if (room > 0)
		to[used] = '\0';
	return used;
}
