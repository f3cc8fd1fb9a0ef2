#ifndef CRED_WAIT_H
#define CRED_WAIT_H

/* Those who wait for one fetch of keys, in the order in which they came.  A
 * waiter is embedded in its owner; it is in one list at most. */

#include <stdbool.h>

struct cred_waiter {
	void (*fn)(void *arg); /* ask for the keys again */
	void *arg;
	/* private */
	bool waiting;
	struct cred_waiter *next, **prev;
};

struct cred_wait {
	struct cred_waiter *first;
};

/* Nothing if it waits already. */
void cred_wait_add(struct cred_wait *list, struct cred_waiter *w);
/* Nothing if it does not wait. */
void cred_wait_cancel(struct cred_waiter *w);
/* Call all, from the loop only.  Whoever must wait again joins anew and is not
 * called a second time. */
void cred_wait_wake(struct cred_wait *list);

#endif
