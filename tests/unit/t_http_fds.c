/* The set of sockets: order, gaps, changes between waits, nobody starved. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "http_fds.h"
#include "tap.h"

#define PIPES 40

struct scene {
	struct http_fds fds;
	int in[PIPES], out[PIPES]; /* read from, write to */
};

static void
begin(struct scene *s)
{
	int i, p[2];

	http_fds_init(&s->fds);
	for (i = 0; i < PIPES; i++) {
		if (pipe(p) == -1)
			_exit(2);
		s->in[i] = p[0];
		s->out[i] = p[1];
	}
}

static void
end(struct scene *s)
{
	int i;

	for (i = 0; i < PIPES; i++) {
		close(s->in[i]);
		close(s->out[i]);
	}
	http_fds_fini(&s->fds);
}

static void
fill(const struct scene *s, int i)
{
	if (write(s->out[i], "x", 1) != 1)
		_exit(2);
}

/* The next one that is told, as its number; -1 if there is none. */
static int
told(struct scene *s)
{
	int fd, events, i;
	void *owner;

	if (!http_fds_next(&s->fds, &fd, &events, &owner))
		return -1;
	for (i = 0; i < PIPES; i++)
		if (s->in[i] == fd)
			return events & POLLIN && owner == s ? i : -2;
	return -3;
}

static void
test_order(void)
{
	struct scene s;
	bool good = true;
	int i;

	begin(&s);
	for (i = PIPES - 1; i >= 0; i--)
		http_fds_want(&s.fds, s.in[i], POLLIN, &s);
	http_fds_wait(&s.fds, NULL, 0, 0);
	ok(told(&s) == -1, "nothing is ready, nothing is told");
	for (i = 0; i < PIPES; i++)
		fill(&s, i);
	http_fds_wait(&s.fds, NULL, 0, -1);
	for (i = PIPES - 1; i >= 0; i--)
		good = good && told(&s) == i;
	ok(good, "what is ready is told in the order it was wanted in");
	ok(told(&s) == -1, "and once");
	end(&s);
}

static void
test_gaps(void)
{
	struct scene s;
	bool good = true;
	int i;

	begin(&s);
	for (i = 0; i < PIPES; i++) {
		http_fds_want(&s.fds, s.in[i], POLLIN, &s);
		fill(&s, i);
	}
	http_fds_wait(&s.fds, NULL, 0, -1);
	for (i = 0; i < PIPES; i += 2)
		http_fds_want(&s.fds, s.in[i], 0, &s);
	for (i = 1; i < PIPES; i += 2)
		good = good && told(&s) == i;
	ok(good && told(&s) == -1, "who is wanted no longer is not told");
	http_fds_want(&s.fds, s.in[0], POLLIN, &s);
	ok(told(&s) == -1, "nor who is wanted anew, before the next wait");
	http_fds_wait(&s.fds, NULL, 0, -1);
	good = true;
	for (i = 1; i < PIPES; i += 2)
		good = good && told(&s) == i;
	ok(good && told(&s) == 0, "then it stands behind the others");
	http_fds_want(&s.fds, s.in[1], 0, &s);
	http_fds_want(&s.fds, s.in[1], 0, &s);
	http_fds_wait(&s.fds, NULL, 0, -1);
	ok(told(&s) == 3, "giving one up twice harms nobody");
	end(&s);
}

static void
test_fairness(void)
{
	struct scene s;
	bool seen[PIPES] = {false};
	int i, n = 0;

	begin(&s);
	for (i = 0; i < PIPES; i++) {
		http_fds_want(&s.fds, s.in[i], POLLIN, &s);
		fill(&s, i);
	}
	/* All stay ready, and only one is served after each wait. */
	for (i = 0; i < PIPES; i++) {
		http_fds_wait(&s.fds, NULL, 0, -1);
		seen[told(&s)] = true;
	}
	for (i = 0; i < PIPES; i++)
		n += seen[i];
	is_int(n, PIPES, "who stops early starves nobody");
	end(&s);
}

static void
test_others(void)
{
	struct pollfd others[2];
	struct scene s;

	begin(&s);
	memset(others, 0, sizeof(others));
	others[0].fd = s.in[0];
	others[1].fd = s.in[1];
	others[0].events = others[1].events = POLLIN;
	http_fds_want(&s.fds, s.in[2], POLLIN, &s);
	fill(&s, 1);
	http_fds_wait(&s.fds, others, 2, -1);
	ok(others[0].revents == 0 && others[1].revents == POLLIN,
	    "those of others are waited for too");
	ok(told(&s) == -1, "and are not told as ours");
	fill(&s, 2);
	http_fds_wait(&s.fds, others, 1, -1);
	ok(others[0].revents == 0, "a wait clears what is not ready");
	is_int(told(&s), 2, "while one of ours is");
	end(&s);
}

int
main(void)
{
	test_order();
	test_gaps();
	test_fairness();
	test_others();
	return tap_done();
}
