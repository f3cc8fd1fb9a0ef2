#ifndef DECIDE_H
#define DECIDE_H

/*
 * List or ask?  A listing page costs as much as 12.5 HEADs (AWS: 0.005 against
 * 0.0004 dollars a thousand), so listing is cheaper where a page answers more
 * input keys than that.  How many it answers is learnt from the pages that
 * have come.  Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* HEADs that cost as much as one page. */
#define DECIDE_PRICE 12.5

enum decide_probe { DECIDE_AUTO, DECIDE_LIST_ONLY, DECIDE_HEAD_ONLY };

enum decide_way {
	DECIDE_BY_LIST,
	DECIDE_BY_HEAD,
	DECIDE_LATER /* a page is out that will tell */
};

struct decide {
	enum decide_probe probe;
	bool no_list;	 /* listing was refused or cannot be used */
	double per_page; /* input keys that a page answers; 0: unknown */
	/* private */
	bool scouting;	/* a page is out only in order to learn */
	size_t heads;	/* asked since the last look at the listing */
	size_t stretch; /* HEADs from one look to the next */
	unsigned begun; /* ranges, to begin with short ones */
};

/* How a range of so many input keys, or its beginning, is to be looked up. */
struct decide_plan {
	enum decide_way way;
	size_t keys; /* take so many of the range */
	bool scout;  /* tell decide_scouted() when it has ended */
};

void decide_init(struct decide *d, enum decide_probe probe);
/* whole: the range cannot be asked by HEAD in part (see join.c). */
struct decide_plan decide_range(struct decide *d, size_t keys, bool whole);
void decide_scouted(struct decide *d);

/* What one page has told. */
struct decide_page {
	size_t answered; /* different input keys */
	size_t entries;	 /* on the page */
	size_t used;	 /* of them, up to the last key answered */
	bool more;	 /* the listing goes on behind it */
};
/* Learns from it; returns the keys that a page answers here. */
double decide_learn(struct decide *d, const struct decide_page *page);

/* Inside a range, after such a page, with so many keys left: how to go on. */
enum decide_way
decide_go_on(const struct decide *d, double per_page, size_t left);
/* HEADs to send before looking again, when a range was found sparse for the
 * nth time in a row (from 0). */
size_t decide_stretch(unsigned nth);
/* Keys for one range of full length, where a page answers so many. */
size_t decide_length(double per_page);

#endif
