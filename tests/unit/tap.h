#ifndef TAP_H
#define TAP_H

/*
 * The Test Anything Protocol for unit tests, small enough to read at once.
 * Each check prints one line, "ok N - claim" or "not ok N - claim" with the
 * place and both values; tap_done() prints the plan and gives main's status.
 * A claim is a sentence that can be false.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static bool
tap_ok(bool good, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!good) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

__attribute__((unused)) static bool
tap_int(int64_t got, int64_t want, const char *file, int line,
    const char *claim)
{
	if (!tap_ok(got == want, file, line, "%s", claim)) {
		printf("#      got: %" PRId64 "\n", got);
		printf("# expected: %" PRId64 "\n", want);
		return false;
	}
	return true;
}

__attribute__((unused)) static bool
tap_str(const char *got, const char *want, const char *file, int line,
    const char *claim)
{
	bool same = got == NULL || want == NULL ? got == want :
	    strcmp(got, want) == 0;

	if (!tap_ok(same, file, line, "%s", claim)) {
		printf("#      got: %s\n", got == NULL ? "(null)" : got);
		printf("# expected: %s\n", want == NULL ? "(null)" : want);
	}
	return same;
}

__attribute__((unused)) static bool
tap_mem(const void *got, size_t got_len, const void *want, size_t want_len,
    const char *file, int line, const char *claim)
{
	bool same = got_len == want_len &&
	    (want_len == 0 || memcmp(got, want, want_len) == 0);

	if (!tap_ok(same, file, line, "%s", claim))
		printf("#      got %zu bytes, expected %zu\n", got_len,
		    want_len);
	return same;
}

/* ok(condition, printf-like claim) */
#define ok(cond, ...)	tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)
/* is_int(got, want, claim) */
#define is_int(g, w, c)	\
	tap_int((int64_t)(g), (int64_t)(w), __FILE__, __LINE__, (c))
/* is_str(got, want, claim): either may be NULL */
#define is_str(g, w, c)	tap_str((g), (w), __FILE__, __LINE__, (c))
/* is_mem(got, got_len, want, want_len, claim) */
#define is_mem(g, gl, w, wl, c)	\
	tap_mem((g), (gl), (w), (wl), __FILE__, __LINE__, (c))

/* the last call of main: return tap_done(); */
__attribute__((unused)) static int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed == 0 ? 0 : 1;
}

#endif
