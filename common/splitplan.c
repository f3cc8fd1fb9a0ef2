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

#include "splitgap.h"
#include "splitnode.h"
#include "xalloc.h"

#define PER_RANGE  20		      /* probes, by default */
#define REMEMBER   ((size_t)4 << 20)  /* bytes: until then all keys are kept */
#define REMEMBER16 ((size_t)16 << 20) /* then 16 of a page */
#define FORGET	   ((size_t)48 << 20) /* no more probes */
#define OUTLIER	   4		      /* times what a probe stands for */
#define PATIENCE   .1 /* of what is under way: less is not worth a probe */
#define RENEW	   2 /* all is judged anew when so many times as much is known */
#define EXPLORE	   .8  /* of the budget: then what is known is measured out */
#define CLOSE_BY   2.0 /* pages: a gap that is read from its beginning */

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
	keynum_by_names(p->cut.model);
	p->lo = splitnode_key_copy(p, lo);
	p->hi = splitnode_key_copy(p, params->hi);
	p->page_keys = 1000;
	p->most = p->par.ranges > 10 ? 100 * (double)p->par.ranges : 1000;
	p->ramp = 1;
	splitnode_new(p, NULL, p->lo);
	return p;
}

void
splitplan_free(struct splitplan *p)
{
	struct splitnode *n;

	if (p == NULL)
		return;
	while ((n = p->head) != NULL) {
		p->head = n->next;
		splitnode_free(p, n);
	}
	splitnode_key_free(p, &p->lo);
	splitnode_key_free(p, &p->hi);
	splitnode_key_free(p, &p->end);
	keycut_fini(&p->cut);
	free(p->order);
	free(p->heap);
	free(p);
}

/* Judge the gap after n anew. */
static void
judge(struct splitplan *p, struct splitnode *n)
{
	struct splitgap_parts parts;

	splitnode_drop(p, n);
	p->total -= n->gap;
	n->gap = n->stake = 0;
	n->nrest = 0;
	if (n->closed || n->count < 1)
		return;
	splitgap_judge(p, n, &parts);
	n->gap = parts.keys;
	n->stake = parts.stake;
	p->total += n->gap;
	/* Where the bucket ends comes before all else. */
	if (n->next == NULL && p->hi.data == NULL)
		n->stake = HUGE_VAL;
	if (!n->probing)
		splitnode_push(p, n);
}

/* Note the order of nodes, and judge all gaps by what is known now. */
static void
judge_all(struct splitplan *p)
{
	double before = 0;
	size_t i = 0;

	for (struct splitnode *n = p->head; n != NULL; n = n->next)
		i++;
	p->order = xreallocarray(p->order, i, sizeof(*p->order));
	p->norder = 0;
	for (struct splitnode *n = p->head; n != NULL; n = n->next) {
		p->order[p->norder++] = (struct splitplan_order){n, before};
		before += n->count + n->gap;
	}
	for (struct splitnode *n = p->head; n != NULL; n = n->next)
		judge(p, n);
	p->renew = p->answers + p->answers / RENEW + 1;
}

/*
 * A key half-way by bytes between k and all that may follow, to find where the
 * bucket ends: names seen so far tell nothing of that.  data NULL: none.
 */
static struct listplan_key
choose_beyond(struct splitplan *p, struct listplan_key k)
{
	size_t same = p->cut.prefix_len;
	unsigned byte = k.len > same ? (unsigned char)k.data[same] : 0;

	if (byte >= KEYNUM_LEAD_LAST)
		return (struct listplan_key){NULL, 0};
	byte = (byte + KEYNUM_LEAD_LAST + 1) / 2;
	if (byte > 0x7f && byte < KEYNUM_LEAD)
		byte = KEYNUM_LEAD;
	buf_reset(&p->cut.key);
	buf_add(&p->cut.key, k.data, same);
	buf_addc(&p->cut.key, (char)byte);
	keynum_mend(&p->cut.key, same);
	return (struct listplan_key){p->cut.key.data, p->cut.key.len};
}

/* Where to probe the gap after n; the key is borrowed. */
static struct listplan_key
choose_key(struct splitplan *p, struct splitnode *n)
{
	struct splitgap_parts parts;
	struct listplan_key beyond;

	if (n->next == NULL && p->hi.data == NULL && n->count > 0) {
		beyond = choose_beyond(p, n->last);
		if (beyond.data != NULL && keycut_compare(beyond, n->last) > 0)
			return beyond;
	}
	if (n->count < 1 || n->gap < CLOSE_BY * p->page_keys)
		return n->last;
	splitgap_judge(p, n, &parts);
	if (!splitgap_halve(p, &parts))
		return n->last;
	return (struct listplan_key){p->cut.key.data, p->cut.key.len};
}

static struct splitplan_probe *
probe_new(struct splitplan *p, struct splitnode *n, struct listplan_key after)
{
	struct splitplan_probe *probe = xcalloc(1, sizeof(*probe));

	probe->node = n;
	probe->stake = n->stake;
	probe->link = &p->flying;
	probe->next = p->flying;
	if (probe->next != NULL)
		probe->next->link = &probe->next;
	p->flying = probe;
	probe->after = splitnode_key_copy(p, after);
	n->probing = true;
	splitnode_drop(p, n);
	p->under_way++;
	p->probes++;
	return probe;
}

/* Is so much more at stake in what is under way that its answers should be
 * awaited before a probe is spent on n? */
