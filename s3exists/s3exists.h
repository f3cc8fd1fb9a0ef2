#ifndef S3EXISTS_H
#define S3EXISTS_H

/*
 * What the files of s3exists share.  A record's way: flow.c gathers it into a
 * batch and gives the closed batch to join.c, which cuts ranges of its keys
 * and looks each up by listing, or hands keys to probe.c for HEADs, as
 * decide.c says; answer.c notes what was found; flow.c prints the records of
 * the oldest batch as soon as their answers are there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app.h"
#include "batch.h"
#include "decide.h"
#include "input.h"
#include "location.h"

struct join;
struct probe;

struct s3exists {
	struct app app;
	/* options */
	bool invert, quiet;
	enum decide_probe probe;
	unsigned same; /* SAME_* */
	/* derived from them */
	struct location loc;
	struct s3bucket *bucket;
	/* flow.c */
	struct input input;
	struct loop_hook hook;
	struct loop_call call; /* look again: output has room */
	struct loop_timer idle;
	struct batch *open;	    /* gathers records; NULL: none */
	struct batch *first, **end; /* closed ones, oldest first */
	size_t bytes;		    /* of the closed ones */
	bool input_ended;
	bool not_selected; /* some record was not */
	/* join.c and probe.c */
	struct join *join;
	struct probe *probes; /* idle ones */
	struct probe *asking; /* under way */
	uint64_t closings;    /* so far, to order batches by age */
	bool stopping;	      /* begin no more requests */
};

/* --- answer.c: the final state of a record --- */

/* The key exists; there has the fields that the store told. */
void answer_found(struct s3exists *s, struct batch *b, size_t index,
    const struct record *there);
void answer_missing(struct s3exists *s, struct batch *b, size_t index);
/* Unknown for good: a line, a record in --failed, status 1. */
void answer_failed(
    struct s3exists *s, struct batch *b, size_t index, const struct fail *f);

/* --- flow.c: records in and out --- */

void flow_start(struct s3exists *s);
/* Take no more records, give up those that nobody has asked for yet. */
void flow_stop(struct s3exists *s);
void flow_free(struct s3exists *s);

/* --- join.c: from closed batches to requests --- */

struct join *join_new(struct s3exists *s);
void join_free(struct join *j);
void join_add(struct join *j, struct batch *b);
/* Begins what the window has room for. */
void join_work(struct join *j);
/* Fails what is not in flight (it waits for its turn, for credentials or to be
 * tried again); with cancel also what is. */
void join_stop(struct join *j, const struct fail *f, bool cancel);
bool join_idle(const struct join *j); /* nothing in flight */

/* --- probe.c: HEADs --- */

/* Asks for record i of b and all with its key.  The batch must stay. */
void probe_start(struct s3exists *s, struct batch *b, size_t index);
/* As join_stop(). */
void probe_stop(struct s3exists *s, bool cancel);
void probe_free_all(struct s3exists *s);

#endif
