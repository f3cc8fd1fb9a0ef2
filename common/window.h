#ifndef WINDOW_H
#define WINDOW_H

/*
 * The adaptive request window: how many requests may be in flight, and from
 * when on the next may start.  One for a program, over all its operations;
 * parts of large objects count as any other.  Pure arithmetic.
 *
 * It opens at `first' and doubles with each round of good answers until the
 * store throttles in earnest (a stray refusal among many is none); then it
 * halves, and grows by one a round.  It never falls below one nor passes max.
 *
 * A store that throttles has also told its rate.  Time is cut into epochs of
 * about a second, and only answers to requests that were sent in an epoch
 * speak about it, so that a burst of refusals counts once.  An epoch with too
 * many refusals ends in a rate just under that of the good answers, at which
 * requests are then paced; epochs without raise it, by one percent at first,
 * faster once it has been long without a refusal.  So a store that allows 500
 * a second is asked little more than 500 times a second instead of in bursts.
 *
 * Not every refusal is about load.  Where asking less did not lower the share
 * of refusals, it is taken for the store's noise: the rate goes back to what
 * it was (to half of that where nearly half are refused), and only a larger
 * share counts as throttling, until that is tested anew some seconds later.
 * So no storm of random refusals starves a program, and after a brown-out it
 * is soon as fast as before.
 *
 * max_rate, if not 0, is the user's --max-rate: a cap in requests a second.
 */

#include <stdbool.h>
#include <stdint.h>

struct window {
	double	 size;		/* requests that may be in flight */
	double	 rate;		/* requests a second; 0: not paced */
	uint64_t throttles;	/* refusals so far */
	int	 peak;		/* most in flight so far */
	/* private */
	int	 max;
	double	 max_rate;	/* 0: none */
	bool	 slow_start;	/* doubling */
	double	 credit;	/* requests that pacing allows now */
	int64_t	 credit_at;
	double	 latency;	/* ms, of good answers, smoothed; 0: unknown */
	/* Requests sent from since to before until count (until 0: they are
	 * still being sent; then their answers are waited for). */
	struct {
		int64_t	 since, until;
		int	 sent, good, refused;
	} epoch;
	double	 noise;		/* share refused whatever the load */
	bool	 spared;	/* the store seems ill */
	double	 grow;		/* share by which rate grows in a second */
	int	 calm;		/* epochs since the last cut or test */
	/* The cut that the current epoch tests, and what was before it. */
	struct {
		bool	 pending;
		double	 share;		/* refused then */
		double	 size, rate, sent, grow;
		bool	 slow_start;
	} cut;
};

void	window_init(struct window *w, int first, int max, double max_rate,
	    int64_t now);
/* May a request be sent now, with in_flight others open?  If so it counts as
 * sent (pacing).  If not, *wait is the ms until pacing allows one, or -1 when
 * only an answer can open the window. */
bool	window_take(struct window *w, int in_flight, int64_t now,
	    int64_t *wait);
/* How many more may be in flight, pacing aside; never negative. */
int	window_room(const struct window *w, int in_flight);
/* An answer came to a request sent at `sent': good, or throttled. */
void	window_good(struct window *w, int64_t sent, int64_t now);
void	window_throttled(struct window *w, int64_t sent, int64_t now);

#endif
