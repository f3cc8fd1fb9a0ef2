#include <stdlib.h>
#include <string.h>

#include "md5.h"
#include "request.h"
#include "s3.h"
#include "server.h"

#define PART_MAX 10000

struct store_upload *
s3_find_upload(struct request *r)
{
	const char *id = request_param(r, "uploadId");
	struct store_upload *u = store_upload_find(
	    r->bucket, r->key, r->key_length, id != NULL ? id : "");

	if (u == NULL)
		(void)request_error(r, 404, "NoSuchUpload",
		    "The specified upload does not exist. The upload ID may "
		    "be invalid, or the upload may have been aborted or "
		    "completed.");
	return u;
}

bool
s3_part_number(struct request *r, unsigned *number)
{
	const char *s = request_param(r, "partNumber");
	uint64_t value;

	if (s == NULL || !text_number(s, false, &value) || value < 1 ||
	    value > PART_MAX)
		return request_error(r, 400, "InvalidArgument",
		    "Part number must be an integer between 1 and 10000, "
		    "inclusive");
	*number = (unsigned)value;
	return true;
}

void
s3_create_upload(struct request *r)
{
	struct object o;
	struct store_upload *u;

	if (!request_allowed(r, "PutObject"))
		return;
	store_object_init(&r->server->store, &o);
	if (!s3_read_attributes(r, &o)) {
		store_object_fini(&o);
		return;
	}
	u = store_upload_new(&r->server->store, r->bucket, r->key,
	    r->key_length, server_now(r->server));
	u->object = o;
	request_xml(r, "InitiateMultipartUploadResult");
	request_element(r, "Bucket", r->bucket_name);
	text_str(&r->reply, "<Key>");
	text_xml(&r->reply, r->key, r->key_length);
	text_str(&r->reply, "</Key>");
	request_element(r, "UploadId", u->id);
	text_str(&r->reply, "</InitiateMultipartUploadResult>");
}

void
s3_upload_part(struct request *r)
{
	struct store_upload *u;
	struct content *part;
	unsigned char md5[16];
	unsigned number;

	if (!request_allowed(r, "PutObject") ||
	    (u = s3_find_upload(r)) == NULL || !s3_part_number(r, &number))
		return;
	s3_body_md5(r, md5);
	if (!s3_check_digests(r, md5, NULL))
		return;
	part = s3_take_body(r, md5);
	request_reply_value(r, "ETag", s3_quoted(r, part->etag));
	store_upload_part(u, number, part, server_now(r->server));
}

/* The parts that a Complete names, in order. */
struct chosen {
	size_t n;
	struct content *part[PART_MAX];
	struct md5 md5; /* of the parts' MD5s */
};

static bool
add_hex(struct md5 *m, const char *hex)
{
	unsigned char byte;

	for (int i = 0; i < 32; i += 2) {
		char two[3] = {hex[i], hex[i + 1], '\0'};

		byte = (unsigned char)strtoul(two, NULL, 16);
		md5_add(m, &byte, 1);
	}
	return true;
}

