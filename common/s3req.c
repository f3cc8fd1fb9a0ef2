#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "diag.h"
#include "hash.h"
#include "limit.h"
#include "num.h"
#include "reply.h"
#include "retry.h"
#include "s3req.h"
#include "s3session.h"
#include "s3verdict.h"
#include "uri.h"
#include "when.h"

static void go(void *arg);
static void answered(struct http_req *http, const struct fail *f);

/* --- life --- */

static void
keys_came(void *arg)
{
	struct s3req *req = arg;

	req->state = S3REQ_WAITING;
	engine_enter(req->env->engine, &req->ticket);
}

/* The one exit. */
static void
deliver(void *arg)
{
	struct s3req *req = arg;
	struct fail f = req->fail;

	req->state = S3REQ_IDLE;
	req->done(req, &f);
}

static void
end(struct s3req *req)
{
	req->state = S3REQ_ENDING;
	loop_defer(req->env->loop, &req->call);
}

void
s3req_init(struct s3req *req, struct s3req_env *env)
{
	memset(req, 0, sizeof(*req));
	req->env = env;
	buf_init(&req->reply, LIMIT_REPLY);
	buf_init(&req->url, LIMIT_URL);
	buf_init(&req->lines, LIMIT_REQUEST_HEADERS);
	req->ticket.go = go;
	req->ticket.arg = req;
	req->waiter.fn = keys_came;
	req->waiter.arg = req;
	req->call.fn = deliver;
	req->call.arg = req;
}

void
s3req_fini(struct s3req *req)
{
	buf_fini(&req->reply);
	buf_fini(&req->url);
	buf_fini(&req->lines);
}

void
s3req_reset(struct s3req *req)
{
	req->bucket = NULL;
	req->key = req->query = req->body = req->payload_hash = NULL;
	req->key_len = req->nheaders = 0;
	req->body_len = 0;
	req->flags = 0;
	req->source = NULL;
	req->header = NULL;
	req->data = NULL;
	req->restart = NULL;
	req->check = NULL;
	req->done = NULL;
	req->arg = NULL;
}

void
s3req_add_header(struct s3req *req, const char *name, const char *value)
{
	if (req->nheaders >= S3REQ_HEADERS_MAX)
		abort(); /* a caller's bug: their number is fixed */
	req->headers[req->nheaders].name = name;
	req->headers[req->nheaders++].value = value;
}

void
s3req_start(struct s3req *req)
{
	fail_clear(&req->fail);
	req->attempt = 0;
	req->mended = 0;
	req->status = 0;
	req->as_get = req->probing = req->over_tls = req->cancelled = false;
	req->state = S3REQ_WAITING;
	req->ticket.rank = req->flags & S3REQ_BESIDE ? ENGINE_BESIDE :
	    req->flags & S3REQ_AHEAD		     ? ENGINE_AHEAD :
						       ENGINE_IN_TURN;
	engine_enter(req->env->engine, &req->ticket);
}

bool
s3req_active(const struct s3req *req)
{
	return req->state != S3REQ_IDLE;
}

bool
s3req_sent(const struct s3req *req)
{
	return req->state == S3REQ_SENT;
}

void
s3req_cancel(struct s3req *req)
{
	switch (req->state) {
	case S3REQ_WAITING:
		engine_drop(req->env->engine, &req->ticket);
		break;
	case S3REQ_WANTS_KEYS:
		cred_wait_cancel(&req->waiter);
		break;
	case S3REQ_SENT:
		req->cancelled = true;
		http_cancel(req->env->http, &req->http);
		return;
	case S3REQ_IDLE:
	case S3REQ_ENDING:
		return;
	}
	fail_set(&req->fail, FAIL_CANCELLED, "cancelled");
	end(req);
}

void
s3req_drop(struct s3req *req)
{
	s3req_cancel(req);
	loop_defer_cancel(req->env->loop, &req->call);
	req->state = S3REQ_IDLE;
}

void
s3req_resume(struct s3req *req)
{
	if (req->state == S3REQ_SENT)
		http_resume(req->env->http, &req->http);
}

/* --- making an attempt --- */

/* Is this the one key that virtual-hosted style cannot name? */
static const struct endp *
endpoint_of(const struct s3req *req)
{
	if (req->key_len == 4 && memcmp(req->key, "soap", 4) == 0)
		return &req->bucket->path_endp;
	return &req->bucket->endp;
}

