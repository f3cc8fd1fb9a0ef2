/* The entries of a page: what goes in comes out, whatever keys share. */

#include <stdlib.h>
#include <string.h>

#include "keypage.h"
#include "tap.h"

#define ENTRIES 300

/* What was put in, on its own feet. */
struct entry {
	struct record record;
	bool is_prefix;
	char key[KEYPAGE_KEY_MAX], etag[200], class[80];
};

static struct entry entries[ENTRIES];
static uint64_t state;

static unsigned
random_below(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static void
random_text(char *to, size_t len, const char *of)
{
	size_t n = strlen(of);

	while (len-- > 0)
		*to++ = of[random_below((unsigned)n)];
}

/* A key that shares a random part of the one before. */
static void
make_key(struct entry *e, const struct entry *before)
{
	size_t shared = 0, more;

	if (before != NULL)
		shared = random_below((unsigned)before->record.key_len + 1);
	more = random_below(random_below(20) == 0 ? 1024 : 24);
	if (shared + more > KEYPAGE_KEY_MAX || shared + more == 0) {
		shared = 0;
		more = 1;
	}
	if (shared > 0)
		memcpy(e->key, before->key, shared);
	random_text(e->key + shared, more, "ab\001/\377");
	e->record.key = e->key;
	e->record.key_len = shared + more;
}

static void
make_etag(struct entry *e)
{
	static const char *const odd[] = {"", "x", "\"quoted\"",
	    "0123456789abcdef0123456789abcdeg",
	    "0123456789ABCDEF0123456789ABCDEF",
	    "0123456789abcdef0123456789abcde`",
	    "0123456789abcdef0123456789abcde\251",
	    "0123456789abcdef0123456789abcdef-17"};
	unsigned n = sizeof(odd) / sizeof(odd[0]);
	unsigned pick = random_below(3 * n);

	if (pick == n)
		return; /* none */
	if (pick < n) {
		snprintf(e->etag, sizeof(e->etag), "%s", odd[pick]);
		e->record.etag_len = strlen(e->etag);
	} else {
		random_text(e->etag, 32, "0123456789abcdef");
		e->record.etag_len = 32;
	}
	e->record.etag = e->etag;
}

static void
make_entry(struct entry *e, const struct entry *before, bool fields)
{
	static const char *const classes[] = {
	    "STANDARD", "STANDARD", "STANDARD", "GLACIER", "DEEP_ARCHIVE"};
	struct record *r = &e->record;

	memset(e, 0, sizeof(*e));
	make_key(e, before);
	e->is_prefix = random_below(5) == 0;
	if (!fields)
		return;
	r->has_size = random_below(5) > 0;
	r->size = r->has_size ? UINT64_MAX >> random_below(64) : 0;
	r->has_mtime = random_below(5) > 0;
	r->mtime = r->has_mtime ? INT64_MAX >> random_below(63) : 0;
	r->mtime_millis = r->has_mtime && random_below(2) == 0;
	make_etag(e);
	if (random_below(4) == 0)
		return;
	snprintf(e->class, sizeof(e->class), "%s", classes[random_below(5)]);
	r->class = e->class;
	r->class_len = strlen(e->class);
}

static bool
same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a == NULL || b == NULL)
		return a == b && a_len == b_len;
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool
same(const struct keypage_cursor *c, const struct entry *e)
{
	const struct record *a = &c->record, *b = &e->record;

	return same_text(a->key, a->key_len, b->key, b->key_len) &&
	    c->is_prefix == e->is_prefix && a->has_size == b->has_size &&
	    (!a->has_size || a->size == b->size) &&
	    a->has_mtime == b->has_mtime &&
	    (!a->has_mtime || a->mtime == b->mtime) &&
	    a->mtime_millis == b->mtime_millis &&
	    same_text(a->etag, a->etag_len, b->etag, b->etag_len) &&
	    same_text(a->class, a->class_len, b->class, b->class_len);
}

/* Entries from `first' on, until the end; how many are as they were? */
static size_t
read_back(struct keypage_cursor *c, size_t first, size_t *count)
{
	size_t good = 0;

	for (*count = 0; keypage_next(c); ++*count)
		if (first + *count < ENTRIES)
			good += same(c, &entries[first + *count]);
	return good;
}

