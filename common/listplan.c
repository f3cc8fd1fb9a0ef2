/*
 * The plan of a parallel listing: its life and what answers change.  What is
 * asked for is listpick.c's.  See listplan.h.
 */

#include "listplan.h"

#include <assert.h>
#include <stdlib.h>

#include "listpick.h"
#include "listseg.h"
#include "xalloc.h"

#define PAGE_BYTES 100000
#define EXTRA	   .95	/* the governor, by default */
#define DEPTH_CUT  .7	/* of a chain, when a guess has failed */
#define BIAS_GAIN  .08	/* how fast outcomes correct the guesses */
#define PAGE_NAMES 1000 /* until a page has shown its size */

struct listplan *
listplan_new(const struct listplan_params *params)
{
	struct listplan *p = xcalloc(1, sizeof(*p));
	struct listseg *s;

	p->par = *params;
	if (p->par.in_flight == 0)
		p->par.in_flight = 1;
	keycut_init(&p->cut, params->hints, params->common_prefix.len,
	    params->delimiter);
	p->page_names = PAGE_NAMES;
	p->page_bytes = params->page_bytes > 0 ? (double)params->page_bytes :
						 PAGE_BYTES;
	p->extra = params->extra > 0 ? params->extra : EXTRA;
	p->ramp = 1;
	p->trust = 2;
	p->depth = 1;
	for (size_t i = 0; i < GUESSES; i++)
		p->bias[i] = 1;
	s = listseg_new(p, NULL);
	s->after = listseg_key_copy(params->lo);
	if (s->after.data == NULL)
		s->after.data = xmemdup0("", 0);
	s->hi = listseg_key_copy(params->hi);
	return p;
}

void
listplan_free(struct listplan *p)
{
	if (p == NULL)
		return;
	while (p->head != NULL)
		listseg_free(p, p->head);
	keycut_fini(&p->cut);
	free(p);
}

struct listplan_seg *
listplan_next(struct listplan *p)
{
	return listpick_next(p);
}

/* How many of keys[from...] are at most hi. */
static size_t
count_inside(const struct listplan_key *keys, size_t from, size_t count,
    struct listplan_key hi)
{
	size_t lo = from, end = count, mid;

	if (hi.data == NULL)
		return count - from;
	while (lo < end) {
		mid = (lo + end) / 2;
		if (keycut_compare(keys[mid], hi) <= 0)
			lo = mid + 1;
		else
			end = mid;
	}
	return lo - from;
}

static bool
in_order(const struct listseg *s, const struct listplan_key *keys, size_t count,
    size_t *skip)
{
	int order;

	*skip = 0;
	if (count == 0)
		return true;
	order = keycut_compare(keys[0], s->after);
	/* With nothing before it, even an empty name would be the first. */
	if (order == 0)
		*skip = 1;
	else if (order < 0)
		return false;
	for (size_t i = 1; i < count; i++)
		if (keycut_compare(keys[i - 1], keys[i]) >= 0)
			return false;
	return true;
}

static void
unbusy(struct listplan *p, struct listseg *s)
{
	assert(s->pub.busy);
	s->pub.busy = false;
	p->st.in_flight--;
}

static void
set_sample(const struct listplan *p, struct listseg *s,
    const struct listplan_key *keys, size_t count)
{
	if (count < 2)
		return;
	listseg_sample_set(
	    &s->near, keys[0], keys[count - 1], (double)count / p->page_names);
	s->measured = false;
}

/*
 * The store says that nothing follows the page that s just took: what was
 * guessed beyond it is empty, and need not be waited for.
 */
static void
end_guesses(struct listplan *p, struct listseg *s)
{
	for (struct listseg *t = s->next; t != NULL; t = t->next)
		if (t->begun)
			return;
	for (struct listseg *t = s->next; t != NULL; t = t->next)
		if (!t->pub.busy || p->par.cancels)
			t->pub.done = true;
}

/* A segment is over: was it as long as hoped? */
static void
calibrate(struct listplan *p, const struct listseg *s)
{
	/* Far guesses fail in swarms, and by one cause. */
	static const double least[GUESSES] = {.02, .02, .08};
	double ratio = s->got / s->hoped;
	double *bias = &p->bias[s->hoped_by];

	*bias *= 1 + BIAS_GAIN * ((ratio < 2 ? ratio : 2) - 1);
	if (*bias < least[s->hoped_by])
		*bias = least[s->hoped_by];
	if (*bias > 1.5)
		*bias = 1.5;
}

