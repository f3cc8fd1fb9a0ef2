/* How many keys lie in a gap.  See splitgap.h. */

#include "splitgap.h"

#include <math.h>
#include <string.h>

#define ENOUGH	12  /* keys or folders seen that make a density */
#define PIECES	24  /* pages looked at on each side for that, at most */
#define LEAST	4   /* to see how much densities differ */
#define WILD	1.5 /* densities that differ by e to this tell nothing */
#define SURE	.1  /* what counts of a gap whose density is known */
#define HOPE	1.  /* weight of names as such against density */
#define UNKNOWN .5  /* of the folder's mean, where no page tells */
#define EDGE	.1  /* a probe so near to a folder's end goes to the end */
#define DIGITS	12  /* bytes by which a cut is made exact */
#define FINE	12  /* bytes behind the first that differs that count */

/* What pages have shown of a folder. */
struct pool {
	double keys, width;
	double seen; /* keys or folders that it rests on */
	/* one folder in it, of which is not known how near the next is */
	double lone_keys, lone_width;
	/* how much densities differ: sums of their logarithms */
	double pieces, logs, squares;
};

struct listplan_key
splitgap_end(const struct splitplan *p, const struct splitnode *n)
{
	return n->next != NULL ? n->next->after : p->hi;
}

static bool
begins(struct listplan_key k, struct listplan_key folder)
{
	return k.data != NULL && k.len >= folder.len &&
	    memcmp(k.data, folder.data, folder.len) == 0;
}

static size_t
common(struct listplan_key a, struct listplan_key b)
{
	return keynum_common(a.data, a.len, b.data, b.len);
}

/* The folder that len bytes lie in: at least what all keys share. */
static size_t
folder_of(const struct splitplan *p, struct listplan_key k, size_t len)
{
	size_t found;

	if (len > KEYNUM_POSITIONS)
		len = KEYNUM_POSITIONS;
	found = keycut_folder(&p->cut, k, len);
	return found > p->cut.prefix_len ? found : p->cut.prefix_len;
}

/* The share of a folder's names in (lo, hi]; hi may lie behind it. */
static double
width_of(struct splitplan *p, size_t len, struct listplan_key lo,
    struct listplan_key hi)
{
	size_t same = hi.data != NULL ? common(lo, hi) : 0;
	size_t most = (same > len ? same : len) + FINE;
	struct keynum a, b;

	lo.len = lo.len < most ? lo.len : most;
	hi.len = hi.len < most ? hi.len : most;
	keynum_of(p->cut.model, lo.data, lo.len, len, &a);
	if (hi.data == NULL || same < len)
		keynum_end(&b);
	else
		keynum_of(p->cut.model, hi.data, hi.len, len, &b);
	return keynum_between(&a, &b);
}

/* Of the folders that end's key lies in, the outermost deeper than len; its
 * keys in the page.  0: there is none that the page shows. */
static size_t
child_of(const struct splitplan *p, const struct splitnode *n,
    const struct splitnode_edge *edge, struct listplan_key k, size_t len,
    double *keys)
{
	size_t same = common(n->first, n->last), at, child = 0;

	for (size_t i = 0; i < edge->n && edge->at[i].len > len; i++) {
		child = edge->at[i].len;
		*keys = edge->at[i].keys;
	}
	if (n->count < SPLITNODE_FEW)
		return child;
	for (at = folder_of(p, k, same); at > len;
	     at = folder_of(p, k, at - 1)) {
		child = at;
		*keys = n->count;
		if (at == p->cut.prefix_len)
			break;
	}
	return child;
}

/* How many of the page's keys are in a folder that holds its first or last. */
static double
keys_in(const struct splitnode *n, struct listplan_key folder)
{
	const struct splitnode_edge *edge = &n->tail;

	if (begins(n->first, folder)) {
		if (begins(n->last, folder))
			return n->count;
		edge = &n->head;
	} else if (!begins(n->last, folder))
		return 0;
	for (size_t i = 0; i < edge->n; i++)
		if (edge->at[i].len == folder.len)
			return edge->at[i].keys;
	return 0;
}

/* Keys thought to be in the gap after n, but still in a folder of n's last
 * key. */
