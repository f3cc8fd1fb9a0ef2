/*
 * The S3 operations: each reads its request and makes the answer in it. The
 * ones behind s3_handle are called with a bucket that exists, by a caller whose
 * signature was good; rights they check themselves.
 */
#ifndef S3_H
#define S3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct request;

/* Sets the operation: S3's, or STS's, which share an address if a client is
 * told of one endpoint for all services. */
void s3_parse(struct request *);
/* Signature, bucket and region alone, before a body is sent. */
bool s3_early(struct request *);
/* Checks, dispatches, and spoils what a fault says. */
void s3_handle(struct request *);

/* bucket.c */
void s3_list_buckets(struct request *);
void s3_create_bucket(struct request *);
void s3_delete_bucket(struct request *);
void s3_head_bucket(struct request *);
void s3_get_bucket_location(struct request *);
void s3_create_session(struct request *);
/* Do bucket, operation and the kind of keys go together (S3 Express)? */
bool s3_check_session(struct request *);
/* list.c */
void s3_list_objects(struct request *);
/* get.c */
void s3_get_object(struct request *);
void s3_get_object_attributes(struct request *);
/* put.c */
void s3_put_object(struct request *);
void s3_delete_object(struct request *);
void s3_delete_objects(struct request *);
/* tagging.c */
void s3_get_tagging(struct request *);
void s3_put_tagging(struct request *);
void s3_delete_tagging(struct request *);
void s3_get_acl(struct request *);
void s3_put_acl(struct request *);
/* copy.c */
void s3_copy_object(struct request *);
void s3_upload_part_copy(struct request *);
/* upload.c */
void s3_create_upload(struct request *);
void s3_upload_part(struct request *);
void s3_complete_upload(struct request *);
void s3_abort_upload(struct request *);
/* uploads.c */
void s3_list_parts(struct request *);
void s3_list_uploads(struct request *);

/* Helpers that several operations share (attributes.c). */

/* The record of the request's key; NoSuchKey, or AccessDenied, if none. */
struct tree_record *s3_find(struct request *);
/* The same of a copy's source. */
struct tree_record *
s3_find_in(struct request *, struct store_bucket *, const char *key, size_t);
/* The upload that uploadId names; NoSuchUpload if there is none (upload.c). */
struct store_upload *s3_find_upload(struct request *);
/* The partNumber, 1 to 10,000. */
bool s3_part_number(struct request *, unsigned *);
/*
 * Content headers, metadata, tags, class, ACL and encryption of the request's
 * headers, into an empty object. False: an error is the answer.
 */
bool s3_read_attributes(struct request *, struct object *);
/* If-Match and If-None-Match of a write against what is there now. */
bool s3_write_condition(struct request *);
/* Does a list of ETags, as in If-Match, hold this one? */
bool s3_etag_listed(const char *list, const char *etag);
/* Verifies Content-MD5 and x-amz-checksum-* of the body; md5 is its digest.
 * A checksum that was given goes into the object, if there is one. */
bool s3_check_digests(
    struct request *, const unsigned char md5[16], struct object *);
/* <LastModified> and <ETag> */
void s3_etag_element(struct request *, const char *etag);
/* The content of the given element from *at on, decoded; NULL if no more. */
char *
s3_next_element(struct request *, const char *name, size_t *at, size_t *n);
/* "etag" with its quotes, in the pool. */
const char *s3_quoted(struct request *, const char *etag);
/* Of the request's body, wherever that is. */
uint64_t s3_body_length(const struct request *);
void s3_body_md5(const struct request *, unsigned char md5[16]);
/* Takes over the request's body as a content whose ETag is its true MD5. */
struct content *s3_take_body(struct request *, const unsigned char md5[16]);

#endif
