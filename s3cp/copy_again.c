/*
 * A copy in parts that a killed run has left is gone on with.
 *
 * The bytes are the lesser question: parts are pinned to the source's ETag, and
 * all their ETags together must make that ETag in the end.  But metadata, tags,
 * class, encryption and ACL are those of CreateMultipartUpload, and no request
 * tells them of an open upload.  So an upload that shall be found again bears
 * a mark: its last part is first a line with the digest of all that it was
 * created with, which that part's ETag, an MD5, shows in the list of parts.
 * The true last part replaces it after all others are there.  Whatever bears
 * another mark, or none, is another's, or is to be something else.
 */

#include <stdlib.h>
#include <string.h>

#include "copy_private.h"
#include "hash.h"
#include "num.h"
#include "partlist.h"
#include "reply.h"
#include "uri.h"
#include "xalloc.h"

struct copy_again {
	struct buf mark;
	char etag[2 * HASH_MD5 + 1]; /* that the mark has as a part */
	struct buf id;		     /* of the upload that is looked at */
	struct partlist list;	     /* its parts that are done */
	bool found;		     /* the mark, in the last part's place */
	bool waits;		     /* the last part shall */
	unsigned last;		     /* part of the page before */
	struct buf more;	     /* what tells of more pages */
};

/* --- life --- */

static struct copy_again *
again_of(struct copy *c)
{
	struct copy_again *a = c->again;

	if (a != NULL)
		return a;
	a = c->again = xcalloc(1, sizeof(*a));
	buf_init(&a->mark, LIMIT_REPLY);
	buf_init(&a->id, LIMIT_UPLOAD_ID);
	buf_init(&a->more, 16);
	return a;
}

void
copy_again_free(struct copy *c)
{
	struct copy_again *a = c->again;

	if (a == NULL)
		return;
	buf_fini(&a->mark);
	buf_fini(&a->id);
	buf_fini(&a->more);
	partlist_fini(&a->list);
	free(a);
	c->again = NULL;
}

bool
copy_again_waits(const struct copy *c)
{
	return c->again != NULL && c->again->waits;
}

/* --- the mark --- */

/* All that the upload is created with, and the order of its parts. */
static void
describe(struct copy *c, struct buf *text)
{
	const struct plan *plan = copy_parts_plan(c);
	struct s3req *req = &c->req;
	uint64_t offset, len;
	unsigned i;

	buf_reset(text);
	buf_addf(text, "%s/", c->job->from->params.bucket);
	buf_add(text, c->from_key.data, c->from_key.len);
	buf_addf(text, "\n%s\n", c->pin.data);
	for (i = 1; i <= plan->count; i++) {
		plan_part(plan, i, &offset, &len);
		buf_addf(text, "%llu ", (unsigned long long)len);
	}
	s3req_reset(req);
	req->op = S3OP_CREATE_UPLOAD;
	copy_ask_attributes(c, req);
	copy_ask_content(c, req);
	for (i = 0; i < req->nheaders; i++) {
		buf_addf(text, "\n%s: ", req->headers[i].name);
		buf_adds(text, req->headers[i].value);
	}
}

static bool
make_mark(struct copy *c)
{
	struct copy_again *a = again_of(c);
	struct hash_md5 *md5 = hash_md5_new();
	unsigned char bytes[HASH_SHA256];
	char hex[2 * HASH_SHA256 + 1];

	if (md5 == NULL)
		return false;
	describe(c, &a->mark);
	hash_sha256(a->mark.data, a->mark.len, bytes);
	hash_hex(bytes, HASH_SHA256, hex);
	buf_reset(&a->mark);
	buf_addf(&a->mark, "s3cp copies %s\n", hex);
	hash_md5_add(md5, a->mark.data, a->mark.len);
	hash_md5_end(md5, bytes);
	hash_md5_free(md5);
	hash_hex(bytes, HASH_MD5, a->etag);
	return true;
}

/* Is each part that the store copies one of the source as it is now?  (A name
 * that must be probed loses part 1 to that: copy_mend.c.) */
static bool
is_pinned(const struct copy *c)
{
	const struct copy_job *job = c->job;

	return !job->no_pin &&
	    (job->to->endp.is_aws ||
		memchr(c->from_key.data, '%', c->from_key.len) == NULL);
}

/* Does the source's ETag tell beforehand what all parts must make? */
static bool
can_be_proven(struct copy *c)
{
	const struct copy_job *job = c->job;

	return !job->no_again && copy_parts_same(c) &&
	    copy_parts_plan(c)->count >= COPY_AGAIN_LEAST &&
	    meta_is_md5(c->source->etag, true) && !meta_opaque(c->source) &&
	    !job->to->endp.is_directory &&
	    (job->via == COPY_VIA_STREAM || is_pinned(c));
}

