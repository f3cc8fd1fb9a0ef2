#ifndef URI_H
#define URI_H

/*
 * Percent-encoding the way S3 signs it (AWS "Create a canonical request"):
 * A-Z a-z 0-9 - . _ ~ stay, every other byte becomes % and two upper-case hex
 * digits.  A path keeps its slashes; nothing is ever normalised, so //, /./
 * and /../ survive.  Keys are bytes: NULs are legal input here.
 */

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* Append the encoded bytes; false when the buffer's maximum was passed. */
bool	uri_encode_path(struct buf *out, const char *p, size_t len);
bool	uri_encode(struct buf *out, const char *p, size_t len);
/* A path that is one word in any shell: ~ is encoded, too, since at the start
 * of a word it names a home directory. */
bool	uri_encode_word(struct buf *out, const char *p, size_t len);

/* Decode as a web form does: + is a space, %XX a byte, in any case of letter.
 * What is not a valid escape is false, and out is then of no use. */
bool	uri_decode_form(struct buf *out, const char *p, size_t len);
/* The same but + is a plus: the words of --range, and redirect targets. */
bool	uri_decode(struct buf *out, const char *p, size_t len);

/*
 * A query string built in the one order that SigV4 wants: names ascending.
 * Add parameters in that order; a name without value is written "name=".
 * The result serves both as the URL's query and as the canonical query.
 */
bool	uri_query_add(struct buf *query, const char *name, const char *value,
	    size_t value_len);

#endif
