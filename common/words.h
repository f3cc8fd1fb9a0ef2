#ifndef WORDS_H
#define WORDS_H

/*
 * A command line split into words as a POSIX shell does it, without expanding
 * anything: single quotes keep all, double quotes all but \" and \\, a
 * backslash elsewhere keeps the next character.  Pure.
 */

/* A list that NULL ends, or NULL if a quote or backslash is left open.
 * words_free() cleanses: words may be secrets. */
char **words_split(const char *line);
void words_free(char **words);

#endif
