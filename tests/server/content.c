#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "md5.h"
#include "mem.h"

#define CACHE_SLOTS 262144 /* a power of two */
#define CHUNK	    65536
#define STEP	    0x9e3779b97f4a7c15U

struct content_blob {
	unsigned holders;
	char *data;
};

/* Digests of generated ranges, direct-mapped: a newer one replaces. */
struct content_cache {
	struct slot {
		uint64_t seed, offset, length;
		unsigned char md5[16];
		bool used;
	} slot[CACHE_SLOTS];
};

void
content_rules_init(struct content_rules *rules)
{
	rules->real_md5 = (uint64_t)64 << 20;
	rules->cache = mem_alloc(sizeof(*rules->cache));
}

void
content_rules_fini(struct content_rules *rules)
{
	free(rules->cache);
}

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9U;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebU;
	return x ^ x >> 31;
}

/* The inverse. */
static uint64_t
unmix(uint64_t x)
{
	x ^= x >> 31 ^ x >> 62;
	x *= 0x319642b2d24d8ec3U;
	x ^= x >> 27 ^ x >> 54;
	x *= 0x96de1b173f119089U;
	return x ^ x >> 30 ^ x >> 60;
}

/* Where in the one row of words that all seeds share a word of seed is. */
static uint64_t
place_of(uint64_t seed, uint64_t offset)
{
	return mix(seed + STEP) + offset / 8 * STEP;
}

/* The generator: a word is a hash of its place, little-endian bytes. */
static void
generate(uint64_t seed, uint64_t offset, char *out, size_t n)
{
	uint64_t place = place_of(seed, offset), word = mix(place);
	size_t skip = offset % 8, take = 8 - skip < n ? 8 - skip : n;

	memcpy(out, (char *)&word + skip, take);
	out += take;
	n -= take;
	for (; n >= sizeof(word); n -= sizeof(word), out += sizeof(word)) {
		place += STEP;
		word = mix(place);
		memcpy(out, &word, sizeof(word));
	}
	word = mix(place + STEP);
	memcpy(out, &word, n);
}

size_t
content_agree(uint64_t seed, uint64_t offset, const void *data, size_t n)
{
	char ours[4096];
	const char *p = data;
	size_t at = 0, i = 0, some;

	while (at < n) {
		some = n - at < sizeof(ours) ? n - at : sizeof(ours);
		generate(seed, offset + at, ours, some);
		if (memcmp(ours, p + at, some) != 0)
			break;
		at += some;
	}
	if (at < n)
		while (ours[i] == p[at + i])
			i++;
	return at + i;
}

bool
content_recognise(const void *data, size_t n, uint64_t *seed, uint64_t *offset)
{
	const char *p = data;

	/* The second word tells its place, however much of the first there
	 * is. */
	for (*offset = 0; *offset < 8 && n >= CONTENT_TELLING; ++*offset) {
		uint64_t word;

		memcpy(&word, p + 8 - *offset, sizeof(word));
		*seed = unmix(unmix(word) - STEP) - STEP;
		if (content_agree(*seed, *offset, p, n) == n)
			return true;
	}
	return false;
}

static struct content *
new_content(size_t extents)
{
	struct content *c = mem_alloc(sizeof(*c));

	c->holders = 1;
	c->extent = mem_alloc((extents ? extents : 1) * sizeof(*c->extent));
	return c;
}

static bool
goes_on(const struct content_extent *e, const struct content_extent *next)
{
	uint64_t end = e->offset + e->length;

	/* A piece too short to be recognised by itself. */
	if (e->blob == NULL && next->blob != NULL)
		return content_agree(e->seed, end,
			   next->blob->data + next->offset,
			   (size_t)next->length) == next->length;
	if (e->blob != NULL || next->blob != NULL)
		return e->blob == next->blob && end == next->offset;
	return end % 8 == next->offset % 8 &&
	    place_of(e->seed, end) == place_of(next->seed, next->offset);
}

/* Adds an extent, merged with the last one where it goes on from there. */
static void
append(struct content *c, const struct content_extent *e)
{
	struct content_extent *last;

	if (e->length == 0)
		return;
	c->size += e->length;
	if (c->nextents > 0) {
		last = &c->extent[c->nextents - 1];
		if (goes_on(last, e)) {
			last->length += e->length;
			return;
		}
	}
	if (e->blob != NULL)
		e->blob->holders++;
	c->extent[c->nextents++] = *e;
}

