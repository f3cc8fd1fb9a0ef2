#include <string.h>

#include "window.h"

#define EPOCH	      1000 /* ms, where there are answers enough */
#define EPOCH_ANSWERS 20
#define EPOCH_MAX     5000 /* ms, where there are few */
#define EPOCH_MIN     250  /* ms, where refusals abound */
#define BURST	      0.03 /* seconds of rate that may come at once */
#define UNDER	      0.98 /* of the rate of good answers */
#define GROW_FIRST    0.01 /* a second, after a cut */
#define GROW_MOST     0.25
#define GROW_RECOVERY 0.5   /* once the store's noise has gone */
#define CALM	      5	    /* epochs until growth quickens */
#define LONG_CALM     30    /* epochs until an idle rate is forgotten */
#define STRAY	      0.005 /* share of refusals that is none */
#define ILL	      0.3   /* share from which on a store is spared */

static void
begin_epoch(struct window *w, int64_t now)
{
	memset(&w->epoch, 0, sizeof(w->epoch));
	w->epoch.since = now;
}

void
window_init(struct window *w, int first, int max, double max_rate, int64_t now)
{
	memset(w, 0, sizeof(*w));
	w->max = max < 1 ? 1 : max;
	w->size = first < 1 ? 1 : first > w->max ? w->max : first;
	w->max_rate = max_rate > 0 ? max_rate : 0;
	w->slow_start = true;
	w->grow = GROW_FIRST;
	w->credit = 1;
	w->credit_at = now;
	begin_epoch(w, now);
}

/* The rate that holds now: the lower of ours and the user's; 0 for none. */
static double
pace(const struct window *w)
{
	if (w->rate <= 0 || (w->max_rate > 0 && w->max_rate < w->rate))
		return w->max_rate;
	return w->rate;
}

int
window_room(const struct window *w, int in_flight)
{
	int room = (int)w->size - in_flight;

	return room > 0 ? room : 0;
}

/* Credit grows with time, up to a small burst that makes up for a timer that
 * was late. */
static bool
paced(struct window *w, int64_t now, int64_t *wait)
{
	double rate = pace(w), most = rate * BURST > 1 ? rate * BURST : 1;

	if (now > w->credit_at) {
		w->credit += (double)(now - w->credit_at) * rate / 1000;
		w->credit_at = now;
	}
	if (rate <= 0 || w->credit > most)
		w->credit = most;
	if (w->credit < 1) {
		*wait = (int64_t)((1 - w->credit) * 1000 / rate) + 1;
		return false;
	}
	w->credit -= 1;
	return true;
}

bool
window_take(struct window *w, int in_flight, int64_t now, int64_t *wait)
{
	*wait = -1;
	if (window_room(w, in_flight) == 0 || !paced(w, now, wait))
		return false;
	w->epoch.sent++;
	if (in_flight >= w->peak)
		w->peak = in_flight + 1;
	return true;
}

static void
resize(struct window *w, double size)
{
	/* What the rate needs at this latency, with half as much to spare. */
	double least = 1.5 * w->rate * w->latency / 1000 + 1;

	if (size < least)
		size = least;
	w->size = size > w->max ? w->max : size;
}

static double
share(const struct window *w)
{
	int n = w->epoch.good + w->epoch.refused;

	return n == 0 ? 0 : (double)w->epoch.refused / n;
}

/* More refusals than noise and chance explain: the surplus is compared with
 * one and a half standard deviations, squared. */
static bool
overloaded(const struct window *w)
{
	int n = w->epoch.good + w->epoch.refused;
	double q = share(w), surplus = q - w->noise - STRAY;

	return n > 0 && surplus > 0 && surplus * surplus * n > 2 * q * (1 - q);
}

/* Ask less: just under what was answered well.  A tenth of what was sent is
 * the least, since a dead store tells no rate. */
static void
cut(struct window *w, double sent)
{
	double q = share(w), good = sent * (1 - q);

	w->cut.pending = true;
	w->cut.share = q;
	w->cut.size = w->size;
	w->cut.rate = w->rate;
	w->cut.sent = sent;
	w->cut.slow_start = w->slow_start;
	w->rate = good * UNDER > sent / 10 ? good * UNDER : sent / 10;
	if (w->rate < 1)
		w->rate = 1;
	w->cut.expected = good < w->rate ? 1 - good / w->rate : 0;
	w->slow_start = false;
	w->grow = GROW_FIRST;
	w->calm = 0;
	resize(w, w->size / 2);
}

/* Asking less has changed nothing: these refusals are not about load. */
static void
uncut(struct window *w)
{
	double q = share(w);

	w->cut.pending = false;
	w->noise = q;
	if (q < ILL) {
		w->rate = w->cut.rate;
		w->slow_start = w->cut.slow_start;
		resize(w, w->cut.size);
		return;
	}
	if (w->rate < w->cut.sent / 2)
		w->rate = w->cut.sent / 2;
	resize(w, w->cut.size / 2);
}

/* An epoch in which nothing spoke against asking more. */
static void
calm(struct window *w, double sent, double seconds)
{
	double q = share(w);

	w->cut.pending = false;
	if (w->noise > 10 * STRAY && q < w->noise / 4) {
		w->noise = q;
		w->grow = GROW_RECOVERY;
	} else if (q < w->noise)
		w->noise += (q - w->noise) / 5;
	if (++w->calm > CALM && w->grow < GROW_MOST)
		w->grow = w->grow * 1.5 < GROW_MOST ? w->grow * 1.5 : GROW_MOST;
	/* A rate that was not used up has not been tried. */
	if (w->rate > 0 && q < ILL && sent > 0.8 * w->rate)
		w->rate *= 1 + w->grow * seconds;
	else if (w->calm > LONG_CALM && sent < w->rate / 2) {
		w->rate = 0;
		w->slow_start = true;
	}
	resize(w, w->size);
}

static bool
epoch_is_over(const struct window *w, int64_t elapsed)
{
	int n = w->epoch.good + w->epoch.refused;

	if (elapsed >= EPOCH && n >= EPOCH_ANSWERS)
		return true;
	if (elapsed >= EPOCH_MAX)
		return n > 0;
	/* Do not wait while every answer says the same. */
	return w->epoch.refused >= (w->slow_start ? 4 : 16) && overloaded(w) &&
	    (w->slow_start || elapsed >= EPOCH_MIN) && elapsed > 0;
}

static void
evaluate(struct window *w, int64_t now)
{
	int64_t elapsed = now - w->epoch.since;
	double seconds = (double)elapsed / 1000, sent;

	if (!epoch_is_over(w, elapsed))
		return;
	sent = w->epoch.sent / seconds;
	if (!overloaded(w))
		calm(w, sent, seconds);
	else if (w->cut.pending &&
	    share(w) >= (w->cut.share + w->cut.expected) / 2)
		uncut(w);
	else
		cut(w, sent);
	begin_epoch(w, now);
}

void
window_good(struct window *w, int64_t sent, int64_t now)
{
	double latency = now > sent ? (double)(now - sent) : 0;

	w->latency += (latency - w->latency) / (w->latency > 0 ? 16 : 1);
	w->size += w->slow_start ? 1 : 1 / w->size;
	if (w->size > w->max)
		w->size = w->max;
	if (sent < w->epoch.since)
		return;
	w->epoch.good++;
	evaluate(w, now);
}

void
window_throttled(struct window *w, int64_t sent, int64_t now)
{
	w->throttles++;
	if (sent < w->epoch.since)
		return;
	w->epoch.refused++;
	evaluate(w, now);
}
