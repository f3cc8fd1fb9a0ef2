/* The parts of an object, by the store or streamed, while an upload is open;
 * and a large object in one streamed piece, which is one part without an
 * upload. */

#include <stdlib.h>
#include <string.h>

#include "copy_parts.h"
#include "xalloc.h"

/* --- life --- */

struct copy_parts *
copy_parts_of(struct copy *c)
{
	struct copy_parts *p = c->parts;

	if (p != NULL)
		return p;
	p = c->parts = xcalloc(1, sizeof(*p));
	plan_init(&p->plan);
	buf_init(&p->id, LIMIT_UPLOAD_ID);
	buf_init(&p->body, COPY_PARTS_BODY);
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
	return &copy_parts_of(c)->plan;
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
	copy_parts_of(c)->same = same;
}

bool
copy_parts_same(const struct copy *c)
{
	return c->parts != NULL && c->parts->same;
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

void
copy_parts_begin(struct copy *c)
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
	struct copy_parts *p = copy_parts_of(c);

	plan_make(&p->plan, c->source->size, S3_PART_MAX);
	p->single = true;
	copy_parts_begin(c);
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
		copy_upload_complete(c);
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
		copy_upload_complete(c);
}

/* --- giving up --- */

/* No part is under way any more. */
static void
drained(struct copy *c)
{
	struct copy_parts *p = c->parts;

	if (!p->retry || c->job->stopping) {
		copy_upload_abort(c);
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
	if (p->next > p->plan.count && copy_slots_last_try(p->slots))
		return; /* soon done */
	fail_clear(&f);
	fail_set(&f, FAIL_CANCELLED, "ended before all parts were copied");
	copy_parts_give_up(c, COPY_FAILED, &f);
}

void
copy_after_drain(struct copy *c, const struct fail *f)
{
	(void)f;
	if (c->parts->in_flight == 0)
		drained(c);
}
