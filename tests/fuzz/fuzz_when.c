/* Dates and numbers. */

#include "fuzz.h"
#include "num.h"
#include "when.h"

#define LAST INT64_C(253402300799999)

static void
dates(const char *s, size_t len)
{
	int64_t ms = 0, again = 0;
	bool millis = false, more;
	char iso[WHEN_ISO_SIZE], basic[WHEN_BASIC_SIZE];

	if (when_parse_http(s, len, &ms))
		FUZZ_CHECK(ms >= 0 && ms % 1000 == 0);
	if (!when_parse_iso(s, len, &ms, &millis))
		return;
	FUZZ_CHECK(ms >= 0 && ms <= LAST);
	when_format_iso(ms, millis, iso);
	FUZZ_CHECK(when_parse_iso(iso, strlen(iso), &again, &more));
	FUZZ_CHECK(again == ms && more == millis);
	when_format_basic(ms, basic);
	FUZZ_CHECK(strlen(basic) == 16);
}

/* Any time that can be told is told so that it can be read. */
static void
times(int64_t ms)
{
	char iso[WHEN_ISO_SIZE];
	int64_t again;
	bool millis;

	when_format_iso(ms, true, iso);
	FUZZ_CHECK(when_parse_iso(iso, strlen(iso), &again, &millis));
	if (ms >= 0 && ms <= LAST)
		FUZZ_CHECK(again == ms && millis);
}

static void
numbers(const char *s, size_t len, uint64_t max)
{
	uint64_t n = 12345, size = 12345;
	char text[32];

	if (num_parse(s, len, max, &n)) {
		FUZZ_CHECK(n <= max);
		snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
		while (len > 1 && *s == '0')
			s++, len--;
		FUZZ_CHECK(strlen(text) == len && memcmp(text, s, len) == 0);
	} else {
		FUZZ_CHECK(n == 12345);
	}
	if (num_size(s, max, &size))
		FUZZ_CHECK(size <= max);
	else
		FUZZ_CHECK(size == 12345);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	uint64_t max = 0;
	size_t len;
	char *s;
	int i;

	for (i = 0; i < 8; i++)
		max = max << 8 | fuzz_byte(&f);
	s = fuzz_take(&f, 100, &len);
	dates(s, len);
	times((int64_t)max);
	numbers(s, len, max);
	numbers(s, len, UINT64_MAX);
	free(s);
	return 0;
}
