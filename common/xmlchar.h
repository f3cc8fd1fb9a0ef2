#ifndef XMLCHAR_H
#define XMLCHAR_H

/*
 * What XML 1.0 forbids (section 2.2, "Char"), in UTF-8 or as a reference,
 * found in bytes on their way to a parser that would stop there.  For xml.c
 * alone.
 */

#include <stddef.h>
#include <stdint.h>

/* Longest reference that is looked at: &#x0000010FFFF; */
#define XMLCHAR_MAX 16

/* What bytes are: fine, forbidden, or too few to tell. */
enum xmlchar { XMLCHAR_FINE, XMLCHAR_FORBIDDEN, XMLCHAR_CUT };

/* The first byte from p on that has to be looked at, or end. */
const char *xmlchar_odd(const char *p, const char *end);
/* What such a byte at p begins (len is at least 1), and how many bytes that
 * has.  Of a reference that is fine only the & counts. */
enum xmlchar xmlchar_look(const char *p, size_t len, size_t *used);

#endif
