/* What a long run tells: the progress line and the account at the end. */

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "app_private.h"
#include "clock.h"
#include "diag.h"
#include "s3price.h"

#define REDRAW 250	  /* ms between progress lines on a terminal */
#define REPEAT 10000	  /* ms elsewhere */
#define CLEAR  "\r\033[K" /* the row where the cursor is */

/* --- the progress line --- */

static double
seconds(const struct app *app)
{
	double s = (double)(clock_mono() - app->began) / 1000;

	return s > 0.001 ? s : 0.001;
}

/* How much of the work is behind us, 0 to 1; 0 where that is unknown. */
static double
share_done(const struct app *app)
{
	const struct app_counts *c = &app->counts;
	struct stat st;
	off_t at;

	if (c->total > 0)
		return (double)c->in / (double)c->total;
	if (!app->program->filter || fstat(STDIN_FILENO, &st) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (at = lseek(STDIN_FILENO, 0, SEEK_CUR)) < 0)
		return 0;
	return (double)at / (double)st.st_size;
}

static void
progress_text(const struct app *app, char *to, size_t room)
{
	const struct app_counts *c = &app->counts;
	uint64_t work = app->program->filter ? c->in : c->out;
	double s = seconds(app), share = share_done(app);
	struct engine_stats e;
	char eta[48] = "";
	long left;

	engine_stats(app->engine, &e);
	if (share > 0 && share < 1) {
		left = (long)(s / share * (1 - share));
		snprintf(eta, sizeof(eta), "%.0f %%, ETA %ld:%02ld:%02ld, ",
		    100 * share, left / 3600, left / 60 % 60, left % 60);
	}
	snprintf(to, room,
	    "%s: %s%llu in, %llu out, %llu failed, %.0f/s, %d in flight, "
	    "%llu retries",
	    app->program->name, eta, (unsigned long long)c->in,
	    (unsigned long long)c->out, (unsigned long long)c->failed,
	    (double)work / s, e.in_flight, (unsigned long long)e.retries);
}

/* How wide the terminal is: a longer line could not be redrawn. */
static int
columns(void)
{
#ifdef TIOCGWINSZ
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		return size.ws_col;
#endif
	return 80;
}

/* The cursor goes back to where the line begins: whoever writes next on this
 * terminal begins there, and a message of our own kind clears it first. */
static void
draw(struct app *app)
{
	char line[256], out[300];
	int len;

	progress_text(app, line, sizeof(line));
	len = snprintf(out, sizeof(out), "\r%.*s\033[K\r", columns() - 1, line);
	if (len >= (int)sizeof(out))
		len = (int)sizeof(out) - 1;
	if (write(STDERR_FILENO, out, (size_t)len) < 0)
		return;
	app->drawn = true;
}

static void
erase(struct app *app)
{
	if (app->drawn && write(STDERR_FILENO, CLEAR, strlen(CLEAR)) < 0)
		return;
	app->drawn = false;
}

void
app_report_line(struct app *app)
{
	char line[256];

	progress_text(app, line, sizeof(line));
	diag_line("%s", line);
}

static void
tick(void *arg)
{
	struct app *app = arg;

	if (app->redraws)
		draw(app);
	else
		app_report_line(app);
	loop_timer_set(app->loop, &app->ticker, app->redraws ? REDRAW : REPEAT);
}

/* In a pipeline on one terminal the last program leads: one whose output goes
 * to another program says its line only once, at the end. */
static bool
feeds_another(void)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Records that come out on the same terminal and a line that is redrawn there
 * would write over each other. */
static bool
prints_here(const struct app *app)
{
	return !app->program->two_sides && isatty(STDOUT_FILENO);
}

void
app_report_start(struct app *app)
{
	bool terminal = isatty(STDERR_FILENO);
	bool feeds = feeds_another();

	app->redraws = app->options.progress && terminal && !feeds &&
	    !prints_here(app);
	/* What leads may be a program further down, so clear for it, too. */
	if (terminal && (feeds || app->redraws))
		diag_set_lead(CLEAR);
	if (!app->options.progress)
		return;
	app->ticker.fn = tick;
	app->ticker.arg = app;
	if (!terminal || !feeds)
		loop_timer_set(
		    app->loop, &app->ticker, app->redraws ? REDRAW : REPEAT);
}

