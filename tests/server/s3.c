#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "chunked.h"
#include "request.h"
#include "s3.h"
#include "server.h"
#include "sigv4.h"
#include "spoil.h"

static bool
wrong_region(struct request *r, bool moved, const char *right)
{
	struct text extra = {0}, message = {0};

	request_reply_header(
	    r, "x-amz-bucket-region", "%s", r->bucket->options.region);
	if (moved) {
		text_fmt(&extra,
		    "<Endpoint>%s.s3.%s.amazonaws.com</Endpoint>"
		    "<Bucket>%s</Bucket>",
		    r->bucket_name, right, r->bucket_name);
		(void)request_error_with(r, 301, "PermanentRedirect",
		    "The bucket you are attempting to access must be "
		    "addressed using the specified endpoint. Please send all "
		    "future requests to this endpoint.",
		    extra.p);
	} else {
		text_fmt(&extra, "<Region>%s</Region>", right);
		text_fmt(&message,
		    "The authorization header is malformed; the region '%s' "
		    "is wrong; expecting '%s'",
		    sigv4_region(r), right);
		(void)request_error_with(
		    r, 400, "AuthorizationHeaderMalformed", message.p, extra.p);
	}
	text_fini(&extra);
	text_fini(&message);
	return false;
}

/*
 * AWS: an endpoint takes signatures for its own region only (400), and sends
 * those who ask for a bucket of another region away (301). Under an address
 * that names no region the endpoint is taken to be the bucket's.
 */
static bool
check_region(struct request *r)
{
	const struct store_options *o = &r->bucket->options;
	const char *region = sigv4_region(r);

	if (r->host_region != NULL && region != NULL &&
	    strcmp(r->host_region, region) != 0)
		return wrong_region(r, false, r->host_region);
	if (r->host_region != NULL && strcmp(r->host_region, o->region) != 0)
		return wrong_region(r, true, o->region);
	if (region != NULL && strcmp(region, o->region) != 0)
		return wrong_region(r, o->redirect, o->region);
	return true;
}

static bool
check_payer(struct request *r)
{
	const char *payer = request_header(r, "x-amz-request-payer");

	if (!r->bucket->options.requester_pays ||
	    (r->account != NULL &&
		strcmp(r->account, r->bucket->options.owner) == 0))
		return true;
	if (r->account != NULL && payer != NULL &&
	    strcmp(payer, "requester") == 0) {
		request_reply_value(r, "x-amz-request-charged", "requester");
		return true;
	}
	return request_error(r, 403, "AccessDenied", "Access Denied");
}

/* The account's name stands for its number. */
static bool
check_owner(struct request *r)
{
	const char *owner = request_header(r, "x-amz-expected-bucket-owner");

	return owner == NULL || strcmp(owner, r->bucket->options.owner) == 0 ||
	    request_error(r, 403, "AccessDenied", "Access Denied");
}

static bool
check_bucket(struct request *r)
{
	if (r->op == OP_LIST_BUCKETS || r->op == OP_CREATE_BUCKET ||
	    r->bucket_name == NULL)
		return true;
	r->bucket = store_find(&r->server->store, r->bucket_name);
	if (r->bucket == NULL)
		return request_error(r, 404, "NoSuchBucket",
		    "The specified bucket does not exist");
	if (r->key_length > 1024)
		return request_error(
		    r, 400, "KeyTooLongError", "Your key is too long");
	return check_region(r) && check_owner(r) && check_payer(r);
}

/* S3 wants to know the length of a body beforehand, in one way or another. */
static bool
check_length(struct request *r)
{
	const char *coding = request_header(r, "transfer-encoding");

	if (strcmp(r->method, "PUT") != 0 ||
	    request_header(r, "x-amz-decoded-content-length") != NULL)
		return true;
	if (coding != NULL && strcasecmp(coding, "identity") != 0)
		return request_error(r, 501, "NotImplemented",
		    "A header you provided implies functionality that is not "
		    "implemented");
	if (request_header(r, "content-length") == NULL)
		return request_error(r, 411, "MissingContentLength",
		    "You must provide the Content-Length HTTP header.");
	return true;
}

