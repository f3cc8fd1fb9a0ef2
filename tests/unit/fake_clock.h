#ifndef FAKE_CLOCK_H
#define FAKE_CLOCK_H

/* A clock and a waiter for loop_new(), for loops that wait for timers alone:
 * time passes at once. */

#include <poll.h>
#include <stdint.h>
#include <stdlib.h>

#include "loop.h"

static int64_t fake_now = 1000000;

static int64_t
fake_clock(void)
{
	return fake_now;
}

static void
fake_wait(void *arg, struct pollfd *fds, size_t count, int timeout)
{
	(void)arg;
	(void)fds;
	if (timeout < 0 || count > 0)
		abort();
	fake_now += timeout;
}

static void
fake_stop(void *arg)
{
	loop_stop(arg);
}

/* Let the loop do all that is due within ms. */
static void
fake_pass(struct loop *loop, int64_t ms)
{
	struct loop_timer timer = {.fn = fake_stop, .arg = loop};

	loop_timer_set(loop, &timer, ms);
	loop_run(loop);
	loop_timer_cancel(loop, &timer);
}

#endif
