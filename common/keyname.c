/* What names are made of.  See keyname.h. */

#include "keyname.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

#define SYMBOLS	  KEYMODEL_SYMBOLS
#define DEEP	  48   /* positions looked at after a common prefix */
#define CONTEXTS  2048 /* power of two */
#define EVEN	  4.   /* counts that what may be weighs, in all */
#define ELSEWHERE 16.  /* that what is known elsewhere weighs */
#define BOUNDS	  16   /* positions of which bounds are noted */
#define BOUNDED	  8    /* times that a bound must have been seen */
#define PLENTY	  128  /* counts that need no other ones */
#define STRAY	  .02  /* of what is not thought possible */
#define ALIKE	  16   /* positions to the right that may be like one */

struct tally {
	uint32_t total;
	uint16_t count[SYMBOLS];
};

struct position {
	bool seen[SYMBOLS];
	bool named; /* a letter or a digit was seen */
};

/* What followed one byte at one position, or two bytes anywhere. */
struct context {
	uint32_t id; /* 0: free */
	bool seen[SYMBOLS];
	struct tally forks; /* where more than one byte follows */
	struct tally all;
	/* where all that follows was seen to begin, and to end */
	uint32_t begins, ends;
	uint16_t least, greatest;
};

struct contexts {
	struct context *at[CONTEXTS];
	size_t n;
};

struct keyname {
	struct position *at[KEYNUM_POSITIONS + 1];
	bool letter[SYMBOLS]; /* no mark */
	struct contexts places, pairs;
	/* what follows a byte at any position: where more than one byte does,
	 * and everywhere */
	struct tally after[SYMBOLS], always[SYMBOLS];
};

static bool
is_mark(unsigned sym)
{
	return sym <= '0' || (sym > '9' + 1 && sym <= 'A') ||
	    (sym > 'Z' + 1 && sym <= 'a') || (sym > 'z' + 1 && sym <= 128);
}

struct keyname *
keyname_new(void)
{
	struct keyname *k = xcalloc(1, sizeof(*k));

	for (unsigned s = 0; s < SYMBOLS; s++)
		k->letter[s] = !is_mark(s);
	return k;
}

void
keyname_free(struct keyname *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i <= KEYNUM_POSITIONS; i++)
		free(k->at[i]);
	for (size_t i = 0; i < CONTEXTS; i++) {
		free(k->places.at[i]);
		free(k->pairs.at[i]);
	}
	free(k);
}

/* Learning */

static struct context *
context_find(struct contexts *c, uint32_t id, bool make)
{
	size_t slot = (id * UINT32_C(2654435761) >> 12) & (CONTEXTS - 1);

	while (c->at[slot] != NULL) {
		if (c->at[slot]->id == id)
			return c->at[slot];
		slot = (slot + 1) & (CONTEXTS - 1);
	}
	if (!make || c->n >= CONTEXTS * 3 / 4)
		return NULL;
	c->n++;
	c->at[slot] = xcalloc(1, sizeof(struct context));
	c->at[slot]->id = id;
	return c->at[slot];
}

static uint32_t
place_id(size_t at, unsigned prev)
{
	return (uint32_t)(at << 9 | prev) + 1;
}

static uint32_t
pair_id(unsigned before, unsigned prev)
{
	return (uint32_t)(before << 9 | prev) + 1;
}

static void
tally_add(struct tally *t, unsigned sym)
{
	if (t->count[sym] == UINT16_MAX) {
		t->total = 0;
		for (size_t i = 0; i < SYMBOLS; i++)
			t->total += t->count[i] /= 2;
	}
	t->count[sym]++;
	t->total++;
}

/* Count a way that a fork leads. */
static void
count_way(struct keyname *k, const char *key, size_t len, size_t at)
{
	unsigned sym = keymodel_symbol(key, len, at);
	unsigned prev = at > 0 ? keymodel_symbol(key, len, at - 1) : 0;
	struct context *c = context_find(&k->places, place_id(at, prev), true);

	tally_add(&k->after[prev], sym);
	if (c != NULL)
		tally_add(&c->forks, sym);
	if (at < 2)
		return;
	c = context_find(
	    &k->pairs, pair_id(keymodel_symbol(key, len, at - 2), prev), true);
	if (c != NULL)
		tally_add(&c->forks, sym);
}

/* Count what follows each two bytes from there on. */
static void
count_pairs(struct keyname *k, const char *key, size_t len, size_t from)
{
	size_t end = from + DEEP < len ? from + DEEP : len;
	struct context *c;
	unsigned sym, prev;

	for (size_t i = from < 2 ? 2 : from; i <= end; i++) {
		sym = keymodel_symbol(key, len, i);
		prev = keymodel_symbol(key, len, i - 1);
		tally_add(&k->always[prev], sym);
		c = context_find(&k->pairs,
		    pair_id(keymodel_symbol(key, len, i - 2), prev), true);
		if (c != NULL)
			tally_add(&c->all, sym);
	}
}

