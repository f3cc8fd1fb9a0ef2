#ifndef NUM_H
#define NUM_H

/*
 * The one strict reader of numbers.  Decimal digits only: no sign, no blank,
 * no exponent, at least one digit, at most max.  On failure *out is as it was.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool	num_parse(const char *s, size_t len, uint64_t max, uint64_t *out);
bool	num_str(const char *s, uint64_t max, uint64_t *out);
/* A size: digits and then nothing or one of K M G T, powers of 1024. */
bool	num_size(const char *s, uint64_t max, uint64_t *out);

#endif
