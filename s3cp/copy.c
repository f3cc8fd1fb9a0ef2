/* The flow of one key: see the table in copy.h. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copy_private.h"
#include "diag.h"
#include "limit.h"
#include "uri.h"
#include "xalloc.h"

#define NAME_MAX_ENCODED (3 * (LIMIT_BUCKET + LIMIT_KEY) + 16)

/* --- states --- */

static copy_after_fn after_look, after_nothing;

/* What they are called, and what decides when their request has ended. */
static const struct {
	const char *name;
	copy_after_fn *after;
} states[] = {
    [COPY_IDLE] = {"IDLE", after_nothing},
    [COPY_LOOK] = {"LOOK", after_look},
    [COPY_HEAD] = {"HEAD", copy_after_head},
    [COPY_LAYOUT] = {"LAYOUT", copy_after_layout},
    [COPY_TAGS] = {"TAGS", copy_after_tags},
    [COPY_ACL] = {"ACL", copy_after_acl},
    [COPY_COPY] = {"COPY", copy_after_write},
    [COPY_FETCH] = {"FETCH", copy_after_fetch},
    [COPY_PUT] = {"PUT", copy_after_write},
    [COPY_SEEK] = {"SEEK", copy_after_seek},
    [COPY_LIST] = {"LIST", copy_after_list},
    [COPY_CREATE] = {"CREATE", copy_after_create},
    [COPY_FIND] = {"FIND", copy_after_find},
    [COPY_PROBE] = {"PROBE", copy_after_probe},
    [COPY_MARK] = {"MARK", copy_after_mark},
    [COPY_PARTS] = {"PARTS", copy_after_part},
    [COPY_DRAIN] = {"DRAIN", copy_after_drain},
    [COPY_RECHECK] = {"RECHECK", copy_after_recheck},
    [COPY_PIN] = {"PIN", copy_after_pin},
    [COPY_COMPLETE] = {"COMPLETE", copy_after_write},
    [COPY_SETTLE] = {"SETTLE", copy_after_settle},
    [COPY_COMPARE] = {"COMPARE", copy_after_compare},
    [COPY_ABORT] = {"ABORT", copy_after_abort},
    [COPY_GET_TAGS] = {"GET_TAGS", copy_after_get_tags},
    [COPY_PUT_TAGS] = {"PUT_TAGS", copy_after_put_tags},
    [COPY_PUT_ACL] = {"PUT_ACL", copy_after_put_acl},
    [COPY_UNDO] = {"UNDO", copy_after_undo},
    [COPY_BLAME] = {"BLAME", copy_after_blame},
};

const char *
copy_state_name(enum copy_state state)
{
	return states[state].name;
}

void
copy_move(struct copy *c, enum copy_state state)
{
	if (diag_debugging())
		diag_debug("%.*s: %s -> %s", (int)c->record.key_len,
		    c->record.key, copy_state_name(c->state),
		    copy_state_name(state));
	c->state = state;
}

/* --- life --- */

struct copy *
copy_new(struct copy_job *job)
{
	struct copy *c = xcalloc(1, sizeof(*c));

	c->job = job;
	s3req_init(&c->req, job->env);
	buf_init(&c->raw, LIMIT_RECORD);
	buf_init(&c->from_key, LIMIT_KEY);
	buf_init(&c->to_key, LIMIT_KEY);
	buf_init(&c->from_name, NAME_MAX_ENCODED);
	buf_init(&c->pin, LIMIT_ETAG + 2);
	buf_init(&c->query, LIMIT_URL);
	buf_init(&c->text, LIMIT_REPLY);
	return c;
}

static void
free_meta(struct meta **m)
{
	if (*m != NULL)
		meta_fini(*m);
	free(*m);
	*m = NULL;
}

/* What only some keys need does not stay with a copy that is used again. */
static void
free_extras(struct copy *c)
{
	free_meta(&c->source);
	free_meta(&c->there);
	if (c->acl != NULL)
		buf_fini(c->acl);
	free(c->acl);
	c->acl = NULL;
	copy_mend_free(c);
	copy_again_free(c);
	copy_parts_free(c);
	copy_stream_free(c);
}

void
copy_free(struct copy *c)
{
	if (c == NULL)
		return;
	free_extras(c);
	s3req_fini(&c->req);
	buf_fini(&c->raw);
	buf_fini(&c->from_key);
	buf_fini(&c->to_key);
	buf_fini(&c->from_name);
	buf_fini(&c->pin);
	buf_fini(&c->query);
	buf_fini(&c->text);
	free(c);
}

static void
whole_key(struct buf *key, const char *prefix, size_t prefix_len,
    const struct record *r)
{
	buf_reset(key);
	buf_add(key, prefix, prefix_len);
	buf_add(key, r->key, r->key_len);
}

