#ifndef CRED_FILE_H
#define CRED_FILE_H

/* Small files that hold a token or a cached document. */

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* Append a file's bytes to b; false with a reason in why when it cannot be
 * read or is larger than b's maximum. */
bool cred_file_read(const char *path, struct buf *b, char *why, size_t room);
/* The same without blanks and newlines at its end; an empty one is an
 * error, and so is one with control characters. */
bool cred_file_line(const char *path, struct buf *b, char *why, size_t room);
/* Replace a file as a whole (temporary file, fsync, rename), mode 0600. */
bool cred_file_replace(
    const char *path, const char *p, size_t len, char *why, size_t room);

#endif
