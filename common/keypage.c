#include <stdlib.h>
#include <string.h>

#include "keypage.h"
#include "xalloc.h"

/* Flags before each entry; those below PREFIX only on pages with fields. */
#define IS_PREFIX     0x01
#define HAS_SIZE      0x02
#define HAS_MTIME     0x04
#define HAS_MILLIS    0x08
#define ETAG_HEX      0x10 /* 16 bytes that were 32 hex digits */
#define ETAG_TEXT     0x20
#define CLASS_NEW     0x40 /* else as the entry before */
#define CLASS_NONE    0x80

#define ETAG_TEXT_MAX 127
#define KEEP	      (128 << 10) /* bytes kept by an empty page */

/* Most bytes of one entry: flags, numbers of up to ten bytes, texts. */
#define ENTRY_MAX (KEYPAGE_KEY_MAX + 1 + 6 * 10 + 256)

void
keypage_init(struct keypage *page, bool fields)
{
	memset(page, 0, sizeof(*page));
	page->fields = fields;
	page->ascending = true;
}

void
keypage_fini(struct keypage *page)
{
	free(page->data);
	page->data = NULL;
}

void
keypage_reset(struct keypage *page)
{
	page->len = page->count = page->key_len = page->class_len = 0;
	page->ascending = true;
}

void
keypage_trim(struct keypage *page)
{
	keypage_reset(page);
	if (page->room <= KEEP)
		return;
	free(page->data);
	page->data = NULL;
	page->room = 0;
}

/* --- coding --- */

static unsigned char *
put_number(unsigned char *p, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		*p++ = (unsigned char)(n | 0x80);
	*p++ = (unsigned char)n;
	return p;
}

static unsigned char *
put_bytes(unsigned char *p, const char *s, size_t len)
{
	p = put_number(p, len);
	memcpy(p, s, len);
	return p + len;
}

static const char digits[] = "0123456789abcdef";

/* The value of a hex digit; what is none adds to bad.  Whether the next digit
 * of an MD5 is a letter cannot be predicted, so nothing here branches on it. */
static unsigned
hex_value(char c, unsigned *bad)
{
	unsigned u = (unsigned char)c;
	unsigned value = (u + (u >> 6) * 9) & 15;

	*bad |= u ^ (unsigned char)digits[value];
	return value;
}

static bool
put_hex(unsigned char *p, const char *etag, size_t len)
{
	unsigned bad = 0, high, low, i;

	if (len != 32)
		return false;
	for (i = 0; i < 16; i++) {
		high = hex_value(etag[2 * i], &bad);
		low = hex_value(etag[2 * i + 1], &bad);
		p[i] = (unsigned char)(high << 4 | low);
	}
	return bad == 0;
}

static unsigned char *
put_fields(struct keypage *page, unsigned char *p, unsigned char *flags,
    const struct record *r)
{
	if (r->has_size) {
		*flags |= HAS_SIZE;
		p = put_number(p, r->size);
	}
	if (r->has_mtime) {
		*flags |= HAS_MTIME | (r->mtime_millis ? HAS_MILLIS : 0);
		p = put_number(p, (uint64_t)r->mtime);
	}
	if (r->etag != NULL && put_hex(p, r->etag, r->etag_len)) {
		*flags |= ETAG_HEX;
		p += 16;
	} else if (r->etag != NULL && r->etag_len <= ETAG_TEXT_MAX) {
		*flags |= ETAG_TEXT;
		p = put_bytes(p, r->etag, r->etag_len);
	}
	if (r->class == NULL || r->class_len > sizeof(page->class)) {
		*flags |= CLASS_NONE;
	} else if (r->class_len != page->class_len ||
	    memcmp(r->class, page->class, r->class_len) != 0) {
		*flags |= CLASS_NEW;
		memcpy(page->class, r->class, r->class_len);
		page->class_len = r->class_len;
		p = put_bytes(p, r->class, r->class_len);
	}
	return p;
}

