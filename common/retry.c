#include "retry.h"

#define BASE_THROTTLED	INT64_C(500)
#define BASE_OTHER	INT64_C(50)
#define CAP		INT64_C(20000)
#define RETRY_AFTER_CAP INT64_C(60000)

void
retry_budget_init(struct retry_budget *b, int64_t now)
{
	b->tokens = RETRY_BUDGET_MAX;
	b->at = now;
}

static void
give(struct retry_budget *b, double tokens)
{
	b->tokens += tokens;
	if (b->tokens > RETRY_BUDGET_MAX)
		b->tokens = RETRY_BUDGET_MAX;
}

static void
pass_time(struct retry_budget *b, int64_t now)
{
	if (now <= b->at)
		return;
	give(b, (double)(now - b->at) * RETRY_TOKENS_PER_SECOND / 1000);
	b->at = now;
}

void
retry_budget_success(struct retry_budget *b, int64_t now)
{
	pass_time(b, now);
	give(b, RETRY_TOKENS_PER_SUCCESS);
}

int64_t
retry_budget_take(struct retry_budget *b, int64_t now)
{
	double wait;

	pass_time(b, now);
	/* Below nothing the tokens are a queue: who takes one that time has
	 * yet to give waits until it will have. */
	if (b->tokens > 1 - RETRY_DEBT_MAX)
		b->tokens -= 1;
	if (b->tokens >= 0)
		return 0;
	wait = -b->tokens * 1000 / RETRY_TOKENS_PER_SECOND;
	return (int64_t)wait + 1;
}

bool
retry_worth(const struct fail *f)
{
	switch (f->kind) {
	case FAIL_EXPIRED:
	case FAIL_SKEW:
	case FAIL_REDIRECT:
	case FAIL_THROTTLED:
	case FAIL_TRANSIENT:
	case FAIL_CONFLICT:
	case FAIL_PROTOCOL:
		return true;
	case FAIL_NONE:
	case FAIL_NOTFOUND:
	case FAIL_NOBUCKET:
	case FAIL_DENIED:
	case FAIL_AMBIGUOUS:
	case FAIL_CREDENTIALS:
	case FAIL_PRECONDITION:
	case FAIL_TOOBIG:
	case FAIL_ARCHIVED:
	case FAIL_UNSUPPORTED:
	case FAIL_INVALID:
	case FAIL_TLS:
	case FAIL_LOCAL:
	case FAIL_CANCELLED:
		return false;
	}
	return false;
}

int64_t
retry_delay(const struct fail *f, int attempt, uint64_t random)
{
	int64_t most = f->kind == FAIL_THROTTLED ? BASE_THROTTLED : BASE_OTHER;
	int64_t floor = f->retry_after;

	for (; attempt > 1 && most < CAP; attempt--)
		most *= 2;
	if (most > CAP)
		most = CAP;
	if (floor < 0)
		floor = 0;
	if (floor > RETRY_AFTER_CAP)
		floor = RETRY_AFTER_CAP;
	/* Jitter on top of the floor, or all would come back at one time. */
	return floor + (int64_t)(random % (uint64_t)(most + 1));
}
