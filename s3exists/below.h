#ifndef BELOW_H
#define BELOW_H

#include <stddef.h>

#include "buf.h"

/*
 * A string just below a key: where a listing has to start so that the key
 * comes first if it is there, and as few others before it as can be.  It is
 * valid UTF-8 without NUL, as S3 wants start-after to be (ListObjectsV2), and
 * at most LIMIT_KEY bytes; where the key itself is no UTF-8, it is what of it
 * is.  Empty: the listing has to start at its beginning.  Replaces what out
 * held; out must have room for LIMIT_KEY bytes.  Pure.
 */
void below_key(struct buf *out, const char *key, size_t len);

#endif
