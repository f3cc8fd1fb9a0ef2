#ifndef SPLITNODE_H
#define SPLITNODE_H

/*
 * The pages read for balanced ranges, the gaps between them, and the heap in
 * which open gaps stand, the one with most at stake on top: the data that
 * splitplan.c and splitgap.c share.  For these two alone; see splitplan.h for
 * what it is about.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keycut.h"
#include "splitplan.h"

#define SPLITNODE_NONE	 SIZE_MAX
#define SPLITNODE_LEVELS 8
#define SPLITNODE_PARTS	 16
#define SPLITNODE_FEW	 3 /* keys that tell of a folder, at least */

/* The folders that hold one end of a page but not the other, from the
 * innermost outwards: the lengths of their names, and how many keys of the
 * page are in each. */
struct splitnode_edge {
	struct {
		size_t len;
		double keys;
	} at[SPLITNODE_LEVELS];
	size_t n;
};

/* Keys thought to be in the gap and in a folder of the page before, but not in
 * one within it. */
struct splitnode_rest {
	size_t len; /* of the folder's name */
	double keys;
};

struct splitnode {
	struct splitnode *next, *prev;
	struct listplan_key after, first, last; /* owned */
	struct listplan_key *inner;		/* owned: keys of the page */
	size_t ninner;
	struct splitnode_edge head, tail; /* of the first and the last key */
	struct splitnode_rest rest[SPLITNODE_PARTS];
	size_t nrest;
	double count; /* keys of the page */
	double gap;   /* keys thought to be in the gap */
	double stake;
	size_t heap; /* index, SPLITNODE_NONE: not there */
	bool probing;
	bool closed; /* there is no gap */
};

struct splitplan_probe {
	struct splitplan_probe *next, **link; /* of those under way */
	double stake;
	struct splitnode *node;
	struct listplan_key after; /* owned */
};

/* The nodes in order, as they were some time ago. */
struct splitplan_order {
	struct splitnode *node;
	double before; /* keys thought to be before it */
};

struct splitplan {
	struct splitplan_params par;
	struct keycut cut;
	struct splitnode *head;
	struct splitnode **heap;
	size_t nheap, room;
	struct splitplan_order *order;
	size_t norder;
	bool settling;	/* nothing new is looked for any more */
	uint64_t renew; /* answers after which all is judged anew */
	double most;	/* pages of a gap: one wild guess must not rule */
	double total, page_keys;
	struct splitplan_probe *flying;
	size_t memory, under_way, ramp;
	uint64_t probes, answers;
	struct listplan_key lo, hi; /* owned */
	struct listplan_key end;    /* owned: nothing lies behind; or NULL */
};

/* Keys that are owned, and counted in p->memory; data NULL: none. */
struct listplan_key
splitnode_key_copy(struct splitplan *p, struct listplan_key k);
void splitnode_key_free(struct splitplan *p, struct listplan_key *k);

/* A new node behind prev (NULL: the only one). */
struct splitnode *splitnode_new(
    struct splitplan *p, struct splitnode *prev, struct listplan_key after);
void splitnode_free(struct splitplan *p, struct splitnode *n);

/* Into the heap by n->stake, out of it, and down when n->stake has sunk. */
void splitnode_push(struct splitplan *p, struct splitnode *n);
void splitnode_drop(struct splitplan *p, struct splitnode *n);
void splitnode_sink(struct splitplan *p, size_t i);

#endif