static void
see_key(
    struct keyname *k, const char *key, size_t len, size_t from, size_t base)
{
	size_t end = base + DEEP < len ? base + DEEP : len;
	struct context *c;
	unsigned sym;

	for (size_t i = from; i <= end && i <= KEYNUM_POSITIONS; i++) {
		if (k->at[i] == NULL)
			k->at[i] = xcalloc(1, sizeof(struct position));
		sym = keymodel_symbol(key, len, i);
		k->at[i]->seen[sym] = true;
		k->at[i]->named |= k->letter[sym];
		c = context_find(&k->places,
		    place_id(i, i > 0 ? keymodel_symbol(key, len, i - 1) : 0),
		    true);
		if (c != NULL)
			c->seen[sym] = true;
	}
}

/* Two keys that follow each other tell where what follows each beginning of
 * the one ends, and of the other begins, but for what they share. */
static void
see_bounds(
    struct keyname *k, const char *key, size_t len, size_t from, bool end)
{
	size_t to = from + BOUNDS < len ? from + BOUNDS : len;
	struct context *c;
	uint16_t sym;

	for (size_t i = from; i <= to && i <= KEYNUM_POSITIONS; i++) {
		c = context_find(&k->places,
		    place_id(i, keymodel_symbol(key, len, i - 1)), true);
		if (c == NULL)
			continue;
		sym = (uint16_t)keymodel_symbol(key, len, i);
		if (end && (c->ends++ == 0 || sym > c->greatest))
			c->greatest = sym;
		if (!end && (c->begins++ == 0 || sym < c->least))
			c->least = sym;
	}
}

/* How many bytes a key shares with the first or the last of its page: what
 * else begins with them may be outside. */
static size_t
outside(const char *const *keys, const size_t *lens, size_t count, size_t i)
{
	size_t last = count - 1;
	size_t a = keynum_common(keys[0], lens[0], keys[i], lens[i]);
	size_t b = keynum_common(keys[last], lens[last], keys[i], lens[i]);

	return a > b ? a : b;
}

void
keyname_learn(struct keyname *k, const char *const *keys, const size_t *lens,
    size_t count)
{
	bool forks[KEYNUM_POSITIONS + 1] = {false};
	size_t same, base, out, deepest = 0;

	if (count == 0)
		return;
	base = keynum_common(
	    keys[0], lens[0], keys[count - 1], lens[count - 1]);
	see_key(k, keys[0], lens[0], 0, base);
	for (size_t i = 1; i < count; i++) {
		same = keynum_common(
		    keys[i - 1], lens[i - 1], keys[i], lens[i]);
		see_key(k, keys[i], lens[i], same, same);
		if (same > KEYNUM_POSITIONS)
			continue;
		see_bounds(k, keys[i - 1], lens[i - 1], same + 1, true);
		see_bounds(k, keys[i], lens[i], same + 1, false);
		for (; deepest > same; deepest--)
			forks[deepest] = false;
		deepest = same;
		out = outside(keys, lens, count, i);
		count_pairs(k, keys[i], lens[i], out >= same ? out + 1 : same);
		if (out >= same)
			continue;
		/* At a fork each way counts, the first when there is a second.
		 */
		if (!forks[same])
			count_way(k, keys[i - 1], lens[i - 1], same);
		forks[same] = true;
		count_way(k, keys[i], lens[i], same);
	}
}

/* Weights */

static bool
any(const bool *seen, unsigned first, unsigned last)
{
	for (unsigned s = first; s <= last; s++)
		if (seen[s])
			return true;
	return false;
}

static void
allow(bool *may, unsigned first, unsigned last)
{
	for (unsigned s = first; s <= last; s++)
		may[s] = true;
}

/* All between the least and the greatest seen. */
static void
allow_between(const bool *seen, unsigned first, unsigned last, bool *may)
{
	while (first < last && !seen[first])
		first++;
	while (first < last && !seen[last])
		last--;
	if (first < last)
		allow(may, first, last);
}

/* What may stand where this has been seen: digits stand for each other, and
 * so do letters. */
static void
possible(const bool *seen, bool *may)
{
	bool digits = any(seen, '0' + 1, '9' + 1);

	memcpy(may, seen, SYMBOLS * sizeof(*may));
	if (digits)
		allow(may, '0' + 1, '9' + 1);
	if (any(seen, 'a' + 1, 'z' + 1))
		allow(may, 'a' + 1,
		    digits && !any(seen, 'g' + 1, 'z' + 1) ? 'f' + 1 : 'z' + 1);
	if (any(seen, 'A' + 1, 'Z' + 1))
		allow(may, 'A' + 1,
		    digits && !any(seen, 'G' + 1, 'Z' + 1) ? 'F' + 1 : 'Z' + 1);
	allow_between(seen, 128 + 1, 255 + 1, may);
}