/* AWS, "CopyObject": bucket/key, or ARN/object/key for an access point. */
static void
name_source(struct copy *c)
{
	const char *bucket = s3bucket_name(c->job->from);
	struct buf *name = &c->from_name;

	buf_reset(name);
	uri_encode_path(name, bucket, strlen(bucket));
	if (strncmp(bucket, "arn:", 4) == 0)
		buf_adds(name, "/object");
	buf_addc(name, '/');
	uri_encode_path(name, c->from_key.data, c->from_key.len);
}

void
copy_pin(struct copy *c, const char *etag, size_t len)
{
	buf_reset(&c->pin);
	if (len == 0)
		return;
	buf_addc(&c->pin, '"');
	buf_add(&c->pin, etag, len);
	buf_addc(&c->pin, '"');
}

void
copy_start(struct copy *c, const char *raw, size_t len)
{
	struct copy_job *job = c->job;
	const char *why = "";

	buf_reset(&c->raw);
	buf_add(&c->raw, raw, len);
	memset(&c->record, 0, sizeof(c->record));
	record_parse(&c->record, c->raw.data, c->raw.len, job->is_long, &why);
	whole_key(
	    &c->from_key, job->from_prefix, job->from_prefix_len, &c->record);
	whole_key(&c->to_key, job->to_prefix, job->to_prefix_len, &c->record);
	if (job->via == COPY_VIA_SERVER)
		name_source(c);
	copy_pin(c, c->record.etag, c->record.etag_len);
	c->bytes = c->record.has_size ? c->record.size : 0;
	c->tries = 0;
	c->too_large = c->parts_streamed = c->pinned = c->anew = false;
	c->streamed = c->own_etag = c->tagged = c->tags_unread = false;
	c->settling = COPY_IDLE;
	fail_clear(&c->fail);
	if (job->no_clobber && (job->look_first || job->dry_run))
		copy_ask_head(c, COPY_LOOK, COPY_TO, &c->there);
	else
		copy_go(c);
}

void
copy_end(struct copy *c, enum copy_result result, const struct fail *f)
{
	struct fail told;

	if (copy_upload_open(c)) {
		copy_parts_give_up(c, result, f);
		return;
	}
	if (f != NULL)
		told = *f; /* it may be in what is freed now */
	else
		fail_clear(&told);
	if (c->source != NULL && c->source->has_size)
		c->bytes = c->source->size;
	free_extras(c);
	copy_move(c, COPY_IDLE);
	c->job->done(c, result, &told);
}

void
copy_fail(struct copy *c, enum fail_kind kind, const char *fmt, ...)
{
	struct fail f;
	va_list ap;
	char text[sizeof(f.text)];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fail_clear(&f);
	fail_set(&f, kind, "%s", text);
	copy_end(c, COPY_FAILED, &f);
}

void
copy_stop(struct copy *c)
{
	switch (c->state) {
	case COPY_LOOK:
	case COPY_HEAD:
	case COPY_LAYOUT:
	case COPY_TAGS:
	case COPY_ACL:
	case COPY_COPY:
	case COPY_FETCH:
	case COPY_PUT:
	case COPY_SEEK:
	case COPY_LIST:
	case COPY_CREATE:
		/* If what is on its way fails, it does not set out again. */
		c->req.flags |= S3REQ_NOT_RETRIED;
		if (!s3req_sent(&c->req))
			s3req_cancel(&c->req);
		break;
	case COPY_PARTS:
		copy_parts_stop(c);
		break;
	case COPY_IDLE:
	case COPY_FIND:
	case COPY_PROBE:
	case COPY_MARK:
	case COPY_DRAIN:
	case COPY_RECHECK:
	case COPY_PIN:
	case COPY_COMPLETE:
	case COPY_SETTLE:
	case COPY_COMPARE:
	case COPY_ABORT:
	case COPY_GET_TAGS:
	case COPY_PUT_TAGS:
	case COPY_PUT_ACL:
	case COPY_UNDO:
	case COPY_BLAME:
		break;
	}
}

static void
after_look(struct copy *c, const struct fail *f)
{
	if (f->kind == FAIL_NONE)
		copy_end(c, COPY_SKIPPED, NULL);
	else if (f->kind != FAIL_NOTFOUND)
		copy_end(c, COPY_FAILED, f);
	else if (c->settling == COPY_LOOK &&
	    copy_mend_doubts_pin(c, c->pinned, &c->fail))
		copy_mend_ask_pin(c);
	else if (c->settling == COPY_LOOK)
		copy_end(c, COPY_FAILED, &c->fail);
	else if (c->job->dry_run)
		copy_end(c, COPY_COPIED, NULL);
	else
		copy_resume(c);
}

static void
after_nothing(struct copy *c, const struct fail *f)
{
	(void)c, (void)f;
	abort(); /* no request was made */
}

void
copy_step(struct copy *c, const struct fail *f)
{
	states[c->state].after(c, f);
}
