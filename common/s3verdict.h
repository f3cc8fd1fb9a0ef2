#ifndef S3VERDICT_H
#define S3VERDICT_H

/*
 * What to do after an attempt: the policy half of s3req, apart from its I/O.
 * Sets req->fail to what the answer means, and learns from it (the bucket's
 * region, the server's clock, that the credentials have expired).
 */

#include "s3req.h"

enum s3verdict {
	S3VERDICT_DONE,		/* req->fail says how it ended */
	S3VERDICT_NOW,		/* something was mended: again, at once */
	S3VERDICT_LATER,	/* again, after retry_delay() */
	S3VERDICT_PROBE		/* ask the bucket for its region (or the port
				 * for TLS: req->over_tls), then again */
};

/* req->mended: each remedy is tried once for a request. */
#define S3VERDICT_REGION  0x01
#define S3VERDICT_PROBED  0x02
#define S3VERDICT_SKEW	  0x04
#define S3VERDICT_AS_GET  0x08
#define S3VERDICT_EXPIRED 0x10

/* The answer of the attempt is in req->fail (transport), req->status,
 * req->reply and req->facts. */
enum s3verdict s3verdict(struct s3req *req);

#endif
