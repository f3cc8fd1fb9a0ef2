/* How many keys lie in a gap.  See splitgap.h. */

#include "splitgap.h"

#include <math.h>

#define PRIOR	  1  /* weight of names as such against density */
#define LOOK_BACK 64 /* pages */

struct listplan_key
splitgap_end(const struct splitplan *p, const struct splitnode *n)
{
	return n->next != NULL ? n->next->after : p->hi;
}

struct keycut_range
splitgap_range(const struct splitplan *p, const struct splitnode *n)
{
	struct keycut_range r = {n->last, splitgap_end(p, n), n->first, n->last,
	    n->count / p->page_keys};

	return r;
}

/* The share of all names, as far as they are known to reach, in the gap. */
static double
width_of(struct splitplan *p, const struct splitnode *n)
{
	struct keycut_range r = splitgap_range(p, n);
	struct listplan_key lo = p->lo;

	if (p->head->first.data != NULL)
		lo = p->head->first;
	return keycut_width(
	    &p->cut, &r, lo, p->end.data != NULL ? p->end : p->hi);
}

/* How much the gap matters: by density, or as names of which nothing is
 * known. */
double
splitgap_stake(struct splitplan *p, const struct splitnode *n)
{
	double names = PRIOR * p->total * width_of(p, n);

	/* Where the bucket ends comes before all else. */
	if (n->next == NULL && p->hi.data == NULL && p->probes % 2 == 0)
		return HUGE_VAL;

	if (n->strange)
		names += PRIOR * p->total / (4 + 4 * (double)p->nstrange);
	return n->gap > names ? n->gap : names;
}

/* Does the gap reach beyond the folder that its page is from? */
bool
splitgap_strange(const struct splitplan *p, const struct splitnode *n)
{
	struct keycut_range r = splitgap_range(p, n);

	return n->count < 2 || !keycut_tells(&p->cut, &r, r.hi);
}

/*
 * Sum up what was seen in the folder that the first outer bytes of n's last
 * key name, before the folder within it that the first inner bytes name.
 */
static bool
see_neighbours(const struct splitplan *p, const struct splitnode *n,
    size_t outer, size_t inner, struct keycut_range *r)
{
	const struct listplan_key last = n->last;
	size_t same;
	int i = 0;

	r->pages = 0;
	for (n = n->prev; n != NULL && i++ < LOOK_BACK; n = n->prev) {
		same = keynum_common(
		    n->last.data, n->last.len, last.data, last.len);
		if (same >= inner || n->count < 2)
			continue;
		if (same < outer)
			break;
		if (r->pages == 0)
			r->last = n->last;
		r->first = n->first;
		r->pages += (n->count + n->gap) / p->page_keys;
	}
	return r->pages > 0;
}

static void
part_add(
    struct splitplan *p, struct splitgap_parts *l, const struct keycut_range *r)
{
	struct splitgap_part *part = &l->at[l->n++];
	double pages = keycut_rest(&p->cut, r);

	part->range = *r;
	part->pages = pages < p->most ? pages : p->most;
	l->pages += part->pages;
}

/* The next part after the folder of len bytes: outwards; false at the end. */
static bool
part_outer(struct splitplan *p, const struct splitnode *n,
    struct splitgap_parts *l, size_t *len)
{
	struct keycut_range r = splitgap_range(p, n);
	size_t outer = keycut_folder(&p->cut, n->last, *len - 1);
	struct listplan_key end = r.hi, out;
	char *room = l->room[l->n];
	bool over = true;

	r.after = keycut_folder_end(n->last, *len, room);
	if (end.data != NULL && keycut_compare(r.after, end) >= 0)
		return false;
	if (outer > 0) {
		out = keycut_folder_end(n->last, outer, l->room[l->n + 1]);
		over = end.data != NULL && keycut_compare(end, out) <= 0;
		if (!over)
			r.hi = out;
	}
	if (r.hi.data != NULL && see_neighbours(p, n, outer, *len, &r))
		part_add(p, l, &r);
	*len = outer;
	return !over && l->n + 2 < SPLITGAP_PARTS;
}

/*
 * What the gap after n is made of, in order: the rest of the folder that the
 * page is from, by that page's density; the rest of the folder around that
 * one, by the density of what was seen there; and so on outwards.
 */
void
splitgap_parts(
    struct splitplan *p, const struct splitnode *n, struct splitgap_parts *l)
{
	struct keycut_range r = splitgap_range(p, n);
	struct listplan_key end = r.hi;
	double inner = 0;
	size_t len;

	l->n = 0;
	l->pages = 0;
	if (n->count < 2)
		return;
	for (size_t i = 0; i < n->nlevels; i++) {
		r.first = n->level[i].first;
		r.pages = ((double)n->level[i].keys - inner) / p->page_keys;
		r.hi = keycut_folder_end(
		    n->last, n->level[i].len, l->room[SPLITGAP_PARTS + i]);
		if (end.data != NULL && keycut_compare(r.hi, end) >= 0)
			r.hi = end;
		part_add(p, l, &r);
		if (r.hi.data == end.data)
			return;
		r.after = r.hi;
		r.last = n->level[i].first;
		inner = (double)n->level[i].keys;
	}
	r.first = n->first;
	r.hi = end;
	r.pages = (n->count - inner) / p->page_keys;
	len = keycut_folder(&p->cut, n->last,
	    keynum_common(
		n->first.data, n->first.len, n->last.data, n->last.len));
	if (n->strange && len > 0) {
		end = keycut_folder_end(
		    n->last, len, l->room[SPLITGAP_PARTS + SPLITNODE_LEVELS]);
		if (r.hi.data == NULL || keycut_compare(end, r.hi) < 0)
			r.hi = end;
	}
	part_add(p, l, &r);
	while (n->strange && len > 0 && part_outer(p, n, l, &len))
		continue;
}

/* The key so many pages into the gap, in p->cut.key. */
bool
splitgap_place(
    struct splitplan *p, const struct splitgap_parts *l, double pages)
{
	const struct splitgap_part *part;
	double scale;

	for (size_t i = 0; i < l->n; i++) {
		part = &l->at[i];
		if (pages > part->pages && i + 1 < l->n) {
			pages -= part->pages;
			continue;
		}
		/* As a share of the part, whatever it was trimmed to. */
		scale = keycut_rest(&p->cut, &part->range) / part->pages;
		if (!isfinite(scale))
			return false;
		return keycut_place_beyond(
		    &p->cut, &part->range, pages * scale);
	}
	return false;
}