static bool
build_url(struct s3req *req, const struct endp *endp)
{
	buf_reset(&req->url);
	if (req->over_tls) /* the base begins with http: */
		buf_addf(&req->url, "https%s", endp->base.data + 4);
	else
		buf_adds(&req->url, endp->base.data);
	buf_adds(&req->url, endp->path.data);
	if (req->key != NULL && !req->probing) {
		buf_addc(&req->url, '/');
		uri_encode_path(&req->url, req->key, req->key_len);
	} else if (endp->path.len == 0) {
		buf_addc(&req->url, '/');
	}
	if (req->query != NULL && !req->probing) {
		buf_addc(&req->url, '?');
		buf_adds(&req->url, req->query);
	}
	return buf_ok(&req->url);
}

/* The headers of an attempt, as sign wants them; the first is host, which
 * libcurl sends by itself. */
struct header_set {
	struct sign_header all[S3REQ_HEADERS_MAX + 12];
	size_t count;
	char date[WHEN_BASIC_SIZE];
	char hash[2 * HASH_SHA256 + 1];
};

static void
put(struct header_set *set, const char *name, const char *value)
{
	if (value == NULL)
		return;
	set->all[set->count].name = name;
	set->all[set->count++].value = value;
}

static const char *
payload_hash(const struct s3req *req, struct header_set *set)
{
	unsigned char digest[HASH_SHA256];

	if (req->probing || req->body_len == 0)
		return SIGN_EMPTY_SHA256;
	if (req->body == NULL)
		return req->payload_hash != NULL ? req->payload_hash :
						   SIGN_UNSIGNED;
	hash_sha256(req->body, (size_t)req->body_len, digest);
	hash_hex(digest, sizeof(digest), set->hash);
	return set->hash;
}

static void
gather(struct s3req *req, const struct endp *endp, const struct cred_keys *keys,
    struct header_set *set)
{
	const struct s3bucket *b = req->bucket;
	size_t i;

	set->count = 0;
	put(set, "host", endp->host.data);
	if (keys != NULL) {
		when_format_basic(clock_wall() + b->skew, set->date);
		put(set, "x-amz-content-sha256", payload_hash(req, set));
		put(set, "x-amz-date", set->date);
		put(set,
		    req->in_session ? "x-amz-s3session-token" :
				      "x-amz-security-token",
		    keys->token);
	}
	if (req->probing)
		return;
	put(set, "x-amz-request-payer",
	    b->params.request_payer ? "requester" : NULL);
	put(set, "x-amz-expected-bucket-owner",
	    b->params.bucket != NULL ? b->params.expected_owner : NULL);
	put(set, "range", req->as_get ? "bytes=0-0" : NULL);
	for (i = 0; i < req->nheaders; i++)
		put(set, req->headers[i].name, req->headers[i].value);
}

/* A header value is a line: what would end it early is refused. */
static bool
add_line(struct s3req *req, size_t *starts, size_t n, const char *name,
    const char *value)
{
	if (strpbrk(value, "\r\n") != NULL || n >= HTTP_HEADERS_MAX)
		return false;
	starts[n] = req->lines.len;
	buf_adds(&req->lines, name);
	/* libcurl drops a header that ends in a colon; this sends it empty. */
	buf_adds(&req->lines, *value == '\0' ? ";" : ": ");
	buf_adds(&req->lines, value);
	return buf_addc(&req->lines, '\0');
}

static bool
build_lines(struct s3req *req, const struct header_set *set)
{
	size_t starts[HTTP_HEADERS_MAX], i, n = 0;

	for (i = 0; i < set->count; i++) {
		if (strcmp(set->all[i].name, "host") == 0)
			continue;
		if (!add_line(
			req, starts, n, set->all[i].name, set->all[i].value))
			return false;
		n++;
	}
	for (i = 0; i < n; i++)
		req->line_list[i] = req->lines.data + starts[i];
	req->http.nheaders = n;
	return buf_ok(&req->lines);
}

static const char *
method_of(const struct s3req *req)
{
	if (req->probing)
		return "HEAD";
	return req->as_get ? "GET" : s3op_method(req->op);
}

/* Signs req->url and the gathered headers; the Authorization line is the
 * first of req->lines. */
static bool
sign(struct s3req *req, const struct endp *endp, const struct cred_keys *keys,
    struct header_set *set)
{
	size_t path_at = endp->base.len;
	char *query = strchr(req->url.data + path_at, '?');
	struct sign_request s = {
	    .method = method_of(req),
	    .path = req->url.data + path_at,
	    .query = query == NULL ? "" : query + 1,
	    .headers = set->all,
	    .nheaders = set->count,
	    .payload_hash = payload_hash(req, set),
	    .date = set->date,
	    .region = endp->region.data,
	    .service = endp->service,
	    .access_key = keys->access_key,
	    .secret = keys->secret,
	};
	bool good;

