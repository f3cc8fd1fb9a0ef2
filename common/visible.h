#ifndef VISIBLE_H
#define VISIBLE_H

/*
 * Text from outside made safe to look at: what a terminal could obey or a log
 * could misread is written as \n, \r, \t or \xHH (one for each byte), and a
 * backslash as two.  Kept as they are: printable ASCII and well-formed UTF-8
 * other than control characters, line separators and marks that turn the
 * direction of writing.
 */

#include <stddef.h>
#include <stdint.h>

/*
 * Write the visible form of len bytes to `to', which has room bytes, end it
 * with a NUL and return its length.  What does not fit is left out, whole
 * characters at a time.  VISIBLE_MAX(len) bytes of room always suffice.
 */
#define VISIBLE_MAX(len) ((len) * 4 + 1)
size_t	visible(char *to, size_t room, const char *text, size_t len);

/* Length of the well-formed UTF-8 character that text begins with, its code
 * point in *code; 0 where there is none.  len is at least 1. */
size_t	visible_character(const char *text, size_t len, uint32_t *code);

#endif
