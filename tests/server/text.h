/*
 * A growing text and the encodings the server speaks: XML, the percent
 * encodings of S3, hexadecimal, base64, and the date forms. Text is bytes:
 * it may hold NULs, and always has one behind its end.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *p; /* NULL while empty */
	size_t n, size;
};

void text_fini(struct text *);
void text_reserve(struct text *, size_t); /* room for so many bytes more */
void text_add(struct text *, const void *, size_t);
void text_str(struct text *, const char *);
void text_char(struct text *, char);
void text_num(struct text *, uint64_t);
void text_fmt(struct text *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * XML as S3 writes it: markup and quotes as entities, CR and the control
 * characters (which XML 1.0 does not allow at all) as character references.
 */
void text_xml(struct text *, const void *, size_t);

/* Percent-encoding of SigV4: all but A-Z a-z 0-9 - . _ ~ and maybe '/'. */
void text_uri(struct text *, const void *, size_t, bool keep_slash);

/* The encoding of encoding-type=url: a web form's, with '/' left alone. */
void text_form(struct text *, const void *, size_t);

void text_hex(struct text *, const void *, size_t);
void text_base64(struct text *, const void *, size_t);

/* 2026-01-02T03:04:05.000Z of a time in milliseconds since 1970. */
void text_iso(struct text *, int64_t ms);
/* Fri, 02 Jan 2026 03:04:05 GMT */
void text_http_date(struct text *, int64_t ms);

/* Reads that form; false if it is another. */
bool text_read_date(const char *, int64_t *ms);

/*
 * Decodes %XX in place, '+' into a blank if plus. Answers the new length;
 * a '%' that no two digits follow stays.
 */
size_t text_unescape(char *, size_t, bool plus);
/* Decodes base64 in place; answers the length, or -1 if it is not base64. */
long text_unbase64(char *, size_t);

/*
 * A whole decimal number with an optional suffix K, M, G or T (powers of
 * 1024) where suffix is true. False if it is none or does not fit.
 */
bool text_number(const char *, bool suffix, uint64_t *);
/* The same with an optional minus sign and no suffix. */
bool text_signed(const char *, int64_t *);
/* A number between 0 and 1 such as 0.05. */
bool text_fraction(const char *, double *);

/* Does the text match a glob of '*' and '?'? */
bool text_glob(const char *glob, const char *, size_t);

/* Seconds since 1970 of a UTC calendar time (proleptic Gregorian). */
int64_t text_epoch(int year, int month, int day, int hour, int min, int sec);

#endif
