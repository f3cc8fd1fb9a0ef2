#ifndef KEYNUM_H
#define KEYNUM_H

/*
 * Keys as numbers: how far is it from one key to another, and which key lies
 * so and so far ahead?
 *
 * A key is read as an odometer.  A position that went round within a page
 * (its byte fell while an earlier one rose) has shown its alphabet: there
 * the frequencies seen are used, after the byte before it where enough is
 * known.  One that has not is still counting up: it is taken to be like a
 * position further right that has shown the same bytes and more, or else its
 * whole character class is expected.  With such
 * weights a key becomes a fraction in [0, 1), as an arithmetic coder would
 * have it: order is kept (a <= b gives number(a) <= number(b)), and equal
 * distances hold about equally many keys.
 *
 * Numbers are relative: both keys must share their first `from' bytes, which
 * are not counted, so long common prefixes cost no precision.  Numbers taken
 * before a keynum_learn() may not be compared with those taken after it.
 *
 * Pure.  Memory is bounded (under 10 MiB for any keys); keys longer than
 * KEYNUM_POSITIONS bytes count by their beginning.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYNUM_POSITIONS 1024
#define KEYNUM_LIMBS	 4

struct buf;
struct keynum_model;

/* A fraction in [0, 1): limb[0] holds its first 64 binary digits. */
struct keynum {
	uint64_t limb[KEYNUM_LIMBS];
};

struct keynum_model *keynum_new(void);
void keynum_free(struct keynum_model *m);

/* Weigh by what names may be, not by how many keys bear them: for keys that
 * are spread unevenly.  To be said before anything is learned. */
void keynum_by_names(struct keynum_model *m);

/* Learn from keys of one page, in order; one key in ten is enough. */
void keynum_learn(struct keynum_model *m, const char *const *keys,
    const size_t *lens, size_t count);

/* The number of a key among those that share its first `from' bytes. */
void keynum_of(struct keynum_model *m, const char *key, size_t len, size_t from,
    struct keynum *number);
/*
 * The key at a number: the `from' bytes of prefix and at most `digits' more,
 * replacing what out holds.  It is at most KEYNUM_POSITIONS bytes long, and
 * valid UTF-8 if prefix comes from a valid key and all keys learned were
 * valid; it need not exist, nor does it compare as the number does where the
 * UTF-8 had to be mended, so look where it lies before using it.
 */
void keynum_key(struct keynum_model *m, const char *prefix, size_t from,
    const struct keynum *number, size_t digits, struct buf *out);

/* b - a, or 0 if that is negative. */
double keynum_between(const struct keynum *a, const struct keynum *b);
/* Add a fraction in [0, 1]; false, with the number at its greatest, if it
 * would reach 1. */
bool keynum_add(struct keynum *number, double fraction);
/* The greatest number. */
void keynum_end(struct keynum *number);

/* How many bytes a and b have in common at their beginning. */
size_t keynum_common(const char *a, size_t alen, const char *b, size_t blen);
/* How many bytes at the beginning are whole, valid UTF-8 sequences. */
size_t keynum_utf8(const char *key, size_t len);
/* What a UTF-8 sequence of several bytes begins with: from this to this. */
#define KEYNUM_LEAD	 0xc2
#define KEYNUM_LEAD_LAST 0xf4
/* Make what out holds valid UTF-8, as its first bytes are: complete the first
 * broken sequence with the least bytes that will do, and drop what follows. */
void keynum_mend(struct buf *out, size_t whole);

#endif
