/*
 * Keys as numbers, learnt from pages of any bytes: order is kept, what comes
 * out is bounded and, where all keys were valid UTF-8, valid.
 */

#include "buf.h"
#include "fuzz.h"
#include "keynum.h"
#include "limit.h"

#define MOST 64

struct keys {
	const char *key[MOST];
	size_t len[MOST], count;
	char *owned[MOST];
	bool utf8;
};

static int
order(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int n = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return n != 0 ? n : (a_len > b_len) - (a_len < b_len);
}

/* Keys that ascend: one that does not is left out. */
static void
read_keys(struct keys *k, struct fuzz *f)
{
	size_t n = 0;

	k->count = 0;
	k->utf8 = true;
	while (f->len > 0 && k->count < MOST) {
		k->owned[k->count] = fuzz_text(f, '\n', &n);
		if (n == 0 || n > 2 * LIMIT_KEY ||
		    (k->count > 0 &&
			order(k->owned[k->count - 1], k->len[k->count - 1],
			    k->owned[k->count], n) >= 0)) {
			free(k->owned[k->count]);
			continue;
		}
		k->key[k->count] = k->owned[k->count];
		k->len[k->count] = n;
		if (keynum_utf8(k->owned[k->count], n) != n)
			k->utf8 = false;
		k->count++;
	}
}

static void
check_order(struct keynum_model *m, const struct keys *k, size_t from)
{
	struct keynum before, now;
	size_t i;

	memset(&before, 0, sizeof(before));
	for (i = 0; i < k->count; i++) {
		keynum_of(m, k->key[i], k->len[i], from, &now);
		FUZZ_CHECK(keynum_between(&now, &before) == 0);
		FUZZ_CHECK(keynum_between(&before, &now) >= 0);
		before = now;
	}
}

static void
check_key(struct keynum_model *m, const struct keys *k, size_t from,
    double part, size_t digits)
{
	struct keynum number;
	struct buf out;

	buf_init(&out, 4 * KEYNUM_POSITIONS);
	keynum_of(m, k->key[0], k->len[0], from, &number);
	keynum_add(&number, part);
	keynum_key(m, k->key[0], from, &number, digits, &out);
	FUZZ_CHECK(out.len <= KEYNUM_POSITIONS);
	FUZZ_CHECK(!k->utf8 || keynum_utf8(out.data, out.len) == out.len);
	keynum_end(&number);
	keynum_key(m, k->key[0], from, &number, digits, &out);
	FUZZ_CHECK(out.len <= KEYNUM_POSITIONS);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	double part = fuzz_byte(&f) / 255.;
	size_t digits = fuzz_byte(&f), pages = 1 + fuzz_byte(&f) % 4;
	struct keynum_model *m = keynum_new();
	size_t from, i;
	struct keys k;

	read_keys(&k, &f);
	for (i = 0; i < pages; i++)
		keynum_learn(m, k.key, k.len, k.count);
	if (k.count > 0) {
		from = keynum_common(
		    k.key[0], k.len[0], k.key[k.count - 1], k.len[k.count - 1]);
		if (from > KEYNUM_POSITIONS)
			from = KEYNUM_POSITIONS;
		check_order(m, &k, from);
		check_key(m, &k, from, part, digits);
	}
	for (i = 0; i < k.count; i++)
		free(k.owned[i]);
	keynum_free(m);
	return 0;
}
