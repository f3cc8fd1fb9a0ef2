/*
 * The shapes of keys that `fill` makes: what buckets really look like, and
 * what they should never look like. Deterministic: the same in every run.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

struct shape_keys {
	struct text text; /* the keys, one behind the other */
	size_t n, size;
	struct shape_key {
		size_t offset;
		uint16_t length;
	} * key; /* sorted and different */
};

/* False if there is no such shape. */
bool shape_make(const char *shape, uint64_t n, struct shape_keys *);
void shape_fini(struct shape_keys *);

#endif
