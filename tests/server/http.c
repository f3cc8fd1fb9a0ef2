#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <arpa/inet.h>

#include "answer.h"
#include "http.h"
#include "intake.h"
#include "s3.h"
#include "server.h"
#include "sigv4.h"

#define BODY_MAX ((size_t)6 << 30)

/* What is kept for each connection. */
struct http_link {
	uint64_t requests;
};

static void *
on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct http_port *port = arg;
	struct request *r = mem_alloc(sizeof(*r));

	r->server = port->server;
	r->connection = connection;
	r->target = mem_pool_dup(&r->pool, target, strlen(target));
	r->number = ++port->server->next_request;
	return r;
}

static void
on_connection(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	struct http_port *port = arg;

	(void)connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = mem_alloc(sizeof(struct http_link));
		if (!port->admin)
			record_connection(&port->server->record);
	} else {
		free(*context);
		*context = NULL;
	}
}

static void
on_completed(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code)
{
	struct request *r = *context;

	(void)arg;
	(void)connection;
	(void)code;
	if (r == NULL)
		return;
	if (r->counted)
		record_end(&r->server->record);
	content_drop(r->content);
	intake_free(r->intake);
	text_fini(&r->body);
	text_fini(&r->reply);
	mem_pool_fini(&r->pool);
	free(r);
	*context = NULL;
}

/* Text is left as it was sent: the request is parsed from its raw target. */
static size_t
leave_escaped(void *arg, struct MHD_Connection *connection, char *text)
{
	(void)arg;
	(void)connection;
	return strlen(text);
}

/* Does the request ask for nothing that needs the body whole? */
static bool
may_pass(const struct request *r)
{
	static const char *const headers[] = {"transfer-encoding",
	    "x-amz-copy-source", "x-amz-decoded-content-length",
	    "x-amz-trailer", "x-amz-checksum-crc32", "x-amz-checksum-crc32c",
	    "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1",
	    "x-amz-checksum-sha256"};

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		if (request_header(r, headers[i]) != NULL)
			return false;
	return strcmp(r->method, "PUT") == 0;
}

/* Where a body of so many bytes will be. */
static void
make_room(struct http_port *port, struct request *r, uint64_t n)
{
	const char *hash = request_header(r, "x-amz-content-sha256");

	if (!port->admin && n >= INTAKE_LEAST && may_pass(r))
		r->intake = intake_new(hash != NULL && strlen(hash) == 64);
	else if (n < (uint64_t)1 << 30)
		text_reserve(&r->body, (size_t)n);
}

static void
begin(struct http_port *port, struct request *r, const char *method)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	const char *length = request_header(r, "content-length");
	uint64_t n;

	r->begun = true;
	if (r->server->idle_timeout > 0)
		(void)MHD_set_connection_option(r->connection,
		    MHD_CONNECTION_OPTION_TIMEOUT,
		    (unsigned)r->server->idle_timeout);
	r->method = mem_pool_dup(&r->pool, method, strlen(method));
	r->link = info->socket_context;
	if (r->link != NULL)
		r->link->requests++;
	if (!port->admin) {
		r->counted = true;
		record_begin(&r->server->record);
	}
	if (length != NULL && text_number(length, false, &n) && n > 0)
		make_room(port, r, n);
}

static void
wake(void *arg)
{
	struct request *r = arg;

	r->server->resumed = true;
	MHD_resume_connection(r->connection);
}

/* Suspends a request that has to wait; false if it need not. */
static bool
waits(struct request *r)
{
	int64_t delay;

	if (r->waited)
		return false;
	r->waited = true;
	delay = fault_delay(&r->server->faults, r);
	if (delay <= 0)
		return false;
	timer_add(&r->server->timers, timer_clock() + delay, wake, r);
	MHD_suspend_connection(r->connection);
	return true;
}

static enum MHD_Result
stall(struct request *r)
{
	r->next_stalled = r->server->stalled;
	r->server->stalled = r;
	r->stage = ANSWER_RESET;
	MHD_suspend_connection(r->connection);
	return MHD_YES;
}

void
http_release(struct server *server)
{
	struct request *r = server->stalled, *next;

	server->stalled = NULL;
	server->resumed = true;
	for (; r != NULL; r = next) {
		next = r->next_stalled;
		MHD_resume_connection(r->connection);
	}
}

static enum MHD_Result
answer(struct http_port *port, struct request *r)
{
	uint64_t every = r->server->close_every;

	if (!r->parsed)
		port->parse(r);
	r->parsed = true;
	if (!port->admin) {
		if (waits(r))
			return MHD_YES;
		if (r->stage == ANSWER_RESET)
			return answer_reset(r);
	}
	r->done = true;
	if (r->intake != NULL)
		intake_end(r->intake);
	port->handle(r);
	if (every > 0 && r->link != NULL && r->link->requests >= every)
		r->close = true;
	if (!port->admin && r->fault != NULL &&
	    r->fault->action == FAULT_STALL) {
		record_answer(&r->server->record, r, 0);
		return stall(r);
	}
	return answer_send(r, !port->admin);
}

/* A client that expects 100 Continue may be refused without its body. */
static bool
refused(struct http_port *port, struct request *r)
{
	if (port->early == NULL || request_header(r, "expect") == NULL)
		return false;
	port->parse(r);
	r->parsed = true;
	r->status = 200;
	r->done = !port->early(r);
	r->close = r->done;
	return r->done;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **context)
{
	struct http_port *port = arg;
	struct request *r = *context;

	(void)connection;
	(void)url;
	(void)version;
	if (!r->begun) {
		begin(port, r, method);
		return refused(port, r) ? answer_send(r, true) : MHD_YES;
	}
	if (*n > 0) {
		if (s3_body_length(r) + *n > BODY_MAX)
			return MHD_NO;
		if (r->intake != NULL)
			intake_add(r->intake, data, *n);
		else
			text_add(&r->body, data, *n);
		*n = 0;
		return MHD_YES;
	}
	return answer(port, r);
}

/* A listening socket of our own, so that it is bound to 127.0.0.1 alone. */
static int
listening_socket(unsigned *number)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, n) != 0 ||
	    listen(fd, 4096) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &n) != 0)
		return -1;
	*number = ntohs(address.sin_port);
	return fd;
}

bool
http_start(struct http_port *port, const char *cert, const char *key)
{
	int fd = listening_socket(&port->number);
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_USE_SUPPRESS_DATE_NO_CLOCK |
	    (cert != NULL ? MHD_USE_TLS : MHD_USE_TURBO);
	struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, NULL},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	const union MHD_DaemonInfo *info;

	if (fd < 0)
		return false;
	tls[0].ptr_value = (void *)(uintptr_t)cert;
	tls[1].ptr_value = (void *)(uintptr_t)key;
	port->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, port,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
	    on_target, port, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, port,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, port,
	    MHD_OPTION_CONNECTION_LIMIT, 20000U,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536, MHD_OPTION_ARRAY,
	    cert != NULL ? tls : none, MHD_OPTION_END);
	if (port->daemon == NULL)
		return false;
	info = MHD_get_daemon_info(port->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return false;
	port->fd = info->epoll_fd;
	return true;
}

void
http_run(struct http_port *port)
{
	(void)MHD_run(port->daemon);
}

int
http_wait(const struct http_port *port)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(port->daemon, &ms) != MHD_YES)
		return -1;
	return ms > 60000 ? 60000 : (int)ms;
}

void
http_stop(struct http_port *port)
{
	if (port->daemon != NULL)
		MHD_stop_daemon(port->daemon);
}
