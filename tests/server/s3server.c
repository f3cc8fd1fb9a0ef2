/*
 * s3server: an S3 server for tests, see README.md. This file: options, start,
 * and the loop that everything runs in.
 */
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "admin.h"
#include "directive.h"
#include "http.h"
#include "mem.h"
#include "s3.h"
#include "server.h"

enum { PORT_HTTP, PORT_HTTPS, PORT_ADMIN, PORT_IDENTITY, PORTS };

struct options {
	const char *config, *log, *cert, *key;
	bool with_stdin;
	pid_t parent; /* 0: none */
};

/* Written by the signal handler alone. */
static volatile sig_atomic_t stopped;

int64_t
server_now(const struct server *server)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec + server->clock_offset) * 1000 +
	    now.tv_nsec / 1000000;
}

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static _Noreturn void
die(const char *what, const char *name)
{
	fprintf(stderr, "s3server: %s%s%s\n", what, name != NULL ? ": " : "",
	    name != NULL ? name : "");
	exit(2);
}

static void
usage(void)
{
	fputs("usage: s3server [-c FILE] [-l LOGFILE] [--tls CERT KEY] "
	      "[--with-stdin] [--parent PID]\n",
	    stderr);
	exit(2);
}

static void
read_options(struct options *o, int argc, char **argv)
{
	uint64_t pid;

	memset(o, 0, sizeof(*o));
	for (int i = 1; i < argc; i++) {
		int left = argc - i - 1;

		if (strcmp(argv[i], "-c") == 0 && left >= 1) {
			o->config = argv[++i];
		} else if (strcmp(argv[i], "-l") == 0 && left >= 1) {
			o->log = argv[++i];
		} else if (strcmp(argv[i], "--tls") == 0 && left >= 2) {
			o->cert = argv[++i];
			o->key = argv[++i];
		} else if (strcmp(argv[i], "--with-stdin") == 0) {
			o->with_stdin = true;
		} else if (strcmp(argv[i], "--parent") == 0 && left >= 1 &&
		    text_number(argv[i + 1], false, &pid)) {
			o->parent = (pid_t)pid;
			i++;
		} else {
			usage();
		}
	}
}

static void
read_file(const char *path, struct text *t)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char buf[8192];
	size_t n;

	if (f == NULL)
		die(strerror(errno), path);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add(t, buf, n);
	if (ferror(f))
		die("cannot read", path);
	if (f != stdin)
		(void)fclose(f);
	text_reserve(t, 0);
}

static void
read_config(struct server *server, const char *path)
{
	struct text t = {0}, error = {0};

	read_file(path, &t);
	if (!directive_run(server, t.p != NULL ? t.p : "", t.n, &error)) {
		fprintf(stderr, "%s: %s\n", path, error.p);
		exit(2);
	}
	text_fini(&t);
}

/* Thousands of connections at once need as many descriptors. */
static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void
catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_handler = on_signal;
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
}

static void
start(struct http_port *port, const struct options *o)
{
	struct text cert = {0}, key = {0};

	port[PORT_HTTP].handle = port[PORT_HTTPS].handle = s3_handle;
	port[PORT_HTTP].parse = port[PORT_HTTPS].parse = s3_parse;
	port[PORT_HTTP].early = port[PORT_HTTPS].early = s3_early;
	port[PORT_ADMIN].parse = request_parse;
	port[PORT_ADMIN].handle = admin_handle;
	port[PORT_IDENTITY].parse = identity_parse;
	port[PORT_IDENTITY].handle = identity_handle;
	port[PORT_ADMIN].admin = true;
	if (o->cert != NULL) {
		read_file(o->cert, &cert);
		read_file(o->key, &key);
	}
	for (int i = 0; i < PORTS; i++) {
		if (i == PORT_HTTPS && o->cert == NULL)
			continue;
		if (!http_start(&port[i], i == PORT_HTTPS ? cert.p : NULL,
			i == PORT_HTTPS ? key.p : NULL))
			die("cannot listen", NULL);
	}
	text_fini(&cert);
	text_fini(&key);
}

