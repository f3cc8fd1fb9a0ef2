#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "request.h"
#include "server.h"

const struct request_param *
request_param_of(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->nparams; i++)
		if (strcmp(r->param[i].name, name) == 0)
			return &r->param[i];
	return NULL;
}

const char *
request_param(const struct request *r, const char *name)
{
	const struct request_param *p = request_param_of(r, name);

	return p != NULL ? p->value : NULL;
}

const char *
request_header(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_HEADER_KIND, name);
}

void
request_reply_value(struct request *r, const char *name, const char *value)
{
	struct request_header *h = mem_pool_alloc(&r->pool, sizeof(*h));

	h->next = NULL;
	h->name = name;
	h->value = value;
	if (r->last_header == NULL)
		r->last_header = &r->headers;
	*r->last_header = h;
	r->last_header = &h->next;
}

void
request_reply_header(
    struct request *r, const char *name, const char *format, ...)
{
	va_list args;
	char value[8192];

	va_start(args, format);
	(void)vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	request_reply_value(
	    r, name, mem_pool_dup(&r->pool, value, strlen(value)));
}

void
request_set_error(struct request *r, unsigned status, const char *code,
    const char *message, const char *extra)
{
	struct text *t = &r->reply;

	r->status = status;
	r->code = mem_pool_dup(&r->pool, code, strlen(code));
	content_drop(r->content);
	r->content = NULL;
	t->n = 0;
	text_str(t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
	request_element(r, "Code", code);
	request_element(r, "Message", message);
	if (extra != NULL)
		text_str(t, extra);
	if (r->key != NULL) {
		text_str(t, "<Key>");
		text_xml(t, r->key, r->key_length);
		text_str(t, "</Key>");
	}
	if (r->bucket_name != NULL)
		request_element(r, "BucketName", r->bucket_name);
	text_fmt(t,
	    "<RequestId>%016llX</RequestId><HostId>host/%llu</HostId>"
	    "</Error>",
	    (unsigned long long)r->number, (unsigned long long)r->number);
}

void
request_xml(struct request *r, const char *root)
{
	text_fmt(&r->reply,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<%s xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
	    root);
}

void
request_element(struct request *r, const char *name, const char *value)
{
	text_fmt(&r->reply, "<%s>", name);
	text_xml(&r->reply, value, strlen(value));
	text_fmt(&r->reply, "</%s>", name);
}

bool
request_may(const struct request *r, const char *action,
    const struct store_bucket *b, const char *key, size_t n)
{
	return access_allowed(
	    &r->server->access, r->account, action, b, key, n);
}

bool
request_allowed(struct request *r, const char *action)
{
	if (request_may(r, action, r->bucket, r->key != NULL ? r->key : "",
		r->key_length))
		return true;
	return request_error(r, 403, "AccessDenied", "Access Denied");
}

static const char *
pool_decode(struct request *r, const char *s, size_t n, size_t *length)
{
	char *copy = mem_pool_dup(&r->pool, s, n);

	*length = text_unescape(copy, n, true);
	return copy;
}

static void
parse_query(struct request *r, const char *query)
{
	size_t n = 1, length;
	const char *s;

	for (s = query; *s != '\0'; s++)
		n += *s == '&';
	r->param = mem_pool_alloc(&r->pool, n * sizeof(*r->param));
	for (s = query; *s != '\0';) {
		size_t all = strcspn(s, "&"), name = strcspn(s, "=&");
		struct request_param *p = &r->param[r->nparams];

		if (all > 0) {
			size_t skip = name < all ? name + 1 : name;

			p->raw_name = mem_pool_dup(&r->pool, s, name);
			p->raw_value = mem_pool_dup(
			    &r->pool, s + skip, all - skip);
			p->name = pool_decode(r, s, name, &length);
			p->value = pool_decode(
			    r, s + skip, all - skip, &p->value_length);
			r->nparams++;
		}
		s += all + (s[all] == '&');
	}
}

/* The bucket that a host name begins with, and the region it names. */
static void
parse_host(struct request *r, const char *host)
{
	size_t n = strcspn(host, ":"), bucket;
	char *name = mem_pool_dup(&r->pool, host, n), *s3, *end;

	if (*host == '[' || n == 0)
		return;
	if (n > 10 && strcasecmp(name + n - 10, ".localhost") == 0) {
		r->bucket_name = mem_pool_dup(&r->pool, name, n - 10);
		return;
	}
	end = strstr(name, ".amazonaws.com");
	if (end == NULL)
		return;
	*end = '\0';
	/* BUCKET.s3.REGION, s3.REGION, s3-REGION, ... .s3express-ZONE.REGION */
	s3 = strncmp(name, "s3", 2) == 0 ? name : NULL;
	for (char *at = name; (at = strstr(at, ".s3")) != NULL; at++)
		if (at[3] == '.' || at[3] == '-' || at[3] == '\0' ||
		    strncmp(at, ".s3express", 10) == 0)
			s3 = at + 1;
	if (s3 == NULL)
		return;
	bucket = (size_t)(s3 - name);
	if (bucket > 0)
		r->bucket_name = mem_pool_dup(&r->pool, name, bucket - 1);
	end = strrchr(s3, '.');
	if (strncmp(s3, "s3-accelerate", 13) == 0)
		return; /* one name for all regions */
	r->host_region = end != NULL ? end + 1 :
	    s3[2] == '-'	     ? s3 + 3 :
				       "us-east-1";
}

static bool
has(const struct request *r, const char *name)
{
	return request_param_of(r, name) != NULL;
}

static enum op
op_of_bucket(const struct request *r)
{
	const char *type = request_param(r, "list-type");

	if (strcmp(r->method, "HEAD") == 0)
		return OP_HEAD_BUCKET;
	if (strcmp(r->method, "PUT") == 0)
		return r->nparams == 0 || has(r, "x-id") ? OP_CREATE_BUCKET :
							   OP_UNKNOWN;
	if (strcmp(r->method, "DELETE") == 0)
		return OP_DELETE_BUCKET;
	if (strcmp(r->method, "POST") == 0)
		return has(r, "delete") ? OP_DELETE_OBJECTS : OP_UNKNOWN;
	if (strcmp(r->method, "GET") != 0)
		return OP_UNKNOWN;
	if (has(r, "location"))
		return OP_GET_BUCKET_LOCATION;
	if (has(r, "uploads"))
		return OP_LIST_MULTIPART_UPLOADS;
	if (has(r, "session"))
		return OP_CREATE_SESSION;
	if (has(r, "acl") || has(r, "policy") || has(r, "versioning") ||
	    has(r, "versions") || has(r, "lifecycle") || has(r, "tagging") ||
	    has(r, "cors") || has(r, "website") || has(r, "encryption"))
		return OP_UNKNOWN;
	return type != NULL && strcmp(type, "2") == 0 ? OP_LIST_OBJECTS_V2 :
							OP_LIST_OBJECTS;
}

static enum op
op_of_put(const struct request *r)
{
	bool copy = request_header(r, "x-amz-copy-source") != NULL;

	if (has(r, "tagging"))
		return OP_PUT_OBJECT_TAGGING;
	if (has(r, "acl"))
		return OP_PUT_OBJECT_ACL;
	if (has(r, "partNumber"))
		return copy ? OP_UPLOAD_PART_COPY : OP_UPLOAD_PART;
	return copy ? OP_COPY_OBJECT : OP_PUT_OBJECT;
}

static enum op
op_of_object(const struct request *r)
{
	if (strcmp(r->method, "HEAD") == 0)
		return OP_HEAD_OBJECT;
	if (strcmp(r->method, "PUT") == 0)
		return op_of_put(r);
	if (strcmp(r->method, "POST") == 0)
		return has(r, "uploads") ? OP_CREATE_MULTIPART_UPLOAD :
		    has(r, "uploadId")	 ? OP_COMPLETE_MULTIPART_UPLOAD :
					   OP_UNKNOWN;
	if (strcmp(r->method, "DELETE") == 0)
		return has(r, "uploadId") ? OP_ABORT_MULTIPART_UPLOAD :
		    has(r, "tagging")	  ? OP_DELETE_OBJECT_TAGGING :
					    OP_DELETE_OBJECT;
	if (strcmp(r->method, "GET") != 0)
		return OP_UNKNOWN;
	return has(r, "tagging") ? OP_GET_OBJECT_TAGGING :
	    has(r, "acl")	 ? OP_GET_OBJECT_ACL :
	    has(r, "attributes") ? OP_GET_OBJECT_ATTRIBUTES :
	    has(r, "uploadId")	 ? OP_LIST_PARTS :
				   OP_GET_OBJECT;
}

void
request_parse(struct request *r)
{
	const char *target = r->target, *host = request_header(r, "host");
	const char *path, *slash;
	size_t n, length;

	if (strncasecmp(target, "http://", 7) == 0) {
		target += 7;
		target += strcspn(target, "/?");
	}
	n = strcspn(target, "?");
	r->raw_path = n > 0 ? mem_pool_dup(&r->pool, target, n) : "/";
	parse_query(r, target[n] == '?' ? target + n + 1 : target + n);
	if (host != NULL)
		parse_host(r, host);
	path = r->raw_path + (*r->raw_path == '/');
	if (r->bucket_name == NULL && *path != '\0') {
		n = strcspn(path, "/");
		r->bucket_name = pool_decode(r, path, n, &length);
		slash = path + n;
		path = *slash == '/' ? slash + 1 : slash;
	}
	if (*path != '\0')
		r->key = pool_decode(r, path, strlen(path), &r->key_length);
	r->op = r->key != NULL		  ? op_of_object(r) :
	    r->bucket_name != NULL	  ? op_of_bucket(r) :
	    strcmp(r->method, "GET") == 0 ? OP_LIST_BUCKETS :
					    OP_UNKNOWN;
}
