/* What keys look like.  See keymodel.h and keynum.h. */

#include "keymodel.h"

#include <stdlib.h>
#include <string.h>

#include "keyname.h"
#include "xalloc.h"

#define SYMBOLS	 KEYMODEL_SYMBOLS
#define SCALE	 KEYMODEL_SCALE
#define ROUNDS	 2    /* falls in a page after which a position counts */
#define WRAPPED	 3    /* falls in all pages after which no more is expected */
#define SHOWN	 40   /* counts that show an alphabet */
#define DEEP	 48   /* positions looked at after a common prefix */
#define ENOUGH	 20   /* keys that make a context worth its own table */
#define CONTEXTS 2048 /* power of two */
#define TABLES	 1024 /* power of two */

struct set {
	uint64_t bits[4];
};

/* How often each symbol was seen.  Large counts are halved. */
struct tally {
	uint32_t total;
	uint16_t count[SYMBOLS];
};

/* `round' counts only in pages in which the position went round: elsewhere
 * counts tell more of how far the listing has come than of how keys are
 * spread. */
struct position {
	struct tally all, round;
	struct set seen; /* bytes */
	uint32_t falls;	 /* in any page */
};

/* What followed one byte at one position. */
struct context {
	uint32_t id; /* 0: free */
	struct tally all, round;
};

struct keynum_model {
	struct position *at[KEYNUM_POSITIONS + 1];
	struct context *contexts[CONTEXTS];
	struct keymodel_table tables[TABLES];
	size_t used; /* positions known */
	size_t ncontexts;
	uint32_t generation;
	struct keyname *names; /* NULL: weights are by keys */
	size_t pages, renew;   /* with names: learned; when to use them */
	bool raw;	       /* a key was not valid UTF-8 */
};

static inline bool
set_has(const struct set *s, unsigned byte)
{
	return s->bits[byte >> 6] >> (byte & 63) & 1;
}

