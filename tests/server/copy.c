#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "s3.h"
#include "server.h"

/* The source of a copy, held while the copy is made. */
struct source {
	struct store_bucket *bucket;
	const char *key;
	size_t key_length;
	struct object object;
};

/*
 * arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/object/KEY: the bucket is the one
 * that such an access point's host name begins with, NAME-ACCOUNT.
 */
static bool
read_arn(struct request *r, struct source *s, const char *arn, size_t n)
{
	const char *account = arn, *name, *key;
	struct text bucket = {0};

	for (int colons = 0; account != NULL && colons < 4; colons++)
		account = strchr(account + (colons > 0), ':');
	name = strstr(arn, ":accesspoint/");
	key = name != NULL ? strstr(name, "/object/") : NULL;
	if (account == NULL || key == NULL || account > name)
		return request_error(
		    r, 400, "InvalidArgument", "The ARN is not valid");
	account++;
	name += strlen(":accesspoint/");
	key += strlen("/object/");
	text_fmt(&bucket, "%.*s-%.*s", (int)strcspn(name, "/"), name,
	    (int)strcspn(account, ":"), account);
	s->key = key;
	s->key_length = n - (size_t)(key - arn);
	s->bucket = store_find(&r->server->store, bucket.p);
	text_fini(&bucket);
	return s->bucket != NULL ||
	    request_error(r, 404, "NoSuchBucket",
		"The specified access point does not exist");
}

/* As decodeURI() of JavaScript does it: what has a meaning in a URI stays. */
static size_t
unescape_uri(char *s, size_t n)
{
	static const char kept[] = ";/?:@&=+$,#";
	size_t i, out = 0;

	for (i = 0; i < n; i++) {
		char byte[4] = "";

		if (s[i] == '%' && i + 2 < n)
			memcpy(byte, s + i, 3);
		if (byte[0] != '\0' && text_unescape(byte, 3, false) == 1 &&
		    strchr(kept, byte[0]) == NULL) {
			s[out++] = byte[0];
			i += 2;
		} else {
			s[out++] = s[i];
		}
	}
	s[out] = '\0';
	return out;
}

static bool
read_source(struct request *r, struct source *s)
{
	const char *header = request_header(r, "x-amz-copy-source");
	const char *version = strstr(header, "?versionId=");
	size_t n = version != NULL ? (size_t)(version - header) :
				     strlen(header);
	char *path = mem_pool_dup(&r->pool, header, n), *slash;

	n = r->bucket->options.copy_source_uri ? unescape_uri(path, n) :
						 text_unescape(path, n, true);
	if (*path == '/') {
		path++;
		n--;
	}
	if (strncmp(path, "arn:", 4) == 0)
		return read_arn(r, s, path, n);
	slash = memchr(path, '/', n);
	if (slash == NULL || slash == path + n - 1 || version != NULL)
		return request_error(r, 400, "InvalidArgument",
		    version != NULL ? "Invalid version id specified" :
				      "Copy Source must mention the source "
				      "bucket and key: sourcebucket/sourcekey");
	*slash = '\0';
	s->key = slash + 1;
	s->key_length = n - (size_t)(slash + 1 - path);
	s->bucket = store_find(&r->server->store, path);
	if (s->bucket == NULL)
		return request_error(r, 404, "NoSuchBucket",
		    "The specified bucket does not exist");
	return true;
}

static bool
check_source_conditions(struct request *r, const struct source *s)
{
	const char *match = request_header(r, "x-amz-copy-source-if-match");
	const char *none = request_header(r, "x-amz-copy-source-if-none-match");
	const char *modified = request_header(
	    r, "x-amz-copy-source-if-modified-since");
	const char *unmodified = request_header(
	    r, "x-amz-copy-source-if-unmodified-since");
	const char *etag = content_etag(
	    s->object.content, &r->server->store.rules);
	int64_t when, mtime = s->object.mtime;

	if ((match != NULL || none != NULL) &&
	    r->bucket->options.refuse_copy_if_match)
		return request_error(r, 501, "NotImplemented",
		    "A header you provided implies functionality that is not "
		    "implemented");
	if ((match != NULL &&
		(!s3_etag_listed(match, etag) ||
		    (r->bucket->options.deny_copy_if_match_parts &&
			strchr(etag, '-') != NULL))) ||
	    (match == NULL && unmodified != NULL &&
		text_read_date(unmodified, &when) && mtime > when) ||
	    (none != NULL && s3_etag_listed(none, etag)) ||
	    (none == NULL && modified != NULL &&
		text_read_date(modified, &when) && mtime <= when))
		return request_error(r, 412, "PreconditionFailed",
		    "At least one of the pre-conditions you specified did "
		    "not hold");
	return true;
}

