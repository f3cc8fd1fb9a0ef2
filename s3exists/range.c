#include <stdlib.h>

#include "range.h"
#include "xalloc.h"

void
range_queue_init(struct range_queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

void
range_queue_fini(struct range_queue *q)
{
	while (q->first != NULL)
		range_queue_drop(q);
}

void
range_queue_add(struct range_queue *q, struct batch *b)
{
	struct range *r = xcalloc(1, sizeof(*r));

	r->batch = b;
	r->hi = b->count;
	*q->end = r;
	q->end = &r->next;
}

void
range_queue_put_back(struct range_queue *q, const struct range *r)
{
	struct range *copy = xmalloc(sizeof(*copy));

	*copy = *r;
	copy->next = q->first;
	q->first = copy;
	if (copy->next == NULL)
		q->end = &copy->next;
}

void
range_queue_drop(struct range_queue *q)
{
	struct range *r = q->first;

	if ((q->first = r->next) == NULL)
		q->end = &q->first;
	free(r);
}

const char *
range_key(const struct range *r, size_t rank, size_t *len)
{
	return batch_key(r->batch, batch_index(r->batch, rank), len);
}

void
range_want(struct range *r, size_t hi)
{
	batch_want(r->batch, r->lo, hi);
	r->lo = hi;
}
