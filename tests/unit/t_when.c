/* Dates in and out; the table's right side is that of date(1). */

#include "tap.h"
#include "when.h"

#define BAD INT64_C(-1)

static const struct {
	const char *text;
	int64_t ms; /* BAD: refused */
	bool millis;
} iso[] = {
    {"1970-01-01T00:00:00Z", 0, false},
    {"2013-05-24T00:00:00Z", INT64_C(1369353600000), false},
    {"2026-01-02T03:04:05Z", INT64_C(1767323045000), false},
    {"2026-01-02T03:04:05.678Z", INT64_C(1767323045678), true},
    {"2026-01-02T03:04:05.000Z", INT64_C(1767323045000), true},
    {"2026-01-02T03:04:05.6Z", INT64_C(1767323045600), true},
    {"2026-01-02T03:04:05.678901234Z", INT64_C(1767323045678), true},
    {"2026-01-02T03:04:05+00:00", INT64_C(1767323045000), false},
    {"2026-01-02T04:34:05.5+01:30", INT64_C(1767323045500), true},
    {"2026-01-01T22:04:05-05:00", INT64_C(1767323045000), false},
    {"2026-01-02 03:04:05Z", INT64_C(1767323045000), false},
    {"2026-01-02t03:04:05z", INT64_C(1767323045000), false},
    {"2000-02-29T00:00:00Z", INT64_C(951782400000), false},
    {"2024-02-29T23:59:59Z", INT64_C(1709251199000), false},
    {"2100-03-01T00:00:00Z", INT64_C(4107542400000), false},
    {"2016-12-31T23:59:60Z", INT64_C(1483228800000), false},
    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999), true},
    {"9999-12-31T23:59:60Z", BAD, false},
    {"9999-12-31T23:59:59-00:01", BAD, false},
    {"1970-01-01T00:00:00+00:01", BAD, false},
    {"1969-12-31T23:59:59Z", BAD, false},
    {"2023-02-29T00:00:00Z", BAD, false},
    {"2100-02-29T00:00:00Z", BAD, false},
    {"2026-00-01T00:00:00Z", BAD, false},
    {"2026-13-01T00:00:00Z", BAD, false},
    {"2026-01-00T00:00:00Z", BAD, false},
    {"2026-04-31T00:00:00Z", BAD, false},
    {"2026-01-01T24:00:00Z", BAD, false},
    {"2026-01-01T00:60:00Z", BAD, false},
    {"2026-01-01T00:00:61Z", BAD, false},
    {"2026-01-02T03:04:05", BAD, false},
    {"2026-01-02T03:04:05.Z", BAD, false},
    {"2026-01-02T03:04:05.5", BAD, false},
    {"2026-01-02T03:04:05Z ", BAD, false},
    {" 2026-01-02T03:04:05Z", BAD, false},
    {"2026-01-02T03:04:05+0100", BAD, false},
    {"2026-01-02T03:04:05+24:00", BAD, false},
    {"2026-01-02T03:04:05+1:00", BAD, false},
    {"2026-1-2T03:04:05Z", BAD, false},
    {"+026-01-02T03:04:05Z", BAD, false},
    {"2026-01-02", BAD, false},
    {"20260102T030405Z", BAD, false},
    {"-", BAD, false},
    {"", BAD, false},
};

static void
test_iso(void)
{
	int64_t ms;
	bool millis, good;
	size_t i;

	for (i = 0; i < sizeof(iso) / sizeof(iso[0]); i++) {
		ms = BAD;
		millis = false;
		good = when_parse_iso(
		    iso[i].text, strlen(iso[i].text), &ms, &millis);
		ok(good == (iso[i].ms != BAD) && ms == iso[i].ms &&
			millis == iso[i].millis,
		    "ISO: \"%s\" (got %" PRId64 ")", iso[i].text, ms);
	}
	ok(when_parse_iso("2026-01-02T03:04:05Zx", 20, &ms, NULL),
	    "the length counts, and millis may be NULL");
	ok(!when_parse_iso("2026-01-02T03:04:05\0", 20, &ms, NULL),
	    "a NUL is no zone");
}

static const struct {
	const char *text;
	int64_t ms;
} http[] = {
    {"Fri, 24 May 2013 00:00:00 GMT", INT64_C(1369353600000)},
    {"Sun, 06 Nov 1994 08:49:37 GMT", INT64_C(784111777000)},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Tue, 29 Feb 2000 12:00:00 GMT", INT64_C(951825600000)},
    {"Sunday, 06-Nov-94 08:49:37 GMT", BAD},
    {"Sun Nov  6 08:49:37 1994", BAD},
    {"Sun, 6 Nov 1994 08:49:37 GMT", BAD},
    {"Sun, 06 nov 1994 08:49:37 GMT", BAD},
    {"Sun, 06 Nov 1994 08:49:37 UTC", BAD},
    {"Sun, 06 Nov 1994 08:49:37 GMT ", BAD},
    {"Sun, 06 Nov 1994 08:49:37", BAD},
    {"Sun, 31 Nov 1994 08:49:37 GMT", BAD},
    {"Xyz, 06 Nov 1994 08:49:37 GMT", BAD},
    {"Wed, 31 Dec 1969 23:59:59 GMT", BAD},
    {"", BAD},
};

static void
test_http(void)
{
	int64_t ms;
	bool good;
	size_t i;

	for (i = 0; i < sizeof(http) / sizeof(http[0]); i++) {
		ms = BAD;
		good = when_parse_http(http[i].text, strlen(http[i].text), &ms);
		ok(good == (http[i].ms != BAD) && ms == http[i].ms,
		    "HTTP: \"%s\" (got %" PRId64 ")", http[i].text, ms);
	}
}

static void
test_format(void)
{
	char out[WHEN_ISO_SIZE], basic[WHEN_BASIC_SIZE];

	when_format_iso(INT64_C(1767323045678), false, out);
	is_str(out, "2026-01-02T03:04:05Z", "ISO, whole seconds");
	when_format_iso(INT64_C(1767323045078), true, out);
	is_str(out, "2026-01-02T03:04:05.078Z", "ISO with milliseconds");
	when_format_basic(INT64_C(1369353600999), basic);
	is_str(basic, "20130524T000000Z", "the form of x-amz-date");
	when_format_iso(-5, true, out);
	is_str(out, "1970-01-01T00:00:00.000Z", "before 1970 it is 1970");
	when_format_iso(INT64_MAX, false, out);
	is_str(out, "9999-12-31T23:59:59Z", "there is no year 10000");
}

/* Every day of eight millennia, at odd times, and back. */
static void
test_round_trip(void)
{
	char out[WHEN_ISO_SIZE];
	int64_t ms, back;
	int lost = 0;

	for (ms = 0; ms < INT64_C(253402300800000); ms += INT64_C(86399877)) {
		when_format_iso(ms, true, out);
		if (!when_parse_iso(out, strlen(out), &back, NULL) ||
		    back != ms)
			lost++;
	}
	is_int(lost, 0, "every day is read back as it was written");
}

int
main(void)
{
	test_iso();
	test_http();
	test_format();
	test_round_trip();
	return tap_done();
}
