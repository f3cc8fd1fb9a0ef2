/*
 * Balanced ranges.  See splitplan.h.
 *
 * The range is a list of nodes.  A node is a page that was read after a key
 * (its after, first and last), and the gap between its last key and the next
 * node's after, whose keys are estimated.  Open gaps stand in a heap, the one
 * with most at stake on top; a probe into a gap cuts it in two.
 */

#include "splitplan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keycut.h"
#include "xalloc.h"

#define PER_RANGE  20		      /* probes, by default */
#define REMEMBER   ((size_t)4 << 20)  /* bytes: until then all keys are kept */
#define REMEMBER16 ((size_t)16 << 20) /* then 16 of a page */
#define FORGET	   ((size_t)48 << 20) /* no more probes */
#define PRIOR	   1  /* weight of names as such against density */
#define LOOK_BACK  64 /* pages */
#define OUTLIER	   4  /* times what a probe stands for */
#define PATIENCE   .1
#define LEVELS	   4
#define SURPRISE   4
#define FEW	   3   /* keys that tell a density, at least */
#define CLOSE_BY   2.0 /* pages: a gap that is read from its beginning */

/* A folder that began within a page and holds its last key. */
struct level {
	size_t len;		   /* of its name, which begins the last key */
	size_t keys;		   /* of the page that are in it */
	struct listplan_key first; /* owned: the first of them */
};

struct node {
	struct node *next, *prev;
	struct listplan_key after, first, last; /* owned */
	struct listplan_key *inner;		/* owned: keys of the page */
	size_t ninner;
	struct level level[LEVELS]; /* from the innermost outwards */
	size_t nlevels;
	double count; /* keys of the page */
	double gap;   /* keys thought to be in the gap */
	double trim;  /* by which the page's density is corrected */
	double stake;
	size_t heap; /* index, NONE: not there */
	bool probing;
	bool strange; /* the page tells only of the gap's beginning */
};

#define NONE  SIZE_MAX
#define PARTS 12

/* Part of a gap, of one density. */
struct part {
	struct keycut_range range;
	double pages;
};

struct parts {
	struct part at[PARTS];
	char room[PARTS + LEVELS + 1][KEYNUM_POSITIONS + 1]; /* folders' ends */
	size_t n;
	double pages;
};

struct splitplan_probe {
	struct splitplan_probe *next, **link; /* of those under way */
	double stake;
	struct node *node;
	struct listplan_key after; /* owned */
};

struct splitplan {
	struct splitplan_params par;
	struct keycut cut;
	struct node *head;
	struct node **heap;
	size_t nheap, room;
	size_t nstrange;
	double most; /* pages of a gap: one wild guess must not rule */
	double total, page_keys;
	struct splitplan_probe *flying;
	size_t memory, under_way, ramp;
	uint64_t probes, answers;
	struct listplan_key lo, hi; /* owned */
	struct listplan_key end;    /* owned: nothing lies behind; or NULL */
};

static struct listplan_key
key_copy(struct splitplan *p, struct listplan_key k)
{
	if (k.data == NULL)
		return k;
	p->memory += k.len + 1;
	return (struct listplan_key){xmemdup0(k.data, k.len), k.len};
}

static void
key_free(struct splitplan *p, struct listplan_key *k)
{
	if (k->data != NULL)
		p->memory -= k->len + 1;
	free((void *)(uintptr_t)k->data);
	*k = (struct listplan_key){NULL, 0};
}

static struct node *
node_new(struct splitplan *p, struct node *prev, struct listplan_key after)
{
	struct node *n = xcalloc(1, sizeof(*n));

	n->after = key_copy(p, after);
	n->heap = NONE;
	n->trim = 1;
	if (prev != NULL) {
		n->next = prev->next;
		n->prev = prev;
		prev->next = n;
		if (n->next != NULL)
			n->next->prev = n;
	} else
		p->head = n;
	p->memory += sizeof(*n);
	return n;
}

static void
node_free(struct splitplan *p, struct node *n)
{
	key_free(p, &n->after);
	key_free(p, &n->first);
	key_free(p, &n->last);
	for (size_t i = 0; i < n->ninner; i++)
		key_free(p, &n->inner[i]);
	for (size_t i = 0; i < n->nlevels; i++)
		key_free(p, &n->level[i].first);
	free(n->inner);
	free(n);
}

