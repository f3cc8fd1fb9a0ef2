#include <stdlib.h>
#include <string.h>

#include "md5.h"
#include "request.h"
#include "s3.h"
#include "server.h"

void
s3_put_object(struct request *r)
{
	struct object o;
	unsigned char md5[16];
	int64_t now = server_now(r->server);

	if (!request_allowed(r, "PutObject"))
		return;
	store_object_init(&r->server->store, &o);
	s3_body_md5(r, md5);
	if (s3_body_length(r) > r->bucket->options.max_copy) {
		(void)request_error(r, 400, "EntityTooLarge",
		    "Your proposed upload exceeds the maximum allowed size");
	} else if (s3_read_attributes(r, &o) && s3_check_digests(r, md5, &o) &&
	    s3_write_condition(r)) {
		o.content = s3_take_body(r, md5);
		o.mtime = now - now % 1000;
		request_reply_value(r, "ETag", s3_quoted(r, o.content->etag));
		store_put(r->bucket, r->key, r->key_length, &o);
	}
	store_object_fini(&o);
}

void
s3_delete_object(struct request *r)
{
	if (!request_allowed(r, "DeleteObject"))
		return;
	(void)store_delete(r->bucket, r->key, r->key_length);
	r->status = 204;
}

static void
delete_one(struct request *r, const char *key, size_t n, bool quiet)
{
	bool may = request_may(r, "DeleteObject", r->bucket, key, n);

	if (may)
		(void)store_delete(r->bucket, key, n);
	if (may && quiet)
		return;
	text_str(&r->reply, may ? "<Deleted><Key>" : "<Error><Key>");
	text_xml(&r->reply, key, n);
	text_str(&r->reply,
	    may ? "</Key></Deleted>" :
		  "</Key><Code>AccessDenied</Code><Message>"
		  "Access Denied</Message></Error>");
}

void
s3_delete_objects(struct request *r)
{
	unsigned char md5[16];
	size_t at = 0, n, count = 0;
	char *key, *quiet;
	bool silent;

	md5_of(r->body.p, r->body.n, md5);
	if (!s3_check_digests(r, md5, NULL))
		return;
	quiet = s3_next_element(r, "Quiet", &at, &n);
	silent = quiet != NULL && strcmp(quiet, "true") == 0;
	at = 0;
	request_xml(r, "DeleteResult");
	while ((key = s3_next_element(r, "Key", &at, &n)) != NULL) {
		delete_one(r, key, n, silent);
		if (++count > 1000)
			break;
	}
	if (count == 0 || count > 1000)
		(void)request_error(r, 400, "MalformedXML",
		    "The XML you provided was not well-formed or did not "
		    "validate against our published schema");
	else
		text_str(&r->reply, "</DeleteResult>");
}
