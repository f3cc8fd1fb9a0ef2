/*
 * What goes wrong on purpose: faults, latencies and rate limits, and when
 * each of them strikes. Deterministic but for the limits, which know the time.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

enum fault_action {
	FAULT_503,
	FAULT_500,
	FAULT_STATUS,
	FAULT_ERROR200,
	FAULT_RESET,
	FAULT_CLOSE,
	FAULT_HANG,
	FAULT_STALL,
	FAULT_TRICKLE,
	FAULT_LOST,
	FAULT_GARBAGE,
	FAULT_HUGE_HEADER,
	FAULT_REDIRECT,
	FAULT_WRONG_LENGTH,
	FAULT_CHUNKED,
	FAULT_FLIP,
	FAULT_SKEW,
	FAULT_MALFORMED,
	FAULT_TRUNCATED,
	FAULT_ENDLESS,
	FAULT_LAUGHS,
	FAULT_DOCTYPE,
	FAULT_EMPTY_PAGE,
	FAULT_REPEAT_TOKEN,
	FAULT_UNSORTED_PAGE,
	FAULT_DUP_PAGE
};

enum fault_when { FAULT_ALWAYS, FAULT_NTH, FAULT_EVERY, FAULT_RANDOM };

struct fault {
	struct fault *next;
	char *op, *bucket, *key; /* globs; NULL: any */
	bool token;		 /* only listings that go on from somewhere */
	enum fault_when when;
	uint64_t number; /* of nth and every */
	double probability;
	uint64_t state;	       /* of the random numbers */
	uint64_t seen, struck; /* requests so far */
	uint64_t limit;	       /* how often it may strike; 0: no end */
	enum fault_action action;
	char *argument; /* code, URL */
	unsigned status;
	char *retry_after; /* NULL: none */
	int64_t skew;	   /* seconds */
};

struct fault_latency {
	struct fault_latency *next;
	char *op;
	uint64_t ms;
	bool heavy;
	uint64_t state;
};

struct fault_limit {
	struct fault_limit *next;
	char *op;
	double rate, tokens;
	int64_t last; /* timer_clock */
};

struct fault_set {
	struct fault *faults;		 /* in the order given */
	struct fault_latency *latencies; /* newest first */
	struct fault_limit *limits;
};

void fault_fini(struct fault_set *);
/* Reads an action word (its argument behind '='); false if it is none. */
bool fault_action(const char *word, struct fault *);
const char *fault_name(enum fault_action);
/* Takes over a fault made by mem_alloc with strings of its own. */
void fault_add(struct fault_set *, struct fault *);
void fault_latency(struct fault_set *, const char *op, uint64_t ms, bool heavy);
void fault_limit(struct fault_set *, const char *op, uint64_t rate);

/* The fault that strikes this request, or NULL. Counts the request. */
struct fault *fault_strike(struct fault_set *, const struct request *);
/* How long the request has to wait, in microseconds. */
int64_t fault_delay(struct fault_set *, const struct request *);
/* Is it one too many in this second? */
bool fault_over_limit(struct fault_set *, const struct request *);

#endif