static double
rest_in(const struct splitnode *n, size_t len)
{
	double sum = 0;

	for (size_t i = 0; i < n->nrest; i++)
		if (n->rest[i].len >= len)
			sum += n->rest[i].keys;
	return sum;
}

/* The index of the first node that was in order when it was last noted, and
 * is not before the key. */
static size_t
order_find(const struct splitplan *p, struct listplan_key k)
{
	size_t lo = 0, hi = p->norder, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (keycut_compare(p->order[mid].node->after, k) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Keys thought to be in a folder, behind n if that is not NULL. */
static double
folder_keys(const struct splitplan *p, const struct splitnode *n,
    struct listplan_key folder)
{
	char room[KEYNUM_POSITIONS + 1];
	size_t lo, hi;
	const struct splitplan_order *last;

	if (folder.len <= p->cut.prefix_len)
		return p->total;
	lo = order_find(p, n != NULL ? splitgap_end(p, n) : folder);
	hi = order_find(p, keycut_folder_end(folder, folder.len, room));
	if (lo >= hi)
		return 0;
	last = &p->order[hi - 1];
	/* The last one's gap may lead out of the folder. */
	return last->before - p->order[lo].before + last->node->count +
	    (begins(splitgap_end(p, last->node), folder) ?
		    last->node->gap :
		    rest_in(last->node, folder.len));
}

/* The end of what n's page tells of the folder, and what is in it. */
static struct listplan_key
piece_end(struct splitplan *p, const struct splitnode *n,
    struct listplan_key folder, double *keys, double *seen, bool *leaves,
    char *room)
{
	struct listplan_key end = splitgap_end(p, n), child = n->last;
	double in = 0;

	if (!begins(n->last, folder))
		return (struct listplan_key){NULL, 0};
	if (n->closed)
		return begins(end, folder) ? end :
					     (struct listplan_key){NULL, 0};
	child.len = child_of(p, n, &n->tail, n->last, folder.len, &in);
	if (child.len == 0)
		return n->last;
	*leaves = false;
	if (begins(end, child))
		in += n->gap + folder_keys(p, n, child);
	else
		in += rest_in(n, child.len);
	*keys += in - keys_in(n, child);
	*seen = *keys / in;
	return keycut_folder_end(child, child.len, room);
}

/* Note a folder that was seen from within only. */
static void
pool_lone(struct splitplan *p, struct pool *pool, const struct splitnode *n,
    struct listplan_key folder, struct listplan_key child)
{
	char end[KEYNUM_POSITIONS + 1];

	if (pool->lone_width > 0)
		return;
	pool->lone_keys = folder_keys(p, NULL, child);
	if (pool->lone_keys < n->count)
		pool->lone_keys = n->count;
	pool->lone_width = width_of(
	    p, folder.len, child, keycut_folder_end(child, child.len, end));
}

static void
pool_piece(struct pool *pool, double keys, double width, double seen)
{
	double density;

	if (pool->seen < ENOUGH) {
		pool->keys += keys;
		pool->seen += seen;
		pool->width += width;
	}
	if (!(width > 0))
		return;
	density = log(keys / width);
	pool->pieces++;
	pool->logs += density;
	pool->squares += density * density;
}

/* Add what n's page tells of a folder's keys, if it does: by whole folders in
 * it, or else by keys. */
static void
pool_add(struct splitplan *p, struct pool *pool, const struct splitnode *n,
    struct listplan_key folder)
{
	char begin[KEYNUM_POSITIONS + 1], end[KEYNUM_POSITIONS + 1];
	struct listplan_key lo = folder, hi, child = n->first;
	double keys, seen, inner = 0;
	bool leaves = true;

	if (n->count < 1)
		return;
	keys = keys_in(n, folder);
	if (begins(n->after, folder)) {
		lo = n->after;
		child.len = child_of(
		    p, n, &n->head, n->first, folder.len, &inner);
		/* From the midst of a folder one cannot tell how far apart
		 * they are. */
		if (child.len > 0 && begins(n->after, child)) {
			inner = keys_in(n, child);
			pool_lone(p, pool, n, folder, child);
			keys -= inner;
			lo = keycut_folder_end(child, child.len, begin);
		}
	}
	if (keys < 1)
		return;
	seen = keys;
	hi = piece_end(p, n, folder, &keys, &seen, &leaves, end);
	/* Many keys: how far the first one was from where the page was read
	 * does not matter, unless it was read there for being empty. */
	if (leaves && keys > ENOUGH && lo.data == n->after.data)
		lo = n->first;
	pool_piece(pool, keys, width_of(p, folder.len, lo, hi), seen);
}

/* The density of a folder's keys on one side of the gap after n. */
static void
pool_side(struct splitplan *p, struct pool *pool, const struct splitnode *n,
    struct listplan_key folder, bool back)
{
	memset(pool, 0, sizeof(*pool));
	for (int i = 0; n != NULL && i < PIECES &&
	     (pool->seen < ENOUGH || pool->pieces < LEAST);
	     i++) {
		if (!begins(n->last, folder) && !begins(n->first, folder) &&
		    n->count > 0)
			break;
		pool_add(p, pool, n, folder);
		n = back ? n->prev : n->next;
	}
}

/* The density in between two places; 0: unknown. */
static double
pools_density(const struct pool *a, const struct pool *b, double *seen)
{
	*seen = a->seen + b->seen;
	if (a->width > 0 && b->width > 0 && a->seen >= ENOUGH &&
	    b->seen >= ENOUGH)
		return (a->keys / a->width + b->keys / b->width) / 2;
	if (a->width + b->width > 0)
		return (a->keys + b->keys) / (a->width + b->width);
	if (a->lone_width + b->lone_width > 0)
		return (a->lone_keys + b->lone_keys) /
		    (a->lone_width + b->lone_width);
	return 0;
}

/* How much densities differ around the gap, from 0 to 1: by a factor of e or
 * more. */
static double
pools_spread(const struct pool *a, const struct pool *b)
{
	double n = a->pieces + b->pieces, mean, spread;

	if (n < 2)
		return 1;
	mean = (a->logs + b->logs) / n;
	spread = sqrt(fabs((a->squares + b->squares) / n - mean * mean));
	spread = spread / WILD + 1 / n;
	spread *= spread;
	return spread < 1 ? spread : 1;
}

static void
part_judge(
    struct splitplan *p, const struct splitnode *n, struct splitgap_part *part)
{
	struct listplan_key folder = {part->lo.data, part->len};
	struct pool side[2];
	double density, seen, hope, spread;

	part->width = width_of(p, part->len, part->lo, part->hi);
	hope = folder_keys(p, NULL, folder) * part->width;
	pool_side(p, &side[0], n, folder, true);
	pool_side(p, &side[1], n->next, folder, false);
	density = pools_density(&side[0], &side[1], &seen);
	part->keys = density > 0 ? part->width * density : UNKNOWN * hope;
	if (part->keys > p->most * p->page_keys)
		part->keys = p->most * p->page_keys;
	spread = pools_spread(&side[0], &side[1]);
	part->stake = part->keys * (1 + 2 / sqrt(1 + seen));
	if (!p->settling && part->stake < HOPE * hope)
		part->stake = HOPE * hope;
	part->stake *= SURE + (1 - SURE) * spread;
}

/* Add the part up to hi; rest: its folder is one of n's last key, whose rest
 * is noted for those around it to be judged by. */
static void
part_add(struct splitplan *p, struct splitnode *n, struct splitgap_parts *l,
    size_t len, struct listplan_key lo, struct listplan_key hi, bool rest)
{
	struct splitgap_part *part = &l->at[l->n];

	if (l->n == SPLITNODE_PARTS ||
	    (hi.data != NULL && keycut_compare(lo, hi) >= 0))
		return;
	*part = (struct splitgap_part){.len = len, .lo = lo, .hi = hi};
	part->rest = rest;
	part_judge(p, n, part);
	l->n++;
	l->keys += part->keys;
	l->stake += part->stake;
	if (rest)
		n->rest[n->nrest++] = (struct splitnode_rest){len, part->keys};
}

/* The folders that n's last key lies in and the gap leads out of: their rests.
 * Returns where the last of them ends. */
static struct listplan_key
add_rests(struct splitplan *p, struct splitnode *n, struct splitgap_parts *l,
    size_t top)
{
	struct listplan_key at = n->last, end;
	size_t len, same = common(n->first, n->last);

	len = n->tail.n > 0 ? n->tail.at[0].len : folder_of(p, n->last, same);
	for (; len > top && l->n + 1 < SPLITNODE_PARTS;
	     len = folder_of(p, n->last, len - 1)) {
		if (len > same &&
		    keys_in(n, (struct listplan_key){n->last.data, len}) == 0)
			continue;
		end = keycut_folder_end(n->last, len, l->room[l->n]);
		part_add(p, n, l, len, at, end, true);
		at = end;
	}
	return at;
}

/* The beginnings of the folders that the page behind the gap is from. */
static void
add_heads(struct splitplan *p, struct splitnode *n, struct splitgap_parts *l,
    size_t top, struct listplan_key at)
{
	const struct splitnode *q = n->next;
	struct listplan_key end = splitgap_end(p, n), inner = end;
	size_t len = top, near;
	double keys;

	near = q != NULL && q->count > 0 ? common(end, q->first) : 0;
	do {
		inner.len = 0;
		if (near > 0)
			inner.len = child_of(
			    p, q, &q->head, q->first, len, &keys);
		if (inner.len > near || inner.len <= len)
			inner = end;
		part_add(p, n, l, len, at, inner, false);
		at = inner;
		len = inner.len;
	} while (inner.data != NULL && inner.len < end.len);
}

void
splitgap_judge(
    struct splitplan *p, struct splitnode *n, struct splitgap_parts *l)
{
	struct listplan_key end = splitgap_end(p, n), at;
	size_t top = p->cut.prefix_len;

	l->n = 0;
	l->keys = l->stake = 0;
	n->nrest = 0;
	if (end.data != NULL)
		top = folder_of(p, n->last, common(n->last, end));
	at = add_rests(p, n, l, top);
	add_heads(p, n, l, top, at);
}

/* Places */

static bool
fits(const struct splitplan *p, const struct splitgap_parts *l)
{
	struct listplan_key k = {p->cut.key.data, p->cut.key.len};
	struct listplan_key hi = l->at[l->n - 1].hi;

	return keycut_compare(k, l->at[0].lo) > 0 &&
	    (hi.data == NULL || keycut_compare(k, hi) < 0);
}

static bool
take(struct splitplan *p, const struct splitgap_parts *l, struct listplan_key k)
{
	buf_reset(&p->cut.key);
	buf_add(&p->cut.key, k.data, k.len);
	return fits(p, l);
}

/* The key at a share of a part's names. */
static bool
part_place(struct splitplan *p, const struct splitgap_parts *l,
    const struct splitgap_part *part, double share)
{
	struct keynum at;
	size_t digits = DIGITS;

	if (part->hi.data != NULL && common(part->lo, part->hi) > part->len)
		digits += common(part->lo, part->hi) - part->len;
	keynum_of(p->cut.model, part->lo.data, part->lo.len, part->len, &at);
	keynum_add(&at, share * part->width);
	keynum_key(
	    p->cut.model, part->lo.data, part->len, &at, digits, &p->cut.key);
	return fits(p, l);
}

bool
splitgap_place(struct splitplan *p, const struct splitgap_parts *l, double keys)
{
	const struct splitgap_part *part;

	for (size_t i = 0; i < l->n; i++) {
		part = &l->at[i];
		if (keys <= part->keys || i + 1 == l->n)
			return part->keys > 0 &&
			    part_place(p, l, part, keys / part->keys);
		keys -= part->keys;
	}
	return false;
}

bool
splitgap_halve(struct splitplan *p, const struct splitgap_parts *l)
{
	const struct splitgap_part *part;
	double left = l->stake / 2, share;

	for (size_t i = 0; i < l->n; i++) {
		part = &l->at[i];
		if (left > part->stake && i + 1 < l->n) {
			left -= part->stake;
			continue;
		}
		share = part->stake > 0 ? left / part->stake : 0;
		if (share < EDGE && i > 0)
			return take(p, l, part->lo);
		if (share > 1 - EDGE && i + 1 < l->n)
			return take(p, l, part->hi);
		return part_place(p, l, part, share) ||
		    (i > 0 && take(p, l, part->lo));
	}
	return false;
}
