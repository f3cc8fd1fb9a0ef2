#ifndef SPLITPLAN_H
#define SPLITPLAN_H

/*
 * N ranges of a bucket that hold about as many keys each, found with a few
 * pages.  Pure: no I/O, no clock, no randomness.
 *
 * A probe is one page, read after a key.  Between the pages read lie gaps
 * whose keys can only be estimated, by what pages nearby have shown of the
 * same folders (splitgap.h); the next probes go where most keys may be: by
 * that estimate and its doubt, or by names alone, were they like the rest of
 * their folder.  A bucket of fewer pages than the budget is read wholly, and
 * then the cuts are as exact as the keys that are remembered (all of a small
 * bucket's, a few of each page of a large one).
 *
 *	for (;;) {
 *		while (slots are free && (probe = splitplan_next(plan)))
 *			ask for the page after splitplan_after(probe);
 *		if (nothing is under way)
 *			break;
 *		on an answer: splitplan_page() or splitplan_failed()
 *	}
 *	splitplan_cuts()
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "listplan.h"

struct splitplan;
struct splitplan_probe;

struct splitplan_params {
	size_t ranges;	  /* how many are wanted, at least 1 */
	size_t budget;	  /* most probes; 0: 20 for each range */
	size_t in_flight; /* most probes under way */
	/* Keys k with lo < k <= hi; hi.data NULL: to the end.  All begin with
	 * common_prefix. */
	struct listplan_key lo, hi, common_prefix;
};

struct splitplan *splitplan_new(const struct splitplan_params *params);
void splitplan_free(struct splitplan *plan);

/* The next probe, or NULL: wait for those under way, or, if there is none,
 * enough is known.  Each is answered once, by _page() or _failed(). */
struct splitplan_probe *splitplan_next(struct splitplan *plan);
/* The key to start after; len 0: at the beginning. */
struct listplan_key splitplan_after(const struct splitplan_probe *probe);

/* The page after the probe's key, as for listplan_page(); it must not be
 * empty if more is true (go on by the token instead).  Returns false, and
 * has forgotten the probe, if it is not in ascending order. */
bool splitplan_page(struct splitplan *plan, struct splitplan_probe *probe,
    const struct listplan_key *keys, size_t count, bool more);
/* The probe's place will not be asked for again. */
void splitplan_failed(struct splitplan *plan, struct splitplan_probe *probe);

/*
 * Call emit for each place to cut, ascending: ranges - 1 of them, or fewer if
 * there are too few keys.  A range is (cut, next cut].  Cuts are keys that
 * were seen, or guessed ones that are valid as S3 keys.
 */
void splitplan_cuts(struct splitplan *plan,
    void (*emit)(void *arg, struct listplan_key cut), void *arg);

/* Keys thought to be in the range altogether; probes sent. */
double splitplan_total(const struct splitplan *plan);
uint64_t splitplan_probes(const struct splitplan *plan);

#endif
