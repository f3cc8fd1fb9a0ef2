#ifndef PLAN_H
#define PLAN_H

/*
 * How an object is cut into parts.  Pure.
 *
 * Limits of S3 (User Guide, "Amazon S3 multipart upload limits"): 10,000
 * parts of 5 MiB to 5 GiB, of which only the last may be smaller; so at most
 * 48.8 TiB.  Parts are numbered from 1.
 */

#include <stdbool.h>
#include <stdint.h>

#include "limit.h"

#define PLAN_PART (UINT64_C(128) << 20) /* the default size of a part */

struct plan {
	uint64_t size; /* of the object */
	uint64_t part; /* of all parts but the last, where equal */
	unsigned count;
	uint64_t *ends; /* of each part, where not equal; else NULL */
	unsigned known; /* ends that were given so far */
};

void plan_init(struct plan *p);
void plan_fini(struct plan *p);

/* Parts of about `preferred' bytes (0: the default), which is kept within the
 * limits: larger where there would be over 10,000 parts, then in whole MiB.
 * False: the object is larger than any can be. */
bool plan_make(struct plan *p, uint64_t size, uint64_t preferred);

/*
 * The layout of an object of size bytes that has `count' parts, the first of
 * `first' bytes.  Where these cannot be equal parts, plan_complete() is false
 * until plan_add() was given the size of each part from the first on.  False
 * if no object can be like that.
 */
bool plan_like(struct plan *p, uint64_t size, uint64_t first, unsigned count);
/*
 * The likeliest layout of `count' parts, where the store tells no more than
 * that: all but the last of one size, which is one that programs are known to
 * use, or a whole number of MiB.  False, with no plan, if there is none.  Only
 * the ETag of the result can tell whether it was right.
 */
bool plan_guess(struct plan *p, uint64_t size, unsigned count);
/* The size of the next part; false if that cannot be. */
bool plan_add(struct plan *p, uint64_t len);
/* Ask for the size of each part, though equal ones were possible. */
void plan_unequal(struct plan *p);
bool plan_complete(const struct plan *p);
/* The part whose size plan_add() wants next, from 1. */
unsigned plan_wants(const struct plan *p);

void plan_part(
    const struct plan *p, unsigned number, uint64_t *offset, uint64_t *len);

#endif