static bool
within(const bool *small, const bool *big)
{
	unsigned char more = 0;

	for (size_t s = 0; s < SYMBOLS; s++)
		more |= (unsigned char)(small[s] > big[s]);
	return more == 0;
}

/*
 * A place further right, in the same run of letters and digits, that has
 * shown all that this one has shows what other ones may stand here; but what
 * comes before all that was seen here would have come first.
 */
static void
possible_alike(const struct keyname *k, size_t at, const bool *seen, bool *may)
{
	size_t least = 0;

	while (least < SYMBOLS && !(seen[least] && k->letter[least]))
		least++;
	if (least == SYMBOLS)
		return;
	for (size_t i = at + 1; i < at + ALIKE && i <= KEYNUM_POSITIONS; i++) {
		if (k->at[i] == NULL || !k->at[i]->named)
			return;
		if (!within(seen, k->at[i]->seen))
			continue;
		for (size_t s = least; s < SYMBOLS; s++)
			may[s] |= k->at[i]->seen[s] & k->letter[s];
	}
}

/* Every letter and digit has a little, that no name is out of mind, and where
 * another script was seen so has what begins any. */
static double
weigh_rest(double weight[KEYMODEL_SYMBOLS], double sum, bool scripts)
{
	static const char all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz";
	double each = STRAY * sum / (sizeof(all) - 1);

	for (size_t i = 0; i + 1 < sizeof(all); i++) {
		weight[(unsigned char)all[i] + 1] += each;
		sum += each;
	}
	for (unsigned c = KEYNUM_LEAD; scripts && c <= KEYNUM_LEAD_LAST; c++) {
		weight[c + 1] += each;
		sum += each;
	}
	return sum;
}

bool
keyname_knows(const struct keyname *k, size_t at)
{
	return at <= KEYNUM_POSITIONS && k->at[at] != NULL;
}

bool
keyname_looks_back(struct keyname *k, size_t at, unsigned prev)
{
	const struct context *here;

	here = context_find(&k->places, place_id(at, prev), false);
	return here == NULL || here->forks.total < PLENTY;
}

/* What elsewhere may tell of a place counts only as far as it is thought
 * possible there, and the less, the less of it is. */
static void
blend(const struct tally *t, const bool *may, double weight[], double elsewhere)
{
	double known = 0, like;

	for (size_t s = 0; s < SYMBOLS; s++)
		known += may == NULL || may[s] ? t->count[s] : 0;
	like = t->total > 0 ? sqrt(known / t->total) : 0;
	known *= like;
	for (size_t s = 0; s < SYMBOLS; s++) {
		weight[s] *= elsewhere;
		if (may == NULL || may[s])
			weight[s] += like * t->count[s];
		weight[s] /= known + elsewhere;
	}
}

double
keyname_weigh(struct keyname *k, size_t at, unsigned before, unsigned prev,
    double weight[KEYMODEL_SYMBOLS])
{
	const struct context *here, *pair = NULL;
	const bool *seen;
	bool may[SYMBOLS];
	double sum = 0, n = 0;

	here = context_find(&k->places, place_id(at, prev), false);
	if (before > 0)
		pair = context_find(&k->pairs, pair_id(before, prev), false);
	seen = here != NULL ? here->seen : k->at[at]->seen;
	possible(seen, may);
	possible_alike(k, at, seen, may);
	if (here != NULL && here->begins >= BOUNDED && here->ends >= BOUNDED)
		for (unsigned s = 0; s < SYMBOLS; s++)
			may[s] &= s >= here->least && s <= here->greatest;
	for (size_t s = 0; s < SYMBOLS; s++)
		n += may[s];
	for (size_t s = 0; s < SYMBOLS; s++)
		weight[s] = may[s] ? 1 / n : 0;
	blend(&k->always[prev], may, weight, EVEN);
	blend(&k->after[prev], may, weight, ELSEWHERE);
	if (pair != NULL) {
		blend(&pair->all, may, weight, ELSEWHERE);
		blend(&pair->forks, may, weight, ELSEWHERE);
	}
	if (here != NULL)
		blend(&here->forks, NULL, weight, ELSEWHERE);
	for (size_t s = 0; s < SYMBOLS; s++)
		sum += weight[s];
	return weigh_rest(
	    weight, sum, any(seen, KEYNUM_LEAD + 1, KEYNUM_LEAD_LAST + 1));
}
