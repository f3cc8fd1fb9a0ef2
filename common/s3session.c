#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cred_set.h"
#include "diag.h"
#include "hash.h"
#include "limit.h"
#include "reply.h"
#include "s3req.h"
#include "s3session.h"
#include "when.h"
#include "xalloc.h"

#define AHEAD_MAX INT64_C(60000) /* ms before the end */
#define LAST_MAX  INT64_C(10000)
#define AGAIN_MAX INT64_C(10000) /* between renewals ahead of time */

struct s3session {
	struct s3req_env *env;
	struct s3bucket *bucket;
	bool read_only;
	/* the keys in use */
	struct cred_set set;
	struct cred_keys keys;
	bool dead;	  /* the store called them expired */
	int64_t renew_at; /* by the loop's clock */
	int64_t usable_until;
	/* the renewal */
	struct s3req req;
	struct cred_set fresh;
	int64_t life; /* ms, of the fresh keys */
	bool in_time; /* the old keys were good when it began */
	bool failed;  /* for good */
	struct fail fail;
	struct cred_wait waiters;
};

/* --- the answer --- */

enum { ACCESS, SECRET, TOKEN, EXPIRATION, FIELDS };

static bool
take_fields(struct s3session *s, const struct reply_field *fields)
{
	const struct buf *date = fields[EXPIRATION].text;
	int64_t expires, now = s->req.facts.server_date;
	int i;

	for (i = 0; i < FIELDS; i++)
		if (!fields[i].found)
			return false;
	if (!when_parse_iso(date->data, date->len, &expires, NULL))
		return false;
	cred_set_put(&s->fresh, fields[ACCESS].text->data,
	    fields[SECRET].text->data, fields[TOKEN].text->data, expires);
	/* By the store's clock, which tells whole seconds: ours may be wrong
	 * by minutes. */
	if (now == 0)
		now = clock_wall() + s->bucket->skew;
	else
		now += 1000;
	s->life = expires - now;
	return s->life > 0 && cred_set_sane(&s->fresh);
}

static bool
check(struct s3req *req, struct fail *f)
{
	static const char *const paths[FIELDS] = {
	    "CreateSessionResult/Credentials/AccessKeyId",
	    "CreateSessionResult/Credentials/SecretAccessKey",
	    "CreateSessionResult/Credentials/SessionToken",
	    "CreateSessionResult/Credentials/Expiration",
	};
	struct s3session *s = req->arg;
	struct reply_field fields[FIELDS];
	struct buf texts[FIELDS];
	const char *why;
	bool good;
	int i;

	for (i = 0; i < FIELDS; i++) {
		buf_init(&texts[i], LIMIT_TOKEN);
		fields[i] = (struct reply_field){paths[i], &texts[i], false};
	}
	good = reply_read(
		   req->reply.data, req->reply.len, fields, FIELDS, &why) &&
	    take_fields(s, fields);
	for (i = 0; i < FIELDS; i++) {
		hash_cleanse(texts[i].data, texts[i].room);
		buf_fini(&texts[i]);
	}
	if (!good)
		fail_set(
		    f, FAIL_PROTOCOL, "broken answer: no keys of a session");
	return good;
}

/* --- the end of a renewal --- */

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
usable(const struct s3session *s)
{
	return s->keys.serial != 0 && !s->dead &&
	    loop_now(s->env->loop) < s->usable_until;
}

static void
take_keys(struct s3session *s)
{
	int64_t now = loop_now(s->env->loop), life = s->life;

	cred_set_move(&s->set, &s->fresh);
	s->keys.access_key = s->set.access_key;
	s->keys.secret = s->set.secret;
	s->keys.token = s->set.token;
	s->keys.expires = s->set.expires;
	s->keys.serial++;
	s->dead = false;
	s->renew_at = now + life - smaller(AHEAD_MAX, life / 5);
	s->usable_until = now + life - smaller(LAST_MAX, life / 10);
	diag_debug("%s: a session to %s, which expires in %lld.%03d s",
	    s3bucket_name(s->bucket), s->read_only ? "read" : "read and write",
	    (long long)(life / 1000), (int)(life % 1000));
}

/* What every request to the bucket would meet is no failure of one key; above
 * all it says nothing about whether a key is there. */
