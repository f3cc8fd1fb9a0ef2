#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "text.h"

void
text_fini(struct text *t)
{
	free(t->p);
	memset(t, 0, sizeof(*t));
}

void
text_reserve(struct text *t, size_t more)
{
	size_t need = t->n + more + 1;

	if (need <= t->size)
		return;
	t->size = need > 2 * t->size ? need : 2 * t->size;
	if (t->size < 64)
		t->size = 64;
	t->p = mem_grow(t->p, t->size);
}

void
text_add(struct text *t, const void *p, size_t n)
{
	text_reserve(t, n);
	if (n > 0)
		memcpy(t->p + t->n, p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

void
text_str(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void
text_char(struct text *t, char c)
{
	text_add(t, &c, 1);
}

void
text_num(struct text *t, uint64_t number)
{
	char buf[20];
	size_t i = sizeof(buf);

	do {
		buf[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	text_add(t, buf + i, sizeof(buf) - i);
}

void
text_fmt(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n <= 0)
		return;
	text_reserve(t, (size_t)n);
	va_start(args, format);
	(void)vsnprintf(t->p + t->n, (size_t)n + 1, format, args);
	va_end(args);
	t->n += (size_t)n;
}

void
text_xml(struct text *t, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t i, plain = 0;

	for (i = 0; i < n; i++) {
		char ref[12];
		const char *out = ref;

		if (p[i] >= ' ' && p[i] != '&' && p[i] != '<' && p[i] != '>' &&
		    p[i] != '"')
			continue;
		if (p[i] == '&')
			out = "&amp;";
		else if (p[i] == '<')
			out = "&lt;";
		else if (p[i] == '>')
			out = "&gt;";
		else if (p[i] == '"')
			out = "&quot;";
		else
			(void)snprintf(ref, sizeof(ref), "&#x%x;", p[i]);
		text_add(t, p + plain, i - plain);
		text_str(t, out);
		plain = i + 1;
	}
	text_add(t, p + plain, n - plain);
}

static bool
alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

static void
escape(char *out, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	out[0] = '%';
	out[1] = digits[c >> 4];
	out[2] = digits[c & 15];
}

void
text_uri(struct text *t, const void *data, size_t n, bool keep_slash)
{
	const unsigned char *p = data;
	size_t i;
	char *out;

	text_reserve(t, 3 * n);
	out = t->p + t->n;
	for (i = 0; i < n; i++) {
		if (alnum(p[i]) || p[i] == '-' || p[i] == '.' || p[i] == '_' ||
		    p[i] == '~' || (p[i] == '/' && keep_slash)) {
			*out++ = (char)p[i];
		} else {
			escape(out, p[i]);
			out += 3;
		}
	}
	*out = '\0';
	t->n = (size_t)(out - t->p);
}

void
text_form(struct text *t, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t i;
	char *out;

	text_reserve(t, 3 * n);
	out = t->p + t->n;
	for (i = 0; i < n; i++) {
		if (alnum(p[i]) || p[i] == '-' || p[i] == '.' || p[i] == '_' ||
		    p[i] == '*' || p[i] == '/') {
			*out++ = (char)p[i];
		} else if (p[i] == ' ') {
			*out++ = '+';
		} else {
			escape(out, p[i]);
			out += 3;
		}
	}
	*out = '\0';
	t->n = (size_t)(out - t->p);
}

void
text_hex(struct text *t, const void *data, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;
	size_t i;

	text_reserve(t, 2 * n);
	for (i = 0; i < n; i++) {
		t->p[t->n++] = digits[p[i] >> 4];
		t->p[t->n++] = digits[p[i] & 15];
	}
	t->p[t->n] = '\0';
}

static const char base64[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
text_base64(struct text *t, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t i;

	for (i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;
		char quad[4];

		if (i + 1 < n)
			v |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		quad[0] = base64[v >> 18];
		quad[1] = base64[v >> 12 & 63];
		quad[2] = i + 1 < n ? base64[v >> 6 & 63] : '=';
		quad[3] = i + 2 < n ? base64[v & 63] : '=';
		text_add(t, quad, 4);
	}
}

long
text_unbase64(char *s, size_t n)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t i;
	long out = 0;

	while (n > 0 && s[n - 1] == '=')
		n--;
	for (i = 0; i < n; i++) {
		const char *at = s[i] != '\0' ? strchr(base64, s[i]) : NULL;

		if (at == NULL)
			return -1;
		v = v << 6 | (uint32_t)(at - base64);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			s[out++] = (char)(v >> bits & 255);
		}
	}
	return out;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t
text_unescape(char *s, size_t n, bool plus)
{
	size_t i, out = 0;

	for (i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && digit(s[i + 1]) >= 0 &&
		    digit(s[i + 2]) >= 0) {
			s[out++] = (char)(digit(s[i + 1]) << 4 |
			    digit(s[i + 2]));
			i += 2;
		} else {
			s[out++] = plus && s[i] == '+' ? ' ' : s[i];
		}
	}
	s[out] = '\0';
	return out;
}

bool
text_number(const char *s, bool suffix, uint64_t *value)
{
	uint64_t v = 0;
	int shift = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	if (suffix && *s != '\0') {
		if (strchr("KMGT", *s) == NULL)
			return false;
		shift = *s == 'K' ? 10 : *s == 'M' ? 20 : *s == 'G' ? 30 : 40;
		s++;
		if (v > UINT64_MAX >> shift)
			return false;
		v <<= shift;
	}
	*value = v;
	return *s == '\0';
}

bool
text_signed(const char *s, int64_t *value)
{
	uint64_t v;
	bool minus = *s == '-';

	if (!text_number(s + minus, false, &v) || v > INT64_MAX)
		return false;
	*value = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

bool
text_fraction(const char *s, double *value)
{
	char *end;

	if ((*s < '0' || *s > '9') && *s != '.')
		return false;
	*value = strtod(s, &end);
	return *end == '\0' && *value >= 0 && *value <= 1;
}

bool
text_glob(const char *glob, const char *s, size_t n)
{
	const char *star = NULL, *end = s + n, *back = s;

	while (s < end) {
		if (*glob == '*') {
			star = ++glob;
			back = s;
		} else if (*glob == '?' || (*glob != '\0' && *glob == *s)) {
			glob++;
			s++;
		} else if (star != NULL) {
			glob = star;
			s = ++back;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}
