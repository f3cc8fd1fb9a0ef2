/* The directive language of README.md. */
#ifndef DIRECTIVE_H
#define DIRECTIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct server;

#define DIRECTIVE_WORDS 40

/* A directive's words, decoded. */
struct directive {
	struct server *server;
	size_t n;
	char *word[DIRECTIVE_WORDS];
	struct text why; /* of a failure */
};

/*
 * Does the directives of a text, one a line, up to the first that fails; then
 * false, and "line N: why" in error.
 */
bool directive_run(struct server *, const char *, size_t, struct text *error);

/* Says why, and answers false. */
bool directive_fail(struct directive *, const char *why, const char *word);
/* The value of a word NAME=VALUE, or NULL if the word is another. */
const char *directive_value(const char *word, const char *name);

/* The directives about contents (directive_store.c). */
bool directive_bucket(struct directive *);
bool directive_drop(struct directive *);
bool directive_fill(struct directive *);
bool directive_put(struct directive *);
bool directive_delete(struct directive *);
bool directive_archive(struct directive *);
bool directive_mutate(struct directive *);

#endif
