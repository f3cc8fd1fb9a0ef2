#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "meta.h"
#include "retry.h"
#include "span.h"
#include "xalloc.h"

static void span_begin(struct span *s);
static void ask_get(struct span *s);
static void ask_put(struct span *s);

static void
memory_came(void *arg)
{
	span_begin(arg);
}

static void
delay_over(void *arg)
{
	span_begin(arg);
}

/* --- the one exit --- */

static void
span_deliver(void *arg)
{
	struct span *s = arg;

	s->state = SPAN_IDLE;
	s->done(s, &s->fail);
}

static void
span_drop(struct span *s)
{
	bool had = s->data != NULL;

	/* Who waits for it takes its own at once. */
	free(s->data);
	s->data = NULL;
	if (had)
		pool_give(s->pool, s->held);
}

static void
span_end(struct span *s)
{
	pool_wait_no_more(s->pool, &s->waiter);
	loop_timer_cancel(s->env->loop, &s->timer);
	span_drop(s);
	s->state = SPAN_ENDED;
	loop_defer(s->env->loop, &s->call);
}

void
span_init(struct span *s, struct s3req_env *env, struct pool *pool)
{
	memset(s, 0, sizeof(*s));
	s->env = env;
	s->pool = pool;
	s3req_init(&s->get, env);
	s3req_init(&s->put, env);
	s->hash = hash_md5_new();
	s->waiter.fn = memory_came;
	s->timer.fn = delay_over;
	s->call.fn = span_deliver;
	s->waiter.arg = s->timer.arg = s->call.arg = s;
}

void
span_fini(struct span *s)
{
	s3req_fini(&s->get);
	s3req_fini(&s->put);
	hash_md5_free(s->hash);
}

static bool
is_piped(const struct span *s)
{
	return s->len > SPAN_WHOLE;
}

/* --- beginning --- */

static void
span_begin(struct span *s)
{
	size_t room = is_piped(s) ? SPAN_PIPE : (size_t)s->len;
	size_t wanted = room + (is_piped(s) ? SPAN_WIRES : 0);

	s->state = SPAN_WAITING;
	if (s->data == NULL) {
		if (!pool_take(s->pool, wanted)) {
			pool_wait(s->pool, &s->waiter);
			return;
		}
		s->data = xmalloc(room + 1);
		s->room = room;
		s->held = wanted;
	}
	s->at = s->in = 0;
	s->got = s->sent = 0;
	s->again = s->wrong = false;
	fail_clear(&s->fail);
	if (s->hash != NULL)
		hash_md5_reset(s->hash);
	s->state = SPAN_READING;
	if (s->len == 0)
		ask_put(s);
	else
		ask_get(s);
}

void
span_start(struct span *s)
{
	s->tries = 0;
	s->before[0] = s->hex[0] = '\0';
	s->no_md5 = false;
	fail_clear(&s->fail);
	span_begin(s);
}

/* --- failing --- */

static void
after_failing(struct span *s)
{
	if (s3req_active(&s->get) || s3req_active(&s->put))
		return;
	if (s->again) {
		s->state = SPAN_WAITING;
		loop_timer_set(s->env->loop, &s->timer,
		    retry_delay(&s->fail, (int)s->tries, hash_random()));
	} else {
		span_end(s);
	}
}

static void
span_fail(struct span *s, const struct fail *f, bool again)
{
	if (s->state == SPAN_FAILING)
		return; /* the first one counts */
	s->fail = *f;
	s->again = again && ++s->tries < (unsigned)s->env->attempts;
	s->state = SPAN_FAILING;
	s3req_cancel(&s->get);
	s3req_cancel(&s->put);
}

bool
span_last_try(struct span *s)
{
	s->tries = (unsigned)s->env->attempts;
	s->get.flags |= S3REQ_NOT_RETRIED;
	s->put.flags |= S3REQ_NOT_RETRIED;
	return s->state != SPAN_WAITING &&
	    !(s->state == SPAN_FAILING && s->again);
}

void
span_cancel(struct span *s)
{
	struct fail f;

	fail_clear(&f);
	fail_set(&f, FAIL_CANCELLED, "cancelled");
	switch (s->state) {
	case SPAN_WAITING:
		s->fail = f;
		span_end(s);
		break;
	case SPAN_READING:
	case SPAN_SENDING:
		f.unanswered = s3req_sent(&s->put);
		span_fail(s, &f, false);
		break;
	case SPAN_FAILING:
		s->again = false;
		s->fail = f;
		break;
	case SPAN_IDLE:
	case SPAN_ENDED:
		break;
	}
}

