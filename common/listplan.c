/*
 * The plan of a parallel listing.  See listplan.h.
 *
 * What is sent next, in this order: the continuation of a segment that has
 * been begun, nearest first; else a cut.  The known end, or frontier, is the
 * last segment that has given keys: beyond it the bucket may end at once, so
 * only a few guesses are under way there, each twice as far as the one
 * before.  Short of it segments are cut a few pages ahead, nearest first,
 * and the tail cut off is cut again by the same density, in chains as long as
 * guesses have come true lately.
 */

#include "listplan.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keycut.h"
#include "xalloc.h"

#define PAGE_BYTES 100000
#define EXTRA	   .95
#define WIDE	   3
#define DEPTH_CUT  .7
#define BIAS_GAIN  .08
#define PAGE_NAMES 1000 /* until a page has shown its size */

/* Where so many pages lie: it tells the density. */
struct sample {
	struct listplan_key first, last; /* owned; NULL: none */
	double pages;
};

struct seg {
	struct listplan_seg pub; /* first, so that the two convert */
	struct seg *next, *prev;
	struct listplan_key after, hi; /* owned */
	struct sample near;	       /* the newest page */
	struct sample wide;	       /* several pages, from here or before */
	struct sample run;	       /* all pages since it was begun */
	double rest;		       /* pages left, by the last measure */
	bool measured;		       /* rest is fresh */
	double hoped, got;	       /* pages since it was cut */
	bool strange;		       /* not where its page is from */
	bool hoped_begun;	       /* begun when it was cut */
	bool begun;		       /* gave keys of its own */
	unsigned guesses;	       /* cuts made from one density */
};

struct listplan {
	struct listplan_params par;
	struct keycut cut;
	struct seg *head, *tail;
	struct seg *frontier; /* the last one begun, NULL: none */
	struct listplan_stats st;
	double extra;	   /* most names wasted for each useful one */
	double page_names; /* names of a full page */
	double page_bytes; /* bytes of a page, lately */
	size_t ramp;
	size_t guessing; /* segments cut that have not answered */
	double bias[2];	 /* how long segments are, by what was hoped */
	double depth;	 /* how many cuts one density may give */
	double trust;	 /* how many of them may be */
	bool collapsed;
};

static struct listplan_key
key_copy(struct listplan_key k)
{
	if (k.data != NULL)
		k.data = xmemdup0(k.data, k.len);
	return k;
}

static void
key_free(struct listplan_key *k)
{
	free((void *)(uintptr_t)k->data);
	k->data = NULL;
	k->len = 0;
}

static void
key_set(struct listplan_key *to, struct listplan_key from)
{
	from = key_copy(from);
	key_free(to);
	*to = from;
}

static void
sample_set(struct sample *to, struct listplan_key first,
    struct listplan_key last, double pages)
{
	key_set(&to->first, first);
	key_set(&to->last, last);
	to->pages = pages;
}

static void
sample_copy(struct sample *to, const struct sample *from)
{
	if (from->first.data != NULL)
		sample_set(to, from->first, from->last, from->pages);
}

static void
sample_free(struct sample *s)
{
	key_free(&s->first);
	key_free(&s->last);
}

static struct seg *
seg_new(struct listplan *p, struct seg *prev)
{
	struct seg *s = xcalloc(1, sizeof(*s));

	s->prev = prev;
	s->next = prev != NULL ? prev->next : NULL;
	if (s->next != NULL)
		s->next->prev = s;
	else
		p->tail = s;
	if (prev != NULL)
		prev->next = s;
	else
		p->head = s;
	p->st.segments++;
	return s;
}

static void
seg_free(struct listplan *p, struct seg *s)
{
	if (s->pub.user != NULL && p->par.drop != NULL)
		p->par.drop(p->par.drop_arg, s->pub.user);
	if (s->pub.busy)
		p->st.in_flight--;
	if (s->guesses > 0 && !s->begun)
		p->guessing--;
	p->st.held -= s->pub.held;
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		p->head = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	else
		p->tail = s->prev;
	if (p->frontier == s)
		p->frontier = s->prev;
	p->st.segments--;
	key_free(&s->after);
	key_free(&s->hi);
	sample_free(&s->near);
	sample_free(&s->wide);
	sample_free(&s->run);
	free(s);
}

struct listplan *
listplan_new(const struct listplan_params *params)
{
	struct listplan *p = xcalloc(1, sizeof(*p));
	struct seg *s;

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
	p->bias[0] = p->bias[1] = 1;
	s = seg_new(p, NULL);
	s->after = key_copy(params->lo);
	if (s->after.data == NULL)
		s->after.data = xmemdup0("", 0);
	s->hi = key_copy(params->hi);
	return p;
}

