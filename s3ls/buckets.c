/* The names of the buckets: ListBuckets, page after page. */

#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "reply.h"
#include "s3ls.h"
#include "uri.h"
#include "xalloc.h"

struct buckets {
	struct s3ls *s3ls;
	struct s3req req;
	struct buf query, token;
};

static void ask(struct buckets *b);

static bool
on_row(void *arg, const char *const *columns, const size_t *lens)
{
	struct buckets *b = arg;

	if (columns[0] == NULL)
		return false;
	output_bucket(b->s3ls, columns[0], lens[0], columns[1], lens[1]);
	return true;
}

static void
end(struct buckets *b)
{
	struct app *app = &b->s3ls->app;

	s3req_fini(&b->req);
	buf_fini(&b->query);
	buf_fini(&b->token);
	free(b);
	app_finish(app);
}

static void
answered(struct s3req *req, const struct fail *f)
{
	static const char *const columns[] = {"Name", "CreationDate"};
	struct buckets *b = req->arg;
	struct reply_field token = {
	    "ListAllMyBucketsResult/ContinuationToken", &b->token, false};
	const char *why = "";

	if (f->kind != FAIL_NONE) {
		if (f->kind != FAIL_CANCELLED)
			app_fatal_fail(&b->s3ls->app, "the list of buckets", f);
		end(b);
		return;
	}
	buf_reset(&b->token);
	if (!reply_rows(req->reply.data, req->reply.len,
		"ListAllMyBucketsResult/Buckets/Bucket", columns, 2, on_row, b,
		&token, 1, &why)) {
		app_fatal(
		    &b->s3ls->app, "the list of buckets is broken: %s", why);
		end(b);
		return;
	}
	if (b->token.len > 0 && !b->s3ls->app.stopping)
		ask(b);
	else
		end(b);
}

static void
ask(struct buckets *b)
{
	buf_reset(&b->query);
	if (b->token.len > 0)
		uri_query_add(&b->query, "continuation-token", b->token.data,
		    b->token.len);
	b->req.query = b->query.len > 0 ? b->query.data : NULL;
	s3req_start(&b->req);
}

void
buckets_start(struct s3ls *s)
{
	struct buckets *b = xcalloc(1, sizeof(*b));

	b->s3ls = s;
	buf_init(&b->query, LIMIT_URL);
	buf_init(&b->token, LIMIT_TOKEN);
	s3req_init(&b->req, &s->app.env);
	b->req.bucket = s->bucket;
	b->req.op = S3OP_LIST_BUCKETS;
	b->req.done = answered;
	b->req.arg = b;
	ask(b);
}
