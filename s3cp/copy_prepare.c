/* From a key to the request that copies it: what must be known before, and
 * which way it goes. */

#include <stdlib.h>
#include <string.h>

#include "copy_private.h"
#include "limit.h"
#include "num.h"
#include "xalloc.h"

/* --- what is known of the source --- */

const char *
copy_source_etag(const struct copy *c, char out[LIMIT_ETAG + 1])
{
	if (c->record.etag != NULL)
		meta_etag(out, c->record.etag, c->record.etag_len);
	else if (c->source != NULL)
		memcpy(out, c->source->etag, sizeof(c->source->etag));
	else
		out[0] = '\0';
	return out[0] == '\0' ? NULL : out;
}

bool
copy_is_unchanged(struct copy *c)
{
	const struct record *r = &c->record;
	const struct meta *m = c->source;
	char etag[LIMIT_ETAG + 1];

	if (r->etag != NULL) {
		meta_etag(etag, r->etag, r->etag_len);
		if (strcmp(etag, m->etag) == 0)
			return true;
		copy_fail(c, FAIL_PRECONDITION,
		    "has changed since it was listed: its ETag was %s, now "
		    "it is %s",
		    etag, m->etag);
		return false;
	}
	if (!r->has_size || !m->has_size || r->size == m->size)
		return true;
	copy_fail(c, FAIL_PRECONDITION,
	    "has changed since it was listed: it had %llu bytes, now %llu",
	    (unsigned long long)r->size, (unsigned long long)m->size);
	return false;
}

static bool
in_parts(const char *etag)
{
	return etag != NULL && strchr(etag, '-') != NULL;
}

/* Does the copy have to have the source's parts, so that its ETag stays? */
static bool
keeps_parts(const struct copy *c)
{
	const struct copy_job *job = c->job;

	return job->keep_parts ||
	    (job->via == COPY_VIA_STREAM && job->part_size == 0);
}

/* Must the source be looked at before anything else can be decided? */
static bool
needs_head(const struct copy *c)
{
	const struct copy_job *job = c->job;
	const struct record *r = &c->record;
	uint64_t most = job->threshold;

	if (job->keep_class || job->keep_sse)
		return true;
	if (job->via == COPY_VIA_SERVER && job->keep_parts && r->etag == NULL)
		return true;
	if (job->via == COPY_VIA_STREAM)
		most = COPY_STREAM_FETCH;
	if (r->has_size)
		return r->size > most;
	return job->via == COPY_VIA_SERVER && most < S3_PART_MAX;
}

/* --- preparing --- */

enum way {
	WAY_COPY,   /* CopyObject */
	WAY_PUT,    /* PutObject of what FETCH has brought */
	WAY_SINGLE, /* PutObject, streamed */
	WAY_PARTS
};

static enum way
way_of(struct copy *c)
{
	const struct copy_job *job = c->job;
	uint64_t size = c->source != NULL ? c->source->size : 0;

	if (copy_parts_planned(c) || c->too_large)
		return WAY_PARTS;
	if (job->via == COPY_VIA_SERVER && !c->streamed)
		return size > job->threshold ? WAY_PARTS : WAY_COPY;
	if (copy_stream_fetched(c))
		return WAY_PUT;
	/* An object that is one piece stays one: its ETag is its MD5. */
	return size > S3_PART_MAX ||
		(job->part_size > 0 && size > job->part_size) ?
	    WAY_PARTS :
	    WAY_SINGLE;
}

void
copy_prepare_layout(struct copy *c, unsigned part)
{
	struct s3req *req;

	copy_ask_head(c, COPY_LAYOUT, COPY_FROM, &c->source);
	req = &c->req;
	buf_reset(&c->query);
	buf_addf(&c->query, "partNumber=%u", part);
	req->query = c->query.data;
}

static void
ask_acl(struct copy *c)
{
	struct s3req *req;

	if (!c->job->keep_acl || c->acl != NULL) {
		copy_begin(c);
		return;
	}
	req = copy_ask(c, COPY_ACL, S3OP_GET_ACL, COPY_FROM);
	req->query = "acl=";
	s3req_start(req);
}

static void
ask_tags(struct copy *c)
{
	struct s3req *req;

	if (c->job->drop_tags || c->job->no_tagging || way_of(c) == WAY_COPY) {
		ask_acl(c);
		return;
	}
	req = copy_ask(c, COPY_TAGS, S3OP_GET_TAGGING, COPY_FROM);
	req->query = "tagging=";
	req->flags = S3REQ_AHEAD;
	s3req_start(req);
}

