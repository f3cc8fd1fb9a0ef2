#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cred_web.h"
#include "hash.h"
#include "limit.h"
#include "retry.h"
#include "xalloc.h"

#define HEADERS_MAX 8
#define TIMEOUT	    20000
#define ATTEMPTS    4  /* half a second or so */
#define PATIENCE    10 /* a quarter of a minute or so */
#define FIRST_ROOM  (16 << 10)

struct cred_call {
	struct cred_job *job; /* NULL: cancelled */
	struct loop *loop;
	struct http *http;
	struct http_req req;
	struct loop_timer timer; /* before another attempt */
	cred_answer_fn *fn;
	int attempt, attempts;
	bool pausing; /* the timer is set */
	bool overflow;
	struct buf reply;
	char *url, *ca_bundle, *body;
	size_t body_len;
	char *headers[HEADERS_MAX];
};

static void
call_free(struct cred_call *call)
{
	size_t i;

	loop_timer_cancel(call->loop, &call->timer);
	for (i = 0; i < call->req.nheaders; i++) {
		hash_cleanse(call->headers[i], strlen(call->headers[i]));
		free(call->headers[i]);
	}
	if (call->body != NULL)
		hash_cleanse(call->body, call->body_len);
	hash_cleanse(call->reply.data, call->reply.room);
	buf_fini(&call->reply);
	free(call->body);
	free(call->url);
	free(call->ca_bundle);
	free(call);
}

static enum http_flow
take_data(struct http_req *req, const char *p, size_t len)
{
	struct cred_call *call = req->arg;

	if (buf_add(&call->reply, p, len))
		return HTTP_GO;
	call->overflow = true;
	return HTTP_ABORT;
}

static void
submit(void *arg)
{
	struct cred_call *call = arg;

	call->pausing = false;
	call->attempt++;
	buf_reset(&call->reply);
	buf_space(&call->reply, FIRST_ROOM); /* growing leaves copies behind */
	http_submit(call->http, &call->req);
}

static bool
worth_another(const struct cred_call *call, const struct fail *f)
{
	int status = call->req.status;

	if (call->attempt >= call->attempts || call->overflow)
		return false;
	if (f->kind == FAIL_NONE)
		return status == 429 || status >= 500;
	return f->kind == FAIL_TRANSIENT || f->kind == FAIL_PROTOCOL;
}

static void
try_again(struct cred_call *call, const struct fail *f)
{
	struct fail reason = *f;

	if (reason.kind == FAIL_NONE)
		reason.kind = call->req.status == 429 ? FAIL_THROTTLED :
							FAIL_TRANSIENT;
	call->pausing = true;
	loop_timer_set(call->loop, &call->timer,
	    retry_delay(&reason, call->attempt, hash_random()));
}

static void
done(struct http_req *req, const struct fail *f)
{
	struct cred_call *call = req->arg;
	struct cred_job *job = call->job;
	struct cred_answer answer = {0, "", 0, f};
	struct fail overflow;

	if (job == NULL) {
		call_free(call);
		return;
	}
	if (worth_another(call, f)) {
		try_again(call, f);
		return;
	}
	if (call->overflow) {
		fail_clear(&overflow);
		fail_set(&overflow, FAIL_PROTOCOL, "the answer is too long");
		answer.fail = &overflow;
	} else if (f->kind == FAIL_NONE) {
		answer.status = req->status;
		answer.body = call->reply.data;
		answer.len = call->reply.len;
	}
	job->call = NULL;
	call->fn(job, &answer);
	call_free(call);
}

static void
fill_request(struct cred_call *call, const struct cred_web *web)
{
	struct http_req *req = &call->req;

	while (req->nheaders < HEADERS_MAX &&
	    web->headers[req->nheaders] != NULL) {
		call->headers[req->nheaders] = xstrdup(
		    web->headers[req->nheaders]);
		req->nheaders++;
	}
	req->method = web->method;
	req->url = call->url;
	req->headers = call->headers;
	req->body = call->body;
	req->body_len = call->body_len;
	req->data = take_data;
	req->done = done;
	req->arg = call;
	req->flags = web->flags;
	req->timeout = web->timeout != 0 ? web->timeout : TIMEOUT;
	req->ca_bundle = call->ca_bundle;
}

void
cred_web_send(struct cred_job *job, const struct cred_web *web)
{
	struct cred_call *call = xcalloc(1, sizeof(*call));

	call->job = job;
	call->loop = job->loop;
	call->http = job->http;
	call->timer.fn = submit;
	call->timer.arg = call;
	call->fn = web->fn;
	call->attempts = web->attempts != 0 ? web->attempts : ATTEMPTS;
	if (job->patient && call->attempts < PATIENCE)
		call->attempts = PATIENCE;
	call->url = xstrdup(web->url);
	if (job->ca_bundle != NULL)
		call->ca_bundle = xstrdup(job->ca_bundle);
	if (web->body != NULL) {
		call->body = xmemdup0(web->body, web->body_len);
		call->body_len = web->body_len;
	}
	buf_init(&call->reply, LIMIT_REPLY);
	fill_request(call, web);
	if (job->insecure)
		call->req.flags |= HTTP_INSECURE;
	job->call = call;
	submit(call);
}

void
cred_web_cancel(struct cred_job *job)
{
	struct cred_call *call = job->call;

	if (call == NULL)
		return;
	job->call = NULL;
	call->job = NULL;
	if (call->pausing)
		call_free(call); /* between two attempts */
	else
		http_cancel(call->http, &call->req);
}

const char *
cred_web_phrase(const struct cred_answer *answer, char *to, size_t room)
{
	if (answer->status != 0)
		snprintf(to, room, "HTTP %d", answer->status);
	else
		fail_phrase(answer->fail, to, room);
	return to;
}
