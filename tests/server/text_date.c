#include <stdlib.h>
#include <string.h>

#include "text.h"

/*
 * Days since 1970 to a calendar date and back, in the proleptic Gregorian
 * calendar: years are counted from March so that leap days come last. Much
 * faster than gmtime, which matters for pages of a thousand keys.
 */
struct civil {
	int year, month, day;
};

static struct civil
civil_of(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct civil c;

	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = (int)(yoe + era * 400 + (c.month <= 2));
	return c;
}

int64_t
text_epoch(int year, int month, int day, int hour, int min, int sec)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
	    day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (era * 146097 + doe - 719468) * 86400 + hour * 3600 + min * 60 +
	    sec;
}

static void
two(char *out, int64_t value)
{
	out[0] = (char)('0' + value / 10 % 10);
	out[1] = (char)('0' + value % 10);
}

static int64_t
split(int64_t ms, int64_t *second)
{
	int64_t s = ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
	int64_t days = s >= 0 ? s / 86400 : (s - 86399) / 86400;

	*second = s - days * 86400;
	return days;
}

void
text_iso(struct text *t, int64_t ms)
{
	char out[] = "0000-00-00T00:00:00.000Z";
	int64_t s, days = split(ms, &s);
	struct civil c = civil_of(days);
	int64_t milli = (ms % 1000 + 1000) % 1000;

	two(out, c.year / 100);
	two(out + 2, c.year % 100);
	two(out + 5, c.month);
	two(out + 8, c.day);
	two(out + 11, s / 3600);
	two(out + 14, s / 60 % 60);
	two(out + 17, s % 60);
	out[20] = (char)('0' + milli / 100);
	two(out + 21, milli % 100);
	text_add(t, out, sizeof(out) - 1);
}

static const char month[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void
text_http_date(struct text *t, int64_t ms)
{
	static const char day[7][4] = {
	    "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	int64_t s, days = split(ms, &s);
	struct civil c = civil_of(days);

	text_fmt(t, "%s, %02d %s %04d %02d:%02d:%02d GMT",
	    day[(days % 7 + 7) % 7], c.day, month[c.month - 1], c.year,
	    (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

bool
text_read_date(const char *s, int64_t *ms)
{
	int v[5];
	static const unsigned char at[5] = {5, 12, 17, 20, 23};

	if (strlen(s) != 29 || strcmp(s + 25, " GMT") != 0)
		return false;
	for (int i = 0; i < 5; i++)
		v[i] = (int)strtol(s + at[i], NULL, 10);
	for (int i = 0; i < 12; i++) {
		if (strncmp(s + 8, month[i], 3) == 0) {
			*ms = 1000 *
			    text_epoch(v[1], i + 1, v[0], v[2], v[3], v[4]);
			return true;
		}
	}
	return false;
}