static bool
ascend(void)
{
	const struct record *a, *b;
	size_t i, n;
	int cmp;

	for (i = 1; i < ENTRIES; i++) {
		a = &entries[i - 1].record;
		b = &entries[i].record;
		n = a->key_len < b->key_len ? a->key_len : b->key_len;
		cmp = memcmp(a->key, b->key, n);
		if (cmp > 0 || (cmp == 0 && a->key_len >= b->key_len))
			return false;
	}
	return true;
}

static int
by_key(const void *a, const void *b)
{
	const struct record *x = &((const struct entry *)a)->record;
	const struct record *y = &((const struct entry *)b)->record;
	size_t n = x->key_len < y->key_len ? x->key_len : y->key_len;
	int cmp = memcmp(
	    ((const struct entry *)a)->key, ((const struct entry *)b)->key, n);

	return cmp != 0 ? cmp : x->key_len < y->key_len ? -1 : 1;
}

/* Sorted, with the pointers set right again. */
static void
sort_entries(void)
{
	size_t i;

	qsort(entries, ENTRIES, sizeof(entries[0]), by_key);
	for (i = 0; i < ENTRIES; i++) {
		entries[i].record.key = entries[i].key;
		if (entries[i].record.etag != NULL)
			entries[i].record.etag = entries[i].etag;
		if (entries[i].record.class != NULL)
			entries[i].record.class = entries[i].class;
	}
}

static bool
check_slice(const struct keypage *page)
{
	size_t skip = random_below(ENTRIES), count, good;
	size_t keep = 1 + random_below((unsigned)(ENTRIES - skip));
	struct keypage_part *part = keypage_slice(page, skip, keep);
	struct keypage_cursor c;

	keypage_open_part(&c, part);
	good = read_back(&c, skip, &count);
	free(part);
	return good == keep && count == keep;
}

static bool
check_expanded(const struct keypage *page)
{
	struct keypage_keys keys;
	size_t i, good = 0;

	keypage_keys_init(&keys);
	keypage_expand(&keys, page);
	for (i = 0; i < ENTRIES; i++)
		good += same_text(keys.at[i].data, keys.at[i].len,
		    entries[i].key, entries[i].record.key_len);
	keypage_keys_fini(&keys);
	return good == ENTRIES;
}

static struct {
	unsigned wrong, order, slices, expanded;
} bad;

static void
run_once(bool fields, bool sorted)
{
	struct keypage page;
	struct keypage_cursor c;
	size_t i, count, good;

	for (i = 0; i < ENTRIES; i++)
		make_entry(&entries[i], i > 0 ? &entries[i - 1] : NULL, fields);
	if (sorted)
		sort_entries();
	keypage_init(&page, fields);
	for (i = 0; i < ENTRIES; i++)
		bad.wrong += !keypage_add(
		    &page, &entries[i].record, entries[i].is_prefix);
	keypage_open(&c, &page);
	good = read_back(&c, 0, &count);
	bad.wrong += good != ENTRIES || count != ENTRIES;
	bad.order += page.ascending != ascend();
	for (i = 0; i < 10; i++)
		bad.slices += !check_slice(&page);
	bad.expanded += !check_expanded(&page);
	keypage_fini(&page);
}

/* Keys that no page can hold. */
static void
test_limits(void)
{
	static char long_key[KEYPAGE_KEY_MAX + 1];
	struct record r = {.key = long_key, .key_len = sizeof(long_key)};
	struct keypage page;

	keypage_init(&page, false);
	ok(!keypage_add(&page, &r, false), "a key may be too long");
	r.key_len = 0;
	ok(!keypage_add(&page, &r, false), "and must not be empty");
	is_int(page.count, 0, "neither is an entry");
	r.key_len = KEYPAGE_KEY_MAX;
	ok(keypage_add(&page, &r, false), "the longest is one");
	r.key_len--;
	ok(keypage_add(&page, &r, false) && !page.ascending,
	    "what is cut off is before it");
	keypage_trim(&page);
	ok(page.count == 0 && page.ascending, "a trimmed page is as new");
	keypage_fini(&page);
}

int
main(void)
{
	for (unsigned seed = 1; seed <= 200; seed++) {
		state = seed;
		run_once(seed % 2 == 0, seed % 4 > 1);
	}
	is_int(bad.wrong, 0, "what goes in comes out");
	is_int(bad.order, 0, "the order is told as it is");
	is_int(bad.slices, 0, "every slice is the same entries");
	is_int(bad.expanded, 0, "expanded keys are the same");
	test_limits();
	return tap_done();
}
