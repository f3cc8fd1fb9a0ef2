#ifndef LISTPLAN_H
#define LISTPLAN_H

/*
 * The plan of an ordered parallel listing: which page of a bucket to ask for
 * next, so that many requests work ahead of the print position, few keys are
 * fetched twice, and what waits to be printed stays under a number of bytes.
 * Pure: no I/O, no clock, no randomness; the same calls give the same plan.
 *
 * The key range is an ordered list of segments (lo, hi].  Each is read page
 * by page, one request at a time.  Only the first one, the front, may be
 * printed.  Segments are cut at guessed keys (keynum.h), or at hints.  A
 * wrong guess costs requests; it can never lose a key or give one twice,
 * whatever the pages say, because a key belongs to the one segment whose
 * range holds it and a segment ends only when a page has passed its hi or
 * the store says that nothing follows.
 *
 * How a caller uses it:
 *
 *	while (slots are free && (seg = listplan_next(plan)) != NULL)
 *		ask for the page after listplan_after(seg), or by the
 *		continuation token kept in seg->user;
 *	on an answer, complete and parsed:
 *		if (listplan_page(plan, seg, keys, n, more, bytes, &take))
 *			store take.keep keys from keys[take.skip] on
 *		while ((seg = listplan_front(plan)) != NULL) {
 *			print and free the pages of seg, listplan_release();
 *			if (!seg->done)
 *				break;
 *			free seg->user; listplan_pop(plan);
 *		}
 *	until listplan_front() is NULL: all is listed.
 *
 * A page is judged as a whole, when it is complete: hi may move while a
 * request is under way, so no key may be stored before listplan_page().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct listplan;

/* Bytes that somebody else owns; need not end in NUL. */
struct listplan_key {
	const char *data;
	size_t len;
};

/*
 * Hints: another listing that serves as a map.  rank() tells where a key
 * stands in it, in any unit that grows evenly with the keys (an index, a byte
 * offset), and never falls as keys grow.  at() writes the key that stands at
 * a rank (or just after it) to out and returns true, or false past the end.
 * Only called from listplan_next() and listplan_page().
 */
struct listplan_hints {
	uint64_t (*rank)(void *arg, const char *key, size_t len);
	bool (*at)(void *arg, uint64_t rank, struct buf *out);
	void *arg;
};

struct listplan_params {
	size_t in_flight;  /* most requests under way; 1: sequential */
	size_t window;	   /* bytes that may be held or expected; see
			    * listplan_page() */
	size_t page_bytes; /* first guess of a page's bytes; 0: 100,000 */
	bool unsorted;	   /* pages may be printed in any order */
	/* Range: keys k with lo < k <= hi; hi.data NULL: to the end.  With a
	 * prefix, give it as common_prefix; it only guides the guesses. */
	struct listplan_key lo, hi, common_prefix;
	/* Names are rolled up at the first delimiter after common_prefix, so
	 * no cut may lie behind one; 0: none. */
	char delimiter;
	/* The governor: fetch at most about so many keys in vain for each
	 * useful one; 0: the default, a little under 1. */
	double extra;
	/*
	 * The caller can drop a request that is under way.  Then a segment
	 * may be done while it is still busy, when the store said elsewhere
	 * that nothing is left for it: end its request before popping it.
	 */
	bool cancels;
	const struct listplan_hints *hints; /* NULL: guess; must outlive plan */
	/* Gives back a segment's user data, which may have a request under
	 * way; called by listplan_collapse() and listplan_free() only, for
	 * each segment with user not NULL.  May be NULL. */
	void (*drop)(void *arg, void *user);
	void *drop_arg;
};

/* Fields for the caller to read; user is the caller's to write. */
struct listplan_seg {
	void *user;	/* NULL at first: pages, token, request */
	size_t held;	/* bytes stored and not yet released */
	uint32_t pages; /* answers taken so far */
	bool busy;	/* a request is under way */
	bool done;	/* read to its end, or abandoned */
	bool failed;	/* abandoned: keys after listplan_after() and
			 * up to listplan_hi() are unknown */
};

struct listplan *listplan_new(const struct listplan_params *params);
void listplan_free(struct listplan *plan);

/*
 * The segment to ask for now, marked busy, or NULL if nothing should be sent
 * before the next answer or release.  Starts with one request and lets the
 * number double with each answer.  Every segment returned must be answered
 * by exactly one listplan_page(), _failed() or _abandon().
 */
struct listplan_seg *listplan_next(struct listplan *plan);

/* Where to begin (start-after) when there is no continuation token: the last
 * key taken, or the segment's lo.  len 0: at the beginning.  Valid until the
 * next call that changes seg. */
struct listplan_key listplan_after(const struct listplan_seg *seg);
/* The last key that may belong to seg; data NULL: no limit.  It comes nearer
 * when the segment is cut, never farther. */
struct listplan_key listplan_hi(const struct listplan_seg *seg);

/* What of a page to keep: keys[skip] to keys[skip + keep - 1], for seg; the
 * rest belongs to others, who ask for it themselves. */
struct listplan_take {
	size_t skip, keep;
};

/*
 * The answer to seg: count names in the order of the page (with a delimiter,
 * keys and common prefixes merged), more as the store says it (IsTruncated),
 * bytes as the page's whole cost in memory if all of it were kept; the part
 * that take keeps is booked as held.  An empty page with more is all right:
 * only the token moves, and it is the caller's to notice one that repeats.
 * A first name equal to listplan_after() is skipped.
 *
 * Returns false, with nothing taken and seg free to be asked again, if the
 * names are not in strictly ascending byte order or do not lie beyond
 * listplan_after(): a store that does not sort, ignores start-after, or
 * repeats a page.  See listplan_collapse().
 */
bool listplan_page(struct listplan *plan, struct listplan_seg *seg,
    const struct listplan_key *keys, size_t count, bool more, size_t bytes,
    struct listplan_take *take);

/* The request failed; seg will be returned by listplan_next() again. */
void listplan_failed(struct listplan *plan, struct listplan_seg *seg);
/* Give seg up: done and failed.  What it holds may still be printed. */
void listplan_abandon(struct listplan *plan, struct listplan_seg *seg);
/* The caller has printed and freed bytes of what seg held. */
void
listplan_release(struct listplan *plan, struct listplan_seg *seg, size_t bytes);

/* The first segment, or NULL when everything is read and popped. */
struct listplan_seg *listplan_front(const struct listplan *plan);
/* The one after seg, or NULL. */
struct listplan_seg *listplan_following(const struct listplan_seg *seg);
/* Remove the front, which must be done, with user freed and nothing held; not
 * busy, unless the parameter cancels is set. */
void listplan_pop(struct listplan *plan);
/* The same for any segment that is done, for an unsorted listing; the front
 * is not special there. */
void listplan_remove(struct listplan *plan, struct listplan_seg *seg);

/*
 * The store does not sort: drop all segments but the front, let it run to
 * the end of the range alone, by token, and no longer look at the order
 * (every name of a page is kept, hi is left to the caller).
 */
void listplan_collapse(struct listplan *plan);

/* Counters for --stats, tests and tuning. */
struct listplan_stats {
	uint64_t requests;	 /* returned by listplan_next() */
	uint64_t pages;		 /* answers that kept something */
	uint64_t useful, wasted; /* keys kept, keys fetched for nothing */
	uint64_t cuts;
	size_t segments, in_flight;
	size_t held, held_peak; /* bytes */
};

void listplan_stats(const struct listplan *plan, struct listplan_stats *stats);

#endif
