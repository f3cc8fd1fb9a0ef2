#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "shape.h"
#include "shape_awkward.h"

struct maker {
	struct shape_keys *keys;
	uint64_t state; /* of the random numbers */
};

static uint64_t
random_word(struct maker *m)
{
	uint64_t x = m->state += 0x9e3779b97f4a7c15U;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return x ^ x >> 31;
}

static unsigned
below(struct maker *m, unsigned n)
{
	return (unsigned)((random_word(m) >> 32) * n >> 32);
}

static double
fraction(struct maker *m)
{
	return (double)(random_word(m) >> 11) / 9007199254740992.0;
}

static void
add(struct maker *m, const char *p, size_t n)
{
	struct shape_keys *keys = m->keys;

	if (keys->n == keys->size) {
		keys->size = keys->size ? 2 * keys->size : 1024;
		keys->key = mem_grow(
		    keys->key, keys->size * sizeof(*keys->key));
	}
	keys->key[keys->n].offset = keys->text.n;
	keys->key[keys->n++].length = (uint16_t)n;
	text_add(&keys->text, p, n);
}

static void
small(struct maker *m, uint64_t i)
{
	char key[16];

	if (i < 700)
		add(m, key,
		    (size_t)snprintf(key, sizeof(key), "k%03u", (unsigned)i));
}

static void
flat_hex(struct maker *m, uint64_t i)
{
	char key[40];

	(void)i;
	add(m, key,
	    (size_t)snprintf(key, sizeof(key), "%016llx%016llx",
		(unsigned long long)random_word(m),
		(unsigned long long)random_word(m)));
}

static void
sequential(struct maker *m, uint64_t i)
{
	char key[40];

	add(m, key,
	    (size_t)snprintf(
		key, sizeof(key), "img_%08llu.jpg", (unsigned long long)i));
}

static void
unpadded(struct maker *m, uint64_t i)
{
	char key[48];

	add(m, key,
	    (size_t)snprintf(key, sizeof(key), "user/%llu/avatar.png",
		(unsigned long long)i));
}

static void
deep_prefix(struct maker *m, uint64_t i)
{
	char key[400];
	size_t n = 0;

	for (int k = 0; k < 8; k++)
		n += (size_t)snprintf(key + n, sizeof(key) - n,
		    "warehouse/tenant=acme/dataset=clicks/");
	n += (size_t)snprintf(key + n, sizeof(key) - n, "part-%07llu.parquet",
	    (unsigned long long)i);
	add(m, key, n);
}

static void
uuid(struct maker *m, uint64_t i)
{
	char key[48];
	uint64_t a = random_word(m), b = random_word(m);

	(void)i;
	add(m, key,
	    (size_t)snprintf(key, sizeof(key), "%08x-%04x-%012llx.json",
		(unsigned)(a >> 32), (unsigned)(a & 0xffff),
		(unsigned long long)(b & 0xffffffffffff)));
}

static void
dated(struct maker *m, uint64_t i)
{
	char key[80];
	double r = fraction(m);
	unsigned day = fraction(m) < .6 ? 700 : (unsigned)(r * r * 1008);

	(void)i;
	add(m, key,
	    (size_t)snprintf(key, sizeof(key),
		"logs/%04u/%02u/%02u/%02u/host-%02u/part-%05u.gz",
		2022 + day / 336, day / 28 % 12 + 1, day % 28 + 1, below(m, 24),
		below(m, 40), below(m, 100000)));
}

/* The nth of 3,000 directory names: 3 to 11 hexadecimal digits. */
static size_t
word(unsigned n, char *out, size_t size)
{
	struct maker w = {NULL, n + 77777};
	char hex[20];
	unsigned length = 3 + below(&w, 9);

	(void)snprintf(
	    hex, sizeof(hex), "%016llx", (unsigned long long)random_word(&w));
	return (size_t)snprintf(out, size, "%.*s", (int)length, hex);
}

static void
zipf_dirs(struct maker *m, uint64_t i)
{
	char key[80];
	double pareto = pow(1 - fraction(m), -1 / 0.7);
	size_t n = (size_t)snprintf(key, sizeof(key), "home/");

	(void)i;
	n += word((unsigned)fmod(pareto, 3000), key + n, sizeof(key) - n);
	key[n++] = '/';
	n += word(below(m, 3000), key + n, sizeof(key) - n);
	n += (size_t)snprintf(
	    key + n, sizeof(key) - n, "_%u.dat", below(m, 1000000));
	add(m, key, n);
}

static void
unicode(struct maker *m, uint64_t i)
{
	static const char letters[][5] = {"а", "б", "в", "г", "д", "е", "ж",
	    "з", "и", "к", "л", "м", "н", "о", "п", "р", "с", "т", "у", "ф",
	    "х", "ц", "ч", "ш", "щ", "日", "本", "語", "漢", "字", "か", "な",
	    "カ", "ナ", "é", "è", "ü", "ö", "ß", "ñ", "😀", "🚀"};
	char key[64];
	size_t n = 0;
	unsigned length = 3 + below(m, 6);

	(void)i;
	while (length-- > 0)
		n += (size_t)snprintf(key + n, sizeof(key) - n, "%s",
		    letters[below(m, sizeof(letters) / sizeof(*letters))]);
	n += (size_t)snprintf(key + n, sizeof(key) - n, "/%u", below(m, 1000));
	add(m, key, n);
}