	if (query != NULL)
		*query = '\0';
	buf_adds(&req->lines, "authorization: ");
	good = sign_authorization(req->bucket->sign, &s, &req->lines);
	if (query != NULL)
		*query = '?';
	return good;
}

static void
refuse(struct s3req *req, const char *why)
{
	fail_set(&req->fail, FAIL_INVALID, "%s", why);
	engine_leave(req->env->engine, &req->ticket, ENGINE_OTHER);
	end(req);
}

static bool
prepare(struct s3req *req, const struct cred_keys *keys)
{
	const struct endp *endp = endpoint_of(req);
	struct header_set set;
	size_t auth_end = 0;
	bool good;

	buf_reset(&req->lines);
	if (!build_url(req, endp))
		return false;
	gather(req, endp, keys, &set);
	if (keys != NULL) {
		if (!sign(req, endp, keys, &set) ||
		    !buf_addc(&req->lines, '\0'))
			return false;
		auth_end = req->lines.len;
	}
	good = build_lines(req, &set);
	if (auth_end > 0 && req->http.nheaders < HTTP_HEADERS_MAX)
		req->line_list[req->http.nheaders++] = req->lines.data;
	return good;
}

/* --- the answer of an attempt --- */

static void
copy_text(char *to, size_t room, const char *value)
{
	size_t len = strlen(value);

	if (len < room)
		memcpy(to, value, len + 1);
}

static void
note_header(struct s3req *req, const char *name, const char *value)
{
	struct s3verdict_facts *facts = &req->facts;

	if (strcasecmp(name, "x-amz-request-id") == 0)
		copy_text(
		    req->fail.request_id, sizeof(req->fail.request_id), value);
	else if (strcasecmp(name, "date") == 0)
		when_parse_http(value, strlen(value), &facts->server_date);
	else if (strcasecmp(name, "x-amz-bucket-region") == 0)
		copy_text(facts->region, sizeof(facts->region), value);
	else if (strcasecmp(name, "location") == 0)
		copy_text(facts->location, sizeof(facts->location), value);
	else if (strcasecmp(name, "etag") == 0)
		facts->has_etag = *value != '\0';
}

/* "bytes 0-0/12345": the size of the whole is what a HEAD would have said. */
static void
note_range(struct s3req *req, const char *value)
{
	const char *slash = strchr(value, '/');
	uint64_t size;

	if (slash != NULL && num_str(slash + 1, INT64_MAX, &size))
		req->content_length = (int64_t)size;
}

static void
on_header(struct http_req *http, const char *name, const char *value)
{
	struct s3req *req = http->arg;

	note_header(req, name, value);
	if (http->status / 100 != 2 || req->probing)
		return;
	if (req->as_get && strcasecmp(name, "content-length") == 0)
		return;
	if (req->as_get && strcasecmp(name, "content-range") == 0)
		note_range(req, value);
	if (req->header != NULL)
		req->header(req, name, value);
}

static enum http_flow
on_data(struct http_req *http, const char *p, size_t len)
{
	struct s3req *req = http->arg;

	if (req->as_get && http->status / 100 == 2)
		return HTTP_GO; /* the one byte */
	if (http->status / 100 == 2 && req->data != NULL && !req->probing)
		return req->data(req, p, len);
	if (!buf_add(&req->reply, p, len)) {
		req->facts.too_long = true;
		return HTTP_ABORT;
	}
	return HTTP_GO;
}

static enum http_flow
on_source(struct http_req *http, char *p, size_t room, size_t *len)
{
	struct s3req *req = http->arg;

	return req->source(req, p, room, len);
}

static void
send_it(struct s3req *req)
{
	struct http_req *http = &req->http;
	const struct s3bucket *b = req->bucket;

	http->method = method_of(req);
	http->url = req->url.data;
	http->headers = req->line_list;
	http->body = req->probing ? NULL : req->body;
	http->body_len = req->probing ? 0 : req->body_len;
	http->source = req->body == NULL && req->body_len > 0 && !req->probing ?
	    on_source :
	    NULL;
	http->header = on_header;
	http->data = on_data;
	http->done = answered;
	http->arg = req;
	http->flags = (s3op_is_long(req->op) ? HTTP_LONG : 0) |
	    (b->params.insecure || req->over_tls ? HTTP_INSECURE : 0) |
	    (req->flags & S3REQ_STREAM ? HTTP_STREAM : 0) |
	    (req->flags & S3REQ_ONCE ? HTTP_ONCE : 0);
	http->ca_bundle = b->params.ca_bundle;
	http_submit(req->env->http, http);
	req->state = S3REQ_SENT;
}

