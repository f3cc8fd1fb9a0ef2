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
		if (copy_parts_open(c))
			copy_parts_retry(c);
		else
			copy_resume(c);
	}
}

/* --- no UploadPartCopy --- */

/* It says so, or takes it for UploadPart, which answers with no document. */
static bool
lacks_part_copy(const struct copy *c, const struct fail *f)
{
	return c->job->via == COPY_VIA_SERVER && !c->parts_streamed &&
	    !c->job->to->endp.is_aws &&
	    (f->kind == FAIL_UNSUPPORTED ||
		(f->kind == FAIL_PROTOCOL && f->status / 100 == 2));
}

bool
copy_mend_can_retry(const struct copy *c, bool pinned, const struct fail *f)
{
	return copy_mend_doubts_pin(c, pinned, f) || lacks_part_copy(c, f);
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

/* --- tags that an upload loses --- */

/* Ceph's gateway takes the tags of CreateMultipartUpload and forgets them. */
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

void
copy_mend_put_tags(struct copy *c)
{
	struct s3req *req;

	req = copy_ask(c, COPY_PUT_TAGS, S3OP_PUT_TAGGING, COPY_TO);
	req->query = "tagging=";
	req->flags = S3REQ_AHEAD;
	copy_ask_document(c, req, c->tagging);
	s3req_start(req);
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
