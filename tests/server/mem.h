/*
 * Memory for the test server: allocation that succeeds or ends the process,
 * and pools whose pieces all go at once with the request that made them.
 */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

#define MEM_NEVER_NULL __attribute__((returns_nonnull))

/* Zeroed. */
void *mem_alloc(size_t) MEM_NEVER_NULL;
/* As realloc. */
void *mem_grow(void *, size_t) MEM_NEVER_NULL;
/* A copy with a NUL behind it. */
void *mem_dup(const void *, size_t) MEM_NEVER_NULL;

/* A pool frees everything that came from it in mem_pool_fini. */
struct mem_pool {
	struct mem_block *first;
	size_t used, size;
};

/* Not zeroed, aligned to 8 bytes. */
void *mem_pool_alloc(struct mem_pool *, size_t) MEM_NEVER_NULL;
/* A copy with a NUL behind it. */
char *mem_pool_dup(struct mem_pool *, const void *, size_t) MEM_NEVER_NULL;
void mem_pool_fini(struct mem_pool *);

#endif
