/*
 * What to ask for next.  See listpick.h and listplan.h.
 *
 * What is sent next, in this order: the continuation of a segment that has
 * been begun, nearest first; else a cut.  The known end, or frontier, is the
 * last segment that has given keys: beyond it the bucket may end at once, so
 * only a few guesses are under way there, each twice as far as the one
 * before.  Short of it segments are cut a few pages ahead, nearest first,
 * and the tail cut off is cut again by the same density, in chains as long as
 * guesses have come true lately.
 */

#include "listpick.h"

#include <math.h>

#include "listseg.h"

#define STRETCH 200 /* pages looked back for a density, about */
#define LONGEST 6   /* pages a segment should have at most */

/* May a request for s be sent, as far as memory goes? */
static bool
has_room(const struct listplan *p, const struct listseg *s)
{
	double used = (double)p->st.held +
	    (double)(p->st.in_flight + 1) * p->page_bytes;

	if (used <= (double)p->par.window)
		return true;
	/* The front must go on, unless it waits for its own printing. */
	return s != NULL && s == p->head &&
	    (double)s->pub.held <= 2 * p->page_bytes;
}

static struct listseg *
send(struct listplan *p, struct listseg *s)
{
	s->pub.busy = true;
	p->st.in_flight++;
	p->st.requests++;
	return s;
}

/* What guesses about s are to be multiplied by. */
static double
bias_of(
    const struct listplan *p, const struct listseg *s, enum listseg_guess by)
{
	if (s->begun && s->got > 2 * s->hoped + 2)
		return 1; /* it has outlived what was hoped */
	return p->bias[by];
}

/*
 * What is known of where s goes on: at first what its page tells, which is
 * its folder; then by view_widen() what the folders before it tell of those
 * that follow.  Keys are borrowed from the segments.
 */
struct view {
	struct keycut_range range;
	struct listplan_key folder; /* the page's, or one around; empty: all */
	enum listseg_guess by;
	char room[KEYNUM_POSITIONS];
};

static size_t
common(struct listplan_key a, struct listplan_key b)
{
	return keynum_common(a.data, a.len, b.data, b.len);
}

static void
view_near(const struct listplan *p, const struct listseg *s, struct view *v)
{
	const struct listseg_sample *near = &s->near;
	size_t mark = keycut_folder(
	    &p->cut, near->last, common(near->first, near->last));

	v->range = (struct keycut_range){
	    s->after, s->hi, near->first, near->last, near->pages, mark};
	v->folder = (struct listplan_key){near->last.data, mark};
	v->by = s->begun ? GUESS_OWN : GUESS_NEAR;
}

/* Can it be told how many pages s holds? */
static bool
known(const struct listseg *s)
{
	return s->pub.done || (s->measured && s->rest < STRETCH);
}

/* Take what is known, read or measured, in the folder that the first mark
 * bytes of child name, before child.  False if that is too little. */
static bool
view_before(const struct listseg *s, struct listplan_key child, size_t mark,
    struct keycut_range *r)
{
	const struct listseg *t = s->prev;
	struct listplan_key first, last;
	double pages = 0;

	while (t != NULL && keycut_compare(t->hi, child) > 0)
		t = t->prev;
	if (t == NULL)
		return false;
	first = last = t->hi;
	for (; known(t) && t->prev != NULL && pages < STRETCH; t = t->prev) {
		if (common(t->prev->hi, child) < mark)
			break;
		pages += t->total + (t->pub.done ? 0 : t->rest);
		first = t->prev->hi;
	}
	if (pages < 3)
		return false;
	*r = (struct keycut_range){r->after, r->hi, first, last, pages, mark};
	return true;
}

/*
 * Go on behind the folder that is in view, by what is known of the innermost
 * one around it that says enough.  The page's own way down there does not
 * count: it was met because it is large.
 */
static bool
view_widen(
    struct listplan *p, const struct listseg *s, struct view *v, double *passed)
{
	struct keycut_range was = v->range;
	struct listplan_key child;

	do {
		child = v->folder;
		if (child.len == 0)
			return false;
		v->folder.len = keycut_folder(&p->cut, child, child.len - 1);
	} while (common(s->after, child) < v->folder.len ||
	    !view_before(s, child, v->folder.len, &v->range));
	*passed = keycut_pass(&p->cut, &was, v->room) * bias_of(p, s, v->by);
	v->range.after = was.after;
	if (!s->begun)
		v->by = GUESS_FAR;
	return true;
}

/* How many pages are left of s? */
static double
rest_of(struct listplan *p, const struct listseg *s)
{
	double rest = 0, passed;
	struct view v;

	view_near(p, s, &v);
	while (s->hi.data != NULL && !keycut_tells(&p->cut, &v.range, s->hi) &&
	    view_widen(p, s, &v, &passed))
		rest += passed;
	return rest + keycut_rest(&p->cut, &v.range) * bias_of(p, s, v.by);
}

static void
measure(struct listplan *p, struct listseg *s)
{
	if (s->measured || s->near.first.data == NULL)
		return;
	s->measured = true;
	s->rest = rest_of(p, s);
}

/* Cut s at the key just placed; the tail is a new segment, asked at once. */
static struct listseg *
cut_here(
    struct listplan *p, struct listseg *s, double pages, enum listseg_guess by)
{
	struct listplan_key at = {p->cut.key.data, p->cut.key.len};
	struct listseg *tail;