struct content *
content_generated(uint64_t seed, uint64_t size)
{
	struct content *c = new_content(1);
	struct content_extent e = {NULL, seed, 0, size};

	append(c, &e);
	return c;
}

struct content *
content_run(
    uint64_t seed, uint64_t offset, uint64_t length, char *data, size_t n)
{
	struct content *c = new_content(2);
	struct content_extent run = {NULL, seed, offset, length};
	struct content_extent rest = {NULL, 0, 0, n};

	append(c, &run);
	if (n == 0) {
		free(data);
		return c;
	}
	rest.blob = mem_alloc(sizeof(*rest.blob));
	rest.blob->data = data;
	append(c, &rest);
	return c;
}

struct content *
content_stored(char *data, size_t n)
{
	return content_run(0, 0, 0, data, n);
}

struct content *
content_slice(const struct content *from, uint64_t offset, uint64_t length)
{
	struct content *c = new_content(from->nextents);
	uint64_t at = 0;

	for (size_t i = 0; i < from->nextents && length > 0; i++) {
		struct content_extent e = from->extent[i];
		uint64_t end = at + e.length;

		if (offset < end) {
			e.offset += offset - at;
			e.length = end - offset;
			if (e.length > length)
				e.length = length;
			append(c, &e);
			offset += e.length;
			length -= e.length;
		}
		at = end;
	}
	return c;
}

struct content *
content_joined(struct content *const *part, size_t n)
{
	size_t extents = 0;
	struct content *c;

	for (size_t i = 0; i < n; i++)
		extents += part[i]->nextents;
	c = new_content(extents);
	c->nparts = n;
	c->part = mem_alloc(n * sizeof(*c->part));
	for (size_t i = 0; i < n; i++) {
		c->part[i] = part[i]->size;
		for (size_t k = 0; k < part[i]->nextents; k++)
			append(c, &part[i]->extent[k]);
	}
	return c;
}

void
content_set_parts(struct content *c, uint64_t size)
{
	uint64_t left = c->size;
	size_t n = (size_t)((left + size - 1) / size);

	if (n == 0)
		n = 1;
	free(c->part);
	c->part = mem_alloc(n * sizeof(*c->part));
	c->nparts = n;
	for (size_t i = 0; i < n; i++) {
		c->part[i] = left < size ? left : size;
		left -= c->part[i];
	}
	c->etag[0] = '\0';
}

struct content *
content_hold(struct content *c)
{
	c->holders++;
	return c;
}

void
content_drop(struct content *c)
{
	if (c == NULL || --c->holders > 0)
		return;
	for (size_t i = 0; i < c->nextents; i++) {
		struct content_blob *blob = c->extent[i].blob;

		if (blob != NULL && --blob->holders == 0) {
			free(blob->data);
			free(blob);
		}
	}
	free(c->extent);
	free(c->part);
	free(c);
}

void
content_read(const struct content *c, uint64_t offset, void *out, size_t n)
{
	char *p = out;
	uint64_t at = 0;

	for (size_t i = 0; i < c->nextents && n > 0; i++) {
		const struct content_extent *e = &c->extent[i];

		if (offset < at + e->length) {
			uint64_t inner = offset - at, left = e->length - inner;
			size_t take = left < n ? (size_t)left : n;

			if (e->blob != NULL)
				memcpy(
				    p, e->blob->data + e->offset + inner, take);
			else
				generate(e->seed, e->offset + inner, p, take);
			p += take;
			n -= take;
			offset += take;
		}
		at += e->length;
	}
}

static void
true_md5(const struct content *c, unsigned char out[16])
{
	struct md5 m;
	char *chunk = c->size > 0 ?
	    mem_alloc(c->size < CHUNK ? (size_t)c->size : CHUNK) :
	    NULL;

	md5_init(&m);
	for (uint64_t at = 0; at < c->size;) {
		size_t n = c->size - at < CHUNK ? (size_t)(c->size - at) :
						  CHUNK;

		content_read(c, at, chunk, n);
		md5_add(&m, chunk, n);
		at += n;
	}
	md5_end(&m, out);
	free(chunk);
}

