#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "limit.h"
#include "reply.h"
#include "retry.h"
#include "s3session.h"
#include "s3verdict.h"

/* Differences smaller than this are no reason for a 403 (limit: 15 minutes,
 * and a client clock may drift while it runs). */
#define SKEW_MIN 240000

/* Connections that fail before a store has answered anything at all: more
 * than this many attempts only make the user wait for bad news. */
#define HOPELESS 4

static void notice(struct s3req *req, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
notice(struct s3req *req, const char *fmt, ...)
{
	struct buf text;
	va_list ap;

	if (req->env->notice == NULL)
		return;
	buf_init(&text, 1024);
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	req->env->notice(text.data);
	buf_fini(&text);
}

/* --- reading the answer --- */

/* Copies and CompleteMultipartUpload send their status before the work is
 * done: the truth is in the body.  And where a document is what was asked for,
 * one that is an error or none at all is no answer. */
static bool
body_decides(enum s3op op)
{
	switch (op) {
	case S3OP_COPY_OBJECT:
	case S3OP_COPY_PART:
	case S3OP_COMPLETE_UPLOAD:
	case S3OP_CREATE_UPLOAD:
	case S3OP_GET_TAGGING:
	case S3OP_GET_ACL:
	case S3OP_LIST_PARTS:
	case S3OP_LIST_UPLOADS:
	case S3OP_CREATE_SESSION:
		return true;
	case S3OP_LIST_BUCKETS:
	case S3OP_LIST_OBJECTS:
	case S3OP_HEAD_BUCKET:
	case S3OP_HEAD_OBJECT:
	case S3OP_GET_OBJECT:
	case S3OP_PUT_OBJECT:
	case S3OP_DELETE_OBJECT:
	case S3OP_PUT_TAGGING:
	case S3OP_PUT_ACL:
	case S3OP_UPLOAD_PART:
	case S3OP_ABORT_UPLOAD:
	case S3OP_COUNT:
		return false;
	}
	return false;
}

/* An object has an ETag; what a HEAD or GET brings without one is something
 * else, such as an error that came with a good status. */
static bool
lacks_etag(const struct s3req *req)
{
	return !req->facts.has_etag &&
	    (req->op == S3OP_HEAD_OBJECT || req->op == S3OP_GET_OBJECT);
}

static void
broken(struct fail *f, const char *why)
{
	fail_set(f, FAIL_PROTOCOL, "broken answer: %s", why);
	f->unanswered = true;
}

static void
read_success(struct s3req *req)
{
	struct fail *f = &req->fail;
	const char *why = "";

	if (lacks_etag(req)) {
		broken(f, "an object without an ETag");
		return;
	}
	if (req->check != NULL && !req->check(req, f))
		f->unanswered = true;
	if (req->data != NULL ||
	    (req->reply.len == 0 && !body_decides(req->op)))
		return;
	if (reply_error(req->reply.data, req->reply.len, f, req->facts.region,
		sizeof(req->facts.region))) {
		f->status = req->status;
		reply_classify(f, false, req->facts.region);
	} else if (body_decides(req->op) &&
	    !reply_read(req->reply.data, req->reply.len, NULL, 0, &why)) {
		broken(f, why);
	}
}

static void
read_answer(struct s3req *req)
{
	struct fail *f = &req->fail;
	bool head = !req->as_get &&
	    (req->op == S3OP_HEAD_OBJECT || req->op == S3OP_HEAD_BUCKET);

	if (req->facts.too_long) {
		fail_set(f, FAIL_PROTOCOL, "the answer is too long");
		f->unanswered = true;
		return;
	}
	if (f->kind == FAIL_CANCELLED) {
		/* The data callback gave up on what it was given. */
		fail_set(f, FAIL_PROTOCOL, "the answer makes no sense");
		f->unanswered = true;
		if (req->check != NULL)
			req->check(req, f);
		return;
	}
	if (f->kind != FAIL_NONE)
		return; /* the transport failed */
	f->status = req->status;
	if (req->status / 100 == 2) {
		read_success(req);
		return;
	}
	reply_error(req->reply.data, req->reply.len, f, req->facts.region,
	    sizeof(req->facts.region));
	reply_classify(f, head, req->facts.region);
	/* A store names the reason wherever there is room for it.  Who does not
	 * is no store, and what is not there says nothing of any key. */
	if (!head && f->code[0] == '\0' &&
	    (f->kind == FAIL_NOTFOUND ||
		(f->kind == FAIL_INVALID && !req->bucket->known)))
		fail_set(f, FAIL_PROTOCOL, "no S3 store answers there");
	/* A GET of one byte from an empty object: it exists. */
	if (req->as_get && req->status == 416) {
		fail_clear(f);
		req->status = 200;
		req->content_length = 0;
	}
}

/* --- remedies --- */

static bool
try_once(struct s3req *req, unsigned remedy)
{
	if (req->mended & remedy)
		return false;
	req->mended |= remedy;
	return true;
}

static enum s3verdict
mend_region(struct s3req *req)
{
	struct s3bucket *b = req->bucket;
	struct fail *f = &req->fail;

	if (req->facts.region[0] != '\0' && try_once(req, S3VERDICT_REGION)) {
		/* Another request may have moved the bucket meanwhile: then
		 * this one only has to be sent again. */
		if (s3bucket_move(b, req->facts.region) && !b->told_region) {
			b->told_region = true;
			notice(req,
			    "%s is in region %s: followed (--region "
			    "or the profile can say so)",
			    s3bucket_name(b), b->endp.region.data);
		}
		return S3VERDICT_NOW;
	}
	if (req->facts.region[0] == '\0' && b->params.bucket != NULL &&
	    b->endp.is_aws && try_once(req, S3VERDICT_PROBED))
		return S3VERDICT_PROBE;
	if (req->facts.location[0] != '\0')
		fail_set(f, FAIL_REDIRECT,
		    "the store redirects to %s, which "
		    "is not followed: check "
		    "--endpoint-url and --region",
		    req->facts.location);
	else if (f->text[0] == '\0')
		fail_set(f, FAIL_REDIRECT,
		    "the bucket is in another region: say --region");
	return S3VERDICT_DONE;
}

static bool
clock_is_off(const struct s3req *req)
{
	int64_t off;

	if (req->facts.server_date == 0)
		return false;
	off = req->facts.server_date - clock_wall() - req->bucket->skew;
	return off > SKEW_MIN || off < -SKEW_MIN;
}

static bool
mend_skew(struct s3req *req)
{
	struct s3bucket *b = req->bucket;

	if (!clock_is_off(req) || b->params.cred == NULL ||
	    !try_once(req, S3VERDICT_SKEW))
		return false;
	if (b->skew == 0)
		notice(req,
		    "this machine's clock differs from the store's "
		    "by %lld s: corrected for this run",
		    (long long)((req->facts.server_date - clock_wall()) /
			1000));
	b->skew = req->facts.server_date - clock_wall();
	return true;
}

static enum s3verdict
mend_expired(struct s3req *req)
{
	struct s3bucket *b = req->bucket;
	struct cred *cred = b->params.cred;

	if (cred != NULL && try_once(req, S3VERDICT_EXPIRED) &&
	    (req->in_session ? s3session_expired(b->session, req->cred_serial) :
			       cred_expired(cred, req->cred_serial)))
		return S3VERDICT_NOW;
	req->fail.kind = FAIL_CREDENTIALS;
	return S3VERDICT_DONE;
}

/* A HEAD has no body to give its reason: ask again in a form that has. */
static enum s3verdict
mend_ambiguous(struct s3req *req)
{
	if (req->status == 400 && req->facts.region[0] != '\0' &&
	    strcmp(req->facts.region, req->bucket->endp.region.data) != 0)
		return mend_region(req);
	if (mend_skew(req))
		return S3VERDICT_NOW;
	if (req->op == S3OP_HEAD_OBJECT && try_once(req, S3VERDICT_AS_GET)) {
		req->as_get = true;
		return S3VERDICT_NOW;
	}
	req->fail.kind = req->status == 403 ? FAIL_DENIED : FAIL_INVALID;
	return S3VERDICT_DONE;
}

/* A HEAD's bare 404 may also mean that there is no such bucket: until we know
 * better, ask again in a form that tells. */
static enum s3verdict
mend_notfound(struct s3req *req)
{
	struct s3bucket *b = req->bucket;

	if (req->op != S3OP_HEAD_OBJECT || b->known)
		return S3VERDICT_DONE;
	if (try_once(req, S3VERDICT_AS_GET)) {
		req->as_get = true;
		return S3VERDICT_NOW;
	}
	b->known = req->as_get;
	return S3VERDICT_DONE;
}

/* --- plain HTTP to a port that speaks TLS --- */

/*
 * Most servers say nothing to such a request: they end the connection, as one
 * that is merely ill would do.  So the port is asked whether it speaks TLS: a
 * HEAD that is not signed, one for a bucket.  An answer proves it; anything
 * else proves nothing.
 */

static bool
has_port(const char *base)
{
	const char *colon = strrchr(base, ':');

	return colon[1] != '/' &&
	    colon[1 + strspn(colon + 1, "0123456789")] == '\0';
}

static bool
may_speak_tls(const struct s3req *req)
{
	const struct s3bucket *b = req->bucket;
	const struct fail *f = &req->fail;

	if (b->endp.is_tls || b->known || !has_port(b->endp.base.data))
		return false;
	if (f->curl != 0)
		return f->unanswered && !b->answered;
	return f->status == 400 && f->code[0] == '\0';
}

static enum s3verdict
says_tls(struct s3req *req)
{
	fail_clear(&req->fail);
	fail_set(&req->fail, FAIL_LOCAL,
	    "%s speaks TLS, not plain HTTP: begin the endpoint URL with "
	    "https://",
	    req->bucket->endp.host.data);
	return S3VERDICT_DONE;
}

static enum s3verdict
ask_tls(struct s3req *req)
{
	req->bucket->asked_tls = req->over_tls = true;
	return S3VERDICT_PROBE;
}

static enum s3verdict
asked_tls(struct s3req *req)
{
	req->over_tls = req->probing = false;
	req->attempt--; /* it was none */
	if (req->status == 0)
		return S3VERDICT_LATER;
	req->bucket->speaks_tls = true;
	return says_tls(req);
}

/* --- time --- */

/* A store that takes UploadPartCopy for UploadPart, which is answered by an
 * ETag and no document, does so each time. */
static bool
is_of_upload_part(const struct s3req *req)
{
	return req->op == S3OP_COPY_PART && !req->bucket->endp.is_aws &&
	    req->status / 100 == 2 && req->facts.has_etag &&
	    req->content_length == 0;
}

static enum s3verdict
mend_by_time(struct s3req *req)
{
	const struct fail *f = &req->fail;
	int most = req->env->attempts;

	if (f->unanswered && req->flags & S3REQ_ONCE)
		return S3VERDICT_DONE;
	if (may_speak_tls(req) && req->bucket->speaks_tls)
		return says_tls(req);
	if (may_speak_tls(req) && !req->bucket->asked_tls &&
	    req->attempt < most && !(req->flags & S3REQ_NOT_RETRIED))
		return ask_tls(req);
	if (!req->bucket->answered && f->curl != 0 && !f->unanswered &&
	    most > HOPELESS)
		most = HOPELESS;
	if (!req->bucket->known && f->kind == FAIL_PROTOCOL && most > HOPELESS)
		most = HOPELESS;
	if (req->flags & S3REQ_NOT_RETRIED || is_of_upload_part(req) ||
	    (f->kind == FAIL_PROTOCOL && f->status / 100 == 4))
		most = 1;
	return retry_worth(f) && req->attempt < most ? S3VERDICT_LATER :
						       S3VERDICT_DONE;
}

enum s3verdict
s3verdict(struct s3req *req)
{
	struct fail *f = &req->fail;

	if (req->cancelled) {
		fail_set(f, FAIL_CANCELLED, "cancelled");
		return S3VERDICT_DONE;
	}
	if (req->over_tls)
		return asked_tls(req);
	if (req->probing && f->kind == FAIL_NONE) {
		fail_clear(f);
		return mend_region(req);
	}
	read_answer(req);
	if (req->status != 0)
		req->bucket->answered = true;
	switch (f->kind) {
	case FAIL_NONE:
		req->bucket->known = true;
		return S3VERDICT_DONE;
	case FAIL_NOTFOUND:
		return mend_notfound(req);
	case FAIL_REDIRECT:
		return mend_region(req);
	case FAIL_SKEW:
		return mend_skew(req) ? S3VERDICT_NOW : S3VERDICT_DONE;
	case FAIL_EXPIRED:
		return mend_expired(req);
	case FAIL_AMBIGUOUS:
		return mend_ambiguous(req);
	case FAIL_THROTTLED:
	case FAIL_TRANSIENT:
	case FAIL_CONFLICT:
	case FAIL_PROTOCOL:
		return mend_by_time(req);
	case FAIL_DENIED:
		return mend_skew(req) ? S3VERDICT_NOW : S3VERDICT_DONE;
	case FAIL_NOBUCKET:
	case FAIL_CREDENTIALS:
	case FAIL_PRECONDITION:
	case FAIL_TOOBIG:
	case FAIL_ARCHIVED:
	case FAIL_UNSUPPORTED:
	case FAIL_INVALID:
	case FAIL_TLS:
	case FAIL_LOCAL:
	case FAIL_CANCELLED:
		return S3VERDICT_DONE;
	}
	return S3VERDICT_DONE;
}
