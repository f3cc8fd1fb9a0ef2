#include <stdlib.h>
#include <time.h>

#include "mem.h"
#include "timer.h"

int64_t
timer_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
timer_fini(struct timer_set *set)
{
	free(set->entry);
}

void
timer_add(struct timer_set *set, int64_t at, timer_fn call, void *arg)
{
	size_t i;

	if (set->n == set->size) {
		set->size = set->size ? 2 * set->size : 64;
		set->entry = mem_grow(
		    set->entry, set->size * sizeof(*set->entry));
	}
	for (i = set->n++; i > 0 && set->entry[(i - 1) / 2].at > at;
	     i = (i - 1) / 2)
		set->entry[i] = set->entry[(i - 1) / 2];
	set->entry[i] = (struct timer_entry){at, call, arg};
}

int
timer_wait(const struct timer_set *set)
{
	int64_t left;

	if (set->n == 0)
		return -1;
	left = set->entry[0].at - timer_clock();
	if (left <= 0)
		return 0;
	return left > 60000000 ? 60000 : (int)((left + 999) / 1000);
}

static struct timer_entry
take_first(struct timer_set *set)
{
	struct timer_entry first = set->entry[0], last = set->entry[--set->n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < set->n) {
		if (child + 1 < set->n &&
		    set->entry[child + 1].at < set->entry[child].at)
			child++;
		if (set->entry[child].at >= last.at)
			break;
		set->entry[i] = set->entry[child];
		i = child;
	}
	set->entry[i] = last;
	return first;
}

void
timer_run(struct timer_set *set)
{
	int64_t now = timer_clock();

	while (set->n > 0 && set->entry[0].at <= now) {
		struct timer_entry e = take_first(set);

		e.call(e.arg);
	}
}
