/* The copy of an object in parts, by the store or streamed; and that of a large
 * object in one streamed piece, which is one part without an upload. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "copy_private.h"
#include "partlist.h"
#include "reply.h"
#include "uri.h"
#include "xalloc.h"

#define BODY_MAX (4 << 20) /* 10,000 parts' numbers and ETags */

struct copy_parts {
	struct plan plan;
	struct partlist list;
	struct buf id;	 /* UploadId */
	struct buf body; /* of CompleteMultipartUpload */
	bool single;	 /* one PutObject */
	bool begun;	 /* there is an upload */
	bool same;	 /* the ETag must be the source's */
	bool anew;	 /* after ABORT: with each part's size asked for */
	bool found;	 /* the upload is one that a killed run left */
	bool retry;	 /* after DRAIN: the parts in another way */
	bool pinned;	 /* the part that failed told the ETag */
	bool create;	 /* after ABORT: another one, once */
	bool created;	 /* that was done */
	bool opaque;	 /* ETags say nothing about the bytes */
	bool lost;	 /* a part's answer was */
	int64_t since;	 /* when it was begun, ms since 1970 */
	unsigned next;	 /* to be begun, from 1 */
	int in_flight;
	struct copy_slots *slots;
	char etag[LIMIT_ETAG + 1]; /* that is to come out */
	enum copy_result result;   /* to be told after ABORT */
	struct fail fail;
};

/* --- life --- */

static struct copy_parts *
parts_of(struct copy *c)
{
	struct copy_parts *p = c->parts;

	if (p != NULL)
		return p;
	p = c->parts = xcalloc(1, sizeof(*p));
	plan_init(&p->plan);
	buf_init(&p->id, LIMIT_UPLOAD_ID);
	buf_init(&p->body, BODY_MAX);
	return p;
}

void
copy_parts_free(struct copy *c)
{
	struct copy_parts *p = c->parts;

	if (p == NULL)
		return;
	copy_slots_free(p->slots);
	partlist_fini(&p->list);
	plan_fini(&p->plan);
	buf_fini(&p->id);
	buf_fini(&p->body);
	free(p);
	c->parts = NULL;
}

struct plan *
copy_parts_plan(struct copy *c)
{
	return &parts_of(c)->plan;
}

bool
copy_parts_planned(const struct copy *c)
{
	return c->parts != NULL && !c->parts->single &&
	    plan_complete(&c->parts->plan);
}

void
copy_parts_expect(struct copy *c, bool same)
{
	parts_of(c)->same = same;
}

bool
copy_parts_same(const struct copy *c)
{
	return c->parts != NULL && c->parts->same;
}

bool
copy_parts_open(const struct copy *c)
{
	return c->parts != NULL && c->parts->begun;
}

const char *
copy_parts_etag(const struct copy *c)
{
	return c->parts == NULL ? "" : c->parts->etag;
}

/* --- parts --- */

static void
part_failed(struct copy *c, const struct s3req *req, const struct fail *f)
{
	struct copy_parts *p = c->parts;

	if (f->unanswered)
		p->lost = true;
	if (p->result == COPY_FAILED)
		return; /* the first one is told */
	p->result = COPY_FAILED;
	p->fail = *f;
	p->pinned = copy_ask_has_pin(req);
	p->retry = copy_mend_can_retry(c, req, f);
}

void
copy_parts_ended(struct copy *c, const struct copy_part_end *e)
{
	struct copy_parts *p = c->parts;
	struct fail bad;

	p->in_flight--;
	if (e->opaque)
		p->opaque = true;
	if (p->single) {
		copy_write_answered(c, e->req, e->etag, e->fail);
		return;
	}
	if (e->fail->kind != FAIL_NONE) {
		part_failed(c, e->req, e->fail);
	} else if (!partlist_set(&p->list, e->number, e->etag)) {
		fail_clear(&bad);
		fail_set(&bad, FAIL_PROTOCOL, "a part has no usable ETag");
		part_failed(c, e->req, &bad);
	}
	copy_step(c, e->fail);
}

/* Is there a part to be begun now? */
static bool
has_next(struct copy *c)
{
	struct copy_parts *p = c->parts;
	unsigned count = p->plan.count;

	while (p->next <= count && partlist_has(&p->list, p->next))
		p->next++;
	if (p->next == count && copy_again_waits(c))
		return p->list.known + 1 == count;
	return p->next <= count;
}

static bool
begin_part(struct copy *c, int most)
{
	struct copy_parts *p = c->parts;

	if (p->in_flight >= most || !has_next(c))
		return false;
	p->in_flight++;
	copy_slots_start(p->slots, p->next++, &p->plan, &p->id);
	return true;
}

static void
fill(struct copy *c)
{
	while (begin_part(c, c->job->parts_max))
		;
}

bool
copy_widen(struct copy *c)
{
	return c->state == COPY_PARTS && c->job->via == COPY_VIA_SERVER &&
	    !c->parts_streamed && begin_part(c, c->job->parts_most);
}

static void
reset_parts(struct copy *c)
{
	struct copy_parts *p = c->parts;

	p->begun = !p->single;
	p->found = p->create = false;
	p->next = 1;
	p->result = COPY_COPIED;
	partlist_fini(&p->list);
	if (p->slots == NULL)
		p->slots = copy_slots_new(c, p->single);
}

