#ifndef BATCH_H
#define BATCH_H

/*
 * A batch of input records with one answer each: stored back to back, seen in
 * key order by rank and in input order by index.  Pure.
 *
 * Where the input came in key order, rank and index are the same, and sorting
 * costs nothing.  Records of equal keys are neighbours in rank order, first
 * come first, so they can share an answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* What is known of a record; those from EXISTS on are final. */
enum batch_state {
	BATCH_NEW,    /* part of some range that is to be listed */
	BATCH_WANTED, /* waits for a HEAD */
	BATCH_ASKED,  /* its HEAD, or that of an equal key, is under way */
	BATCH_EXISTS,
	BATCH_MISSING,
	BATCH_FAILED /* unknown for good; that was reported */
};

struct batch {
	struct batch *next; /* the owner's */
	uint64_t age;	    /* the owner's: older ones have less */
	size_t count;	    /* records */
	bool ascending;	    /* input order is key order */
	size_t printed;	    /* the owner's: so many have left */
	size_t unanswered;  /* records without a final state */
	/* private */
	bool is_long;
	char *data;
	size_t len, room;
	uint32_t *starts;      /* count + 1 places in data */
	uint32_t *order;       /* index by rank; NULL if ascending */
	unsigned char *states; /* by index */
	size_t slots;	       /* records that the arrays hold */
	size_t wanted;	       /* records in BATCH_WANTED */
	size_t cursor;	       /* no index below it is WANTED */
};

struct batch *batch_new(bool is_long);
void batch_free(struct batch *b);

/* Copies r->raw.  Not after batch_close(). */
void batch_add(struct batch *b, const struct record *r);
/* No more records come: sorts, and gives spare memory back. */
void batch_close(struct batch *b);
size_t batch_bytes(const struct batch *b); /* memory that it takes */

/* By index.  Pointers are good until the next batch_add(). */
const char *batch_raw(const struct batch *b, size_t i, size_t *len);
const char *batch_key(const struct batch *b, size_t i, size_t *len);
/* The whole record again, its fields included. */
void batch_record(const struct batch *b, size_t i, struct record *r);

size_t batch_index(const struct batch *b, size_t rank);
/* The ranks *lo to *hi - 1 have the key of record i; the batch is closed. */
void batch_group(const struct batch *b, size_t i, size_t *lo, size_t *hi);

enum batch_state batch_state(const struct batch *b, size_t i);
void batch_set(struct batch *b, size_t i, enum batch_state state);
/* The ranks lo to hi - 1 are to be asked for by HEAD. */
void batch_want(struct batch *b, size_t lo, size_t hi);
/* The first record in input order that waits for a HEAD; false if none. */
bool batch_wanted(struct batch *b, size_t *i);

/* The order of keys: bytes, then length. */
int batch_compare(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
