#ifndef S3OP_H
#define S3OP_H

/* The operations of S3 that these programs use. */

#include <stdbool.h>

enum s3op {
	S3OP_LIST_BUCKETS,
	S3OP_LIST_OBJECTS,
	S3OP_HEAD_BUCKET,
	S3OP_HEAD_OBJECT,
	S3OP_GET_OBJECT,
	S3OP_PUT_OBJECT,
	S3OP_COPY_OBJECT,
	S3OP_DELETE_OBJECT,
	S3OP_GET_TAGGING,
	S3OP_PUT_TAGGING,
	S3OP_GET_ACL,
	S3OP_PUT_ACL,
	S3OP_CREATE_UPLOAD,
	S3OP_UPLOAD_PART,
	S3OP_COPY_PART,
	S3OP_COMPLETE_UPLOAD,
	S3OP_ABORT_UPLOAD,
	S3OP_LIST_PARTS,
	S3OP_LIST_UPLOADS,
	S3OP_CREATE_SESSION,
	S3OP_COUNT
};
/* S3's own name of the operation: "ListObjectsV2". */
const char *s3op_name(enum s3op op);
const char *s3op_method(enum s3op op);
/* The store works before it answers: long silence is no sign of death. */
bool s3op_is_long(enum s3op op);
/* In a directory bucket: is it signed with the keys of a session?  (AWS,
 * "CreateSession": CopyObject, UploadPartCopy and HeadBucket are not.) */
bool s3op_in_session(enum s3op op);

#endif
