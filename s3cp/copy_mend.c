/* What stores other than AWS are known to do differently, and what a copy does
 * about it. */

#include <stdlib.h>
#include <string.h>

#include "copy_private.h"
#include "uri.h"
#include "xalloc.h"

/* --- names that are decoded twice --- */

/*
 * Ceph's gateway decodes x-amz-copy-source twice in UploadPartCopy, and there
 * alone: a%41b is read as aAb, another key.  Whether a store does so is asked
 * by naming a source in a form that only decoding twice makes of our key.
 * That nothing is there tells that it is decoded once.  That something is
 * there tells nothing for sure, as it may be another key: then the bytes
 * travel through this machine.  What the probe brings is part 1, which the
 * true one replaces: Ceph completes no upload without all of its parts.
 */

bool
copy_mend_doubts_name(struct copy *c)
{
	const struct copy_job *job = c->job;

	if (job->no_part_copy) {
		c->parts_streamed = true;
		return false;
	}
	if (job->via != COPY_VIA_SERVER || job->to->endp.is_aws ||
	    memchr(c->from_key.data, '%', c->from_key.len) == NULL)
		return false;
	c->parts_streamed = job->naming == COPY_NAMING_DOUBTFUL;
	return job->naming == COPY_NAMING_UNKNOWN;
}

void
copy_mend_probe(struct copy *c, const struct buf *upload)
{
	struct s3req *req;

	req = copy_ask(c, COPY_PROBE, S3OP_COPY_PART, COPY_TO);
	buf_reset(&c->text);
	uri_encode_path(&c->text, c->from_name.data, c->from_name.len);
	buf_reset(&c->query);
	uri_query_add(&c->query, "partNumber", "1", 1);
	uri_query_add(&c->query, "uploadId", upload->data, upload->len);
	req->query = c->query.data;
	req->flags = S3REQ_AHEAD;
	s3req_add_header(req, "x-amz-copy-source", c->text.data);
	if (c->source->size > 0)
		s3req_add_header(req, "x-amz-copy-source-range", "bytes=0-0");
	s3req_start(req);
}

void
copy_after_probe(struct copy *c, const struct fail *f)
{
	if (f->kind == FAIL_NONE)
		c->job->naming = COPY_NAMING_DOUBTFUL;
	else if (strcmp(f->code, "NoSuchKey") == 0)
		c->job->naming = COPY_NAMING_PLAIN;
	c->parts_streamed = c->job->naming != COPY_NAMING_PLAIN;
	copy_parts_go(c, f->unanswered);
}

/* --- ETags that the store tells and does not know --- */

/*
 * Swift compares the ETag in x-amz-copy-source-if-match with another than the
 * one it tells, where an object was uploaded in parts: it refuses (412) what
 * has not changed.  A look at the source shows that; from then on such objects
 * are copied without that header, and looked at again before the copy is
 * believed (or, in parts, completed).
 */

static bool
pin_of_parts(const struct copy *c)
{
	return c->pin.len > 0 && strchr(c->pin.data, '-') != NULL;
}

bool
copy_mend_pins(const struct copy *c)
{
	return c->pin.len > 0 && !c->job->no_pin &&
	    (!c->job->no_pin_parts || !pin_of_parts(c));
}

bool
copy_mend_is_pinned(const struct copy *c)
{
	size_t len = strlen(c->source->etag);

	return c->pin.len == len + 2 &&
	    memcmp(c->pin.data + 1, c->source->etag, len) == 0;
}

bool
copy_mend_doubts_pin(const struct copy *c, bool pinned, const struct fail *f)
{
	return pinned && f->kind == FAIL_PRECONDITION &&
	    !c->job->to->endp.is_aws && pin_of_parts(c);
}

void
copy_mend_ask_pin(struct copy *c)
{
	copy_ask_head(c, COPY_PIN, COPY_FROM, &c->source);
}

void
copy_after_pin(struct copy *c, const struct fail *f)
{
	if (f->kind != FAIL_NONE) {
		copy_end(c, COPY_FAILED, f);
	} else if (!copy_mend_is_pinned(c)) {
		copy_end(c, COPY_FAILED, &c->fail);
	} else {
		c->job->no_pin_parts = true;
		if (copy_upload_open(c))
			copy_parts_retry(c);
		else
			copy_resume(c);
	}
}

/* --- what CopyObject does not do --- */

/*
 * s3rver does not decode %2B and other characters that have a meaning in URIs,
 * so it finds nothing where there is something.  If the object is there after
 * all, it is streamed, and so is from then on what has these characters.
 */
static bool
is_reserved(const struct copy *c)
{
	size_t i;

	for (i = 0; i < c->from_key.len; i++)
		if (c->from_key.data[i] != '\0' &&
		    strchr(";?:@&=+$,#", c->from_key.data[i]) != NULL)
			return true;
	return false;
}

