#ifndef RETRY_H
#define RETRY_H

/*
 * Whether a failed attempt is tried again, and after how many milliseconds.
 * Pure arithmetic: time and randomness are arguments.
 *
 * Delays are full jitter: uniform in [0, min(cap, base * 2^(attempt - 1))],
 * base 50 ms for transient failures and 500 ms for throttling, cap 20 s.
 * A store's Retry-After is a floor (itself capped at 60 s) under the jitter.
 *
 * A budget keeps a failing store from being hammered: every retry takes a
 * token, every success gives a part of one back, time gives a few a second.
 * An empty budget makes a retry wait; it never makes a key fail.
 */

#include <stdbool.h>
#include <stdint.h>

#include "fail.h"

struct retry_budget {
	double	 tokens;
	int64_t	 at;		/* ms, when tokens was last brought up to date */
};

#define RETRY_BUDGET_MAX	500	/* tokens at the start and at most */
#define RETRY_TOKENS_PER_SUCCESS 0.5
#define RETRY_TOKENS_PER_SECOND	10
#define RETRY_DEBT_MAX		300

void	retry_budget_init(struct retry_budget *b, int64_t now);
void	retry_budget_success(struct retry_budget *b, int64_t now);
/* Take a token; the ms to wait until there is one (0: at once).  Several
 * callers that find it empty are told ever later times, up to the half minute
 * in which RETRY_DEBT_MAX tokens come. */
int64_t	retry_budget_take(struct retry_budget *b, int64_t now);

/* Kinds that another attempt may mend: throttled, transient, conflict,
 * protocol (a broken answer), and those that s3req mends itself first. */
bool	retry_worth(const struct fail *f);
/* The delay in ms before attempt number `attempt' + 1, attempt counting from
 * 1; random is uniform over all 64 bits. */
int64_t	retry_delay(const struct fail *f, int attempt, uint64_t random);

#endif
