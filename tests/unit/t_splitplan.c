/*
 * Balanced ranges, found in simulated buckets.
 *
 *	t_splitplan [-n KEYS]			the tests
 *	t_splitplan -n KEYS [-N RANGES] SHAPE...	figures for some shapes
 */

#include <unistd.h>

#include "buf.h"
#include "keycut.h"
#include "shapes_more.h"
#include "splitplan.h"
#include "tap.h"

#define PAGE 1000

struct outcome {
	const struct bucket *b;
	size_t ranges, largest, before;
	bool ascending, valid;
	struct listplan_key last;
	uint64_t probes;
	double total;
};

/* The index of the first key beyond k. */
static size_t
upper(const struct bucket *b, struct listplan_key k)
{
	size_t lo = 0, hi = b->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (keycut_compare(b->keys[mid], k) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
take_cut(void *arg, struct listplan_key cut)
{
	struct outcome *o = arg;
	size_t at = upper(o->b, cut);

	if (o->last.data != NULL && keycut_compare(cut, o->last) <= 0)
		o->ascending = false;
	if (cut.len > 1024 || keynum_utf8(cut.data, cut.len) != cut.len)
		o->valid = false;
	if (at - o->before > o->largest)
		o->largest = at - o->before;
	o->before = at;
	o->ranges++;
	free((void *)(uintptr_t)o->last.data);
	o->last = (struct listplan_key){xmemdup0(cut.data, cut.len), cut.len};
}

static void
answer(struct splitplan *plan, struct splitplan_probe *probe,
    const struct bucket *b)
{
	size_t at = upper(b, splitplan_after(probe));
	size_t count = b->n - at < PAGE ? b->n - at : PAGE;

	splitplan_page(plan, probe, b->keys + at, count, at + count < b->n);
}

static struct outcome
run(const struct bucket *b, size_t ranges, size_t in_flight)
{
	struct splitplan_params par = {
	    .ranges = ranges, .in_flight = in_flight};
	struct splitplan *plan = splitplan_new(&par);
	struct splitplan_probe *probes[64];
	struct outcome o = {.b = b, .ascending = true, .valid = true};
	size_t n = 0;

	/* The oldest is answered first: order does not matter much. */
	do {
		while (n < 64 && (probes[n] = splitplan_next(plan)) != NULL)
			n++;
		if (n == 0)
			break;
		answer(plan, probes[0], b);
		memmove(probes, probes + 1, --n * sizeof(probes[0]));
	} while (true);
	o.total = splitplan_total(plan);
	o.probes = splitplan_probes(plan);
	splitplan_cuts(plan, take_cut, &o);
	o.ranges++;
	if (b->n - o.before > o.largest)
		o.largest = b->n - o.before;
	splitplan_free(plan);
	free((void *)(uintptr_t)o.last.data);
	return o;
}

static double
worst(const struct outcome *o, size_t ranges)
{
	return (double)o->largest * (double)ranges / (double)o->b->n;
}

static void
figures(const struct outcome *o, size_t ranges, const char *name)
{
	printf("# %-12s keys %8zu  ranges %5zu of %5zu  probes %6d  largest "
	       "%.2f of the mean  keys thought %.2f of true\n",
	    name, o->b->n, o->ranges, ranges, (int)o->probes, worst(o, ranges),
	    o->total / (double)o->b->n);
}

/* The worst range, as a multiple of the mean, by kind of shape; the budget is
 * 20 probes a range. */
static void
test_shape(const struct shape *shape, size_t n, size_t ranges)
{
	double most = shape->regular && ranges > 3 ? 1.5 : 3;
	struct bucket b;
	struct outcome o;

	shapes_make(&b, shape, n, 7);
	o = run(&b, ranges, 32);
	figures(&o, ranges, shape->name);
	ok(o.probes <= 20 * ranges, "%s: at most 20 probes a range",
	    shape->name);
	ok(o.ascending && o.valid, "%s: cuts ascend and are valid keys",
	    shape->name);
	ok(o.ranges == ranges, "%s: %zu ranges were asked for, %zu found",
	    shape->name, ranges, o.ranges);
	ok(worst(&o, ranges) <= most,
	    "%s: the largest range is at most %.1f times the mean", shape->name,
	    most);
	shapes_free(&b);
}

/* Fewer pages than probes, somewhat more, and, where one page tells least of
 * the next, twice as many. */
static void
test_shapes(size_t n)
{
	static const char *const uneven[] = {"unpadded", "dated", "zipf-dirs",
	    "unicode", "words", "tables", "base64", "steep", "wide", "letters"};

	for (size_t i = 0; i < SHAPES; i++)
		if (shapes[i].make != shape_long) {
			test_shape(&shapes[i], n, n / 3200);
			test_shape(&shapes[i], n, n / 25000);
		}
	for (size_t i = 0; i < sizeof(uneven) / sizeof(uneven[0]); i++)
		test_shape(more_find(uneven[i]), 2 * n, n / 20000);
	test_shape(shapes_find("long"), n / 5, 2);
}

/* One bucket of a shape tells little: others of the same shape.  Dated at
 * n / 25000 ranges is fewer pages than probes. */
static void
test_seeds(size_t n, const char *name, double most)
{
	struct bucket b;
	struct outcome o;

	for (uint64_t seed = 1; seed <= 5; seed++) {
		shapes_make(&b, shapes_find(name), n, seed);
		o = run(&b, n / 25000, 32);
		figures(&o, n / 25000, name);
		ok(worst(&o, n / 25000) <= most && o.probes <= n / 1250,
		    "%s, seed %d: the largest range is at most %.1f times the "
		    "mean",
		    name, (int)seed, most);
		shapes_free(&b);
	}
}

/* Names of another script, far behind all others. */
static size_t
make_scripts(struct rng *r, uint64_t i, size_t n, char *to, size_t room)
{
	(void)r;
	return (size_t)snprintf(
	    to, room, i < n / 2 ? "а%07u" : "日%07u", (unsigned)i);
}

static void
test_scripts(size_t n)
{
	static const struct shape scripts = {"scripts", make_scripts, true};

	test_shape(&scripts, n, 4);
}

static void
test_small(void)
{
	static const size_t sizes[] = {0, 1, 2, 10, 700, 1000, 1001, 5000};
	struct bucket b;
	struct outcome o;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		shapes_make(&b, shapes_find("dated"), sizes[i], 7);
		for (size_t ranges = 1; ranges <= 64; ranges += 21) {
			o = run(&b, ranges, 8);
			if (!o.ascending || o.ranges > ranges ||
			    (b.n >= 10 * ranges && worst(&o, ranges) > 1.5) ||
			    (ranges == 1 && o.probes > 0))
				ok(false,
				    "%zu keys in %zu ranges: %zu, "
				    "the largest of %zu",
				    b.n, ranges, o.ranges, o.largest);
		}
		shapes_free(&b);
	}
	ok(true, "small buckets are read whole and cut exactly");
}

/* A probe that fails or is out of order is forgotten, and the rest goes on. */
static void
test_failures(void)
{
	struct splitplan_params par = {.ranges = 8, .in_flight = 4};
	struct splitplan *plan = splitplan_new(&par);
	struct splitplan_probe *probe;
	struct bucket b;
	struct outcome o = {.b = &b, .ascending = true, .valid = true};
	unsigned n = 0;

	shapes_make(&b, shapes_find("flat-hex"), 50000, 7);
	while ((probe = splitplan_next(plan)) != NULL) {
		if (++n == 5)
			splitplan_failed(plan, probe);
		else if (n == 7) {
			struct listplan_key bad[2] = {b.keys[9], b.keys[8]};

			ok(!splitplan_page(plan, probe, bad, 2, true),
			    "a page out of order is refused");
		} else
			answer(plan, probe, &b);
	}
	splitplan_cuts(plan, take_cut, &o);
	ok(o.ascending && o.ranges >= 5, "failed probes cost precision only");
	free((void *)(uintptr_t)o.last.data);
	splitplan_free(plan);
	shapes_free(&b);
}

int
main(int argc, char **argv)
{
	size_t n = 200000, ranges = 64;
	uint64_t seed = 7;
	struct bucket b;
	struct outcome o;
	int c;

	while ((c = getopt(argc, argv, "n:N:s:")) != -1) {
		if (c == 'n')
			n = strtoul(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == 'N')
			ranges = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (argv[optind] == NULL) {
		test_shapes(n);
		test_seeds(n, "words", 3);
		test_seeds(n, "dated", 1.5);
		test_scripts(n);
		test_small();
		test_failures();
		return tap_done();
	}
	for (argv += optind; *argv != NULL; argv++) {
		if (more_find(*argv) == NULL)
			return 2;
		shapes_make(&b, more_find(*argv), n, seed);
		o = run(&b, ranges, 32);
		figures(&o, ranges, *argv);
		shapes_free(&b);
	}
	return 0;
}
