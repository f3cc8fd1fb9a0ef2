#ifndef WINDOW_H
#define WINDOW_H

/*
 * The adaptive request window: how many requests may be in flight, and from
 * when on the next may start.  One for a program, over all its operations;
 * parts of large objects count as any other.  Pure arithmetic.
 *
 * It opens at `first', doubles with each round of good answers until the first
 * throttling, and grows by one a round after it.  A throttled answer halves
 * it, once for each burst: answers to requests that were sent before the last
 * halving do not halve again.  It never falls below one nor passes max.
 *
 * A store that throttles has also told its rate: the window remembers the rate
 * of good answers measured just before, paces requests slightly under it, and
 * probes for more slowly (1 % a second, faster once it has been long without
 * a refusal), so that a store which allows 500 a second is asked little more
 * than 500 times a second instead of in bursts of refusals.
 *
 * max_rate, if not 0, is the user's --max-rate: a cap in requests a second.
 */

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_BUCKETS 20	/* of 100 ms: the last two seconds */

struct window {
	double	 size;		/* requests that may be in flight */
	int	 max;
	bool	 slow_start;	/* no throttling seen yet */
	int64_t	 halved_at;	/* ms; requests sent before do not count */
	double	 rate;		/* requests a second; 0: not paced */
	double	 max_rate;	/* 0: none */
	double	 credit;	/* requests that pacing allows now */
	int64_t	 credit_at;
	int64_t	 raised_at;
	uint32_t good[WINDOW_BUCKETS];	/* good answers by 100 ms */
	int64_t	 bucket;	/* index of the newest, now / 100 */
	uint64_t throttles;
	int	 peak;		/* most in flight so far */
};

void	window_init(struct window *w, int first, int max, double max_rate,
	    int64_t now);
/* May a request be sent now, with in_flight others open?  If so it counts as
 * sent (pacing).  If not, *wait is the ms until pacing allows one, or -1 when
 * only an answer can open the window. */
bool	window_take(struct window *w, int in_flight, int64_t now,
	    int64_t *wait);
/* How many more may be in flight, pacing aside. */
int	window_room(const struct window *w, int in_flight);
/* An answer came to a request sent at `sent': good, or throttled. */
void	window_good(struct window *w, int64_t sent, int64_t now);
void	window_throttled(struct window *w, int64_t sent, int64_t now);

#endif