static size_t
common_length(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len, i = 0;

	while (n - i >= 8 && memcmp(a + i, b + i, 8) == 0)
		i += 8; /* one comparison of words */
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

static void
reserve(struct keypage *page)
{
	if (page->room - page->len >= ENTRY_MAX)
		return;
	page->room = page->room * 2 + ENTRY_MAX * 2;
	page->data = xreallocarray(page->data, page->room, 1);
}

static void
note_order(struct keypage *page, const struct record *r, size_t shared)
{
	if (page->count == 0)
		return;
	if (shared == r->key_len ||
	    (shared < page->key_len &&
		(unsigned char)r->key[shared] <
		    (unsigned char)page->key[shared]))
		page->ascending = false;
}

bool
keypage_add(struct keypage *page, const struct record *r, bool is_prefix)
{
	unsigned char *flags, *p;
	size_t shared;

	if (r->key_len == 0 || r->key_len > KEYPAGE_KEY_MAX)
		return false;
	reserve(page);
	shared = common_length(page->key, page->key_len, r->key, r->key_len);
	note_order(page, r, shared);
	flags = p = page->data + page->len;
	*p++ = is_prefix ? IS_PREFIX : 0;
	p = put_number(p, shared);
	p = put_bytes(p, r->key + shared, r->key_len - shared);
	if (page->fields)
		p = put_fields(page, p, flags, r);
	memcpy(page->key + shared, r->key + shared, r->key_len - shared);
	page->key_len = r->key_len;
	page->len = (size_t)(p - page->data);
	page->count++;
	return true;
}

/* --- reading; what is read is our own coding, so it is not doubted --- */

static const unsigned char *
get_number(const unsigned char *p, uint64_t *n)
{
	unsigned shift = 0;

	*n = 0;
	do {
		*n |= (uint64_t)(*p & 0x7f) << shift;
		shift += 7;
	} while (*p++ & 0x80);
	return p;
}

static const unsigned char *
get_etag(struct keypage_cursor *c, const unsigned char *p, unsigned flags)
{
	struct record *r = &c->record;
	uint64_t n;
	size_t i;

	r->etag = c->etag;
	if (flags & ETAG_HEX) {
		for (i = 0; i < 16; i++) {
			c->etag[2 * i] = digits[p[i] >> 4];
			c->etag[2 * i + 1] = digits[p[i] & 15];
		}
		r->etag_len = 32;
		p += 16;
	} else if (flags & ETAG_TEXT) {
		p = get_number(p, &n);
		memcpy(c->etag, p, (size_t)n);
		r->etag_len = (size_t)n;
		p += n;
	} else {
		r->etag = NULL;
		r->etag_len = 0;
	}
	return p;
}

static const unsigned char *
get_class(struct keypage_cursor *c, const unsigned char *p, unsigned flags)
{
	struct record *r = &c->record;
	uint64_t n;

	if (flags & CLASS_NEW) {
		p = get_number(p, &n);
		memcpy(c->class, p, (size_t)n);
		c->class_len = (size_t)n;
		p += n;
	}
	r->class = flags & CLASS_NONE ? NULL : c->class;
	r->class_len = flags & CLASS_NONE ? 0 : c->class_len;
	return p;
}

static const unsigned char *
get_fields(struct keypage_cursor *c, const unsigned char *p, unsigned flags)
{
	struct record *r = &c->record;
	uint64_t n;

	r->has_size = flags & HAS_SIZE;
	if (r->has_size)
		p = get_number(p, &r->size);
	r->has_mtime = flags & HAS_MTIME;
	r->mtime_millis = flags & HAS_MILLIS;
	if (r->has_mtime) {
		p = get_number(p, &n);
		r->mtime = (int64_t)n;
	}
	p = get_etag(c, p, flags);
	return get_class(c, p, flags);
}

static void
open_at(struct keypage_cursor *c, const unsigned char *data, size_t len,
    bool fields)
{
	c->at = data;
	c->end = len > 0 ? data + len : data; /* which may be NULL */
	c->fields = fields;
	c->is_prefix = false;
	c->class_len = 0;
	memset(&c->record, 0, sizeof(c->record));
	c->record.key = c->key;
}

void
keypage_open(struct keypage_cursor *c, const struct keypage *page)
{
	open_at(c, page->data, page->len, page->fields);
}

void
keypage_open_part(struct keypage_cursor *c, const struct keypage_part *part)
{
	open_at(c, part->data, part->len, part->fields);
}

bool
keypage_next(struct keypage_cursor *c)
{
	const unsigned char *p = c->at;
	unsigned flags;
	uint64_t shared, tail;

	if (p == c->end)
		return false;
	flags = *p++;
	p = get_number(p, &shared);
	p = get_number(p, &tail);
	memcpy(c->key + shared, p, (size_t)tail);
	p += tail;
	c->record.key_len = (size_t)(shared + tail);
	c->is_prefix = flags & IS_PREFIX;
	if (c->fields)
		p = get_fields(c, p, flags);
	c->at = p;
	return true;
}

/* --- parts --- */

static struct keypage_part *
part_new(const struct keypage *page, size_t len, size_t count)
{
	struct keypage_part *part = xmalloc(sizeof(*part) + len);

	part->next = NULL;
	part->size = sizeof(*part) + len;
	part->len = len;
	part->count = count;
	part->fields = page->fields;
	if (len > 0)
		memcpy(part->data, page->data, len);
	return part;
}

/* The first entry of a part cannot lean on one before it: code anew. */
static struct keypage_part *
recode(const struct keypage *page, struct keypage_cursor *c, size_t keep)
{
	struct keypage *copy = xmalloc(sizeof(*copy));
	struct keypage_part *part;
	size_t i;

	keypage_init(copy, page->fields);
	for (i = 0; i < keep && keypage_next(c); i++)
		keypage_add(copy, &c->record, c->is_prefix);
	part = part_new(copy, copy->len, copy->count);
	keypage_fini(copy);
	free(copy);
	return part;
}

struct keypage_part *
keypage_slice(const struct keypage *page, size_t skip, size_t keep)
{
	struct keypage_cursor *c;
	struct keypage_part *part;
	size_t i;

	if (skip == 0 && keep == page->count)
		return part_new(page, page->len, page->count);
	c = xmalloc(sizeof(*c));
	keypage_open(c, page);
	for (i = 0; i < (skip > 0 ? skip : keep); i++)
		keypage_next(c);
	part = skip > 0 ? recode(page, c, keep) :
			  part_new(page, (size_t)(c->at - page->data), keep);
	free(c);
	return part;
}

/* --- keys side by side --- */

void
keypage_keys_init(struct keypage_keys *keys)
{
	keys->at = NULL;
	keys->room = 0;
	buf_init(&keys->text, SIZE_MAX / 2);
}

void
keypage_keys_fini(struct keypage_keys *keys)
{
	free(keys->at);
	buf_fini(&keys->text);
}

void
keypage_expand(struct keypage_keys *keys, const struct keypage *page)
{
	struct keypage_cursor *c = xmalloc(sizeof(*c));
	size_t i, from = 0;

	if (page->count > keys->room) {
		keys->room = page->count + 1000;
		keys->at = xreallocarray(
		    keys->at, keys->room, sizeof(*keys->at));
	}
	buf_reset(&keys->text);
	keypage_open(c, page);
	for (i = 0; keypage_next(c); i++) {
		buf_add(&keys->text, c->key, c->record.key_len);
		keys->at[i].len = c->record.key_len;
	}
	/* Only now, as the text moves while it grows. */
	for (i = 0; i < page->count; i++) {
		keys->at[i].data = keys->text.data + from;
		from += keys->at[i].len;
	}
	free(c);
}
