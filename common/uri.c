#include <string.h>

#include "uri.h"

/* A-Z a-z 0-9 - . _ ~ of RFC 3986; no ctype, whose answer hangs on locale. */
static bool
unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

static bool
encode(struct buf *out, const char *s, size_t len, char keep)
{
	static const char digits[] = "0123456789ABCDEF";
	const unsigned char *p = (const unsigned char *)s;
	const unsigned char *end = p + len;
	size_t need = len;
	char *to;

	for (; p < end; p++)
		if (!unreserved(*p) && *p != (unsigned char)keep)
			need += 2;
	to = buf_space(out, need);
	if (to == NULL)
		return false;
	for (p = end - len; p < end; p++) {
		if (unreserved(*p) || *p == (unsigned char)keep) {
			*to++ = (char)*p;
			continue;
		}
		*to++ = '%';
		*to++ = digits[*p >> 4];
		*to++ = digits[*p & 15];
	}
	buf_grew(out, need);
	return true;
}

bool
uri_encode_path(struct buf *out, const char *p, size_t len)
{
	return encode(out, p, len, '/');
}

bool
uri_encode(struct buf *out, const char *p, size_t len)
{
	return encode(out, p, len, '-'); /* which is kept anyway */
}

bool
uri_encode_word(struct buf *out, const char *p, size_t len)
{
	const char *end = p + len, *tilde;

	while (p < end && (tilde = memchr(p, '~', (size_t)(end - p))) != NULL) {
		if (!uri_encode_path(out, p, (size_t)(tilde - p)) ||
		    !buf_adds(out, "%7E"))
			return false;
		p = tilde + 1;
	}
	return uri_encode_path(out, p, (size_t)(end - p));
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static size_t
decoded_len(const char *p, size_t len)
{
	const char *end = p + len;
	size_t escapes = 0;

	while (end - p >= 3 && (p = memchr(p, '%', (size_t)(end - p))) &&
	    end - p >= 3) {
		escapes++;
		p += 3;
	}
	return len - 2 * escapes;
}

/* Text without escapes. */
static void
copy_plain(char *to, const char *p, size_t len, char plus)
{
	size_t i;

	if (plus == '+') {
		memcpy(to, p, len);
		return;
	}
	for (i = 0; i < len; i++)
		to[i] = p[i] == '+' ? plus : p[i];
}

static bool
decode(struct buf *out, const char *p, size_t len, char plus)
{
	const char *end = p + len, *escape;
	char *to, *start;
	int high, low;

	/* Decoded text is never the longer one, but may be a third as long
	 * and then fit where len bytes do not. */
	if (len > out->max - out->len)
		start = to = buf_space(out, decoded_len(p, len));
	else
		start = to = buf_space(out, len);
	if (start == NULL)
		return false;
	if (memchr(p, '+', len) == NULL)
		plus = '+';
	while (p < end) {
		escape = memchr(p, '%', (size_t)(end - p));
		len = (size_t)((escape == NULL ? end : escape) - p);
		copy_plain(to, p, len, plus);
		to += len;
		p += len;
		if (escape == NULL)
			break;
		high = end - p > 2 ? digit(p[1]) : -1;
		low = end - p > 2 ? digit(p[2]) : -1;
		if (high < 0 || low < 0)
			return false;
		*to++ = (char)(high << 4 | low);
		p += 3;
	}
	buf_grew(out, (size_t)(to - start));
	return true;
}

bool
uri_decode_form(struct buf *out, const char *p, size_t len)
{
	return decode(out, p, len, ' ');
}

bool
uri_decode(struct buf *out, const char *p, size_t len)
{
	return decode(out, p, len, '+');
}

bool
uri_query_add(
    struct buf *query, const char *name, const char *value, size_t value_len)
{
	if (query->len > 0)
		buf_addc(query, '&');
	uri_encode(query, name, strlen(name));
	buf_addc(query, '=');
	uri_encode(query, value, value_len);
	return buf_ok(query);
}