/* A page that belongs to s wholly, in part, or not at all. */
static void
adapt(struct listplan *p, struct listseg *s, size_t kept, size_t count)
{
	p->st.useful += kept;
	p->st.wasted += count - kept;
	if (count == 0)
		p->st.wasted += (uint64_t)p->page_names;
	if (s->guesses > 0 && !s->begun) {
		p->guessing--;
		/* A few keys of a page: the cuts lie too near to each other. */
		if (kept == 0)
			p->depth = p->depth > 2 ? p->depth * DEPTH_CUT : 1;
		else if (kept * 4 >= count && p->depth < 2 * s->guesses)
			p->depth = 2 * s->guesses;
		s->guesses = 0;
		p->trust = kept > 0 ? p->trust + 1 : p->trust - .5;
		if (p->trust < 4)
			p->trust = 4;
		if (p->trust > (double)p->par.in_flight)
			p->trust = (double)p->par.in_flight;
	}
	p->ramp *= 2;
	if (p->ramp > p->par.in_flight)
		p->ramp = p->par.in_flight;
	s->got += (double)kept / p->page_names;
	s->total += (double)kept / p->page_names;
	if (s->pub.done && s->hoped > 0)
		calibrate(p, s);
	if (kept == 0)
		return;
	p->st.pages++;
	if (s->begun)
		return;
	s->begun = true;
	s->strange = false;
	/* Later segments that were begun hold the frontier. */
	for (struct listseg *t = s->next; t != NULL; t = t->next)
		if (t->begun)
			return;
	p->frontier = s;
}

static void
book(struct listplan *p, struct listseg *s, size_t kept, size_t count,
    size_t bytes, bool more)
{
	size_t held = count == 0 ?
	    bytes :
	    (size_t)((double)bytes * (double)kept / (double)count);

	if (count > 0 && (double)count >= p->page_names / 2)
		p->page_bytes += .2 * ((double)bytes - p->page_bytes);
	if ((double)count > p->page_names)
		p->page_names = (double)count;
	else if (more && count > 0)
		p->page_names += .1 * ((double)count - p->page_names);
	if (kept == 0)
		return;
	s->pub.held += held;
	p->st.held += held;
	if (p->st.held > p->st.held_peak)
		p->st.held_peak = p->st.held;
}

bool
listplan_page(struct listplan *p, struct listplan_seg *seg,
    const struct listplan_key *keys, size_t count, bool more, size_t bytes,
    struct listplan_take *take)
{
	struct listseg *s = (struct listseg *)seg;
	struct listplan_key hi = s->hi;

	take->skip = take->keep = 0;
	unbusy(p, s);
	if (!p->collapsed && !in_order(s, keys, count, &take->skip))
		return false;
	if (p->collapsed)
		hi.data = NULL;
	take->keep = count_inside(keys, take->skip, count, hi);
	s->pub.pages++;
	s->pub.done = !more || take->skip + take->keep < count;
	if (take->keep > 0) {
		listseg_key_set(&s->after, keys[take->skip + take->keep - 1]);
		/* Hints are keys that exist: a page may end just there. */
		if (hi.data != NULL && keycut_compare(s->after, hi) == 0)
			s->pub.done = true;
	}
	if (!p->collapsed) {
		keycut_learn(&p->cut, keys, count);
		set_sample(p, s, keys, count);
		if (s->pub.done && s->next != NULL && !s->next->begun)
			set_sample(p, s->next, keys, count);
	}
	s->measured = false;
	adapt(p, s, take->keep, count);
	book(p, s, take->keep, count, bytes, more);
	if (!more && !p->collapsed && take->skip + take->keep == count)
		end_guesses(p, s);
	return true;
}

void
listplan_failed(struct listplan *p, struct listplan_seg *seg)
{
	unbusy(p, (struct listseg *)seg);
}

void
listplan_abandon(struct listplan *p, struct listplan_seg *seg)
{
	if (seg->busy)
		unbusy(p, (struct listseg *)seg);
	seg->done = seg->failed = true;
}

void
listplan_release(struct listplan *p, struct listplan_seg *seg, size_t bytes)
{
	if (bytes > seg->held)
		bytes = seg->held;
	seg->held -= bytes;
	p->st.held -= bytes;
}

struct listplan_key
listplan_after(const struct listplan_seg *seg)
{
	return ((const struct listseg *)seg)->after;
}

struct listplan_key
listplan_hi(const struct listplan_seg *seg)
{
	return ((const struct listseg *)seg)->hi;
}

struct listplan_seg *
listplan_front(const struct listplan *p)
{
	return p->head != NULL ? &p->head->pub : NULL;
}

struct listplan_seg *
listplan_following(const struct listplan_seg *seg)
{
	const struct listseg *s = (const struct listseg *)seg;

	return s->next != NULL ? &s->next->pub : NULL;
}

void
listplan_remove(struct listplan *p, struct listplan_seg *seg)
{
	assert(seg->done && (!seg->busy || p->par.cancels));
	seg->user = NULL;
	listseg_free(p, (struct listseg *)seg);
}

void
listplan_pop(struct listplan *p)
{
	listplan_remove(p, &p->head->pub);
}

void
listplan_collapse(struct listplan *p)
{
	struct listseg *s = p->head;

	p->collapsed = true;
	if (s == NULL)
		return;
	listseg_key_set(&s->hi, p->tail->hi);
	while (s->next != NULL)
		listseg_free(p, s->next);
	s->pub.done = false;
}

void
listplan_stats(const struct listplan *p, struct listplan_stats *stats)
{
	*stats = p->st;
}
