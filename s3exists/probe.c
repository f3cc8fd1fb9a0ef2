/* HEAD requests, one for each key that cannot be had cheaper. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "limit.h"
#include "s3exists.h"
#include "same.h"
#include "when.h"
#include "xalloc.h"

struct probe {
	struct s3exists *s;
	struct s3req req;
	struct batch *batch;
	size_t lo, hi;	/* ranks with this key */
	struct buf key; /* whole */
	/* what the headers tell, for --same */
	bool has_mtime;
	int64_t mtime;
	struct buf etag;
	struct probe *next, **prev;
};

/* --- what the headers tell --- */

static void
take_etag(struct buf *etag, const char *value)
{
	size_t len;

	buf_reset(etag);
	if (strncmp(value, "W/", 2) == 0)
		value += 2;
	len = strlen(value);
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	if (!buf_add(etag, value, len))
		buf_reset(etag);
}

static void
on_header(struct s3req *req, const char *name, const char *value)
{
	struct probe *p = req->arg;

	if (strcasecmp(name, "etag") == 0)
		take_etag(&p->etag, value);
	else if (strcasecmp(name, "last-modified") == 0)
		p->has_mtime = when_parse_http(value, strlen(value), &p->mtime);
}

static void
on_restart(struct s3req *req)
{
	struct probe *p = req->arg;

	p->has_mtime = false;
	buf_reset(&p->etag);
}

static void
describe(const struct probe *p, struct record *there)
{
	memset(there, 0, sizeof(*there));
	there->has_size = p->req.content_length >= 0;
	if (there->has_size)
		there->size = (uint64_t)p->req.content_length;
	there->has_mtime = p->has_mtime;
	there->mtime = p->mtime;
	if (p->etag.len > 0) {
		there->etag = p->etag.data;
		there->etag_len = p->etag.len;
	}
}

/* --- a probe's life --- */

static void
unlink_probe(struct probe *p)
{
	*p->prev = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
}

static void
link_probe(struct probe **list, struct probe *p)
{
	p->next = *list;
	p->prev = list;
	if (p->next != NULL)
		p->next->prev = &p->next;
	*list = p;
}

static void
on_done(struct s3req *req, const struct fail *f)
{
	struct probe *p = req->arg;
	struct s3exists *s = p->s;
	struct record there;
	struct fail why = *f;
	size_t rank, index;

	unlink_probe(p);
	describe(p, &there);
	for (rank = p->lo; rank < p->hi; rank++) {
		index = batch_index(p->batch, rank);
		/* The rest may be in a range that is being listed. */
		if (batch_state(p->batch, index) != BATCH_ASKED)
			continue;
		if (why.kind == FAIL_NONE)
			answer_found(s, p->batch, index, &there);
		else if (why.kind == FAIL_NOTFOUND)
			answer_missing(s, p->batch, index);
		else
			answer_failed(s, p->batch, index, &why);
	}
	link_probe(&s->probes, p);
}

static struct probe *
probe_get(struct s3exists *s)
{
	struct probe *p = s->probes;

	if (p != NULL) {
		unlink_probe(p);
		return p;
	}
	p = xcalloc(1, sizeof(*p));
	p->s = s;
	buf_init(&p->key, LIMIT_KEY);
	buf_init(&p->etag, LIMIT_ETAG);
	s3req_init(&p->req, &s->app.env);
	p->req.bucket = s->bucket;
	p->req.op = S3OP_HEAD_OBJECT;
	p->req.restart = on_restart;
	p->req.done = on_done;
	p->req.arg = p;
	if (s->same != 0)
		p->req.header = on_header;
	return p;
}

void
probe_start(struct s3exists *s, struct batch *b, size_t index)
{
	struct probe *p = probe_get(s);
	const char *key;
	size_t len, rank, other;

	p->batch = b;
	batch_group(b, index, &p->lo, &p->hi);
	for (rank = p->lo; rank < p->hi; rank++) {
		other = batch_index(b, rank);
		if (batch_state(b, other) == BATCH_WANTED)
			batch_set(b, other, BATCH_ASKED);
	}
	key = batch_key(b, index, &len);
	buf_reset(&p->key);
	buf_add(&p->key, s->loc.prefix, s->loc.prefix_len);
	buf_add(&p->key, key, len);
	p->req.key = p->key.data;
	p->req.key_len = p->key.len;
	link_probe(&s->asking, p);
	s3req_start(&p->req);
}

void
probe_stop(struct s3exists *s, bool cancel)
{
	struct probe *p;

	for (p = s->asking; p != NULL; p = p->next)
		if (cancel || !s3req_sent(&p->req))
			s3req_cancel(&p->req);
}

void
probe_free_all(struct s3exists *s)
{
	struct probe *p;

	while ((p = s->probes) != NULL) {
		s->probes = p->next;
		s3req_fini(&p->req);
		buf_fini(&p->key);
		buf_fini(&p->etag);
		free(p);
	}
}
