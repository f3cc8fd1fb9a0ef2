#ifndef SPLITGAP_H
#define SPLITGAP_H

/*
 * How many keys lie in a gap between two pages, and where.  For splitplan.c
 * alone.
 *
 * A gap is taken apart at the folders that its two ends lie in: the rest of
 * the folder that the page before is from, the rest of the folder around
 * that one, and so on outwards; what lies between, in the folder that both
 * ends share; and the beginnings of the folders that the page behind is
 * from, inwards.  Each part is judged by what pages have shown of that very
 * folder nearby: keys, or folders in it, on so much of its names.
 */

#include <stdbool.h>
#include <stddef.h>

#include "keycut.h"
#include "splitnode.h"

/* Part of a gap: (lo, hi] in one folder. */
struct splitgap_part {
	size_t len;		    /* of the folder's name, which begins lo */
	struct listplan_key lo, hi; /* hi.data NULL: to the folder's end */
	double width;		    /* share of the folder's names */
	double keys;		    /* thought to be in it */
	double stake;		    /* that may be in it */
	bool rest;		    /* of a folder of the page before */
};

struct splitgap_parts {
	struct splitgap_part at[SPLITNODE_PARTS];
	char room[SPLITNODE_PARTS][KEYNUM_POSITIONS + 1]; /* folders' ends */
	size_t n;
	double keys, stake;
};

/* The last key of the gap after n (data NULL: no limit). */
struct listplan_key
splitgap_end(const struct splitplan *p, const struct splitnode *n);
/* What the gap after n is made of; also noted in n. */
void splitgap_judge(
    struct splitplan *p, struct splitnode *n, struct splitgap_parts *l);
/* The key so many keys into the gap, or, for a probe, where half of what is
 * at stake is behind; it is in p->cut.key.  False: none was found. */
bool splitgap_place(
    struct splitplan *p, const struct splitgap_parts *l, double keys);
bool splitgap_halve(struct splitplan *p, const struct splitgap_parts *l);

#endif
