/* How a copy ends: CopyObject, PutObject and CompleteMultipartUpload are
 * answered, or not; what was written is what should have been, or not. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copy_private.h"

static void
warn(const struct copy *c, const char *text)
{
	c->job->warn(c->job->arg, c->record.key, c->record.key_len, text);
}

/* --- whose fault --- */

/* No such bucket: which of the two? */
static void
blame(struct copy *c, const struct fail *f)
{
	struct s3req *req;

	c->fail = *f;
	req = copy_ask(c, COPY_BLAME, S3OP_HEAD_BUCKET, COPY_FROM);
	req->key = NULL;
	req->key_len = 0;
	s3req_start(req);
}

void
copy_after_blame(struct copy *c, const struct fail *f)
{
	/* copy_ask() has put the blame on the source. */
	if (f->kind != FAIL_NOTFOUND && f->kind != FAIL_NOBUCKET)
		c->blamed = c->job->to;
	copy_end(c, COPY_FAILED, &c->fail);
}

/* --- what should be there --- */

/* The ETag that the written object should have; false if nobody can know. */
static bool
expected(struct copy *c, char out[LIMIT_ETAG + 1])
{
	const char *etag;
	bool whole;

	if (c->job->from->endp.is_directory || c->job->to->endp.is_directory)
		return false;
	if (c->settling == COPY_COMPLETE || c->state == COPY_COMPLETE) {
		etag = copy_upload_etag(c);
		memcpy(out, etag, strlen(etag) + 1);
		return *etag != '\0';
	}
	etag = copy_source_etag(c, out);
	if (etag == NULL || (c->source != NULL && meta_opaque(c->source)))
		return false;
	/* One request makes one piece of an object that had parts, unless
	 * the store keeps the ETag by itself, which was hoped for. */
	whole = strchr(etag, '-') == NULL;
	return whole || c->job->keep_parts;
}

/* --- it is written --- */

static void
ask_put_acl(struct copy *c)
{
	struct s3req *req;

	req = copy_ask(c, COPY_PUT_ACL, S3OP_PUT_ACL, COPY_TO);
	req->query = "acl=";
	req->flags = S3REQ_AHEAD;
	copy_ask_document(c, req, c->acl);
	s3req_start(req);
}

void
copy_write_done(struct copy *c)
{
	if (c->tagging != NULL)
		copy_mend_tags(c);
	else if (c->acl != NULL)
		ask_put_acl(c);
	else
		copy_end(c, COPY_COPIED, NULL);
}

/* Before a difference is called one: the source may have changed, and either
 * side may be encrypted so that its ETag says nothing. */
static void
differs(struct copy *c, const char *got)
{
	char want[LIMIT_ETAG + 1];

	if (!expected(c, want))
		want[0] = '\0';
	fail_clear(&c->fail);
	fail_set(&c->fail, FAIL_PROTOCOL,
	    "the copy's ETag is %.60s, where %.60s was expected", got, want);
	c->own_etag = (c->state == COPY_COMPLETE ||
			  c->settling == COPY_COMPLETE) &&
	    strchr(got, '-') == NULL;
	c->settling = COPY_COMPARE;
	copy_ask_head(c, COPY_COMPARE, COPY_FROM, &c->source);
}

/* It was copied without the store's knowing which ETag was meant, and its own
 * proves nothing: is the source as it was? */
static void
look_at_source(struct copy *c)
{
	c->settling = COPY_RECHECK;
	copy_ask_head(c, COPY_COMPARE, COPY_FROM, &c->source);
}

static bool
proves_nothing(struct copy *c, const char *got)
{
	char want[LIMIT_ETAG + 1];

	return c->state == COPY_COPY && c->pin.len > 0 && !copy_mend_pins(c) &&
	    (got[0] == '\0' || !expected(c, want));
}

/* Only where nothing was there before is it ours to remove. */
static void
undo(struct copy *c)
{
	struct s3req *req;

	if (!c->job->no_clobber) {
		warn(c, "the copy that differs was left where it is");
		copy_end(c, COPY_FAILED, &c->fail);
		return;
	}
	req = copy_ask(c, COPY_UNDO, S3OP_DELETE_OBJECT, COPY_TO);
	req->flags = S3REQ_AHEAD;
	s3req_start(req);
}

/* The whole has another ETag than its parts had: those then, and from the
 * start for keys to come. */
static bool
takes_parts(struct copy *c, const char *want, const char *got)
{
	if (c->state != COPY_COPY || !c->job->keep_parts ||
	    strchr(want, '-') == NULL || strchr(got, '-') != NULL)
		return false;
	c->job->guess = true;
	return copy_prepare_guess(c);
}