struct splitplan *
splitplan_new(const struct splitplan_params *params)
{
	struct splitplan *p = xcalloc(1, sizeof(*p));
	struct listplan_key lo = params->lo;

	p->par = *params;
	if (lo.data == NULL)
		lo = (struct listplan_key){"", 0};
	if (p->par.budget == 0)
		p->par.budget = p->par.ranges * PER_RANGE;
	if (p->par.in_flight == 0)
		p->par.in_flight = 1;
	keycut_init(&p->cut, NULL, params->common_prefix.len, '\0');
	p->lo = key_copy(p, lo);
	p->hi = key_copy(p, params->hi);
	p->page_keys = 1000;
	p->most = p->par.ranges > 10 ? 100 * (double)p->par.ranges : 1000;
	p->ramp = 1;
	node_new(p, NULL, p->lo);
	return p;
}

void
splitplan_free(struct splitplan *p)
{
	struct node *n;

	if (p == NULL)
		return;
	while ((n = p->head) != NULL) {
		p->head = n->next;
		node_free(p, n);
	}
	key_free(p, &p->lo);
	key_free(p, &p->hi);
	key_free(p, &p->end);
	keycut_fini(&p->cut);
	free(p->heap);
	free(p);
}

/* The heap of open gaps */

static void
heap_set(struct splitplan *p, size_t i, struct node *n)
{
	p->heap[i] = n;
	n->heap = i;
}

static void
heap_up(struct splitplan *p, size_t i)
{
	struct node *n = p->heap[i];
	size_t up;

	for (; i > 0 && p->heap[up = (i - 1) / 2]->stake < n->stake; i = up)
		heap_set(p, i, p->heap[up]);
	heap_set(p, i, n);
}

static void
heap_down(struct splitplan *p, size_t i)
{
	struct node *n = p->heap[i];
	size_t down;

	while ((down = 2 * i + 1) < p->nheap) {
		if (down + 1 < p->nheap &&
		    p->heap[down + 1]->stake > p->heap[down]->stake)
			down++;
		if (p->heap[down]->stake <= n->stake)
			break;
		heap_set(p, i, p->heap[down]);
		i = down;
	}
	heap_set(p, i, n);
}

static void
heap_put(struct splitplan *p, struct node *n)
{
	if (p->nheap == p->room) {
		p->room = p->room == 0 ? 64 : p->room * 2;
		p->heap = xreallocarray(p->heap, p->room, sizeof(*p->heap));
	}
	heap_set(p, p->nheap++, n);
	heap_up(p, n->heap);
}

static void
heap_drop(struct splitplan *p, struct node *n)
{
	size_t i = n->heap;
	struct node *moved;

	if (i == NONE)
		return;
	n->heap = NONE;
	moved = p->heap[--p->nheap];
	if (moved == n)
		return;
	heap_set(p, i, moved);
	heap_up(p, i);
	heap_down(p, moved->heap);
}

/* Estimates */

static struct listplan_key
gap_end(const struct splitplan *p, const struct node *n)
{
	return n->next != NULL ? n->next->after : p->hi;
}

static struct keycut_range
gap_range(const struct splitplan *p, const struct node *n)
{
	struct keycut_range r = {
	    n->last, gap_end(p, n), n->first, n->last, n->count / p->page_keys};

	return r;
}

/* The share of all names, as far as they are known to reach, in the gap. */
static double
width_of(struct splitplan *p, const struct node *n)
{
	struct keycut_range r = gap_range(p, n);
	struct listplan_key lo = p->lo;

	if (p->head->first.data != NULL)
		lo = p->head->first;
	return keycut_width(
	    &p->cut, &r, lo, p->end.data != NULL ? p->end : p->hi);
}

/* How much the gap matters: by density, or as names of which nothing is
 * known. */
static double
stake_of(struct splitplan *p, const struct node *n)
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
static bool
is_strange(const struct splitplan *p, const struct node *n)
{
	struct keycut_range r = gap_range(p, n);

	return n->count < 2 || !keycut_tells(&p->cut, &r, r.hi);
}

/*
 * Sum up what was seen in the folder that the first outer bytes of n's last
 * key name, before the folder within it that the first inner bytes name.
 */
static bool
see_neighbours(const struct splitplan *p, const struct node *n, size_t outer,
    size_t inner, struct keycut_range *r)
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
part_add(struct splitplan *p, struct parts *l, const struct keycut_range *r)
{
	struct part *part = &l->at[l->n++];
	double pages = keycut_rest(&p->cut, r);

	part->range = *r;
	part->pages = pages < p->most ? pages : p->most;
	l->pages += part->pages;
}

