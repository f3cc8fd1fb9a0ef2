/*
 * Some multi handles, one thread, one wait.  A request occupies a slot, which
 * owns an easy handle that is reused: options that never change are set once,
 * and connections, TLS sessions and the parsed CA store live in the multi
 * handle of the slot's shard.
 */

#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "diag.h"
#include "http.h"
#include "http_fds.h"
#include "http_private.h"
#include "limit.h"
#include "xalloc.h"

#define SLICE 1	 /* ms of answers before new requests go */
#define SHARD 64 /* slots of a multi handle */

static struct http_shard *shard_new(struct http *h);
static void finish(struct http_slot *slot, CURLcode code);
static void slot_call(void *arg);

/* --- callbacks from libcurl --- */

static char *
trim(char *s)
{
	size_t len;

	while (*s == ' ' || *s == '\t')
		s++;
	len = strlen(s);
	while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL)
		s[--len] = '\0';
	return s;
}

static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
	struct http_slot *slot = arg;
	struct http_req *req = slot->req;
	size_t len = size * count;
	char *line = slot->http->line, *colon;
	long status = 0;

	slot->header_bytes += len;
	if (slot->cancelled || len >= LIMIT_HEADER_LINE ||
	    slot->header_bytes > LIMIT_HEADERS)
		return 0;
	memcpy(line, p, len);
	line[len] = '\0';
	if (strncmp(line, "HTTP/", 5) == 0) {
		curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
		slot->interim = status < 200;
		req->status = (int)status;
		return len;
	}
	if (slot->interim || req->header == NULL ||
	    (colon = strchr(line, ':')) == NULL)
		return len;
	*colon = '\0';
	slot->http->called = true;
	req->header(req, line, trim(colon + 1));
	return len;
}

static size_t
on_data(char *p, size_t size, size_t count, void *arg)
{
	struct http_slot *slot = arg;
	struct http_req *req = slot->req;
	size_t len = size * count;
	curl_off_t expected = -1;
	enum http_flow flow = HTTP_GO;

	if (slot->cancelled)
		return 0;
	if (req->data != NULL) {
		curl_easy_getinfo(
		    slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &expected);
		req->content_length = expected;
		slot->http->called = true;
		flow = req->data(req, p, len);
	}
	switch (flow) {
	case HTTP_GO:
		slot->http->stats.bytes_in += len;
		return len;
	case HTTP_PAUSE:
		return CURL_WRITEFUNC_PAUSE;
	case HTTP_ABORT:
		slot->cancelled = true;
		break;
	}
	return len == 0 ? 1 : 0;
}

static size_t
on_source(char *p, size_t size, size_t count, void *arg)
{
	struct http_slot *slot = arg;
	struct http_req *req = slot->req;
	uint64_t left = req->body_len - slot->sent;
	size_t room = size * count, len = 0;

	if (slot->cancelled)
		return CURL_READFUNC_ABORT;
	if (left == 0)
		return 0;
	if (room > left)
		room = (size_t)left;
	if (req->source == NULL) {
		len = room;
		memcpy(p, (const char *)req->body + slot->sent, len);
	} else {
		slot->http->called = true;
		switch (req->source(req, p, room, &len)) {
		case HTTP_GO:
			break;
		case HTTP_PAUSE:
			return CURL_READFUNC_PAUSE;
		case HTTP_ABORT:
			slot->cancelled = true;
			return CURL_READFUNC_ABORT;
		}
	}
	slot->sent += len;
	slot->http->stats.bytes_out += len;
	return len;
}

/* A kept connection turned out dead: only bytes that we hold can be sent
 * again; a stream's source must begin anew, which is its owner's business. */
static int
on_seek(void *arg, curl_off_t offset, int origin)
{
	struct http_slot *slot = arg;

	if (slot->req->source != NULL || origin != SEEK_SET || offset != 0)
		return CURL_SEEKFUNC_CANTSEEK;
	slot->sent = 0;
	return CURL_SEEKFUNC_OK;
}