static void
verify(struct copy *c, const char *got)
{
	char want[LIMIT_ETAG + 1];

	if (proves_nothing(c, got))
		look_at_source(c);
	else if (!expected(c, want) || got[0] == '\0' || strcmp(want, got) == 0)
		copy_write_done(c);
	else if (!takes_parts(c, want, got))
		differs(c, got);
	else if (!c->job->no_clobber)
		copy_prepare(c);
	else {
		c->anew = true;
		undo(c);
	}
}

void
copy_after_undo(struct copy *c, const struct fail *f)
{
	if (f->kind == FAIL_NONE && c->anew) {
		c->anew = false;
		copy_prepare(c);
		return;
	}
	if (f->kind != FAIL_NONE)
		warn(c, "the copy that differs could not be removed");
	copy_end(c, COPY_FAILED, &c->fail);
}

/* --- looking --- */

static void
settle(struct copy *c, enum copy_state about, const struct fail *f)
{
	c->fail = *f;
	c->settling = about;
	c->tries++;
	copy_ask_head(c, COPY_SETTLE, COPY_TO, &c->there);
}

/* Is it there already?  If not, the key fails as it did. */
static void
look_again(struct copy *c, const struct fail *f)
{
	c->fail = *f;
	c->settling = COPY_LOOK;
	copy_ask_head(c, COPY_LOOK, COPY_TO, &c->there);
}

static void
try_again(struct copy *c)
{
	if (c->tries < (unsigned)c->job->env->attempts)
		copy_resume(c);
	else
		copy_end(c, COPY_FAILED, &c->fail);
}

/* An object is there after an answer was lost.  Is it ours? */
static void
found(struct copy *c)
{
	char want[LIMIT_ETAG + 1];
	bool known = expected(c, want);

	/* Be it that it was there before: the upload is ended all the same,
	 * which does no harm to one that was completed. */
	if (known && strcmp(want, c->there->etag) == 0)
		copy_write_done(c);
	else if (c->settling == COPY_COMPLETE)
		copy_upload_doubt(c, known);
	else if (known || c->source != NULL)
		copy_end(c, COPY_SKIPPED, NULL);
	else
		copy_ask_head(c, COPY_COMPARE, COPY_FROM, &c->source);
}

void
copy_after_settle(struct copy *c, const struct fail *f)
{
	if (f->kind == FAIL_NONE && c->settling == COPY_COMPARE) {
		if ((meta_opaque(c->there) || c->own_etag) &&
		    c->there->size == c->source->size)
			copy_write_done(c);
		else
			undo(c);
	} else if (f->kind == FAIL_NONE && c->settling == COPY_COMPLETE &&
	    !copy_upload_open(c)) {
		verify(c, c->there->etag);
	} else if (f->kind == FAIL_NONE) {
		found(c);
	} else if (f->kind == FAIL_NOTFOUND && c->settling != COPY_COMPARE) {
		if (c->settling == COPY_COMPLETE)
			copy_upload_doubt(c, true);
		else
			try_again(c);
	} else {
		copy_end(c, COPY_FAILED, f);
	}
}

void
copy_after_compare(struct copy *c, const struct fail *f)
{
	bool ours;

	if (f->kind != FAIL_NONE) {
		copy_end(c, COPY_FAILED, f);
		return;
	}
	if (c->settling == COPY_RECHECK) {
		if (copy_mend_is_pinned(c))
			copy_write_done(c);
		else
			copy_fail(c, FAIL_PRECONDITION,
			    "has changed while it was copied");
		return;
	}
	if (c->settling != COPY_COMPARE) {
		ours = strcmp(c->source->etag, c->there->etag) == 0 &&
		    c->source->size == c->there->size;
		if (ours)
			copy_write_done(c);
		else
			copy_end(c, COPY_SKIPPED, NULL);
		return;
	}
	if (!copy_is_unchanged(c))
		return;
	if (meta_opaque(c->source)) {
		copy_write_done(c);
		return;
	}
	copy_ask_head(c, COPY_SETTLE, COPY_TO, &c->there);
}

/* --- answers --- */

static void
refused_condition(struct copy *c)
{
	struct copy_job *job = c->job;

	if (!job->no_condition)
		job->warn(job->arg, NULL, 0,
		    "the store does not know If-None-Match: -n looks before "
		    "each copy, so another writer can come between");
	job->no_condition = job->look_first = true;
	copy_ask_head(c, COPY_LOOK, COPY_TO, &c->there);
}

