/* The copy of a small object from store to store: one GET into memory, checked,
 * then one PUT. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "copy_private.h"
#include "hash.h"
#include "xalloc.h"

struct copy_stream {
	struct copy *copy;
	struct pool_waiter waiter;
	char *data;	       /* size bytes; NULL: none was taken */
	size_t size, len;      /* taken from the pool; so far here */
	bool whole;	       /* all is here and was checked */
	bool larger;	       /* than what goes through memory */
	bool mismatched;       /* once, with the MD5 in `md5' */
	bool incomparable;     /* the source's ETag is no MD5 */
	struct hash_md5 *hash; /* NULL: MD5 is not to be had */
	unsigned char md5[HASH_MD5];
	char hex[2 * HASH_MD5 + 1];
	char base64[HASH_BASE64(HASH_MD5)];
	size_t sent;
	char etag[LIMIT_ETAG + 1]; /* of the answer to the PUT */
	bool opaque;
};

static void
fetch_resume(void *arg)
{
	struct copy_stream *s = arg;

	s3req_resume(&s->copy->req);
}

static struct copy_stream *
stream_of(struct copy *c)
{
	struct copy_stream *s = c->stream;

	if (s != NULL)
		return s;
	s = c->stream = xcalloc(1, sizeof(*s));
	s->copy = c;
	s->waiter.fn = fetch_resume;
	s->waiter.arg = s;
	s->hash = hash_md5_new();
	return s;
}

static void
drop_data(struct copy_stream *s)
{
	struct pool *pool = s->copy->job->pool;
	bool had = s->data != NULL;
	size_t size = s->size;

	pool_wait_no_more(pool, &s->waiter);
	free(s->data);
	s->data = NULL;
	s->size = s->len = 0;
	s->whole = false;
	/* Who waits for it takes its own at once. */
	if (had)
		pool_give(pool, size);
}

void
copy_stream_free(struct copy *c)
{
	if (c->stream == NULL)
		return;
	drop_data(c->stream);
	hash_md5_free(c->stream->hash);
	free(c->stream);
	c->stream = NULL;
}

/* --- GET --- */

static void
on_fetch_restart(struct s3req *req)
{
	struct copy *c = req->arg;

	meta_reset(c->source);
	pool_wait_no_more(c->job->pool, &c->stream->waiter);
	c->stream->len = 0;
	c->stream->larger = false;
}

static void
on_fetch_header(struct s3req *req, const char *name, const char *value)
{
	struct copy *c = req->arg;

	meta_header(c->source, name, value);
}

/* Memory for the whole object, once its size is known. */
static enum http_flow
take_memory(struct copy_stream *s)
{
	const struct meta *m = s->copy->source;
	struct pool *pool = s->copy->job->pool;
	size_t size;

	s->larger = !m->has_size || m->size > COPY_STREAM_FETCH;
	if (s->larger)
		return HTTP_ABORT;
	size = (size_t)m->size;
	if (s->data != NULL && s->size == size)
		return HTTP_GO;
	drop_data(s);
	if (!pool_take(pool, size)) {
		pool_wait(pool, &s->waiter);
		return HTTP_PAUSE;
	}
	s->data = xmalloc(size + 1);
	s->size = size;
	return HTTP_GO;
}

static enum http_flow
on_fetch_data(struct s3req *req, const char *p, size_t len)
{
	struct copy *c = req->arg;
	struct copy_stream *s = c->stream;
	enum http_flow flow;

	if (s->len == 0 && (flow = take_memory(s)) != HTTP_GO)
		return flow;
	if (len > s->size - s->len)
		return HTTP_ABORT;
	memcpy(s->data + s->len, p, len);
	s->len += len;
	return HTTP_GO;
}

static void
hash_data(struct copy_stream *s)
{
	hash_md5_reset(s->hash);
	hash_md5_add(s->hash, s->data, s->len);
	hash_md5_end(s->hash, s->md5);
	hash_hex(s->md5, sizeof(s->md5), s->hex);
	hash_base64(s->md5, sizeof(s->md5), s->base64);
}

/* Not every ETag is an MD5: that bytes and ETag differ in the same way twice
 * is the ETag's fault, not that of the bytes. */
static bool
fetched_right(struct copy_stream *s, struct fail *f)
{
	const struct meta *m = s->copy->source;
	char before[sizeof(s->hex)];

	if (s->hash == NULL)
		return true;
	memcpy(before, s->hex, sizeof(before));
	hash_data(s);
	if (meta_opaque(m) || !meta_is_md5(m->etag, false) ||
	    strcmp(m->etag, s->hex) == 0)
		return true;
	if (s->mismatched && strcmp(before, s->hex) == 0) {
		s->incomparable = true;
		return true;
	}
	s->mismatched = true;
	fail_set(f, FAIL_PROTOCOL, "the bytes that came do not have the MD5 %s",
	    m->etag);
	return false;
}

