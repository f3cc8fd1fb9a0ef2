#include <stddef.h>

#include "cred_wait.h"

void
cred_wait_cancel(struct cred_waiter *w)
{
	if (!w->waiting)
		return;
	*w->prev = w->next;
	if (w->next != NULL)
		w->next->prev = w->prev;
	w->waiting = false;
}

/* In front: the newest is first. */
void
cred_wait_add(struct cred_wait *list, struct cred_waiter *w)
{
	if (w->waiting)
		return;
	w->waiting = true;
	w->next = list->first;
	w->prev = &list->first;
	if (w->next != NULL)
		w->next->prev = &w->next;
	list->first = w;
}

/* Turned round, so that first come is first served. */
void
cred_wait_wake(struct cred_wait *list)
{
	struct cred_wait turned = {NULL};
	struct cred_waiter *w;

	while ((w = list->first) != NULL) {
		cred_wait_cancel(w);
		cred_wait_add(&turned, w);
	}
	while ((w = turned.first) != NULL) {
		cred_wait_cancel(w);
		w->fn(w->arg);
	}
}
