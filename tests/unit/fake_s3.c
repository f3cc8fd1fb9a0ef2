#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_s3.h"
#include "fake_s3req.h"
#include "fake_store.h"

struct fake_s3 fake;

void
fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.size = 100;
	fake.copy_max = S3_PART_MAX;
	fake.knows_condition = fake.knows_pin = true;
	fake.knows_parts = fake.knows_tags = true;
	fake.window = FAKE_REQUESTS;
	set(fake.etag, "0123456789abcdef0123456789abcdef");
}

unsigned
fake_open_uploads(void)
{
	unsigned i, n = 0;

	for (i = 0; i < fake.nuploads; i++)
		n += fake.uploads[i].open && !fake.uploads[i].old;
	return n;
}

char
fake_byte(uint64_t offset)
{
	return (char)(offset % 251);
}

/* --- s3req.h, but for what sends --- */

void
s3req_start(struct s3req *req)
{
	if (s3req_active(req) || fake.nactive == FAKE_REQUESTS)
		abort();
	req->state = S3REQ_WAITING;
	req->cancelled = false;
	fake.active[fake.nactive++] = (struct fake_request){.req = req};
}

bool
s3req_sent(const struct s3req *req)
{
	int i;

	for (i = 0; i < fake.nactive && i < fake.window; i++)
		if (fake.active[i].req == req)
			return !req->cancelled;
	return false;
}

/* Its end comes when the test ends it, whichever outcome it picks. */
void
s3req_cancel(struct s3req *req)
{
	if (s3req_active(req))
		req->cancelled = true;
}

void
s3req_resume(struct s3req *req)
{
	int i;

	for (i = 0; i < fake.nactive; i++)
		if (fake.active[i].req == req)
			fake.active[i].paused = false;
}

bool
fake_is_ready(int i)
{
	const struct fake_request *r = &fake.active[i];

	return r->req->cancelled || (i < fake.window && !r->paused);
}

/* --- bytes, as far as they go --- */

static void
begin_get(struct fake_request *r)
{
	const char *range = header(r->req, "range");
	size_t n;

	r->at = 0;
	r->last = fake.size;
	if (range != NULL) {
		n = strcspn(range + 6, "-");
		num_parse(range + 6, n, INT64_MAX, &r->at);
		num_str(range + 7 + n, INT64_MAX, &r->last);
		r->last++;
	}
	give_source(r->req);
	if (fake.chunked_get)
		return;
	give(r->req, "Content-Length", "%llu",
	    (unsigned long long)(r->last - r->at));
}

/* Up to `upto'; false: the other side has to wait. */
static bool
move_get(struct fake_request *r, uint64_t upto, struct fail *f)
{
	char piece[8];
	size_t n;

	while (r->at < upto) {
		for (n = 0; n < sizeof(piece) && r->at + n < upto; n++)
			piece[n] = (char)(fake_byte(r->at + n) ^
			    (fake.spoil && r->at + n == 3));
		switch (r->req->data(r->req, piece, n)) {
		case HTTP_GO:
			r->at += n;
			break;
		case HTTP_PAUSE:
			return false;
		case HTTP_ABORT:
			refuse(f, FAIL_PROTOCOL, 200, "");
			f->unanswered = true;
			if (r->req->check != NULL)
				r->req->check(r->req, f);
			return true;
		}
	}
	return true;
}

static bool
move_put(struct fake_request *r, struct fail *f)
{
	struct s3req *req = r->req;
	size_t n;

	if (req->source == NULL && req->body_len > 0)
		memcpy(r->body, req->body, (size_t)req->body_len);
	while (req->source != NULL && r->at < req->body_len) {
		n = 0;
		switch (req->source(req, r->body + r->at, 7, &n)) {
		case HTTP_GO:
			r->at += n;
			break;
		case HTTP_PAUSE:
			return false;
		case HTTP_ABORT:
			refuse(f, FAIL_PROTOCOL, 200, "");
			f->unanswered = true;
			return true;
		}
	}
	return true;
}

static bool
is_get(const struct fake_request *r)
{
	return r->req->op == S3OP_GET_OBJECT;
}

static void
begin_moving(struct fake_request *r, struct fail *f)
{
	if (r->req->restart != NULL)
		r->req->restart(r->req);
	r->begun = true;
	if (!is_get(r))
		r->body = calloc(1, (size_t)r->req->body_len + 1);
	else if (pin_holds(r->req, "if-match", f))
		begin_get(r);
}

/* False: paused. */
static bool
move(struct fake_request *r, bool half, struct fail *f)
{
	if (!r->begun)
		begin_moving(r, f);
	if (f->kind != FAIL_NONE)
		return true;
	if (is_get(r))
		return move_get(
		    r, half ? r->at + (r->last - r->at) / 2 : r->last, f);
	return move_put(r, f);
}

static void
remove_active(int i)
{
	fake.nactive--;
	memmove(&fake.active[i], &fake.active[i + 1],
	    (size_t)(fake.nactive - i) * sizeof(fake.active[0]));
}

static void
judge_end(struct s3req *req, enum fake_outcome outcome, struct fail *f)
{
	if (outcome == FAKE_REFUSED) {
		refuse(f, FAIL_DENIED, 403, "AccessDenied");
	} else if (outcome != FAKE_GOOD) {
		refuse(f, FAIL_TRANSIENT, 0, "");
		f->curl = 56;
		f->unanswered = true;
	}
	fake.sent[req->op]++;
}

void
fake_end(int i, enum fake_outcome outcome)
{
	struct fake_request *r = &fake.active[i], ended;
	struct s3req *req = r->req;
	struct fail f;

	fail_clear(&f);
	buf_reset(&req->reply);
	req->attempt = 1;
	if (req->cancelled) {
		fail_set(&f, FAIL_CANCELLED, "cancelled");
		f.unanswered = i < fake.window;
	} else {
		if (outcome != FAKE_REFUSED &&
		    !move(r, outcome == FAKE_DROPPED, &f) &&
		    outcome != FAKE_DROPPED) {
			r->paused = true;
			return;
		}
		if (f.kind == FAIL_NONE &&
		    (outcome == FAKE_GOOD || outcome == FAKE_LOST))
			fake_carry_out(req, r->body, &f);
		judge_end(req, outcome, &f);
	}
	ended = *r;
	remove_active(i);
	free(ended.body);
	req->state = S3REQ_IDLE;
	req->done(req, &f);
}
