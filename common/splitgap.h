#ifndef SPLITGAP_H
#define SPLITGAP_H

/*
 * How many keys lie in a gap between two pages, and where.  For splitplan.c
 * alone.
 */

#include <stdbool.h>
#include <stddef.h>

#include "keycut.h"
#include "splitnode.h"

#define SPLITGAP_PARTS 12

/* Part of a gap, of one density. */
struct splitgap_part {
	struct keycut_range range;
	double pages;
};

struct splitgap_parts {
	struct splitgap_part at[SPLITGAP_PARTS];
	char room[SPLITGAP_PARTS + SPLITNODE_LEVELS + 1]
		 [KEYNUM_POSITIONS + 1]; /* folders' ends */
	size_t n;
	double pages;
};

/* The last key of the gap after n (data NULL: no limit), and the gap as a range
 * to be judged by n's page. */
struct listplan_key
splitgap_end(const struct splitplan *p, const struct splitnode *n);
struct keycut_range
splitgap_range(const struct splitplan *p, const struct splitnode *n);
/* Does the gap reach beyond the folder that its page is from? */
bool splitgap_strange(const struct splitplan *p, const struct splitnode *n);
/* How much the gap matters. */
double splitgap_stake(struct splitplan *p, const struct splitnode *n);
void splitgap_parts(
    struct splitplan *p, const struct splitnode *n, struct splitgap_parts *l);
/* The key so many pages into the gap, in p->cut.key; false if there is none
 * to be found. */
bool splitgap_place(
    struct splitplan *p, const struct splitgap_parts *l, double pages);

#endif
