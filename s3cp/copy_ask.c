/* The requests of a copy, and what their answers hold. */

#include <stdlib.h>
#include <string.h>

#include "copy_private.h"
#include "hash.h"
#include "reply.h"
#include "xalloc.h"

static void answered(struct s3req *req, const struct fail *f);

struct s3req *
copy_ask(struct copy *c, enum copy_state state, enum s3op op, bool from)
{
	struct s3req *req = &c->req;
	const struct buf *key = from ? &c->from_key : &c->to_key;

	copy_move(c, state);
	s3req_reset(req);
	req->bucket = from ? c->job->from : c->job->to;
	c->blamed = req->bucket;
	req->op = op;
	req->key = key->data;
	req->key_len = key->len;
	req->done = answered;
	req->arg = c;
	return req;
}

/* --- replies of HEAD --- */

static struct meta *
meta_of(const struct copy *c, const struct s3req *req)
{
	if (c->state == COPY_RECHECK)
		return c->there;
	return req->key == c->from_key.data ? c->source : c->there;
}

static void
on_head_header(struct s3req *req, const char *name, const char *value)
{
	meta_header(meta_of(req->arg, req), name, value);
}

static void
on_head_restart(struct s3req *req)
{
	meta_reset(meta_of(req->arg, req));
}

void
copy_ask_meta(struct meta **m)
{
	if (*m == NULL) {
		*m = xmalloc(sizeof(**m));
		meta_init(*m);
	}
	meta_reset(*m);
}

void
copy_ask_head(
    struct copy *c, enum copy_state state, bool from, struct meta **to)
{
	struct s3req *req;

	copy_ask_meta(to);
	req = copy_ask(c, state, S3OP_HEAD_OBJECT, from);
	(*to)->of_directory = req->bucket->endp.is_directory;
	req->header = on_head_header;
	req->restart = on_head_restart;
	s3req_start(req);
}

/* --- headers --- */

static void
add_given(struct s3req *req, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		s3req_add_header(req, name, value);
}

void
copy_ask_attributes(const struct copy *c, struct s3req *req)
{
	const struct copy_job *job = c->job;
	const struct meta *m = c->source;
	bool keep_sse = job->keep_sse && job->sse == NULL && m != NULL;

	add_given(req, "x-amz-acl", job->acl);
	if (job->class != NULL)
		add_given(req, "x-amz-storage-class", job->class);
	else if (job->keep_class && m != NULL)
		add_given(req, "x-amz-storage-class", m->class);
	add_given(
	    req, "x-amz-server-side-encryption", keep_sse ? m->sse : job->sse);
	add_given(req, "x-amz-server-side-encryption-aws-kms-key-id",
	    keep_sse ? m->kms : job->kms);
	if (keep_sse && m->bucket_key)
		add_given(req,
		    "x-amz-server-side-encryption-bucket-key-enabled", "true");
}

/* What the store carries over by itself in CopyObject, and only there. */
void
copy_ask_content(const struct copy *c, struct s3req *req)
{
	if (!c->job->drop_metadata)
		meta_add_headers(c->source, req);
	/* libcurl would make a POST a form's, and S3 keeps that. */
	if (req->op == S3OP_CREATE_UPLOAD && !copy_ask_has(req, "content-type"))
		add_given(req, "content-type", "binary/octet-stream");
	if (!c->job->drop_tags)
		meta_add_tags(c->source, req);
}

void
copy_ask_source(const struct copy *c, struct s3req *req)
{
	const struct copy_job *job = c->job;

	add_given(req, "x-amz-copy-source", c->from_name.data);
	if (copy_mend_pins(c))
		add_given(req, "x-amz-copy-source-if-match", c->pin.data);
	add_given(req, "x-amz-source-expected-bucket-owner",
	    job->from->params.expected_owner);
}

void
copy_ask_condition(const struct copy *c, struct s3req *req)
{
	if (c->job->no_clobber && !c->job->no_condition)
		add_given(req, "if-none-match", "*");
}

bool
copy_ask_has(const struct s3req *req, const char *name)
{
	size_t i;

	for (i = 0; i < req->nheaders; i++)
		if (strcmp(req->headers[i].name, name) == 0)
			return true;
	return false;
}

bool
copy_ask_has_pin(const struct s3req *req)
{
	return copy_ask_has(req, "x-amz-copy-source-if-match");
}

void
copy_ask_document(struct copy *c, struct s3req *req, const struct buf *body)
{
	unsigned char bytes[HASH_MD5];
	char base64[HASH_BASE64(HASH_MD5)];
	struct hash_md5 *md5 = hash_md5_new();

	req->body = body->data;
	req->body_len = body->len;
	s3req_add_header(req, "content-type", "application/xml");
	if (md5 == NULL)
		return;
	hash_md5_add(md5, body->data, body->len);
	hash_md5_end(md5, bytes);
	hash_md5_free(md5);
	hash_base64(bytes, sizeof(bytes), base64);
	buf_reset(&c->text);
	buf_adds(&c->text, base64);
	s3req_add_header(req, "content-md5", c->text.data);
}

/* --- answers --- */

void
copy_ask_etag(struct copy *c, const struct s3req *req, const char *path,
    char out[LIMIT_ETAG + 1])
{
	struct reply_field field = {path, &c->text, false};
	const char *why = "";

	buf_reset(&c->text);
	out[0] = '\0';
	if (reply_read(req->reply.data, req->reply.len, &field, 1, &why) &&
	    field.found)
		meta_etag(out, c->text.data, c->text.len);
}

static void
answered(struct s3req *req, const struct fail *f)
{
	copy_step(req->arg, f);
}
