#include <stdlib.h>

#include "diag.h"
#include "engine.h"
#include "retry.h"
#include "window.h"
#include "xalloc.h"

struct queue {
	struct engine_ticket *first, **end;
	int count;
};

struct engine {
	struct loop *loop;
	struct window window;
	struct retry_budget budget;
	struct queue beside, fresh, again;
	struct loop_call call;	 /* pump, soon */
	struct loop_timer timer; /* pump, when pacing allows */
	int jobs;
	int flying, delayed, peak;
	uint64_t retries, throttles;
};

static void pump(void *arg);

static void
append(struct queue *q, struct engine_ticket *t)
{
	t->next = NULL;
	t->prev = q->end;
	*q->end = t;
	q->end = &t->next;
	q->count++;
}

static void
unlink_from(struct queue *q, struct engine_ticket *t)
{
	*t->prev = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	else
		q->end = t->prev;
	q->count--;
}

/* Where a ticket waits; retries go before what is new. */
static struct queue *
queue_of(struct engine *e, const struct engine_ticket *t)
{
	if (t->rank == ENGINE_BESIDE)
		return &e->beside;
	return t->rank == ENGINE_AHEAD || t->retried ? &e->again : &e->fresh;
}

struct engine *
engine_new(struct loop *loop, const struct engine_params *p)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->loop = loop;
	e->jobs = p->jobs;
	e->beside.end = &e->beside.first;
	e->fresh.end = &e->fresh.first;
	e->again.end = &e->again.first;
	e->call.fn = e->timer.fn = pump;
	e->call.arg = e->timer.arg = e;
	window_init(&e->window, p->first, p->jobs, p->max_rate, loop_now(loop));
	retry_budget_init(&e->budget, loop_now(loop));
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	loop_defer_cancel(e->loop, &e->call);
	loop_timer_cancel(e->loop, &e->timer);
	free(e);
}

static struct engine_ticket *
first(const struct engine *e)
{
	if (e->beside.first != NULL)
		return e->beside.first;
	return e->again.first != NULL ? e->again.first : e->fresh.first;
}

/* Send what the window lets through. */
static void
pump(void *arg)
{
	struct engine *e = arg;
	struct engine_ticket *t;
	int in_flight;
	int64_t wait = -1;

	while ((t = first(e)) != NULL) {
		in_flight = t->rank == ENGINE_BESIDE ? 0 : e->flying;
		if (!window_take(
			&e->window, in_flight, loop_now(e->loop), &wait))
			break;
		unlink_from(queue_of(e, t), t);
		t->place = ENGINE_FLYING;
		t->sent = loop_now(e->loop);
		if (++e->flying > e->peak)
			e->peak = e->flying;
		t->go(t->arg);
	}
	if (wait >= 0)
		loop_timer_set(e->loop, &e->timer, wait);
}

static void
delay_over(void *arg)
{
	struct engine_ticket *t = arg;
	struct engine *e = t->engine;

	e->delayed--;
	t->place = ENGINE_QUEUED;
	append(queue_of(e, t), t);
	loop_defer(e->loop, &e->call);
}

void
engine_enter(struct engine *e, struct engine_ticket *t)
{
	t->engine = e;
	t->place = ENGINE_QUEUED;
	t->retried = false;
	append(queue_of(e, t), t);
	loop_defer(e->loop, &e->call);
}

void
engine_again(struct engine *e, struct engine_ticket *t, int64_t delay)
{
	int64_t wait = retry_budget_take(&e->budget, loop_now(e->loop));

	e->retries++;
	e->delayed++;
	t->engine = e;
	t->place = ENGINE_DELAYED;
	t->retried = true;
	t->timer.fn = delay_over;
	t->timer.arg = t;
	loop_timer_set(e->loop, &t->timer, delay > wait ? delay : wait);
}

void
engine_leave(
    struct engine *e, struct engine_ticket *t, enum engine_outcome outcome)
{
	int64_t now = loop_now(e->loop);
	double before = e->window.size;

	e->flying--;
	t->place = ENGINE_OUTSIDE;
	switch (outcome) {
	case ENGINE_GOOD:
		window_good(&e->window, t->sent, now);
		retry_budget_success(&e->budget, now);
		break;
	case ENGINE_THROTTLED:
		e->throttles++;
		window_throttled(&e->window, t->sent, now);
		if (e->window.size < before)
			diag_debug("throttled: window %.0f -> %.0f requests, "
				   "%.0f a second",
			    before, e->window.size, e->window.rate);
		break;
	case ENGINE_OTHER:
		break;
	}
	loop_defer(e->loop, &e->call);
}

void
engine_drop(struct engine *e, struct engine_ticket *t)
{
	switch (t->place) {
	case ENGINE_QUEUED:
		unlink_from(queue_of(e, t), t);
		break;
	case ENGINE_DELAYED:
		e->delayed--;
		loop_timer_cancel(e->loop, &t->timer);
		break;
	case ENGINE_OUTSIDE:
	case ENGINE_FLYING:
		break;
	}
	t->place = ENGINE_OUTSIDE;
}

int
engine_room(const struct engine *e)
{
	int queued = e->beside.count + e->fresh.count + e->again.count;
	int room = window_room(&e->window, e->flying) - queued;
	int bound = 2 * e->jobs - engine_active(e);

	return room < bound ? room : bound;
}

int
engine_active(const struct engine *e)
{
	return e->beside.count + e->fresh.count + e->again.count + e->delayed +
	    e->flying;
}

void
engine_stats(const struct engine *e, struct engine_stats *stats)
{
	stats->retries = e->retries;
	stats->throttles = e->throttles;
	stats->in_flight = e->flying;
	stats->peak = e->peak;
	stats->delayed = e->delayed;
	stats->window = e->window.size;
	stats->rate = e->window.rate;
}
