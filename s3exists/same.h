#ifndef SAME_H
#define SAME_H

/* --same: does the object there agree with the record?  Pure. */

#include <stdbool.h>

#include "record.h"

#define SAME_SIZE  0x01
#define SAME_ETAG  0x02
#define SAME_MTIME 0x04

/* "size,etag,mtime" to a set; false with a complaint in *why. */
bool same_parse(const char *list, unsigned *set, const char **why);

/* NULL, or the name of the field of the set that r lacks. */
const char *same_lacks(unsigned set, const struct record *r);

/*
 * Do both agree in all of the set, of which neither lacks a field?  Times
 * agree where the object there is not older; in whole seconds, unless both
 * sides know the milliseconds.
 */
bool same_record(
    unsigned set, const struct record *here, const struct record *there);

#endif
