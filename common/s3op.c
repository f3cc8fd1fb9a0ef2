#include "s3op.h"

static const struct {
	const char *name;
	const char *method;
	bool is_long;
} ops[S3OP_COUNT] = {
    [S3OP_LIST_BUCKETS] = {"ListBuckets", "GET", false},
    [S3OP_LIST_OBJECTS] = {"ListObjectsV2", "GET", false},
    [S3OP_HEAD_BUCKET] = {"HeadBucket", "HEAD", false},
    [S3OP_HEAD_OBJECT] = {"HeadObject", "HEAD", false},
    [S3OP_GET_OBJECT] = {"GetObject", "GET", false},
    [S3OP_PUT_OBJECT] = {"PutObject", "PUT", false},
    [S3OP_COPY_OBJECT] = {"CopyObject", "PUT", true},
    [S3OP_DELETE_OBJECT] = {"DeleteObject", "DELETE", false},
    [S3OP_GET_TAGGING] = {"GetObjectTagging", "GET", false},
    [S3OP_PUT_TAGGING] = {"PutObjectTagging", "PUT", false},
    [S3OP_GET_ACL] = {"GetObjectAcl", "GET", false},
    [S3OP_PUT_ACL] = {"PutObjectAcl", "PUT", false},
    [S3OP_CREATE_UPLOAD] = {"CreateMultipartUpload", "POST", false},
    [S3OP_UPLOAD_PART] = {"UploadPart", "PUT", false},
    [S3OP_COPY_PART] = {"UploadPartCopy", "PUT", true},
    [S3OP_COMPLETE_UPLOAD] = {"CompleteMultipartUpload", "POST", true},
    [S3OP_ABORT_UPLOAD] = {"AbortMultipartUpload", "DELETE", false},
    [S3OP_LIST_PARTS] = {"ListParts", "GET", false},
    [S3OP_LIST_UPLOADS] = {"ListMultipartUploads", "GET", false},
    [S3OP_CREATE_SESSION] = {"CreateSession", "GET", false},
};

const char *
s3op_name(enum s3op op)
{
	return ops[op].name;
}

const char *
s3op_method(enum s3op op)
{
	return ops[op].method;
}

bool
s3op_is_long(enum s3op op)
{
	return ops[op].is_long;
}

bool
s3op_in_session(enum s3op op)
{
	return op != S3OP_COPY_OBJECT && op != S3OP_COPY_PART &&
	    op != S3OP_HEAD_BUCKET && op != S3OP_CREATE_SESSION &&
	    op != S3OP_LIST_BUCKETS;
}
