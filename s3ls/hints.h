#ifndef HINTS_H
#define HINTS_H

/*
 * --hints: an earlier listing, or any sorted sample of one, as a map for
 * working ahead.  The file is searched where it lies, by halving, a block at a
 * time: its size does not matter.  It may be wrong, old, unsorted or binary:
 * that only makes bad cuts.
 *
 * Records have the form of this run's output (newline or NUL, -l or not), keys
 * relative to LOCATION.
 */

#include <stdbool.h>
#include <stddef.h>

#include "listplan.h"

struct hints;

/* NULL, with a reason in *why, if the file cannot be read or is none that can
 * be searched.  prefix is put before each key; kept by the caller. */
struct hints *hints_open(const char *file, char delimiter, bool is_long,
    const char *prefix, size_t prefix_len, const char **why);
void	hints_free(struct hints *h);
/* For s3list: ranks are byte offsets. */
const struct listplan_hints *hints_interface(const struct hints *h);

#endif
