/* Listing or HEADs: what is decided, and what whole runs would cost. */

#include "../../s3exists/decide.c"
#include "tap.h"

static struct decide_page
page_of(size_t answered, size_t entries, size_t used, bool more)
{
	struct decide_page page = {answered, entries, used, more};

	return page;
}

static void
test_beginning(void)
{
	struct decide d;
	struct decide_plan plan;

	decide_init(&d, DECIDE_AUTO);
	plan = decide_range(&d, 12, false);
	ok(plan.way == DECIDE_BY_HEAD && plan.keys == 12,
	    "a handful is asked by HEAD");
	plan = decide_range(&d, 20000, false);
	ok(plan.way == DECIDE_BY_LIST && plan.scout && plan.keys < 20000,
	    "else a first page is to tell");
	plan = decide_range(&d, 20000, false);
	is_int(plan.way, DECIDE_LATER, "for which the others wait");
	decide_scouted(&d);
	plan = decide_range(&d, 20000, false);
	is_int(plan.way, DECIDE_BY_LIST,
	    "if it has failed, the next one is to tell");
}

static void
test_forced(void)
{
	struct decide d;
	struct decide_page sparse = page_of(1, 1000, 1000, true);

	decide_init(&d, DECIDE_HEAD_ONLY);
	is_int(decide_range(&d, 20000, false).keys, 20000,
	    "HEAD only: for all keys");
	is_int(d.probe, DECIDE_HEAD_ONLY, "and nothing changes that");
	decide_init(&d, DECIDE_LIST_ONLY);
	is_int(decide_range(&d, 1, false).way, DECIDE_BY_LIST,
	    "list only: a single key too");
	decide_scouted(&d);
	decide_learn(&d, &sparse);
	is_int(decide_range(&d, 500, false).way, DECIDE_BY_LIST,
	    "list only: where it does not pay too");
	is_int(decide_go_on(&d, 1, 3), DECIDE_BY_LIST, "to the end");
	decide_init(&d, DECIDE_AUTO);
	d.no_list = true;
	is_int(decide_range(&d, 20000, false).way, DECIDE_BY_HEAD,
	    "no listing: HEADs");
}

static void
test_learning(void)
{
	struct decide d;
	struct decide_page page = page_of(900, 1000, 1000, true);

	decide_init(&d, DECIDE_AUTO);
	is_int(decide_learn(&d, &page), 900, "a page used up tells as it is");
	page = page_of(450, 1000, 499, true);
	is_int(decide_learn(&d, &page), 900,
	    "one half used would have answered twice as much");
	page = page_of(7, 700, 6, false);
	is_int(decide_learn(&d, &page), 1000,
	    "the last page counts as a full one would");
	page = page_of(5000, 0, 0, false);
	ok(decide_learn(&d, &page) >= 5000, "an empty one answers all");
	page = page_of(20000, 1000, 0, true);
	ok(decide_learn(&d, &page) >= 20000, "and so does a gap");
}

static void
test_edges(void)
{
	struct decide d;

	decide_init(&d, DECIDE_AUTO);
	is_int(decide_go_on(&d, 13, 100), DECIDE_BY_LIST,
	    "13 keys a page are cheaper than 13 HEADs");
	is_int(decide_go_on(&d, 12, 100), DECIDE_BY_HEAD, "12 are not");
	is_int(decide_go_on(&d, 1000, 12), DECIDE_BY_HEAD,
	    "nor is a page for the last 12 keys");
	is_int(decide_go_on(&d, 1000, 13), DECIDE_BY_LIST, "for 13 it is");
	ok(decide_stretch(0) < decide_stretch(1) &&
		decide_stretch(50) == decide_stretch(3),
	    "stretches of HEADs grow, to a bound");
	is_int(decide_length(0.01), 1, "a range has at least one key");
}

/*
 * A whole run over `keys' input keys in order, one request at a time, against
 * a bucket in which a page answers per_page[part] keys, part being which tenth
 * of the input the key is in.  Returns the price in HEADs.
 */
static double
run(enum decide_probe probe, size_t keys, const double *per_page)
{
	struct decide d;
	struct decide_plan plan = {DECIDE_BY_HEAD, 0, false};
	struct decide_page page;
	size_t at = 0, end, answered;
	double price = 0, here;
	unsigned sparse = 0;

	decide_init(&d, probe);
	while (at < keys) {
		plan = decide_range(&d, keys - at, false);
		end = at + plan.keys;
		if (plan.way == DECIDE_BY_HEAD) {
			price += (double)plan.keys;
			at = end;
			continue;
		}
		while (at < end) {
			here = per_page[at * 10 / keys];
			answered = (size_t)here < 1 ? 1 : (size_t)here;
			answered = least(answered, end - at);
			price += DECIDE_PRICE;
			at += answered;
			page = page_of(answered, 1000,
			    (size_t)(1000 * (double)answered / here), true);
			here = decide_learn(&d, &page);
			if (plan.scout)
				decide_scouted(&d);
			plan.scout = false;
			if (at < end &&
			    decide_go_on(&d, here, end - at) ==
				DECIDE_BY_HEAD) {
				answered = least(
				    decide_stretch(sparse++), end - at);
				price += (double)answered;
				at += answered;
				end = at;
			} else {
				sparse = 0;
			}
		}
	}
	return price;
}

static void
test_price(void)
{
	static const struct {
		const char *name;
		size_t keys;
		double per_page[10];
	} rows[] = {
#define TEN(a) {a, a, a, a, a, a, a, a, a, a}
	    {"a million, all there", 1000000, TEN(1000)},
	    {"a million, nine in ten there", 1000000, TEN(1111)},
	    {"a million, the bucket ten times larger", 1000000, TEN(100)},
	    {"one in 10 of a bucket", 100000, TEN(100)},
	    {"one in 1,000 of a bucket", 1000, TEN(1)},
	    {"one in 100,000 of a bucket", 10, TEN(0.01)},
	    {"half there, half beyond", 1000000,
		{1000, 1000, 1000, 1000, 1000, 1e6, 1e6, 1e6, 1e6, 1e6}},
	    {"just too sparse", 100000, TEN(11)},
	    {"just dense enough", 100000, TEN(14)},
#undef TEN
	};
	double automatic, list, head, cheaper;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		automatic = run(DECIDE_AUTO, rows[i].keys, rows[i].per_page);
		list = run(DECIDE_LIST_ONLY, rows[i].keys, rows[i].per_page);
		head = run(DECIDE_HEAD_ONLY, rows[i].keys, rows[i].per_page);
		cheaper = list < head ? list : head;
		ok(automatic <= 1.15 * cheaper,
		    "%s: auto costs at most 1.15 times the cheaper (auto "
		    "%.0f, list %.0f, head %.0f HEADs)",
		    rows[i].name, automatic, list, head);
	}
}

/* Where the input is dense here and sparse there, neither way alone wins. */
static void
test_mixed(void)
{
	static const double per_page[10] = {
	    1000, 1000, 1000, 1, 1, 1, 1000, 1000, 1000, 1000};
	double automatic = run(DECIDE_AUTO, 100000, per_page);
	double ideal = 70.0 * DECIDE_PRICE + 30000;

	ok(automatic <= 1.15 * ideal,
	    "dense and sparse stretches in one run: at most 1.15 times the "
	    "ideal (%.0f, ideal %.0f)",
	    automatic, ideal);
}

int
main(void)
{
	test_beginning();
	test_forced();
	test_learning();
	test_edges();
	test_price();
	test_mixed();
	return tap_done();
}
