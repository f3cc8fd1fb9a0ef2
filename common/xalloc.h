#ifndef XALLOC_H
#define XALLOC_H

/*
 * Allocation that succeeds or ends the program with one line and status 2.
 *
 * This is honest only because everything that the outside can make grow has
 * a maximum (limit.h): what fails here is the machine, not the input.
 * Sizes are checked for overflow.  Memory is returned with free(3).
 */

#include <stddef.h>

void	*xmalloc(size_t size);
void	*xcalloc(size_t count, size_t size);
/* Resize to count * size bytes; the only place that calls realloc(3). */
void	*xreallocarray(void *old, size_t count, size_t size);
char	*xstrdup(const char *s);
/* A NUL-terminated copy of len bytes, which may themselves hold NULs. */
char	*xmemdup0(const void *p, size_t len);

#endif