/* Stands in for the MD5 of huge contents: depends on the bytes' origin. */
static void
stand_in_md5(const struct content *c, unsigned char out[16])
{
	struct md5 m;

	md5_init(&m);
	for (size_t i = 0; i < c->nextents; i++) {
		const struct content_extent *e = &c->extent[i];
		uint64_t words[3] = {
		    place_of(e->seed, e->offset), e->offset % 8, e->length};

		if (e->blob != NULL) {
			md5_add(&m, "blob", 4);
			md5_add(
			    &m, e->blob->data + e->offset, (size_t)e->length);
		} else {
			md5_add(&m, words, sizeof(words));
		}
	}
	md5_end(&m, out);
}

static void
digest(
    const struct content *c, struct content_rules *rules, unsigned char out[16])
{
	if (c->nextents == 1 && c->extent[0].blob == NULL)
		content_generated_md5(rules, c->extent[0].seed,
		    c->extent[0].offset, c->extent[0].length, out);
	else if (c->size <= rules->real_md5)
		true_md5(c, out);
	else
		stand_in_md5(c, out);
}

void
content_generated_md5(struct content_rules *rules, uint64_t seed,
    uint64_t offset, uint64_t length, unsigned char out[16])
{
	uint64_t key = mix(seed ^ mix(offset ^ mix(length)));
	struct slot *slot = &rules->cache->slot[key & (CACHE_SLOTS - 1)];
	struct content_extent e = {NULL, seed, offset, length};
	struct content c = {.size = length, .nextents = 1, .extent = &e};

	if (slot->used && slot->seed == seed && slot->offset == offset &&
	    slot->length == length) {
		memcpy(out, slot->md5, 16);
		return;
	}
	if (length <= 64) {
		char bytes[64];

		generate(seed, offset, bytes, (size_t)length);
		md5_of(bytes, (size_t)length, out);
	} else if (length <= rules->real_md5) {
		true_md5(&c, out);
	} else {
		stand_in_md5(&c, out);
	}
	slot->used = true;
	slot->seed = seed;
	slot->offset = offset;
	slot->length = length;
	memcpy(slot->md5, out, 16);
}

static void
to_hex(const unsigned char *md5, char out[33])
{
	for (int i = 0; i < 16; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", md5[i]);
}

static void
etag_of_parts(struct content *c, struct content_rules *rules)
{
	struct md5 m;
	unsigned char one[16];
	uint64_t at = 0;

	md5_init(&m);
	for (size_t i = 0; i < c->nparts; i++) {
		struct content *part = content_slice(c, at, c->part[i]);

		digest(part, rules, one);
		md5_add(&m, one, 16);
		at += c->part[i];
		content_drop(part);
	}
	md5_end(&m, one);
	to_hex(one, c->etag);
	(void)snprintf(c->etag + 32, sizeof(c->etag) - 32, "-%zu", c->nparts);
}

const char *
content_etag(struct content *c, struct content_rules *rules)
{
	unsigned char one[16];

	if (c->etag[0] != '\0')
		return c->etag;
	if (c->nparts > 0) {
		etag_of_parts(c, rules);
	} else {
		digest(c, rules, one);
		to_hex(one, c->etag);
	}
	return c->etag;
}

static bool
same_extents(const struct content *a, const struct content *b)
{
	if (a->nextents != b->nextents)
		return false;
	for (size_t i = 0; i < a->nextents; i++) {
		const struct content_extent *x = &a->extent[i],
					    *y = &b->extent[i];

		if (x->blob != y->blob || x->seed != y->seed ||
		    x->offset != y->offset || x->length != y->length)
			return false;
	}
	return true;
}

bool
content_equal(const struct content *a, const struct content *b)
{
	char *x, *y;
	bool equal = true;

	if (a == b)
		return true;
	if (a->size != b->size)
		return false;
	if (same_extents(a, b))
		return true;
	x = mem_alloc(CHUNK);
	y = mem_alloc(CHUNK);
	for (uint64_t at = 0; equal && at < a->size;) {
		size_t n = a->size - at < CHUNK ? (size_t)(a->size - at) :
						  CHUNK;

		content_read(a, at, x, n);
		content_read(b, at, y, n);
		equal = memcmp(x, y, n) == 0;
		at += n;
	}
	free(x);
	free(y);
	return equal;
}

void
content_digest(
    const struct content *c, struct content_rules *rules, char out[33])
{
	unsigned char md5[16];

	digest(c, rules, md5);
	to_hex(md5, out);
}
