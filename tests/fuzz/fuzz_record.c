/* Records as they come through a pipe, and as we write them. */

#include "buf.h"
#include "fuzz.h"
#include "limit.h"
#include "record.h"

static bool
same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return (a == NULL) == (b == NULL) &&
	    (a == NULL || (a_len == b_len && memcmp(a, b, a_len) == 0));
}

/* What was read, written and read again is the same. */
static void
round_trip(const struct record *r)
{
	struct record again;
	const char *why = NULL;
	struct buf out;

	buf_init(&out, 1 << 20);
	FUZZ_CHECK(record_format(&out, r));
	FUZZ_CHECK(record_parse(&again, out.data, out.len, true, &why));
	FUZZ_CHECK(same_text(r->key, r->key_len, again.key, again.key_len));
	FUZZ_CHECK(same_text(r->etag, r->etag_len, again.etag, again.etag_len));
	FUZZ_CHECK(
	    same_text(r->class, r->class_len, again.class, again.class_len));
	FUZZ_CHECK(r->has_size == again.has_size && r->size == again.size);
	FUZZ_CHECK(r->has_mtime == again.has_mtime && r->mtime == again.mtime);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	const char *why = NULL;
	struct record r;
	size_t len;
	char *raw = fuzz_take(&f, 4 * LIMIT_RECORD, &len);

	FUZZ_CHECK(record_parse(&r, raw, len, false, &why) == (len > 0));
	if (len > 0)
		FUZZ_CHECK(r.key == raw && r.key_len == len && !r.has_size);
	why = NULL;
	if (record_parse(&r, raw, len, true, &why)) {
		FUZZ_CHECK(r.key_len > 0 && r.key + r.key_len == raw + len);
		FUZZ_CHECK(r.raw == raw && r.raw_len == len);
		round_trip(&r);
	} else {
		FUZZ_CHECK(why != NULL);
	}
	free(raw);
	return 0;
}
