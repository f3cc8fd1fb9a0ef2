/*
 * The request window against simulated stores, millisecond by millisecond.
 * A store answers after its latency; whether it refuses is decided when the
 * request arrives.  All is seeded: a run is always the same.
 */

#include <stdlib.h>

#include "tap.h"
#include "window.h"

#define SECONDS 60
#define RING	4096 /* ms; more than any latency */

struct store {
	/* what it is */
	int latency, spread;  /* ms: latency + [0, spread) */
	double limit;	      /* requests a second, 0: none */
	double depth;	      /* of its token bucket */
	double refuse;	      /* share refused whatever the load */
	int ill_from, ill_to; /* seconds in which `refuse' holds */
	int concurrent;	      /* most at a time, 0: any */
	double limit_later;   /* the limit from half of the time on */
	/* what happens */
	double tokens;
	int inside;
	uint64_t seed;
	int good[SECONDS], refused[SECONDS], sent[SECONDS];
	int sent_ms[SECONDS * 1000];
	int in_flight, most;
};

struct answer {
	int64_t sent;
	bool good;
	struct answer *next;
};

static double
uniform(struct store *s)
{
	s->seed = s->seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (double)(s->seed >> 11) / 9007199254740992.0;
}

static bool
serves(struct store *s, int64_t now)
{
	bool ill = now >= s->ill_from * 1000 && now < s->ill_to * 1000;

	if (ill && uniform(s) < s->refuse)
		return false;
	if (s->concurrent > 0 && s->inside >= s->concurrent)
		return false;
	if (s->limit > 0 && s->tokens < 1)
		return false;
	s->tokens -= 1;
	return true;
}

static void
deliver(struct store *s, struct window *w, struct answer **due, int64_t now)
{
	struct answer *a;

	while ((a = *due) != NULL) {
		*due = a->next;
		s->in_flight--;
		if (a->good) {
			s->inside--;
			s->good[now / 1000]++;
			window_good(w, a->sent, now);
		} else {
			s->refused[now / 1000]++;
			window_throttled(w, a->sent, now);
		}
		free(a);
	}
}

static void
request(struct store *s, struct answer **ring, int64_t now)
{
	struct answer *a = malloc(sizeof(*a));
	int delay = s->latency;

	if (s->spread > 0)
		delay += (int)(uniform(s) * s->spread);
	a->sent = now;
	a->good = serves(s, now);
	s->inside += a->good;
	/* a refusal is quick */
	if (!a->good)
		delay = delay > 5 ? 5 : delay;
	a->next = ring[(now + delay) % RING];
	ring[(now + delay) % RING] = a;
	s->sent[now / 1000]++;
	s->sent_ms[now]++;
	if (++s->in_flight > s->most)
		s->most = s->in_flight;
}

static void
run(struct store *s, struct window *w, int first, int max, double max_rate)
{
	struct answer **ring = calloc(RING, sizeof(*ring)), *a;
	int64_t now, wait, until = 0;

	s->tokens = s->depth;
	window_init(w, first, max, max_rate, 0);
	for (now = 0; now < SECONDS * 1000; now++) {
		if (now == SECONDS * 500 && s->limit_later > 0)
			s->limit = s->limit_later;
		s->tokens += s->limit / 1000;
		if (s->tokens > s->depth)
			s->tokens = s->depth;
		if (ring[now % RING] != NULL)
			until = now; /* an answer wakes the sender */
		deliver(s, w, &ring[now % RING], now);
		if (now < until)
			continue;
		while (window_take(w, s->in_flight, now, &wait))
			request(s, ring, now);
		until = wait < 0 ? INT64_MAX : now + wait;
	}
	for (now = 0; now < RING; now++) {
		while ((a = ring[now]) != NULL) {
			ring[now] = a->next;
			free(a);
		}
	}
	free(ring);
}

/* Good answers a second, and the share of refusals, of seconds [from, to). */
static double
good(const struct store *s, int from, int to)
{
	double n = 0;
	int i;

	for (i = from; i < to; i++)
		n += s->good[i];
	return n / (to - from);
}

static double
refused(const struct store *s, int from, int to)
{
	double n = 0;
	int i;

	for (i = from; i < to; i++)
		n += s->refused[i];
	n /= to - from;
	return n > 0 ? n / (n + good(s, from, to)) : 0;
}

