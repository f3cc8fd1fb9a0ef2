/*
 * Shared lists of names and values (headers, metadata, tags), sorted by name.
 * A list is built by pairs_add while its maker is its only holder, and then
 * shared by counting holders. NULL is the empty list everywhere.
 */
#ifndef PAIRS_H
#define PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct pairs_item {
	char *name, *value;
};

struct pairs {
	unsigned holders;
	size_t n;
	struct pairs_item *item;
};

/* Adds a pair in order (making the list if there is none); same names allowed.
 */
void pairs_add(struct pairs **, const char *name, const char *value);
/* The same, but a value of the same name is prolonged by a comma and this. */
void pairs_join(struct pairs **, const char *name, const char *value);
const char *pairs_get(const struct pairs *, const char *name);
struct pairs *pairs_hold(struct pairs *);
void pairs_drop(struct pairs *);
bool pairs_equal(const struct pairs *, const struct pairs *);
/* name=value joined by '&', both percent-encoded. */
void pairs_write(const struct pairs *, struct text *);
/* Reads that form, '+' being a blank; false if a name is missing. */
bool pairs_read(struct pairs **, const char *);

#endif
