#ifndef ENGINE_H
#define ENGINE_H

/*
 * The one place where requests wait: for the adaptive window to have room, for
 * pacing, for a retry's delay.  All operations of a program share it; the
 * engine knows nothing of what a request is.  It also keeps the accounts that
 * --stats and --progress show.
 *
 * A ticket is embedded in whatever wants to be sent.  go() runs from the loop,
 * when the ticket may be sent now; from then on it counts as in flight until
 * engine_leave().  Tickets go in the order in which they entered; a retry whose
 * delay is over goes before new ones.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"
#include "loop.h"

struct engine;

enum engine_place {
	ENGINE_OUTSIDE,
	ENGINE_QUEUED,
	ENGINE_DELAYED,
	ENGINE_FLYING
};

enum engine_rank {
	ENGINE_IN_TURN,
	ENGINE_AHEAD,	/* before all that are in turn */
	ENGINE_BESIDE	/* the same, and also when the window is full: another
			 * ticket that is in flight waits for this one */
};

struct engine_ticket {
	void		(*go)(void *arg);
	void		*arg;
	enum engine_rank rank;
	/* private */
	enum engine_place place;
	bool		 retried;
	int64_t		 sent;
	struct loop_timer timer;
	struct engine	*engine;
	struct engine_ticket *next, **prev;
};

enum engine_outcome {
	ENGINE_GOOD,		/* answered as hoped, or at least promptly */
	ENGINE_THROTTLED,	/* the store asked for less */
	ENGINE_OTHER		/* says nothing about the store's capacity */
};

struct engine_params {
	int	first;		/* requests in flight to begin with */
	int	jobs;		/* -j: most in flight */
	double	max_rate;	/* --max-rate: requests a second; 0: any */
};

struct engine *engine_new(struct loop *loop, const struct engine_params *p);
void	engine_free(struct engine *e);

void	engine_enter(struct engine *e, struct engine_ticket *t);
void	engine_leave(struct engine *e, struct engine_ticket *t,
	    enum engine_outcome outcome);
/* Enter again after delay ms and when the retry budget allows it. */
void	engine_again(struct engine *e, struct engine_ticket *t, int64_t delay);
/* Forget a ticket that is not in flight. */
void	engine_drop(struct engine *e, struct engine_ticket *t);

/*
 * How many more requests it makes sense to begin now: what a program asks
 * before it reads more input.  Requests that wait for a retry do not close
 * the window, but their number is bounded too.
 */
int	engine_room(const struct engine *e);
/* Tickets anywhere inside. */
int	engine_active(const struct engine *e);

struct engine_stats {
	uint64_t	retries, throttles;
	int		in_flight, peak, delayed;
	double		window;
	double		rate;		/* paced to; 0: not paced */
};
void	engine_stats(const struct engine *e, struct engine_stats *stats);

#endif
