#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "store.h"

#define FILL_EPOCH 1704067200 /* 2024-01-01 */

uint64_t
store_hash(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325U ^ n;

	for (; n >= 8; s += 8, n -= 8) {
		uint64_t word;

		memcpy(&word, s, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15U;
		h ^= h >> 32;
	}
	for (; n > 0; s++, n--)
		h = (h ^ (unsigned char)*s) * 0x100000001b3U;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdU;
	return h ^ h >> 29;
}

const char *
store_intern(struct store *store, const char *s)
{
	for (size_t i = 0; i < store->nwords; i++)
		if (strcmp(store->word[i], s) == 0)
			return store->word[i];
	store->word = mem_grow(
	    store->word, (store->nwords + 1) * sizeof(*store->word));
	store->word[store->nwords] = mem_dup(s, strlen(s));
	return store->word[store->nwords++];
}

/* What filled objects carry: each eighth of them one kind of thing. */
static void
init_variants(struct store *store)
{
	pairs_add(&store->variant[0][1], "n", "0");
	pairs_add(&store->variant[0][1], "origin", "filled");
	pairs_add(
	    &store->variant[1][0], "content-type", "text/plain; charset=utf-8");
	pairs_add(&store->variant[1][0], "cache-control", "max-age=60");
	pairs_add(&store->variant[1][0], "content-language", "en, de");
	pairs_add(&store->variant[2][2], "kind", "filled");
	pairs_add(&store->variant[2][2], "n", "a+b=c d");
	pairs_add(&store->variant[3][0], "content-type", "image/jpeg");
	pairs_add(&store->variant[3][1], "n", "3");
	pairs_add(&store->variant[3][2], "kind", "all three");
}

void
store_init(struct store *store)
{
	memset(store, 0, sizeof(*store));
	content_rules_init(&store->rules);
	init_variants(store);
}

void
store_options_reset(struct store_options *o)
{
	free(o->owner);
	free(o->region);
	memset(o, 0, sizeof(*o));
	o->owner = mem_dup("alice", 5);
	o->region = mem_dup("us-east-1", 9);
	o->max_copy = (uint64_t)5 << 30;
	o->part_min = (uint64_t)5 << 20;
	o->session = 300;
}

struct store_bucket *
store_find(const struct store *store, const char *name)
{
	struct store_bucket *b;

	for (b = store->buckets; b != NULL; b = b->next)
		if (strcmp(b->name, name) == 0)
			return b;
	return NULL;
}

struct store_bucket *
store_bucket(struct store *store, const char *name, int64_t now)
{
	struct store_bucket *b = store_find(store, name), **at;

	if (b != NULL)
		return b;
	b = mem_alloc(sizeof(*b));
	b->name = mem_dup(name, strlen(name));
	b->created = now - now % 1000;
	store_options_reset(&b->options);
	tree_init(&b->tree);
	for (at = &store->buckets; *at != NULL && strcmp((*at)->name, name) < 0;
	     at = &(*at)->next)
		;
	b->next = *at;
	*at = b;
	return b;
}

static void
free_object(struct object *o)
{
	store_object_fini(o);
	free(o);
}

void
store_drop(struct store *store, struct store_bucket *b)
{
	struct store_bucket **at;

	for (at = &store->buckets; *at != b; at = &(*at)->next)
		;
	*at = b->next;
	while (b->uploads != NULL)
		store_upload_free(b, b->uploads);
	tree_fini(&b->tree, free_object);
	free(b->order);
	free(b->options.owner);
	free(b->options.region);
	free(b->name);
	free(b);
}

void
store_fini(struct store *store)
{
	while (store->buckets != NULL)
		store_drop(store, store->buckets);
	for (size_t i = 0; i < store->nwords; i++)
		free(store->word[i]);
	for (int i = 0; i < 8; i++)
		for (int k = 0; k < 3; k++)
			pairs_drop(store->variant[i][k]);
	free(store->word);
	free(store->fill);
	content_rules_fini(&store->rules);
}

void
store_object_init(struct store *store, struct object *o)
{
	memset(o, 0, sizeof(*o));
	o->class = store_intern(store, "STANDARD");
	o->acl = store_intern(store, "private");
}

static uint64_t
fill_size(const struct store *store, const struct tree_record *r)
{
	const struct store_fill *fill = &store->fill[r->fill];

	return fill->has_size ? fill->size : (uint64_t)r->seed * 51 >> 16;
}

static int64_t
fill_mtime(const struct tree_record *r)
{
	return (FILL_EPOCH + (int64_t)r->seed * 400) * 1000;
}

void
store_object(
    struct store *store, const struct tree_record *r, struct object *out)
{
	struct pairs *const *variant;

	if (r->object != NULL) {
		*out = *r->object;
		(void)content_hold(out->content);
		(void)pairs_hold(out->headers);
		(void)pairs_hold(out->meta);
		(void)pairs_hold(out->tags);
		(void)pairs_hold(out->extra);
		if (out->sum != NULL)
			out->sum = mem_dup(out->sum, strlen(out->sum));
		return;
	}
	store_object_init(store, out);
	out->content = content_generated(
	    (uint64_t)r->seed + 1, fill_size(store, r));
	variant = store->variant[r->seed & 7];
	out->headers = pairs_hold(variant[0]);
	out->meta = pairs_hold(variant[1]);
	out->tags = pairs_hold(variant[2]);
	out->mtime = fill_mtime(r);
}

void
store_object_fini(struct object *o)
{
	content_drop(o->content);
	pairs_drop(o->headers);
	pairs_drop(o->meta);
	pairs_drop(o->tags);
	pairs_drop(o->extra);
	free(o->sum);
	memset(o, 0, sizeof(*o));
}

void
store_put(struct store_bucket *b, const char *key, size_t n, struct object *o)
{
	bool made;
	struct tree_record *r = tree_insert(&b->tree, key, n, &made);

	if (r->object == NULL)
		r->object = mem_alloc(sizeof(*r->object));
	else
		store_object_fini(r->object);
	*r->object = *o;
	memset(o, 0, sizeof(*o));
}

bool
store_delete(struct store_bucket *b, const char *key, size_t n)
{
	struct tree_record *r = tree_find(&b->tree, key, n);

	if (r == NULL)
		return false;
	if (r->object != NULL)
		free_object(r->object);
	r->object = NULL;
	return tree_remove(&b->tree, key, n);
}

void
store_glance(
    struct store *store, const struct tree_record *r, struct store_glance *g)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char md5[16];

	if (r->object != NULL) {
		const struct object *o = r->object;

		g->size = o->content->size;
		g->mtime = o->mtime;
		g->class = o->class;
		memcpy(g->etag, content_etag(o->content, &store->rules),
		    sizeof(g->etag));
		return;
	}
	g->size = fill_size(store, r);
	g->mtime = fill_mtime(r);
	g->class = "STANDARD";
	content_generated_md5(
	    &store->rules, (uint64_t)r->seed + 1, 0, g->size, md5);
	for (int i = 0; i < 16; i++) {
		g->etag[2 * i] = digits[md5[i] >> 4];
		g->etag[2 * i + 1] = digits[md5[i] & 15];
	}
	g->etag[32] = '\0';
}

