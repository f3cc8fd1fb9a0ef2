#ifndef KEYCUT_H
#define KEYCUT_H

/*
 * Where to cut a range of keys: how many pages lie in it, and which key lies
 * so many pages ahead, judged by one page seen nearby.  The measure is the
 * number line of keynum.h, or a listing given as hints.  Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "keynum.h"
#include "listplan.h"

struct keycut {
	struct keynum_model *model;
	const struct listplan_hints *hints; /* NULL: none */
	size_t prefix_len;		    /* shared by all keys */
	char delimiter;			    /* 0: none */
	double per_page;		    /* hint ranks a page spans */
	unsigned pages;			    /* learned from with hints */
	bool left;	/* keycut_place() left the page's folder */
	struct buf key; /* keycut_place()'s answer */
};

/*
 * A range (after, hi] and a page from its neighbourhood, or several as one.
 * The page tells of its folder only: all that shares the first mark bytes of
 * last.
 */
struct keycut_range {
	struct listplan_key after, hi;	 /* hi.data NULL: no end */
	struct listplan_key first, last; /* of the page */
	double pages;			 /* what the page counts for */
	size_t mark;			 /* 0: it tells of everything */
};

void keycut_init(struct keycut *c, const struct listplan_hints *hints,
    size_t prefix_len, char delimiter);
void keycut_fini(struct keycut *c);

/* Learn from a page; keys ascend. */
void
keycut_learn(struct keycut *c, const struct listplan_key *keys, size_t count);

/* Pages thought to lie in the range, HUGE_VAL if it cannot be told. */
double keycut_rest(struct keycut *c, const struct keycut_range *r);
/*
 * Go on behind the folder that the page tells of, if the range begins inside:
 * after is moved to its end, which is written to room (KEYNUM_POSITIONS
 * bytes).  Returns the pages thought to be passed, 0 from outside.
 */
double keycut_pass(struct keycut *c, struct keycut_range *r, char *room);
/*
 * Find the key so many pages after r->after; or, with pages not finite, the
 * middle of the range's number line.  False if there is none strictly inside
 * the range; else it is in c->key until the next call.
 */
bool keycut_place(struct keycut *c, const struct keycut_range *r, double pages);

/* Does the page of the range tell something of where the key lies? */
bool keycut_tells(const struct keycut *c, const struct keycut_range *r,
    struct listplan_key key);

/* The end of the innermost folder of the page that ends inside the range. */
bool keycut_leave(struct keycut *c, const struct keycut_range *r);

/* How many of a key's first len bytes name a folder; 0: none. */
size_t
keycut_folder(const struct keycut *c, struct listplan_key key, size_t len);
/* The least key behind that folder, written to room, which holds len bytes. */
struct listplan_key
keycut_folder_end(struct listplan_key key, size_t len, char *room);

/* memcmp() order, a prefix before what it begins. */
int keycut_compare(struct listplan_key a, struct listplan_key b);

#endif
