#include "s3price.h"

#define TIER1 (0.005 / 1000)  /* PUT, COPY, POST, LIST */
#define TIER2 (0.0004 / 1000) /* GET, HEAD and all others */

static double
price_of(enum s3op op)
{
	switch (op) {
	case S3OP_LIST_BUCKETS:
	case S3OP_LIST_OBJECTS:
	case S3OP_PUT_OBJECT:
	case S3OP_COPY_OBJECT:
	case S3OP_PUT_TAGGING:
	case S3OP_PUT_ACL:
	case S3OP_CREATE_UPLOAD:
	case S3OP_UPLOAD_PART:
	case S3OP_COPY_PART:
	case S3OP_COMPLETE_UPLOAD:
	case S3OP_LIST_PARTS:
	case S3OP_LIST_UPLOADS:
		return TIER1;
	case S3OP_HEAD_BUCKET:
	case S3OP_HEAD_OBJECT:
	case S3OP_GET_OBJECT:
	case S3OP_GET_TAGGING:
	case S3OP_GET_ACL:
	case S3OP_CREATE_SESSION:
		return TIER2;
	case S3OP_DELETE_OBJECT:
	case S3OP_ABORT_UPLOAD:
	case S3OP_COUNT:
		return 0;
	}
	return 0;
}

double
s3price(enum s3op op, uint64_t requests)
{
	return price_of(op) * (double)requests;
}

double
s3price_all(const uint64_t counts[S3OP_COUNT])
{
	double sum = 0;
	int op;

	for (op = 0; op < S3OP_COUNT; op++)
		sum += s3price((enum s3op)op, counts[op]);
	return sum;
}
