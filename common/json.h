#ifndef JSON_H
#define JSON_H

/*
 * Small JSON documents (RFC 8259), read whole.  The only file that sees
 * jansson is json.c.  Texts are cleansed when a document is let go, since the
 * documents that we read hold keys.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct json;

/* NULL if it is no JSON object. */
struct json *json_parse(const char *p, size_t len);
struct json *json_new(void); /* an empty object */
void json_free(struct json *j);

/* A text by its path through objects, "roleCredentials.accessKeyId"; NULL if
 * there is none, it is no text or it is empty.  Borrowed until json_free(). */
const char *json_text(const struct json *j, const char *path);
/* A whole number by its path, false if there is none. */
bool json_int(const struct json *j, const char *path, int64_t *value);
/* Set a member of the outermost object to a text. */
void json_put_text(struct json *j, const char *name, const char *text);
/* Append the document; false when out's maximum was passed. */
bool json_write(const struct json *j, struct buf *out);

#endif
