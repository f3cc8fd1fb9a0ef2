#ifndef DIAG_H
#define DIAG_H

/*
 * One-line messages to stderr: the program's name, a colon, text made
 * printable (visible.h), one write(2) each, so that lines of several programs
 * do not mix.  The program's name and whether --debug is on are the only
 * mutable globals of the library.
 *
 * A message never holds a secret: callers pass names, never key material.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct fail;

void	diag_init(const char *program);
const char *diag_program(void);
void	diag_set_debug(bool on);
bool	diag_debugging(void);

/* Written raw before each line, such as what clears the row of the terminal
 * where a progress line may stand, of this program or of another in the same
 * pipeline.  Must outlive its use; "" for nothing. */
void	diag_set_lead(const char *lead);

void	diag_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* With ": " and the text of errno. */
void	diag_warn_errno(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));
/* program: KEY: phrase of the failure */
void	diag_key_fail(const char *key, size_t len, const struct fail *f);
void	diag_key_warn(const char *key, size_t len, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Only under --debug. */
void	diag_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A message and exit status 2: for app and the programs, before work begins. */
void	diag_die(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2), noreturn));
/* Out of memory: a fixed line, exit status 2; allocates nothing. */
void	diag_oom(void) __attribute__((noreturn));
/* A line as it is, without the program's name: progress and statistics. */
void	diag_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