void
listplan_free(struct listplan *p)
{
	if (p == NULL)
		return;
	while (p->head != NULL)
		seg_free(p, p->head);
	keycut_fini(&p->cut);
	free(p);
}

/* Choosing */

/* May a request for s be sent, as far as memory goes? */
static bool
has_room(const struct listplan *p, const struct seg *s)
{
	double used = (double)p->st.held +
	    (double)(p->st.in_flight + 1) * p->page_bytes;

	if (used <= (double)p->par.window)
		return true;
	/* The front must go on, unless it waits for its own printing. */
	return s != NULL && s == p->head &&
	    (double)s->pub.held <= 2 * p->page_bytes;
}

static struct seg *
send(struct listplan *p, struct seg *s)
{
	s->pub.busy = true;
	p->st.in_flight++;
	p->st.requests++;
	return s;
}

static struct keycut_range
range_of(const struct seg *s, const struct sample *by)
{
	return (struct keycut_range){
	    s->after, s->hi, by->first, by->last, by->pages};
}

/* What guesses about a segment such as s are to be multiplied by. */
static double
bias_of(const struct listplan *p, const struct seg *s)
{
	if (s->begun && s->got > 2 * s->hoped + 2)
		return 1; /* it has outlived what was hoped */
	return p->bias[s->begun];
}

static void
measure(struct listplan *p, struct seg *s)
{
	struct keycut_range r = range_of(s, &s->near);

	if (s->measured || s->near.first.data == NULL)
		return;
	s->measured = true;
	s->rest = 0;
	if (s->wide.first.data != NULL && s->hi.data != NULL &&
	    !keycut_tells(&p->cut, &r, s->hi)) {
		s->rest = keycut_rest_inside(&p->cut, &r);
		r = range_of(s, &s->wide);
	}
	s->rest = (s->rest + keycut_rest(&p->cut, &r)) * bias_of(p, s);
}

/* Cut s at the key just placed; the tail is a new segment, asked at once. */
static struct seg *
cut_here(struct listplan *p, struct seg *s, double pages)
{
	struct listplan_key at = {p->cut.key.data, p->cut.key.len};
	struct seg *tail;

	tail = seg_new(p, s);
	tail->after = key_copy(at);
	tail->hi = s->hi;
	s->hi = key_copy(at);
	sample_copy(&tail->near, &s->near);
	sample_copy(&tail->wide, &s->wide);
	tail->guesses = s->begun ? 1 : s->guesses + 1;
	tail->rest = s->rest - pages;
	s->rest = pages;
	s->hoped = isfinite(pages) ? pages : 0;
	s->got = 0;
	s->hoped_begun = s->begun;
	s->measured = tail->measured = isfinite(pages);
	p->guessing++;
	p->st.cuts++;
	return send(p, tail);
}

/* Place a cut by what several pages tell, where one does not reach. */
static bool
place_wide(struct listplan *p, struct seg *s, double pages)
{
	struct keycut_range r = range_of(s, &s->wide);

	return s->wide.first.data != NULL && keycut_place(&p->cut, &r, pages) &&
	    !p->cut.left;
}

/* Cut s so many pages ahead, or (HUGE_VAL) in the middle. */
static struct seg *
cut_at(struct listplan *p, struct seg *s, double pages)
{
	struct keycut_range r = range_of(s, &s->near);
	double far = pages / bias_of(p, s);
	bool placed = keycut_place(&p->cut, &r, far), wide = false;
	struct seg *tail;

	if (placed && p->cut.left) {
		wide = place_wide(p, s, far);
		if (!wide)
			placed = keycut_place(&p->cut, &r, far);
	}
	if (!placed)
		return NULL;
	tail = cut_here(p, s, pages);
	tail->strange = !wide &&
	    (s->strange || p->cut.left || !isfinite(pages));
	if (wide)
		sample_copy(&tail->near, &tail->wide);
	return tail;
}

/* Cut s where a folder ends. */
static struct seg *
cut_folder(struct listplan *p, struct seg *s)
{
	struct keycut_range r = range_of(s, &s->near);
	struct seg *tail;

	if (!keycut_leave(&p->cut, &r))
		return NULL;
	tail = cut_here(p, s, HUGE_VAL);
	tail->strange = true;
	return tail;
}

/* How long segments should be: as long as the window lets all of them be. */
static double
target(const struct listplan *p)
{
	double fit = (double)p->par.window / p->page_bytes /
	    (double)p->par.in_flight;

	return fit < 2 ? 2 : fit > 8 ? 8 : fit;
}