static void
unknown(struct request *r)
{
	(void)request_error(r, 501, "NotImplemented",
	    "A header or query you provided requested a function that is not "
	    "implemented");
}

typedef void (*op_fn)(struct request *);

static const op_fn handler[OP_COUNT] = {
    [OP_LIST_BUCKETS] = s3_list_buckets,
    [OP_CREATE_BUCKET] = s3_create_bucket,
    [OP_DELETE_BUCKET] = s3_delete_bucket,
    [OP_HEAD_BUCKET] = s3_head_bucket,
    [OP_GET_BUCKET_LOCATION] = s3_get_bucket_location,
    [OP_LIST_OBJECTS_V2] = s3_list_objects,
    [OP_LIST_OBJECTS] = s3_list_objects,
    [OP_HEAD_OBJECT] = s3_get_object,
    [OP_GET_OBJECT] = s3_get_object,
    [OP_PUT_OBJECT] = s3_put_object,
    [OP_COPY_OBJECT] = s3_copy_object,
    [OP_DELETE_OBJECT] = s3_delete_object,
    [OP_DELETE_OBJECTS] = s3_delete_objects,
    [OP_GET_OBJECT_TAGGING] = s3_get_tagging,
    [OP_PUT_OBJECT_TAGGING] = s3_put_tagging,
    [OP_DELETE_OBJECT_TAGGING] = s3_delete_tagging,
    [OP_GET_OBJECT_ACL] = s3_get_acl,
    [OP_PUT_OBJECT_ACL] = s3_put_acl,
    [OP_GET_OBJECT_ATTRIBUTES] = s3_get_object_attributes,
    [OP_CREATE_MULTIPART_UPLOAD] = s3_create_upload,
    [OP_UPLOAD_PART] = s3_upload_part,
    [OP_UPLOAD_PART_COPY] = s3_upload_part_copy,
    [OP_COMPLETE_MULTIPART_UPLOAD] = s3_complete_upload,
    [OP_ABORT_MULTIPART_UPLOAD] = s3_abort_upload,
    [OP_LIST_PARTS] = s3_list_parts,
    [OP_LIST_MULTIPART_UPLOADS] = s3_list_uploads,
    [OP_CREATE_SESSION] = s3_create_session,
};

static void
perform(struct request *r)
{
	op_fn call = handler[r->op] != NULL ? handler[r->op] : unknown;

	if (!sigv4_check(r, "s3") || !sigv4_check_body(r) || !check_length(r) ||
	    !chunked_decode(r))
		return;
	if (r->access_key != NULL)
		access_used(r->access_key);
	if (r->account == NULL && (r->bucket_name == NULL)) {
		(void)request_error(r, 403, "AccessDenied", "Access Denied");
		return;
	}
	if (fault_over_limit(&r->server->faults, r)) {
		(void)request_error(
		    r, 503, "SlowDown", "Please reduce your request rate.");
		return;
	}
	if (spoil_instead(r) || !check_bucket(r) || !s3_check_session(r))
		return;
	call(r);
	spoil_document(r);
}

void
s3_parse(struct request *r)
{
	if (strcmp(r->method, "POST") == 0 && strcmp(r->target, "/") == 0)
		identity_parse(r);
	else
		request_parse(r);
}

bool
s3_early(struct request *r)
{
	return sigv4_check(r, "s3") && check_length(r) && check_bucket(r);
}

void
s3_handle(struct request *r)
{
	if (r->op == OP_ASSUME_ROLE ||
	    r->op == OP_ASSUME_ROLE_WITH_WEB_IDENTITY) {
		identity_handle(r);
		return;
	}
	r->fault = fault_strike(&r->server->faults, r);
	if (r->fault != NULL && r->fault->action == FAULT_SKEW)
		r->skew = r->fault->skew * 1000;
	r->status = 200;
	perform(r);
}
