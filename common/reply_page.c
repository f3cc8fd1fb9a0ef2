#include <string.h>

#include "limit.h"
#include "num.h"
#include "reply.h"
#include "uri.h"
#include "when.h"
#include "xml.h"

#define CLASS_MAX 64

enum {
	ERROR_CODE = REPLY_ERROR_CODE,
	ERROR_MESSAGE = REPLY_ERROR_MESSAGE,
	ERROR_REQUEST = REPLY_ERROR_REQUEST,
	ERROR,
	LIST,
	ENCODING,
	TRUNCATED,
	TOKEN,
	PREFIX,
	ENTRY,
	KEY,
	MTIME,
	ETAG,
	SIZE,
	CLASS
};

static const struct xml_path table[] = {
    {"ListBucketResult", LIST},
    {"ListBucketResult/Contents", ENTRY},
    {"ListBucketResult/Contents/Key", KEY},
    {"ListBucketResult/CommonPrefixes/Prefix", PREFIX},
    {"ListBucketResult/EncodingType", ENCODING},
    {"ListBucketResult/IsTruncated", TRUNCATED},
    {"ListBucketResult/NextContinuationToken", TOKEN},
    {"Error", ERROR},
    {"Error/Code", ERROR_CODE},
    {"Error/Message", ERROR_MESSAGE},
    {"Error/RequestId", ERROR_REQUEST},
    /* only with want_fields */
    {"ListBucketResult/Contents/LastModified", MTIME},
    {"ListBucketResult/Contents/ETag", ETAG},
    {"ListBucketResult/Contents/Size", SIZE},
    {"ListBucketResult/Contents/StorageClass", CLASS},
};

#define PATHS  (sizeof(table) / sizeof(table[0]))
#define FIELDS 4

static bool
refuse(struct reply_page *page, const char *why)
{
	page->why = why;
	return false;
}

static bool
hand_over(struct reply_page *page, struct reply_entry *e)
{
	if (page->encoded) {
		buf_reset(&page->decoded);
		if (!uri_decode_form(&page->decoded, e->key, e->key_len))
			return refuse(page, "a key is not encoded as promised");
		e->key = page->decoded.data;
		e->key_len = page->decoded.len;
	}
	return page->fn(page->arg, e) ||
	    refuse(page, "an entry is not what it should be");
}

/*
 * Held entries lie one after the other, each as its struct and then the bytes
 * of key, etag and class; the struct's pointers are set when it is taken out.
 */
static bool
hold(struct reply_page *page, const struct reply_entry *e)
{
	page->holding = true;
	buf_add(&page->held, e, sizeof(*e));
	buf_add(&page->held, e->key, e->key_len);
	buf_add(&page->held, e->etag, e->etag_len);
	buf_add(&page->held, e->class, e->class_len);
	return buf_ok(&page->held) || refuse(page, "it is too large");
}

static bool
hand_over_held(struct reply_page *page)
{
	const char *p = page->held.data, *end = p + page->held.len;
	struct reply_entry e;

	while (p < end) {
		memcpy(&e, p, sizeof(e));
		e.key = p + sizeof(e);
		p = e.key + e.key_len;
		if (e.etag != NULL)
			e.etag = p;
		p += e.etag_len;
		if (e.class != NULL)
			e.class = p;
		p += e.class_len;
		if (!hand_over(page, &e))
			return false;
	}
	return true;
}

static bool
end_entry(struct reply_page *page)
{
	struct reply_entry *e = &page->entry;

	if (!page->has_key)
		return refuse(page, "an entry has no key");
	e->key = page->key.data;
	e->key_len = page->key.len;
	if (!page->encoded || page->holding)
		return hold(page, e);
	return hand_over(page, e);
}

/* A key or prefix, as it stands in the document. */
static bool
take_key(struct reply_page *page, const char *text, size_t len)
{
	if (page->has_key)
		return refuse(page, "an entry has two keys");
	if (len == 0)
		return refuse(page, "a key is empty");
	if (xml_doubtful(page->xml, text, len))
		return refuse(
		    page, "a key holds characters that XML cannot carry");
	page->has_key = true;
	buf_reset(&page->key);
	return buf_add(&page->key, text, len) ||
	    refuse(page, "a key is too long");
}

static bool
take_mtime(struct reply_page *page, const char *text, size_t len)
{
	struct reply_entry *e = &page->entry;

	e->has_mtime = when_parse_iso(text, len, &e->mtime, &e->mtime_millis);
	return e->has_mtime || refuse(page, "a date is none");
}

static bool
take_size(struct reply_page *page, const char *text, size_t len)
{
	struct reply_entry *e = &page->entry;

	e->has_size = num_parse(text, len, INT64_MAX, &e->size);
	return e->has_size || refuse(page, "a size is none");
}

/* Of no use but to be shown and compared: an absurd one is as none. */
static void
take_etag(struct reply_page *page, const char *text, size_t len)
{
	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		text++;
		len -= 2;
	}
	buf_reset(&page->etag);
	if (len == 0 || !buf_add(&page->etag, text, len))
		return;
	page->entry.etag = page->etag.data;
	page->entry.etag_len = len;
}

