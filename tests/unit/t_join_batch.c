/* Batches: storage, key order against input order, shared answers. */

#include <stdlib.h>

#include "../../s3exists/batch.c"
#include "tap.h"

static uint64_t seed = 88172645463325252U;

static size_t
random_below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % n);
}

static void
add(struct batch *b, const char *raw, size_t len)
{
	struct record r;
	const char *why;

	if (!record_parse(&r, raw, len, b->is_long, &why))
		ok(false, "%s is a record: %s", raw, why);
	else
		batch_add(b, &r);
}

static struct batch *
batch_of(const char *const *raw, size_t n, bool is_long)
{
	struct batch *b = batch_new(is_long);
	size_t i;

	for (i = 0; i < n; i++)
		add(b, raw[i], strlen(raw[i]));
	batch_close(b);
	return b;
}

static void
is_key(const struct batch *b, size_t i, const char *want, const char *claim)
{
	size_t len;
	const char *key = batch_key(b, i, &len);

	is_mem(key, len, want, strlen(want), claim);
}

static void
test_sorted(void)
{
	static const char *const keys[] = {"a", "a", "ab", "b"};
	struct batch *b = batch_of(keys, 4, false);
	size_t lo, hi;

	ok(b->ascending, "input in key order is noticed, equal keys included");
	is_int(batch_index(b, 2), 2, "and its ranks are its indices");
	is_key(b, 2, "ab", "keys are kept");
	batch_group(b, 1, &lo, &hi);
	ok(lo == 0 && hi == 2, "equal neighbours are a group");
	batch_group(b, 3, &lo, &hi);
	ok(lo == 3 && hi == 4, "a key alone is one too");
	batch_free(b);
}

static void
test_unsorted(void)
{
	static const char *const keys[] = {"b", "\xff", "a", "b", "", "ab"};
	static const size_t want[] = {2, 4, 0, 3, 1};
	struct batch *b = batch_new(false);
	size_t i, lo, hi;
	bool same = true;

	for (i = 0; i < 6; i++)
		if (*keys[i] != '\0')
			add(b, keys[i], strlen(keys[i]));
	batch_close(b);
	ok(!b->ascending, "input out of order is noticed");
	for (i = 0; i < 5; i++)
		same = same && batch_index(b, i) == want[i];
	ok(same,
	    "ranks: bytes are unsigned, short before long, first come "
	    "first");
	batch_group(b, 3, &lo, &hi);
	ok(lo == 2 && hi == 4, "equal keys are found wherever they came");
	batch_free(b);
}

static void
test_long(void)
{
	static const char *const rows[] = {
	    "9\t-\t-\t-\tb",
	    "1\t2026-01-02T03:04:05Z\tee\tSTANDARD\ta\tb",
	};
	struct batch *b = batch_of(rows, 2, true);
	struct record r;
	const char *raw;
	size_t len;

	is_key(b, 0, "b", "the key of a long record is its last field");
	is_key(b, 1, "a\tb", "with all its tabs");
	ok(!b->ascending, "long records are ordered by key, not by size");
	raw = batch_raw(b, 1, &len);
	is_mem(raw, len, rows[1], strlen(rows[1]), "records stay as they are");
	batch_record(b, 1, &r);
	ok(r.has_size && r.size == 1, "and can be taken apart again");
	batch_free(b);
}

static void
test_answers(void)
{
	static const char *const keys[] = {"c", "b", "a", "d"};
	struct batch *b = batch_of(keys, 4, false);
	size_t i = 99;

	is_int(b->unanswered, 4, "at first nothing is answered");
	ok(!batch_wanted(b, &i), "and nothing wants a HEAD");
	batch_want(b, 1, 3);
	ok(batch_wanted(b, &i) && i == 0,
	    "ranks 1 and 2 are b and c: c first, "
	    "for it came first");
	batch_set(b, 0, BATCH_ASKED);
	ok(batch_wanted(b, &i) && i == 1, "then b");
	batch_set(b, 1, BATCH_ASKED);
	ok(!batch_wanted(b, &i), "then none");
	is_int(b->unanswered, 4, "what is asked is not answered");
	batch_set(b, 0, BATCH_MISSING);
	batch_set(b, 1, BATCH_FAILED);
	is_int(b->unanswered, 2, "final states are");
	batch_want(b, 0, 1);
	ok(batch_wanted(b, &i) && i == 2,
	    "what is wanted later is found, "
	    "though it may come before");
	batch_free(b);
}

static bool
ordered(const struct batch *b)
{
	const char *last = "", *key;
	size_t last_len = 0, len, i, last_index = 0;
	int order;

	for (i = 0; i < b->count; i++) {
		key = batch_key(b, batch_index(b, i), &len);
		order = batch_compare(last, last_len, key, len);
		if (order > 0 ||
		    (i > 0 && order == 0 && last_index > batch_index(b, i)))
			return false;
		last = key;
		last_len = len;
		last_index = batch_index(b, i);
	}
	return true;
}

static bool
a_permutation(const struct batch *b)
{
	unsigned char *seen = calloc(1, b->count);
	bool good = true;
	size_t i;

	for (i = 0; i < b->count; i++) {
		good = good && !seen[batch_index(b, i)];
		seen[batch_index(b, i)] = 1;
	}
	free(seen);
	return good;
}

static void
test_random(void)
{
	char key[64];
	struct batch *b;
	size_t round, n, i, j, len, kept;
	bool good = true;

	for (round = 0; round < 300; round++) {
		b = batch_new(false);
		n = 1 + random_below(round < 290 ? 70 : 5000);
		for (i = 0; i < n; i++) {
			len = 1 + random_below(round % 5 + 1);
			for (j = 0; j < len; j++)
				key[j] = (char)('a' + random_below(3));
			add(b, key, len);
		}
		kept = batch_bytes(b);
		batch_close(b);
		good = good && b->count == n && ordered(b) &&
		    a_permutation(b) && batch_bytes(b) <= kept + 8 * n;
		batch_free(b);
	}
	ok(good, "300 random batches are sorted, stably, losing nothing");
}

int
main(void)
{
	test_sorted();
	test_unsorted();
	test_long();
	test_answers();
	test_random();
	return tap_done();
}
