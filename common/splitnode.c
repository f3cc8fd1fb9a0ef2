/* The pages read for balanced ranges.  See splitnode.h. */

#include "splitnode.h"

#include <stdlib.h>

#include "xalloc.h"

struct listplan_key
splitnode_key_copy(struct splitplan *p, struct listplan_key k)
{
	if (k.data == NULL)
		return k;
	p->memory += k.len + 1;
	return (struct listplan_key){xmemdup0(k.data, k.len), k.len};
}

void
splitnode_key_free(struct splitplan *p, struct listplan_key *k)
{
	if (k->data != NULL)
		p->memory -= k->len + 1;
	free((void *)(uintptr_t)k->data);
	*k = (struct listplan_key){NULL, 0};
}

struct splitnode *
splitnode_new(
    struct splitplan *p, struct splitnode *prev, struct listplan_key after)
{
	struct splitnode *n = xcalloc(1, sizeof(*n));

	n->after = splitnode_key_copy(p, after);
	n->heap = SPLITNODE_NONE;
	if (prev != NULL) {
		n->next = prev->next;
		n->prev = prev;
		prev->next = n;
		if (n->next != NULL)
			n->next->prev = n;
	} else
		p->head = n;
	p->memory += sizeof(*n);
	return n;
}

void
splitnode_free(struct splitplan *p, struct splitnode *n)
{
	splitnode_key_free(p, &n->after);
	splitnode_key_free(p, &n->first);
	splitnode_key_free(p, &n->last);
	for (size_t i = 0; i < n->ninner; i++)
		splitnode_key_free(p, &n->inner[i]);
	free(n->inner);
	free(n);
}

/* The heap of open gaps */

static void
heap_set(struct splitplan *p, size_t i, struct splitnode *n)
{
	p->heap[i] = n;
	n->heap = i;
}

static void
heap_up(struct splitplan *p, size_t i)
{
	struct splitnode *n = p->heap[i];
	size_t up;

	for (; i > 0 && p->heap[up = (i - 1) / 2]->stake < n->stake; i = up)
		heap_set(p, i, p->heap[up]);
	heap_set(p, i, n);
}

void
splitnode_sink(struct splitplan *p, size_t i)
{
	struct splitnode *n = p->heap[i];
	size_t down;

	while ((down = 2 * i + 1) < p->nheap) {
		if (down + 1 < p->nheap &&
		    p->heap[down + 1]->stake > p->heap[down]->stake)
			down++;
		if (p->heap[down]->stake <= n->stake)
			break;
		heap_set(p, i, p->heap[down]);
		i = down;
	}
	heap_set(p, i, n);
}

void
splitnode_push(struct splitplan *p, struct splitnode *n)
{
	if (p->nheap == p->room) {
		p->room = p->room == 0 ? 64 : p->room * 2;
		p->heap = xreallocarray(p->heap, p->room, sizeof(*p->heap));
	}
	heap_set(p, p->nheap++, n);
	heap_up(p, n->heap);
}

void
splitnode_drop(struct splitplan *p, struct splitnode *n)
{
	size_t i = n->heap;
	struct splitnode *moved;

	if (i == SPLITNODE_NONE)
		return;
	n->heap = SPLITNODE_NONE;
	moved = p->heap[--p->nheap];
	if (moved == n)
		return;
	heap_set(p, i, moved);
	heap_up(p, i);
	splitnode_sink(p, moved->heap);
}