/* A denied or missing payer header of the source's bucket. */
static bool
check_source_payer(struct request *r, const struct source *s)
{
	const char *payer = request_header(r, "x-amz-request-payer");

	if (!s->bucket->options.requester_pays || payer != NULL ||
	    (r->account != NULL &&
		strcmp(r->account, s->bucket->options.owner) == 0))
		return true;
	return request_error(r, 403, "AccessDenied", "Access Denied");
}

static bool
check_source_owner(struct request *r, const struct source *s)
{
	const char *owner = request_header(
	    r, "x-amz-source-expected-bucket-owner");

	return owner == NULL || strcmp(owner, s->bucket->options.owner) == 0 ||
	    request_error(r, 403, "AccessDenied", "Access Denied");
}

static bool
open_source(struct request *r, struct source *s)
{
	struct tree_record *record;

	memset(s, 0, sizeof(*s));
	if (!read_source(r, s) || !check_source_owner(r, s) ||
	    !check_source_payer(r, s))
		return false;
	if (!request_may(r, "GetObject", s->bucket, s->key, s->key_length))
		return request_error(r, 403, "AccessDenied", "Access Denied");
	record = s3_find_in(r, s->bucket, s->key, s->key_length);
	if (record == NULL)
		return false;
	store_object(&r->server->store, record, &s->object);
	if (!check_source_conditions(r, s))
		return false;
	if (s->object.archived)
		return request_error(r, 403, "InvalidObjectState",
		    "Operation is not valid for the source object's storage "
		    "class");
	return true;
}

static bool
directive(struct request *r, const char *header, bool *replace)
{
	const char *value = request_header(r, header);

	*replace = value != NULL && strcmp(value, "REPLACE") == 0;
	if (value == NULL || *replace || strcmp(value, "COPY") == 0)
		return true;
	return request_error(
	    r, 400, "InvalidArgument", "Unknown metadata directive.");
}

static bool
check_self(struct request *r, const struct source *s, bool replace)
{
	if (s->bucket != r->bucket ||
	    tree_compare(s->key, s->key_length, r->key, r->key_length) != 0 ||
	    replace || request_header(r, "x-amz-storage-class") != NULL ||
	    request_header(r, "x-amz-server-side-encryption") != NULL ||
	    request_header(r, "x-amz-website-redirect-location") != NULL)
		return true;
	return request_error(r, 400, "InvalidRequest",
	    "This copy request is illegal because it is trying to copy an "
	    "object to itself without changing the object's metadata, "
	    "storage class, website redirect location or encryption "
	    "attributes.");
}

static bool
copy_tags(struct request *r, const struct source *s, struct object *o)
{
	if (s->object.tags == NULL)
		return true;
	if (r->bucket->options.directory)
		return request_error(r, 501, "NotImplemented",
		    "Object tags are not supported here");
	if (!request_may(
		r, "GetObjectTagging", s->bucket, s->key, s->key_length))
		return request_error(r, 403, "AccessDenied", "Access Denied");
	if (!request_allowed(r, "PutObjectTagging"))
		return false;
	o->tags = pairs_hold(s->object.tags);
	return true;
}

/* What the copy takes from the source, and what from the request. */
static bool
make_attributes(struct request *r, const struct source *s, struct object *o)
{
	bool meta, tags;

	if (!directive(r, "x-amz-metadata-directive", &meta) ||
	    !directive(r, "x-amz-tagging-directive", &tags) ||
	    !check_self(r, s, meta) || !s3_read_attributes(r, o))
		return false;
	if (!meta) {
		pairs_drop(o->headers);
		pairs_drop(o->meta);
		o->headers = pairs_hold(s->object.headers);
		o->meta = pairs_hold(s->object.meta);
	}
	if (tags)
		return true;
	pairs_drop(o->tags);
	o->tags = NULL;
	return copy_tags(r, s, o);
}

