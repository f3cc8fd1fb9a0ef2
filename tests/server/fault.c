#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "mem.h"
#include "request.h"
#include "timer.h"

static const char *const name_of[] = {
    [FAULT_503] = "503",
    [FAULT_500] = "500",
    [FAULT_STATUS] = "status",
    [FAULT_ERROR200] = "error200",
    [FAULT_RESET] = "reset",
    [FAULT_CLOSE] = "close",
    [FAULT_HANG] = "hang",
    [FAULT_STALL] = "stall",
    [FAULT_TRICKLE] = "trickle",
    [FAULT_LOST] = "lost",
    [FAULT_GARBAGE] = "garbage",
    [FAULT_HUGE_HEADER] = "huge-header",
    [FAULT_REDIRECT] = "redirect",
    [FAULT_WRONG_LENGTH] = "wrong-length",
    [FAULT_CHUNKED] = "chunked",
    [FAULT_FLIP] = "flip",
    [FAULT_SKEW] = "skew",
    [FAULT_MALFORMED] = "malformed",
    [FAULT_TRUNCATED] = "truncated",
    [FAULT_ENDLESS] = "endless",
    [FAULT_LAUGHS] = "laughs",
    [FAULT_DOCTYPE] = "doctype",
    [FAULT_EMPTY_PAGE] = "empty-page",
    [FAULT_REPEAT_TOKEN] = "repeat-token",
    [FAULT_UNSORTED_PAGE] = "unsorted-page",
    [FAULT_DUP_PAGE] = "dup-page",
};

const char *
fault_name(enum fault_action action)
{
	return name_of[action];
}

/* Does this action need, or refuse, an argument behind '='? */
static bool
takes_argument(enum fault_action action)
{
	return action == FAULT_STATUS || action == FAULT_ERROR200 ||
	    action == FAULT_REDIRECT || action == FAULT_SKEW;
}

bool
fault_action(const char *word, struct fault *f)
{
	size_t n = strcspn(word, "=");
	uint64_t status;

	for (size_t i = 0; i < sizeof(name_of) / sizeof(*name_of); i++) {
		if (strlen(name_of[i]) != n ||
		    strncmp(name_of[i], word, n) != 0)
			continue;
		f->action = (enum fault_action)i;
		if (takes_argument(f->action) != (word[n] == '='))
			return false;
		if (f->action == FAULT_STATUS) {
			if (!text_number(word + n + 1, false, &status) ||
			    status < 200 || status > 599)
				return false;
			f->status = (unsigned)status;
		} else if (f->action == FAULT_SKEW) {
			return text_signed(word + n + 1, &f->skew);
		} else if (word[n] == '=') {
			f->argument = mem_dup(
			    word + n + 1, strlen(word + n + 1));
		}
		return true;
	}
	return false;
}

static void
free_fault(struct fault *f)
{
	free(f->op);
	free(f->bucket);
	free(f->key);
	free(f->argument);
	free(f->retry_after);
	free(f);
}

void
fault_fini(struct fault_set *set)
{
	while (set->faults != NULL) {
		struct fault *next = set->faults->next;

		free_fault(set->faults);
		set->faults = next;
	}
	while (set->latencies != NULL) {
		struct fault_latency *next = set->latencies->next;

		free(set->latencies->op);
		free(set->latencies);
		set->latencies = next;
	}
	while (set->limits != NULL) {
		struct fault_limit *next = set->limits->next;

		free(set->limits->op);
		free(set->limits);
		set->limits = next;
	}
}

void
fault_add(struct fault_set *set, struct fault *f)
{
	struct fault **at;

	for (at = &set->faults; *at != NULL; at = &(*at)->next)
		;
	*at = f;
}