struct store_upload *
store_upload_new(struct store *store, struct store_bucket *b, const char *key,
    size_t n, int64_t now)
{
	struct store_upload *u = mem_alloc(sizeof(*u)), **at;
	char id[64];
	uint64_t number = store->next_upload++;

	(void)snprintf(id, sizeof(id), "u%06llu.%016llx_VXBsb2FkIElE",
	    (unsigned long long)number,
	    (unsigned long long)store_hash((char *)&number, sizeof(number)));
	u->id = mem_dup(id, strlen(id));
	u->key = mem_dup(key, n);
	u->key_length = n;
	u->started = now - now % 1000;
	store_object_init(store, &u->object);
	for (at = &b->uploads; *at != NULL; at = &(*at)->next)
		;
	*at = u;
	return u;
}

struct store_upload *
store_upload_find(
    struct store_bucket *b, const char *key, size_t n, const char *id)
{
	struct store_upload *u;

	for (u = b->uploads; u != NULL; u = u->next)
		if (strcmp(u->id, id) == 0 &&
		    tree_compare(u->key, u->key_length, key, n) == 0)
			return u;
	return NULL;
}

void
store_upload_free(struct store_bucket *b, struct store_upload *u)
{
	struct store_upload **at;

	for (at = &b->uploads; *at != u; at = &(*at)->next)
		;
	*at = u->next;
	for (size_t i = 0; i < u->nparts; i++)
		content_drop(u->part[i].content);
	store_object_fini(&u->object);
	free(u->part);
	free(u->id);
	free(u->key);
	free(u);
}

void
store_upload_part(struct store_upload *u, unsigned number,
    struct content *content, int64_t now)
{
	size_t i = u->nparts;

	while (i > 0 && u->part[i - 1].number >= number)
		i--;
	if (i < u->nparts && u->part[i].number == number) {
		content_drop(u->part[i].content);
	} else {
		if ((u->nparts & (u->nparts - 1)) == 0)
			u->part = mem_grow(u->part,
			    (u->nparts ? 2 * u->nparts : 1) * sizeof(*u->part));
		memmove(u->part + i + 1, u->part + i,
		    (u->nparts - i) * sizeof(*u->part));
		u->nparts++;
	}
	u->part[i].number = number;
	u->part[i].content = content;
	u->part[i].mtime = now - now % 1000;
}
