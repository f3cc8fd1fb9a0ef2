#ifndef FUZZ_H
#define FUZZ_H

/*
 * What the fuzz targets share.  A target is one file, fuzz_NAME.c, with one
 * function of libFuzzer's name; it may be run in two ways:
 *
 *	make fuzz		clang's libFuzzer looks for new inputs
 *	tests/t/0700-fuzz-corpus.t	replay.c feeds the kept ones, any
 *compiler
 *
 * A target does more than not to crash: FUZZ_CHECK() states what must hold of
 * every answer, whatever the input was.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(cond)                                              \
	do {                                                          \
		if (!(cond)) {                                        \
			fprintf(stderr, "%s:%d: does not hold: %s\n", \
			    __FILE__, __LINE__, #cond);               \
			abort();                                      \
		}                                                     \
	} while (0)

/* The input, taken from its beginning on.  Past its end are zeros. */
struct fuzz {
	const uint8_t *p;
	size_t len;
};

__attribute__((unused)) static unsigned
fuzz_byte(struct fuzz *f)
{
	if (f->len == 0)
		return 0;
	f->len--;
	return *f->p++;
}

/* At most max bytes, as a string of the heap, so that reading past its end is
 * seen; the caller's, free(3). */
__attribute__((unused)) static char *
fuzz_take(struct fuzz *f, size_t max, size_t *len)
{
	char *s;

	*len = f->len < max ? f->len : max;
	if (*len >= SIZE_MAX / 2)
		abort();
	s = malloc(*len + 1);
	if (s == NULL)
		abort();
	if (*len > 0)
		memcpy(s, f->p, *len);
	s[*len] = '\0';
	f->p += *len;
	f->len -= *len;
	return s;
}

/* Up to the next byte `end', or all: for inputs of several texts. */
__attribute__((unused)) static char *
fuzz_text(struct fuzz *f, int end, size_t *len)
{
	const uint8_t *at = f->len > 0 ? memchr(f->p, end, f->len) : NULL;
	char *s = fuzz_take(f, at != NULL ? (size_t)(at - f->p) : f->len, len);

	fuzz_byte(f);
	return s;
}

#endif