/* The next part after the folder of len bytes: outwards; false at the end. */
static bool
part_outer(
    struct splitplan *p, const struct node *n, struct parts *l, size_t *len)
{
	struct keycut_range r = gap_range(p, n);
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
	return !over && l->n + 2 < PARTS;
}

/*
 * What the gap after n is made of, in order: the rest of the folder that the
 * page is from, by that page's density; the rest of the folder around that
 * one, by the density of what was seen there; and so on outwards.
 */
static void
find_parts(struct splitplan *p, const struct node *n, struct parts *l)
{
	struct keycut_range r = gap_range(p, n);
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
		    n->last, n->level[i].len, l->room[PARTS + i]);
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
		end = keycut_folder_end(n->last, len, l->room[PARTS + LEVELS]);
		if (r.hi.data == NULL || keycut_compare(end, r.hi) < 0)
			r.hi = end;
	}
	part_add(p, l, &r);
	while (n->strange && len > 0 && part_outer(p, n, l, &len))
		continue;
}

/* The key so many pages into the gap, in p->cut.key. */
static bool
place_in(struct splitplan *p, const struct parts *l, double pages)
{
	const struct part *part;
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

/* Judge the gap after n anew; closed says that there is none. */
static void
judge(struct splitplan *p, struct node *n, bool closed)
{
	struct parts parts;

	heap_drop(p, n);
	p->total -= n->gap;
	p->nstrange -= n->strange;
	n->strange = false;
	n->gap = 0;
	if (closed)
		return;
	n->strange = is_strange(p, n);
	p->nstrange += n->strange;
	find_parts(p, n, &parts);
	n->gap = parts.pages * p->page_keys * n->trim;
	p->total += n->gap;
	n->stake = stake_of(p, n);
	heap_put(p, n);
}

/* Is the key just placed inside the gap? */
static bool
fits(const struct splitplan *p, const struct keycut_range *r)
{
	struct listplan_key k = {p->cut.key.data, p->cut.key.len};

	return keycut_compare(k, r->after) > 0 &&
	    (r->hi.data == NULL || keycut_compare(k, r->hi) < 0);
}

/* Where to probe the gap after n; the key is borrowed. */
static struct listplan_key
choose_key(struct splitplan *p, const struct node *n)
{
	struct keycut_range r = gap_range(p, n);
	double pages = n->gap / p->page_keys;
	struct parts parts;
	bool placed = false;

	if (n->count < 2)
		return n->last;
	if (pages < CLOSE_BY && !(n->strange && p->probes % 2))
		return n->last;
	if (n->strange && p->probes % 4 == 0)
		placed = keycut_leave(&p->cut, &r);
	else if (pages >= CLOSE_BY) {
		find_parts(p, n, &parts);
		placed = place_in(p, &parts, pages / 2) && fits(p, &r);
	}
	if (!placed)
		placed = keycut_place(&p->cut, &r, HUGE_VAL);
	if (!placed)
		return n->last;
	return (struct listplan_key){p->cut.key.data, p->cut.key.len};
}

static struct splitplan_probe *
probe_new(struct splitplan *p, struct node *n, struct listplan_key after)
{
	struct splitplan_probe *probe = xcalloc(1, sizeof(*probe));

	probe->node = n;
	probe->stake = n->stake;
	probe->link = &p->flying;
	probe->next = p->flying;
	if (probe->next != NULL)
		probe->next->link = &probe->next;
	p->flying = probe;
	probe->after = key_copy(p, after);
	n->probing = true;
	heap_drop(p, n);
	p->under_way++;
	p->probes++;
	return probe;
}

/* Is so much more at stake in what is under way that its answers should be
 * awaited before a probe is spent on n? */
static bool
trifle(const struct splitplan *p, const struct node *n)
{
	const struct splitplan_probe *o;

	for (o = p->flying; o != NULL; o = o->next)
		if (isfinite(o->stake) && n->stake < PATIENCE * o->stake)
			return true;
	return false;
}

struct splitplan_probe *
splitplan_next(struct splitplan *p)
{
	struct node *n;

	if (p->under_way >= p->ramp || p->probes >= p->par.budget ||
	    p->par.ranges < 2 || p->memory > FORGET)
		return NULL;
	if (p->probes == 0)
		return probe_new(p, p->head, p->head->after);
	while (p->nheap > 0) {
		n = p->heap[0];
		n->stake = stake_of(p, n);
		heap_down(p, 0);
		if (p->heap[0] != n)
			continue;
		if (trifle(p, n))
			return NULL;
		return probe_new(p, n, choose_key(p, n));
	}
	return NULL;
}

struct listplan_key
splitplan_after(const struct splitplan_probe *probe)
{
	return probe->after;
}

/* Answers */

static void
probe_end(struct splitplan *p, struct splitplan_probe *probe)
{
	probe->node->probing = false;
	*probe->link = probe->next;
	if (probe->next != NULL)
		probe->next->link = probe->link;
	key_free(p, &probe->after);
	free(probe);
	p->under_way--;
	p->ramp = p->ramp * 2 < p->par.in_flight ? p->ramp * 2 :
						   p->par.in_flight;
}

void
splitplan_failed(struct splitplan *p, struct splitplan_probe *probe)
{
	probe_end(p, probe);
}

static size_t
count_upto(
    const struct listplan_key *keys, size_t count, struct listplan_key hi)
{
	size_t lo = 0, mid;

	if (hi.data == NULL)
		return count;
	while (lo < count) {
		mid = (lo + count) / 2;
		if (keycut_compare(keys[mid], hi) <= 0)
			lo = mid + 1;
		else
			count = mid;
	}
	return lo;
}

/* Remember some of the keys, but not the last, which n->last is. */
static void
remember(struct splitplan *p, struct node *n, const struct listplan_key *keys,
    size_t count)
{
	size_t most = count, stride;

	if (count < 2 || p->memory > REMEMBER16)
		return;
	if (p->memory > REMEMBER)
		most = 16;
	stride = count / most + (count % most != 0);
	n->inner = xreallocarray(NULL, count / stride + 1, sizeof(*n->inner));
	for (size_t i = stride - 1; i + 1 < count; i += stride)
		n->inner[n->ninner++] = key_copy(p, keys[i]);
	n->count = (double)count;
}

/* Note the folders that begin within the page and hold its last key. */
static void
find_levels(struct splitplan *p, struct node *n,
    const struct listplan_key *keys, size_t count)
{
	struct listplan_key last = keys[count - 1];
	size_t same = keynum_common(
	    keys[0].data, keys[0].len, last.data, last.len);
	size_t len = keycut_folder(&p->cut, last, last.len - 1), in, old = 0;

	for (; len > same && n->nlevels < LEVELS;
	     len = keycut_folder(&p->cut, last, len - 1)) {
		in = count -
		    count_upto(
			keys, count, (struct listplan_key){last.data, len});
		if (in < old + FEW || in + FEW > count)
			continue;
		n->level[n->nlevels++] = (struct level){
		    len, in, key_copy(p, keys[count - in])};
		old = in;
	}
}

static bool
ascending(
    struct listplan_key after, const struct listplan_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (keycut_compare(after, keys[i]) >= 0)
			return false;
		after = keys[i];
	}
	return true;
}