static bool
may_stream(const struct copy *c)
{
	return c->job->may_stream && !c->job->to->endp.is_aws && !c->streamed;
}

void
copy_mend_found(struct copy *c)
{
	if (c->streamed && c->fail.kind == FAIL_NOTFOUND)
		c->job->misnames = true;
}

bool
copy_mend_misnames(const struct copy *c)
{
	return may_stream(c) && c->job->misnames && is_reserved(c);
}

bool
copy_mend_can_stream(const struct copy *c, const struct fail *f)
{
	if (c->state != COPY_COPY || !may_stream(c))
		return false;
	if (f->kind == FAIL_UNSUPPORTED)
		return true;
	return f->kind == FAIL_NOTFOUND && is_reserved(c);
}

void
copy_mend_stream(struct copy *c)
{
	c->streamed = c->parts_streamed = true;
	copy_stream_fetch(c);
}

/* --- no UploadPartCopy --- */

/* It says so, or takes it for UploadPart, which answers with no document.  (One
 * that is broken proves nothing.) */
static bool
lacks_part_copy(
    const struct copy *c, const struct s3req *req, const struct fail *f)
{
	return c->job->may_stream && !c->parts_streamed &&
	    !c->job->to->endp.is_aws &&
	    (f->kind == FAIL_UNSUPPORTED ||
		(f->kind == FAIL_PROTOCOL && f->status / 100 == 2 &&
		    req->reply.len == 0));
}

bool
copy_mend_can_retry(
    const struct copy *c, const struct s3req *req, const struct fail *f)
{
	return copy_mend_doubts_pin(c, copy_ask_has_pin(req), f) ||
	    lacks_part_copy(c, req, f);
}

void
copy_mend_retry(struct copy *c, bool pinned, const struct fail *f)
{
	struct copy_job *job = c->job;

	if (f->kind == FAIL_PRECONDITION) {
		c->fail = *f;
		copy_mend_ask_pin(c);
		return;
	}
	if (f->kind == FAIL_UNSUPPORTED && pinned) {
		job->no_pin = true; /* perhaps it is only that */
	} else {
		job->no_part_copy = true;
		c->parts_streamed = true;
	}
	copy_parts_retry(c);
}

/* --- tags that are lost --- */

/* Ceph's gateway takes the tags of CreateMultipartUpload and forgets them;
 * others those of PutObject, too, so one is asked what has come of its. */
void
copy_mend_keep_tags(struct copy *c)
{
	if (c->job->to->endp.is_aws || c->source->tags.len == 0)
		return;
	if (c->tagging == NULL) {
		c->tagging = xmalloc(sizeof(*c->tagging));
		buf_init(c->tagging, LIMIT_REPLY);
	}
	buf_reset(c->tagging);
	buf_add(c->tagging, c->req.reply.data, c->req.reply.len);
}

void
copy_mend_free(struct copy *c)
{
	if (c->tagging != NULL)
		buf_fini(c->tagging);
	free(c->tagging);
	c->tagging = NULL;
}

static void
put_tags(struct copy *c)
{
	struct s3req *req;

	req = copy_ask(c, COPY_PUT_TAGS, S3OP_PUT_TAGGING, COPY_TO);
	req->query = "tagging=";
	req->flags = S3REQ_AHEAD;
	copy_ask_document(c, req, c->tagging);
	s3req_start(req);
}

void
copy_mend_tags(struct copy *c)
{
	struct s3req *req;

	if (copy_parts_planned(c) || c->job->takes_tags == COPY_NO) {
		put_tags(c);
	} else if (c->job->takes_tags == COPY_YES) {
		copy_mend_free(c);
		copy_write_done(c);
	} else {
		req = copy_ask(c, COPY_GET_TAGS, S3OP_GET_TAGGING, COPY_TO);
		req->query = "tagging=";
		req->flags = S3REQ_AHEAD;
		s3req_start(req);
	}
}

void
copy_after_get_tags(struct copy *c, const struct fail *f)
{
	const char *why;
	bool none = f->kind == FAIL_NOTFOUND &&
	    strcmp(f->code, "NoSuchTagSet") == 0;

	if (f->kind != FAIL_NONE && !none) {
		copy_end(c, COPY_FAILED, f);
		return;
	}
	copy_ask_meta(&c->there);
	c->job->takes_tags = !none &&
		meta_read_tags(
		    c->there, c->req.reply.data, c->req.reply.len, &why) &&
		c->there->tags.len > 0 ?
	    COPY_YES :
	    COPY_NO;
	copy_mend_tags(c);
}

void
copy_after_put_tags(struct copy *c, const struct fail *f)
{
	copy_mend_free(c);
	if (f->kind == FAIL_NONE)
		copy_write_done(c);
	else
		copy_end(c, COPY_FAILED, f);
}