static void
fail_for_good(struct s3session *s, const struct fail *f)
{
	s->failed = true;
	s->fail = *f;
	switch (f->kind) {
	case FAIL_NOBUCKET:
	case FAIL_REDIRECT:
	case FAIL_SKEW:
	case FAIL_TLS:
	case FAIL_LOCAL:
	case FAIL_CREDENTIALS:
		return;
	case FAIL_DENIED:
		fail_set(&s->fail, FAIL_CREDENTIALS,
		    "%.150s: s3express:CreateSession is needed (%s)", f->text,
		    s->read_only ? "ReadOnly" : "ReadWrite");
		return;
	case FAIL_NONE:
	case FAIL_NOTFOUND:
	case FAIL_AMBIGUOUS:
	case FAIL_EXPIRED:
	case FAIL_THROTTLED:
	case FAIL_TRANSIENT:
	case FAIL_CONFLICT:
	case FAIL_PRECONDITION:
	case FAIL_TOOBIG:
	case FAIL_ARCHIVED:
	case FAIL_UNSUPPORTED:
	case FAIL_INVALID:
	case FAIL_PROTOCOL:
	case FAIL_CANCELLED:
		fail_set(&s->fail, FAIL_CREDENTIALS,
		    "no session for the directory bucket: %.180s",
		    f->text[0] == '\0' ? fail_kind_name(f->kind) : f->text);
	}
}

static void
done(struct s3req *req, const struct fail *f)
{
	struct s3session *s = req->arg;
	int64_t now = loop_now(s->env->loop);

	hash_cleanse(req->reply.data, req->reply.room);
	if (f->kind == FAIL_NONE) {
		take_keys(s);
	} else if (usable(s)) {
		s->renew_at = now +
		    smaller(AGAIN_MAX, (s->usable_until - now) / 4 + 1);
		diag_debug("%s: the session was not renewed, going on with "
			   "the old one: %s",
		    s3bucket_name(s->bucket), f->text);
	} else if (!s->in_time) {
		fail_for_good(s, f);
	}
	/* Else it was one attempt, in time: whoever waits begins another. */
	cred_wait_wake(&s->waiters);
}

/* --- life --- */

static void
renew(struct s3session *s)
{
	struct s3req *req = &s->req;

	s->in_time = usable(s);
	s3req_reset(req);
	req->bucket = s->bucket;
	req->op = S3OP_CREATE_SESSION;
	req->query = "session=";
	req->flags = S3REQ_BESIDE | (s->in_time ? S3REQ_NOT_RETRIED : 0);
	req->check = check;
	req->done = done;
	req->arg = s;
	s3req_add_header(req, "x-amz-create-session-mode",
	    s->read_only ? "ReadOnly" : "ReadWrite");
	s3req_start(req);
}

const struct cred_keys *
s3session_get(struct s3session *s, struct cred_waiter *w, struct fail *f)
{
	if (!s->failed && !s3req_active(&s->req) &&
	    (!usable(s) || loop_now(s->env->loop) >= s->renew_at))
		renew(s);
	if (usable(s))
		return &s->keys;
	if (s->failed)
		*f = s->fail;
	else
		cred_wait_add(&s->waiters, w);
	return NULL;
}

bool
s3session_expired(struct s3session *s, uint64_t serial)
{
	if (s->failed)
		return false;
	if (serial == s->keys.serial)
		s->dead = true;
	return true;
}

struct s3session *
s3session_new(struct s3req_env *env, struct s3bucket *bucket, bool read_only)
{
	struct s3session *s = xcalloc(1, sizeof(*s));

	s->env = env;
	s->bucket = bucket;
	s->read_only = read_only;
	s3req_init(&s->req, env);
	return s;
}

void
s3session_stop(struct s3session *s)
{
	if (s != NULL && s->waiters.first == NULL)
		s3req_cancel(&s->req);
}

void
s3session_free(struct s3session *s)
{
	if (s == NULL)
		return;
	s3req_drop(&s->req);
	hash_cleanse(s->req.reply.data, s->req.reply.room);
	s3req_fini(&s->req);
	cred_set_fini(&s->set);
	cred_set_fini(&s->fresh);
	free(s);
}
