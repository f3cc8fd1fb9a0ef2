#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copy_private.h"
#include "span.h"
#include "uri.h"
#include "xalloc.h"

struct slot {
	struct copy_slots *slots;
	unsigned number; /* 0: at rest */
	bool streamed;	 /* by span, not by req */
	struct s3req req;
	struct span span;
	struct buf query;
	char range[64];
};

struct copy_slots {
	struct copy *copy;
	bool single;
	struct slot **all; /* job->parts_most, NULL at first; NULL */
};

struct copy_slots *
copy_slots_new(struct copy *c, bool single)
{
	struct copy_slots *s = xcalloc(1, sizeof(*s));
	size_t most = (size_t)c->job->parts_most + 1;

	s->all = xcalloc(most, sizeof(struct slot *));
	s->copy = c;
	s->single = single;
	return s;
}

static void
slot_free(struct slot *slot)
{
	if (slot->streamed)
		span_fini(&slot->span);
	else
		s3req_fini(&slot->req);
	buf_fini(&slot->query);
	free(slot);
}

void
copy_slots_free(struct copy_slots *s)
{
	struct slot **slot;

	if (s == NULL)
		return;
	for (slot = s->all; *slot != NULL; slot++)
		slot_free(*slot);
	free(s->all);
	free(s);
}

static struct slot *
free_slot(struct copy_slots *s)
{
	const struct copy *c = s->copy;
	struct slot **place = s->all, *slot;

	while (*place != NULL && (*place)->number != 0)
		place++;
	if (*place != NULL)
		return *place;
	slot = *place = xcalloc(1, sizeof(*slot));
	slot->slots = s;
	slot->streamed = c->job->via == COPY_VIA_STREAM || c->parts_streamed;
	if (slot->streamed)
		span_init(&slot->span, c->job->env, c->job->pool);
	else
		s3req_init(&slot->req, c->job->env);
	buf_init(&slot->query, LIMIT_URL);
	return slot;
}

/* --- by the store --- */

static void
copied(struct s3req *req, const struct fail *f)
{
	struct slot *slot = req->arg;
	struct copy *c = slot->slots->copy;
	char etag[LIMIT_ETAG + 1] = "";
	struct copy_part_end e = {slot->number, etag, false, req, f};

	if (f->kind == FAIL_NONE)
		copy_ask_etag(c, req, "CopyPartResult/ETag", etag);
	slot->number = 0;
	copy_parts_ended(c, &e);
}

static void
copy_part(struct slot *slot, uint64_t offset, uint64_t len, bool ranged)
{
	struct copy *c = slot->slots->copy;
	struct s3req *req = &slot->req;

	s3req_reset(req);
	req->bucket = c->job->to;
	req->op = S3OP_COPY_PART;
	req->key = c->to_key.data;
	req->key_len = c->to_key.len;
	req->query = slot->query.data;
	req->done = copied;
	req->arg = slot;
	copy_ask_source(c, req);
	if (ranged) {
		snprintf(slot->range, sizeof(slot->range), "bytes=%llu-%llu",
		    (unsigned long long)offset,
		    (unsigned long long)(offset + len - 1));
		s3req_add_header(req, "x-amz-copy-source-range", slot->range);
	}
	s3req_start(req);
}

/* --- through this machine --- */

static void
streamed(struct span *span, const struct fail *f)
{
	struct slot *slot = span->arg;
	struct copy_slots *s = slot->slots;
	struct fail told = *f;
	bool useless = s->single && (span->opaque || span->no_md5);
	struct copy_part_end e = {slot->number, useless ? "" : span->etag,
	    span->opaque, &span->put, &told};

	/* Of an upload, only reading has conditions. */
	if (f->kind == FAIL_PRECONDITION && !s->single)
		fail_set(&told, FAIL_PRECONDITION,
		    "has changed since it was listed");
	slot->number = 0;
	copy_parts_ended(s->copy, &e);
}

/* What the request that writes has to say. */
static void
prepare(struct span *span, struct s3req *req)
{
	struct slot *slot = span->arg;
	struct copy *c = slot->slots->copy;

	req->bucket = c->job->to;
	req->key = c->to_key.data;
	req->key_len = c->to_key.len;
	if (!slot->slots->single) {
		req->op = S3OP_UPLOAD_PART;
		req->query = slot->query.data;
		return;
	}
	req->op = S3OP_PUT_OBJECT;
	req->flags = c->job->no_clobber ? S3REQ_ONCE : 0;
	copy_ask_attributes(c, req);
	copy_ask_content(c, req);
	copy_ask_condition(c, req);
}

static void
stream_part(struct slot *slot, uint64_t offset, uint64_t len)
{
	struct copy_slots *s = slot->slots;
	struct copy *c = s->copy;
	struct span *span = &slot->span;
	bool known = s->single && meta_is_md5(c->source->etag, false) &&
	    !meta_opaque(c->source);

	span->from = c->job->from;
	span->key = c->from_key.data;
	span->key_len = c->from_key.len;
	span->pin = c->pin.data;
	span->offset = offset;
	span->len = len;
	span->md5 = known ? c->source->etag : NULL;
	span->prepare = prepare;
	span->done = streamed;
	span->arg = slot;
	span_start(span);
}

/* --- all of them --- */

void
copy_slots_start(struct copy_slots *s, unsigned number, const struct plan *plan,
    const struct buf *upload)
{
	struct slot *slot = free_slot(s);
	char text[16];
	uint64_t offset, len;

	slot->number = number;
	plan_part(plan, number, &offset, &len);
	snprintf(text, sizeof(text), "%u", number);
	buf_reset(&slot->query);
	uri_query_add(&slot->query, "partNumber", text, strlen(text));
	uri_query_add(&slot->query, "uploadId", upload->data, upload->len);
	if (slot->streamed)
		stream_part(slot, offset, len);
	else
		copy_part(slot, offset, len, plan->count > 1);
}

bool
copy_slots_last_try(struct copy_slots *s)
{
	struct slot **slot;
	bool moving = true;

	for (slot = s->all; *slot != NULL; slot++) {
		if ((*slot)->number == 0)
			continue;
		if ((*slot)->streamed) {
			moving &= span_last_try(&(*slot)->span);
			continue;
		}
		(*slot)->req.flags |= S3REQ_NOT_RETRIED;
		moving &= s3req_sent(&(*slot)->req);
	}
	return moving;
}

void
copy_slots_cancel(struct copy_slots *s)
{
	struct slot **slot;

	for (slot = s->all; *slot != NULL; slot++) {
		if ((*slot)->number == 0)
			continue;
		if ((*slot)->streamed) {
			span_cancel(&(*slot)->span);
			continue;
		}
		/* One on its way must end before the upload is aborted, but
		 * need not be tried again. */
		(*slot)->req.flags |= S3REQ_NOT_RETRIED;
		if (!s3req_sent(&(*slot)->req))
			s3req_cancel(&(*slot)->req);
	}
}
