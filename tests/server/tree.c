#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "tree.h"

#define LEAF_RECORDS 256
#define BLOCK_SIZE   1048576

struct tree_leaf {
	size_t n;
	struct tree_record *record[LEAF_RECORDS];
};

struct tree_block {
	struct tree_block *next;
	char data[BLOCK_SIZE];
};

void
tree_init(struct tree *t)
{
	memset(t, 0, sizeof(*t));
}

void
tree_fini(struct tree *t, void (*drop)(struct object *))
{
	struct tree_block *block, *next;

	for (size_t i = 0; i < t->nleaves; i++) {
		for (size_t k = 0; k < t->leaf[i]->n; k++)
			if (t->leaf[i]->record[k]->object != NULL)
				drop(t->leaf[i]->record[k]->object);
		free(t->leaf[i]);
	}
	for (block = t->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(t->leaf);
	tree_init(t);
}

int
tree_compare(const char *a, size_t na, const char *b, size_t nb)
{
	int order = memcmp(a, b, na < nb ? na : nb);

	if (order != 0)
		return order;
	return na < nb ? -1 : na > nb;
}

static int
compare(const struct tree_record *r, const char *key, size_t n)
{
	return tree_compare(r->key, r->length, key, n);
}

/* The leaf that holds the key or would: the last that does not begin after. */
static size_t
find_leaf(const struct tree *t, const char *key, size_t n)
{
	size_t low = 0, high = t->nleaves;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (compare(t->leaf[middle]->record[0], key, n) <= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The index of the first record of the leaf that is >= the key. */
static size_t
find_index(const struct tree_leaf *leaf, const char *key, size_t n)
{
	size_t low = 0, high = leaf->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(leaf->record[middle], key, n) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct tree_record *
tree_find(const struct tree *t, const char *key, size_t n)
{
	const struct tree_leaf *leaf;
	size_t i;

	if (t->nleaves == 0)
		return NULL;
	leaf = t->leaf[find_leaf(t, key, n)];
	i = find_index(leaf, key, n);
	if (i < leaf->n && compare(leaf->record[i], key, n) == 0)
		return leaf->record[i];
	return NULL;
}

struct tree_record *
tree_record(struct tree *t, const char *key, size_t n)
{
	size_t need = (sizeof(struct tree_record) + n + 7) & ~(size_t)7;
	struct tree_record *r;

	if (t->blocks == NULL || BLOCK_SIZE - t->used < need) {
		struct tree_block *block = mem_grow(
		    NULL, sizeof(struct tree_block));

		block->next = t->blocks;
		t->blocks = block;
		t->used = 0;
	}
	r = (struct tree_record *)(void *)(t->blocks->data + t->used);
	t->used += need;
	memset(r, 0, sizeof(*r));
	r->length = (uint16_t)n;
	memcpy(r->key, key, n);
	return r;
}

static void
insert_leaf(struct tree *t, size_t at)
{
	if (t->nleaves == t->size) {
		t->size = t->size ? 2 * t->size : 16;
		t->leaf = mem_grow(
		    t->leaf, t->size * sizeof(struct tree_leaf *));
	}
	memmove(t->leaf + at + 1, t->leaf + at,
	    (t->nleaves - at) * sizeof(struct tree_leaf *));
	t->leaf[at] = mem_alloc(sizeof(struct tree_leaf));
	t->nleaves++;
}

/* Makes room in a full leaf; *at and *index are the place of an insertion. */
static void
split(struct tree *t, size_t *at, size_t *index)
{
	struct tree_leaf *old = t->leaf[*at], *fresh;
	size_t keep = LEAF_RECORDS / 2;

	/* Keys that come in order should leave full leaves behind. */
	if (*at + 1 == t->nleaves && *index == old->n)
		keep = old->n;
	insert_leaf(t, *at + 1);
	fresh = t->leaf[*at + 1];
	fresh->n = old->n - keep;
	memcpy(fresh->record, old->record + keep,
	    fresh->n * sizeof(struct tree_record *));
	old->n = keep;
	if (*index > keep || keep == LEAF_RECORDS) {
		*index -= keep;
		(*at)++;
	}
}

static bool
place(struct tree *t, const char *key, size_t n, size_t *at, size_t *index)
{
	struct tree_leaf *last;

	if (t->nleaves == 0)
		insert_leaf(t, 0);
	last = t->leaf[t->nleaves - 1];
	if (last->n > 0 && compare(last->record[last->n - 1], key, n) < 0) {
		*at = t->nleaves - 1;
		*index = last->n;
		return false;
	}
	*at = t->count > 0 ? find_leaf(t, key, n) : 0;
	*index = find_index(t->leaf[*at], key, n);
	return *index < t->leaf[*at]->n &&
	    compare(t->leaf[*at]->record[*index], key, n) == 0;
}

static void
put(struct tree *t, size_t at, size_t index, struct tree_record *r)
{
	struct tree_leaf *leaf;

	if (t->leaf[at]->n == LEAF_RECORDS)
		split(t, &at, &index);
	leaf = t->leaf[at];
	memmove(leaf->record + index + 1, leaf->record + index,
	    (leaf->n - index) * sizeof(struct tree_record *));
	leaf->record[index] = r;
	leaf->n++;
	t->count++;
	t->changes++;
}

struct tree_record *
tree_insert(struct tree *t, const char *key, size_t n, bool *made)
{
	size_t at, index;
	struct tree_record *r;

	*made = !place(t, key, n, &at, &index);
	if (!*made)
		return t->leaf[at]->record[index];
	r = tree_record(t, key, n);
	put(t, at, index, r);
	return r;
}

bool
tree_add(struct tree *t, struct tree_record *r)
{
	size_t at, index;

	if (place(t, r->key, r->length, &at, &index))
		return false;
	put(t, at, index, r);
	return true;
}

bool
tree_remove(struct tree *t, const char *key, size_t n)
{
	struct tree_leaf *leaf;
	size_t at, index;

	if (t->nleaves == 0)
		return false;
	at = find_leaf(t, key, n);
	leaf = t->leaf[at];
	index = find_index(leaf, key, n);
	if (index == leaf->n || compare(leaf->record[index], key, n) != 0)
		return false;
	memmove(leaf->record + index, leaf->record + index + 1,
	    (leaf->n - index - 1) * sizeof(struct tree_record *));
	leaf->n--;
	t->count--;
	t->changes++;
	if (leaf->n == 0) {
		free(leaf);
		memmove(t->leaf + at, t->leaf + at + 1,
		    (t->nleaves - at - 1) * sizeof(struct tree_leaf *));
		t->nleaves--;
	}
	return true;
}

struct tree_place
tree_seek(const struct tree *t, const char *key, size_t n, bool equal)
{
	struct tree_place place = {0, 0};
	const struct tree_leaf *leaf;

	if (t->nleaves == 0)
		return place;
	place.leaf = find_leaf(t, key, n);
	leaf = t->leaf[place.leaf];
	place.index = find_index(leaf, key, n);
	if (!equal && place.index < leaf->n &&
	    compare(leaf->record[place.index], key, n) == 0)
		place.index++;
	return place;
}

struct tree_record *
tree_next(const struct tree *t, struct tree_place *place)
{
	while (place->leaf < t->nleaves) {
		if (place->index < t->leaf[place->leaf]->n)
			return t->leaf[place->leaf]->record[place->index++];
		place->leaf++;
		place->index = 0;
	}
	return NULL;
}

void
tree_back(const struct tree *t, struct tree_place *place, size_t n)
{
	if (place->leaf > t->nleaves)
		return;
	while (n > 0) {
		size_t take = place->index < n ? place->index : n;

		place->index -= take;
		n -= take;
		if (n == 0 || place->leaf == 0)
			return;
		place->leaf--;
		place->index = t->leaf[place->leaf]->n;
	}
}