static const struct store_part *
part_of(const struct store_upload *u, uint64_t number)
{
	size_t low = 0, high = u->nparts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (u->part[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < u->nparts && u->part[low].number == number ?
	    &u->part[low] :
	    NULL;
}

static bool
malformed(struct request *r)
{
	return request_error(r, 400, "MalformedXML",
	    "The XML you provided was not well-formed or did not validate "
	    "against our published schema");
}

/* The element named so inside a <Part>, which the order of both is free. */
static const char *
inside(struct request *r, const char *part, size_t n, const char *name)
{
	struct text open = {0};
	const char *at, *end;

	text_fmt(&open, "<%s>", name);
	at = strstr(part, open.p);
	if (at != NULL) {
		at += open.n;
		end = strchr(at, '<');
		at = end != NULL && end <= part + n ?
		    mem_pool_dup(&r->pool, at, (size_t)(end - at)) :
		    NULL;
	}
	text_fini(&open);
	return at;
}

static bool
choose(struct request *r, const struct store_upload *u, struct chosen *c,
    const char *number_text, const char *etag, uint64_t *last)
{
	struct content_rules *rules = &r->server->store.rules;
	const struct store_part *part;
	uint64_t number;

	if (number_text == NULL || etag == NULL ||
	    !text_number(number_text, false, &number) || c->n == PART_MAX)
		return malformed(r);
	if (number <= *last)
		return request_error(r, 400, "InvalidPartOrder",
		    "The list of parts was not in ascending order. The parts "
		    "list must be specified in order by part number.");
	*last = number;
	part = part_of(u, number);
	if (part == NULL ||
	    !s3_etag_listed(etag, content_etag(part->content, rules)))
		return request_error(r, 400, "InvalidPart",
		    "One or more of the specified parts could not be found. "
		    "The part may not have been uploaded, or the specified "
		    "entity tag may not match the part's entity tag.");
	c->part[c->n++] = part->content;
	return add_hex(&c->md5, part->content->etag);
}

static bool
read_parts(struct request *r, const struct store_upload *u, struct chosen *c)
{
	uint64_t last = 0;
	size_t at = 0, n;
	char *part;

	md5_init(&c->md5);
	while ((part = s3_next_element(r, "Part", &at, &n)) != NULL)
		if (!choose(r, u, c, inside(r, part, n, "PartNumber"),
			inside(r, part, n, "ETag"), &last))
			return false;
	if (c->n == 0)
		return malformed(r);
	for (size_t i = 0; i + 1 < c->n; i++)
		if (c->part[i]->size < r->bucket->options.part_min)
			return request_error(r, 400, "EntityTooSmall",
			    "Your proposed upload is smaller than the "
			    "minimum allowed size");
	return true;
}

static bool
check_size(struct request *r, const struct chosen *c)
{
	const char *s = request_header(r, "x-amz-mp-object-size");
	uint64_t expected, size = 0;

	for (size_t i = 0; i < c->n; i++)
		size += c->part[i]->size;
	if (s == NULL || (text_number(s, false, &expected) && expected == size))
		return true;
	return request_error(r, 400, "InvalidRequest",
	    "The x-amz-mp-object-size does not match the parts.");
}

static void
finish(struct request *r, struct store_upload *u, struct chosen *c)
{
	struct object o = u->object;
	struct text etag = {0};
	unsigned char md5[16];
	int64_t now = server_now(r->server);

	md5_end(&c->md5, md5);
	text_hex(&etag, md5, 16);
	if (!r->bucket->options.own_part_etags)
		text_fmt(&etag, "-%zu", c->n);
	o.content = content_joined(c->part, c->n);
	memcpy(o.content->etag, etag.p, etag.n + 1);
	o.mtime = now - now % 1000;
	request_xml(r, "CompleteMultipartUploadResult");
	request_element(r, "Bucket", r->bucket_name);
	text_str(&r->reply, "<Key>");
	text_xml(&r->reply, r->key, r->key_length);
	text_str(&r->reply, "</Key>");
	s3_etag_element(r, etag.p);
	text_str(&r->reply, "</CompleteMultipartUploadResult>");
	memset(&u->object, 0, sizeof(u->object));
	store_put(r->bucket, r->key, r->key_length, &o);
	store_upload_free(r->bucket, u);
	text_fini(&etag);
}

void
s3_complete_upload(struct request *r)
{
	const char *type = request_header(r, "content-type");
	struct store_upload *u;
	struct chosen *c;

	if (!request_allowed(r, "PutObject") || (u = s3_find_upload(r)) == NULL)
		return;
	if (type != NULL &&
	    strcmp(type, "application/x-www-form-urlencoded") == 0) {
		(void)request_error(r, 400, "InvalidRequest",
		    "The content type of this request must not be that of a "
		    "form");
		return;
	}
	c = mem_alloc(sizeof(*c));
	if (read_parts(r, u, c) && check_size(r, c) && s3_write_condition(r))
		finish(r, u, c);
	free(c);
}

void
s3_abort_upload(struct request *r)
{
	struct store_upload *u;

	if (!request_allowed(r, "AbortMultipartUpload") ||
	    (u = s3_find_upload(r)) == NULL)
		return;
	store_upload_free(r->bucket, u);
	r->status = 204;
}
