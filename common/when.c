#include <string.h>

#include "when.h"

#define DAY_MS	INT64_C(86400000)
#define CENTURY 36524  /* days of three in four centuries */
#define CYCLE	146097 /* days of 400 years */
#define MARCH	719468 /* days from the first of March of year 0 to 1970 */
#define LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

struct date {
	int year, month, day, hour, minute, second;
};

/* Days since 1970-01-01 of a day of the Gregorian calendar.  Years begin in
 * March here, so that the odd day is a year's last. */
static int64_t
days(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    1 - MARCH;
}

/* The reverse; 153 days are five months from March on. */
static void
from_days(int64_t since_1970, struct date *d)
{
	int64_t day = since_1970 + MARCH;
	int in_cycle = (int)(day % CYCLE);
	int year = (in_cycle - in_cycle / 1460 + in_cycle / CENTURY -
		       in_cycle / (CYCLE - 1)) /
	    365;
	int in_year = in_cycle - (365 * year + year / 4 - year / 100);
	int month = (5 * in_year + 2) / 153;

	d->day = in_year - (153 * month + 2) / 5 + 1;
	d->month = month < 10 ? month + 3 : month - 9;
	d->year = (int)(day / CYCLE * 400) + year + (d->month <= 2);
}

static int
month_length(int year, int month)
{
	static const char lengths[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool
to_ms(const struct date *d, int64_t *ms)
{
	/* Second 60 is a leap second and becomes the next minute's first. */
	if (d->year < 1970 || d->month < 1 || d->month > 12 || d->day < 1 ||
	    d->day > month_length(d->year, d->month) || d->hour > 23 ||
	    d->minute > 59 || d->second > 60)
		return false;
	*ms = days(d->year, d->month, d->day) * DAY_MS +
	    d->hour * INT64_C(3600000) + d->minute * INT64_C(60000) +
	    d->second * INT64_C(1000);
	return true;
}

static void
from_ms(int64_t ms, struct date *d)
{
	int rest;

	ms = ms < 0 ? 0 : ms > LAST_MS ? LAST_MS : ms;
	from_days(ms / DAY_MS, d);
	rest = (int)(ms % DAY_MS / 1000);
	d->hour = rest / 3600;
	d->minute = rest / 60 % 60;
	d->second = rest % 60;
}

/* Exactly n digits at *s, which moves past them. */
static bool
digits(const char **s, const char *end, int n, int *out)
{
	int value = 0;

	if (end - *s < n)
		return false;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		value = value * 10 + (**s - '0');
	}
	*out = value;
	return true;
}

static bool
letter(const char **s, const char *end, const char *any)
{
	if (*s == end)
		return false;
	while (*any != '\0' && *any != **s)
		any++;
	if (*any == '\0')
		return false;
	(*s)++;
	return true;
}

/* What may follow the seconds: any number of digits, three of which count. */
static bool
fraction(const char **s, const char *end, int64_t *ms)
{
	int64_t unit = 100;

	if (!letter(s, end, ".,") || *s == end || **s < '0' || **s > '9')
		return false;
	for (; *s < end && **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		*ms += (**s - '0') * unit;
	return true;
}

static bool
zone(const char **s, const char *end, int64_t *ms)
{
	int hours, minutes;
	bool west;

	if (letter(s, end, "Zz"))
		return true;
	west = *s < end && **s == '-';
	if (!letter(s, end, "+-") || !digits(s, end, 2, &hours) ||
	    !letter(s, end, ":") || !digits(s, end, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*ms += (west ? 1 : -1) * (hours * 60 + minutes) * INT64_C(60000);
	return true;
}

bool
when_parse_iso(const char *s, size_t len, int64_t *ms, bool *millis)
{
	const char *end = s + len;
	struct date d;
	int64_t got = 0;
	bool fractional;

	if (!digits(&s, end, 4, &d.year) || !letter(&s, end, "-") ||
	    !digits(&s, end, 2, &d.month) || !letter(&s, end, "-") ||
	    !digits(&s, end, 2, &d.day) || !letter(&s, end, "Tt ") ||
	    !digits(&s, end, 2, &d.hour) || !letter(&s, end, ":") ||
	    !digits(&s, end, 2, &d.minute) || !letter(&s, end, ":") ||
	    !digits(&s, end, 2, &d.second) || !to_ms(&d, &got))
		return false;
	fractional = s < end && (*s == '.' || *s == ',');
	if (fractional && !fraction(&s, end, &got))
		return false;
	if (!zone(&s, end, &got) || s != end || got < 0 || got > LAST_MS)
		return false;
	*ms = got;
	if (millis != NULL)
		*millis = fractional;
	return true;
}

/* Which of the three-letter names is at *s; 0 for the first, -1 for none. */
static int
name(const char **s, const char *end, const char *names)
{
	int i;

	if (end - *s < 3)
		return -1;
	for (i = 0; names[3 * i] != '\0'; i++) {
		if (memcmp(*s, names + 3 * i, 3) == 0) {
			*s += 3;
			return i;
		}
	}
	return -1;
}

bool
when_parse_http(const char *s, size_t len, int64_t *ms)
{
	static const char weekdays[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *end = s + len;
	struct date d;

	if (name(&s, end, weekdays) < 0 || !letter(&s, end, ",") ||
	    !letter(&s, end, " ") || !digits(&s, end, 2, &d.day) ||
	    !letter(&s, end, " ") ||
	    (d.month = name(&s, end, months) + 1) == 0 ||
	    !letter(&s, end, " ") || !digits(&s, end, 4, &d.year) ||
	    !letter(&s, end, " ") || !digits(&s, end, 2, &d.hour) ||
	    !letter(&s, end, ":") || !digits(&s, end, 2, &d.minute) ||
	    !letter(&s, end, ":") || !digits(&s, end, 2, &d.second))
		return false;
	if (end - s != 4 || memcmp(s, " GMT", 4) != 0)
		return false;
	return to_ms(&d, ms);
}

static char *
put(char *to, int value, int n)
{
	int i;

	for (i = n - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + n;
}

static char *
put_date(char *to, const struct date *d, const char *between)
{
	to = put(to, d->year, 4);
	if (*between != '\0')
		*to++ = *between;
	to = put(to, d->month, 2);
	if (*between != '\0')
		*to++ = *between;
	return put(to, d->day, 2);
}

void
when_format_iso(int64_t ms, bool millis, char out[WHEN_ISO_SIZE])
{
	struct date d;
	char *to;

	from_ms(ms, &d);
	to = put_date(out, &d, "-");
	*to++ = 'T';
	to = put(to, d.hour, 2);
	*to++ = ':';
	to = put(to, d.minute, 2);
	*to++ = ':';
	to = put(to, d.second, 2);
	if (millis) {
		*to++ = '.';
		to = put(to, ms < 0 ? 0 : (int)(ms % 1000), 3);
	}
	*to++ = 'Z';
	*to = '\0';
}

void
when_format_basic(int64_t ms, char out[WHEN_BASIC_SIZE])
{
	struct date d;
	char *to;

	from_ms(ms, &d);
	to = put_date(out, &d, "");
	*to++ = 'T';
	to = put(to, d.hour, 2);
	to = put(to, d.minute, 2);
	to = put(to, d.second, 2);
	*to++ = 'Z';
	*to = '\0';
}
