#include <string.h>

#include "decide.h"

#define FEW	      12   /* keys for which no page is worth its price */
#define PAGE_KEYS     1000 /* of a full page */
#define PAGES	      10   /* of a range: half a page is lost at its end */
#define RAMP	      2	   /* ranges begun until they grow by a page */
#define SCOUT_KEYS    25   /* enough to see that a page pays */
#define LEAST	      0.1
#define STRETCH_FIRST 200
#define STRETCH_MAX   1600
#define PER_PAGE_MAX  1e6

void
decide_init(struct decide *d, enum decide_probe probe)
{
	memset(d, 0, sizeof(*d));
	d->probe = probe;
	d->stretch = STRETCH_FIRST;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
decide_stretch(unsigned nth)
{
	return nth >= 3 ? STRETCH_MAX : (size_t)STRETCH_FIRST << nth;
}

size_t
decide_length(double per_page)
{
	double keys = PAGES * per_page;

	return keys < 1 ? 1 : (size_t)keys;
}

/* Early ranges are short, so that the first answers come early; the ends of a
 * split range are equal, so that no stub of one costs a page. */
static size_t
share_of(struct decide *d, size_t keys)
{
	double per_page = d->per_page > 0 ? d->per_page : PAGE_KEYS;
	unsigned pages = 1 + d->begun++ / RAMP;
	size_t most, parts;

	if (pages < PAGES)
		return least(keys, (size_t)(pages * per_page) + 1);
	most = decide_length(per_page);
	parts = (keys + most / 2) / most;
	return parts <= 1 ? keys : (keys + parts - 1) / parts;
}

static struct decide_plan
by_list(struct decide *d, size_t keys, bool scout)
{
	struct decide_plan plan = {DECIDE_BY_LIST, keys, scout};

	d->scouting = d->scouting || scout;
	return plan;
}

static struct decide_plan
by_head(struct decide *d, size_t keys)
{
	struct decide_plan plan = {DECIDE_BY_HEAD, keys, false};

	d->heads += keys;
	return plan;
}

/* A page pays no longer, as far as we know: ask, but look now and then. */
static struct decide_plan
sparse(struct decide *d, size_t keys, bool whole)
{
	if (d->scouting || d->heads < d->stretch) {
		if (!whole && !d->scouting)
			keys = least(keys, d->stretch - d->heads);
		return by_head(d, keys);
	}
	d->heads = 0;
	return by_list(d, least(keys, SCOUT_KEYS), true);
}

struct decide_plan
decide_range(struct decide *d, size_t keys, bool whole)
{
	struct decide_plan later = {DECIDE_LATER, 0, false};

	if (d->probe == DECIDE_HEAD_ONLY ||
	    (d->no_list && d->probe == DECIDE_AUTO))
		return by_head(d, keys);
	if (d->probe == DECIDE_AUTO && keys <= FEW)
		return by_head(d, keys);
	if (d->per_page <= 0) {
		if (d->scouting)
			return later;
		return by_list(d, share_of(d, keys), true);
	}
	if (d->probe == DECIDE_AUTO && d->per_page < DECIDE_PRICE)
		return sparse(d, keys, whole);
	return by_list(d, share_of(d, keys), false);
}

void
decide_scouted(struct decide *d)
{
	d->scouting = false;
}

/* A page that was not used up would have answered more. */
static double
rate(const struct decide_page *page)
{
	double entries = (double)page->entries, answered, keys;

	answered = (double)page->answered;
	if (page->more && page->used >= page->entries)
		keys = answered;
	else if (page->more)
		keys = answered * entries / (double)(page->used + 1);
	else
		keys = answered * PAGE_KEYS / (double)(page->used + 1);
	return keys < answered	? answered :
	    keys > PER_PAGE_MAX ? PER_PAGE_MAX :
				  keys;
}

double
decide_learn(struct decide *d, const struct decide_page *page)
{
	double keys = rate(page);

	if (d->per_page <= 0 || d->per_page < DECIDE_PRICE)
		d->per_page = keys;
	else
		d->per_page += (keys - d->per_page) / 4;
	if (d->per_page >= DECIDE_PRICE)
		d->stretch = STRETCH_FIRST;
	else if (d->stretch < STRETCH_MAX)
		d->stretch *= 2;
	return keys;
}

enum decide_way
decide_go_on(const struct decide *d, double per_page, size_t left)
{
	if (d->probe != DECIDE_AUTO)
		return DECIDE_BY_LIST;
	return left <= FEW || per_page < DECIDE_PRICE ? DECIDE_BY_HEAD :
							DECIDE_BY_LIST;
}
