/*
 * Keys as numbers.  See keynum.h.
 *
 * Encoding narrows an interval [low, low + width) position by position, as
 * arithmetic coding does.  low is a KEYNUM_LIMBS * 64 bit fraction, width a
 * 32 bit mantissa and an exponent: width = mant * 2^-(31 + exp).  Symbol 0
 * is "the key ends here", symbol b + 1 is byte b, so order is kept.
 */

#include "keynum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "xalloc.h"

#define SYMBOLS	   257
#define BITS	   (KEYNUM_LIMBS * 64)
#define SCALE_BITS 16 /* weights of a table add up to 2^16 */
#define SCALE	   (1U << SCALE_BITS)
#define ROUNDS	   2	/* falls in a page after which a position counts */
#define WRAPPED	   3	/* falls in all pages after which no more is expected */
#define SHOWN	   40	/* counts that show an alphabet */
#define DEEP	   48	/* positions looked at after a common prefix */
#define ENOUGH	   20	/* keys that make a context worth its own table */
#define CONTEXTS   2048 /* power of two */
#define TABLES	   256	/* power of two */

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

/* Weights made ready: symbol sym[i] spans cum[i] to cum[i + 1]. */
struct table {
	uint32_t id, generation;
	size_t n;
	uint16_t sym[SYMBOLS];
	uint32_t cum[SYMBOLS + 1];
};

struct keynum_model {
	struct position *at[KEYNUM_POSITIONS + 1];
	struct context *contexts[CONTEXTS];
	struct table tables[TABLES];
	size_t used; /* positions known */
	size_t ncontexts;
	uint32_t generation;
	bool raw; /* a key was not valid UTF-8 */
};

struct width {
	uint64_t mant;
	int exp;
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
keynum_new(void)
{
	struct keynum_model *m = xcalloc(1, sizeof(*m));

	m->generation = 1;
	return m;
}

void
keynum_free(struct keynum_model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i <= KEYNUM_POSITIONS; i++)
		free(m->at[i]);
	for (size_t i = 0; i < CONTEXTS; i++)
		free(m->contexts[i]);
	free(m);
}

size_t
keynum_common(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t n = alen < blen ? alen : blen, i = 0;
	uint64_t x, y;

	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			break;
	}
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