static void
report(const struct store *s)
{
	int i;

	printf("# good/refused by second:");
	for (i = 0; i < SECONDS; i++)
		printf(" %d/%d", s->good[i], s->refused[i]);
	printf("\n");
}

static struct store *
store(int latency, int spread, double limit, double depth)
{
	struct store *s = calloc(1, sizeof(*s));

	s->latency = latency;
	s->spread = spread;
	s->limit = limit;
	s->depth = depth;
	s->ill_to = SECONDS;
	s->seed = 42;
	return s;
}

static void
test_limits(void)
{
	static const struct {
		int latency, spread;
		double limit, depth;
		int from;	/* seconds that it may take to settle */
		double refused; /* share */
	} rows[] = {
	    {30, 0, 500, 50, 10, 0.02},
	    {30, 0, 500, 1, 10, 0.02},
	    {30, 0, 500, 500, 10, 0.02},
	    {30, 60, 500, 50, 10, 0.02},
	    {200, 100, 500, 50, 15, 0.05},
	    {30, 10, 3500, 350, 10, 0.02},
	    {30, 10, 50, 5, 10, 0.05},
	    {100, 50, 10, 2, 10, 0.15},
	};
	struct window w;
	struct store *s;
	double g, r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s = store(rows[i].latency, rows[i].spread, rows[i].limit,
		    rows[i].depth);
		run(s, &w, 4, 256, 0);
		g = good(s, rows[i].from, SECONDS);
		r = refused(s, rows[i].from, SECONDS);
		if (!ok(g >= 0.9 * rows[i].limit && r < rows[i].refused,
			"limit %.0f/s (bucket %.0f), %d-%d ms: %.0f/s, %.2f %% "
			"refused",
			rows[i].limit, rows[i].depth, rows[i].latency,
			rows[i].latency + rows[i].spread, g, 100 * r))
			report(s);
		free(s);
	}
}

static void
test_changing_limit(void)
{
	struct window w;
	struct store *s = store(30, 10, 500, 50);
	double g, r;

	s->limit_later = 100;
	run(s, &w, 4, 256, 0);
	g = good(s, 35, SECONDS);
	r = refused(s, 35, SECONDS);
	if (!ok(g >= 90 && r < 0.05,
		"a limit that falls from 500 to 100: "
		"%.0f/s, %.2f %% refused",
		g, 100 * r))
		report(s);
	free(s);
	s = store(30, 10, 500, 50);
	s->limit_later = 3000;
	run(s, &w, 4, 256, 0);
	g = good(s, 50, SECONDS);
	if (!ok(g >= 2400,
		"one that rises from 500 to 3000: %.0f/s after "
		"twenty seconds",
		g))
		report(s);
	free(s);
}

static void
test_unlimited(void)
{
	struct window w;
	struct store *s = store(30, 0, 0, 0);
	int ms, n = 0;

	run(s, &w, 4, 256, 0);
	for (ms = 0; ms < 210; ms++)
		n += s->sent_ms[ms];
	ok(n >= 4 + 8 + 16 + 32 + 64 + 128 + 256,
	    "without a limit the window is full within seven round trips "
	    "(%d sent)",
	    n);
	ok(w.rate == 0 && w.throttles == 0, "and never paced");
	is_int(w.peak, 256, "its peak is its maximum");
	is_int(s->most, 256, "which is never passed");
	ok(good(s, 1, SECONDS) > 0.97 * 256 / 0.030,
	    "and it stays full: %.0f/s", good(s, 1, SECONDS));
	free(s);
}

static void
test_brown_out(void)
{
	struct window w;
	struct store *s = store(30, 10, 0, 0);
	double full, during, after;

	s->refuse = 0.5;
	s->ill_from = 20;
	s->ill_to = 25;
	run(s, &w, 4, 256, 0);
	full = good(s, 10, 20);
	during = good(s, 20, 25);
	after = good(s, 30, 35);
	if (!ok(during > 0.1 * full,
		"a brown-out: %.0f/s before, %.0f/s "
		"during",
		full, during))
		report(s);
	if (!ok(after > 0.95 * full,
		"and full speed five seconds later: "
		"%.0f/s",
		after))
		report(s);
	free(s);
	s = store(30, 10, 0, 0);
	s->refuse = 1;
	s->ill_from = 20;
	s->ill_to = 25;
	run(s, &w, 4, 256, 0);
	after = good(s, 35, 40);
	if (!ok(after > 0.95 * full,
		"after five dead seconds: %.0f/s ten "
		"seconds later",
		after))
		report(s);
	free(s);
}