/* Runs when a connection is there and the request is about to go out. */
static int
on_prereq(void *arg, char *remote, char *local, int remote_port, int local_port)
{
	struct http_slot *slot = arg;

	(void)remote, (void)local, (void)remote_port, (void)local_port;
	if (slot->sending && slot->req->flags & HTTP_ONCE)
		return CURL_PREREQFUNC_ABORT;
	slot->sending = true;
	return CURL_PREREQFUNC_OK;
}

/* --- slots --- */

/* Who is called back; the other constants are options. */
static void
set_callbacks(struct http_slot *slot)
{
	CURL *e = slot->easy;

	curl_easy_setopt(e, CURLOPT_PRIVATE, slot);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, slot->error);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, slot);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_source);
	curl_easy_setopt(e, CURLOPT_READDATA, slot);
	curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(e, CURLOPT_SEEKDATA, slot);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_prereq);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, slot);
}

static struct http_slot *
slot_new(struct http *h)
{
	struct http_slot *slot = xcalloc(1, sizeof(*slot));

	slot->http = h;
	slot->shard = h->shards;
	if (slot->shard == NULL || slot->shard->slots == SHARD)
		slot->shard = shard_new(h);
	slot->shard->slots++;
	if ((slot->easy = curl_easy_init()) == NULL)
		diag_oom();
	slot->call.fn = slot_call;
	slot->call.arg = slot;
	slot->next = h->slots;
	h->slots = slot;
	set_callbacks(slot);
	http_options_constant(slot->easy);
	return slot;
}

void
http_submit(struct http *h, struct http_req *req)
{
	struct http_slot *slot = h->free;

	if (slot != NULL)
		h->free = slot->next_free;
	else
		slot = slot_new(h);
	slot->req = req;
	slot->sent = 0;
	slot->header_bytes = 0;
	slot->interim = slot->sending = false;
	slot->cancelled = slot->resume = false;
	slot->error[0] = '\0';
	req->slot = slot;
	req->status = 0;
	req->content_length = -1;

	http_options_request(slot, req);
	h->stats.requests++;
	if (curl_multi_add_handle(slot->shard->multi, slot->easy) != CURLM_OK)
		diag_oom();
}

/* Carries out, from the loop, what was asked from inside a callback. */
static void
slot_call(void *arg)
{
	struct http_slot *slot = arg;

	if (slot->req == NULL)
		return;
	if (slot->cancelled) {
		finish(slot, CURLE_ABORTED_BY_CALLBACK);
	} else if (slot->resume) {
		slot->resume = false;
		curl_easy_pause(slot->easy, CURLPAUSE_CONT);
	}
}

void
http_cancel(struct http *h, struct http_req *req)
{
	if (req->slot == NULL)
		return;
	req->slot->cancelled = true;
	loop_defer(h->loop, &req->slot->call);
}

void
http_resume(struct http *h, struct http_req *req)
{
	if (req->slot == NULL)
		return;
	req->slot->resume = true;
	loop_defer(h->loop, &req->slot->call);
}

/* --- completion --- */

/* What libcurl's code means for us; see libcurl-errors(3). */
static enum fail_kind
kind_of(CURLcode code, bool *unanswered)
{
	*unanswered = true;
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
		*unanswered = false;
		return FAIL_TRANSIENT;
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_ABORTED_BY_CALLBACK:
	case CURLE_AGAIN:
	case CURLE_HTTP2:
	case CURLE_SSL_SHUTDOWN_FAILED:
		return FAIL_TRANSIENT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		*unanswered = false;
		return FAIL_TLS;
	case CURLE_URL_MALFORMAT:
	case CURLE_FAILED_INIT:
	case CURLE_NOT_BUILT_IN:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		*unanswered = false;
		return FAIL_LOCAL;
	}
	return FAIL_PROTOCOL;
}

