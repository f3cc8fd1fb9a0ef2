#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app.h"
#include "app_private.h"
#include "clock.h"
#include "conf.h"
#include "diag.h"
#include "hash.h"
#include "xalloc.h"
#include "xml.h"

#define DEFAULT_ATTEMPTS 10
/* Requests in flight to begin with, before the window opens further.  Opening
 * with 16 cost two rounds of half-empty windows. */
#define OPENING 64

/* --- signals: a pipe from the handler to the loop --- */

static int signal_pipe[2] = {-1, -1};
static volatile sig_atomic_t signals_seen;

static void
on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int error = errno;

	if ((number == SIGINT || number == SIGTERM) && signals_seen++ > 0) {
		/* The second one means: now. */
		signal(number, SIG_DFL);
		raise(number);
		return;
	}
	if (write(signal_pipe[1], &byte, 1) < 0) {
		/* The pipe is full of signals already. */
	}
	errno = error;
}

static void
handle(int number)
{
	struct sigaction old, new;

	/* nohup and background jobs have said that these are not for us. */
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return;
	memset(&new, 0, sizeof(new));
	new.sa_handler = on_signal;
	new.sa_flags = SA_RESTART;
	sigemptyset(&new.sa_mask);
	sigaction(number, &new, NULL);
}

static void
read_signals(void *arg, int events)
{
	struct app *app = arg;
	unsigned char byte;

	(void)events;
	if (read(app->signals.fd, &byte, 1) != 1)
		return;
	if (byte != SIGINT && byte != SIGTERM) {
		app_report_line(app);
		return;
	}
	diag_debug("signal %d: what is in flight may end", byte);
	app->died_of = byte;
	app_stop(app);
}

static void
watch_signals(struct app *app)
{
	if (pipe(signal_pipe) != 0)
		diag_die("cannot make a pipe: %s", strerror(errno));
	fcntl(signal_pipe[0], F_SETFD, FD_CLOEXEC);
	fcntl(signal_pipe[1], F_SETFD, FD_CLOEXEC);
	fcntl(signal_pipe[1], F_SETFL, O_NONBLOCK);
	app->signals.fd = signal_pipe[0];
	app->signals.fn = read_signals;
	app->signals.arg = app;
	loop_watch(app->loop, &app->signals, LOOP_READ);
	signal(SIGPIPE, SIG_IGN);
	handle(SIGINT);
	handle(SIGTERM);
	handle(SIGUSR1);
#ifdef SIGINFO
	handle(SIGINFO);
#endif
}

/* --- setting up --- */

/* A closed standard descriptor would be given to a socket next. */
static void
hold_descriptors(void)
{
	static const int flags[] = {O_WRONLY, O_RDONLY, O_RDWR};
	int fd, got;

	for (fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* stdin and stdout fail when used, as closed ones should */
		got = open("/dev/null", flags[fd]);
		if (got != fd)
			_exit(2);
	}
}

static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* More connections than descriptors would only fail: say so, do less. */
static void
fit_jobs(struct app *app)
{
	struct rlimit limit;
	rlim_t spare = 32;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= (rlim_t)app->options.jobs + spare)
		return;
	if (limit.rlim_cur <= spare)
		diag_die("only %llu files may be open (ulimit -n): at least "
			 "64 are needed",
		    (unsigned long long)limit.rlim_cur);
	app->options.jobs = (int)(limit.rlim_cur - spare);
	diag_warn("only %llu files may be open (ulimit -n): working with %d "
		  "requests in flight",
	    (unsigned long long)limit.rlim_cur, app->options.jobs);
}

static void
notice(const char *text)
{
	diag_warn("%s", text);
}

static void watch_output(void *arg);

static void
set_up_engine(struct app *app)
{
	struct engine_params params = {
	    .first = app->options.jobs < OPENING ? app->options.jobs : OPENING,
	    .jobs = app->options.jobs,
	    .max_rate = app->options.max_rate,
	};

	app->http = http_new();
	app->loop = loop_new(http_wait, app->http, clock_mono);
	http_set_loop(app->http, app->loop);
	app->engine = engine_new(app->loop, &params);
	app->env.loop = app->loop;
	app->env.http = app->http;
	app->env.engine = app->engine;
	app->env.desk = xml_desk_new();
	app->env.attempts = app->options.attempts > 0 ? app->options.attempts :
							DEFAULT_ATTEMPTS;
	app->env.notice = notice;
}

void
app_init(
    struct app *app, const struct app_program *program, int argc, char **argv)
{
	char *why = NULL;

	hold_descriptors();
	memset(app, 0, sizeof(*app));
	app->program = program;
	app->failed_fd = -1;
	diag_init(program->name);
	app_options_parse(app, argc, argv);
	diag_set_debug(app->options.debug);
	if ((app->conf = conf_new(&why)) == NULL)
		diag_die("%s", why);
	raise_descriptor_limit();
	fit_jobs(app);
	set_up_engine(app);
	app->began = clock_mono();
	watch_signals(app);
	keyio_writer_init(&app->out, app->loop, STDOUT_FILENO,
	    app->options.null ? '\0' : '\n');
	app->hook.fn = watch_output;
	app->hook.arg = app;
	app->hook.late = true;
	loop_hook_add(app->loop, &app->hook);
	app_report_start(app);
}

void
app_usage(const struct app *app, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_die("%s (%s --help explains)", text, app->program->name);
}

/* --- running --- */

bool
app_wants_more(const struct app *app)
{
	return !app->stopping && engine_room(app->engine) > 0 &&
	    !keyio_writer_full(&app->out);
}

/* Runs late in each round: notices a broken output and the end. */
static void
watch_output(void *arg)
{
	struct app *app = arg;
	int error = app->out.error;

	if (error != 0 && !app->stopping) {
		if (error == EPIPE) {
			app->died_of = SIGPIPE;
			app_stop(app);
		} else {
			app_fatal(app, "cannot write to standard output: %s",
			    strerror(error));
		}
	}
	if (app->finished && engine_active(app->engine) == 0 &&
	    (error != 0 || keyio_writer_empty(&app->out)))
		loop_stop(app->loop);
}

void
app_finish(struct app *app)
{
	app->finished = true;
}

/* Writes were checked one by one; some errors only show at the close. */
static void
close_output(struct app *app)
{
	if (app->out.error == EPIPE && app->died_of == 0)
		app->died_of = SIGPIPE;
	if (close(STDOUT_FILENO) != 0 && app->out.error == 0 &&
	    errno != EBADF) {
		diag_warn_errno("cannot write to standard output");
		app_status(app, 2);
	}
}

static void
tear_down(struct app *app)
{
	if (app->program->fini != NULL)
		app->program->fini(app->program->arg);
	keyio_writer_fini(&app->out);
	loop_watch(app->loop, &app->signals, 0);
	app_buckets_free(app);
	xml_desk_free(app->env.desk);
	engine_free(app->engine);
	http_free(app->http);
	loop_free(app->loop);
	conf_free(app->conf);
	hash_fini();
	close(signal_pipe[0]);
	close(signal_pipe[1]);
}

int
app_run(struct app *app)
{
	/* Not before: what is wrong with the command empties no file. */
	app_failed_open(app);
	loop_run(app->loop);
	close_output(app);
	app_failed_close(app);
	app_report_end(app);
	tear_down(app);
	if (app->died_of != 0) {
		signal(app->died_of, SIG_DFL);
		raise(app->died_of);
	}
	return app->status;
}
