/* Delays, what is worth another attempt, and the budget of attempts. */

#include "retry.h"
#include "tap.h"

static void
test_worth(void)
{
	static const enum fail_kind yes[] = {FAIL_THROTTLED, FAIL_TRANSIENT,
	    FAIL_CONFLICT, FAIL_PROTOCOL, FAIL_EXPIRED, FAIL_SKEW,
	    FAIL_REDIRECT};
	struct fail f;
	size_t i;
	int kind;
	bool want;

	fail_clear(&f);
	for (kind = FAIL_NONE; kind <= FAIL_CANCELLED; kind++) {
		want = false;
		for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
			want |= kind == (int)yes[i];
		f.kind = (enum fail_kind)kind;
		ok(retry_worth(&f) == want, "%s: %s", fail_kind_name(f.kind),
		    want ? "again" : "final");
	}
}

static const struct {
	enum fail_kind kind;
	int attempt;
	int64_t retry_after;
	int64_t least, most;
} delays[] = {
    {FAIL_TRANSIENT, 1, 0, 0, 50},
    {FAIL_TRANSIENT, 2, 0, 0, 100},
    {FAIL_TRANSIENT, 3, 0, 0, 200},
    {FAIL_TRANSIENT, 9, 0, 0, 12800},
    {FAIL_TRANSIENT, 10, 0, 0, 20000},
    {FAIL_TRANSIENT, 1000000, 0, 0, 20000},
    {FAIL_CONFLICT, 1, 0, 0, 50},
    {FAIL_THROTTLED, 1, 0, 0, 500},
    {FAIL_THROTTLED, 2, 0, 0, 1000},
    {FAIL_THROTTLED, 6, 0, 0, 16000},
    {FAIL_THROTTLED, 7, 0, 0, 20000},
    {FAIL_TRANSIENT, 0, 0, 0, 50},
    {FAIL_TRANSIENT, -5, 0, 0, 50},
    {FAIL_THROTTLED, 1, 2000, 2000, 2500},
    {FAIL_TRANSIENT, 1, 60000, 60000, 60050},
    {FAIL_TRANSIENT, 1, INT64_MAX, 60000, 60050},
    {FAIL_TRANSIENT, 1, -1, 0, 50},
};

static void
test_delays(void)
{
	struct fail f;
	size_t i;
	int64_t n, least, most, sum;
	uint64_t random;
	int round;

	fail_clear(&f);
	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		f.kind = delays[i].kind;
		f.retry_after = delays[i].retry_after;
		least = INT64_MAX;
		most = INT64_MIN;
		sum = 0;
		random = 0;
		for (round = 0; round < 100000; round++) {
			random = random * UINT64_C(6364136223846793005) +
			    UINT64_C(1442695040888963407);
			n = retry_delay(&f, delays[i].attempt, random >> 11);
			least = n < least ? n : least;
			most = n > most ? n : most;
			sum += n - delays[i].least;
		}
		n = delays[i].most - delays[i].least;
		ok(least >= delays[i].least &&
			least <= delays[i].least + n / 50 + 1 &&
			most <= delays[i].most &&
			most >= delays[i].most - n / 50,
		    "attempt %d of %s: %" PRId64 " to %" PRId64 " ms",
		    delays[i].attempt, fail_kind_name(f.kind), least, most);
		ok(sum / 100000 >= n * 48 / 100 - 1 &&
			sum / 100000 <= n * 52 / 100 + 1,
		    "and evenly spread: %" PRId64 " on average", sum / 100000);
	}
}

static void
test_budget(void)
{
	struct retry_budget b;
	int64_t wait, last = -1;
	int i, refused = 0, disorder = 0;

	retry_budget_init(&b, 1000);
	for (i = 0; i < RETRY_BUDGET_MAX; i++)
		refused += retry_budget_take(&b, 1000) != 0;
	is_int(refused, 0, "a full budget allows its number at once");
	for (i = 0; i < 100; i++) {
		wait = retry_budget_take(&b, 1000);
		disorder += wait <= last;
		last = wait;
	}
	is_int(disorder, 0, "then each caller is told a later time");
	ok(last >= 10000 && last <= 10001, "the hundredth: 10 s later");
	ok(retry_budget_take(&b, 11100) <= 101,
	    "time pays the debt, ten a second");
	for (i = 0; i < 10000; i++)
		last = retry_budget_take(&b, 11100);
	ok(last >= 29000 && last <= 30001,
	    "no caller waits more than half a minute");
	for (i = 0; i < 700; i++)
		retry_budget_success(&b, 11100);
	is_int(retry_budget_take(&b, 11100), 0, "successes pay it too");
	for (i = 0; i < 100000; i++)
		retry_budget_success(&b, 11100);
	for (i = 0; retry_budget_take(&b, 11100) == 0; i++)
		;
	is_int(i, RETRY_BUDGET_MAX, "but never fill it beyond its size");
	retry_budget_init(&b, 0);
	retry_budget_take(&b, 0);
	retry_budget_take(&b, INT64_MAX / 2);
	ok(b.tokens <= RETRY_BUDGET_MAX, "nor does a long time");
	ok(retry_budget_take(&b, 5) == 0, "a clock that goes back is no harm");
}

int
main(void)
{
	test_worth();
	test_delays();
	test_budget();
	return tap_done();
}
