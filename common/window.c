#include <string.h>

#include "window.h"

#define EPOCH	      1000 /* ms, where there are answers enough */
#define EPOCH_ANSWERS 20
#define EPOCH_MAX     20000 /* ms, where there are few */
#define EPOCH_MIN     250   /* ms, where refusals abound */
#define STRAGGLERS    2000  /* ms that their answers are waited for */
#define ABOUND	      0.25  /* share of refusals beyond noise */
#define BRAKE	      4	    /* refusals that end the doubling */
#define BURST	      0.03  /* seconds of rate that may come at once */
#define UNDER	      0.98  /* of the rate of good answers */
#define SAME	      0.8   /* ratio down to which two shares are alike */
#define GROW_FIRST    0.01  /* a second, after a cut */
#define GROW_MOST     0.25
#define GROW_RECOVERY 0.5   /* once the store's noise has gone */
#define CALM	      5	    /* epochs until growth quickens */
#define TEST	      10    /* epochs until noise is tested again */
#define LONG_CALM     30    /* epochs until an idle rate is forgotten */
#define STRAY	      0.005 /* share of refusals that is none */
#define NOISE	      0.025 /* share from which on it is a store's way */
#define GROW_ILL      0.1
#define ILL	      0.45 /* share from which on a store is spared */

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
	if (w->epoch.until == 0)
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
 * two and a half standard deviations, squared. */
static bool
overloaded(const struct window *w)
{
	int n = w->epoch.good + w->epoch.refused;
	double q = share(w), surplus = q - w->noise - STRAY;

	return n > 0 && surplus > 0 && surplus * surplus * n > 6 * q * (1 - q);
}

/* Of several cuts in a row it is the state before the first that counts. */
static void
remember(struct window *w, double sent, double refused)
{
	if (!w->cut.pending) {
		w->cut.size = w->size;
		w->cut.rate = w->rate;
		w->cut.sent = sent;
		w->cut.slow_start = w->slow_start;
		w->cut.grow = w->grow;
	}
	w->cut.pending = true;
	w->cut.share = refused;
}

/* The first refusals while doubling: stop that at once, and measure.  The
 * share so far proves nothing, since refusals are quicker than good answers. */
static void
brake(struct window *w, int64_t now)
{
	double elapsed = now > w->epoch.since ? (double)(now - w->epoch.since) :
						1;

	remember(w, w->epoch.sent * 1000 / elapsed, 0);
	w->slow_start = false;
	resize(w, w->size / 2);
	begin_epoch(w, now);
}

static bool
alike(double a, double b)
{
	return a >= SAME * b && b >= SAME * a;
}

/* Are as many refused as before the cut, chance allowed for?  If it is the
 * load, then fewer are, or far more where the store's limit is falling. */
static bool
unchanged(const struct window *w)
{
	int n = w->epoch.good + w->epoch.refused;
	double q = share(w), before = w->cut.share;
	double off = q - before;

	if (!w->cut.pending || before <= 0)
		return false;
	return (alike(q, before) && alike(1 - q, 1 - before)) ||
	    off * off * n <= 4 * before * (1 - before);
}

/* Ask less: just under what was answered well, what is lost to noise left
 * out.  A tenth of what was sent is the least, since a dead store tells no
 * rate. */
static void
cut(struct window *w, double sent)
{
	double noise = w->noise < 0.9 ? w->noise : 0.9;
	double good = sent * (1 - share(w)) / (1 - noise) * UNDER;

	remember(w, sent, share(w));
	/* The first rate of all is a rough guess. */
	w->grow = w->rate > 0 ? GROW_FIRST : GROW_MOST;
	w->rate = good > sent / 10 ? good : sent / 10;
	if (w->rate < 1)
		w->rate = 1;
	w->slow_start = false;
	w->calm = 0;
	resize(w, w->size / 2);
}

/* Asking less has changed nothing: these refusals are not about load.  Yet a
 * store that refuses so many may be ill, and is spared, once. */
