#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "request.h"
#include "s3.h"
#include "server.h"

/* What part of the object is asked for. */
struct span {
	uint64_t offset, length;
	bool partial;
	size_t parts; /* for x-amz-mp-parts-count; 0: not to be sent */
};

static bool
unsatisfiable(struct request *r, uint64_t size)
{
	struct text extra = {0};

	text_fmt(&extra, "<ActualObjectSize>%llu</ActualObjectSize>",
	    (unsigned long long)size);
	request_reply_header(
	    r, "Content-Range", "bytes */%llu", (unsigned long long)size);
	(void)request_error_with(r, 416, "InvalidRange",
	    "The requested range is not satisfiable", extra.p);
	text_fini(&extra);
	return false;
}

static bool
read_number(const char **s, uint64_t *value)
{
	char digits[21];
	size_t n = strspn(*s, "0123456789");

	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, *s, n);
	digits[n] = '\0';
	*s += n;
	return text_number(digits, false, value);
}

/* RFC 9110 14.1: one byte range; anything else is ignored, as S3 does. */
static bool
read_range(struct request *r, const char *s, uint64_t size, struct span *span)
{
	uint64_t first, last = UINT64_MAX;

	if (strncmp(s, "bytes=", 6) != 0)
		return true;
	s += 6;
	if (*s == '-') {
		s++;
		if (!read_number(&s, &last) || *s != '\0')
			return true;
		if (last == 0 || size == 0)
			return unsatisfiable(r, size);
		first = last < size ? size - last : 0;
		last = size - 1;
	} else {
		if (!read_number(&s, &first) || *s++ != '-' ||
		    (*s != '\0' && (!read_number(&s, &last) || *s != '\0')) ||
		    last < first)
			return true;
		if (first >= size)
			return unsatisfiable(r, size);
		if (last >= size)
			last = size - 1;
	}
	span->partial = true;
	span->offset = first;
	span->length = last - first + 1;
	return true;
}

static bool
read_part(struct request *r, const char *s, const struct content *c,
    struct span *span)
{
	uint64_t number;

	if (r->bucket->options.refuse_part_number)
		return request_error(
		    r, 405, "MethodNotAllowed", "Method Not Allowed");
	if (!text_number(s, false, &number) || number < 1 || number > 10000)
		return request_error(r, 400, "InvalidArgument",
		    "Part number must be an integer between 1 and 10000, "
		    "inclusive");
	if (number > (c->nparts > 0 ? c->nparts : 1))
		return request_error(r, 416, "InvalidPartNumber",
		    "The requested partnumber is not satisfiable");
	span->partial = c->size > 0;
	if (c->nparts == 0)
		return true;
	span->parts = c->nparts;
	for (uint64_t i = 0; i + 1 < number; i++)
		span->offset += c->part[i];
	span->length = c->part[number - 1];
	return true;
}

static bool
read_span(struct request *r, const struct content *c, struct span *span)
{
	const char *range = request_header(r, "range");
	const char *part = request_param(r, "partNumber");

	memset(span, 0, sizeof(*span));
	span->length = c->size;
	if (part != NULL)
		return read_part(r, part, c, span);
	return range == NULL || read_range(r, range, c->size, span);
}

static bool
not_modified(struct request *r)
{
	r->status = 304;
	return false;
}

static bool
check_conditions(struct request *r, const char *etag, int64_t mtime)
{
	const char *match = request_header(r, "if-match");
	const char *none = request_header(r, "if-none-match");
	const char *since = request_header(r, "if-modified-since");
	const char *unmodified = request_header(r, "if-unmodified-since");
	int64_t when;

	if (match != NULL ? !s3_etag_listed(match, etag) :
			    unmodified != NULL &&
		    text_read_date(unmodified, &when) && mtime > when)
		return request_error(r, 412, "PreconditionFailed",
		    "At least one of the pre-conditions you specified did "
		    "not hold");
	if (none != NULL)
		return !s3_etag_listed(none, etag) || not_modified(r);
	if (since != NULL && text_read_date(since, &when) && mtime <= when)
		return not_modified(r);
	return true;
}

/* Metadata as S3 gives it back: RFC 2047 where it is not ASCII. */
static const char *
presentable(struct request *r, const char *value, bool *missing)
{
	struct text t = {0};
	const char *copy;
	bool ascii = true;

	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < ' ' || c == 127) {
			*missing = true;
			return NULL;
		}
		ascii = ascii && c < 127;
	}
	if (ascii)
		return mem_pool_dup(&r->pool, value, strlen(value));
	text_str(&t, "=?UTF-8?B?");
	text_base64(&t, value, strlen(value));
	text_str(&t, "?=");
	copy = mem_pool_dup(&r->pool, t.p, t.n);
	text_fini(&t);
	return copy;
}

static void
add_metadata(struct request *r, const struct pairs *meta)
{
	unsigned withheld = 0;

	for (size_t i = 0; meta != NULL && i < meta->n; i++) {
		bool missing = false;
		const char *value = presentable(
		    r, meta->item[i].value, &missing);
		struct text name = {0};

		withheld += missing;
		if (missing)
			continue;
		text_fmt(&name, "x-amz-meta-%s", meta->item[i].name);
		request_reply_value(
		    r, mem_pool_dup(&r->pool, name.p, name.n), value);
		text_fini(&name);
	}
	if (withheld > 0)
		request_reply_header(r, "x-amz-missing-meta", "%u", withheld);
}