static void
answer(struct request *r, const char *root, const char *etag, int64_t mtime)
{
	request_xml(r, root);
	text_str(&r->reply, "<LastModified>");
	text_iso(&r->reply, mtime);
	text_str(&r->reply, "</LastModified>");
	s3_etag_element(r, etag);
	text_fmt(&r->reply, "</%s>", root);
}

static bool
copy(struct request *r, const struct source *s, struct object *o)
{
	struct content *c = s->object.content;
	int64_t now = server_now(r->server);

	if (c->size > r->bucket->options.max_copy)
		return request_error(r, 400, "InvalidRequest",
		    "The specified copy source is larger than the maximum "
		    "allowable size for a copy source: 5368709120");
	if (!s3_write_condition(r) || !make_attributes(r, s, o))
		return false;
	o->content = c->nparts == 0 ? content_hold(c) :
				      content_slice(c, 0, c->size);
	o->mtime = now - now % 1000;
	if (s->object.sum != NULL) {
		o->sum_name = s->object.sum_name;
		o->sum = mem_dup(s->object.sum, strlen(s->object.sum));
	}
	answer(r, "CopyObjectResult",
	    content_etag(o->content, &r->server->store.rules), o->mtime);
	store_put(r->bucket, r->key, r->key_length, o);
	return true;
}

void
s3_copy_object(struct request *r)
{
	struct source s = {0};
	struct object o;

	store_object_init(&r->server->store, &o);
	if (request_allowed(r, "PutObject") && open_source(r, &s))
		(void)copy(r, &s, &o);
	store_object_fini(&o);
	store_object_fini(&s.object);
}

/* x-amz-copy-source-range: bytes=FIRST-LAST, both needed. */
static bool
read_range(struct request *r, uint64_t size, uint64_t *offset, uint64_t *n)
{
	const char *s = request_header(r, "x-amz-copy-source-range");
	char *copy_of, *dash;
	uint64_t last;

	*offset = 0;
	*n = size;
	if (s == NULL)
		return true;
	copy_of = mem_pool_dup(&r->pool, s, strlen(s));
	dash = strchr(copy_of, '-');
	if (strncmp(copy_of, "bytes=", 6) != 0 || dash == NULL)
		return request_error(r, 400, "InvalidArgument",
		    "The x-amz-copy-source-range value must be of the form "
		    "bytes=first-last where first and last are the "
		    "zero-based offsets of the first and last bytes to copy");
	*dash = '\0';
	if (!text_number(copy_of + 6, false, offset) ||
	    !text_number(dash + 1, false, &last) || last < *offset)
		return request_error(r, 400, "InvalidArgument",
		    "The x-amz-copy-source-range value must be of the form "
		    "bytes=first-last");
	if (last >= size)
		return request_error(r, 400, "InvalidArgument",
		    "Range specified is not valid for source object");
	if (size <= r->bucket->options.part_min)
		return request_error(r, 400, "InvalidRequest",
		    "The specified copy source is not supported as a "
		    "byte-range copy source");
	*n = last - *offset + 1;
	return true;
}

static void
copy_part(struct request *r, struct store_upload *u, unsigned number)
{
	struct source s = {0};
	uint64_t offset, n;
	struct content *part;
	int64_t now = server_now(r->server);

	if (open_source(r, &s) &&
	    read_range(r, s.object.content->size, &offset, &n)) {
		if (n > r->bucket->options.max_copy) {
			(void)request_error(r, 400, "InvalidRequest",
			    "The specified copy range is larger than the "
			    "maximum allowable size for a copy source: "
			    "5368709120");
		} else {
			part = content_slice(s.object.content, offset, n);
			answer(r, "CopyPartResult",
			    content_etag(part, &r->server->store.rules),
			    now - now % 1000);
			store_upload_part(u, number, part, now);
		}
	}
	store_object_fini(&s.object);
}

void
s3_upload_part_copy(struct request *r)
{
	struct store_upload *u;
	unsigned number;

	if (r->bucket->options.no_part_copy)
		s3_upload_part(r);
	else if (request_allowed(r, "PutObject") &&
	    (u = s3_find_upload(r)) != NULL && s3_part_number(r, &number))
		copy_part(r, u, number);
}