void
fault_latency(struct fault_set *set, const char *op, uint64_t ms, bool heavy)
{
	struct fault_latency **at, *l;

	for (at = &set->latencies; (l = *at) != NULL;) {
		if (strcmp(l->op, op) == 0) {
			*at = l->next;
			free(l->op);
			free(l);
		} else {
			at = &l->next;
		}
	}
	if (ms == 0 && strcmp(op, "*") == 0)
		return;
	l = mem_alloc(sizeof(*l));
	l->op = mem_dup(op, strlen(op));
	l->ms = ms;
	l->heavy = heavy;
	l->next = set->latencies;
	set->latencies = l;
}

void
fault_limit(struct fault_set *set, const char *op, uint64_t rate)
{
	struct fault_limit **at, *l;

	for (at = &set->limits; (l = *at) != NULL; at = &l->next) {
		if (strcmp(l->op, op) == 0) {
			*at = l->next;
			free(l->op);
			free(l);
			break;
		}
	}
	if (rate == 0)
		return;
	l = mem_alloc(sizeof(*l));
	l->op = mem_dup(op, strlen(op));
	l->rate = (double)rate;
	l->tokens = l->rate / 10;
	l->last = timer_clock();
	l->next = set->limits;
	set->limits = l;
}

static bool
matches_op(const char *op, const struct request *r)
{
	return strcmp(op, "*") == 0 || strcmp(op, op_name(r->op)) == 0;
}

static double
random_fraction(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15U;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}

static bool
concerns(const struct fault *f, const struct request *r)
{
	const char *bucket = r->bucket_name != NULL ? r->bucket_name : "";
	const char *key = r->key != NULL ? r->key : "";

	return matches_op(f->op, r) &&
	    (f->bucket == NULL ||
		text_glob(f->bucket, bucket, strlen(bucket))) &&
	    (f->key == NULL || text_glob(f->key, key, r->key_length)) &&
	    (!f->token || request_param(r, "continuation-token") != NULL ||
		request_param(r, "start-after") != NULL ||
		request_param(r, "marker") != NULL);
}

static bool
strikes(struct fault *f)
{
	f->seen++;
	if (f->limit > 0 && f->struck >= f->limit)
		return false;
	switch (f->when) {
	case FAULT_ALWAYS:
		return true;
	case FAULT_NTH:
		return f->seen == f->number;
	case FAULT_EVERY:
		return f->seen % f->number == 0;
	case FAULT_RANDOM:
		return random_fraction(&f->state) < f->probability;
	}
	return false;
}

struct fault *
fault_strike(struct fault_set *set, const struct request *r)
{
	struct fault *f, *first = NULL;

	for (f = set->faults; f != NULL; f = f->next) {
		if (concerns(f, r) && strikes(f) && first == NULL) {
			first = f;
			f->struck++;
		}
	}
	return first;
}

int64_t
fault_delay(struct fault_set *set, const struct request *r)
{
	struct fault_latency *l;
	double a, b, normal;

	for (l = set->latencies; l != NULL; l = l->next)
		if (matches_op(l->op, r))
			break;
	if (l == NULL || l->ms == 0)
		return 0;
	if (!l->heavy)
		return (int64_t)l->ms * 1000;
	/* Box and Muller's way to a normal variate, then log-normal. */
	a = 1 - random_fraction(&l->state);
	b = random_fraction(&l->state);
	normal = sqrt(-2 * log(a)) * cos(6.283185307179586 * b);
	return (int64_t)((double)l->ms * 1000 * exp(0.8 * normal));
}

bool
fault_over_limit(struct fault_set *set, const struct request *r)
{
	struct fault_limit *l;

	for (l = set->limits; l != NULL; l = l->next) {
		int64_t now;

		if (!matches_op(l->op, r))
			continue;
		now = timer_clock();
		l->tokens += (double)(now - l->last) * l->rate / 1e6;
		l->last = now;
		if (l->tokens > 1 + l->rate / 10)
			l->tokens = 1 + l->rate / 10;
		if (l->tokens < 1)
			return true;
		l->tokens -= 1;
		return false;
	}
	return false;
}
