/* How keys and runs end: messages, the --failed file, the exit status. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "app_private.h"
#include "diag.h"
#include "limit.h"

/* So many keys refused and not one that went well: no right to anything. */
#define DENIED_MAX 1000

void
app_status(struct app *app, int status)
{
	if (status > app->status)
		app->status = status;
}

/* --- the --failed file --- */

static bool
same_file(const struct stat *a, int fd)
{
	struct stat b;

	return fstat(fd, &b) == 0 && a->st_dev == b.st_dev &&
	    a->st_ino == b.st_ino;
}

void
app_failed_open(struct app *app)
{
	const char *name = app->options.failed;
	struct stat st;
	int fd;

	app->failed_fd = -1;
	if (name == NULL)
		return;
	/* Not truncated before we know that it is not our own input. */
	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0 || fstat(fd, &st) != 0)
		diag_die("--failed %s: cannot be written: %s", name,
		    strerror(errno));
	if (S_ISREG(st.st_mode) && same_file(&st, STDIN_FILENO))
		diag_die("--failed %s: is the file that is being read: name "
			 "another",
		    name);
	if (S_ISREG(st.st_mode) && same_file(&st, STDOUT_FILENO))
		diag_die("--failed %s: is the file that output goes to: name "
			 "another",
		    name);
	if (S_ISREG(st.st_mode) && ftruncate(fd, 0) != 0)
		diag_die("--failed %s: cannot be emptied: %s", name,
		    strerror(errno));
	app->failed_fd = fd;
}

static void
failed_broken(struct app *app)
{
	int error = errno;

	close(app->failed_fd);
	app->failed_fd = -1;
	app_fatal(app, "--failed %s: cannot be written: %s",
	    app->options.failed, strerror(error));
}

void
app_failed_close(struct app *app)
{
	int fd = app->failed_fd;

	app->failed_fd = -1;
	if (fd >= 0 && close(fd) != 0) {
		diag_warn_errno(
		    "--failed %s: cannot be written", app->options.failed);
		app_status(app, 2);
	}
}

static void
failed_write(struct app *app, const char *raw, size_t len)
{
	char line[LIMIT_RECORD + 1];
	size_t done = 0;
	ssize_t n;

	if (app->failed_fd < 0 || len > LIMIT_RECORD)
		return;
	memcpy(line, raw, len);
	line[len++] = app->options.null ? '\0' : '\n';
	while (done < len) {
		n = write(app->failed_fd, line + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			failed_broken(app);
			return;
		}
		done += (size_t)n;
	}
}

/* --- the end of a run --- */

void
app_stop(struct app *app)
{
	app->stopping = true;
	if (app->program->stop != NULL)
		app->program->stop(app->program->arg);
	app_buckets_stop(app);
}

void
app_fatal(struct app *app, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	app_status(app, 2);
	if (!app->fatal) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		diag_warn("%s", text);
	}
	app->fatal = true;
	app_stop(app);
}

void
app_fatal_fail(struct app *app, const char *what, const struct fail *f)
{
	char phrase[512];

	app->fatal_kind = f->kind;
	app_fatal(app, "%s: %s%s", what, fail_phrase(f, phrase, sizeof(phrase)),
	    app_advice(app->program, f));
}

/* Is this a failure that every other key would meet too? */
static bool
shared_by_all(
    const struct app *app, const struct s3bucket *bucket, const struct fail *f)
{
	switch (f->kind) {
	case FAIL_NOBUCKET:
	case FAIL_CREDENTIALS:
	case FAIL_EXPIRED:
	case FAIL_REDIRECT:
	case FAIL_SKEW:
	case FAIL_TLS:
	case FAIL_LOCAL:
		return true;
	case FAIL_DENIED:
		return app->good == 0 && app->denied >= DENIED_MAX;
	case FAIL_TRANSIENT:
		return bucket != NULL && !bucket->answered;
	case FAIL_PROTOCOL:
		return bucket != NULL && !bucket->known;
	case FAIL_NONE:
	case FAIL_NOTFOUND:
	case FAIL_AMBIGUOUS:
	case FAIL_THROTTLED:
	case FAIL_CONFLICT:
	case FAIL_PRECONDITION:
	case FAIL_TOOBIG:
	case FAIL_ARCHIVED:
	case FAIL_UNSUPPORTED:
	case FAIL_INVALID:
	case FAIL_CANCELLED:
		return false;
	}
	return false;
}

void
app_key_failed(struct app *app, const struct s3bucket *bucket,
    const struct record *r, const struct fail *f)
{
	app->counts.failed++;
	app_status(app, 1);
	failed_write(app, r->raw, r->raw_len);
	if (f->kind == FAIL_CANCELLED && app->stopping)
		return; /* its line is that of what stopped us */
	if (f->kind == FAIL_DENIED)
		app->denied++;
	if (!shared_by_all(app, bucket, f))
		diag_key_fail(r->key, r->key_len, f);
	else if (!app->fatal)
		app_fatal_fail(
		    app, bucket == NULL ? "S3" : s3bucket_name(bucket), f);
}

void
app_all_denied(struct app *app)
{
	if (app->denied < DENIED_MAX)
		app->denied = DENIED_MAX;
}

void
app_record_failed(struct app *app, const char *raw, size_t len, const char *why)
{
	app->counts.failed++;
	app_status(app, 1);
	failed_write(app, raw, len);
	diag_key_warn(raw, len, "%s", why);
}

void
app_record_left_out(
    struct app *app, const char *raw, size_t len, const char *why)
{
	app->counts.failed++;
	app_status(app, 1);
	diag_key_warn(raw, len, "%s%s", why,
	    app->failed_fd < 0 ? "" : ": it is left out of --failed");
}

void
app_record_dropped(struct app *app, const char *raw, size_t len)
{
	app->counts.failed++;
	app_status(app, 1);
	failed_write(app, raw, len);
}

void
app_key_good(struct app *app)
{
	app->good++;
}
