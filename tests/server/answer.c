#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answer.h"
#include "request.h"
#include "server.h"
#include "spoil.h"

#define BLOCK	   262144
#define SMALL	   65536
#define TRICKLE_US 5000

/* A body that is made while it is sent. */
struct body {
	struct request *request;
	struct content *content; /* or, if NULL, text */
	struct text text;
	uint64_t offset;  /* into content */
	uint64_t cut_at;  /* the connection is closed there */
	uint64_t flip_at; /* a bit of that byte is wrong; UINT64_MAX: none */
	uint64_t repeat;  /* text is repeated up to that length, if not 0 */
	uint64_t hang_at; /* nothing more comes from there on */
	uint64_t end_at;  /* of a body whose length is not told */
	bool trickle, rested, hung;
};

static void
wake(void *arg)
{
	struct body *b = arg;

	b->request->server->resumed = true;
	MHD_resume_connection(b->request->connection);
}

static void
copy_out(struct body *b, uint64_t at, char *out, size_t n)
{
	if (b->content != NULL) {
		content_read(b->content, b->offset + at, out, n);
	} else if (b->repeat == 0) {
		memcpy(out, b->text.p + at, n);
	} else {
		for (size_t i = 0; i < n; i++)
			out[i] = b->text.p[(at + i) % b->text.n];
	}
}

static int
socket_of(struct request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info->connect_fd;
}

/* Ends the connection. The library would do so when it next looks at it, which
 * it may never do: with epoll nothing happens at a socket that only waits. */