/* Hang the page into the gap after n, as a node of its own. */
static void
take_page(struct splitplan *p, struct node *n, struct listplan_key after,
    const struct listplan_key *keys, size_t count, bool more)
{
	size_t mine = count_upto(keys, count, gap_end(p, n));
	bool closed = mine < count || !more,
	     first = n->count == 0 && n == p->head && n->first.data == NULL;
	struct node *page = first ? n : node_new(p, n, after);
	double hoped = n->gap / 2;
	bool told = !first && !n->strange && hoped > 1;

	if (count > 0) {
		page->first = key_copy(p, keys[0]);
		page->last = key_copy(p, keys[mine > 0 ? mine - 1 : 0]);
	}
	if (mine == 0) {
		key_free(p, &page->last);
		page->last = key_copy(p, after);
	}
	if (!more && page->next == NULL) {
		key_free(p, &p->end);
		p->end = key_copy(p, mine > 0 ? keys[mine - 1] : after);
	} else if (!more && mine == 0) {
		key_free(p, &p->end);
		p->end = key_copy(p, after);
	}
	page->count = (double)mine;
	p->total += (double)mine;
	remember(p, page, keys, mine);
	if (mine > 1)
		find_levels(p, page, keys, mine);
	judge(p, page, closed);
	if (told && page->gap > SURPRISE * hoped) {
		/* A density out of the common: believe half of it. */
		page->trim = sqrt(SURPRISE * hoped / page->gap);
		judge(p, page, closed);
	}
	if (!first)
		judge(p, n, keycut_compare(after, n->last) == 0);
}