static const char *
words_for(const struct http_slot *slot, CURLcode code)
{
	/* libcurl takes no header line over 100 KB, and calls it that. */
	if (code == CURLE_OUT_OF_MEMORY)
		return "a response header is too long, or memory is out";
	return slot->error[0] != '\0' ? slot->error : curl_easy_strerror(code);
}

static void
describe(struct http_slot *slot, CURLcode code, struct fail *f)
{
	curl_off_t retry_after = 0;
	long tunnel = 0; /* what a proxy said to CONNECT */

	fail_clear(f);
	curl_easy_getinfo(slot->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (code == CURLE_RECV_ERROR && tunnel >= 300)
		code = CURLE_COULDNT_RESOLVE_PROXY; /* so nothing was sent */
	if (slot->cancelled) {
		fail_set(f, FAIL_CANCELLED, "cancelled");
		f->unanswered = slot->sending;
	} else if (code != CURLE_OK) {
		f->kind = kind_of(code, &f->unanswered);
		f->curl = (int)code;
		fail_set(f, f->kind, "%s", words_for(slot, code));
	} else if (slot->req->status < 200) {
		fail_set(f, FAIL_PROTOCOL, "the server speaks no HTTP");
		f->unanswered = true;
	}
	if (f->curl == 0)
		f->status = slot->req->status;
	curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &retry_after);
	if (retry_after > 0 && retry_after < 86400)
		f->retry_after = (int64_t)retry_after * 1000;
}

/* The one exit of a request. */
static void
finish(struct http_slot *slot, CURLcode code)
{
	struct http *h = slot->http;
	struct http_req *req = slot->req;
	curl_off_t length = -1;
	struct fail f;
	long opened = 0;

	describe(slot, code, &f);
	curl_easy_getinfo(slot->easy, CURLINFO_NUM_CONNECTS, &opened);
	h->stats.connections += (uint64_t)opened;
	curl_easy_getinfo(
	    slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	req->content_length = length;
	curl_multi_remove_handle(slot->shard->multi, slot->easy);
	loop_defer_cancel(h->loop, &slot->call);
	slot->req = NULL;
	req->slot = NULL;
	slot->next_free = h->free;
	h->free = slot;
	req->done(req, &f);
}

static void
finish_all(struct http *h)
{
	struct http_shard *shard;
	CURLMsg *msg;
	char *private;
	int left;

	for (shard = h->shards; shard != NULL; shard = shard->next)
		while (
		    (msg = curl_multi_info_read(shard->multi, &left)) != NULL) {
			if (msg->msg != CURLMSG_DONE)
				continue;
			curl_easy_getinfo(
			    msg->easy_handle, CURLINFO_PRIVATE, &private);
			h->called = true;
			finish((struct http_slot *)(void *)private,
			    msg->data.result);
		}
}

/* --- the waiter --- */

/*
 * libcurl is told which sockets are ready, and not by curl_multi_perform() to
 * look at all of them: that serves a whole wave of answers before the first
 * of them can be followed by a new request, so that a store idles while we
 * work and we idle while it works.
 */
static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *private)
{
	struct http_shard *shard = arg;

	(void)easy, (void)private;
	http_fds_want(&shard->http->fds, fd,
	    what == CURL_POLL_IN	? POLLIN :
		what == CURL_POLL_OUT	? POLLOUT :
		what == CURL_POLL_INOUT ? POLLIN | POLLOUT :
					  0,
	    shard);
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *arg)
{
	struct http_shard *shard = arg;

	(void)multi;
	shard->due = ms < 0 ? -1 : clock_mono() + ms;
	return 0;
}

