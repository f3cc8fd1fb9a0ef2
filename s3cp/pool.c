#include "pool.h"

void
pool_init(struct pool *pool, size_t max)
{
	pool->max = max;
	pool->used = 0;
	pool->first = NULL;
	pool->end = &pool->first;
}

bool
pool_take(struct pool *pool, size_t size)
{
	if (pool->first != NULL)
		return false;
	if (pool->used > 0 &&
	    (pool->used >= pool->max || size > pool->max - pool->used))
		return false;
	pool->used += size;
	return true;
}

void
pool_wait(struct pool *pool, struct pool_waiter *w)
{
	if (w->waiting)
		return;
	w->waiting = true;
	w->next = NULL;
	w->prev = pool->end;
	*pool->end = w;
	pool->end = &w->next;
}

void
pool_wait_no_more(struct pool *pool, struct pool_waiter *w)
{
	if (!w->waiting)
		return;
	w->waiting = false;
	*w->prev = w->next;
	if (w->next != NULL)
		w->next->prev = w->prev;
	else
		pool->end = w->prev;
}

void
pool_give(struct pool *pool, size_t size)
{
	struct pool_waiter *list = pool->first, *w;

	pool->used -= size;
	/* All may try: who finds too little waits again, in the same order.
	 * The list is taken off first, so that this ends. */
	pool->first = NULL;
	pool->end = &pool->first;
	if (list != NULL)
		list->prev = &list;
	while ((w = list) != NULL) {
		list = w->next;
		if (list != NULL)
			list->prev = &list;
		w->waiting = false;
		w->fn(w->arg);
	}
}
