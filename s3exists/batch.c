#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "xalloc.h"

#define SLOTS_FIRST 8
#define BYTES_FIRST 256
#define STEP	    (1 << 20) /* bytes; larger blocks are remapped, not copied */
/* Before each long record: where in it the key begins. */
#define KEY_PLACE 2
#define RUN	  8 /* records sorted by insertion before merging */

struct batch *
batch_new(bool is_long)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	b->is_long = is_long;
	b->ascending = true;
	return b;
}

void
batch_free(struct batch *b)
{
	if (b == NULL)
		return;
	free(b->data);
	free(b->starts);
	free(b->order);
	free(b->states);
	free(b);
}

/* --- storage --- */

static void
set_slots(struct batch *b, size_t slots)
{
	b->starts = xreallocarray(b->starts, slots + 1, sizeof(*b->starts));
	b->states = xreallocarray(b->states, slots, 1);
	b->slots = slots;
}

static void
set_room(struct batch *b, size_t room)
{
	b->data = xreallocarray(b->data, room, 1);
	b->room = room;
}

/* By halves, but not too far, so that little is spare. */
static size_t
larger(size_t size, size_t step)
{
	return size + (size / 2 < step ? size / 2 : step);
}

static void
reserve(struct batch *b, size_t len)
{
	if (b->count == b->slots)
		set_slots(b, larger(b->slots, STEP / 16) + SLOTS_FIRST);
	if (b->room - b->len < len)
		set_room(b, larger(b->room, STEP) + len + BYTES_FIRST);
}

void
batch_add(struct batch *b, const struct record *r)
{
	size_t place = (size_t)(r->key - r->raw), len;
	const char *last;

	if (b->count > 0 && b->ascending) {
		last = batch_key(b, b->count - 1, &len);
		b->ascending = batch_compare(last, len, r->key, r->key_len) <=
		    0;
	}
	reserve(b, r->raw_len + KEY_PLACE);
	b->starts[b->count] = (uint32_t)b->len;
	if (b->is_long) {
		b->data[b->len++] = (char)(place & 0xff);
		b->data[b->len++] = (char)(place >> 8);
	}
	memcpy(b->data + b->len, r->raw, r->raw_len);
	b->len += r->raw_len;
	b->states[b->count++] = BATCH_NEW;
	b->starts[b->count] = (uint32_t)b->len;
	b->unanswered++;
}

size_t
batch_bytes(const struct batch *b)
{
	size_t each = sizeof(*b->starts) + 1 +
	    (b->ascending ? 0 : sizeof(*b->order));

	return sizeof(*b) + b->room + b->slots * each;
}

const char *
batch_raw(const struct batch *b, size_t i, size_t *len)
{
	size_t skip = b->is_long ? KEY_PLACE : 0;

	*len = b->starts[i + 1] - b->starts[i] - skip;
	return b->data + b->starts[i] + skip;
}

const char *
batch_key(const struct batch *b, size_t i, size_t *len)
{
	const unsigned char *p = (const unsigned char *)b->data + b->starts[i];
	size_t skip = b->is_long ? KEY_PLACE + (p[0] | (size_t)p[1] << 8) : 0;

	*len = b->starts[i + 1] - b->starts[i] - skip;
	return (const char *)p + skip;
}

void
batch_record(const struct batch *b, size_t i, struct record *r)
{
	const char *why, *raw;
	size_t len;

	/* It was good when it came in, so it is good now. */
	raw = batch_raw(b, i, &len);
	record_parse(r, raw, len, b->is_long, &why);
}

/* --- order --- */

int
batch_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static int
compare(const struct batch *b, size_t i, size_t j)
{
	size_t i_len, j_len;
	const char *i_key = batch_key(b, i, &i_len);
	const char *j_key = batch_key(b, j, &j_len);

	return batch_compare(i_key, i_len, j_key, j_len);
}

