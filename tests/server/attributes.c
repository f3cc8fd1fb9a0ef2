#include <ctype.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checksum.h"
#include "intake.h"
#include "md5.h"
#include "request.h"
#include "s3.h"
#include "server.h"

struct tree_record *
s3_find_in(struct request *r, struct store_bucket *b, const char *key, size_t n)
{
	struct tree_record *record = tree_find(&b->tree, key, n);

	if (record != NULL)
		return record;
	/* Who may not list may not learn that a key is missing. */
	if (request_may(r, "ListBucket", b, "", 0))
		(void)request_error(
		    r, 404, "NoSuchKey", "The specified key does not exist.");
	else
		(void)request_error(r, 403, "AccessDenied", "Access Denied");
	return NULL;
}

struct tree_record *
s3_find(struct request *r)
{
	return s3_find_in(r, r->bucket, r->key, r->key_length);
}

struct reader {
	struct request *request;
	struct object *object;
	size_t meta; /* bytes of user metadata */
};

/* "aws-chunked,gzip" was only "gzip" for those who store it. */
static void
add_encoding(struct reader *a, const char *value)
{
	struct text kept = {0};

	while (*value != '\0') {
		size_t n;

		value += strspn(value, ", ");
		n = strcspn(value, ", ");
		if (n > 0 && strncmp(value, "aws-chunked", n) != 0)
			text_fmt(
			    &kept, "%s%.*s", kept.n ? "," : "", (int)n, value);
		value += n;
	}
	if (kept.n > 0)
		pairs_add(&a->object->headers, "content-encoding", kept.p);
	text_fini(&kept);
}

static bool
is_extra(const char *name)
{
	static const char sse[] = "x-amz-server-side-encryption";

	return strncmp(name, sse, sizeof(sse) - 1) == 0 ||
	    strcmp(name, "x-amz-website-redirect-location") == 0;
}

static enum MHD_Result
read_header(
    void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct reader *a = arg;
	char *lower = mem_pool_dup(&a->request->pool, name, strlen(name));

	(void)kind;
	if (value == NULL)
		value = "";
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (strncmp(lower, "x-amz-meta-", 11) == 0) {
		a->meta += strlen(lower + 11) + strlen(value);
		pairs_join(&a->object->meta, lower + 11, value);
	} else if (strcmp(lower, "content-encoding") == 0) {
		add_encoding(a, value);
	} else if (strcmp(lower, "content-type") == 0 &&
	    strcmp(value, "binary/octet-stream") == 0) {
		/* S3's word for an object without a type: the same thing. */
	} else if (strcmp(lower, "content-type") == 0 ||
	    strcmp(lower, "cache-control") == 0 ||
	    strcmp(lower, "content-disposition") == 0 ||
	    strcmp(lower, "content-language") == 0 ||
	    strcmp(lower, "expires") == 0) {
		pairs_add(&a->object->headers, lower, value);
	} else if (is_extra(lower)) {
		pairs_add(&a->object->extra, lower, value);
	}
	return MHD_YES;
}

static bool
read_class(struct request *r, struct object *o)
{
	static const char *const classes[] = {"STANDARD", "STANDARD_IA",
	    "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "GLACIER_IR",
	    "DEEP_ARCHIVE", "REDUCED_REDUNDANCY", "EXPRESS_ONEZONE"};
	const char *class = request_header(r, "x-amz-storage-class");

	if (class == NULL)
		return true;
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strcmp(classes[i], class) == 0) {
			o->class = store_intern(&r->server->store, class);
			o->archived = strcmp(class, "GLACIER") == 0 ||
			    strcmp(class, "DEEP_ARCHIVE") == 0;
			return true;
		}
	}
	return request_error(r, 400, "InvalidStorageClass",
	    "The storage class you specified is not valid");
}

static bool
read_acl(struct request *r, struct object *o)
{
	static const char *const acls[] = {"private", "public-read",
	    "public-read-write", "authenticated-read", "aws-exec-read",
	    "bucket-owner-read", "bucket-owner-full-control"};
	const char *acl = request_header(r, "x-amz-acl");

	if (acl == NULL)
		return true;
	if (r->bucket->options.no_acl &&
	    strcmp(acl, "bucket-owner-full-control") != 0)
		return request_error(r, 400, "AccessControlListNotSupported",
		    "The bucket does not allow ACLs");
	for (size_t i = 0; i < sizeof(acls) / sizeof(*acls); i++) {
		if (strcmp(acls[i], acl) == 0) {
			o->acl = store_intern(&r->server->store, acl);
			return request_allowed(r, "PutObjectAcl");
		}
	}
	return request_error(
	    r, 400, "InvalidArgument", "The ACL you specified is not valid");
}

