#ifndef SHAPES_MORE_H
#define SHAPES_MORE_H

/*
 * More buckets to simulate: those whose keys are spread so unevenly that one
 * page tells little of the next.
 */

#include "shapes.h"

/* A rank from 0 on: k comes up as often as k^-(1 + slope). */
static unsigned
more_rank(struct rng *r, double slope, unsigned most)
{
	double pareto = pow(1 - shapes_unit(r), -1 / slope);

	return (unsigned)fmod(pareto, most);
}

static size_t
more_name(char *to, size_t room, uint64_t seed)
{
	char hex[40];

	shapes_hex(hex, sizeof(hex), seed);
	return (size_t)snprintf(
	    to, room, "%.*s", (int)(3 + shapes_mix(seed) % 9), hex);
}

/* Few folders, the first of them with most keys, each a counter. */
static size_t
more_steep(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	unsigned dir = more_rank(r, 1.2, 300);
	size_t len = (size_t)snprintf(to, room, "events/");

	(void)n;
	len += more_name(to + len, room - len, dir + 5);
	return len +
	    (size_t)snprintf(to + len, room - len, "/%09u.json", (unsigned)i);
}

/* Very many folders, among them some of any size. */
static size_t
more_wide(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	unsigned dir = more_rank(r, .3, 40000);
	size_t len = more_name(to, room, dir + 11);

	(void)i;
	(void)n;
	return len +
	    (size_t)snprintf(to + len, room - len, "/%u/%u.jpg",
		shapes_below(r, 12), shapes_below(r, 10000000));
}

/* Folders in folders, uneven at each level. */
static size_t
more_nested(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	uint64_t seed = 3;
	size_t len = (size_t)snprintf(to, room, "org/");

	(void)i;
	(void)n;
	for (int level = 0; level < 4; level++) {
		seed = shapes_mix(seed * 31 + more_rank(r, .8, 50));
		len += more_name(to + len, room - len, seed);
		to[len++] = '/';
	}
	return len +
	    (size_t)snprintf(
		to + len, room - len, "%08x", shapes_below(r, 1U << 31));
}

/* Uneven lumps that no mark sets apart. */
static size_t
more_lumps(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	unsigned lump = more_rank(r, .7, 5000);

	(void)i;
	(void)n;
	return (size_t)snprintf(to, room, "%05u%07u",
	    (unsigned)(shapes_mix(lump + 3) % 100000),
	    shapes_below(r, 10000000));
}

/* The same in letters: words of a language in which few are frequent. */
static size_t
more_letters(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	uint64_t seed = 9;
	size_t len = 0;

	(void)i;
	(void)n;
	for (int k = 0; k < 9; k++) {
		seed = shapes_mix(seed * 29 + more_rank(r, .7, 12));
		to[len++] = (char)('a' + seed % 26);
	}
	return len +
	    (size_t)snprintf(to + len, room - len, "%u", shapes_below(r, 1000));
}

/* Several shapes in one bucket. */
static size_t
more_mixed(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	switch (shapes_mix(i) % 8) {
	case 0:
		return shape_flat_hex(r, i, n, to, room);
	case 1:
	case 2:
		return shape_dated(r, i, n, to, room);
	case 3:
		return shape_zipf(r, i, n, to, room);
	case 4:
		return shape_unicode(r, i, n, to, room);
	case 5:
		return shape_sequential(r, i, n, to, room);
	case 6:
		return shape_words(r, i, n, to, room);
	default:
		return more_nested(r, i, n, to, room);
	}
}

static const struct shape more_shapes[] = {
    {"steep", more_steep, false},
    {"wide", more_wide, false},
    {"nested", more_nested, false},
    {"lumps", more_lumps, false},
    {"letters", more_letters, false},
    {"mixed", more_mixed, false},
};

#define MORE_SHAPES (sizeof(more_shapes) / sizeof(more_shapes[0]))

static const struct shape *
more_find(const char *name)
{
	for (size_t i = 0; i < MORE_SHAPES; i++)
		if (strcmp(more_shapes[i].name, name) == 0)
			return &more_shapes[i];
	return shapes_find(name);
}

#endif
