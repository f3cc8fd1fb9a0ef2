/*
 * Sessions of directory buckets over a fake clock: when CreateSession is sent,
 * who waits for it, and what a failure means.  The functions of s3req.h here
 * stand in for common/s3req.c: a request waits until the test answers it.
 */

#include <stdlib.h>

#include "tap.h"
#include "fake_clock.h"
#include "fake_s3req.h"
#include "s3session.h"

/* --- s3req.h --- */

static struct s3req *sent;
static unsigned requests;

void
s3req_start(struct s3req *req)
{
	if (s3req_active(req))
		abort();
	req->state = S3REQ_SENT;
	sent = req;
	requests++;
}

static void
finish(const struct fail *f)
{
	struct s3req *req = sent;

	sent = NULL;
	req->state = S3REQ_IDLE;
	req->done(req, f);
}

void
s3req_cancel(struct s3req *req)
{
	struct fail f;

	if (!s3req_active(req))
		return;
	fail_clear(&f);
	fail_set(&f, FAIL_CANCELLED, "cancelled");
	finish(&f);
}

void
s3req_drop(struct s3req *req)
{
	req->state = S3REQ_IDLE;
	sent = NULL;
}

/* --- a scene --- */

#define WAITERS 3

static struct s3req_env env;
static struct s3bucket bucket;
static struct s3session *session;
static struct cred_waiter waiters[WAITERS];
static unsigned woken;
static struct fail fail;

static void
wake(void *arg)
{
	(void)arg;
	woken++;
}

static void
pass(int64_t ms)
{
	fake_pass(env.loop, ms);
}

static void
begin(bool read_only)
{
	int i;

	env.loop = loop_new(fake_wait, NULL, fake_clock);
	session = s3session_new(&env, &bucket, read_only);
	for (i = 0; i < WAITERS; i++)
		waiters[i] = (struct cred_waiter){.fn = wake};
	requests = woken = 0;
	sent = NULL;
}

static void
end(void)
{
	s3session_free(session);
	loop_free(env.loop);
}

/* The access key, "" for "wait", or NULL for "never", with fail set. */
static const char *
get(int waiter)
{
	const struct cred_keys *keys;

	fail_clear(&fail);
	keys = s3session_get(session, &waiters[waiter], &fail);
	if (keys != NULL)
		return keys->access_key;
	return fail.kind == FAIL_NONE ? "" : NULL;
}

/* Answer with a body; true if it is taken for keys. */
static bool
answer(const char *body)
{
	struct fail f;
	bool good;

	fail_clear(&f);
	buf_reset(&sent->reply);
	buf_adds(&sent->reply, body);
	/* 2026-01-01T00:00:00Z */
	sent->facts.server_date = INT64_C(1767225600000);
	good = sent->check(sent, &f);
	finish(&f);
	return good;
}

#define CREDENTIALS(key, date)                                         \
	"<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/\">" \
	"<Credentials><SessionToken>t</SessionToken>"                  \
	"<SecretAccessKey>s</SecretAccessKey><AccessKeyId>" key        \
	"</AccessKeyId><Expiration>" date "</Expiration>"              \
	"</Credentials></CreateSessionResult>"
#define FIVE_MINUTES "2026-01-01T00:05:01Z" /* a second is doubted */

static void
refuse(enum fail_kind kind, const char *text)
{
	struct fail f;

	fail_clear(&f);
	fail_set(&f, kind, "%s", text);
	finish(&f);
}

/* --- the tests --- */

static void
test_life(void)
{
	begin(true);
	is_str(get(0), "", "the first one waits");
	is_str(get(1), "", "and so does the next");
	is_int(requests, 1, "for one request");
	is_int(sent->op, S3OP_CREATE_SESSION, "which is CreateSession");
	is_str(sent->headers[0].value, "ReadOnly", "for no more than reading");
	cred_wait_cancel(&waiters[1]);
	ok(answer(CREDENTIALS("A", FIVE_MINUTES)), "its answer");
	is_int(woken, 1, "wakes who still waits");
	is_str(get(0), "A", "and has keys");
	pass(239000);
	is_str(get(0), "A", "for four minutes");
	is_int(requests, 1, "without another request");
	pass(1000);
	is_str(get(0), "A", "then the old keys are given");
	is_str(get(1), "A", "to everybody");
	is_int(requests, 2, "while one renewal is under way");
	ok(sent->flags & S3REQ_NOT_RETRIED, "of one attempt");
	refuse(FAIL_THROTTLED, "slow down");
	is_str(get(0), "A", "one that fails leaves the old keys");
	is_int(requests, 2, "and is not repeated at once");
	pass(10000);
	is_str(get(0), "A", "but soon");
	is_int(requests, 3, "by another");
	pass(40000);
	is_str(get(0), "", "in the last ten seconds one waits for it");
	is_int(requests, 3, "the same one");
	refuse(FAIL_THROTTLED, "slow down");
	is_int(woken, 2, "it fails: who waits");
	is_str(get(0), "", "waits for another");
	ok(!(sent->flags & S3REQ_NOT_RETRIED), "which is retried");
	ok(answer(CREDENTIALS("B", FIVE_MINUTES)), "and succeeds");
	is_str(get(0), "B", "with new keys");
	end();
}

static void
test_expired(void)
{
	begin(false);
	get(0);
	is_str(sent->headers[0].value, "ReadWrite", "a session to write");
	answer(CREDENTIALS("A", FIVE_MINUTES));
	get(0);
	ok(s3session_expired(session, 1), "keys that the store calls expired");
	is_str(get(0), "", "are given no more");
	answer(CREDENTIALS("B", FIVE_MINUTES));
	ok(s3session_expired(session, 1), "said again of the old ones");
	is_str(get(0), "B", "it does no harm to the new ones");
	end();
}

static void
test_broken(void)
{
	static const char *const bodies[] = {"", "<a>", "<a></a>",
	    "<CreateSessionResult><Credentials><AccessKeyId>A</AccessKeyId>"
	    "</Credentials></CreateSessionResult>",
	    CREDENTIALS("A", "soon"), CREDENTIALS("A", "2026-01-01T00:00:00Z"),
	    CREDENTIALS("A&#10;x", FIVE_MINUTES)};
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		begin(true);
		get(0);
		ok(!answer(bodies[i]), "no keys: %.60s", bodies[i]);
		ok(get(0) == NULL && fail.kind == FAIL_CREDENTIALS,
		    "which is final: %s", fail.text);
		end();
	}
}

/* Whatever becomes of CreateSession, it says nothing about a key. */
static void
test_failures(void)
{
	int kind;

	for (kind = FAIL_NOTFOUND; kind < FAIL_CANCELLED; kind++) {
		begin(true);
		get(0);
		refuse((enum fail_kind)kind, "why");
		ok(get(0) == NULL && fail.kind != FAIL_NOTFOUND &&
			fail.kind != FAIL_DENIED && fail.kind != FAIL_NONE,
		    "%s: %s, %s", fail_kind_name((enum fail_kind)kind),
		    fail_kind_name(fail.kind), fail.text);
		ok(!s3session_expired(session, 1), "for good");
		end();
	}
}

static void
test_stop(void)
{
	begin(true);
	get(0);
	s3session_stop(session);
	ok(sent != NULL, "a session that is waited for is not given up");
	cred_wait_cancel(&waiters[0]);
	s3session_stop(session);
	ok(sent == NULL, "one that nobody waits for is");
	end();
	begin(true);
	get(0);
	end();
	ok(true, "one under way may be freed");
}

int
main(void)
{
	test_life();
	test_expired();
	test_broken();
	test_failures();
	test_stop();
	return tap_done();
}