static bool
read_tags(struct request *r, struct object *o)
{
	const char *tags = request_header(r, "x-amz-tagging");
	const struct store_options *options = &r->bucket->options;

	if (tags == NULL || options->ignore_tagging)
		return true;
	if (options->no_tagging || (options->directory && *tags != '\0'))
		return request_error(r, 501, "NotImplemented",
		    "A header you provided implies functionality that is not "
		    "implemented");
	if (!pairs_read(&o->tags, tags) || (o->tags != NULL && o->tags->n > 10))
		return request_error(r, 400, "InvalidTag",
		    "The header 'x-amz-tagging' is not valid");
	return o->tags == NULL || request_allowed(r, "PutObjectTagging");
}

bool
s3_read_attributes(struct request *r, struct object *o)
{
	struct reader a = {r, o, 0};

	MHD_get_connection_values(
	    r->connection, MHD_HEADER_KIND, read_header, &a);
	if (a.meta > 2048)
		return request_error(r, 400, "MetadataTooLarge",
		    "Your metadata headers exceed the maximum allowed "
		    "metadata size");
	return read_class(r, o) && read_acl(r, o) && read_tags(r, o);
}

bool
s3_etag_listed(const char *list, const char *etag)
{
	size_t n = strlen(etag);

	while (*list != '\0') {
		size_t k;

		list += strspn(list, " ,\"");
		k = strcspn(list, " ,\"");
		if ((k == 1 && *list == '*') ||
		    (k == n && strncmp(list, etag, n) == 0))
			return true;
		list += k;
	}
	return false;
}

bool
s3_write_condition(struct request *r)
{
	const char *none = request_header(r, "if-none-match");
	const char *match = request_header(r, "if-match");
	const struct store_options *o = &r->bucket->options;
	struct tree_record *there;
	struct store_glance g;

	if (none == NULL && match == NULL)
		return true;
	if (o->refuse_if_none_match)
		return request_error(r, 501, "NotImplemented",
		    "A header you provided implies functionality that is not "
		    "implemented");
	if (o->ignore_if_none_match)
		return true;
	there = tree_find(&r->bucket->tree, r->key, r->key_length);
	if (match != NULL && there == NULL)
		return request_error(
		    r, 404, "NoSuchKey", "The specified key does not exist.");
	if (there == NULL)
		return true;
	store_glance(&r->server->store, there, &g);
	if ((none != NULL && s3_etag_listed(none, g.etag)) ||
	    (match != NULL && !s3_etag_listed(match, g.etag)))
		return request_error(r, 412, "PreconditionFailed",
		    "At least one of the pre-conditions you specified did "
		    "not hold");
	return true;
}

static const char *
sent_checksum(const struct request *r, const char *header)
{
	const char *value = request_header(r, header);

	for (struct request_header *h = r->trailer; h != NULL; h = h->next)
		if (strcasecmp(h->name, header) == 0)
			return h->value;
	return value;
}

static bool
check_sum(struct request *r, const char *name, struct object *o)
{
	struct text header = {0}, sum = {0};
	const char *sent;
	bool same = true;

	text_fmt(&header, "x-amz-checksum-%s", name);
	sent = sent_checksum(r, header.p);
	if (sent != NULL) {
		(void)checksum_of(name, r->body.p, r->body.n, &sum);
		same = strcmp(sent, sum.p) == 0;
		request_reply_header(
		    r, mem_pool_dup(&r->pool, header.p, header.n), "%s", sum.p);
		if (o != NULL && same) {
			free(o->sum);
			o->sum_name = name;
			o->sum = mem_dup(sum.p, sum.n);
		}
	}
	text_fini(&header);
	text_fini(&sum);
	return same ||
	    request_error(r, 400, "BadDigest",
		"The checksum you specified did not match the calculated "
		"checksum.");
}

bool
s3_check_digests(
    struct request *r, const unsigned char md5[16], struct object *o)
{
	const char *sent = request_header(r, "content-md5");
	struct text ours = {0};
	bool same = true;