/* --- reading --- */

static void
on_get_restart(struct s3req *req)
{
	struct span *s = req->arg;

	s->of_this_get = 0;
	if (!is_piped(s))
		s->got = s->in = 0;
}

static enum http_flow
on_get_data(struct s3req *req, const char *p, size_t len)
{
	struct span *s = req->arg;
	size_t tail, first;

	if (len > s->len - s->got)
		return HTTP_ABORT;
	if (len > s->room - s->in)
		return HTTP_PAUSE;
	tail = (s->at + s->in) % (s->room > 0 ? s->room : 1);
	first = len < s->room - tail ? len : s->room - tail;
	memcpy(s->data + tail, p, first);
	memcpy(s->data, p + first, len - first);
	s->in += len;
	s->got += len;
	s->of_this_get += len;
	if (!is_piped(s))
		return HTTP_GO;
	if (s->state == SPAN_READING)
		ask_put(s);
	else
		s3req_resume(&s->put);
	return HTTP_GO;
}

static bool
on_get_check(struct s3req *req, struct fail *f)
{
	struct span *s = req->arg;

	if (s->got == s->len)
		return true;
	fail_set(f, FAIL_PROTOCOL, "%llu bytes came of %llu",
	    (unsigned long long)s->got, (unsigned long long)s->len);
	return false;
}

static void
finish_md5(struct span *s)
{
	hash_md5_end(s->hash, s->bytes);
	hash_hex(s->bytes, sizeof(s->bytes), s->hex);
	hash_base64(s->bytes, sizeof(s->bytes), s->base64);
}

/* Are the bytes what they should be, as far as one can know? */
static bool
bytes_are_right(struct span *s)
{
	if (s->hash == NULL || s->md5 == NULL || strcmp(s->md5, s->hex) == 0)
		return true;
	s->no_md5 = strcmp(s->before, s->hex) == 0;
	if (s->no_md5)
		return true;
	memcpy(s->before, s->hex, sizeof(s->before));
	return false;
}

static void
wrong_bytes(struct span *s)
{
	struct fail f;

	fail_clear(&f);
	fail_set(&f, FAIL_PROTOCOL,
	    "the bytes that came do not have the MD5 %s", s->md5);
	span_fail(s, &f, true);
	after_failing(s);
}

/* A read that broke goes on where it was, as long as it gets on. */
static void
go_on(struct span *s, const struct fail *f)
{
	if (!retry_worth(f) ||
	    (s->of_this_get == 0 && ++s->tries >= (unsigned)s->env->attempts)) {
		span_fail(s, f, false);
		after_failing(s);
		return;
	}
	ask_get(s);
}

static void
get_done(struct s3req *req, const struct fail *f)
{
	struct span *s = req->arg;

	if (s->state == SPAN_FAILING) {
		after_failing(s);
	} else if (f->kind != FAIL_NONE && is_piped(s) && s->got < s->len) {
		go_on(s, f);
	} else if (f->kind != FAIL_NONE && s->got < s->len) {
		span_fail(s, f, false);
		after_failing(s);
	} else if (s->state == SPAN_ENDED) {
		return;
	} else if (!is_piped(s)) {
		if (s->hash != NULL) {
			hash_md5_add(s->hash, s->data, s->in);
			finish_md5(s);
		}
		if (bytes_are_right(s))
			ask_put(s);
		else
			wrong_bytes(s);
	} else if (s->state == SPAN_SENDING && !s3req_active(&s->put)) {
		span_end(s); /* the write was answered first */
	}
}