static bool
may_cut(const struct listplan *p, bool bonus)
{
	double useful = (double)p->st.useful / p->page_names;
	double wasted = (double)p->st.wasted / p->page_names;

	double share = wasted / (useful + 12), most = p->trust;
	double odd = wasted + (double)p->guessing;

	/* Most buckets are small; there each request counts. */
	if (odd + 1 > (useful < 4 ? useful / 2 + 1 : useful * (p->extra + .5)))
		return false;
	if (bonus && share < p->extra)
		return true;
	/* Nearer to the limit, fewer at a time. */
	if (share > .6 * p->extra)
		most *= (p->extra - share) / (.4 * p->extra);
	return (double)p->guessing < (most > 1 ? most : 1);
}

/* Guesses under way beyond the last segment begun. */
static size_t
beyond(const struct listplan *p)
{
	size_t n = 0;

	for (struct seg *s = p->tail; s != NULL && s != p->frontier;
	     s = s->prev)
		n += s->pub.busy;
	return n;
}

/* Bytes that s holds and will hold once it is read to its end. */
static double
whole(const struct listplan *p, const struct seg *s)
{
	double bytes = (double)s->pub.held;

	if (!s->pub.done)
		bytes += (s->rest > 1 ? s->rest : 1) * p->page_bytes;
	return bytes;
}

/* May s be cut, when its rest is at least so many pages? */
static bool
cuttable(struct listplan *p, struct seg *s, double least)
{
	if (s->pub.done || s->near.first.data == NULL ||
	    (!s->begun && (s->guesses > p->depth || s->strange)))
		return false;
	measure(p, s);
	return s->rest >= least;
}

/*
 * Short of the frontier: the nearest segment that waits for its next page, or
 * is so long that it should be cut.  Nothing is asked for that could not be
 * held beside all that is nearer, or the window would fill with keys that
 * cannot be printed yet.
 */
static struct seg *
choose_short(struct listplan *p, double step, double least)
{
	double reach = 0, window = (double)p->par.window;
	bool cut = may_cut(p, false);
	struct seg *got = NULL;

	for (struct seg *s = p->head; s != NULL && got == NULL; s = s->next) {
		if (reach > window && !p->par.unsorted)
			break;
		if (!s->pub.done && !s->pub.busy && has_room(p, s))
			return send(p, s);
		if (s != p->frontier && cut && has_room(p, NULL) &&
		    cuttable(p, s, least)) {
			got = cut_at(
			    p, s, s->rest < 2 * step ? s->rest / 2 : step);
			if (got == NULL)
				s->rest = 0;
		}
		if (s == p->frontier)
			cut = false;
		measure(p, s);
		reach += whole(p, s);
	}
	return got;
}

/* Beyond the frontier: one more guess, twice as far as the last. */
static struct seg *
choose_beyond(struct listplan *p)
{
	double useful = (double)p->st.useful / p->page_names, ahead = 0, step;
	double most = 1 + useful / 8;
	struct seg *s, *from = NULL, *got;

	if (p->frontier == NULL || (double)beyond(p) >= most ||
	    !may_cut(p, beyond(p) < 2) || !has_room(p, NULL))
		return NULL;
	for (s = p->head; s != NULL; s = s->next) {
		if (s->pub.done)
			continue;
		measure(p, s);
		if (s->near.first.data == NULL)
			continue;
		if (from != NULL && isfinite(from->rest))
			ahead += from->rest;
		from = s;
	}
	/* Behind a segment that is over there is nothing. */
	if (from == NULL || (from->next != NULL && from != p->frontier))
		return NULL;
	if (!p->par.unsorted &&
	    ahead * p->page_bytes > 2 * (double)p->par.window)
		return NULL;
	step = ahead > target(p) ? ahead : target(p);
	if (from->rest < 2 * step)
		step = from->rest / 2;
	if (step < 1.2)
		return NULL;
	if (from->strange && !from->begun)
		return cut_folder(p, from);
	got = cut_at(p, from, step);
	if (got == NULL)
		got = cut_at(p, from, HUGE_VAL);
	return got;
}

/* Page after page. */
static struct seg *
choose_first(struct listplan *p)
{
	for (struct seg *s = p->head; s != NULL; s = s->next)
		if (!s->pub.done && !s->pub.busy)
			return has_room(p, s) ? send(p, s) : NULL;
	return NULL;
}

struct listplan_seg *
listplan_next(struct listplan *p)
{
	struct seg *s;
	double step;

	if (p->st.in_flight >= p->ramp || p->head == NULL)
		return NULL;
	if (p->collapsed || p->par.in_flight == 1) {
		s = choose_first(p);
		return s != NULL ? &s->pub : NULL;
	}
	step = target(p);
	s = beyond(p) == 0 ? choose_beyond(p) : NULL;
	if (s == NULL)
		s = choose_short(p, step, 4);
	if (s == NULL)
		s = choose_beyond(p);
	if (s == NULL)
		s = choose_short(p, 2, 2.5);
	return s != NULL ? &s->pub : NULL;
}

