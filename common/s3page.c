#include <stdio.h>
#include <string.h>

#include "limit.h"
#include "s3page.h"
#include "uri.h"

static bool
is_directory(const struct s3page *p)
{
	return p->req.bucket->endp.is_directory;
}

/* Directory buckets list whole folders only (AWS, "ListObjectsV2"): of the
 * prefix, what may be asked for. */
static size_t
asked_prefix(const struct s3page *p)
{
	size_t len = p->prefix_len;

	while (is_directory(p) && len > 0 && p->prefix[len - 1] != '/')
		len--;
	return len;
}

static bool
on_entry(void *arg, const struct reply_entry *e)
{
	struct s3page *p = arg;
	struct record r = {
	    .key = e->key,
	    .key_len = e->key_len,
	    .has_size = e->has_size,
	    .size = e->size,
	    .has_mtime = e->has_mtime,
	    .mtime = e->mtime,
	    .mtime_millis = e->mtime_millis,
	    .etag = e->etag,
	    .etag_len = e->etag_len,
	    .class = e->class,
	    .class_len = e->class_len,
	};

	if (e->key_len < p->prefix_len ||
	    memcmp(e->key, p->prefix, p->prefix_len) != 0) {
		if (asked_prefix(p) < p->prefix_len)
			return true; /* of its folder, but not wanted */
		fail_set(&p->why, FAIL_PROTOCOL,
		    "a listed key does not begin with the prefix asked for");
		return false;
	}
	if (!keypage_add(
		e->is_prefix ? &p->prefixes : &p->page, &r, e->is_prefix)) {
		fail_set(&p->why, FAIL_PROTOCOL,
		    "a listed key is empty or longer than any key can be");
		return false;
	}
	return true;
}

/* --- s3req's callbacks --- */

static void
restart(struct s3req *req)
{
	struct s3page *p = req->arg;

	reply_page_reset(&p->reply);
	keypage_reset(&p->page);
	keypage_reset(&p->prefixes);
	fail_clear(&p->why);
}

static enum http_flow
on_data(struct s3req *req, const char *data, size_t len)
{
	struct s3page *p = req->arg;

	return reply_page_feed(&p->reply, data, len) ? HTTP_GO : HTTP_ABORT;
}

/* Keys and common prefixes are each in order: make one order of both. */
static void
merge(struct s3page *p)
{
	struct keypage merged;
	struct keypage_cursor a, b;
	bool have_a, have_b, first;
	size_t n;
	int order;

	keypage_init(&merged, p->page.fields);
	keypage_open(&a, &p->page);
	keypage_open(&b, &p->prefixes);
	have_a = keypage_next(&a);
	have_b = keypage_next(&b);
	while (have_a || have_b) {
		first = have_a;
		if (have_a && have_b) {
			n = a.record.key_len < b.record.key_len ?
			    a.record.key_len :
			    b.record.key_len;
			order = memcmp(a.key, b.key, n);
			first = order < 0 ||
			    (order == 0 &&
				a.record.key_len <= b.record.key_len);
		}
		if (first) {
			keypage_add(&merged, &a.record, false);
			have_a = keypage_next(&a);
		} else {
			keypage_add(&merged, &b.record, true);
			have_b = keypage_next(&b);
		}
	}
	keypage_fini(&p->page);
	p->page = merged;
}

static bool
check(struct s3req *req, struct fail *f)
{
	struct s3page *p = req->arg;

	if (!reply_page_end(&p->reply)) {
		fail_set(f, FAIL_PROTOCOL, "broken listing page: %s",
		    p->why.kind != FAIL_NONE ? p->why.text :
					       reply_page_error(&p->reply));
		return false;
	}
	if (p->reply.is_error) {
		*f = p->reply.error;
		f->status = req->status;
		reply_classify(f, false, "");
		return false;
	}
	return true;
}

static void
done(struct s3req *req, const struct fail *f)
{
	struct s3page *p = req->arg;

	buf_reset(&p->token);
	p->more = false;
	if (f->kind == FAIL_NONE) {
		p->more = p->reply.truncated;
		if (p->reply.token_usable)
			buf_add(
			    &p->token, p->reply.token.data, p->reply.token.len);
		if (p->prefixes.count > 0)
			merge(p);
	} else {
		reply_page_reset(&p->reply); /* it may have gathered some */
	}
	p->done(p, f);
}

/* --- the request --- */

static void
build_query(struct s3page *p, const char *after, size_t len, const char *token,
    int max_keys)
{
	struct buf *q = &p->query;
	char number[16];

	buf_reset(q);
	if (token != NULL)
		uri_query_add(q, "continuation-token", token, strlen(token));
	if (p->delimiter != NULL)
		uri_query_add(
		    q, "delimiter", p->delimiter, strlen(p->delimiter));
	uri_query_add(q, "encoding-type", "url", 3);
	uri_query_add(q, "list-type", "2", 1);
	if (max_keys > 0) {
		snprintf(number, sizeof(number), "%d", max_keys);
		uri_query_add(q, "max-keys", number, strlen(number));
	}
	if (asked_prefix(p) > 0)
		uri_query_add(q, "prefix", p->prefix, asked_prefix(p));
	/* A directory bucket's order knows no "after". */
	if (token == NULL && len > 0 && !is_directory(p))
		uri_query_add(q, "start-after", after, len);
}

void
s3page_init(struct s3page *p, struct s3req_env *env, struct s3bucket *bucket,
    bool fields)
{
	memset(p, 0, sizeof(*p));
	p->prefix = "";
	keypage_init(&p->page, fields);
	keypage_init(&p->prefixes, fields);
	buf_init(&p->token, LIMIT_TOKEN);
	buf_init(&p->query, LIMIT_URL);
	reply_page_init(&p->reply, fields, env->desk, on_entry, p);
	s3req_init(&p->req, env);
	p->req.bucket = bucket;
	p->req.op = S3OP_LIST_OBJECTS;
	p->req.data = on_data;
	p->req.restart = restart;
	p->req.check = check;
	p->req.done = done;
	p->req.arg = p;
}

void
s3page_fini(struct s3page *p)
{
	s3req_fini(&p->req);
	reply_page_fini(&p->reply);
	keypage_fini(&p->page);
	keypage_fini(&p->prefixes);
	buf_fini(&p->token);
	buf_fini(&p->query);
}

void
s3page_fetch(struct s3page *p, const char *after, size_t len, const char *token,
    int max_keys)
{
	build_query(p, after, len, token, max_keys);
	p->req.query = p->query.data;
	s3req_start(&p->req);
}

void
s3page_cancel(struct s3page *p)
{
	s3req_cancel(&p->req);
}

void
s3page_rest(struct s3page *p)
{
	keypage_trim(&p->page);
	keypage_trim(&p->prefixes);
}

bool
s3page_active(const struct s3page *p)
{
	return s3req_active(&p->req);
}

bool
s3page_sent(const struct s3page *p)
{
	return s3req_sent(&p->req);
}