/* "...-13": the ETag itself tells how many parts there were. */
static unsigned
parts_told(const char *etag)
{
	const char *dash = strrchr(etag, '-');
	uint64_t n = 0;

	if (dash != NULL)
		num_str(dash + 1, LIMIT_PARTS, &n);
	return (unsigned)n;
}

/* Would one request not do?  (Stores that do not know parts, such as Ceph, keep
 * the ETag in CopyObject.) */
static bool
must_guess(const struct copy *c)
{
	return c->job->via == COPY_VIA_STREAM || c->job->guess || c->streamed ||
	    c->source->size > c->job->threshold;
}

/* The store does not tell: as usual clients cut it. */
static void
guess_layout(struct copy *c)
{
	struct plan *plan = copy_parts_plan(c);
	const struct meta *m = c->source;

	if (plan->count == 0 && must_guess(c))
		plan_guess(plan, m->size, parts_told(m->etag));
}

bool
copy_prepare_guess(struct copy *c)
{
	if (c->source == NULL)
		return false;
	guess_layout(c);
	return copy_parts_planned(c);
}

/* CopyObject copies whatever is there. */
static bool
needs_size(const struct copy *c)
{
	return c->job->via == COPY_VIA_STREAM || c->streamed || c->too_large;
}

/* The answer to a GET that comes in chunks does not tell it; a HEAD should. */
static void
ask_size(struct copy *c)
{
	if (c->state == COPY_FETCH)
		copy_ask_head(c, COPY_HEAD, COPY_FROM, &c->source);
	else
		copy_fail(c, FAIL_PROTOCOL, "the store does not tell its size");
}

void
copy_prepare(struct copy *c)
{
	const struct meta *m = c->source;
	const char *why;
	bool keeps;

	if (!copy_is_unchanged(c))
		return;
	if (!meta_ok(m, &why)) {
		copy_fail(c, FAIL_UNSUPPORTED, "%s", why);
		return;
	}
	copy_pin(c, m->etag, strlen(m->etag));
	copy_mend_found(c);
	keeps = keeps_parts(c) && in_parts(m->etag);
	if (!m->has_size && needs_size(c))
		ask_size(c);
	else if (keeps && c->parts == NULL && !c->job->no_layout)
		copy_prepare_layout(c, 1);
	else {
		if (keeps && c->job->no_layout)
			guess_layout(c);
		ask_tags(c);
	}
}

void
copy_after_head(struct copy *c, const struct fail *f)
{
	if (f->kind != FAIL_NONE) {
		copy_end(c, COPY_FAILED, f);
		return;
	}
	/* "Too large" was a guess from a code that can mean other things. */
	if (c->too_large && c->source->size <= S3_PART_MIN) {
		copy_end(c, COPY_FAILED, &c->fail);
		return;
	}
	copy_prepare(c);
}

/* Some stores (moto) tell the ETag and the size of the part alone. */
static bool
tells_of_part_alone(const struct meta *m)
{
	return m->parts > 0 && !in_parts(m->etag);
}

/* A HEAD of one part: 206 with its length, and how many there are. */
void
copy_after_layout(struct copy *c, const struct fail *f)
{
	struct plan *plan = copy_parts_plan(c);
	const struct meta *m = c->source;
	bool good = true;

	if (f->kind == FAIL_UNSUPPORTED || f->kind == FAIL_INVALID ||
	    (f->kind == FAIL_NONE && tells_of_part_alone(m))) {
		c->job->no_layout = true;
		copy_ask_head(c, COPY_HEAD, COPY_FROM, &c->source);
		return;
	}
	if (f->kind != FAIL_NONE) {
		copy_end(c, COPY_FAILED, f);
		return;
	}
	if (!copy_is_unchanged(c))
		return;
	/* A store that does not know parts tells of the whole. */
	if (plan->count == 0 && m->parts > 0)
		good = plan_like(plan, m->size, (uint64_t)m->length, m->parts);
	else
		guess_layout(c);
	if (good && plan->count > 0 && !plan_complete(plan))
		good = plan_add(plan, (uint64_t)m->length);
	if (!good)
		copy_fail(c, FAIL_PROTOCOL,
		    "the store tells of parts that cannot be");
	else if (plan->count > 0 && !plan_complete(plan))
		copy_prepare_layout(c, plan_wants(plan));
	else
		copy_prepare(c);
}

