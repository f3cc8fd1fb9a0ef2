/* The log of requests and the counts, as README.md describes them. */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "op.h"
#include "text.h"

struct request;

#define RECORD_STATUS 600

struct record {
	struct text log;
	FILE *file; /* NULL: none */
	bool off;
	uint64_t requests, connections, inflight, inflight_peak;
	uint64_t count[OP_COUNT];
	uint64_t *status[OP_COUNT]; /* counts by status; NULL while unused */
};

/* path NULL: no file. False if it cannot be written. */
bool record_init(struct record *, const char *path);
void record_fini(struct record *);
void record_reset(struct record *);
void record_connection(struct record *);
void record_begin(struct record *);
void record_end(struct record *);
/* The line of an answered request; seen is what the client could see. */
void record_answer(struct record *, struct request *, unsigned seen);
void record_counts(const struct record *, struct text *);
void record_flush(struct record *);

#endif