static void
announce(const struct http_port *port)
{
	static const struct {
		int port;
		const char *name, *scheme, *path;
	} url[] = {{PORT_HTTP, "http", "http", ""},
	    {PORT_HTTPS, "https", "https", ""},
	    {PORT_ADMIN, "admin", "http", ""},
	    {PORT_IDENTITY, "sts", "http", ""},
	    {PORT_IDENTITY, "sso", "http", ""},
	    {PORT_IDENTITY, "oidc", "http", ""},
	    {PORT_IDENTITY, "container", "http", "/creds"},
	    {PORT_IDENTITY, "imds", "http", ""}};

	for (size_t i = 0; i < sizeof(url) / sizeof(*url); i++)
		if (port[url[i].port].daemon != NULL)
			printf("%s %s://127.0.0.1:%u%s\n", url[i].name,
			    url[i].scheme, port[url[i].port].number,
			    url[i].path);
	puts("ready");
	if (fflush(stdout) != 0)
		die("cannot write to stdout", NULL);
}

static void
watch(int epoll, int fd, uint32_t tag)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 && errno != EPERM)
		die("epoll", strerror(errno));
}

static bool
stdin_ended(void)
{
	char buf[4096];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/* How long the loop may sleep, in milliseconds. */
static int
wait_time(const struct server *server, const struct http_port *port,
    const struct options *o)
{
	int wait = server->resumed ? 0 : timer_wait(&server->timers);

	for (int i = 0; i < PORTS; i++) {
		int own = port[i].daemon != NULL ? http_wait(&port[i]) : -1;

		if (own >= 0 && (wait < 0 || own < wait))
			wait = own;
	}
	if (o->parent != 0 && (wait < 0 || wait > 1000))
		wait = 1000;
	return wait;
}

static void
run_ports(struct http_port *port, const bool *ready)
{
	for (int i = 0; i < PORTS; i++)
		if (port[i].daemon != NULL &&
		    (ready[i] || http_wait(&port[i]) == 0))
			http_run(&port[i]);
}

static void
run_all(struct server *server, struct http_port *port)
{
	server->resumed = false;
	for (int i = 0; i < PORTS; i++)
		if (port[i].daemon != NULL)
			http_run(&port[i]);
}

static void
loop(struct server *server, struct http_port *port, const struct options *o)
{
	struct epoll_event event[8];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	for (uint32_t i = 0; i < PORTS; i++)
		if (port[i].daemon != NULL)
			watch(epoll, port[i].fd, i);
	if (o->with_stdin)
		watch(epoll, STDIN_FILENO, PORTS);
	while (!stopped) {
		bool ready[PORTS + 1] = {false};
		int n = epoll_wait(epoll, event, 8, wait_time(server, port, o));

		for (int i = 0; i < n; i++)
			ready[event[i].data.u32] = true;
		timer_run(&server->timers);
		run_ports(port, ready);
		if (server->resumed)
			run_all(server, port);
		if ((ready[PORTS] && stdin_ended()) ||
		    (o->parent != 0 && kill(o->parent, 0) != 0))
			break;
	}
	(void)close(epoll);
}

/* Nothing may stay suspended when the ports are closed. */
static void
stop(struct server *server, struct http_port *port)
{
	http_release(server);
	while (server->timers.n > 0) {
		server->timers.entry[0].at = 0;
		timer_run(&server->timers);
	}
	run_all(server, port);
	for (int i = 0; i < PORTS; i++)
		http_stop(&port[i]);
}

int
main(int argc, char **argv)
{
	static struct server server;
	static struct http_port port[PORTS];
	struct options o;

	read_options(&o, argc, argv);
	raise_limits();
	catch_signals();
	store_init(&server.store);
	access_init(&server.access);
	identity_init(&server.identity);
	if (!record_init(&server.record, o.log))
		die(strerror(errno), o.log);
	if (o.config != NULL)
		read_config(&server, o.config);
	for (int i = 0; i < PORTS; i++)
		port[i].server = &server;
	start(port, &o);
	announce(port);
	loop(&server, port, &o);
	stop(&server, port);
	record_fini(&server.record);
	fault_fini(&server.faults);
	access_fini(&server.access);
	identity_fini(&server.identity);
	store_fini(&server.store);
	timer_fini(&server.timers);
	return 0;
}
