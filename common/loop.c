#include <poll.h>
#include <stdlib.h>

#include "loop.h"
#include "xalloc.h"

#define ROUNDS 16 /* of calls and hooks before the network is looked at */

struct loop {
	loop_wait_fn *wait;
	void *wait_arg;
	loop_clock_fn *clock;
	int64_t now;
	bool stopped;

	struct loop_fd *fds;
	struct pollfd *polled;	   /* one for each watcher */
	struct loop_fd **watchers; /* whose polled[i] is */
	size_t npolled, polled_room;

	struct loop_timer **heap; /* from 1 */
	size_t ntimers, heap_room;

	struct loop_call *calls, **calls_end;
	struct loop_hook *hooks, *next_hook;
};

struct loop *
loop_new(loop_wait_fn *wait, void *arg, loop_clock_fn *clock)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	loop->wait = wait;
	loop->wait_arg = arg;
	loop->clock = clock;
	loop->now = clock();
	loop->calls_end = &loop->calls;
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	free(loop->polled);
	free(loop->watchers);
	free(loop->heap);
	free(loop);
}

int64_t
loop_now(const struct loop *loop)
{
	return loop->now;
}

void
loop_refresh(struct loop *loop)
{
	loop->now = loop->clock();
}

/* --- file descriptors --- */

void
loop_watch(struct loop *loop, struct loop_fd *w, int events)
{
	size_t i;

	w->events = events;
	if (events != 0 && !w->watched) {
		w->next = loop->fds;
		if (w->next != NULL)
			w->next->prev = &w->next;
		w->prev = &loop->fds;
		loop->fds = w;
		w->watched = true;
	} else if (events == 0 && w->watched) {
		*w->prev = w->next;
		if (w->next != NULL)
			w->next->prev = w->prev;
		w->watched = false;
		/* It may be one that this round has still to call. */
		for (i = 0; i < loop->npolled; i++)
			if (loop->watchers[i] == w)
				loop->watchers[i] = NULL;
	}
}

static void
collect_fds(struct loop *loop)
{
	struct loop_fd *w;
	size_t n = 0;

	for (w = loop->fds; w != NULL; w = w->next)
		n++;
	if (n > loop->polled_room) {
		loop->polled_room = 2 * n;
		loop->polled = xreallocarray(
		    loop->polled, 2 * n, sizeof(*loop->polled));
		loop->watchers = xreallocarray(
		    loop->watchers, 2 * n, sizeof(struct loop_fd *));
	}
	loop->npolled = 0;
	for (w = loop->fds; w != NULL; w = w->next) {
		n = loop->npolled++;
		loop->watchers[n] = w;
		loop->polled[n].fd = w->fd;
		loop->polled[n].events =
		    (short)((w->events & LOOP_READ ? POLLIN : 0) |
			(w->events & LOOP_WRITE ? POLLOUT : 0));
		loop->polled[n].revents = 0;
	}
}

static void
run_fds(struct loop *loop)
{
	struct loop_fd *w;
	size_t i;
	int events, revents;

	for (i = 0; i < loop->npolled; i++) {
		revents = loop->polled[i].revents;
		if ((w = loop->watchers[i]) == NULL || revents == 0)
			continue;
		events = (revents & POLLIN ? LOOP_READ : 0) |
		    (revents & POLLOUT ? LOOP_WRITE : 0);
		if (revents & (POLLERR | POLLHUP | POLLNVAL))
			events = w->events;
		events &= w->events;
		if (events != 0)
			w->fn(w->arg, events);
	}
	loop->npolled = 0;
}

/* --- timers: a binary heap, the earliest at 1 --- */

static void
place(struct loop *loop, size_t i, struct loop_timer *t)
{
	loop->heap[i] = t;
	t->place = i;
}

static void
sift_up(struct loop *loop, size_t i, struct loop_timer *t)
{
	while (i > 1 && loop->heap[i / 2]->at > t->at) {
		place(loop, i, loop->heap[i / 2]);
		i /= 2;
	}
	place(loop, i, t);
}

static void
sift_down(struct loop *loop, size_t i, struct loop_timer *t)
{
	size_t child;

	while ((child = 2 * i) <= loop->ntimers) {
		if (child < loop->ntimers &&
		    loop->heap[child + 1]->at < loop->heap[child]->at)
			child++;
		if (loop->heap[child]->at >= t->at)
			break;
		place(loop, i, loop->heap[child]);
		i = child;
	}
	place(loop, i, t);
}

