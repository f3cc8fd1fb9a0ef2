#ifndef FAKE_S3REQ_H
#define FAKE_S3REQ_H

/* What the fakes that stand in for common/s3req.c have in common: all of its
 * functions that only keep what a request is. */

#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "s3req.h"

bool
s3req_active(const struct s3req *req)
{
	return req->state != S3REQ_IDLE;
}

void
s3req_init(struct s3req *req, struct s3req_env *env)
{
	memset(req, 0, sizeof(*req));
	req->env = env;
	buf_init(&req->reply, LIMIT_REPLY);
}

void
s3req_fini(struct s3req *req)
{
	if (s3req_active(req))
		abort();
	buf_fini(&req->reply);
}

void
s3req_reset(struct s3req *req)
{
	struct s3req_env *env = req->env;
	struct buf reply = req->reply;

	if (s3req_active(req))
		abort();
	memset(req, 0, sizeof(*req));
	req->env = env;
	req->reply = reply;
}

void
s3req_add_header(struct s3req *req, const char *name, const char *value)
{
	req->headers[req->nheaders].name = name;
	req->headers[req->nheaders++].value = value;
}

#endif