static void
take_class(struct reply_page *page, const char *text, size_t len)
{
	buf_reset(&page->class);
	if (len == 0 || !buf_add(&page->class, text, len))
		return;
	page->entry.class = page->class.data;
	page->entry.class_len = len;
}

static bool
take_text(struct reply_page *page, int id, const char *text, size_t len)
{
	if (xml_doubtful(page->xml, text, len))
		return refuse(page, "an entry is not what it should be");
	if (id == ETAG)
		take_etag(page, text, len);
	else
		take_class(page, text, len);
	return true;
}

static bool
take_truncated(struct reply_page *page, const char *text)
{
	page->truncated = strcmp(text, "true") == 0;
	page->has_truncated = true;
	return page->truncated || strcmp(text, "false") == 0 ||
	    refuse(page, "IsTruncated is neither true nor false");
}

static bool
take_token(struct reply_page *page, const char *text, size_t len)
{
	buf_reset(&page->token);
	page->token_usable = len > 0 && !xml_doubtful(page->xml, text, len);
	return buf_add(&page->token, text, len) ||
	    refuse(page, "its continuation token is too long");
}

static void
begin_entry(struct reply_page *page, bool is_prefix)
{
	memset(&page->entry, 0, sizeof(page->entry));
	page->entry.is_prefix = is_prefix;
	page->has_key = false;
}

static bool
on_start(struct reply_page *page, int id)
{
	if (id == ENTRY || id == PREFIX)
		begin_entry(page, id == PREFIX);
	else if (id == LIST)
		page->is_list = true;
	else if (id == ERROR)
		page->is_error = true;
	return true;
}

static bool
on_element(void *arg, int id, const char *text, size_t len)
{
	struct reply_page *page = arg;

	if (text == NULL)
		return on_start(page, id);
	switch (id) {
	case KEY:
		return take_key(page, text, len);
	case PREFIX:
		return take_key(page, text, len) && end_entry(page);
	case ENTRY:
		return end_entry(page);
	case MTIME:
		return take_mtime(page, text, len);
	case SIZE:
		return take_size(page, text, len);
	case ETAG:
	case CLASS:
		return take_text(page, id, text, len);
	case ENCODING:
		page->encoded = strcmp(text, "url") == 0;
		return true;
	case TRUNCATED:
		return take_truncated(page, text);
	case TOKEN:
		return take_token(page, text, len);
	case ERROR_CODE:
	case ERROR_MESSAGE:
	case ERROR_REQUEST:
		reply_error_part(&page->error, id, text, len);
		return true;
	default:
		return true;
	}
}

static void
clear(struct reply_page *page)
{
	page->truncated = page->has_truncated = page->token_usable = false;
	page->is_error = page->is_list = page->has_key = false;
	page->encoded = page->holding = false;
	page->why = NULL;
	fail_clear(&page->error);
	buf_reset(&page->token);
	buf_reset(&page->held);
}

void
reply_page_init(struct reply_page *page, bool want_fields,
    struct xml_desk *desk, reply_entry_fn *fn, void *arg)
{
	memset(page, 0, sizeof(*page));
	buf_init(&page->token, LIMIT_TOKEN);
	buf_init(&page->key, LIMIT_XML_TEXT);
	buf_init(&page->etag, LIMIT_ETAG);
	buf_init(&page->class, CLASS_MAX);
	buf_init(&page->decoded, LIMIT_XML_TEXT);
	buf_init(&page->held, LIMIT_PAGE_BYTES);
	page->fn = fn;
	page->arg = arg;
	page->xml = xml_new(table, want_fields ? PATHS : PATHS - FIELDS,
	    LIMIT_PAGE_BYTES, desk, on_element, page);
	clear(page);
}

void
reply_page_fini(struct reply_page *page)
{
	xml_free(page->xml);
	buf_fini(&page->token);
	buf_fini(&page->key);
	buf_fini(&page->etag);
	buf_fini(&page->class);
	buf_fini(&page->decoded);
	buf_fini(&page->held);
	page->xml = NULL;
}

void
reply_page_reset(struct reply_page *page)
{
	xml_reset(page->xml);
	clear(page);
}

bool
reply_page_feed(struct reply_page *page, const char *p, size_t len)
{
	return xml_feed(page->xml, p, len);
}

bool
reply_page_end(struct reply_page *page)
{
	if (page->why != NULL || !xml_end(page->xml))
		return false;
	if (page->is_error) {
		/* Without a code it is an error all the same. */
		if (page->error.code[0] == '\0')
			reply_error_part(&page->error, ERROR_CODE, "Error", 5);
		return true;
	}
	if (!page->is_list)
		return refuse(page, "it is no listing");
	return hand_over_held(page);
}

const char *
reply_page_error(const struct reply_page *page)
{
	return page->why != NULL ? page->why : xml_error(page->xml);
}
