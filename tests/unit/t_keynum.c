/* Keys as numbers: properties over many shapes, with seeds. */

#include <math.h>

#include "buf.h"
#include "keynum.h"
#include "shapes.h"
#include "tap.h"

/* Learn every 500 keys as a page would be: one key in ten. */
static void
learn(struct keynum_model *m, const struct bucket *b)
{
	const char *keys[50];
	size_t lens[50], n;

	for (size_t page = 0; page + 500 <= b->n; page += 500) {
		n = 0;
		for (size_t i = 0; i < 500; i += 10) {
			keys[n] = b->keys[page + i].data;
			lens[n++] = b->keys[page + i].len;
		}
		keynum_learn(m, keys, lens, n);
	}
}

static int
compare(const struct keynum *a, const struct keynum *b)
{
	for (int i = 0; i < KEYNUM_LIMBS; i++)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

/* Order is kept, for learned keys and for others from the same mould. */
static void
test_order(const struct shape *shape)
{
	struct keynum_model *m = keynum_new();
	struct bucket b, other;
	struct keynum last, n;
	size_t bad = 0, same = 0;

	shapes_make(&b, shape, 2000, 1);
	shapes_make(&other, shape, 2000, 2);
	learn(m, &b);
	for (int k = 0; k < 2; k++) {
		const struct bucket *from = k == 0 ? &b : &other;

		keynum_of(m, from->keys[0].data, from->keys[0].len, 0, &last);
		for (size_t i = 1; i < from->n; i++) {
			keynum_of(
			    m, from->keys[i].data, from->keys[i].len, 0, &n);
			bad += compare(&last, &n) > 0;
			same += k == 0 && compare(&last, &n) == 0;
			last = n;
		}
	}
	ok(bad == 0, "%s: the order of keys is the order of numbers",
	    shape->name);
	ok(same < b.n / 4, "%s: few of the learned keys share a number",
	    shape->name);
	keynum_free(m);
	shapes_free(&b);
	shapes_free(&other);
}

/* Number to key and back, as far as digits go. */
static void
test_round_trip(const struct shape *shape)
{
	struct keynum_model *m = keynum_new();
	struct bucket b;
	struct buf key, again;
	struct keynum a, c, d;
	size_t bad = 0, invalid = 0, same;

	buf_init(&key, KEYNUM_POSITIONS);
	buf_init(&again, KEYNUM_POSITIONS);
	shapes_make(&b, shape, 1500, 3);
	learn(m, &b);
	for (size_t i = 0; i + 7 < b.n; i += 7) {
		struct listplan_key x = b.keys[i], y = b.keys[i + 7];

		same = keynum_common(x.data, x.len, y.data, y.len);
		keynum_of(m, x.data, x.len, same, &a);
		keynum_of(m, y.data, y.len, same, &d);
		c = a;
		keynum_add(&c, keynum_between(&a, &d) / 2);
		keynum_key(m, x.data, same, &c, 40, &key);
		invalid += keynum_utf8(key.data, key.len) != key.len ||
		    key.len > KEYNUM_POSITIONS;
		/* A key spans a range of numbers and stands at its least. */
		keynum_of(m, key.data, key.len, same, &d);
		bad += compare(&d, &c) > 0;
		keynum_key(m, x.data, same, &d, 40, &again);
		bad += again.len != key.len ||
		    memcmp(again.data, key.data, key.len) != 0;
	}
	/* Mended UTF-8 may stand a little off. */
	ok(bad <= (shape->make == shape_unicode ? b.n / 10 : 0),
	    "%s: the key at a number has that number (%zu not)", shape->name,
	    bad);
	ok(invalid == 0, "%s: keys made are valid UTF-8 of 1,024 bytes at most",
	    shape->name);
	buf_fini(&key);
	buf_fini(&again);
	keynum_free(m);
	shapes_free(&b);
}

static void
test_even(void)
{
	struct keynum_model *m = keynum_new();
	struct bucket b;
	struct keynum a, c;
	double first, most = 0, least = 1;

	shapes_make(&b, shapes_find("flat-hex"), 20000, 1);
	learn(m, &b);
	for (size_t i = 0; i + 2000 < b.n; i += 2000) {
		keynum_of(m, b.keys[i].data, b.keys[i].len, 0, &a);
		keynum_of(
		    m, b.keys[i + 2000].data, b.keys[i + 2000].len, 0, &c);
		first = keynum_between(&a, &c);
		most = first > most ? first : most;
		least = first < least ? first : least;
	}
	ok(most < 2 * least, "equally many keys are equally far apart");
	keynum_free(m);
	shapes_free(&b);
}

static void
test_bytes(void)
{
	struct keynum_model *m = keynum_new();
	struct rng r = {5};
	struct bucket b = {NULL, 0, 0};
	struct keynum last, n;
	char key[1024];
	size_t bad = 0;

	/* Every byte value, empty and longest keys, prefixes of others. */
	for (size_t i = 0; i < 4000; i++) {
		size_t len = i % 4 ? shapes_below(&r, 6) :
				     shapes_below(&r, 1025);

		for (size_t k = 0; k < len; k++)
			key[k] = (char)shapes_below(&r, i % 3 ? 256 : 2);
		shapes_add(&b, key, len);
	}
	memset(key, 0xff, sizeof(key));
	shapes_add(&b, key, sizeof(key));
	shapes_sort(&b);
	for (int k = 0; k < 2; k++) {
		if (k == 1)
			learn(m, &b);
		memset(&last, 0, sizeof(last));
		for (size_t i = 0; i < b.n; i++) {
			keynum_of(m, b.keys[i].data, b.keys[i].len, 0, &n);
			bad += compare(&last, &n) > 0;
			last = n;
		}
	}
	is_int(bad, 0, "order holds for all bytes and lengths");
	keynum_free(m);
	shapes_free(&b);
}

static void
test_arithmetic(void)
{
	struct keynum a = {{0}}, b = {{0}};
	struct rng r = {9};
	double x, y, worst = 0;

	for (int i = 0; i < 10000; i++) {
		memset(&a, 0, sizeof(a));
		x = ldexp(shapes_unit(&r), -(int)shapes_below(&r, 150));
		y = ldexp(shapes_unit(&r), -(int)shapes_below(&r, 150));
		if (x + y >= 1)
			continue;
		keynum_add(&a, x);
		b = a;
		keynum_add(&b, y);
		y = fabs(keynum_between(&a, &b) - y) / (y > 0 ? y : 1);
		worst = y > worst ? y : worst;
	}
	ok(worst < 1e-12, "what is added lies between");
	is_int(keynum_between(&b, &a) > 0, 0, "nothing lies backwards");
	keynum_end(&a);
	ok(!keynum_add(&a, .5) && keynum_between(&a, &a) == 0,
	    "the end stays the end");
	memset(&a, 0, sizeof(a));
	ok(keynum_add(&a, .75) && !keynum_add(&a, .5),
	    "going beyond the end is told");
}

static void
test_utf8(void)
{
	static const struct {
		const char *text;
		size_t len, valid;
	} cases[] = {{"", 0, 0}, {"abc", 3, 3}, {"\xc3\xa9", 2, 2},
	    {"a\xc3", 2, 1}, {"\xc0\x80", 2, 0}, {"\xe0\x80\x80", 3, 0},
	    {"\xe2\x82\xac!", 4, 4}, {"\xed\xa0\x80", 3, 0},
	    {"\xf0\x9f\x98\x80", 4, 4}, {"\xf4\x90\x80\x80", 4, 0},
	    {"x\x80", 2, 1}, {"\xff", 1, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(keynum_utf8(cases[i].text, cases[i].len), cases[i].valid,
		    "valid bytes at the beginning");
}

int
main(void)
{
	for (size_t i = 0; i < SHAPES; i++) {
		test_order(&shapes[i]);
		test_round_trip(&shapes[i]);
	}
	test_even();
	test_bytes();
	test_arithmetic();
	test_utf8();
	return tap_done();
}
