#include <stdbool.h>
#include <string.h>

#include "visible.h"
#include "xmlchar.h"

static bool
forbidden(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
	    (code >= 0xd800 && code < 0xe000) || code == 0xfffe ||
	    code == 0xffff || code > 0x10ffff;
}

/*
 * What begins with the & at p: a reference to a character that XML forbids,
 * *used bytes long, or anything else, or not enough bytes to tell.
 */
static enum xmlchar
reference(const char *p, size_t len, size_t *used)
{
	uint32_t code = 0, digit, base = 10;
	size_t i = 2, first;

	*used = 1;
	if (len < 2)
		return XMLCHAR_CUT;
	if (p[1] != '#')
		return XMLCHAR_FINE;
	if (i < len && p[i] == 'x') {
		base = 16;
		i++;
	}
	for (first = i; i < len && i < XMLCHAR_MAX; i++) {
		if (p[i] >= '0' && p[i] <= '9')
			digit = (uint32_t)(p[i] - '0');
		else if (base == 16 && (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f')
			digit = (uint32_t)((p[i] | 32) - 'a' + 10);
		else if (p[i] == ';' && i > first && forbidden(code)) {
			*used = i + 1;
			return XMLCHAR_FORBIDDEN;
		} else
			return XMLCHAR_FINE;
		if (code <= 0x10ffff)
			code = code * base + digit;
	}
	return i < XMLCHAR_MAX ? XMLCHAR_CUT : XMLCHAR_FINE;
}

/* How many bytes from p on could yet become a character, at least 1. */
static size_t
begun_character(const char *p, size_t len, bool *whole)
{
	unsigned char lead = (unsigned char)*p;
	size_t n = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	size_t i;

	for (i = 1; i < n && i < len && ((unsigned char)p[i] & 0xc0) == 0x80;)
		i++;
	*whole = i == n || i < len || lead > 0xf4;
	return i;
}

enum xmlchar
xmlchar_look(const char *p, size_t len, size_t *used)
{
	uint32_t code = 0;
	bool whole;

	if (*p == '&')
		return reference(p, len, used);
	if ((*used = visible_character(p, len, &code)) > 0)
		return forbidden(code) ? XMLCHAR_FORBIDDEN : XMLCHAR_FINE;
	*used = begun_character(p, len, &whole);
	return whole ? XMLCHAR_FORBIDDEN : XMLCHAR_CUT;
}

/* Some byte of the eight is an ampersand, a control character or no ASCII. */
static bool
is_odd(const char *p)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t word, ampersand;

	memcpy(&word, p, sizeof(word));
	ampersand = word ^ each * '&';
	return ((word | ((word - each * ' ') & ~word) |
		    ((ampersand - each) & ~ampersand)) &
		   each * 0x80) != 0;
}

const char *
xmlchar_odd(const char *p, const char *end)
{
	while (end - p >= 8 && !is_odd(p))
		p += 8;
	while (p < end && *p >= ' ' && *p <= '~' && *p != '&')
		p++;
	return p;
}