static void
uncut(struct window *w)
{
	bool spare = share(w) >= ILL && !w->spared;

	w->cut.pending = false;
	w->noise = share(w);
	w->calm = 0;
	w->rate = spare ? w->cut.sent / 2 : w->cut.rate;
	w->slow_start = !spare && w->cut.slow_start;
	w->spared = share(w) >= ILL;
	w->grow = w->cut.grow;
	if (spare && w->rate < 1)
		w->rate = 1;
	resize(w, spare ? w->cut.size / 2 : w->cut.size);
}

static void
learn_noise(struct window *w)
{
	double q = share(w);

	if (w->noise > NOISE && q < w->noise / 4) {
		w->noise = q;
		w->grow = GROW_RECOVERY;
	} else if (w->noise > NOISE && w->calm >= TEST) {
		w->noise = 0;
		w->calm = 0;
	} else if (w->noise > NOISE || q < w->noise)
		w->noise += (q - w->noise) / 5;
}

/* An epoch in which nothing spoke against asking more. */
static void
calm(struct window *w, double sent, double seconds)
{
	double grow;

	w->cut.pending = false;
	if (++w->calm > CALM && w->grow < GROW_MOST)
		w->grow = w->grow * 1.5 < GROW_MOST ? w->grow * 1.5 : GROW_MOST;
	learn_noise(w);
	w->spared = w->spared && share(w) >= ILL / 2;
	grow = w->spared && w->grow > GROW_ILL ? GROW_ILL : w->grow;
	/* A rate that was not used up has not been tried. */
	if (w->rate > 0 && sent > 0.8 * w->rate)
		w->rate *= 1 + grow * seconds;
	else if (w->calm > LONG_CALM && sent < w->rate / 2) {
		w->rate = 0;
		w->slow_start = true;
	}
	resize(w, w->size);
}

/* Have enough requests been sent to judge by? */
static bool
sent_enough(const struct window *w, int64_t elapsed)
{
	int n = w->epoch.good + w->epoch.refused;

	if (elapsed >= EPOCH && n >= EPOCH_ANSWERS)
		return true;
	if (elapsed >= EPOCH_MAX)
		return n > 0;
	return elapsed >= EPOCH_MIN && n >= EPOCH_ANSWERS &&
	    share(w) > w->noise + ABOUND && overloaded(w);
}

/* Refusals come sooner than good answers: wait for the stragglers, though not
 * for copies that take minutes. */
static bool
answered(const struct window *w, int64_t now)
{
	double wait = 2 * w->latency + 10;

	return now >=
	    w->epoch.until + (int64_t)(wait < STRAGGLERS ? wait : STRAGGLERS);
}

static void
evaluate(struct window *w, int64_t now)
{
	double seconds, sent;

	if (w->epoch.until == 0) {
		if (sent_enough(w, now - w->epoch.since))
			w->epoch.until = now;
		return;
	}
	if (!answered(w, now))
		return;
	seconds = (double)(w->epoch.until - w->epoch.since) / 1000;
	sent = w->epoch.sent / seconds;
	if (!overloaded(w))
		calm(w, sent, seconds);
	else if (unchanged(w))
		uncut(w);
	else
		cut(w, sent);
	begin_epoch(w, now);
}

static bool
counts(const struct window *w, int64_t sent)
{
	return sent >= w->epoch.since &&
	    (w->epoch.until == 0 || sent < w->epoch.until);
}

void
window_good(struct window *w, int64_t sent, int64_t now)
{
	double latency = now > sent ? (double)(now - sent) : 0;

	w->latency += (latency - w->latency) / (w->latency > 0 ? 16 : 1);
	w->size += w->slow_start ? 1 : 1 / w->size;
	if (w->size > w->max)
		w->size = w->max;
	w->epoch.good += counts(w, sent);
	evaluate(w, now);
}

void
window_throttled(struct window *w, int64_t sent, int64_t now)
{
	w->throttles++;
	w->epoch.refused += counts(w, sent);
	if (w->slow_start && w->noise < NOISE && w->epoch.refused >= BRAKE &&
	    overloaded(w))
		brake(w, now);
	else
		evaluate(w, now);
}