/* Bytes of the sequence that a first byte begins; 0: it begins none. */
static size_t
utf8_length(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* The bounds of the byte that follows `first' (RFC 3629, section 4). */
static void
utf8_second(unsigned char first, unsigned char *lo, unsigned char *hi)
{
	*lo = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	*hi = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
}

/* How many bytes at p fit a sequence: all of it, or fewer. */
static size_t
utf8_fit(const unsigned char *p, size_t len)
{
	size_t need = utf8_length(p[0]), i;
	unsigned char lo, hi;

	if (need == 0)
		return 0;
	utf8_second(p[0], &lo, &hi);
	for (i = 1; i < need && i < len; i++) {
		if (p[i] < lo || p[i] > hi)
			break;
		lo = 0x80;
		hi = 0xbf;
	}
	return i;
}

size_t
keynum_utf8(const char *key, size_t len)
{
	const unsigned char *p = (const unsigned char *)key;
	size_t i = 0, fit;

	while (i < len) {
		fit = utf8_fit(p + i, len - i);
		if (fit == 0 || fit < utf8_length(p[i]))
			break;
		i += fit;
	}
	return i;
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

static inline unsigned
symbol(const char *key, size_t len, size_t i)
{
	return i < len ? (unsigned char)key[i] + 1U : 0;
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
		sym = symbol(key, len, i);
		c = context_find(m,
		    context_id(i, i > 0 ? symbol(key, len, i - 1) : 0), true);
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

void
keynum_learn(struct keynum_model *m, const char *const *keys,
    const size_t *lens, size_t count)
{
	unsigned falls[DEEP] = {0};
	size_t base;

	if (count == 0)
		return;
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

/* Weights */

/* Does the place never show anything but a mark: a separator? */
static bool
only_marks(const struct set *s)
{
	unsigned lo, hi;

	return set_span(s, '0', '9', &lo, &hi) == 0 &&
	    set_span(s, 'A', 'Z', &lo, &hi) == 0 &&
	    set_span(s, 'a', 'z', &lo, &hi) == 0 &&
	    set_span(s, 128, 255, &lo, &hi) == 0;
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
table_fill(struct table *t, const double *weight, double total)
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
weigh_round(struct keynum_model *m, size_t at, unsigned prev, struct table *t)
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

/*
 * It has not gone round: each kind weighs what it has been seen, but within a
 * kind the weights are those of the position that is like this one, or even.
 */
static void
weigh_kinds(struct keynum_model *m, size_t at, unsigned prev, struct table *t)
{
	const struct tally *seen = tally_all(m, at, prev), *like = NULL;
	double weight[SYMBOLS] = {0}, mass[KINDS] = {0}, part[KINDS] = {0};
	size_t alike;
	struct set bytes = {{0}}, full;
	struct kinds k;
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
	if (m->at[at]->falls >= WRAPPED)
		full = m->at[at]->seen;
	for (unsigned s = 0; s < SYMBOLS; s++) {
		if (s > 0 && !set_has(&full, s - 1))
			continue;
		weight[s] = 1;
		if (like != NULL)
			weight[s] = like->count[s] + .02 * like->total;
		mass[kind_of(&k, s)] += seen->count[s];
		part[kind_of(&k, s)] += weight[s];
	}
	for (unsigned s = 0; s < SYMBOLS; s++) {
		enum kind kind = kind_of(&k, s);

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

/* The weights at a position after a byte; valid until the next call. */
static const struct table *
table_get(struct keynum_model *m, size_t at, unsigned prev)
{
	static const struct table ends = {.n = 1, .cum = {0, SCALE}};
	uint32_t id = context_id(at, prev);
	struct table *t = &m->tables[hash_id(id) & (TABLES - 1)];

	if (at >= m->used || m->at[at] == NULL)
		return &ends;
	if (t->id == id && t->generation == m->generation)
		return t;
	t->id = id;
	t->generation = m->generation;
	if (m->at[at]->round.total >= SHOWN)
		weigh_round(m, at, prev, t);
	else
		weigh_kinds(m, at, prev, t);
	return t;
}

/* The first entry whose symbol is not below sym. */
static size_t
table_search(const struct table *t, unsigned sym)
{
	size_t lo = 0, hi = t->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (t->sym[mid] < sym)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The entry whose span holds a point below SCALE. */
static size_t
table_locate(const struct table *t, uint64_t point)
{
	size_t lo = 0, hi = t->n, mid;

	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (t->cum[mid] <= point)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Numbers */

/* n += v * 2^-(below), below <= BITS; saturates. */
static bool
number_add(struct keynum *n, uint64_t v, int below)
{
	int shift = BITS - below; /* v's place above the last bit */
	int i = KEYNUM_LIMBS - 1 - shift / 64; /* its lowest limb */
	uint64_t low = v << shift % 64;
	uint64_t high = shift % 64 ? v >> (64 - shift % 64) : 0;
	bool carry;

	n->limb[i] += low;
	carry = n->limb[i] < low;
	while (--i >= 0 && (carry || high > 0)) {
		uint64_t add = high + carry; /* high is never all ones */

		n->limb[i] += add;
		carry = n->limb[i] < add;
		high = 0;
	}
	if (carry || high > 0) {
		keynum_end(n);
		return false;
	}
	return true;
}

/* floor(n * 2^below) modulo 2^64. */
static uint64_t
number_top(const struct keynum *n, int below)
{
	int shift = BITS - below;
	int i = KEYNUM_LIMBS - 1 - shift / 64;
	uint64_t v = n->limb[i] >> shift % 64;

	if (shift % 64 && i > 0)
		v |= n->limb[i - 1] << (64 - shift % 64);
	return v;
}

static void
number_sub(struct keynum *n, const struct keynum *less)
{
	bool borrow = false;

	for (int i = KEYNUM_LIMBS - 1; i >= 0; i--) {
		uint64_t was = n->limb[i];

		n->limb[i] = was - less->limb[i] - borrow;
		borrow = borrow ? was <= less->limb[i] : was < less->limb[i];
	}
}

static int
number_compare(const struct keynum *a, const struct keynum *b)
{
	for (int i = 0; i < KEYNUM_LIMBS; i++)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

void
keynum_end(struct keynum *n)
{
	memset(n, 0xff, sizeof(*n));
}

double
keynum_between(const struct keynum *a, const struct keynum *b)
{
	struct keynum d = *b;
	double sum = 0;

	if (number_compare(a, b) >= 0)
		return 0;
	number_sub(&d, a);
	for (int i = KEYNUM_LIMBS - 1; i >= 0; i--)
		sum += ldexp((double)d.limb[i], -64 * (i + 1));
	return sum;
}

bool
keynum_add(struct keynum *n, double fraction)
{
	int exp;
	double mant;

	if (!(fraction > 0))
		return true;
	if (fraction >= 1) {
		keynum_end(n);
		return false;
	}
	mant = frexp(fraction, &exp); /* mant in [.5, 1), exp <= 0 */
	exp -= 53;
	mant = ldexp(mant, 53);
	if (exp < -BITS)
		return number_add(n, (uint64_t)ldexp(mant, exp + BITS), BITS);
	return number_add(n, (uint64_t)mant, -exp);
}

static inline bool
width_usable(const struct width *w)
{
	return w->exp + 31 + SCALE_BITS <= BITS;
}

/* The width of weight / SCALE of w, rounded down. */
static void
width_narrow(struct width *w, uint64_t weight)
{
	w->mant *= weight;
	w->exp += SCALE_BITS;
	while (w->mant >= UINT64_C(1) << 32) {
		w->mant >>= 1;
		w->exp--;
	}
	while (w->mant < UINT64_C(1) << 31) {
		w->mant <<= 1;
		w->exp++;
	}
}

void
keynum_of(struct keynum_model *m, const char *key, size_t len, size_t from,
    struct keynum *number)
{
	struct width w = {UINT64_C(1) << 31, 0};
	const struct table *t;
	unsigned sym;
	size_t j;

	memset(number, 0, sizeof(*number));
	for (size_t i = from; i <= len && i <= KEYNUM_POSITIONS; i++) {
		if (!width_usable(&w))
			return;
		t = table_get(m, i, i > 0 ? symbol(key, len, i - 1) : 0);
		sym = symbol(key, len, i);
		j = table_search(t, sym);
		number_add(number, w.mant * t->cum[j], w.exp + 31 + SCALE_BITS);
		/* An unknown symbol stands between its neighbours. */
		if (j == t->n || t->sym[j] != sym)
			return;
		width_narrow(&w, t->cum[j + 1] - t->cum[j]);
	}
}

/* Make what out holds valid UTF-8: complete the first broken sequence with
 * the least bytes that will do, and drop what follows it. */
static void
mend(struct buf *out, size_t whole)
{
	unsigned char lo, hi, first;
	size_t good, fit, need;

	good = keynum_utf8(out->data, out->len);
	if (good == out->len)
		return;
	first = (unsigned char)out->data[good];
	need = utf8_length(first);
	fit = utf8_fit((unsigned char *)out->data + good, out->len - good);
	buf_cut(out, good + fit);
	if (good < whole || need == 0 || good + need > KEYNUM_POSITIONS) {
		buf_cut(out, good);
		return;
	}
	for (; fit < need; fit++) {
		utf8_second(first, &lo, &hi);
		buf_addc(out, (char)(fit == 1 ? lo : 0x80));
	}
}

void
keynum_key(struct keynum_model *m, const char *prefix, size_t from,
    const struct keynum *number, size_t digits, struct buf *out)
{
	struct width w = {UINT64_C(1) << 31, 0};
	struct keynum left = *number, taken;
	unsigned prev = from > 0 ? (unsigned char)prefix[from - 1] + 1U : 0;
	const struct table *t;
	uint64_t point;
	size_t j;

	buf_reset(out);
	buf_add(out, prefix, from);
	while (
	    digits-- > 0 && width_usable(&w) && out->len < KEYNUM_POSITIONS) {
		t = table_get(m, out->len, prev);
		point = number_top(&left, w.exp + 31 + SCALE_BITS) / w.mant;
		j = table_locate(t, point < SCALE ? point : SCALE - 1);
		if (t->sym[j] == 0)
			break;
		memset(&taken, 0, sizeof(taken));
		number_add(&taken, w.mant * t->cum[j], w.exp + 31 + SCALE_BITS);
		number_sub(&left, &taken);
		width_narrow(&w, t->cum[j + 1] - t->cum[j]);
		prev = t->sym[j];
		buf_addc(out, (char)(prev - 1));
	}
	if (!m->raw)
		mend(out, from > 4 ? from - 4 : 0);
}