static const struct cred_keys *
get_keys(struct s3req *req, struct fail *f)
{
	struct s3bucket *b = req->bucket;

	req->in_session = b->session != NULL && !req->probing &&
	    s3op_in_session(req->op);
	if (req->in_session)
		return s3session_get(b->session, &req->waiter, f);
	return cred_get(b->params.cred, &req->waiter, f);
}

/* The ticket says that the request may be sent now. */
static void
go(void *arg)
{
	struct s3req *req = arg;
	const struct cred_keys *keys = NULL;
	struct fail f;

	fail_clear(&f);
	if (req->bucket->params.cred != NULL && !req->over_tls &&
	    (keys = get_keys(req, &f)) == NULL) {
		engine_leave(req->env->engine, &req->ticket, ENGINE_OTHER);
		req->state = S3REQ_WANTS_KEYS;
		if (f.kind != FAIL_NONE) {
			req->fail = f;
			end(req);
		}
		return;
	}
	fail_clear(&req->fail);
	memset(&req->facts, 0, sizeof(req->facts));
	buf_reset(&req->reply);
	req->content_length = -1;
	req->cred_serial = keys == NULL ? 0 : keys->serial;
	if (!prepare(req, keys)) {
		refuse(req,
		    "the request does not fit into a URL and header "
		    "lines");
		return;
	}
	if (req->restart != NULL)
		req->restart(req);
	req->env->counts[req->probing ? S3OP_HEAD_BUCKET : req->op]++;
	req->began = loop_now(req->env->loop);
	send_it(req);
}

static void
trace(const struct s3req *req, const char *verdict)
{
	struct buf key;

	if (!diag_debugging())
		return;
	buf_init(&key, 4 * LIMIT_KEY);
	if (req->key != NULL)
		uri_encode_path(&key, req->key, req->key_len);
	diag_debug("%s %s %s%s%s: HTTP %d%s%s, %lld ms, attempt %d, %s",
	    req->probing ? "HeadBucket" : s3op_name(req->op),
	    s3bucket_name(req->bucket), key.data, req->query != NULL ? "?" : "",
	    req->query != NULL ? req->query : "", req->status,
	    req->fail.code[0] != '\0' ? " " : "", req->fail.code,
	    (long long)(loop_now(req->env->loop) - req->began), req->attempt,
	    verdict);
	buf_fini(&key);
}

/* Did the answer say anything about how much the store can take? */
static enum engine_outcome
outcome_of(const struct s3req *req)
{
	if (req->fail.kind == FAIL_THROTTLED)
		return ENGINE_THROTTLED;
	return req->status != 0 && req->fail.kind != FAIL_TRANSIENT ?
	    ENGINE_GOOD :
	    ENGINE_OTHER;
}

static void
answered(struct http_req *http, const struct fail *f)
{
	struct s3req *req = http->arg;
	struct engine *engine = req->env->engine;
	char request_id[sizeof(req->fail.request_id)];
	enum s3verdict verdict;

	memcpy(request_id, req->fail.request_id, sizeof(request_id));
	req->fail = *f;
	memcpy(req->fail.request_id, request_id, sizeof(request_id));
	req->status = http->status;
	if (req->content_length < 0 || !req->as_get)
		req->content_length = http->content_length;
	req->attempt++;
	verdict = s3verdict(req);
	engine_leave(engine, &req->ticket, outcome_of(req));
	req->state = S3REQ_WAITING;
	switch (verdict) {
	case S3VERDICT_DONE:
		trace(req,
		    req->fail.kind == FAIL_NONE ?
			"good" :
			fail_kind_name(req->fail.kind));
		end(req);
		break;
	case S3VERDICT_NOW:
	case S3VERDICT_PROBE:
		trace(req, "again at once");
		req->probing = verdict == S3VERDICT_PROBE;
		engine_enter(engine, &req->ticket);
		break;
	case S3VERDICT_LATER:
		trace(req, "again later");
		engine_again(engine, &req->ticket,
		    retry_delay(&req->fail, req->attempt, hash_random()));
		break;
	}
}
