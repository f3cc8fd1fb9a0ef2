#include <string.h>

#include "op.h"

static const char *const name_of[OP_COUNT] = {
    [OP_LIST_BUCKETS] = "ListBuckets",
    [OP_CREATE_BUCKET] = "CreateBucket",
    [OP_DELETE_BUCKET] = "DeleteBucket",
    [OP_HEAD_BUCKET] = "HeadBucket",
    [OP_GET_BUCKET_LOCATION] = "GetBucketLocation",
    [OP_LIST_OBJECTS_V2] = "ListObjectsV2",
    [OP_LIST_OBJECTS] = "ListObjects",
    [OP_HEAD_OBJECT] = "HeadObject",
    [OP_GET_OBJECT] = "GetObject",
    [OP_PUT_OBJECT] = "PutObject",
    [OP_COPY_OBJECT] = "CopyObject",
    [OP_DELETE_OBJECT] = "DeleteObject",
    [OP_DELETE_OBJECTS] = "DeleteObjects",
    [OP_GET_OBJECT_TAGGING] = "GetObjectTagging",
    [OP_PUT_OBJECT_TAGGING] = "PutObjectTagging",
    [OP_DELETE_OBJECT_TAGGING] = "DeleteObjectTagging",
    [OP_GET_OBJECT_ACL] = "GetObjectAcl",
    [OP_PUT_OBJECT_ACL] = "PutObjectAcl",
    [OP_GET_OBJECT_ATTRIBUTES] = "GetObjectAttributes",
    [OP_CREATE_MULTIPART_UPLOAD] = "CreateMultipartUpload",
    [OP_UPLOAD_PART] = "UploadPart",
    [OP_UPLOAD_PART_COPY] = "UploadPartCopy",
    [OP_COMPLETE_MULTIPART_UPLOAD] = "CompleteMultipartUpload",
    [OP_ABORT_MULTIPART_UPLOAD] = "AbortMultipartUpload",
    [OP_LIST_PARTS] = "ListParts",
    [OP_LIST_MULTIPART_UPLOADS] = "ListMultipartUploads",
    [OP_CREATE_SESSION] = "CreateSession",
    [OP_UNKNOWN] = "Unknown",
    [OP_ASSUME_ROLE] = "AssumeRole",
    [OP_ASSUME_ROLE_WITH_WEB_IDENTITY] = "AssumeRoleWithWebIdentity",
    [OP_GET_ROLE_CREDENTIALS] = "GetRoleCredentials",
    [OP_CREATE_TOKEN] = "CreateToken",
    [OP_CONTAINER_CREDENTIALS] = "ContainerCredentials",
    [OP_IMDS_TOKEN] = "ImdsToken",
    [OP_IMDS_ROLE] = "ImdsRole",
    [OP_IMDS_CREDENTIALS] = "ImdsCredentials",
};

const char *
op_name(enum op op)
{
	return name_of[op];
}

bool
op_known(const char *name)
{
	if (strcmp(name, "*") == 0)
		return true;
	for (int i = 0; i < OP_COUNT; i++)
		if (strcmp(name_of[i], name) == 0)
			return true;
	return false;
}
