/* The copy of an object in parts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "copy_private.h"
#include "hash.h"
#include "reply.h"
#include "uri.h"
#include "when.h"
#include "xalloc.h"

#define BODY_MAX  (4 << 20)	       /* 10,000 parts' numbers and ETags */
#define FIND_SPAN (INT64_C(5) * 60000) /* ms that two clocks may differ */

struct part {
	struct copy *copy;
	unsigned number; /* 0: at rest */
	struct s3req req;
	struct buf query;
	char range[64];
};

struct copy_parts {
	struct plan plan;
	struct buf id;	     /* UploadId */
	struct buf body;     /* of CompleteMultipartUpload */
	bool begun;	     /* there is an upload */
	bool same;	     /* the ETag must be the source's */
	bool opaque;	     /* ETags say nothing about the bytes */
	bool lost;	     /* a part's answer was */
	int64_t since;	     /* when it was begun, ms since 1970 */
	unsigned next, done; /* numbers from 1; a count */
	int in_flight;
	char **etags;		   /* of each part */
	struct part **slots;	   /* job->parts_max of them, NULL at first */
	char etag[LIMIT_ETAG + 1]; /* that is to come out */
	enum copy_result result;   /* to be told after ABORT */
	struct fail fail;
};

static void begin_parts(struct copy *c);

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

static void
part_free(struct part *part)
{
	if (part == NULL)
		return;
	s3req_fini(&part->req);
	buf_fini(&part->query);
	free(part);
}

