/* Records, short and long, taken apart and put together. */

#include "limit.h"
#include "record.h"
#include "tap.h"

static const struct {
	const char *claim;
	const char *raw;
	const char *key; /* NULL: malformed */
	bool has_size;
	uint64_t size;
	bool has_mtime;
	int64_t mtime;
	bool millis;
	const char *etag, *class;
	const char *why;
} rows[] = {
    {"all fields", "42\t2026-01-02T03:04:05Z\tabc-2\tSTANDARD\tdir/key",
	"dir/key", true, 42, true, INT64_C(1767323045000), false, "abc-2",
	"STANDARD", NULL},
    {"milliseconds", "0\t2026-01-02T03:04:05.678Z\t\"q\"\tX Y\tk", NULL, false,
	0, false, 0, false, NULL, NULL, "class"},
    {"milliseconds and a quote", "0\t2026-01-02T03:04:05.678Z\t\"q\"\tX\tk",
	"k", true, 0, true, INT64_C(1767323045678), true, "\"q\"", "X", NULL},
    {"nothing known", "-\t-\t-\t-\tk", "k", false, 0, false, 0, false, NULL,
	NULL, NULL},
    {"tabs in the key", "-\t-\t-\t-\ta\tb\t", "a\tb\t", false, 0, false, 0,
	false, NULL, NULL, NULL},
    {"blanks in the key", "-\t-\t-\t-\t k \n", " k \n", false, 0, false, 0,
	false, NULL, NULL, NULL},
    {"the greatest size", "9223372036854775807\t-\t-\t-\tk", "k", true,
	UINT64_C(9223372036854775807), false, 0, false, NULL, NULL, NULL},
    {"a greater one", "9223372036854775808\t-\t-\t-\tk", NULL, false, 0, false,
	0, false, NULL, NULL, "size"},
    {"a size with a sign", "+1\t-\t-\t-\tk", NULL, false, 0, false, 0, false,
	NULL, NULL, "size"},
    {"no size", "\t-\t-\t-\tk", NULL, false, 0, false, 0, false, NULL, NULL,
	"size"},
    {"a date of ls", "1\tJan 2 03:04\t-\t-\tk", NULL, false, 0, false, 0, false,
	NULL, NULL, "date"},
    {"an empty date", "1\t\t-\t-\tk", NULL, false, 0, false, 0, false, NULL,
	NULL, "date"},
    {"an empty ETag", "1\t-\t\t-\tk", NULL, false, 0, false, 0, false, NULL,
	NULL, "ETag"},
    {"an ETag with a blank", "1\t-\ta b\t-\tk", NULL, false, 0, false, 0, false,
	NULL, NULL, "ETag"},
    {"an ETag beyond ASCII", "1\t-\t\xc3\xbc\t-\tk", NULL, false, 0, false, 0,
	false, NULL, NULL, "ETag"},
    {"an ETag that could begin a header", "1\t-\ta\r\n\t-\tk", NULL, false, 0,
	false, 0, false, NULL, NULL, "ETag"},
    {"an empty class", "1\t-\t-\t\tk", NULL, false, 0, false, 0, false, NULL,
	NULL, "class"},
    {"no key", "1\t-\t-\t-\t", NULL, false, 0, false, 0, false, NULL, NULL,
	"no key"},
    {"three tabs", "1\t-\t-\tk", NULL, false, 0, false, 0, false, NULL, NULL,
	"tabs"},
    {"a plain key", "k", NULL, false, 0, false, 0, false, NULL, NULL, "tabs"},
    {"nothing", "", NULL, false, 0, false, 0, false, NULL, NULL, "tabs"},
};

static bool
same(const char *p, size_t len, const char *want)
{
	if (want == NULL)
		return p == NULL;
	return p != NULL && strlen(want) == len && memcmp(p, want, len) == 0;
}

static void
test_long(void)
{
	struct record r;
	struct buf out;
	const char *why;
	size_t i;
	bool good;

	buf_init(&out, 1000);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why = NULL;
		good = record_parse(
		    &r, rows[i].raw, strlen(rows[i].raw), true, &why);
		if (rows[i].key == NULL) {
			ok(!good && why != NULL &&
				strstr(why, rows[i].why) != NULL,
			    "%s is refused", rows[i].claim);
			continue;
		}
		ok(good && same(r.key, r.key_len, rows[i].key) &&
			r.has_size == rows[i].has_size &&
			r.size == rows[i].size &&
			r.has_mtime == rows[i].has_mtime &&
			r.mtime == rows[i].mtime &&
			r.mtime_millis == rows[i].millis &&
			same(r.etag, r.etag_len, rows[i].etag) &&
			same(r.class, r.class_len, rows[i].class),
		    "%s: every field is right", rows[i].claim);
		buf_reset(&out);
		record_format(&out, &r);
		is_str(out.data, rows[i].raw, "and written it is the same");
	}
	buf_fini(&out);
}

