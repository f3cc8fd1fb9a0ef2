/*
 * What a server may say to one operation: status, header lines and body go
 * through s3req as http.c would hand them over, again for each attempt that it
 * asks for.  It must end, once, and never with a success that was none.
 *
 *	OPERATION FLAGS STATUS \n Name: value \n ... \n\n body
 *
 * and, after a byte 0xff, the next answer; the last one is repeated.
 */

#include <poll.h>

#include "fuzz.h"
#include "s3req.h"

#define ATTEMPTS 4
#define MOST	 24 /* requests, with all remedies */

static struct {
	const uint8_t *data;
	size_t size;
	struct fuzz rest;
	struct http_req *open;
	struct loop *loop;
	struct loop_call call;
	int64_t now;
	unsigned requests, ended;
	bool cancelled;
	int last_status;
	struct fail fail;
} net;

static int64_t
clock_fake(void)
{
	return net.now;
}

static void
wait_fake(void *arg, struct pollfd *fds, size_t count, int timeout)
{
	(void)arg;
	(void)fds;
	(void)count;
	FUZZ_CHECK(timeout >= 0); /* else nothing would ever come */
	net.now += timeout;
}

static void
give_headers(struct http_req *req, struct fuzz *f)
{
	char *line, *value;
	size_t len;

	for (line = fuzz_text(f, '\n', &len); *line != '\0';
	     line = fuzz_text(f, '\n', &len)) {
		if ((value = strchr(line, ':')) != NULL) {
			*value++ = '\0';
			value += strspn(value, " ");
			if (req->header != NULL)
				req->header(req, line, value);
		}
		free(line);
	}
	free(line);
}

static void
give_body(struct http_req *req, struct fuzz *f, struct fail *fail)
{
	enum http_flow flow = HTTP_GO;
	size_t len;
	char *body = fuzz_text(f, 0xff, &len);

	req->content_length = (int64_t)len;
	if (strcmp(req->method, "HEAD") != 0 && req->data != NULL && len > 0)
		flow = req->data(req, body, len);
	if (flow == HTTP_ABORT)
		fail_set(fail, FAIL_CANCELLED, "given up");
	free(body);
}

static void
deliver(void *arg)
{
	struct http_req *req = net.open;
	unsigned how, code;
	struct fail f;

	(void)arg;
	net.open = NULL;
	fail_clear(&f);
	if (net.rest.len == 0) {
		net.rest.p = net.data;
		net.rest.len = net.size;
	}
	how = fuzz_byte(&net.rest);
	code = fuzz_byte(&net.rest);
	req->status = net.last_status = 100 + (int)(code * 2);
	req->content_length = -1;
	if (how & 1) {
		req->status = net.last_status = 0;
		fail_set(&f, FAIL_TRANSIENT, "no connection");
		f.curl = 7;
		f.unanswered = how & 2;
	} else {
		give_headers(req, &net.rest);
		give_body(req, &net.rest, &f);
	}
	if (net.cancelled)
		fail_set(&f, FAIL_CANCELLED, "cancelled");
	req->done(req, &f);
}

/* --- in the place of http.c --- */

void
http_submit(struct http *h, struct http_req *req)
{
	size_t i;

	(void)h;
	FUZZ_CHECK(net.open == NULL && ++net.requests <= MOST);
	FUZZ_CHECK(strpbrk(req->url, " \r\n") == NULL);
	FUZZ_CHECK(strncmp(req->url, "http://store.test:1/", 20) == 0 ||
	    strncmp(req->url, "https://store.test:1/", 21) == 0);
	for (i = 0; i < req->nheaders; i++)
		FUZZ_CHECK(strpbrk(req->headers[i], "\r\n") == NULL);
	net.open = req;
	net.call.fn = deliver;
	loop_defer(net.loop, &net.call);
}

void
http_cancel(struct http *h, struct http_req *req)
{
	(void)h;
	(void)req;
	net.cancelled = true;
}

void
http_resume(struct http *h, struct http_req *req)
{
	(void)h;
	(void)req;
}

/* --- one operation --- */

static void
on_done(struct s3req *req, const struct fail *f)
{
	FUZZ_CHECK(net.ended++ == 0);
	net.fail = *f;
	if (f->kind == FAIL_NONE)
		FUZZ_CHECK(req->status / 100 == 2 &&
		    (net.last_status / 100 == 2 || net.last_status == 416));
	loop_stop(net.loop);
}

static void
on_header(struct s3req *req, const char *name, const char *value)
{
	(void)req;
	FUZZ_CHECK(net.last_status / 100 == 2);
	FUZZ_CHECK(name != NULL && value != NULL);
}

static void
run(struct s3req_env *env, struct s3bucket *bucket, unsigned op, unsigned flags)
{
	struct s3req req;
	char phrase[600];

	s3req_init(&req, env);
	req.bucket = bucket;
	req.op = (enum s3op)(op % S3OP_COUNT);
	req.key = flags & 0x80 ? "soap" : "a key";
	req.key_len = strlen(req.key);
	req.flags = flags & (S3REQ_ONCE | S3REQ_NOT_RETRIED | S3REQ_AHEAD);
	req.header = on_header;
	req.done = on_done;
	s3req_start(&req);
	loop_run(net.loop);
	FUZZ_CHECK(net.ended == 1 && net.open == NULL);
	fail_phrase(&net.fail, phrase, sizeof(phrase));
	s3req_fini(&req);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct s3bucket_params params = {.bucket = "b",
	    .endpoint_url = "http://store.test:1",
	    .region = "us-east-1",
	    .use_arn_region = true};
	struct engine_params limits = {.first = 4, .jobs = 4};
	struct s3req_env env;
	struct s3bucket *bucket;
	const char *why;
	unsigned op, flags;

	memset(&net, 0, sizeof(net));
	memset(&env, 0, sizeof(env));
	net.rest.p = data;
	net.rest.len = size;
	op = fuzz_byte(&net.rest);
	flags = fuzz_byte(&net.rest);
	net.data = net.rest.p;
	net.size = net.rest.len;
	net.loop = env.loop = loop_new(wait_fake, NULL, clock_fake);
	env.engine = engine_new(env.loop, &limits);
	env.attempts = ATTEMPTS;
	bucket = s3bucket_new(&params, &why);
	FUZZ_CHECK(bucket != NULL);
	run(&env, bucket, op, flags);
	s3bucket_free(bucket);
	engine_free(env.engine);
	loop_free(env.loop);
	return 0;
}
