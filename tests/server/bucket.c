#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "mem.h"
#include "request.h"
#include "s3.h"
#include "server.h"

static void
add_owner(struct request *r, const char *owner)
{
	text_str(&r->reply, "<Owner><ID>");
	text_xml(&r->reply, owner, strlen(owner));
	text_str(&r->reply, "</ID></Owner>");
}

void
s3_list_buckets(struct request *r)
{
	struct store_bucket *b;

	request_xml(r, "ListAllMyBucketsResult");
	add_owner(r, r->account);
	text_str(&r->reply, "<Buckets>");
	for (b = r->server->store.buckets; b != NULL; b = b->next) {
		if (strcmp(b->options.owner, r->account) != 0)
			continue;
		text_str(&r->reply, "<Bucket>");
		request_element(r, "Name", b->name);
		text_str(&r->reply, "<CreationDate>");
		text_iso(&r->reply, b->created);
		text_str(&r->reply, "</CreationDate>");
		request_element(r, "BucketRegion", b->options.region);
		text_str(&r->reply, "</Bucket>");
	}
	text_str(&r->reply, "</Buckets></ListAllMyBucketsResult>");
}

void
s3_create_bucket(struct request *r)
{
	struct store *store = &r->server->store;
	struct store_bucket *b = store_find(store, r->bucket_name);
	size_t at = 0, n;
	char *region = s3_next_element(r, "LocationConstraint", &at, &n);

	if (r->account == NULL) {
		(void)request_error(r, 403, "AccessDenied", "Access Denied");
		return;
	}
	if (b != NULL) {
		bool own = strcmp(b->options.owner, r->account) == 0;

		(void)request_error(r, 409,
		    own ? "BucketAlreadyOwnedByYou" : "BucketAlreadyExists",
		    "The requested bucket name is not available.");
		return;
	}
	b = store_bucket(store, r->bucket_name, server_now(r->server));
	free(b->options.owner);
	b->options.owner = mem_dup(r->account, strlen(r->account));
	if (region != NULL) {
		free(b->options.region);
		b->options.region = mem_dup(region, n);
	}
	request_reply_header(r, "Location", "/%s", r->bucket_name);
}

void
s3_delete_bucket(struct request *r)
{
	if (!request_allowed(r, "DeleteBucket"))
		return;
	if (r->bucket->tree.count > 0) {
		(void)request_error(r, 409, "BucketNotEmpty",
		    "The bucket you tried to delete is not empty");
		return;
	}
	store_drop(&r->server->store, r->bucket);
	r->bucket = NULL;
	r->status = 204;
}

void
s3_head_bucket(struct request *r)
{
	request_reply_header(
	    r, "x-amz-bucket-region", "%s", r->bucket->options.region);
	(void)request_allowed(r, "ListBucket");
}

void
s3_get_bucket_location(struct request *r)
{
	const char *region = r->bucket->options.region;

	if (!request_allowed(r, "GetBucketLocation"))
		return;
	request_xml(r, "LocationConstraint");
	if (strcmp(region, "us-east-1") != 0)
		text_xml(&r->reply, region, strlen(region));
	text_str(&r->reply, "</LocationConstraint>");
}

/* Does a session's key do what such a key may? */
static bool
check_session_key(struct request *r)
{
	const struct access_key *key = r->access_key;
	bool writes = strcmp(r->method, "GET") != 0 &&
	    strcmp(r->method, "HEAD") != 0;

	if (request_header(r, "x-amz-s3session-token") == NULL)
		return request_error(r, 400, "InvalidToken",
		    "A session's token is sent as x-amz-s3session-token.");
	if (r->bucket == NULL || strcmp(r->bucket->name, key->session) != 0 ||
	    r->op == OP_COPY_OBJECT || r->op == OP_UPLOAD_PART_COPY ||
	    r->op == OP_HEAD_BUCKET || r->op == OP_CREATE_SESSION ||
	    (key->read_only && writes))
		return request_error(r, 403, "AccessDenied",
		    "This session is not for this operation.");
	return true;
}

bool
s3_check_session(struct request *r)
{
	bool express = r->scope != NULL &&
	    strstr(r->scope, "/s3express/") != NULL;
	bool directory = r->bucket != NULL && r->bucket->options.directory;

	if (r->access_key == NULL)
		return true;
	if (express != directory)
		return request_error(r, 400, "AuthorizationHeaderMalformed",
		    directory ?
			"Directory buckets are signed for as s3express." :
			"This bucket is signed for as s3.");
	if (r->access_key->session != NULL)
		return check_session_key(r);
	return request_header(r, "x-amz-s3session-token") == NULL ||
	    request_error(
		r, 400, "InvalidToken", "The token is not that of a session.");
}

/*
 * S3 Express: keys for five minutes. They are those of a further access key of
 * the same account, which knows its bucket.
 */
void
s3_create_session(struct request *r)
{
	int64_t expires = server_now(r->server) +
	    (int64_t)r->bucket->options.session * 1000;
	const char *mode = request_header(r, "x-amz-create-session-mode");
	struct access_key *key;
	char id[40], secret[60], token[60];

	if (!r->bucket->options.directory || r->account == NULL) {
		(void)request_error(r, 400, "InvalidRequest",
		    "This operation is for directory buckets only.");
		return;
	}
	if (!request_allowed(r, "CreateSession"))
		return;
	(void)snprintf(
	    id, sizeof(id), "ASIASESSION%09llu", (unsigned long long)r->number);
	(void)snprintf(secret, sizeof(secret), "session-secret/%016llx",
	    (unsigned long long)store_hash(id, strlen(id)));
	(void)snprintf(token, sizeof(token),
	    "session-token/%llu==", (unsigned long long)r->number);
	access_add(&r->server->access, r->account, id, secret, token, expires);
	key = access_find(&r->server->access, id);
	key->session = mem_dup(r->bucket->name, strlen(r->bucket->name));
	key->read_only = mode != NULL && strcmp(mode, "ReadOnly") == 0;
	request_xml(r, "CreateSessionResult");
	text_str(&r->reply, "<Credentials>");
	request_element(r, "AccessKeyId", id);
	request_element(r, "SecretAccessKey", secret);
	request_element(r, "SessionToken", token);
	text_str(&r->reply, "<Expiration>");
	text_iso(&r->reply, expires);
	text_str(
	    &r->reply, "</Expiration></Credentials></CreateSessionResult>");
}
