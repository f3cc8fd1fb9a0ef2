/*
 * Memory for the test server: allocation that succeeds or ends the process,
 * and pools whose pieces all go at once with the request that made them.
 */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

void *mem_alloc(size_t);	     /* zeroed */
void *mem_grow(void *, size_t);	     /* realloc */
void *mem_dup(const void *, size_t); /* a copy with a NUL behind it */

/* A pool frees everything that came from it in mem_pool_fini. */
struct mem_pool {
	struct mem_block *first;
	size_t used, size;
};

void *mem_pool_alloc(struct mem_pool *, size_t); /* not zeroed, aligned 8 */
char *mem_pool_dup(struct mem_pool *, const void *, size_t); /* NUL added */
void mem_pool_fini(struct mem_pool *);

#endif