static inline void
set_add(struct set *s, unsigned byte)
{
	s->bits[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

static void
set_range(struct set *s, unsigned first, unsigned last)
{
	for (unsigned b = first; b <= last; b++)
		set_add(s, b);
}

static bool
set_covers(const struct set *big, const struct set *small)
{
	for (size_t i = 0; i < 4; i++)
		if (small->bits[i] & ~big->bits[i])
			return false;
	return true;
}

/* How many of first..last are in s; the least and greatest in *lo, *hi. */
static unsigned
set_span(const struct set *s, unsigned first, unsigned last, unsigned *lo,
    unsigned *hi)
{
	unsigned n = 0;

	for (unsigned b = first; b <= last; b++) {
		if (!set_has(s, b))
			continue;
		if (n++ == 0)
			*lo = b;
		*hi = b;
	}
	return n;
}

struct keynum_model *
keymodel_new(void)
{
	struct keynum_model *m = xcalloc(1, sizeof(*m));

	m->generation = 1;
	return m;
}

void
keymodel_by_names(struct keynum_model *m)
{
	m->names = keyname_new();
}

void
keymodel_free(struct keynum_model *m)
{
	if (m == NULL)
		return;
	keyname_free(m->names);
	for (size_t i = 0; i <= KEYNUM_POSITIONS; i++)
		free(m->at[i]);
	for (size_t i = 0; i < CONTEXTS; i++)
		free(m->contexts[i]);
	free(m);
}

/* Learning */

static inline uint32_t
context_id(size_t at, unsigned prev)
{
	return (uint32_t)(at << 9 | prev) + 1;
}

static inline uint32_t
hash_id(uint32_t id)
{
	return id * UINT32_C(2654435761) >> 12;
}

/* The context, or NULL: unknown, or (make) no room for more. */
static struct context *
context_find(struct keynum_model *m, uint32_t id, bool make)
{
	size_t slot = hash_id(id) & (CONTEXTS - 1);

	while (m->contexts[slot] != NULL) {
		if (m->contexts[slot]->id == id)
			return m->contexts[slot];
		slot = (slot + 1) & (CONTEXTS - 1);
	}
	if (!make || m->ncontexts >= CONTEXTS * 3 / 4)
		return NULL;
	m->ncontexts++;
	m->contexts[slot] = xcalloc(1, sizeof(struct context));
	m->contexts[slot]->id = id;
	return m->contexts[slot];
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

static struct position *
position_get(struct keynum_model *m, size_t i)
{
	if (m->at[i] == NULL)
		m->at[i] = xcalloc(1, sizeof(struct position));
	if (i >= m->used)
		m->used = i + 1;
	return m->at[i];
}

/* falls[i]: how often position base + i went round within the page. */
static void
learn_key(struct keynum_model *m, const char *key, size_t len, size_t base,
    const unsigned *falls)
{
	size_t end = base + DEEP < len ? base + DEEP : len;
	struct position *p;
	struct context *c;
	unsigned sym;

	for (size_t i = base; i <= end && i < KEYNUM_POSITIONS; i++) {
		p = position_get(m, i);
		sym = keymodel_symbol(key, len, i);
		c = context_find(m,
		    context_id(i, i > 0 ? keymodel_symbol(key, len, i - 1) : 0),
		    true);
		if (sym > 0)
			set_add(&p->seen, sym - 1);
		tally_add(&p->all, sym);
		if (c != NULL)
			tally_add(&c->all, sym);
		if (i - base == DEEP || falls[i - base] < ROUNDS)
			continue;
		tally_add(&p->round, sym);
		if (c != NULL)
			tally_add(&c->round, sym);
	}
	if (!m->raw && keynum_utf8(key, len) != len)
		m->raw = true;
}

static void
learn_shared(struct keynum_model *m, unsigned char byte, size_t i)
{
	struct position *p = position_get(m, i);

	set_add(&p->seen, byte);
	tally_add(&p->all, byte + 1U);
}

static void
count_falls(struct keynum_model *m, const char *a, size_t alen, const char *b,
    size_t blen, size_t base, unsigned *falls)
{
	size_t i = keynum_common(a, alen, b, blen) + 1;
	size_t end = alen < blen ? alen : blen;

	if (end > base + DEEP)
		end = base + DEEP;
	for (; i < end; i++)
		if ((unsigned char)b[i] < (unsigned char)a[i]) {
			falls[i - base]++;
			position_get(m, i)->falls++;
		}
}

static void
learn_names(struct keynum_model *m, const char *const *keys, const size_t *lens,
    size_t count)
{
	keyname_learn(m->names, keys, lens, count);
	for (size_t i = 0; i < count && !m->raw; i++)
		m->raw = keynum_utf8(keys[i], lens[i]) != lens[i];
	/* Making weights ready costs more than they change with a page. */
	if (++m->pages < m->renew)
		return;
	m->renew = m->pages + m->pages / 16 + 1;
	m->generation++;
}

void
keymodel_learn(struct keynum_model *m, const char *const *keys,
    const size_t *lens, size_t count)
{
	unsigned falls[DEEP] = {0};
	size_t base;

	if (count == 0)
		return;
	if (m->names != NULL) {
		learn_names(m, keys, lens, count);
		return;
	}
	base = keynum_common(
	    keys[0], lens[0], keys[count - 1], lens[count - 1]);
	for (size_t i = 1; i < count; i++)
		count_falls(
		    m, keys[i - 1], lens[i - 1], keys[i], lens[i], base, falls);
	for (size_t i = 0; i < count; i++)
		learn_key(m, keys[i], lens[i], base, falls);
	for (size_t i = 0; i < base && i < KEYNUM_POSITIONS; i++)
		learn_shared(m, (unsigned char)keys[0][i], i);
	m->generation++;
}

bool
keymodel_raw(const struct keynum_model *m)
{
	return m->raw;
}

/* Weights */

#define DIGITS	UINT64_C(0x03ff000000000000) /* of the bytes below 64 */
#define LETTERS UINT64_C(0x07fffffe07fffffe) /* of the 64 that follow */

/* Does the place never show anything but a mark: a separator? */
static bool
only_marks(const struct set *s)
{
	return (s->bits[0] & DIGITS) == 0 && (s->bits[1] & LETTERS) == 0 &&
	    s->bits[2] == 0 && s->bits[3] == 0;
}

/* A position further right, in the same run of letters and digits, that has
 * gone round and has shown all that this one has; 0: none. */
static size_t
find_alike(const struct keynum_model *m, size_t at, const struct set *seen)
{
	const struct position *p;
	size_t end = at + DEEP < m->used ? at + DEEP : m->used;

	if (only_marks(seen))
		return 0;
	for (size_t i = at + 1; i < end; i++) {
		p = m->at[i];
		if (p == NULL)
			break;
		if (p->round.total >= SHOWN && set_covers(&p->seen, seen))
			return i;
		if (only_marks(&p->seen))
			break;
	}
	return 0;
}

/* Which symbols may stand for each other: digits, or all that hexadecimal
 * numbers are made of; letters; what is not ASCII; everything else only for
 * itself. */
enum kind { KIND_ITSELF, KIND_DIGIT, KIND_LOWER, KIND_UPPER, KIND_HIGH, KINDS };

struct kinds {
	bool hex_lower, hex_upper; /* letters count as digits */
};

static enum kind
kind_of(const struct kinds *k, unsigned sym)
{
	unsigned c = sym - 1;

	if (sym == 0)
		return KIND_ITSELF;
	if ((c >= '0' && c <= '9') || (k->hex_lower && c >= 'a' && c <= 'f') ||
	    (k->hex_upper && c >= 'A' && c <= 'F'))
		return KIND_DIGIT;
	if (c >= 'a' && c <= 'z')
		return KIND_LOWER;
	if (c >= 'A' && c <= 'Z')
		return KIND_UPPER;
	return c >= 128 ? KIND_HIGH : KIND_ITSELF;
}

static struct kinds
kinds_of(const struct set *seen)
{
	unsigned lo = 0, hi = 0;
	bool digits = set_span(seen, '0', '9', &lo, &hi) > 0;
	struct kinds k = {false, false};

	if (digits && set_span(seen, 'a', 'z', &lo, &hi) > 0)
		k.hex_lower = hi <= 'f';
	if (digits && set_span(seen, 'A', 'Z', &lo, &hi) > 0)
		k.hex_upper = hi <= 'F';
	return k;
}

/* All that may stand for a byte seen. */
static struct set
widen(const struct set *seen, const struct kinds *k)
{
	struct set full = *seen;
	unsigned lo = 0, hi = 0;

	if (set_span(seen, '0', '9', &lo, &hi) > 0)
		set_range(&full, '0', '9');
	if (k->hex_lower)
		set_range(&full, 'a', 'f');
	else if (set_span(seen, 'a', 'z', &lo, &hi) > 1)
		set_range(&full, 'a', 'z');
	if (k->hex_upper)
		set_range(&full, 'A', 'F');
	else if (set_span(seen, 'A', 'Z', &lo, &hi) > 1)
		set_range(&full, 'A', 'Z');
	if (set_span(seen, 128, 255, &lo, &hi) > 1)
		set_range(&full, lo, hi);
	return full;
}

/* Turn weights into a table; total is their sum, above zero. */
static void
table_fill(struct keymodel_table *t, const double *weight, double total)
{
	double sum = 0;
	uint32_t cum = 0, left = 0;

	t->n = 0;
	for (size_t s = 0; s < SYMBOLS; s++)
		left += weight[s] > 0;
	for (unsigned s = 0; s < SYMBOLS; s++) {
		if (weight[s] <= 0)
			continue;
		t->sym[t->n] = (uint16_t)s;
		t->cum[t->n++] = cum;
		sum += weight[s];
		/* Each symbol spans one unit at least, the rest too. */
		left--;
		cum++;
		if (sum / total * SCALE > cum)
			cum = (uint32_t)(sum / total * SCALE);
		if (cum > SCALE - left)
			cum = SCALE - left;
	}
	t->cum[t->n] = SCALE;
}

static const struct tally *
tally_round(struct keynum_model *m, size_t at, unsigned prev)
{
	const struct context *c = context_find(m, context_id(at, prev), false);

	if (c != NULL && c->round.total >= ENOUGH)
		return &c->round;
	return &m->at[at]->round;
}

static const struct tally *
tally_all(struct keynum_model *m, size_t at, unsigned prev)
{
	const struct context *c = context_find(m, context_id(at, prev), false);

	if (c != NULL && c->all.total >= ENOUGH)
		return &c->all;
	return &m->at[at]->all;
}

/* By what the position has shown, going round. */
static void
weigh_round(
    struct keynum_model *m, size_t at, unsigned prev, struct keymodel_table *t)
{
	const struct tally *local = tally_round(m, at, prev);
	const struct position *p = m->at[at];
	double weight[SYMBOLS], sum = 0;

	for (size_t s = 0; s < SYMBOLS; s++) {
		weight[s] = local->count[s];
		if (p->all.count[s] > 0)
			weight[s] += .002 * local->total;
		sum += weight[s];
	}
	table_fill(t, weight, sum);
}

/* Has it shown all its bytes?  Digits mostly count, one after the other. */
static bool
wrapped(const struct position *p)
{
	unsigned lo = 0, hi = 0;

	set_span(&p->seen, 0, 255, &lo, &hi);
	return p->falls >= (lo >= '0' && hi <= '9' ? 1 : WRAPPED);
}

/*
 * It has not gone round: each kind weighs what it has been seen, but within a
 * kind the weights are those of the position that is like this one, or even.
 */
static void
weigh_kinds(
    struct keynum_model *m, size_t at, unsigned prev, struct keymodel_table *t)
{
	const struct tally *seen = tally_all(m, at, prev), *like = NULL;
	double weight[SYMBOLS] = {0}, mass[KINDS] = {0}, part[KINDS] = {0};
	size_t alike;
	struct set bytes = {{0}}, full;
	struct kinds k;
	enum kind kind;
	/* What the example has shown may still come here: half the weight. */
	double sum = 0, mix = 0, even = 1;

	for (unsigned b = 0; b < 256; b++)
		if (seen->count[b + 1] > 0)
			set_add(&bytes, b);
	alike = find_alike(m, at, &bytes);
	if (alike > 0) {
		like = tally_round(m, alike, prev);
		even = (double)like->total / (seen->total + 1.);
		mix = .5;
	}
	k = kinds_of(alike > 0 ? &m->at[alike]->seen : &bytes);
	full = widen(&bytes, &k);
	if (alike > 0)
		for (size_t i = 0; i < 4; i++)
			full.bits[i] |= m->at[alike]->seen.bits[i];
	if (wrapped(m->at[at]))
		full = m->at[at]->seen;
	for (unsigned s = 0; s < SYMBOLS; s++) {
		if (s > 0 && !set_has(&full, s - 1))
			continue;
		weight[s] = 1;
		if (like != NULL)
			weight[s] = like->count[s] + .02 * like->total;
		kind = kind_of(&k, s);
		mass[kind] += seen->count[s];
		part[kind] += weight[s];
	}
	for (unsigned s = 0; s < SYMBOLS; s++) {
		if (weight[s] <= 0 && m->at[at]->all.count[s] == 0)
			continue;
		kind = kind_of(&k, s);
		if (kind == KIND_ITSELF)
			weight[s] = seen->count[s] * even;
		else if (weight[s] > 0)
			weight[s] *= mix +
			    (1 - mix) * even * mass[kind] / part[kind];
		if (m->at[at]->all.count[s] > 0)
			weight[s] += .002 * seen->total * even;
		sum += weight[s];
	}
	table_fill(t, weight, sum);
}

static void
weigh(struct keynum_model *m, size_t at, unsigned before, unsigned prev,
    struct keymodel_table *t)
{
	double weight[SYMBOLS], sum;

	if (m->names != NULL) {
		sum = keyname_weigh(m->names, at, before, prev, weight);
		table_fill(t, weight, sum);
	} else if (m->at[at]->round.total >= SHOWN)
		weigh_round(m, at, prev, t);
	else
		weigh_kinds(m, at, prev, t);
}

const struct keymodel_table *
keymodel_table(struct keynum_model *m, const char *key, size_t len, size_t at)
{
	static const struct keymodel_table ends = {.n = 1, .cum = {0, SCALE}};
	unsigned prev = at > 0 ? keymodel_symbol(key, len, at - 1) : 0;
	unsigned before = 0;
	struct keymodel_table *t;
	uint32_t id;

	if (m->names != NULL ? !keyname_knows(m->names, at) :
			       at >= m->used || m->at[at] == NULL)
		return &ends;
	if (at > 1 && m->names != NULL &&
	    keyname_looks_back(m->names, at, prev))
		before = keymodel_symbol(key, len, at - 2);
	id = context_id(at << 9 | before, prev);
	t = &m->tables[hash_id(id) & (TABLES - 1)];
	if (t->id == id && t->generation == m->generation)
		return t;
	t->id = id;
	t->generation = m->generation;
	weigh(m, at, before, prev, t);
	return t;
}
