#ifndef SHAPES_H
#define SHAPES_H

/*
 * Buckets to simulate: sorted, distinct keys of many shapes, from a seed.
 * Everything is static: each test that includes this has its own.
 */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listplan.h"
#include "xalloc.h"

struct bucket {
	struct listplan_key *keys;
	size_t n, room;
};

struct rng {
	uint64_t state;
};

static uint64_t
shapes_mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t
shapes_next(struct rng *r)
{
	return shapes_mix(r->state += UINT64_C(0x9e3779b97f4a7c15));
}

static unsigned
shapes_below(struct rng *r, unsigned n)
{
	return (unsigned)(shapes_next(r) % n);
}

/* In [0, 1). */
static double
shapes_unit(struct rng *r)
{
	return ldexp((double)(shapes_next(r) >> 11), -53);
}

static void
shapes_add(struct bucket *b, const char *key, size_t len)
{
	if (b->n == b->room) {
		b->room = b->room == 0 ? 1024 : b->room * 2;
		b->keys = xreallocarray(b->keys, b->room, sizeof(*b->keys));
	}
	b->keys[b->n++] = (struct listplan_key){xmemdup0(key, len), len};
}

static int
shapes_compare(const void *a, const void *b)
{
	const struct listplan_key *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->data, y->data, n);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static void
shapes_sort(struct bucket *b)
{
	size_t to = 0;

	if (b->n == 0)
		return;
	qsort(b->keys, b->n, sizeof(*b->keys), shapes_compare);
	for (size_t i = 1; i < b->n; i++) {
		if (shapes_compare(&b->keys[to], &b->keys[i]) == 0)
			free((void *)(uintptr_t)b->keys[i].data);
		else
			b->keys[++to] = b->keys[i];
	}
	b->n = to + 1;
}

static void
shapes_free(struct bucket *b)
{
	for (size_t i = 0; i < b->n; i++)
		free((void *)(uintptr_t)b->keys[i].data);
	free(b->keys);
	memset(b, 0, sizeof(*b));
}

static size_t
shapes_hex(char *to, size_t room, uint64_t seed)
{
	return (size_t)snprintf(to, room, "%016llx%016llx",
	    (unsigned long long)shapes_mix(seed * 2 + 1),
	    (unsigned long long)shapes_mix(seed * 2 + 2));
}

static size_t
shape_flat_hex(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	(void)r;
	(void)n;
	return shapes_hex(to, room, i);
}

static size_t
shape_sequential(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	(void)r;
	(void)n;
	return (size_t)snprintf(to, room, "img_%08u.jpg", (unsigned)i);
}

static size_t
shape_unpadded(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	(void)r;
	(void)n;
	return (size_t)snprintf(to, room, "user/%u/avatar.png", (unsigned)i);
}

static size_t
shape_deep(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	size_t len = 0;

	(void)r;
	(void)n;
	for (int k = 0; k < 8; k++)
		len += (size_t)snprintf(to + len, room - len,
		    "warehouse/tenant=acme/dataset=clicks/");
	return len +
	    (size_t)snprintf(
		to + len, room - len, "part-%07u.parquet", (unsigned)i);
}

static size_t
shape_uuid(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	char hex[40];

	(void)r;
	(void)n;
	shapes_hex(hex, sizeof(hex), i + 1000000007);
	return (size_t)snprintf(
	    to, room, "%.8s-%.4s-%.12s.json", hex, hex + 8, hex + 12);
}

/* Three years of logs; one day holds 60 % of all. */
static size_t
shape_dated(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	double u = shapes_unit(r);
	unsigned day = (unsigned)(u * u * 1008);

	(void)i;
	(void)n;
	if (shapes_unit(r) < .6)
		day = 700;
	return (size_t)snprintf(to, room,
	    "logs/%04u/%02u/%02u/%02u/host-%02u/part-%05u.gz", 2022 + day / 336,
	    day / 28 % 12 + 1, day % 28 + 1, shapes_below(r, 24),
	    shapes_below(r, 40), shapes_below(r, 100000));
}

/* Folder sizes follow a power law. */
static size_t
shape_zipf(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	char a[40], b[40];
	double pareto = pow(1 - shapes_unit(r), -1 / .7);
	unsigned dir = (unsigned)fmod(pareto, 3000);
	unsigned file = shapes_below(r, 3000);

	(void)i;
	(void)n;
	shapes_hex(a, sizeof(a), dir + 77);
	shapes_hex(b, sizeof(b), file + 77);
	a[3 + shapes_mix(dir) % 9] = '\0';
	b[3 + shapes_mix(file) % 9] = '\0';
	return (size_t)snprintf(
	    to, room, "home/%s/%s_%u.dat", a, b, shapes_below(r, 1000000));
}