static void
precondition(struct copy *c, const struct s3req *req, const struct fail *f)
{
	struct fail changed = *f;
	bool pinned = copy_ask_has_pin(req);

	/* If-None-Match or the pin?  The answer does not tell. */
	fail_set(
	    &changed, FAIL_PRECONDITION, "has changed since it was listed");
	if (!c->job->no_clobber && copy_mend_doubts_pin(c, pinned, f)) {
		c->fail = changed;
		copy_mend_ask_pin(c);
	} else if (!c->job->no_clobber)
		copy_end(c, COPY_FAILED, &changed);
	else if (req->attempt > 1 || c->tries > 0)
		settle(c, c->state, &changed);
	else if (pinned) {
		c->pinned = true;
		look_again(c, &changed);
	} else
		copy_end(c, COPY_SKIPPED, NULL);
}

static void
too_large(struct copy *c, const struct fail *f)
{
	c->fail = *f;
	c->too_large = true;
	if (c->source == NULL)
		copy_ask_head(c, COPY_HEAD, COPY_FROM, &c->source);
	else if (c->source->size > S3_PART_MIN)
		copy_prepare(c);
	else
		copy_end(c, COPY_FAILED, f);
}

/* The store may say "InvalidRequest" of what CopyObject cannot take whole, or
 * nothing that can be read. */
static bool
perhaps_too_large(const struct copy *c, const struct fail *f)
{
	if (c->state != COPY_COPY || c->too_large)
		return false;
	return f->kind == FAIL_TOOBIG ||
	    (f->kind == FAIL_INVALID &&
		(f->code[0] == '\0' || strcmp(f->code, "InvalidRequest") == 0));
}

/* May it have been done all the same? */
static bool
is_in_doubt(const struct copy *c, const struct s3req *req, const struct fail *f)
{
	if (f->unanswered && req->flags & S3REQ_ONCE)
		return f->kind != FAIL_CANCELLED;
	/* An upload that is gone was perhaps completed by an attempt before,
	 * or by another run that went on with it. */
	return c->state == COPY_COMPLETE && f->kind == FAIL_NOTFOUND &&
	    (c->tries > 0 || req->attempt > 1 || copy_again_waits(c));
}

static void
not_written(struct copy *c, const struct s3req *req, const struct fail *f)
{
	struct copy_job *job = c->job;

	if (f->kind == FAIL_PRECONDITION)
		precondition(c, req, f);
	else if (f->kind == FAIL_CONFLICT && job->no_clobber)
		look_again(c, f);
	else if (f->kind == FAIL_UNSUPPORTED &&
	    copy_ask_has(req, "if-none-match"))
		refused_condition(c);
	else if (f->kind == FAIL_UNSUPPORTED && copy_ask_has_pin(req)) {
		job->no_pin = true;
		copy_resume(c);
	} else if (perhaps_too_large(c, f))
		too_large(c, f);
	else if (f->kind == FAIL_NOBUCKET && c->state == COPY_COPY)
		blame(c, f);
	else if (copy_mend_can_stream(c, f)) {
		c->fail = *f;
		copy_mend_stream(c);
	} else if (is_in_doubt(c, req, f))
		settle(c, c->state, f);
	else
		copy_end(c, COPY_FAILED, f);
}

void
copy_after_write(struct copy *c, const struct fail *f)
{
	char got[LIMIT_ETAG + 1];

	if (f->kind != FAIL_NONE) {
		not_written(c, &c->req, f);
		return;
	}
	got[0] = '\0';
	if (c->state == COPY_COMPLETE) {
		copy_ask_etag(
		    c, &c->req, "CompleteMultipartUploadResult/ETag", got);
		copy_upload_completed(c);
		if (got[0] == '\0') {
			/* As Ceph does: it is there to be looked at. */
			c->settling = COPY_COMPLETE;
			copy_ask_head(c, COPY_SETTLE, COPY_TO, &c->there);
			return;
		}
	} else if (c->state == COPY_PUT) {
		copy_stream_etag(c, got);
	} else if (c->pin.len > 0) {
		copy_ask_etag(c, &c->req, "CopyObjectResult/ETag", got);
	}
	verify(c, got);
}

void
copy_write_answered(struct copy *c, const struct s3req *req, const char *etag,
    const struct fail *f)
{
	if (f->kind == FAIL_NONE)
		verify(c, etag);
	else
		not_written(c, req, f);
}

void
copy_after_put_acl(struct copy *c, const struct fail *f)
{
	if (f->kind == FAIL_NONE)
		copy_end(c, COPY_COPIED, NULL);
	else
		copy_end(c, COPY_FAILED, f);
}