void
copy_again_begin(struct copy *c)
{
	/* Looked for once: what was found then was of no use. */
	bool sought = c->again != NULL;

	if (!can_be_proven(c) || !make_mark(c)) {
		copy_again_free(c);
		copy_upload_create(c);
	} else if (sought) {
		copy_upload_create(c);
	} else {
		copy_find_ask(c, COPY_SEEK);
	}
}

bool
copy_again_mark(struct copy *c, const struct buf *upload)
{
	struct copy_again *a = c->again;
	struct s3req *req;

	if (a == NULL)
		return false;
	req = copy_ask(c, COPY_MARK, S3OP_UPLOAD_PART, COPY_TO);
	buf_reset(&c->query);
	buf_addf(&c->query, "partNumber=%u", copy_parts_plan(c)->count);
	uri_query_add(&c->query, "uploadId", upload->data, upload->len);
	req->query = c->query.data;
	req->body = a->mark.data;
	req->body_len = a->mark.len;
	req->flags = S3REQ_AHEAD;
	s3req_start(req);
	return true;
}

/* A store that takes no mark is none to hold back a part for.  One whose answer
 * was lost may come yet, and that after the true part: then the store refuses
 * to complete the upload, by that part's ETag. */
void
copy_after_mark(struct copy *c, const struct fail *f)
{
	c->again->waits = f->kind == FAIL_NONE;
	copy_parts_go(c, f->unanswered);
}

/* --- looking --- */

void
copy_again_anew(struct copy *c)
{
	c->again->waits = false;
	if (c->job->no_again)
		copy_again_free(c);
	if (c->job->stopping)
		copy_fail(c, FAIL_CANCELLED, "not begun any more");
	else
		copy_upload_create(c);
}

static void
ask_page(struct copy *c)
{
	struct copy_again *a = c->again;
	struct s3req *req;

	req = copy_ask(c, COPY_LIST, S3OP_LIST_PARTS, COPY_TO);
	buf_reset(&c->query);
	if (a->last > 0)
		buf_addf(&c->query, "part-number-marker=%u", a->last);
	uri_query_add(&c->query, "uploadId", a->id.data, a->id.len);
	req->query = c->query.data;
	req->flags = S3REQ_AHEAD;
	s3req_start(req);
}

void
copy_after_seek(struct copy *c, const struct fail *f)
{
	struct copy_again *a = c->again;

	/* What may not be asked for one key may not be for the next. */
	if (f->kind == FAIL_DENIED || f->kind == FAIL_UNSUPPORTED)
		c->job->no_again = true;
	if (f->kind != FAIL_NONE || c->job->stopping ||
	    copy_find_read(c, 0, &a->id) <= 0) {
		copy_again_anew(c);
		return;
	}
	a->last = 0;
	a->found = false;
	partlist_fini(&a->list);
	partlist_init(&a->list, copy_parts_plan(c)->count);
	ask_page(c);
}

/* False: this upload is not ours, or not this one. */
static bool
on_part(void *arg, const char *const *columns, const size_t *lens)
{
	struct copy *c = arg;
	struct copy_again *a = c->again;
	const struct plan *plan = copy_parts_plan(c);
	char etag[LIMIT_ETAG + 1];
	uint64_t number, size, offset, len;

	if (columns[0] == NULL || columns[1] == NULL || columns[2] == NULL ||
	    !num_parse(columns[0], lens[0], plan->count, &number) ||
	    !num_parse(columns[1], lens[1], S3_PART_MAX, &size) ||
	    number <= a->last)
		return false;
	a->last = (unsigned)number;
	meta_etag(etag, columns[2], lens[2]);
	if (number == plan->count) {
		a->found = size == a->mark.len && strcmp(etag, a->etag) == 0;
		return a->found;
	}
	plan_part(plan, a->last, &offset, &len);
	/* Another size is no error: it is copied again. */
	return size != len || partlist_set(&a->list, a->last, etag);
}

void
copy_after_list(struct copy *c, const struct fail *f)
{
	static const char *const columns[] = {"PartNumber", "Size", "ETag"};
	struct copy_again *a = c->again;
	struct reply_field more = {
	    "ListPartsResult/IsTruncated", &a->more, false};
	unsigned before = a->last;
	const char *why = "";
	bool read;

	buf_reset(&a->more);
	read = f->kind == FAIL_NONE && !c->job->stopping &&
	    reply_rows(c->req.reply.data, c->req.reply.len,
		"ListPartsResult/Part", columns, 3, on_part, c, &more, 1, &why);
	if (read && strcmp(a->more.data, "true") == 0 && a->last > before) {
		ask_page(c);
	} else if (read && a->found) {
		a->waits = true;
		copy_parts_again(c, &a->id, &a->list);
	} else {
		copy_again_anew(c);
	}
}