/* Timers; requests begin by one, which is due at once. */
static void
run_timers(struct http *h)
{
	struct http_shard *shard;
	int64_t now = clock_mono();
	int running;

	for (shard = h->shards; shard != NULL; shard = shard->next) {
		if (shard->due < 0 || shard->due > now)
			continue;
		shard->due = -1;
		curl_multi_socket_action(
		    shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
}

/* Until the first of them, at most timeout; -1: no end. */
static int
until_timer(const struct http *h, int timeout)
{
	const struct http_shard *shard;
	int64_t now = clock_mono(), left;

	for (shard = h->shards; shard != NULL; shard = shard->next) {
		if (shard->due < 0)
			continue;
		left = shard->due > now ? shard->due - now : 0;
		if (timeout < 0 || left < timeout)
			timeout = (int)left;
	}
	return timeout;
}

/* What is ready, for about SLICE; the rest is as ready at the next wait. */
static void
run_ready(struct http *h)
{
	int64_t began = clock_mono();
	int fd, events, running;
	void *shard;

	while (http_fds_next(&h->fds, &fd, &events, &shard)) {
		curl_multi_socket_action(((struct http_shard *)shard)->multi,
		    fd,
		    (events & POLLIN ? CURL_CSELECT_IN : 0) |
			(events & POLLOUT ? CURL_CSELECT_OUT : 0) |
			(events & ~(POLLIN | POLLOUT) ? CURL_CSELECT_ERR : 0),
		    &running);
		if (events & POLLNVAL) /* closed, and we were not told */
			http_fds_want(&h->fds, fd, 0, shard);
		if (clock_mono() - began >= SLICE)
			break;
	}
}

void
http_wait(void *arg, struct pollfd *fds, size_t count, int timeout)
{
	struct http *h = arg;

	h->called = false;
	run_timers(h);
	finish_all(h);
	timeout = h->called ? 0 : until_timer(h, timeout);
	http_fds_wait(&h->fds, fds, count, timeout);
	loop_refresh(h->loop);
	run_ready(h);
	run_timers(h);
	finish_all(h);
}

/* --- life --- */

static struct http_shard *
shard_new(struct http *h)
{
	struct http_shard *shard = xcalloc(1, sizeof(*shard));
	CURLM *m = curl_multi_init();

	if (m == NULL)
		diag_oom();
	curl_multi_setopt(m, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	curl_multi_setopt(m, CURLMOPT_MAXCONNECTS, SHARD + 8L);
	curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(m, CURLMOPT_SOCKETDATA, shard);
	curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(m, CURLMOPT_TIMERDATA, shard);
	shard->http = h;
	shard->multi = m;
	shard->due = -1;
	shard->next = h->shards;
	h->shards = shard;
	return shard;
}

struct http *
http_new(void)
{
	struct http *h = xcalloc(1, sizeof(*h));
	struct http_slot *slot;
	char *path = NULL;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		diag_oom();
	http_fds_init(&h->fds);
	slot = slot_new(h);
	curl_easy_getinfo(slot->easy, CURLINFO_CAINFO, &path);
	h->ca_default = path == NULL ? NULL : xstrdup(path);
	h->free = slot;
	return h;
}

void
http_free(struct http *h)
{
	struct http_slot *slot;
	struct http_shard *shard;

	if (h == NULL)
		return;
	for (slot = h->slots; slot != NULL; slot = slot->next)
		if (slot->req != NULL) {
			slot->cancelled = true;
			finish(slot, CURLE_ABORTED_BY_CALLBACK);
		}
	while ((slot = h->slots) != NULL) {
		h->slots = slot->next;
		curl_easy_cleanup(slot->easy);
		free(slot);
	}
	while ((shard = h->shards) != NULL) {
		h->shards = shard->next;
		curl_multi_cleanup(shard->multi);
		free(shard);
	}
	curl_global_cleanup();
	free(h->ca_default);
	http_fds_fini(&h->fds);
	free(h);
}

void
http_set_loop(struct http *h, struct loop *loop)
{
	h->loop = loop;
}

const struct http_stats *
http_stats(const struct http *h)
{
	return &h->stats;
}

const char *
http_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}