bool
splitplan_page(struct splitplan *p, struct splitplan_probe *probe,
    const struct listplan_key *keys, size_t count, bool more)
{
	struct node *n = probe->node;
	bool good = ascending(probe->after, keys, count);

	if (good) {
		if (more && (double)count > p->page_keys)
			p->page_keys = (double)count;
		else if (more)
			p->page_keys += .1 * ((double)count - p->page_keys);
		keycut_learn(&p->cut, keys, count);
		take_page(p, n, probe->after, keys, count, more);
		p->answers++;
	}
	probe_end(p, probe);
	return good;
}

double
splitplan_total(const struct splitplan *p)
{
	return p->total;
}

uint64_t
splitplan_probes(const struct splitplan *p)
{
	return p->probes;
}

/* Cuts */

struct cutter {
	struct splitplan *plan;
	void (*emit)(void *arg, struct listplan_key cut);
	void *arg;
	struct buf last; /* the cut before */
	double most;	 /* keys that a gap may count for */
	double total;
	size_t done;   /* cuts behind us */
	double passed; /* keys behind us */
};

/*
 * Probes went where most was thought to be, so a gap that still stands far
 * above what a probe stands for is most likely a wild guess: bound them all.
 */
static void
bound_gaps(struct cutter *c)
{
	double sum;

	c->most = c->total = c->plan->total;
	for (int i = 0; i < 20; i++) {
		sum = 0;
		for (const struct node *n = c->plan->head; n != NULL;
		     n = n->next)
			sum += n->count + (n->gap < c->most ? n->gap : c->most);
		c->total = sum;
		c->most = OUTLIER * sum / (double)(c->plan->answers + 1);
	}
}

static double
goal(const struct cutter *c)
{
	return c->total * (double)(c->done + 1) / (double)c->plan->par.ranges;
}

static void
cut(struct cutter *c, struct listplan_key k)
{
	struct listplan_key last = {c->last.data, c->last.len};
	struct listplan_key hi = c->plan->hi;

	c->done++;
	if (k.data == NULL || keycut_compare(k, last) <= 0 ||
	    keycut_compare(k, c->plan->lo) <= 0 ||
	    (hi.data != NULL && keycut_compare(k, hi) >= 0))
		return;
	c->emit(c->arg, k);
	buf_reset(&c->last);
	buf_add(&c->last, k.data, k.len);
}

static bool
wanted(const struct cutter *c)
{
	return c->done + 1 < c->plan->par.ranges;
}

/* Cut inside a page, at the keys remembered. */
static void
cut_page(struct cutter *c, const struct node *n)
{
	double step = n->count / (double)(n->ninner + 1);

	for (size_t i = 0; i <= n->ninner && wanted(c); i++) {
		if (c->passed + step * ((double)i + 1.5) <= goal(c))
			continue;
		/* Nearest to the goal: up to half a step late or early. */
		cut(c, i < n->ninner ? n->inner[i] : n->last);
		while (
		    wanted(c) && c->passed + step * ((double)i + 1) >= goal(c))
			c->done++;
	}
	c->passed += n->count;
}

static void
cut_gap(struct cutter *c, const struct node *n)
{
	double gap = n->gap < c->most ? n->gap : c->most, pages;
	struct parts parts;

	find_parts(c->plan, n, &parts);
	while (wanted(c) && c->passed + gap > goal(c)) {
		pages = (goal(c) - c->passed) / gap * parts.pages;
		if (pages > 0 && place_in(c->plan, &parts, pages))
			cut(c,
			    (struct listplan_key){
				c->plan->cut.key.data, c->plan->cut.key.len});
		else
			cut(c, n->last);
	}
	c->passed += gap;
}

void
splitplan_cuts(struct splitplan *p,
    void (*emit)(void *arg, struct listplan_key cut), void *arg)
{
	struct cutter c = {.plan = p, .emit = emit, .arg = arg};

	buf_init(&c.last, KEYNUM_POSITIONS);
	bound_gaps(&c);
	for (const struct node *n = p->head; n != NULL && wanted(&c);
	     n = n->next) {
		if (n->count > 0)
			cut_page(&c, n);
		if (n->gap > 0)
			cut_gap(&c, n);
	}
	buf_fini(&c.last);
}