void
copy_after_tags(struct copy *c, const struct fail *f)
{
	const char *why = "";

	if (f->kind == FAIL_UNSUPPORTED)
		c->job->no_tagging = true; /* so there are none */
	else if (f->kind == FAIL_NOTFOUND &&
	    strcmp(f->code, "NoSuchTagSet") == 0)
		;
	else if (f->kind != FAIL_NONE) {
		c->tags_unread = f->kind != FAIL_CANCELLED;
		copy_end(c, COPY_FAILED, f);
		return;
	} else if (!meta_read_tags(
		       c->source, c->req.reply.data, c->req.reply.len, &why)) {
		copy_fail(c, FAIL_PROTOCOL, "its tags are broken: %s", why);
		return;
	}
	c->tagged = c->source->tags.len > 0;
	if (c->tagged &&
	    (way_of(c) == WAY_PARTS || c->job->takes_tags != COPY_YES))
		copy_mend_keep_tags(c);
	ask_acl(c);
}

void
copy_after_acl(struct copy *c, const struct fail *f)
{
	if (f->kind != FAIL_NONE) {
		copy_end(c, COPY_FAILED, f);
		return;
	}
	c->acl = xmalloc(sizeof(*c->acl));
	buf_init(c->acl, LIMIT_REPLY);
	buf_add(c->acl, c->req.reply.data, c->req.reply.len);
	copy_begin(c);
}

/* --- beginning --- */

static void
cancelled(struct copy *c)
{
	copy_fail(c, FAIL_CANCELLED, "not begun any more");
}

static void
ask_copy(struct copy *c)
{
	const struct copy_job *job = c->job;
	struct s3req *req;

	req = copy_ask(c, COPY_COPY, S3OP_COPY_OBJECT, COPY_TO);
	copy_ask_source(c, req);
	copy_ask_attributes(c, req);
	copy_ask_condition(c, req);
	if (job->drop_metadata)
		s3req_add_header(req, "x-amz-metadata-directive", "REPLACE");
	if (job->drop_tags)
		s3req_add_header(req, "x-amz-tagging-directive", "REPLACE");
	/* A repeat would find our own copy and take it for another's. */
	if (job->no_clobber)
		req->flags = S3REQ_ONCE;
	s3req_start(req);
}

void
copy_begin(struct copy *c)
{
	const struct copy_job *job = c->job;
	struct plan *plan;

	if (job->stopping) {
		cancelled(c);
		return;
	}
	switch (way_of(c)) {
	case WAY_COPY:
		if (copy_mend_misnames(c))
			copy_mend_stream(c);
		else
			ask_copy(c);
		break;
	case WAY_PUT:
		copy_stream_put(c);
		break;
	case WAY_SINGLE:
		copy_parts_single(c);
		break;
	case WAY_PARTS:
		plan = copy_parts_plan(c);
		if (plan_complete(plan))
			copy_parts_expect(
			    c, job->keep_parts || c->source->parts > 0);
		else if (!plan_make(plan, c->source->size,
			     job->part_size > 0 ? job->part_size :
				 job->via == COPY_VIA_STREAM ?
						  COPY_STREAM_PART :
						  0)) {
			copy_fail(c, FAIL_TOOBIG,
			    "is larger than any store can take");
			break;
		}
		copy_again_begin(c);
		break;
	}
}

void
copy_go(struct copy *c)
{
	char etag[LIMIT_ETAG + 1];

	if (keeps_parts(c) && !c->job->no_layout && c->record.etag != NULL &&
	    in_parts(copy_source_etag(c, etag)))
		copy_prepare_layout(c, 1);
	else if (needs_head(c))
		copy_ask_head(c, COPY_HEAD, COPY_FROM, &c->source);
	else if (c->job->via == COPY_VIA_STREAM || c->streamed)
		copy_stream_fetch(c);
	else
		ask_acl(c);
}

/* Begin, or go on from where the doubt came up. */
void
copy_resume(struct copy *c)
{
	if (c->job->stopping)
		cancelled(c);
	else if (copy_upload_open(c))
		copy_upload_complete(c);
	else if (c->source != NULL && c->source->etag[0] != '\0')
		copy_begin(c);
	else
		copy_go(c);
}
