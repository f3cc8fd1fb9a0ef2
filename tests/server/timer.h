/* Calls at a later time: a heap, run by the main loop. */
#ifndef TIMER_H
#define TIMER_H

#include <stddef.h>
#include <stdint.h>

typedef void (*timer_fn)(void *);

struct timer_set {
	size_t n, size;
	struct timer_entry {
		int64_t at; /* microseconds of timer_clock */
		timer_fn call;
		void *arg;
	} * entry;
};

int64_t timer_clock(void); /* monotonic, in microseconds */

void timer_fini(struct timer_set *);
void timer_add(struct timer_set *, int64_t at, timer_fn, void *);
/* Milliseconds until the next one, rounded up; -1 if there is none. */
int timer_wait(const struct timer_set *);
/* Runs what is due. */
void timer_run(struct timer_set *);

#endif