	if (sent != NULL) {
		text_base64(&ours, md5, 16);
		same = strcmp(ours.p, sent) == 0;
		text_fini(&ours);
	}
	if (!same)
		return request_error(r, 400, "BadDigest",
		    "The Content-MD5 you specified did not match what we "
		    "received.");
	for (size_t i = 0; checksum_name(i) != NULL; i++)
		if (!check_sum(r, checksum_name(i), o))
			return false;
	return true;
}

const char *
s3_quoted(struct request *r, const char *etag)
{
	char quoted[60];
	int n = snprintf(quoted, sizeof(quoted), "\"%.50s\"", etag);

	return mem_pool_dup(&r->pool, quoted, (size_t)n);
}

void
s3_etag_element(struct request *r, const char *etag)
{
	text_fmt(&r->reply, "<ETag>&quot;%s&quot;</ETag>", etag);
}

/* The character of &name; or &#n; as UTF-8 at the end of out. */
static void
add_entity(char *out, size_t *n, const char *name, size_t length)
{
	static const char known[][6] = {
	    "lt", "<", "gt", ">", "amp", "&", "quot", "\"", "apos", "'"};
	unsigned long c;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i += 2)
		if (strlen(known[i]) == length &&
		    strncmp(known[i], name, length) == 0)
			out[(*n)++] = known[i + 1][0];
	if (*name != '#')
		return;
	c = name[1] == 'x' ? strtoul(name + 2, NULL, 16) :
			     strtoul(name + 1, NULL, 10);
	if (c < 0x80) {
		out[(*n)++] = (char)c;
	} else if (c < 0x800) {
		out[(*n)++] = (char)(0xc0 | c >> 6);
		out[(*n)++] = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		out[(*n)++] = (char)(0xe0 | c >> 12);
		out[(*n)++] = (char)(0x80 | (c >> 6 & 63));
		out[(*n)++] = (char)(0x80 | (c & 63));
	} else {
		out[(*n)++] = (char)(0xf0 | (c >> 18 & 7));
		out[(*n)++] = (char)(0x80 | (c >> 12 & 63));
		out[(*n)++] = (char)(0x80 | (c >> 6 & 63));
		out[(*n)++] = (char)(0x80 | (c & 63));
	}
}

static char *
decode_xml(struct request *r, const char *s, size_t length, size_t *n)
{
	char *out = mem_pool_alloc(&r->pool, length + 1);

	*n = 0;
	for (size_t i = 0; i < length; i++) {
		const char *end = s[i] == '&' ? memchr(s + i, ';', length - i) :
						NULL;

		if (end == NULL) {
			out[(*n)++] = s[i];
			continue;
		}
		add_entity(out, n, s + i + 1, (size_t)(end - (s + i + 1)));
		i = (size_t)(end - s);
	}
	out[*n] = '\0';
	return out;
}

char *
s3_next_element(struct request *r, const char *name, size_t *at, size_t *n)
{
	char open[40], close[40];
	const char *start, *end;

	if (r->body.p == NULL || *at >= r->body.n)
		return NULL;
	(void)snprintf(open, sizeof(open), "<%.30s>", name);
	(void)snprintf(close, sizeof(close), "</%.30s>", name);
	start = strstr(r->body.p + *at, open);
	end = start != NULL ? strstr(start, close) : NULL;
	if (end == NULL)
		return NULL;
	start += strlen(open);
	*at = (size_t)(end + strlen(close) - r->body.p);
	return decode_xml(r, start, (size_t)(end - start), n);
}

uint64_t
s3_body_length(const struct request *r)
{
	return r->intake != NULL ? intake_length(r->intake) : r->body.n;
}

void
s3_body_md5(const struct request *r, unsigned char md5[16])
{
	if (r->intake != NULL)
		memcpy(md5, intake_md5(r->intake), 16);
	else
		md5_of(r->body.p, r->body.n, md5);
}

struct content *
s3_take_body(struct request *r, const unsigned char md5[16])
{
	struct content *c = r->intake != NULL ?
	    intake_take(r->intake) :
	    content_stored(r->body.p, r->body.n);

	for (int i = 0; i < 16; i++)
		(void)snprintf(c->etag + 2 * i, 3, "%02x", md5[i]);
	memset(&r->body, 0, sizeof(r->body));
	return c;
}