/* --- the account at the end --- */

static void
requests_text(const struct app *app, struct buf *out)
{
	const char *sep = "";
	int op;

	for (op = 0; op < S3OP_COUNT; op++) {
		if (app->env.counts[op] == 0)
			continue;
		buf_addf(out, "%s%llu %s", sep,
		    (unsigned long long)app->env.counts[op],
		    s3op_name((enum s3op)op));
		sep = ", ";
	}
	if (out->len == 0)
		buf_adds(out, "none");
}

static void
requests_json(const struct app *app, struct buf *out)
{
	const char *sep = "";
	int op;

	for (op = 0; op < S3OP_COUNT; op++) {
		if (app->env.counts[op] == 0)
			continue;
		buf_addf(out, "%s\"%s\":%llu", sep, s3op_name((enum s3op)op),
		    (unsigned long long)app->env.counts[op]);
		sep = ",";
	}
}

static void
stats_text(const struct app *app, const struct buf *requests)
{
	const struct app_counts *c = &app->counts;
	const struct http_stats *h = http_stats(app->http);
	const char *name = app->program->name;
	struct engine_stats e;
	double s = seconds(app);

	engine_stats(app->engine, &e);
	diag_line("%s: records: %llu in, %llu out, %llu failed, %llu skipped",
	    name, (unsigned long long)c->in, (unsigned long long)c->out,
	    (unsigned long long)c->failed, (unsigned long long)c->skipped);
	diag_line("%s: requests: %s", name, requests->data);
	diag_line("%s: %llu retries, %llu throttled, at most %d in flight, "
		  "%llu connections",
	    name, (unsigned long long)e.retries,
	    (unsigned long long)e.throttles, e.peak,
	    (unsigned long long)h->connections);
	diag_line("%s: %llu bytes copied, %llu received, %llu sent, %.1f s, "
		  "about $%.4f at AWS list prices (" S3PRICE_DATE ")",
	    name, (unsigned long long)c->bytes, (unsigned long long)h->bytes_in,
	    (unsigned long long)h->bytes_out, s, s3price_all(app->env.counts));
}

static void
stats_json(const struct app *app, const struct buf *requests)
{
	const struct app_counts *c = &app->counts;
	const struct http_stats *h = http_stats(app->http);
	struct engine_stats e;

	engine_stats(app->engine, &e);
	diag_line("{\"program\":\"%s\",\"in\":%llu,\"out\":%llu,"
		  "\"failed\":%llu,\"skipped\":%llu,\"requests\":{%s},"
		  "\"retries\":%llu,\"throttled\":%llu,\"peak_in_flight\":%d,"
		  "\"connections\":%llu,\"bytes_copied\":%llu,"
		  "\"bytes_received\":%llu,\"bytes_sent\":%llu,"
		  "\"seconds\":%.3f,\"price_usd\":%.6f,\"price_date\":\"%s\"}",
	    app->program->name, (unsigned long long)c->in,
	    (unsigned long long)c->out, (unsigned long long)c->failed,
	    (unsigned long long)c->skipped, requests->data,
	    (unsigned long long)e.retries, (unsigned long long)e.throttles,
	    e.peak, (unsigned long long)h->connections,
	    (unsigned long long)c->bytes, (unsigned long long)h->bytes_in,
	    (unsigned long long)h->bytes_out, seconds(app),
	    s3price_all(app->env.counts), S3PRICE_DATE);
}

void
app_report_end(struct app *app)
{
	struct buf requests;

	loop_timer_cancel(app->loop, &app->ticker);
	erase(app);
	if (app->options.progress)
		app_report_line(app);
	if (app->options.stats == APP_NO_STATS)
		return;
	buf_init(&requests, 4096);
	if (app->options.stats == APP_STATS) {
		requests_text(app, &requests);
		stats_text(app, &requests);
	} else {
		requests_json(app, &requests);
		stats_json(app, &requests);
	}
	buf_fini(&requests);
}
