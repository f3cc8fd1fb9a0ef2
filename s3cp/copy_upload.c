/* The upload that parts go into: how it begins, and how it is completed or
 * aborted. */

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "copy_parts.h"
#include "reply.h"
#include "uri.h"

bool
copy_upload_open(const struct copy *c)
{
	return c->parts != NULL && c->parts->begun;
}

const char *
copy_upload_etag(const struct copy *c)
{
	return c->parts == NULL ? "" : c->parts->etag;
}

/* --- beginning --- */

static void
on_create_header(struct s3req *req, const char *name, const char *value)
{
	struct copy *c = req->arg;

	if (meta_header_opaque(name, value))
		c->parts->opaque = true;
}

void
copy_upload_create(struct copy *c)
{
	struct copy_parts *p = copy_parts_of(c);
	struct s3req *req;

	req = copy_ask(c, COPY_CREATE, S3OP_CREATE_UPLOAD, COPY_TO);
	req->query = "uploads=";
	req->header = on_create_header;
	req->flags = S3REQ_ONCE | S3REQ_AHEAD;
	copy_ask_attributes(c, req);
	copy_ask_content(c, req);
	p->opaque = c->job->to->endp.is_directory;
	if (p->since == 0)
		p->since = clock_wall() + c->job->to->skew;
	s3req_start(req);
}

/* An upload may have begun all the same: look for it. */
static void
create_lost(struct copy *c, const struct fail *f)
{
	c->fail = *f;
	c->tries++;
	copy_find_ask(c, COPY_FIND);
}

void
copy_after_create(struct copy *c, const struct fail *f)
{
	struct copy_parts *p = c->parts;
	struct reply_field id = {
	    "InitiateMultipartUploadResult/UploadId", &p->id, false};
	const char *why = "";
	struct fail broken;

	if (f->unanswered && f->kind != FAIL_CANCELLED) {
		create_lost(c, f);
	} else if (f->kind != FAIL_NONE) {
		copy_end(c, COPY_FAILED, f);
	} else if (!reply_read(
		       c->req.reply.data, c->req.reply.len, &id, 1, &why) ||
	    p->id.len == 0) {
		fail_clear(&broken);
		fail_set(&broken, FAIL_PROTOCOL,
		    "the store gave no upload id: %s", why);
		create_lost(c, &broken);
	} else {
		copy_parts_begin(c);
	}
}

/* One upload of this key that is as young as ours is ours.  Of several, none
 * is taken: some may be other people's. */
void
copy_after_find(struct copy *c, const struct fail *f)
{
	struct copy_parts *p = c->parts;
	int count = -1;

	if (f->kind == FAIL_NONE)
		count = copy_find_read(c, p->since, &p->id);
	if (count == 1) {
		copy_parts_begin(c);
		return;
	}
	if (count != 0)
		c->job->warn(c->job->arg, c->record.key, c->record.key_len,
		    "an upload whose id was lost may be left open: "
		    "--abort-uploads ends it");
	if (c->tries < (unsigned)c->job->env->attempts)
		copy_upload_create(c);
	else
		copy_end(c, COPY_FAILED, &c->fail);
}

/* --- completing --- */

/* Known before anything is put in place. */
static bool
would_differ(const struct copy *c)
{
	const struct copy_parts *p = c->parts;

	return p->same && p->etag[0] != '\0' && !meta_opaque(c->source) &&
	    meta_is_md5(c->source->etag, true) &&
	    strcmp(p->etag, c->source->etag) != 0;
}

/* The first of them had a size that equal parts could have. */
static bool
may_be_unequal(const struct copy *c)
{
	return c->parts->plan.ends == NULL && c->source->parts > 2;
}

void
copy_upload_complete(struct copy *c)
{
	struct copy_parts *p = c->parts;
	struct s3req *req;

	if (p->opaque)
		p->etag[0] = '\0';
	else
		partlist_etag(&p->list, p->etag);
	if (would_differ(c) && p->found) {
		p->create = true;
		copy_parts_give_up(c, COPY_FAILED, NULL);
		return;
	}
	if (would_differ(c) && may_be_unequal(c)) {
		p->anew = true;
		copy_parts_give_up(c, COPY_FAILED, NULL);
		return;
	}
	if (would_differ(c)) {
		copy_fail(c, FAIL_PROTOCOL,
		    "the copied parts make the ETag %.60s, where %.60s was "
		    "expected",
		    p->etag, c->source->etag);
		return;
	}
	if (!partlist_body(&p->list, &p->body)) {
		copy_fail(c, FAIL_PROTOCOL, "the parts' ETags are too long");
		return;
	}
	req = copy_ask(c, COPY_COMPLETE, S3OP_COMPLETE_UPLOAD, COPY_TO);
	buf_reset(&c->query);
	uri_query_add(&c->query, "uploadId", p->id.data, p->id.len);
	req->query = c->query.data;
	req->body = p->body.data;
	req->body_len = p->body.len;
	req->flags = S3REQ_ONCE | S3REQ_AHEAD;
	s3req_add_header(req, "content-type", "application/xml");
	copy_ask_condition(c, req);
	s3req_start(req);
}

void
copy_upload_completed(struct copy *c)
{
	c->parts->begun = false;
}

void
copy_upload_doubt(struct copy *c, bool known)
{
	struct copy_parts *p = c->parts;

	/* c->fail is that of the last attempt to complete it. */
	if (c->fail.kind == FAIL_NOTFOUND) {
		/* The upload is gone, and only its completion by us, whose
		 * answer was lost, would end it. */
		p->begun = false;
		if (!known && c->there->size == p->plan.size)
			copy_write_done(c);
		else
			copy_end(c, COPY_FAILED, &c->fail);
	} else if (c->fail.kind == FAIL_PRECONDITION) {
		copy_end(c, COPY_SKIPPED, NULL); /* it is another's */
	} else if (c->tries < (unsigned)c->job->env->attempts) {
		copy_upload_complete(c);
	} else {
		copy_end(c, COPY_FAILED, &c->fail);
	}
}

/* --- aborting --- */

void
copy_upload_abort(struct copy *c)
{
	struct s3req *req;

	req = copy_ask(c, COPY_ABORT, S3OP_ABORT_UPLOAD, COPY_TO);
	buf_reset(&c->query);
	uri_query_add(
	    &c->query, "uploadId", c->parts->id.data, c->parts->id.len);
	req->query = c->query.data;
	req->flags = S3REQ_AHEAD;
	s3req_start(req);
}

void
copy_after_abort(struct copy *c, const struct fail *f)
{
	struct copy_parts *p = c->parts;
	char text[512], phrase[320];
	struct fail told = p->fail;

	if (p->lost && f->kind == FAIL_NONE) {
		/* That part may have come after the abort. */
		p->lost = false;
		copy_upload_abort(c);
		return;
	}
	if (f->kind != FAIL_NONE && f->kind != FAIL_NOTFOUND) {
		snprintf(text, sizeof(text),
		    "its upload %.60s could not be ended: %s: --abort-uploads "
		    "ends it",
		    p->id.data, fail_phrase(f, phrase, sizeof(phrase)));
		c->job->warn(
		    c->job->arg, c->record.key, c->record.key_len, text);
	}
	p->begun = false;
	if (p->create) {
		p->created = true;
		copy_again_anew(c);
		return;
	}
	if (!p->anew) {
		copy_end(c, p->result, &told);
		return;
	}
	p->anew = false;
	plan_unequal(&p->plan);
	copy_prepare_layout(c, 1);
}
