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
#include <string.h>

#include "buf.h"
#include "keymodel.h"

#define BITS	   (KEYNUM_LIMBS * 64)
#define SCALE_BITS KEYMODEL_SCALE_BITS
#define SCALE	   KEYMODEL_SCALE

struct width {
	uint64_t mant;
	int exp;
};

struct keynum_model *
keynum_new(void)
{
	return keymodel_new();
}

void
keynum_free(struct keynum_model *m)
{
	keymodel_free(m);
}

void
keynum_by_names(struct keynum_model *m)
{
	keymodel_by_names(m);
}

void
keynum_learn(struct keynum_model *m, const char *const *keys,
    const size_t *lens, size_t count)
{
	keymodel_learn(m, keys, lens, count);
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
	if (c < KEYNUM_LEAD || c > KEYNUM_LEAD_LAST)
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

/* The first entry whose symbol is not below sym. */
static size_t
table_search(const struct keymodel_table *t, unsigned sym)
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
table_locate(const struct keymodel_table *t, uint64_t point)
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
	const struct keymodel_table *t;
	unsigned sym;
	size_t j;

	memset(number, 0, sizeof(*number));
	for (size_t i = from; i <= len && i <= KEYNUM_POSITIONS; i++) {
		if (!width_usable(&w))
			return;
		t = keymodel_table(m, key, len, i);
		sym = keymodel_symbol(key, len, i);
		j = table_search(t, sym);
		number_add(number, w.mant * t->cum[j], w.exp + 31 + SCALE_BITS);
		/* An unknown symbol stands between its neighbours. */
		if (j == t->n || t->sym[j] != sym)
			return;
		width_narrow(&w, t->cum[j + 1] - t->cum[j]);
	}
}

void
keynum_mend(struct buf *out, size_t whole)
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
	const struct keymodel_table *t;
	uint64_t point;
	size_t j;

	buf_reset(out);
	buf_add(out, prefix, from);
	while (
	    digits-- > 0 && width_usable(&w) && out->len < KEYNUM_POSITIONS) {
		t = keymodel_table(m, out->data, out->len, out->len);
		point = number_top(&left, w.exp + 31 + SCALE_BITS) / w.mant;
		j = table_locate(t, point < SCALE ? point : SCALE - 1);
		if (t->sym[j] == 0)
			break;
		memset(&taken, 0, sizeof(taken));
		number_add(&taken, w.mant * t->cum[j], w.exp + 31 + SCALE_BITS);
		number_sub(&left, &taken);
		width_narrow(&w, t->cum[j + 1] - t->cum[j]);
		buf_addc(out, (char)(t->sym[j] - 1));
	}
	if (!keymodel_raw(m))
		keynum_mend(out, from > 4 ? from - 4 : 0);
}