static ssize_t
cut(struct request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (info != NULL && info->tls_session != NULL)
		(void)gnutls_bye(info->tls_session, GNUTLS_SHUT_WR);
	(void)shutdown(socket_of(r), SHUT_RDWR);
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Waits among the stalled requests; when they are released, this one ends. */
static ssize_t
hang(struct body *b)
{
	struct request *r = b->request;

	if (b->hung)
		return cut(r);
	b->hung = true;
	r->next_stalled = r->server->stalled;
	r->server->stalled = r;
	MHD_suspend_connection(r->connection);
	return 0;
}

static ssize_t
read_body(void *arg, uint64_t at, char *out, size_t max)
{
	struct body *b = arg;
	size_t n = max;

	if (at >= b->cut_at)
		return cut(b->request);
	if (at >= b->end_at)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (at >= b->hang_at)
		return hang(b);
	if (n > b->cut_at - at)
		n = (size_t)(b->cut_at - at);
	if (n > b->end_at - at)
		n = (size_t)(b->end_at - at);
	if (n > b->hang_at - at)
		n = (size_t)(b->hang_at - at);
	if (b->trickle) {
		b->rested = !b->rested;
		if (b->rested) {
			timer_add(&b->request->server->timers,
			    timer_clock() + TRICKLE_US, wake, b);
			MHD_suspend_connection(b->request->connection);
			return 0;
		}
		n = 1;
	}
	copy_out(b, at, out, n);
	if (b->flip_at >= at && b->flip_at - at < n)
		out[b->flip_at - at] ^= 4;
	return (ssize_t)n;
}

static void
free_body(void *arg)
{
	struct body *b = arg;

	content_drop(b->content);
	text_fini(&b->text);
	free(b);
}

enum MHD_Result
answer_reset(struct request *r)
{
	struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

	/* Dissolving the association makes the kernel send RST at once. */
	(void)connect(socket_of(r), &nowhere, sizeof(nowhere));
	return MHD_NO;
}

/* Writes bytes past the HTTP library, then closes. */
static enum MHD_Result
send_raw(struct request *r, const struct text *t)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	int fd = socket_of(r), size = 1 << 20;
	size_t at = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	while (at < t->n) {
		ssize_t n = info != NULL && info->tls_session != NULL ?
		    gnutls_record_send(
			info->tls_session, t->p + at, t->n - at) :
		    send(fd, t->p + at, t->n - at, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	(void)shutdown(fd, SHUT_WR);
	return MHD_NO;
}

static void
add_headers(struct request *r, struct MHD_Response *response)
{
	struct text date = {0}, id = {0};
	bool typed = false;

	for (struct request_header *h = r->headers; h != NULL; h = h->next) {
		typed = typed || strcmp(h->name, "Content-Type") == 0;
		(void)MHD_add_response_header(response, h->name, h->value);
	}
	if (!typed && r->status != 204 && r->status != 304)
		(void)MHD_add_response_header(
		    response, "Content-Type", "application/xml");
	text_http_date(&date, server_now(r->server) + r->skew);
	(void)MHD_add_response_header(response, "Date", date.p);
	text_fmt(&id, "%016llX", (unsigned long long)r->number);
	(void)MHD_add_response_header(response, "x-amz-request-id", id.p);
	(void)MHD_add_response_header(response, "x-amz-id-2", id.p);
	(void)MHD_add_response_header(response, "Server", "AmazonS3");
	if (r->close)
		(void)MHD_add_response_header(response, "Connection", "close");
	text_fini(&date);
	text_fini(&id);
}

static struct body *
make_body(struct request *r, uint64_t *size)
{
	struct body *b = mem_alloc(sizeof(*b));

	b->request = r;
	b->cut_at = b->flip_at = b->hang_at = b->end_at = UINT64_MAX;
	if (r->content != NULL) {
		b->content = content_hold(r->content);
		b->offset = r->content_offset;
		*size = r->content_length;
	} else {
		b->text = r->reply;
		memset(&r->reply, 0, sizeof(r->reply));
		*size = b->text.n;
	}
	return b;
}

static void
spoil_body(struct request *r, struct body *b, uint64_t *size)
{
	if (r->fault == NULL)
		return;
	if (r->fault->action == FAULT_CLOSE) {
		b->cut_at = *size / 2;
	} else if (r->fault->action == FAULT_HANG) {
		b->hang_at = *size / 2;
	} else if (r->fault->action == FAULT_WRONG_LENGTH) {
		b->cut_at = *size;
		*size += 100;
	} else if (r->fault->action == FAULT_CHUNKED) {
		b->end_at = *size;
		*size = MHD_SIZE_UNKNOWN;
	} else if (r->fault->action == FAULT_FLIP && b->content != NULL) {
		b->flip_at = *size / 2;
	} else if (r->fault->action == FAULT_TRICKLE) {
		b->trickle = true;
	} else if (r->fault->action == FAULT_ENDLESS && b->text.n > 0) {
		b->repeat = b->cut_at = (uint64_t)64 << 20;
		*size = b->cut_at + 1;
	}
}

static bool
spoils_body(const struct request *r)
{
	return r->fault != NULL &&
	    (r->fault->action == FAULT_CLOSE ||
		r->fault->action == FAULT_HANG ||
		r->fault->action == FAULT_WRONG_LENGTH ||
		r->fault->action == FAULT_CHUNKED ||
		r->fault->action == FAULT_TRICKLE ||
		r->fault->action == FAULT_ENDLESS);
}

/* Small contents are cheaper as a text: no block is set aside for reading. */
static void
make_small(struct request *r)
{
	size_t n = (size_t)r->content_length;

	r->reply.n = 0;
	text_reserve(&r->reply, n);
	content_read(r->content, r->content_offset, r->reply.p, n);
	r->reply.n = n;
	content_drop(r->content);
	r->content = NULL;
}

static struct MHD_Response *
make_response(struct request *r)
{
	bool head = strcmp(r->method, "HEAD") == 0;
	struct MHD_Response *response;
	struct body *b;
	uint64_t size;

	if (r->content != NULL && r->fault == NULL && !head &&
	    r->content_length <= SMALL)
		make_small(r);
	/* An error's HEAD tells nothing; neither do 204 and 304. */
	if ((head && r->content == NULL) || r->status == 204 ||
	    r->status == 304)
		r->reply.n = 0;
	if (r->content == NULL && !spoils_body(r)) {
		if (r->reply.n == 0)
			return MHD_create_response_from_buffer(
			    0, NULL, MHD_RESPMEM_PERSISTENT);
		response = MHD_create_response_from_buffer(
		    r->reply.n, r->reply.p, MHD_RESPMEM_MUST_FREE);
		memset(&r->reply, 0, sizeof(r->reply));
		return response;
	}
	b = make_body(r, &size);
	spoil_body(r, b, &size);
	return MHD_create_response_from_callback(
	    size, head ? 1 : BLOCK, read_body, b, free_body);
}

static enum MHD_Result
send_spoilt(struct request *r)
{
	struct text raw = {0};
	enum MHD_Result result;

	spoil_raw(r, &raw);
	result = send_raw(r, &raw);
	text_fini(&raw);
	return result;
}

enum MHD_Result
answer_send(struct request *r, bool record)
{
	enum fault_action action = r->fault != NULL ? r->fault->action :
						      FAULT_503;
	bool mute = action == FAULT_RESET || action == FAULT_LOST ||
	    action == FAULT_GARBAGE;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (record)
		record_answer(&r->server->record, r, mute ? 0 : r->status);
	if (action == FAULT_RESET || action == FAULT_LOST)
		return answer_reset(r);
	if (action == FAULT_GARBAGE || action == FAULT_HUGE_HEADER)
		return send_spoilt(r);
	response = make_response(r);
	add_headers(r, response);
	result = MHD_queue_response(r->connection, r->status, response);
	MHD_destroy_response(response);
	return result;
}
