#ifndef LOOP_H
#define LOOP_H

/*
 * The one loop of a program: file descriptors, timers, deferred calls, and
 * hooks that run before it sleeps.  It never waits itself: it calls a waiter
 * (http.h supplies one; unit tests a fake with its own clock).
 *
 * All structs here are embedded by their owners, who zero them first; nothing
 * is allocated for a watcher or a timer.  Callbacks may add, change and remove
 * any of them, their own included.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pollfd;
struct loop;

/* Wait at most timeout ms (-1: for ever) for one of fds (poll(2)'s events and
 * revents) or for something of the waiter's own, and serve the latter. */
typedef void loop_wait_fn(void *arg, struct pollfd *fds, size_t count,
    int timeout);
/* Milliseconds that never go back. */
typedef int64_t loop_clock_fn(void);

struct loop *loop_new(loop_wait_fn *wait, void *arg, loop_clock_fn *clock);
void	loop_free(struct loop *loop);	/* watchers and timers must be gone */

/* --- file descriptors --- */

#define LOOP_READ  1
#define LOOP_WRITE 2

typedef void loop_fd_fn(void *arg, int events);

struct loop_fd {
	int		 fd;
	int		 events;	/* LOOP_READ | LOOP_WRITE; 0: asleep */
	loop_fd_fn	*fn;
	void		*arg;
	/* private */
	bool		 watched;
	struct loop_fd	*next, **prev;
};

/* Begin or go on watching w->fd for events, or stop with events 0.  An error
 * or hang-up of the descriptor is reported as all of the watched events. */
void	loop_watch(struct loop *loop, struct loop_fd *w, int events);

/* --- timers --- */

typedef void loop_timer_fn(void *arg);

struct loop_timer {
	loop_timer_fn	*fn;
	void		*arg;
	/* private */
	int64_t		 at;
	size_t		 place;		/* in the heap, from 1; 0: not set */
};

/* Run t once, delay ms from now; sets it anew if it was set. */
void	loop_timer_set(struct loop *loop, struct loop_timer *t, int64_t delay);
void	loop_timer_cancel(struct loop *loop, struct loop_timer *t);

/* --- deferred calls --- */

struct loop_call {
	loop_timer_fn	*fn;
	void		*arg;
	/* private */
	bool		 queued;
	struct loop_call *next, **prev;
};

/* Run c once, from the loop, before it sleeps; a second call while it waits
 * changes nothing. */
void	loop_defer(struct loop *loop, struct loop_call *c);
void	loop_defer_cancel(struct loop *loop, struct loop_call *c);

/* --- hooks --- */

/* Runs before the loop sleeps, when all deferred calls have run: the place to
 * read more input, send more requests, flush output. */
struct loop_hook {
	loop_timer_fn	*fn;
	void		*arg;
	bool		 late;		/* after all that are not: output */
	struct loop_hook *next;		/* private */
};

void	loop_hook_add(struct loop *loop, struct loop_hook *h);
void	loop_hook_remove(struct loop *loop, struct loop_hook *h);

int64_t	loop_now(const struct loop *loop);	/* as of the last wake-up */
/* For a waiter that has waited and now runs callbacks: read the clock. */
void	loop_refresh(struct loop *loop);
void	loop_run(struct loop *loop);		/* until loop_stop() */
void	loop_stop(struct loop *loop);

#endif