static void
ask_get(struct span *s)
{
	struct s3req *req = &s->get;
	uint64_t from = s->offset + s->got;

	s3req_reset(req);
	req->bucket = s->from;
	req->op = S3OP_GET_OBJECT;
	req->key = s->key;
	req->key_len = s->key_len;
	/* One that is piped may not span_begin anew behind our back. */
	req->flags = S3REQ_STREAM | (is_piped(s) ? S3REQ_ONCE : 0) |
	    (s->state == SPAN_SENDING ? S3REQ_BESIDE : 0);
	req->restart = on_get_restart;
	req->data = on_get_data;
	req->check = on_get_check;
	req->done = get_done;
	req->arg = s;
	snprintf(s->range, sizeof(s->range), "bytes=%llu-%llu",
	    (unsigned long long)from,
	    (unsigned long long)(s->offset + s->len - 1));
	s3req_add_header(req, "range", s->range);
	if (s->pin != NULL && *s->pin != '\0')
		s3req_add_header(req, "if-match", s->pin);
	s3req_start(req);
}

/* --- writing --- */

static void
on_put_restart(struct s3req *req)
{
	struct span *s = req->arg;

	s->etag[0] = '\0';
	s->opaque = req->bucket->endp.is_directory;
	if (!is_piped(s)) {
		s->sent = 0;
		s->at = 0;
		s->in = (size_t)s->len;
	}
}

static void
on_put_header(struct s3req *req, const char *name, const char *value)
{
	struct span *s = req->arg;

	if (strcasecmp(name, "etag") == 0)
		meta_etag(s->etag, value, strlen(value));
	else if (meta_header_opaque(name, value))
		s->opaque = true;
}

/* Before the last bytes of a pipe are given away: as long as they are kept
 * back, the store cannot put anything in place. */
static bool
may_end(struct span *s, const char *p, size_t len)
{
	if (s->hash == NULL)
		return true;
	if (is_piped(s))
		hash_md5_add(s->hash, p, len);
	if (!is_piped(s) || s->sent + len < s->len)
		return true;
	finish_md5(s);
	return bytes_are_right(s);
}

static enum http_flow
on_put_source(struct s3req *req, char *p, size_t room, size_t *len)
{
	struct span *s = req->arg;
	size_t n = s->room - s->at;

	if (s->in == 0)
		return HTTP_PAUSE;
	if (n > s->in)
		n = s->in;
	if (n > room)
		n = room;
	if (!may_end(s, s->data + s->at, n)) {
		s->wrong = true;
		return HTTP_ABORT;
	}
	memcpy(p, s->data + s->at, n);
	s->at = (s->at + n) % s->room;
	s->in -= n;
	s->sent += n;
	*len = n;
	if (is_piped(s) && s->got < s->len)
		s3req_resume(&s->get);
	return HTTP_GO;
}

/* Will it help to send it all once more? */
static bool
worth_it(const struct span *s, const struct fail *f)
{
	if (f->unanswered && s->put.flags & S3REQ_ONCE)
		return false;
	return is_piped(s) && retry_worth(f);
}

static void
put_done(struct s3req *req, const struct fail *f)
{
	struct span *s = req->arg;
	struct fail wrong;

	if (s->state == SPAN_FAILING) {
		after_failing(s);
		return;
	}
	if (s->wrong) {
		wrong_bytes(s);
		return;
	}
	if (f->kind != FAIL_NONE) {
		span_fail(s, f, worth_it(s, f));
		after_failing(s);
		return;
	}
	if (s->hash != NULL && !s->opaque && s->len > 0 &&
	    meta_is_md5(s->etag, false) && strcmp(s->etag, s->hex) != 0) {
		fail_clear(&wrong);
		fail_set(&wrong, FAIL_PROTOCOL,
		    "the store has other bytes than were sent");
		span_fail(s, &wrong, true);
		after_failing(s);
		return;
	}
	if (!s3req_active(&s->get))
		span_end(s);
}

static void
ask_put(struct span *s)
{
	struct s3req *req = &s->put;

	s->state = SPAN_SENDING;
	s3req_reset(req);
	s->prepare(s, req);
	req->flags |= S3REQ_STREAM |
	    (is_piped(s) ? S3REQ_NOT_RETRIED | S3REQ_BESIDE : S3REQ_AHEAD);
	req->body_len = s->len;
	req->restart = on_put_restart;
	req->header = on_put_header;
	req->done = put_done;
	req->arg = s;
	/* Under TLS the signature need not cover the body a second time. */
	if (is_piped(s) || req->bucket->endp.is_tls)
		req->source = on_put_source;
	else
		req->body = s->data;
	if (!is_piped(s) && s->hash != NULL && s->len > 0)
		s3req_add_header(req, "content-md5", s->base64);
	s3req_start(req);
}
