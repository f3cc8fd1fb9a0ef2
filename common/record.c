#include <string.h>

#include "limit.h"
#include "num.h"
#include "record.h"
#include "when.h"

static bool
printable(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	return len > 0;
}

static bool
unknown(const char *s, size_t len)
{
	return len == 1 && *s == '-';
}

static bool
parse_size(struct record *r, const char *s, size_t len, const char **why)
{
	if (unknown(s, len))
		return true;
	r->has_size = num_parse(s, len, INT64_MAX, &r->size);
	if (!r->has_size)
		*why = "the record's size is not a number";
	return r->has_size;
}

static bool
parse_mtime(struct record *r, const char *s, size_t len, const char **why)
{
	if (unknown(s, len))
		return true;
	r->has_mtime = when_parse_iso(s, len, &r->mtime, &r->mtime_millis);
	if (!r->has_mtime)
		*why = "the record's date is not as 2026-01-02T03:04:05Z";
	return r->has_mtime;
}

static bool
parse_etag(struct record *r, const char *s, size_t len, const char **why)
{
	if (unknown(s, len))
		return true;
	if (!printable(s, len) || len > LIMIT_ETAG) {
		*why = "the record's ETag is none";
		return false;
	}
	r->etag = s;
	r->etag_len = len;
	return true;
}

static bool
parse_class(struct record *r, const char *s, size_t len, const char **why)
{
	if (unknown(s, len))
		return true;
	if (!printable(s, len)) {
		*why = "the record's storage class is none";
		return false;
	}
	r->class = s;
	r->class_len = len;
	return true;
}

bool
record_parse(struct record *r, const char *raw, size_t len, bool is_long,
    const char **why)
{
	static bool (*const fields[])(struct record *, const char *, size_t,
	    const char **) = {parse_size, parse_mtime, parse_etag, parse_class};
	const char *p = raw, *end = raw + len, *tab;
	size_t i;

	memset(r, 0, sizeof(*r));
	r->raw = raw;
	r->raw_len = len;
	for (i = 0; is_long && i < sizeof(fields) / sizeof(fields[0]); i++) {
		tab = p < end ? memchr(p, '\t', (size_t)(end - p)) : NULL;
		if (tab == NULL) {
			*why = "the record has too few tabs: is it one of -l?";
			return false;
		}
		if (!fields[i](r, p, (size_t)(tab - p), why))
			return false;
		p = tab + 1;
	}
	r->key = p;
	r->key_len = (size_t)(end - p);
	if (r->key_len == 0)
		*why = "the record has no key";
	return r->key_len > 0;
}

static char *
put_number(char *end, uint64_t n)
{
	do
		*--end = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return end;
}

/* What could not be read again is as good as unknown. */
static void
add_text(struct buf *out, const char *s, size_t len, size_t max)
{
	if (s == NULL || !printable(s, len) || len > max)
		buf_addc(out, '-');
	else
		buf_add(out, s, len);
}

bool
record_format(struct buf *out, const struct record *r)
{
	char digits[20], date[WHEN_ISO_SIZE], *first;

	if (r->has_size && r->size <= INT64_MAX) {
		first = put_number(digits + sizeof(digits), r->size);
		buf_add(out, first, (size_t)(digits + sizeof(digits) - first));
	} else
		buf_addc(out, '-');
	buf_addc(out, '\t');
	if (r->has_mtime) {
		when_format_iso(r->mtime, r->mtime_millis, date);
		buf_adds(out, date);
	} else
		buf_addc(out, '-');
	buf_addc(out, '\t');
	add_text(out, r->etag, r->etag_len, LIMIT_ETAG);
	buf_addc(out, '\t');
	add_text(out, r->class, r->class_len, LIMIT_RECORD);
	buf_addc(out, '\t');
	buf_add(out, r->key, r->key_len);
	return buf_ok(out);
}
