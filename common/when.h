#ifndef WHEN_H
#define WHEN_H

/*
 * Dates: milliseconds since 1970 in UTC, to and from the forms that S3 uses.
 * Pure; independent of locale and time zone; years 1970 to 9999.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEN_ISO_SIZE	32
#define WHEN_BASIC_SIZE 17

/* 2026-01-02T03:04:05Z, with any fraction of a second, with Z or +hh:mm
 * (RFC 3339; a blank for the T is accepted).  *millis tells whether there was
 * a fraction (millis may be NULL). */
bool	when_parse_iso(const char *s, size_t len, int64_t *ms, bool *millis);
/* Fri, 24 May 2013 00:00:00 GMT (RFC 9110's preferred form and no other). */
bool	when_parse_http(const char *s, size_t len, int64_t *ms);
/* 2026-01-02T03:04:05Z, or with .mmm where millis is true. */
void	when_format_iso(int64_t ms, bool millis, char out[WHEN_ISO_SIZE]);
/* 20260102T030405Z, as x-amz-date wants it. */
void	when_format_basic(int64_t ms, char out[WHEN_BASIC_SIZE]);

#endif