static const char *
canonical_name(const char *lower)
{
	static const char *const names[] = {"Content-Type", "Cache-Control",
	    "Content-Disposition", "Content-Encoding", "Content-Language",
	    "Expires"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(names[i], lower) == 0)
			return names[i];
	return lower;
}

static void
add_pairs(struct request *r, const struct pairs *p)
{
	for (size_t i = 0; p != NULL && i < p->n; i++) {
		const char *value = p->item[i].value;

		request_reply_value(r,
		    canonical_name(mem_pool_dup(
			&r->pool, p->item[i].name, strlen(p->item[i].name))),
		    mem_pool_dup(&r->pool, value, strlen(value)));
	}
}

static void
add_sum(struct request *r, const struct object *o, const struct span *span)
{
	const char *mode = request_header(r, "x-amz-checksum-mode");
	struct text name = {0};

	if (o->sum == NULL || mode == NULL ||
	    strcasecmp(mode, "enabled") != 0 || span->partial)
		return;
	text_fmt(&name, "x-amz-checksum-%s", o->sum_name);
	request_reply_header(
	    r, mem_pool_dup(&r->pool, name.p, name.n), "%s", o->sum);
	request_reply_value(r, "x-amz-checksum-type", "FULL_OBJECT");
	text_fini(&name);
}

static void
add_headers(struct request *r, const struct object *o, const struct span *span,
    const char *etag)
{
	struct text date = {0};

	request_reply_value(r, "ETag", s3_quoted(r, etag));
	text_http_date(&date, o->mtime);
	request_reply_header(r, "Last-Modified", "%s", date.p);
	text_fini(&date);
	request_reply_value(r, "Accept-Ranges", "bytes");
	if (pairs_get(o->headers, "content-type") == NULL)
		request_reply_value(r, "Content-Type", "binary/octet-stream");
	add_pairs(r, o->headers);
	add_pairs(r, o->extra);
	add_metadata(r, o->meta);
	if (strcmp(o->class, "STANDARD") != 0)
		request_reply_value(r, "x-amz-storage-class", o->class);
	if (o->tags != NULL && o->tags->n > 0 &&
	    request_may(
		r, "GetObjectTagging", r->bucket, r->key, r->key_length))
		request_reply_header(
		    r, "x-amz-tagging-count", "%zu", o->tags->n);
	if (span->parts > 0)
		request_reply_header(
		    r, "x-amz-mp-parts-count", "%zu", span->parts);
	add_sum(r, o, span);
}

static void
answer(struct request *r, struct object *o)
{
	const char *etag = content_etag(o->content, &r->server->store.rules);
	struct span span;

	if (!check_conditions(r, etag, o->mtime)) {
		if (r->status == 304)
			request_reply_value(r, "ETag", s3_quoted(r, etag));
		return;
	}
	if (o->archived && r->op == OP_GET_OBJECT) {
		(void)request_error_with(r, 403, "InvalidObjectState",
		    "The operation is not valid for the object's storage "
		    "class",
		    "<StorageClass>GLACIER</StorageClass>");
		return;
	}
	if (!read_span(r, o->content, &span))
		return;
	if (span.parts > 0 && r->bucket->options.lone_parts) {
		etag = mem_pool_dup(&r->pool, etag, 32);
		span.partial = false;
	}
	add_headers(r, o, &span, etag);
	if (span.partial) {
		r->status = 206;
		request_reply_header(r, "Content-Range", "bytes %llu-%llu/%llu",
		    (unsigned long long)span.offset,
		    (unsigned long long)(span.offset + span.length - 1),
		    (unsigned long long)o->content->size);
	}
	r->content = content_hold(o->content);
	r->content_offset = span.offset;
	r->content_length = span.length;
}

void
s3_get_object(struct request *r)
{
	struct tree_record *record;
	struct object o;

	if (!request_allowed(r, "GetObject") || (record = s3_find(r)) == NULL)
		return;
	store_object(&r->server->store, record, &o);
	answer(r, &o);
	store_object_fini(&o);
}

void
s3_get_object_attributes(struct request *r)
{
	const char *wanted = request_header(r, "x-amz-object-attributes");
	struct tree_record *record;
	struct object o;

	if (!request_allowed(r, "GetObject") ||
	    !request_allowed(r, "GetObjectAttributes") ||
	    (record = s3_find(r)) == NULL)
		return;
	if (wanted == NULL) {
		(void)request_error(r, 400, "InvalidRequest",
		    "The x-amz-object-attributes header is required");
		return;
	}
	store_object(&r->server->store, record, &o);
	request_xml(r, "GetObjectAttributesResponse");
	if (strstr(wanted, "ETag") != NULL)
		request_element(r, "ETag",
		    content_etag(o.content, &r->server->store.rules));
	if (strstr(wanted, "ObjectParts") != NULL && o.content->nparts > 0)
		text_fmt(&r->reply,
		    "<ObjectParts><PartsCount>%zu</PartsCount></ObjectParts>",
		    o.content->nparts);
	if (strstr(wanted, "StorageClass") != NULL)
		request_element(r, "StorageClass", o.class);
	if (strstr(wanted, "ObjectSize") != NULL)
		text_fmt(&r->reply, "<ObjectSize>%llu</ObjectSize>",
		    (unsigned long long)o.content->size);
	text_str(&r->reply, "</GetObjectAttributesResponse>");
	store_object_fini(&o);
}