	tail = listseg_new(p, s);
	tail->after = listseg_key_copy(at);
	tail->hi = s->hi;
	s->hi = listseg_key_copy(at);
	listseg_sample_copy(&tail->near, &s->near);
	tail->guesses = s->begun ? 1 : s->guesses + 1;
	tail->rest = s->rest - pages;
	s->rest = pages;
	s->hoped = isfinite(pages) ? pages : 0;
	s->got = 0;
	s->hoped_by = by;
	s->measured = tail->measured = isfinite(pages);
	p->guessing++;
	p->st.cuts++;
	return send(p, tail);
}

/*
 * Place a cut so many pages ahead, or (HUGE_VAL) in the middle.  What is left
 * of its folder is told by its page; what lies beyond by what is known before;
 * where neither helps, the cut goes to the folder's end.
 */
static bool
place(struct listplan *p, struct listseg *s, double pages, struct view *v)
{
	double far, passed;

	view_near(p, s, v);
	for (;;) {
		far = pages / bias_of(p, s, v->by);
		if (!keycut_place(&p->cut, &v->range, far))
			return false;
		if (!p->cut.left)
			return true;
		if (!view_widen(p, s, v, &passed))
			return keycut_place(&p->cut, &v->range, far);
		pages -= passed;
	}
}

static struct listseg *
cut_at(struct listplan *p, struct listseg *s, double pages)
{
	struct listseg *tail;
	struct view v;

	if (!place(p, s, pages, &v) || (p->cut.left && s->strange))
		return NULL;
	/* At a folder's end it is nearer, nobody knows how much. */
	if (p->cut.left)
		pages = HUGE_VAL;
	tail = cut_here(p, s, pages, v.by);
	tail->strange = !isfinite(pages);
	return tail;
}

/* Cut s where a folder ends. */
static struct listseg *
cut_folder(struct listplan *p, struct listseg *s)
{
	struct listseg *tail;
	struct view v;

	view_near(p, s, &v);
	if (!keycut_leave(&p->cut, &v.range))
		return NULL;
	tail = cut_here(p, s, HUGE_VAL, v.by);
	tail->strange = true;
	return tail;
}

/* How long segments should be: as long as the window lets all of them be. */
static double
target(const struct listplan *p)
{
	double fit = (double)p->par.window / p->page_bytes /
	    (double)p->par.in_flight;

	return fit < 2 ? 2 : fit > LONGEST ? LONGEST : fit;
}

/*
 * The governor: may one more guess be made?  What was wasted stays under
 * p->extra of what was useful (beside what a dozen pages allow), even if half
 * of the guesses under way turn out to be wrong.  Most buckets are small;
 * there each request counts.
 */
static bool
may_cut(const struct listplan *p, bool bonus)
{
	double useful = (double)p->st.useful / p->page_names;
	double wasted = (double)p->st.wasted / p->page_names;
	double share = wasted / (useful + 12), most = p->trust;
	double odd = wasted + (double)p->guessing + 1;
	double risk = p->extra < .5 ? p->extra : .5;

	if (useful < 4 && odd > useful / 2 + 1)
		return false;
	if (odd > 1 + useful * (p->extra + risk) || share >= p->extra)
		return false;
	if (bonus)
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

	for (struct listseg *s = p->tail; s != NULL && s != p->frontier;
	     s = s->prev)
		n += s->pub.busy;
	return n;
}

/* Bytes that s holds and will hold once it is read to its end. */
static double
whole(const struct listplan *p, const struct listseg *s)
{
	double bytes = (double)s->pub.held;

	if (!s->pub.done)
		bytes += (s->rest > 1 ? s->rest : 1) * p->page_bytes;
	return bytes;
}

/* May s be cut, when its rest is at least so many pages? */
static bool
cuttable(struct listplan *p, struct listseg *s, double least)
{
	if (s->pub.done || s->near.first.data == NULL ||
	    (!s->begun && s->guesses > p->depth))
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
static struct listseg *
choose_short(struct listplan *p, double step, double least)
{
	double reach = 0, window = (double)p->par.window, far;
	bool cut = may_cut(p, false);
	struct listseg *got = NULL;

	for (struct listseg *s = p->head; s != NULL && got == NULL;
	     s = s->next) {
		if (reach > window && !p->par.unsorted)
			break;
		if (!s->pub.done && !s->pub.busy && has_room(p, s))
			return send(p, s);
		if (s != p->frontier && cut && has_room(p, NULL) &&
		    cuttable(p, s, least)) {
			far = s->rest < 2 * step ? s->rest / 2 : step;
			got = cut_at(p, s, far);
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
static struct listseg *
choose_beyond(struct listplan *p)
{
	double useful = (double)p->st.useful / p->page_names, ahead = 0, step;
	double most = 1 + useful / 16;
	struct listseg *s, *from = NULL, *got;

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
	got = cut_at(p, from, step);
	if (got == NULL)
		got = from->strange ? cut_folder(p, from) :
				      cut_at(p, from, HUGE_VAL);
	return got;
}

/* Page after page. */
static struct listseg *
choose_first(struct listplan *p)
{
	for (struct listseg *s = p->head; s != NULL; s = s->next)
		if (!s->pub.done && !s->pub.busy)
			return has_room(p, s) ? send(p, s) : NULL;
	return NULL;
}

struct listplan_seg *
listpick_next(struct listplan *p)
{
	struct listseg *s;
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
		s = choose_short(p, 2.5, 3.5);
	return s != NULL ? &s->pub : NULL;
}