static size_t
shape_unicode(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	static const char *const letters[] = {"а", "б", "в", "г", "д", "е", "ж",
	    "з", "и", "к", "л", "м", "н", "о", "п", "р", "с", "т", "у", "ф",
	    "х", "ц", "ч", "ш", "щ", "日", "本", "語", "漢", "字", "か", "な",
	    "カ", "ナ", "é", "è", "ü", "ö", "ß", "ñ", "😀", "🚀"};
	unsigned count = 3 + shapes_below(r, 6);
	size_t len = 0;

	(void)i;
	(void)n;
	while (count-- > 0)
		len += (size_t)snprintf(
		    to + len, room - len, "%s", letters[shapes_below(r, 42)]);
	return len +
	    (size_t)snprintf(
		to + len, room - len, "/%u", shapes_below(r, 1000));
}

static size_t
shape_words(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	static const char *const syllables[] = {"ka", "to", "mi", "re", "san",
	    "lo", "vek", "tur", "ing", "ed", "pro", "con", "a", "e", "is",
	    "ter"};
	unsigned count = 2 + shapes_below(r, 5);
	size_t len = (size_t)snprintf(to, room, "Photos of ");

	(void)i;
	(void)n;
	while (count-- > 0)
		len += (size_t)snprintf(
		    to + len, room - len, "%s", syllables[shapes_below(r, 16)]);
	return len +
	    (size_t)snprintf(
		to + len, room - len, " %u.JPG", shapes_below(r, 3000));
}

/* Random keys of 1,024 bytes. */
static size_t
shape_long(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	size_t len = room - 1 < 1024 ? room - 1 : 1024;

	(void)i;
	(void)n;
	for (size_t k = 0; k < len; k++)
		to[k] = (char)('!' + shapes_below(r, 94));
	return len;
}

/* Many data sets below one another, each a counter, some of them huge. */
static size_t
shape_tables(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	static const char *const names[] = {"clicks", "orders", "returns",
	    "users", "audit", "billing", "inventory", "sessions"};
	unsigned set = shapes_below(r, 1 + shapes_below(r, 8));

	(void)n;
	return (size_t)snprintf(to, room, "lake/%s/dt=2024-%02u-%02u/%06u.orc",
	    names[set], shapes_below(r, 12) + 1, shapes_below(r, 28) + 1,
	    (unsigned)i);
}

/* Two lumps far apart, and lone keys between them. */
static size_t
shape_gaps(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	if (i < 40)
		return (size_t)snprintf(
		    to, room, "m%05u", shapes_below(r, 100000));
	return (size_t)snprintf(
	    to, room, "%s/%09u", i < n / 2 ? "aaa" : "zzz", (unsigned)i);
}

/* Mixed sets, as base64 identifiers in two folders. */
static size_t
shape_base64(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	char id[23];

	(void)n;
	for (size_t k = 0; k < 22; k++)
		id[k] = digits[shapes_below(r, 64)];
	id[22] = '\0';
	return (size_t)snprintf(
	    to, room, "%s/%s", i % 4 ? "media" : "thumbs", id);
}

static size_t
shape_small(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	(void)r;
	(void)n;
	return (size_t)snprintf(to, room, "k%05u", (unsigned)i);
}

struct shape {
	const char *name;
	size_t (*make)(struct rng *, uint64_t, size_t, char *, size_t);
	bool regular;
};

static const struct shape shapes[] = {
    {"flat-hex", shape_flat_hex, true},
    {"sequential", shape_sequential, true},
    {"unpadded", shape_unpadded, true},
    {"dated", shape_dated, true},
    {"deep-prefix", shape_deep, true},
    {"uuid", shape_uuid, true},
    {"zipf-dirs", shape_zipf, false},
    {"unicode", shape_unicode, false},
    {"words", shape_words, false},
    {"tables", shape_tables, false},
    {"gaps", shape_gaps, false},
    {"base64", shape_base64, false},
    {"long", shape_long, false},
    {"small", shape_small, false},
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static const struct shape *
shapes_find(const char *name)
{
	for (size_t i = 0; i < SHAPES; i++)
		if (strcmp(shapes[i].name, name) == 0)
			return &shapes[i];
	return NULL;
}

static void
shapes_make(
    struct bucket *b, const struct shape *shape, size_t n, uint64_t seed)
{
	struct rng r = {seed};
	char key[1100];
	size_t len;

	memset(b, 0, sizeof(*b));
	for (uint64_t i = 0; i < n; i++) {
		len = shape->make(&r, i, n, key, sizeof(key));
		shapes_add(b, key, len);
	}
	shapes_sort(b);
}

#endif