static void
test_short(void)
{
	static const char odd[] = "1\t-\t-\t-\tk\0\n";
	struct record r;
	const char *why = NULL;

	ok(record_parse(&r, odd, sizeof(odd) - 1, false, &why),
	    "without -l a record is a key");
	is_mem(r.key, r.key_len, odd, sizeof(odd) - 1, "all of it");
	ok(r.raw == odd && r.raw_len == sizeof(odd) - 1,
	    "and remembered as it was");
	ok(!r.has_size && !r.has_mtime && r.etag == NULL && r.class == NULL,
	    "with nothing known");
	ok(!record_parse(&r, "", 0, false, &why) && why != NULL,
	    "an empty one has no key");
	ok(record_parse(&r, "-\t-\t-\t-\t\0", 9, true, &why) && r.key_len == 1,
	    "a key may be a NUL");
}

static void
test_format(void)
{
	struct record r, again;
	char etag[LIMIT_ETAG + 1];
	const char *why;
	struct buf out;

	memset(&r, 0, sizeof(r));
	buf_init(&out, 1000);
	r.key = "k";
	r.key_len = 1;
	r.etag = "a\tb";
	r.etag_len = 3;
	r.class = "X\n";
	r.class_len = 2;
	ok(record_format(&out, &r), "a record is written");
	is_str(out.data, "-\t-\t-\t-\tk",
	    "a server's text never adds a field or a record");
	buf_reset(&out);
	r.etag_len = 0;
	r.class = NULL;
	r.has_size = true;
	r.size = 10;
	record_format(&out, &r);
	is_str(out.data, "10\t-\t-\t-\tk", "an empty ETag is as none");
	buf_reset(&out);
	r.size = UINT64_MAX;
	record_format(&out, &r);
	is_str(
	    out.data, "-\t-\t-\t-\tk", "a size that none could read neither");
	buf_reset(&out);
	memset(etag, 'e', sizeof(etag));
	r.etag = etag;
	r.etag_len = LIMIT_ETAG + 1;
	record_format(&out, &r);
	is_str(out.data, "-\t-\t-\t-\tk", "nor an absurdly long ETag");
	buf_reset(&out);
	r.etag_len = LIMIT_ETAG;
	record_format(&out, &r);
	is_int(out.len, LIMIT_ETAG + 8, "but a long one");
	ok(record_parse(&again, out.data, out.len, true, &why) &&
		again.etag_len == LIMIT_ETAG,
	    "which can be read again");
	buf_reset(&out);
	buf_addf(&out, "-\t-\t%.*s\t-\tk", LIMIT_ETAG + 1, etag);
	ok(!record_parse(&again, out.data, out.len, true, &why),
	    "a longer one is malformed");
	buf_fini(&out);
	buf_init(&out, 8);
	ok(!record_format(&out, &r), "what does not fit is told");
	buf_fini(&out);
}

/* Random bytes never break it, and what is parsed is written the same. */
static void
test_random(void)
{
	static const char alphabet[] = "\t\t\t\t\t\t--0192aZ:.\xff\n\0x";
	struct record r;
	struct buf out;
	char raw[24];
	const char *why;
	uint32_t seed = 3;
	int round, parsed = 0, differ = 0;
	size_t len, i;

	buf_init(&out, 1000);
	for (round = 0; round < 200000; round++) {
		len = (size_t)round % sizeof(raw);
		for (i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			raw[i] =
			    alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		why = NULL;
		if (!record_parse(&r, raw, len, true, &why)) {
			differ += why == NULL;
			continue;
		}
		parsed++;
		buf_reset(&out);
		record_format(&out, &r);
		/* numbers may have come with leading zeros */
		if (len > 0 && raw[0] != '0' &&
		    (out.len != len || memcmp(out.data, raw, len) != 0))
			differ++;
	}
	is_int(differ, 0, "random records are refused or come out the same");
	ok(parsed > 20, "and %d were good", parsed);
	buf_fini(&out);
}

int
main(void)
{
	test_long();
	test_short();
	test_format();
	test_random();
	return tap_done();
}
