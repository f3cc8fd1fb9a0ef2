#include <stdio.h>
#include <string.h>

#include "diag.h"
#include "s3ls.h"
#include "visible.h"
#include "when.h"

/* --- JSON: RFC 8259, one object a line --- */

/* Length of the well-formed UTF-8 sequence at p; 0 if there is none. */
static size_t
sequence(const unsigned char *p, size_t left)
{
	size_t n = *p < 0x80 ? 1 :
	    *p < 0xc2	     ? 0 :
	    *p < 0xe0	     ? 2 :
	    *p < 0xf0	     ? 3 :
	    *p < 0xf5	     ? 4 :
			       0;
	size_t i;

	if (n == 0 || n > left)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* Bytes that are no UTF-8 become \udc80 to \udcff, as Python's
 * surrogateescape reads them back. */
static void
json_string(struct buf *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + len;
	size_t n;

	buf_addc(out, '"');
	for (; p < end; p += n) {
		n = sequence(p, (size_t)(end - p));
		if (n == 0) {
			buf_addf(out, "\\udc%02x", *p);
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			buf_addc(out, '\\');
			buf_addc(out, (char)*p);
		} else if (*p < 0x20 || *p == 0x7f) {
			buf_addf(out, "\\u%04x", *p);
		} else {
			buf_add(out, p, n);
		}
	}
	buf_addc(out, '"');
}

static void
json_text(struct buf *out, const char *name, const char *s, size_t len)
{
	buf_addf(out, ",\"%s\":", name);
	if (s == NULL)
		buf_adds(out, "null");
	else
		json_string(out, s, len);
}

static void
json_entry(struct buf *out, const struct record *r)
{
	char when[WHEN_ISO_SIZE];

	buf_adds(out, "{\"key\":");
	json_string(out, r->key, r->key_len);
	if (r->has_size)
		buf_addf(out, ",\"size\":%llu", (unsigned long long)r->size);
	else
		buf_adds(out, ",\"size\":null");
	if (r->has_mtime)
		when_format_iso(r->mtime, r->mtime_millis, when);
	json_text(out, "mtime", r->has_mtime ? when : NULL,
	    r->has_mtime ? strlen(when) : 0);
	json_text(out, "etag", r->etag, r->etag_len);
	json_text(out, "class", r->class, r->class_len);
	buf_addc(out, '}');
}

/* --- plain and long records --- */

/* On a terminal, what it could obey is shown instead. */
static void
add_visible(struct buf *out, const struct buf *text)
{
	char *to = buf_space(out, VISIBLE_MAX(text->len));

	if (to != NULL)
		buf_grew(out,
		    visible(to, VISIBLE_MAX(text->len), text->data, text->len));
}

static void
plain_entry(struct s3ls *s, struct buf *out, const struct record *r)
{
	struct buf text;

	if (!s->terminal) {
		if (s->app.options.is_long)
			record_format(out, r);
		else
			buf_add(out, r->key, r->key_len);
		return;
	}
	buf_init(&text, 64 << 10);
	if (s->app.options.is_long) {
		/* The key alone is escaped: the tabs before it are ours. */
		struct record fields = *r;

		fields.key = "";
		fields.key_len = 0;
		record_format(out, &fields);
	}
	buf_add(&text, r->key, r->key_len);
	add_visible(out, &text);
	buf_fini(&text);
}

/* A key that the output's form cannot carry: a line, status 1. */
static bool
can_travel(struct s3ls *s, const struct record *r)
{
	const char *why = NULL;

	if (r->key_len == 0)
		why = "this key is LOCATION's prefix itself: it has no name "
		      "below it, list the folder above";
	else if (!s->json && memchr(r->key, '\0', r->key_len) != NULL)
		why = "a key with a NUL cannot be printed: use --json";
	else if (!s->json && !s->app.options.null &&
	    memchr(r->key, '\n', r->key_len) != NULL)
		why = "a key with a newline cannot be printed as a line: use "
		      "-0";
	if (why == NULL)
		return true;
	diag_key_warn(r->key_len == 0 ? s->loc.prefix : r->key,
	    r->key_len == 0 ? s->loc.prefix_len : r->key_len, "%s", why);
	s->app.counts.failed++;
	app_status(&s->app, 1);
	return false;
}

bool
output_entry(struct s3ls *s, const struct record *whole, bool is_prefix)
{
	struct record r = *whole;
	struct buf *out;

	(void)is_prefix;
	if (keyio_writer_full(&s->app.out))
		return false;
	r.key += s->loc.prefix_len;
	r.key_len -= s->loc.prefix_len;
	if (!can_travel(s, &r))
		return true;
	out = keyio_write_begin(&s->app.out);
	if (s->json)
		json_entry(out, &r);
	else
		plain_entry(s, out, &r);
	keyio_write_end(&s->app.out);
	s->app.counts.out++;
	return true;
}

void
output_bucket(struct s3ls *s, const char *name, size_t len, const char *created,
    size_t created_len)
{
	struct buf *out = keyio_write_begin(&s->app.out);

	if (s->json) {
		buf_adds(out, "{\"name\":");
		json_string(out, name, len);
		json_text(out, "created", created, created_len);
		buf_addc(out, '}');
	} else {
		if (s->app.options.is_long) {
			if (created == NULL)
				buf_addc(out, '-');
			else
				buf_add(out, created, created_len);
			buf_addc(out, '\t');
		}
		buf_add(out, name, len);
	}
	keyio_write_end(&s->app.out);
	s->app.counts.out++;
}
