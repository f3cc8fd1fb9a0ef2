#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "fail.h"
#include "limit.h"
#include "visible.h"

static struct {
	const char *program;
	bool debug;
	const char *lead;
} diag = {.program = "s3", .lead = ""};

void
diag_init(const char *program)
{
	diag.program = program;
}

const char *
diag_program(void)
{
	return diag.program;
}

void
diag_set_debug(bool on)
{
	diag.debug = on;
}

bool
diag_debugging(void)
{
	return diag.debug;
}

void
diag_set_lead(const char *lead)
{
	diag.lead = lead;
}

static void
write_all(const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(STDERR_FILENO, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

static void
put_line(const char *prefix, const char *text, size_t len)
{
	char line[LIMIT_LINE];
	size_t n;

	n = (size_t)snprintf(line, 256, "%s%s", diag.lead, prefix);
	if (n > 255)
		n = 255;
	n += visible(line + n, sizeof(line) - n - 1, text, len);
	line[n++] = '\n';
	write_all(line, n);
}

static void message(const char *key, size_t key_len, int error, const char *fmt,
    va_list ap) __attribute__((format(printf, 4, 0)));

/* The message in fmt, after an optional key, before an optional errno. */
static void
message(const char *key, size_t key_len, int error, const char *fmt, va_list ap)
{
	char prefix[256], text[LIMIT_LINE];
	size_t n = 0;
	int len;

	snprintf(prefix, sizeof(prefix), "%s: ", diag.program);
	if (key != NULL) {
		n = key_len < 2 * LIMIT_KEY ? key_len : 2 * LIMIT_KEY;
		memcpy(text, key, n);
		memcpy(text + n, ": ", 2);
		n += 2;
	}
	len = vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	if (len > 0)
		n += (size_t)len;
	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	if (error != 0) {
		len = snprintf(
		    text + n, sizeof(text) - n, ": %s", strerror(error));
		if (len > 0)
			n += (size_t)len;
		if (n >= sizeof(text))
			n = sizeof(text) - 1;
	}
	put_line(prefix, text, n);
}

void
diag_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(NULL, 0, 0, fmt, ap);
	va_end(ap);
}

void
diag_warn_errno(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	message(NULL, 0, error, fmt, ap);
	va_end(ap);
}

void
diag_key_warn(const char *key, size_t len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(key, len, 0, fmt, ap);
	va_end(ap);
}

void
diag_key_fail(const char *key, size_t len, const struct fail *f)
{
	char phrase[512];

	diag_key_warn(key, len, "%s", fail_phrase(f, phrase, sizeof(phrase)));
}

void
diag_debug(const char *fmt, ...)
{
	va_list ap;

	if (!diag.debug)
		return;
	va_start(ap, fmt);
	message(NULL, 0, 0, fmt, ap);
	va_end(ap);
}

void
diag_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(NULL, 0, 0, fmt, ap);
	va_end(ap);
	exit(2);
}

void
diag_oom(void)
{
	static const char line[] = ": out of memory\n";

	write_all(diag.program, strlen(diag.program));
	write_all(line, sizeof(line) - 1);
	_exit(2);
}

void
diag_line(const char *fmt, ...)
{
	char text[LIMIT_LINE];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	put_line("", text, strlen(text));
}