void
copy_parts_free(struct copy *c)
{
	struct copy_parts *p = c->parts;
	unsigned i;
	int slot;

	if (p == NULL)
		return;
	for (i = 0; p->etags != NULL && i < p->plan.count; i++)
		free(p->etags[i]);
	free(p->etags);
	for (slot = 0; p->slots != NULL && slot < c->job->parts_max; slot++)
		part_free(p->slots[slot]);
	free(p->slots);
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

void
copy_parts_expect(struct copy *c, bool same)
{
	parts_of(c)->same = same;
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

/* --- beginning the upload --- */

static void
on_create_header(struct s3req *req, const char *name, const char *value)
{
	struct copy *c = req->arg;
	struct meta m;

	meta_init(&m);
	meta_header(&m, name, value);
	if (meta_opaque(&m))
		c->parts->opaque = true;
	meta_fini(&m);
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
	p->opaque = false;
	if (p->since == 0)
		p->since = clock_wall() + c->job->to->skew;
	s3req_start(req);
}

/* Its answer was lost, but an upload may have begun: look for it. */
static void
ask_find(struct copy *c)
{
	struct s3req *req;

	req = copy_ask(c, COPY_FIND, S3OP_LIST_UPLOADS, COPY_TO);
	req->key = NULL;
	req->key_len = 0;
	buf_reset(&c->query);
	uri_query_add(&c->query, "encoding-type", "url", 3);
	uri_query_add(&c->query, "prefix", c->to_key.data, c->to_key.len);
	uri_query_add(&c->query, "uploads", "", 0);
	req->query = c->query.data;
	req->flags = S3REQ_AHEAD;
	s3req_start(req);
}

static void
create_lost(struct copy *c, const struct fail *f)
{
	c->fail = *f;
	c->tries++;
	ask_find(c);
}

static void
after_create(struct copy *c, const struct fail *f)
{
	struct fail broken;
	struct copy_parts *p = c->parts;
	struct reply_field id = {
	    "InitiateMultipartUploadResult/UploadId", &p->id, false};
	const char *why = "";

	if (f->kind == FAIL_NOBUCKET) {
		copy_write_blame(c, f);
	} else if (f->unanswered && f->kind != FAIL_CANCELLED) {
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

struct finding {
	struct copy *copy;
	struct buf key;
	unsigned count;
};

static bool
is_our_key(struct finding *find, const char *key, size_t len)
{
	const struct buf *ours = &find->copy->to_key;

	if (len == ours->len && memcmp(key, ours->data, len) == 0)
		return true;
	buf_reset(&find->key);
	return uri_decode_form(&find->key, key, len) &&
	    find->key.len == ours->len &&
	    memcmp(find->key.data, ours->data, ours->len) == 0;
}

static bool
on_upload(void *arg, const char *const *columns, const size_t *lens)
{
	struct finding *find = arg;
	struct copy_parts *p = find->copy->parts;
	int64_t began;

	if (columns[0] == NULL || columns[1] == NULL)
		return false;
	if (!is_our_key(find, columns[0], lens[0]))
		return true;
	if (columns[2] != NULL &&
	    when_parse_iso(columns[2], lens[2], &began, NULL) &&
	    began < p->since - FIND_SPAN)
		return true; /* an older one */
	find->count++;
	buf_reset(&p->id);
	return buf_add(&p->id, columns[1], lens[1]);
}

/* One upload of this key that is as young as ours is ours.  Of several, none
 * is taken: some may be other people's. */
static void
after_find(struct copy *c, const struct fail *f)
{
	static const char *const columns[] = {"Key", "UploadId", "Initiated"};
	struct finding find = {.copy = c};
	const char *why = "";
	bool good;

	if (f->kind != FAIL_NONE) {
		copy_end(c, COPY_FAILED, f);
		return;
	}
	buf_init(&find.key, LIMIT_KEY);
	good = reply_rows(c->req.reply.data, c->req.reply.len,
	    "ListMultipartUploadsResult/Upload", columns, 3, on_upload, &find,
	    NULL, 0, &why);
	buf_fini(&find.key);
	if (good && find.count == 1) {
		begin_parts(c);
		return;
	}
	if (!good || find.count > 1)
		c->job->warn(c->job->arg, c->record.key, c->record.key_len,
		    "an upload whose id was lost may be left open: "
		    "--abort-uploads ends it");
	if (c->tries < (unsigned)c->job->env->attempts)
		copy_parts_create(c);
	else
		copy_end(c, COPY_FAILED, &c->fail);
}

/* --- parts --- */

static void
part_failed(struct copy_parts *p, const struct fail *f)
{
	if (f->unanswered)
		p->lost = true;
	if (p->result == COPY_FAILED)
		return; /* the first one is told */
	p->result = COPY_FAILED;
	p->fail = *f;
}

static void
part_good(struct part *part)
{
	struct copy *c = part->copy;
	struct copy_parts *p = c->parts;
	char etag[LIMIT_ETAG + 1];
	struct fail f;

	copy_ask_etag(c, &part->req, "CopyPartResult/ETag", etag);
	if (etag[0] == '\0' || strpbrk(etag, "<>&\"") != NULL) {
		fail_clear(&f);
		fail_set(&f, FAIL_PROTOCOL, "a part has no usable ETag");
		part_failed(p, &f);
		return;
	}
	p->etags[part->number - 1] = xstrdup(etag);
	p->done++;
}

static void
part_done(struct s3req *req, const struct fail *f)
{
	struct part *part = req->arg;
	struct copy *c = part->copy;

	if (f->kind == FAIL_NONE)
		part_good(part);
	else
		part_failed(c->parts, f);
	part->number = 0;
	c->parts->in_flight--;
	copy_step(c, f);
}

static struct part *
free_slot(struct copy *c)
{
	struct part **slot = c->parts->slots, *part;

	while (*slot != NULL && (*slot)->number != 0)
		slot++;
	if (*slot != NULL)
		return *slot;
	part = *slot = xcalloc(1, sizeof(*part));
	part->copy = c;
	s3req_init(&part->req, c->job->env);
	buf_init(&part->query, LIMIT_URL);
	return part;
}

static void
start_part(struct copy *c)
{
	struct copy_parts *p = c->parts;
	struct part *part = free_slot(c);
	struct s3req *req = &part->req;
	char number[16];
	uint64_t offset, len;

	part->number = p->next++;
	p->in_flight++;
	plan_part(&p->plan, part->number, &offset, &len);
	snprintf(number, sizeof(number), "%u", part->number);
	buf_reset(&part->query);
	uri_query_add(&part->query, "partNumber", number, strlen(number));
	uri_query_add(&part->query, "uploadId", p->id.data, p->id.len);
	s3req_reset(req);
	req->bucket = c->job->to;
	req->op = S3OP_COPY_PART;
	req->key = c->to_key.data;
	req->key_len = c->to_key.len;
	req->query = part->query.data;
	req->done = part_done;
	req->arg = part;
	copy_ask_source(c, req);
	if (p->plan.count > 1) {
		snprintf(part->range, sizeof(part->range), "bytes=%llu-%llu",
		    (unsigned long long)offset,
		    (unsigned long long)(offset + len - 1));
		s3req_add_header(req, "x-amz-copy-source-range", part->range);
	}
	s3req_start(req);
}

static void
fill(struct copy *c)
{
	struct copy_parts *p = c->parts;

	while (p->next <= p->plan.count && p->in_flight < c->job->parts_max)
		start_part(c);
}

static void
begin_parts(struct copy *c)
{
	struct copy_parts *p = c->parts;

	p->begun = true;
	p->next = 1;
	p->done = 0;
	p->result = COPY_COPIED;
	p->etags = xcalloc(p->plan.count, sizeof(*p->etags));
	p->slots = xcalloc((size_t)c->job->parts_max + 1, sizeof(*p->slots));
	copy_move(c, COPY_PARTS);
	if (c->job->stopping)
		copy_fail(c, FAIL_CANCELLED, "not begun any more");
	else
		fill(c);
}

static void
after_part(struct copy *c)
{
	struct copy_parts *p = c->parts;

	if (p->result == COPY_FAILED)
		copy_parts_give_up(c, COPY_FAILED, &p->fail);
	else if (p->done == p->plan.count)
		copy_parts_complete(c);
	else
		fill(c);
}

/* --- completing --- */

/* AWS, "Checking object integrity": the MD5 of the parts' MD5s, and how many
 * there are. */
static void
compute_etag(struct copy *c)
{
	struct copy_parts *p = c->parts;
	unsigned char bytes[HASH_MD5];
	struct hash_md5 *md5;
	char hex[2 * HASH_MD5 + 1];
	unsigned i;

	p->etag[0] = '\0';
	if (p->opaque || (md5 = hash_md5_new()) == NULL)
		return;
	for (i = 0; i < p->plan.count; i++) {
		if (!copy_ask_is_md5(p->etags[i], false))
			break;
		copy_ask_bytes(p->etags[i], bytes);
		hash_md5_add(md5, bytes, sizeof(bytes));
	}
	hash_md5_end(md5, bytes);
	hash_md5_free(md5);
	if (i < p->plan.count)
		return;
	hash_hex(bytes, sizeof(bytes), hex);
	snprintf(p->etag, sizeof(p->etag), "%s-%u", hex, p->plan.count);
}

/* Known before anything is put in place. */
static bool
would_differ(const struct copy *c)
{
	const struct copy_parts *p = c->parts;

	return p->same && p->etag[0] != '\0' && !meta_opaque(c->source) &&
	    copy_ask_is_md5(c->source->etag, true) &&
	    strcmp(p->etag, c->source->etag) != 0;
}

static bool
write_body(struct copy_parts *p)
{
	unsigned i;

	buf_reset(&p->body);
	buf_adds(&p->body,
	    "<CompleteMultipartUpload "
	    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	for (i = 0; i < p->plan.count; i++)
		buf_addf(&p->body,
		    "<Part><PartNumber>%u</PartNumber>"
		    "<ETag>\"%s\"</ETag></Part>",
		    i + 1, p->etags[i]);
	return buf_adds(&p->body, "</CompleteMultipartUpload>");
}

void
copy_parts_complete(struct copy *c)
{
	struct copy_parts *p = c->parts;
	struct s3req *req;

	compute_etag(c);
	if (would_differ(c)) {
		copy_fail(c, FAIL_PROTOCOL,
		    "the copied parts make the ETag %.60s, where %.60s was "
		    "expected",
		    p->etag, c->source->etag);
		return;
	}
	if (!write_body(p)) {
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
	/* c->fail is that of the last attempt to complete it. */
	if (c->fail.kind == FAIL_NOTFOUND) {
		/* The upload is gone, and only its completion by us, whose
		 * answer was lost, would end it. */
		c->parts->begun = false;
		if (!known && c->there->size == c->parts->plan.size)
			copy_write_done(c);
		else
			copy_end(c, COPY_FAILED, &c->fail);
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

/* Parts in flight may outlive an abort, so they are waited for; those that
 * were not sent are not sent any more. */
void
copy_parts_give_up(
    struct copy *c, enum copy_result result, const struct fail *f)
{
	struct copy_parts *p = c->parts;
	struct part **slot;

	p->result = result;
	if (f == NULL)
		fail_clear(&p->fail);
	else if (f != &p->fail)
		p->fail = *f;
	for (slot = p->slots; *slot != NULL; slot++)
		if ((*slot)->number != 0 && !s3req_sent(&(*slot)->req))
			s3req_cancel(&(*slot)->req);
	if (p->in_flight > 0)
		copy_move(c, COPY_DRAIN);
	else
		ask_abort(c);
}

void
copy_parts_stop(struct copy *c)
{
	struct copy_parts *p = c->parts;
	struct fail f;

	if (p->next > p->plan.count)
		return; /* soon done */
	fail_clear(&f);
	fail_set(&f, FAIL_CANCELLED, "ended before all parts were copied");
	copy_parts_give_up(c, COPY_FAILED, &f);
}

static void
after_abort(struct copy *c, const struct fail *f)
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
		    "its upload %s could not be ended: %s: --abort-uploads "
		    "ends it",
		    p->id.data, fail_phrase(f, phrase, sizeof(phrase)));
		c->job->warn(
		    c->job->arg, c->record.key, c->record.key_len, text);
	}
	p->begun = false;
	copy_end(c, p->result, &told);
}

void
copy_parts_step(struct copy *c, const struct fail *f)
{
	switch (c->state) {
	case COPY_CREATE:
		after_create(c, f);
		break;
	case COPY_FIND:
		after_find(c, f);
		break;
	case COPY_PARTS:
		after_part(c);
		break;
	case COPY_DRAIN:
		if (c->parts->in_flight == 0)
			ask_abort(c);
		break;
	case COPY_ABORT:
		after_abort(c, f);
		break;
	case COPY_IDLE:
	case COPY_LOOK:
	case COPY_HEAD:
	case COPY_LAYOUT:
	case COPY_TAGS:
	case COPY_ACL:
	case COPY_COPY:
	case COPY_FETCH:
	case COPY_PUT:
	case COPY_COMPLETE:
	case COPY_SETTLE:
	case COPY_COMPARE:
	case COPY_PUT_ACL:
	case COPY_UNDO:
	case COPY_BLAME:
		abort(); /* others' states */
	}
}