static bool
on_fetch_check(struct s3req *req, struct fail *f)
{
	struct copy *c = req->arg;
	struct copy_stream *s = c->stream;
	const struct meta *m = c->source;

	/* Without bytes nobody has looked at the size yet. */
	if (s->larger || !m->has_size) {
		s->larger = true;
		fail_set(f, FAIL_TOOBIG, "larger than what one GET brings");
		return false;
	}
	if (m->size != s->len) {
		fail_set(f, FAIL_PROTOCOL, "%llu bytes came of %llu",
		    (unsigned long long)s->len, (unsigned long long)m->size);
		return false;
	}
	s->whole = fetched_right(s, f);
	return s->whole;
}

void
copy_stream_fetch(struct copy *c)
{
	struct s3req *req;

	stream_of(c);
	copy_ask_meta(&c->source);
	req = copy_ask(c, COPY_FETCH, S3OP_GET_OBJECT, COPY_FROM);
	c->source->of_directory = req->bucket->endp.is_directory;
	req->flags = S3REQ_STREAM;
	req->restart = on_fetch_restart;
	req->header = on_fetch_header;
	req->data = on_fetch_data;
	req->check = on_fetch_check;
	if (c->pin.len > 0)
		s3req_add_header(req, "if-match", c->pin.data);
	s3req_start(req);
}

void
copy_after_fetch(struct copy *c, const struct fail *f)
{
	struct fail changed;

	if (f->kind == FAIL_TOOBIG && c->stream->larger) {
		/* What its headers told is known all the same. */
		drop_data(c->stream);
		copy_prepare(c);
	} else if (f->kind == FAIL_NONE) {
		copy_prepare(c);
	} else {
		changed = *f;
		if (f->kind == FAIL_PRECONDITION)
			fail_set(&changed, FAIL_PRECONDITION,
			    "has changed since it was listed");
		copy_end(c, COPY_FAILED, &changed);
	}
}

/* --- PUT --- */

bool
copy_stream_fetched(const struct copy *c)
{
	return (c->stream != NULL && c->stream->whole) ||
	    (c->source != NULL && c->source->has_size && c->source->size == 0);
}

static enum http_flow
on_put_body(struct s3req *req, char *p, size_t room, size_t *len)
{
	struct copy *c = req->arg;
	struct copy_stream *s = c->stream;

	*len = s->len - s->sent < room ? s->len - s->sent : room;
	memcpy(p, s->data + s->sent, *len);
	s->sent += *len;
	return HTTP_GO;
}

static void
on_body_restart(struct s3req *req)
{
	struct copy *c = req->arg;

	c->stream->sent = 0;
	c->stream->etag[0] = '\0';
	c->stream->opaque = c->job->to->endp.is_directory;
}

static void
on_body_header(struct s3req *req, const char *name, const char *value)
{
	struct copy *c = req->arg;

	if (strcasecmp(name, "etag") == 0)
		meta_etag(c->stream->etag, value, strlen(value));
	else if (meta_header_opaque(name, value))
		c->stream->opaque = true;
}

void
copy_stream_put(struct copy *c)
{
	struct copy_stream *s = stream_of(c);
	struct s3req *req;

	req = copy_ask(c, COPY_PUT, S3OP_PUT_OBJECT, COPY_TO);
	req->flags = S3REQ_STREAM | S3REQ_AHEAD |
	    (c->job->no_clobber ? S3REQ_ONCE : 0);
	req->restart = on_body_restart;
	req->header = on_body_header;
	req->body_len = s->len;
	/* Under TLS the signature need not cover the body a second time. */
	if (c->job->to->endp.is_tls)
		req->source = on_put_body;
	else
		req->body = s->data;
	if (s->hash != NULL && s->len > 0)
		s3req_add_header(req, "content-md5", s->base64);
	copy_ask_attributes(c, req);
	copy_ask_content(c, req);
	copy_ask_condition(c, req);
	s3req_start(req);
}

void
copy_stream_etag(const struct copy *c, char out[LIMIT_ETAG + 1])
{
	if (c->stream->opaque || c->stream->incomparable)
		out[0] = '\0';
	else
		memcpy(out, c->stream->etag, sizeof(c->stream->etag));
}
