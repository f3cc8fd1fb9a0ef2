#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define BLOCK_SIZE 4000

struct mem_block {
	struct mem_block *next;
	char data[];
};

static void *
check(void *p)
{
	if (p == NULL) {
		fputs("s3server: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

void *
mem_alloc(size_t n)
{
	return check(calloc(1, n ? n : 1));
}

void *
mem_grow(void *p, size_t n)
{
	return check(realloc(p, n ? n : 1));
}

void *
mem_dup(const void *p, size_t n)
{
	char *copy = check(malloc(n + 1));

	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void *
mem_pool_alloc(struct mem_pool *pool, size_t n)
{
	struct mem_block *block;
	void *p;

	n = (n + 7) & ~(size_t)7;
	if (pool->first == NULL || pool->size - pool->used < n) {
		size_t size = n > BLOCK_SIZE ? n : BLOCK_SIZE;

		block = check(malloc(sizeof(*block) + size));
		block->next = pool->first;
		pool->first = block;
		pool->size = size;
		pool->used = 0;
	}
	p = pool->first->data + pool->used;
	pool->used += n;
	return p;
}

char *
mem_pool_dup(struct mem_pool *pool, const void *p, size_t n)
{
	char *copy = mem_pool_alloc(pool, n + 1);

	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void
mem_pool_fini(struct mem_pool *pool)
{
	struct mem_block *block, *next;

	for (block = pool->first; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	memset(pool, 0, sizeof(*pool));
}