void
loop_timer_set(struct loop *loop, struct loop_timer *t, int64_t delay)
{
	loop_timer_cancel(loop, t);
	t->at = loop->now + (delay > 0 ? delay : 0);
	if (loop->ntimers + 2 > loop->heap_room) {
		loop->heap_room = 2 * (loop->ntimers + 2);
		loop->heap = xreallocarray(
		    loop->heap, loop->heap_room, sizeof(struct loop_timer *));
	}
	loop->ntimers++;
	sift_up(loop, loop->ntimers, t);
}

void
loop_timer_cancel(struct loop *loop, struct loop_timer *t)
{
	size_t i = t->place;
	struct loop_timer *last;

	if (i == 0)
		return;
	t->place = 0;
	last = loop->heap[loop->ntimers--];
	if (last == t)
		return;
	if (i > 1 && loop->heap[i / 2]->at > last->at)
		sift_up(loop, i, last);
	else
		sift_down(loop, i, last);
}

static void
run_timers(struct loop *loop)
{
	struct loop_timer *t;
	size_t most = loop->ntimers;

	/* A timer that sets itself anew with no delay waits for next time. */
	while (
	    most-- > 0 && loop->ntimers > 0 && loop->heap[1]->at <= loop->now) {
		t = loop->heap[1];
		loop_timer_cancel(loop, t);
		t->fn(t->arg);
	}
}

/* --- deferred calls --- */

void
loop_defer(struct loop *loop, struct loop_call *c)
{
	if (c->queued)
		return;
	c->queued = true;
	c->next = NULL;
	c->prev = loop->calls_end;
	*loop->calls_end = c;
	loop->calls_end = &c->next;
}

void
loop_defer_cancel(struct loop *loop, struct loop_call *c)
{
	if (!c->queued)
		return;
	c->queued = false;
	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	else
		loop->calls_end = c->prev;
}

static void
run_calls(struct loop *loop)
{
	struct loop_call *c;

	while ((c = loop->calls) != NULL) {
		loop_defer_cancel(loop, c);
		c->fn(c->arg);
	}
}

/* --- the loop --- */

void
loop_hook_add(struct loop *loop, struct loop_hook *h)
{
	struct loop_hook **p = &loop->hooks;

	while (*p != NULL && (h->late || !(*p)->late))
		p = &(*p)->next;
	h->next = *p;
	*p = h;
}

void
loop_hook_remove(struct loop *loop, struct loop_hook *h)
{
	struct loop_hook **p = &loop->hooks;

	while (*p != NULL && *p != h)
		p = &(*p)->next;
	if (*p != NULL)
		*p = h->next;
	if (loop->next_hook == h)
		loop->next_hook = h->next;
}

static void
run_hooks(struct loop *loop)
{
	struct loop_hook *h;

	for (h = loop->hooks; h != NULL && !loop->stopped;
	     h = loop->next_hook) {
		loop->next_hook = h->next;
		h->fn(h->arg);
	}
}

static int
time_to_sleep(const struct loop *loop)
{
	int64_t ms;

	if (loop->calls != NULL)
		return 0;
	if (loop->ntimers == 0)
		return -1;
	ms = loop->heap[1]->at - loop->clock();
	return ms < 0 ? 0 : ms > 3600000 ? 3600000 : (int)ms;
}

void
loop_run(struct loop *loop)
{
	int rounds;

	loop->stopped = false;
	for (;;) {
		/* Hooks defer calls and calls make work for hooks: nobody may
		 * sleep on it.  Bounded, so that the network is served. */
		for (rounds = 0; rounds < ROUNDS; rounds++) {
			run_calls(loop);
			run_hooks(loop);
			if (loop->calls == NULL || loop->stopped)
				break;
		}
		if (loop->stopped)
			break;
		collect_fds(loop);
		loop->wait(loop->wait_arg, loop->polled, loop->npolled,
		    time_to_sleep(loop));
		loop_refresh(loop);
		run_fds(loop);
		run_timers(loop);
	}
	run_calls(loop); /* completions that were on their way */
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
