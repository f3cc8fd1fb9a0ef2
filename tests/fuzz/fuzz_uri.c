/* Percent-encoding both ways: --range, keys of listings, redirects. */

#include "buf.h"
#include "fuzz.h"
#include "limit.h"
#include "uri.h"

typedef bool code_fn(struct buf *out, const char *p, size_t len);

static void
round_trip(code_fn *encode, const char *p, size_t len)
{
	struct buf coded, back;
	size_t i;

	buf_init(&coded, 3 * len);
	buf_init(&back, len);
	FUZZ_CHECK(encode(&coded, p, len));
	for (i = 0; i < coded.len; i++)
		FUZZ_CHECK(coded.data[i] > ' ' && coded.data[i] < 0x7f &&
		    strchr("+?&=#:\"<>", coded.data[i]) == NULL);
	FUZZ_CHECK(uri_decode(&back, coded.data, coded.len));
	FUZZ_CHECK(back.len == len && memcmp(back.data, p, len) == 0);
	buf_reset(&back);
	FUZZ_CHECK(uri_decode_form(&back, coded.data, coded.len));
	FUZZ_CHECK(back.len == len && memcmp(back.data, p, len) == 0);
	buf_fini(&coded);
	buf_fini(&back);
}

/* Decoding as it should be, in its simplest form. */
static bool
is_encoded(const char *p, size_t len)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] == '%' &&
		    (len - i < 3 || p[i + 1] == '\0' || p[i + 2] == '\0' ||
			strchr(hex, p[i + 1]) == NULL ||
			strchr(hex, p[i + 2]) == NULL))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	size_t room = fuzz_byte(&f) * 4, len;
	char *p = fuzz_take(&f, LIMIT_URL, &len);
	struct buf out;

	round_trip(uri_encode, p, len);
	round_trip(uri_encode_path, p, len);
	buf_init(&out, len);
	FUZZ_CHECK(uri_decode(&out, p, len) == is_encoded(p, len));
	buf_fini(&out);
	/* A buffer that is too small is left alone. */
	buf_init(&out, room);
	if (!uri_decode_form(&out, p, len))
		FUZZ_CHECK(len > room || !is_encoded(p, len));
	uri_query_add(&out, "prefix", p, len);
	FUZZ_CHECK(out.len <= room);
	buf_fini(&out);
	free(p);
	return 0;
}
