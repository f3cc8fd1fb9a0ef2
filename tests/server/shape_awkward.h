/* The shape `awkward`: every odd kind of key that S3 allows. */
#ifndef SHAPE_AWKWARD_H
#define SHAPE_AWKWARD_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* The ith key; false behind the last one. */
bool shape_awkward(size_t i, struct text *);

#endif