/* Answers */

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
in_order(const struct seg *s, const struct listplan_key *keys, size_t count,
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
unbusy(struct listplan *p, struct seg *s)
{
	assert(s->pub.busy);
	s->pub.busy = false;
	p->st.in_flight--;
}

static void
set_sample(const struct listplan *p, struct seg *s,
    const struct listplan_key *keys, size_t count)
{
	if (count < 2)
		return;
	sample_set(
	    &s->near, keys[0], keys[count - 1], (double)count / p->page_names);
	s->measured = false;
}

static void
extend_run(const struct listplan *p, struct seg *s,
    const struct listplan_key *keys, size_t count)
{
	double pages = (double)count / p->page_names;

	if (count == 0)
		return;
	if (s->run.first.data == NULL || s->run.pages > 16)
		sample_set(&s->run, keys[0], keys[count - 1], pages);
	else {
		key_set(&s->run.last, keys[count - 1]);
		s->run.pages += pages;
	}
	if (s->run.pages >= WIDE)
		sample_copy(&s->wide, &s->run);
}

/*
 * The store says that nothing follows the page that s just took: what was
 * guessed beyond it is empty, and need not be waited for.
 */
static void
end_guesses(struct listplan *p, struct seg *s)
{
	for (struct seg *t = s->next; t != NULL; t = t->next)
		if (t->begun)
			return;
	for (struct seg *t = s->next; t != NULL; t = t->next)
		if (!t->pub.busy || p->par.cancels)
			t->pub.done = true;
}

/* A segment is over: was it as long as hoped? */
static void
calibrate(struct listplan *p, const struct seg *s)
{
	double ratio = s->got / s->hoped;

	double *bias = &p->bias[s->hoped_begun];

	*bias *= 1 + BIAS_GAIN * ((ratio < 2 ? ratio : 2) - 1);
	if (*bias < .02)
		*bias = .02;
	if (*bias > 1.5)
		*bias = 1.5;
}

/* A page that belongs to s wholly, in part, or not at all. */
static void
adapt(struct listplan *p, struct seg *s, size_t kept, size_t count)
{
	p->st.useful += kept;
	p->st.wasted += count - kept;
	if (count == 0)
		p->st.wasted += (uint64_t)p->page_names;
	if (s->guesses > 0 && !s->begun) {
		p->guessing--;
		if (kept == 0)
			p->depth = p->depth > 2 ? p->depth * DEPTH_CUT : 1;
		else if (p->depth < 2 * s->guesses)
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
	for (struct seg *t = s->next; t != NULL; t = t->next)
		if (t->begun)
			return;
	p->frontier = s;
}

static void
book(struct listplan *p, struct seg *s, size_t kept, size_t count, size_t bytes,
    bool more)
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
	struct seg *s = (struct seg *)seg;
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
	if (take->keep > 0)
		key_set(&s->after, keys[take->skip + take->keep - 1]);
	if (!p->collapsed) {
		keycut_learn(&p->cut, keys, count);
		set_sample(p, s, keys, count);
		extend_run(p, s, keys, count);
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
	unbusy(p, (struct seg *)seg);
}

void
listplan_abandon(struct listplan *p, struct listplan_seg *seg)
{
	if (seg->busy)
		unbusy(p, (struct seg *)seg);
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
	return ((const struct seg *)seg)->after;
}

struct listplan_key
listplan_hi(const struct listplan_seg *seg)
{
	return ((const struct seg *)seg)->hi;
}

struct listplan_seg *
listplan_front(const struct listplan *p)
{
	return p->head != NULL ? &p->head->pub : NULL;
}

struct listplan_seg *
listplan_following(const struct listplan_seg *seg)
{
	const struct seg *s = (const struct seg *)seg;

	return s->next != NULL ? &s->next->pub : NULL;
}

void
listplan_remove(struct listplan *p, struct listplan_seg *seg)
{
	assert(seg->done && (!seg->busy || p->par.cancels));
	seg->user = NULL;
	seg_free(p, (struct seg *)seg);
}

void
listplan_pop(struct listplan *p)
{
	listplan_remove(p, &p->head->pub);
}

void
listplan_collapse(struct listplan *p)
{
	struct seg *s = p->head;

	p->collapsed = true;
	if (s == NULL)
		return;
	key_set(&s->hi, p->tail->hi);
	while (s->next != NULL)
		seg_free(p, s->next);
	s->pub.done = false;
}

void
listplan_stats(const struct listplan *p, struct listplan_stats *stats)
{
	*stats = p->st;
}