static void
test_storms(void)
{
	static const double shares[] = {0.001, 0.01, 0.05, 0.2, 0.4};
	struct window w;
	struct store *s;
	double g, best;
	size_t i;

	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		s = store(30, 10, 0, 0);
		s->refuse = shares[i];
		run(s, &w, 4, 256, 0);
		g = good(s, 10, SECONDS);
		best = 256 / 0.035 * (1 - shares[i]);
		if (!ok(g > (shares[i] < 0.3 ? 0.7 : 0.02) * best,
			"%.1f %% random refusals: %.0f/s, %.0f %% of what was "
			"possible",
			100 * shares[i], g, 100 * g / best))
			report(s);
		free(s);
	}
}

static void
test_concurrency(void)
{
	struct window w;
	struct store *s = store(30, 10, 0, 0);
	double g, r;

	s->concurrent = 32;
	run(s, &w, 4, 256, 0);
	g = good(s, 10, SECONDS);
	r = refused(s, 10, SECONDS);
	if (!ok(g > 0.8 * 32 / 0.035 && r < 0.1,
		"a store that takes 32 at a "
		"time: %.0f/s, %.2f %% refused",
		g, 100 * r))
		report(s);
	free(s);
}

static void
test_max_rate(void)
{
	static const double rates[] = {1, 7, 100, 2500};
	struct window w;
	struct store *s;
	int ms, n, most;
	size_t i;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		s = store(30, 10, 0, 0);
		run(s, &w, 4, 256, rates[i]);
		for (ms = n = most = 0; ms < SECONDS * 1000; ms++) {
			n += s->sent_ms[ms];
			if (ms >= 1000)
				n -= s->sent_ms[ms - 1000];
			most = n > most ? n : most;
		}
		ok(most <= 1.05 * rates[i] + 1,
		    "--max-rate %.0f: at most %d "
		    "in any second",
		    rates[i], most);
		ok(good(s, 2, SECONDS) >= 0.95 * rates[i],
		    "and %.1f on average", good(s, 2, SECONDS));
		ok(w.rate == 0, "the cap is not taken for the store's");
		free(s);
	}
}

static void
test_interface(void)
{
	struct window w;
	int64_t wait = 7, now;
	int i;

	window_init(&w, 0, 0, 0, 1000);
	is_int(window_room(&w, 0), 1, "there is always room for one");
	is_int(window_room(&w, 5), 0, "room is never negative");
	ok(window_take(&w, 0, 1000, &wait), "the first may go");
	ok(!window_take(&w, 1, 1000, &wait) && wait == -1,
	    "the second waits for an answer");
	window_init(&w, 9, 3, 0, 0);
	is_int(window_room(&w, 0), 3, "the maximum binds from the start");
	window_init(&w, 10, 10, 4, 0);
	ok(window_take(&w, 0, 0, &wait), "paced, the first may go");
	ok(!window_take(&w, 1, 0, &wait), "the next may not");
	ok(wait >= 250 && wait <= 251, "but after its time: %" PRId64 " ms",
	    wait);
	ok(!window_take(&w, 1, wait - 10, &wait), "not before");
	ok(window_take(&w, 1, 251, &wait), "but then");
	window_init(&w, 1, 50, 0, 0);
	for (i = 0, now = 0; i < 1000; i++, now += 10)
		window_throttled(&w, now, now);
	ok(window_room(&w, 0) >= 1 && w.rate > 0,
	    "nothing but refusals still leaves room for one");
	is_int(w.throttles, 1000, "and they are counted");
	window_good(&w, now + 50, now);
	ok(w.latency >= 0, "an answer from the future is no harm");
}

int
main(void)
{
	test_interface();
	test_unlimited();
	test_limits();
	test_changing_limit();
	test_brown_out();
	test_storms();
	test_concurrency();
	test_max_rate();
	return tap_done();
}
