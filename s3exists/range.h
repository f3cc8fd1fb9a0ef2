#ifndef RANGE_H
#define RANGE_H

/* Neighbouring keys of a batch that have no answer yet, and the queue of such
 * ranges that nobody looks up yet, in the order of the input.  Pure. */

#include <stddef.h>

#include "batch.h"

struct range {
	struct batch *batch;
	size_t lo, hi;	 /* ranks lo to hi - 1 */
	unsigned sparse; /* found so, so many times in a row */
	struct range *next;
};

struct range_queue {
	struct range *first, **end;
};

void range_queue_init(struct range_queue *q);
void range_queue_fini(struct range_queue *q);
/* All keys of a batch, behind all others. */
void range_queue_add(struct range_queue *q, struct batch *b);
/* A copy of r, before all others. */
void range_queue_put_back(struct range_queue *q, const struct range *r);
/* Forget the first. */
void range_queue_drop(struct range_queue *q);

const char *range_key(const struct range *r, size_t rank, size_t *len);
/* The ranks below hi are to be asked by HEAD; the range is what is behind. */
void range_want(struct range *r, size_t hi);

#endif
