#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "store.h"

/* Buckets that misbehave: no order of keys, and keys that come and go. */

int
store_order_compare(const struct tree_record *r, const char *key, size_t n)
{
	uint64_t a = store_hash(r->key, r->length), b = store_hash(key, n);

	if (a != b)
		return a < b ? -1 : 1;
	return tree_compare(r->key, r->length, key, n);
}

static int
by_hash(const void *a, const void *b)
{
	const struct tree_record *const *x = a, *const *y = b;

	return store_order_compare(*x, (*y)->key, (*y)->length);
}

struct tree_record **
store_order(struct store_bucket *b)
{
	struct tree_place at = {0, 0};
	struct tree_record *r;
	size_t n = 0;

	if (b->order != NULL && b->order_changes == b->tree.changes)
		return b->order;
	b->order = mem_grow(
	    b->order, b->tree.count * sizeof(struct tree_record *));
	while ((r = tree_next(&b->tree, &at)) != NULL)
		b->order[n++] = r;
	qsort(b->order, n, sizeof(struct tree_record *), by_hash);
	b->order_changes = b->tree.changes;
	return b->order;
}

static uint64_t
random_number(struct store_mutation *m)
{
	m->state += 0x9e3779b97f4a7c15U;
	return store_hash((const char *)&m->state, sizeof(m->state));
}

/* Some key of the bucket, chosen by a random leaf: good enough. */
static struct tree_record *
random_record(struct store_bucket *b, struct tree_place *at)
{
	uint64_t pick = random_number(&b->mutation);

	if (b->tree.nleaves == 0)
		return NULL;
	at->leaf = (size_t)(pick % b->tree.nleaves);
	at->index = (size_t)(pick >> 48 & 127);
	return tree_next(&b->tree, at);
}

static void
add_one(struct store *store, struct store_bucket *b, int64_t now)
{
	struct tree_place at = {0, 0};
	const struct tree_record *r = random_record(b, &at);
	struct text key = {0};
	struct object o;

	if (r != NULL && r->length < 990)
		text_add(&key, r->key, r->length);
	text_fmt(&key, "~mut%llu", (unsigned long long)b->mutation.made++);
	store_object_init(store, &o);
	o.content = content_generated(b->mutation.made, 10);
	o.mtime = now - now % 1000;
	store_put(b, key.p, key.n, &o);
	b->mutation.alive++;
	text_fini(&key);
}

static bool
made_here(const struct tree_record *r)
{
	size_t n = r->length;

	while (n > 0 && r->key[n - 1] >= '0' && r->key[n - 1] <= '9')
		n--;
	return n >= 4 && memcmp(r->key + n - 4, "~mut", 4) == 0;
}

/* The next key from a random place on that an `add` made. */
static void
remove_one(struct store_bucket *b)
{
	struct tree_place at = {0, 0};
	const struct tree_record *r = NULL;

	if (b->mutation.alive == 0)
		return;
	(void)random_record(b, &at);
	for (size_t left = 2 * b->tree.count; left > 0; left--) {
		r = tree_next(&b->tree, &at);
		if (r == NULL)
			at = (struct tree_place){0, 0};
		else if (made_here(r))
			break;
	}
	b->mutation.alive--;
	if (r != NULL && made_here(r)) {
		char *key = mem_dup(r->key, r->length);

		(void)store_delete(b, key, r->length);
		free(key);
	}
}

void
store_mutate(struct store *store, struct store_bucket *b, int64_t now)
{
	if (!b->mutation.on)
		return;
	for (uint64_t i = 0; i < b->mutation.rate; i++) {
		if (b->mutation.add)
			add_one(store, b, now);
		else
			remove_one(b);
	}
}