static bool
trifle(const struct splitplan *p, const struct splitnode *n)
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
	struct splitnode *n;

	if (p->under_way >= p->ramp || p->probes >= p->par.budget ||
	    p->par.ranges < 2 || p->memory > FORGET)
		return NULL;
	if (p->probes == 0)
		return probe_new(p, p->head, p->head->after);
	if (!p->settling &&
	    (double)p->probes > EXPLORE * (double)p->par.budget) {
		p->settling = true;
		judge_all(p);
	}
	if (p->answers >= p->renew)
		judge_all(p);
	if (p->nheap > 0) {
		n = p->heap[0];
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
	splitnode_key_free(p, &probe->after);
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
remember(struct splitplan *p, struct splitnode *n,
    const struct listplan_key *keys, size_t count)
{
	size_t most = count, stride;

	if (count < 2 || p->memory > REMEMBER16)
		return;
	if (p->memory > REMEMBER)
		most = 16;
	stride = count / most + (count % most != 0);
	n->inner = xreallocarray(NULL, count / stride + 1, sizeof(*n->inner));
	for (size_t i = stride - 1; i + 1 < count; i += stride)
		n->inner[n->ninner++] = splitnode_key_copy(p, keys[i]);
	n->count = (double)count;
}

/* Note the folders of a page's first key (head) or last that do not hold all
 * of it. */
static void
find_edge(struct splitplan *p, struct splitnode_edge *e, bool head,
    const struct listplan_key *keys, size_t count)
{
	char room[KEYNUM_POSITIONS + 1];
	struct listplan_key key = keys[head ? 0 : count - 1];
	struct listplan_key other = keys[head ? count - 1 : 0], folder = key;
	size_t same = keynum_common(key.data, key.len, other.data, other.len);
	size_t len = key.len < KEYNUM_POSITIONS ? key.len : KEYNUM_POSITIONS;
	size_t in;

	while ((len = keycut_folder(&p->cut, key, len - 1)) > same) {
		folder.len = len;
		if (head)
			in = count_upto(
			    keys, count, keycut_folder_end(key, len, room));
		else
			in = count - count_upto(keys, count, folder);
		if (in < SPLITNODE_FEW || e->n == SPLITNODE_LEVELS)
			continue;
		e->at[e->n].len = len;
		e->at[e->n++].keys = (double)in;
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
take_page(struct splitplan *p, struct splitnode *n, struct listplan_key after,
    const struct listplan_key *keys, size_t count, bool more)
{
	size_t mine = count_upto(keys, count, splitgap_end(p, n));
	bool first = n->count == 0 && n == p->head && n->first.data == NULL;
	struct splitnode *page = first ? n : splitnode_new(p, n, after);

	page->closed = mine < count || !more;
	if (count > 0) {
		page->first = splitnode_key_copy(p, keys[0]);
		page->last = splitnode_key_copy(
		    p, keys[mine > 0 ? mine - 1 : 0]);
	}
	if (mine == 0) {
		splitnode_key_free(p, &page->last);
		page->last = splitnode_key_copy(p, after);
	}
	if (!more && page->next == NULL) {
		splitnode_key_free(p, &p->end);
		p->end = splitnode_key_copy(
		    p, mine > 0 ? keys[mine - 1] : after);
	} else if (!more && mine == 0) {
		splitnode_key_free(p, &p->end);
		p->end = splitnode_key_copy(p, after);
	}
	page->count = (double)mine;
	p->total += (double)mine;
	remember(p, page, keys, mine);
	if (mine > 1) {
		find_edge(p, &page->head, true, keys, mine);
		find_edge(p, &page->tail, false, keys, mine);
	}
	if (!first && keycut_compare(after, n->last) == 0)
		n->closed = true;
	n->probing = false;
	judge(p, page);
	if (!first)
		judge(p, n);
}

static void
learn(struct splitplan *p, const struct listplan_key *keys, size_t count)
{
	const char **data = xreallocarray(NULL, count + 1, sizeof(*data));
	size_t *lens = xreallocarray(NULL, count + 1, sizeof(*lens));

	for (size_t i = 0; i < count; i++) {
		data[i] = keys[i].data;
		lens[i] = keys[i].len;
	}
	keynum_learn(p->cut.model, data, lens, count);
	free(data);
	free(lens);
}

bool
splitplan_page(struct splitplan *p, struct splitplan_probe *probe,
    const struct listplan_key *keys, size_t count, bool more)
{
	struct splitnode *n = probe->node;
	bool good = ascending(probe->after, keys, count);

	if (good) {
		if (more && (double)count > p->page_keys)
			p->page_keys = (double)count;
		else if (more)
			p->page_keys += .1 * ((double)count - p->page_keys);
		learn(p, keys, count);
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
		for (const struct splitnode *n = c->plan->head; n != NULL;
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
cut_page(struct cutter *c, const struct splitnode *n)
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
cut_gap(struct cutter *c, struct splitnode *n)
{
	double gap = n->gap < c->most ? n->gap : c->most, keys;
	struct splitgap_parts parts;

	splitgap_judge(c->plan, n, &parts);
	while (wanted(c) && c->passed + gap > goal(c)) {
		keys = (goal(c) - c->passed) / gap * parts.keys;
		if (keys > 0 && splitgap_place(c->plan, &parts, keys))
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
	judge_all(p);
	bound_gaps(&c);
	for (struct splitnode *n = p->head; n != NULL && wanted(&c);
	     n = n->next) {
		if (n->count > 0)
			cut_page(&c, n);
		if (n->gap > 0)
			cut_gap(&c, n);
	}
	buf_fini(&c.last);
}
