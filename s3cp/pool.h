#ifndef POOL_H
#define POOL_H

/*
 * How much memory streamed bytes may take in all.  Who wants some asks; where
 * there is none it is called when others have given theirs back, in the order
 * of asking.  Who is alone gets what it wants, so nobody waits for ever as
 * long as who has some ends without wanting more.  It only counts.
 */

#include <stdbool.h>
#include <stddef.h>

struct pool {
	size_t max, used;
	struct pool_waiter *first, **end;
};

struct pool_waiter {
	void (*fn)(void *arg); /* try pool_take() again now */
	void *arg;
	/* private */
	bool waiting;
	struct pool_waiter *next, **prev;
};

void pool_init(struct pool *pool, size_t max);
/* False: there is not so much now, or others wait for theirs. */
bool pool_take(struct pool *pool, size_t size);
void pool_wait(struct pool *pool, struct pool_waiter *w);
void pool_wait_no_more(struct pool *pool, struct pool_waiter *w);
void pool_give(struct pool *pool, size_t size);

#endif
