#ifndef LISTSEG_H
#define LISTSEG_H

/*
 * The segments of a listing plan and what is known of each: the data that
 * listplan.c (answers) and listpick.c (what to ask for next) share.  For
 * these two alone; see listplan.h for what it is about.
 */

#include <stdbool.h>
#include <stddef.h>

#include "keycut.h"
#include "listplan.h"

/* Where so many pages lie: it tells the density. */
struct listseg_sample {
	struct listplan_key first, last; /* owned; NULL: none */
	double pages;
};

/* What a guess was made from: the page that its segment had last read; the
 * page that another one had read, in the same folder; or what lies before. */
enum listseg_guess { GUESS_OWN, GUESS_NEAR, GUESS_FAR, GUESSES };

struct listseg {
	struct listplan_seg pub; /* first, so that the two convert */
	struct listseg *next, *prev;
	struct listplan_key after, hi; /* owned */
	struct listseg_sample near;    /* the newest page */
	double rest;		       /* pages left, by the last measure */
	bool measured;		       /* rest is fresh */
	double hoped, got;	       /* pages since it was cut */
	double total;		       /* pages since it began */
	bool strange;		       /* no page tells of where it is */
	enum listseg_guess hoped_by;
	bool begun;	  /* gave keys of its own */
	unsigned guesses; /* cuts made from one density */
};

struct listplan {
	struct listplan_params par;
	struct keycut cut;
	struct listseg *head, *tail;
	struct listseg *frontier; /* the last one begun, NULL: none */
	struct listplan_stats st;
	double extra;	   /* most names wasted for each useful one */
	double page_names; /* names of a full page */
	double page_bytes; /* bytes of a page, lately */
	size_t ramp;
	size_t guessing;      /* segments cut that have not answered */
	double bias[GUESSES]; /* how long segments are, by what was hoped */
	double depth;	      /* how many cuts one density may give */
	double trust;	      /* how many cuts may be unanswered */
	bool collapsed;
};

/* Keys that are owned; data NULL stands for none. */
struct listplan_key listseg_key_copy(struct listplan_key k);
void listseg_key_free(struct listplan_key *k);
void listseg_key_set(struct listplan_key *to, struct listplan_key from);

void listseg_sample_set(struct listseg_sample *to, struct listplan_key first,
    struct listplan_key last, double pages);
/* Nothing happens if there is nothing to copy. */
void listseg_sample_copy(
    struct listseg_sample *to, const struct listseg_sample *from);

/* A new segment behind prev (NULL: the first), empty but for its place. */
struct listseg *listseg_new(struct listplan *p, struct listseg *prev);
void listseg_free(struct listplan *p, struct listseg *s);

#endif