static void
insertion_sort(const struct batch *b, uint32_t *p, size_t n)
{
	size_t i, j;
	uint32_t one;

	for (i = 1; i < n; i++) {
		one = p[i];
		for (j = i; j > 0 && compare(b, p[j - 1], one) > 0; j--)
			p[j] = p[j - 1];
		p[j] = one;
	}
}

/* from[lo..mid) and from[mid..hi), each in order, to to[lo..hi). */
static void
merge(const struct batch *b, const uint32_t *from, uint32_t *to, size_t lo,
    size_t mid, size_t hi)
{
	size_t i = lo, j = mid, k;

	/* Runs that already follow each other: sorted pieces are common. */
	if (mid >= hi || compare(b, from[mid - 1], from[mid]) <= 0) {
		memcpy(to + lo, from + lo, (hi - lo) * sizeof(*to));
		return;
	}
	for (k = lo; k < hi; k++) {
		if (j >= hi || (i < mid && compare(b, from[i], from[j]) <= 0))
			to[k] = from[i++];
		else
			to[k] = from[j++];
	}
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Merging, from the bottom up: stable, no bad cases, and neighbours in the
 * input are neighbours in memory when they are first compared. */
static void
sort(struct batch *b)
{
	size_t n = b->count, width, lo;
	uint32_t *p = xreallocarray(NULL, n, sizeof(*p));
	uint32_t *q = xreallocarray(NULL, n, sizeof(*q));
	uint32_t *swap;

	for (lo = 0; lo < n; lo++)
		p[lo] = (uint32_t)lo;
	for (lo = 0; lo < n; lo += RUN)
		insertion_sort(b, p + lo, least(RUN, n - lo));
	for (width = RUN; width < n; width *= 2) {
		for (lo = 0; lo < n; lo += 2 * width)
			merge(b, p, q, lo, least(lo + width, n),
			    least(lo + 2 * width, n));
		swap = p;
		p = q;
		q = swap;
	}
	free(q);
	b->order = p;
}

void
batch_close(struct batch *b)
{
	if (b->count == 0)
		return;
	set_slots(b, b->count);
	set_room(b, b->len);
	if (!b->ascending)
		sort(b);
}

size_t
batch_index(const struct batch *b, size_t rank)
{
	return b->order == NULL ? rank : b->order[rank];
}

/* The rank of one record with i's key. */
static size_t
find(const struct batch *b, size_t i)
{
	size_t lo = 0, hi = b->count, mid;
	int order;

	if (b->order == NULL)
		return i;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		order = compare(b, b->order[mid], i);
		if (order == 0)
			return mid;
		if (order < 0)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

void
batch_group(const struct batch *b, size_t i, size_t *lo, size_t *hi)
{
	size_t rank = find(b, i);

	*lo = rank;
	while (*lo > 0 && compare(b, batch_index(b, *lo - 1), i) == 0)
		--*lo;
	*hi = rank + 1;
	while (*hi < b->count && compare(b, batch_index(b, *hi), i) == 0)
		++*hi;
}

/* --- answers --- */

enum batch_state
batch_state(const struct batch *b, size_t i)
{
	return (enum batch_state)b->states[i];
}

void
batch_set(struct batch *b, size_t i, enum batch_state state)
{
	unsigned char old = b->states[i];

	b->states[i] = (unsigned char)state;
	if (old == BATCH_WANTED)
		b->wanted--;
	if (state == BATCH_WANTED)
		b->wanted++;
	if (old < BATCH_EXISTS && state >= BATCH_EXISTS)
		b->unanswered--;
}

void
batch_want(struct batch *b, size_t lo, size_t hi)
{
	size_t i;

	for (; lo < hi; lo++) {
		i = batch_index(b, lo);
		batch_set(b, i, BATCH_WANTED);
		if (i < b->cursor)
			b->cursor = i;
	}
}

bool
batch_wanted(struct batch *b, size_t *i)
{
	if (b->wanted == 0)
		return false;
	while (b->states[b->cursor] != BATCH_WANTED)
		b->cursor++;
	*i = b->cursor;
	return true;
}