static void
words(struct maker *m, uint64_t i)
{
	static const char syllable[16][4] = {"ka", "to", "mi", "re", "san",
	    "lo", "vek", "tur", "ing", "ed", "pro", "con", "a", "e", "is",
	    "ter"};
	char key[64];
	size_t n = (size_t)snprintf(key, sizeof(key), "Photos of ");
	unsigned length = 2 + below(m, 5);

	(void)i;
	while (length-- > 0)
		n += (size_t)snprintf(
		    key + n, sizeof(key) - n, "%s", syllable[below(m, 16)]);
	n += (size_t)snprintf(
	    key + n, sizeof(key) - n, " %u.JPG", below(m, 3000));
	add(m, key, n);
}

static void
long_keys(struct maker *m, uint64_t i)
{
	char key[1024];

	(void)i;
	for (size_t n = 0; n < sizeof(key); n++)
		key[n] = (char)('0' + below(m, 75));
	add(m, key, sizeof(key));
}

static void
awkward(struct maker *m, uint64_t i)
{
	struct text key = {0};

	while (i == 0 && shape_awkward(m->keys->n, &key)) {
		add(m, key.p, key.n);
		key.n = 0;
	}
	text_fini(&key);
}

typedef void (*make_fn)(struct maker *, uint64_t);

static make_fn
find(const char *name)
{
	static const struct {
		const char *name;
		make_fn make;
	} shape[] = {{"small", small}, {"flat-hex", flat_hex}, {"uuid", uuid},
	    {"sequential", sequential}, {"unpadded", unpadded},
	    {"deep-prefix", deep_prefix}, {"dated", dated},
	    {"zipf-dirs", zipf_dirs}, {"unicode", unicode}, {"words", words},
	    {"long", long_keys}, {"awkward", awkward}};

	for (size_t i = 0; i < sizeof(shape) / sizeof(*shape); i++)
		if (strcmp(shape[i].name, name) == 0)
			return shape[i].make;
	return NULL;
}

/* What qsort sorts: eight bytes of the key make most comparisons cheap. */
struct handle {
	uint64_t head;
	const char *key;
	size_t length;
};

static int
compare(const void *a, const void *b)
{
	const struct handle *x = a, *y = b;
	int order;

	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	order = memcmp(
	    x->key, y->key, x->length < y->length ? x->length : y->length);
	if (order != 0)
		return order;
	return x->length < y->length ? -1 : x->length > y->length;
}

/* The bytes at which keys begin to differ: skips what all have in common. */
static size_t
common_length(const struct shape_keys *keys)
{
	const char *first = keys->text.p;
	size_t common = keys->key[0].length;

	for (size_t i = 1; i < keys->n && common > 0; i++) {
		const char *key = keys->text.p + keys->key[i].offset;
		size_t n = keys->key[i].length < common ? keys->key[i].length :
							  common;

		for (common = 0; common < n && key[common] == first[common];)
			common++;
	}
	return common;
}

/* Sorts, and drops the keys that came twice. */
static void
sort(struct shape_keys *keys)
{
	struct handle *handle;
	size_t common, n = 0;

	if (keys->n == 0)
		return;
	common = common_length(keys);
	handle = mem_alloc(keys->n * sizeof(*handle));
	for (size_t i = 0; i < keys->n; i++) {
		const char *key = keys->text.p + keys->key[i].offset;
		size_t length = keys->key[i].length;

		for (size_t k = common; k < common + 8; k++)
			handle[i].head = handle[i].head << 8 |
			    (k < length ? (unsigned char)key[k] : 0);
		handle[i].key = key;
		handle[i].length = length;
	}
	qsort(handle, keys->n, sizeof(*handle), compare);
	for (size_t i = 0; i < keys->n; i++) {
		if (i > 0 && compare(&handle[i - 1], &handle[i]) == 0)
			continue;
		keys->key[n].offset = (size_t)(handle[i].key - keys->text.p);
		keys->key[n++].length = (uint16_t)handle[i].length;
	}
	keys->n = n;
	free(handle);
}

bool
shape_make(const char *name, uint64_t n, struct shape_keys *keys)
{
	struct maker m = {keys, 7};
	make_fn make = find(name);

	memset(keys, 0, sizeof(*keys));
	if (make == NULL)
		return false;
	if (make == awkward || (make == small && n > 700))
		n = make == small ? 700 : 1;
	/* Random shapes repeat themselves: go on until there are n. */
	for (int round = 0; keys->n < n && round < 20; round++) {
		for (uint64_t i = keys->n; i < n; i++)
			make(&m, i);
		sort(keys);
	}
	return true;
}

void
shape_fini(struct shape_keys *keys)
{
	text_fini(&keys->text);
	free(keys->key);
}