static void
begin_parts(struct copy *c)
{
	struct copy_parts *p = c->parts;

	reset_parts(c);
	partlist_init(&p->list, p->plan.count);
	if (copy_mend_doubts_name(c))
		copy_mend_probe(c, &p->id);
	else if (!copy_again_mark(c, &p->id))
		copy_parts_go(c, false);
}

void
copy_parts_again(struct copy *c, const struct buf *id, struct partlist *list)
{
	struct copy_parts *p = c->parts;

	reset_parts(c);
	p->found = true;
	p->opaque = false;
	buf_reset(&p->id);
	buf_add(&p->id, id->data, id->len);
	p->list = *list;
	memset(list, 0, sizeof(*list));
	/* What the killed run has asked for may still come. */
	copy_parts_go(c, true);
}

void
copy_parts_go(struct copy *c, bool lost)
{
	c->parts->lost = lost;
	copy_move(c, COPY_PARTS);
	if (c->job->stopping)
		copy_fail(c, FAIL_CANCELLED, "not begun any more");
	else
		fill(c);
}

void
copy_parts_retry(struct copy *c)
{
	struct copy_parts *p = c->parts;

	p->result = COPY_COPIED;
	p->next = 1;
	/* They may go through this machine now. */
	copy_slots_free(p->slots);
	p->slots = copy_slots_new(c, p->single);
	copy_parts_go(c, p->lost);
}

void
copy_parts_single(struct copy *c)
{
	struct copy_parts *p = parts_of(c);

	plan_make(&p->plan, c->source->size, S3_PART_MAX);
	p->single = true;
	begin_parts(c);
}

/* A store that ignores the pin may have copied parts of two objects (Ceph
 * does); where the ETag is known in advance, that shows by itself. */
static bool
must_recheck(const struct copy *c)
{
	return c->job->via == COPY_VIA_SERVER && !c->parts_streamed &&
	    !c->parts->same && (!c->job->to->endp.is_aws || c->job->no_pin);
}

void
copy_after_recheck(struct copy *c, const struct fail *f)
{
	if (f->kind != FAIL_NONE)
		copy_end(c, COPY_FAILED, f);
	else if (strcmp(c->there->etag, c->source->etag) != 0)
		copy_fail(
		    c, FAIL_PRECONDITION, "has changed while it was copied");
	else
		copy_parts_complete(c);
}

/* An upload with a mark can be another run's, too, which has just ended it. */
static bool
is_taken(const struct copy *c)
{
	const struct copy_parts *p = c->parts;

	return copy_again_waits(c) && !p->created &&
	    strcmp(p->fail.code, "NoSuchUpload") == 0;
}

void
copy_after_part(struct copy *c, const struct fail *f)
{
	struct copy_parts *p = c->parts;

	(void)f; /* the first one is kept */
	if (p->result == COPY_FAILED) {
		p->create = is_taken(c);
		copy_parts_give_up(c, COPY_FAILED, &p->fail);
	} else if (!partlist_complete(&p->list))
		fill(c);
	else if (must_recheck(c))
		copy_ask_head(c, COPY_RECHECK, COPY_FROM, &c->there);
	else
		copy_parts_complete(c);
}

/* --- beginning the upload --- */

static void
on_create_header(struct s3req *req, const char *name, const char *value)
{
	struct copy *c = req->arg;

	if (meta_header_opaque(name, value))
		c->parts->opaque = true;
}

void
copy_parts_create(struct copy *c)
{
	struct copy_parts *p = parts_of(c);
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
		begin_parts(c);
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
		begin_parts(c);
		return;
	}
	if (count != 0)
		c->job->warn(c->job->arg, c->record.key, c->record.key_len,
		    "an upload whose id was lost may be left open: "
		    "--abort-uploads ends it");
	if (c->tries < (unsigned)c->job->env->attempts)
		copy_parts_create(c);
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
copy_parts_complete(struct copy *c)
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
copy_parts_completed(struct copy *c)
{
	c->parts->begun = false;
}

void
copy_parts_doubt(struct copy *c, bool known)
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
		copy_parts_complete(c);
	} else {
		copy_end(c, COPY_FAILED, &c->fail);
	}
}

/* --- giving up --- */

static void
ask_abort(struct copy *c)
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

/* No part is under way any more. */
static void
drained(struct copy *c)
{
	struct copy_parts *p = c->parts;

	if (!p->retry || c->job->stopping) {
		ask_abort(c);
		return;
	}
	p->retry = false;
	copy_mend_retry(c, p->pinned, &p->fail);
}

void
copy_parts_give_up(
    struct copy *c, enum copy_result result, const struct fail *f)
{
	struct copy_parts *p = c->parts;

	p->result = result;
	if (f == NULL)
		fail_clear(&p->fail);
	else if (f != &p->fail)
		p->fail = *f;
	copy_slots_cancel(p->slots);
	if (p->in_flight > 0)
		copy_move(c, COPY_DRAIN);
	else
		drained(c);
}

void
copy_parts_stop(struct copy *c)
{
	struct copy_parts *p = c->parts;
	struct fail f;

	if (p->single) {
		copy_slots_cancel(p->slots);
		return;
	}
	if (p->next > p->plan.count)
		return; /* soon done */
	fail_clear(&f);
	fail_set(&f, FAIL_CANCELLED, "ended before all parts were copied");
	copy_parts_give_up(c, COPY_FAILED, &f);
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
		ask_abort(c);
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

void
copy_after_drain(struct copy *c, const struct fail *f)
{
	(void)f;
	if (c->parts->in_flight == 0)
		drained(c);
}
