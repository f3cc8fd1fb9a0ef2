#ifndef SPAN_H
#define SPAN_H

/*
 * Bytes of the source, from offset on, as the body of one PutObject or
 * UploadPart.
 *
 * A short span is read whole into memory and sent with its MD5, so that the
 * store can check it and each half can be tried again by itself.  A long one
 * goes through a small buffer while both requests are under way: a read that
 * breaks goes on where it was, a write that breaks begins anew.
 *
 * Promises: done runs exactly once after span_start(), from the loop, never
 * from inside span_start() or span_cancel(); nothing is in flight then.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "limit.h"
#include "loop.h"
#include "pool.h"
#include "s3req.h"

#define SPAN_WHOLE (16 << 20) /* the longest that is read whole */
#define SPAN_PIPE  (1 << 20)  /* the buffer of a longer one */
#define SPAN_WIRES (3 << 18)  /* those of its two connections */

struct span;
typedef void span_done_fn(struct span *s, const struct fail *f);

struct span {
	/* --- set by the owner, after span_init() --- */
	struct s3req_env *env;
	struct pool *pool;
	struct s3bucket *from;
	const char *key; /* of the source; must outlive the span */
	size_t key_len;
	const char *pin; /* If-Match; "" or NULL: none */
	uint64_t offset, len;
	/* The MD5 in hex that the bytes should have; NULL: not known.  Bytes
	 * that differ are read once more; that they differ in the same way
	 * again shows that it was none. */
	const char *md5;
	/* Set bucket, operation, key, query and headers of the request that
	 * writes; called each time before it is sent. */
	void (*prepare)(struct span *s, struct s3req *put);
	span_done_fn *done;
	void *arg;

	/* --- to be read when done runs --- */
	char etag[LIMIT_ETAG + 1]; /* that the store answered */
	bool opaque;		   /* it says nothing about the bytes */
	bool no_md5;		   /* md5 was none */
	struct s3req put;

	/* --- private --- */
	struct s3req get;
	enum span_state {
		SPAN_IDLE,
		SPAN_WAITING, /* for memory, or a delay */
		SPAN_READING, /* nothing is being sent yet */
		SPAN_SENDING,
		SPAN_FAILING, /* until neither request is under way */
		SPAN_ENDED    /* done is on its way */
	} state;
	struct pool_waiter waiter;
	struct loop_timer timer;
	struct loop_call call;
	char *data;	     /* room bytes */
	size_t held;	     /* of the pool: room, and the connections' */
	size_t room, at, in; /* ring: first byte, how many */
	uint64_t got, sent;
	size_t of_this_get;
	unsigned tries; /* in vain */
	bool wrong;	/* bytes, noticed before the last were sent */
	bool again;	/* FAILING: begin anew when that is over */
	struct hash_md5 *hash;
	unsigned char bytes[HASH_MD5];
	char hex[2 * HASH_MD5 + 1], base64[HASH_BASE64(HASH_MD5)];
	char before[2 * HASH_MD5 + 1]; /* of a time that differed */
	char range[64];
	struct fail fail;
};

void span_init(struct span *s, struct s3req_env *env, struct pool *pool);
void span_fini(struct span *s); /* must not be under way */
void span_start(struct span *s);
void span_cancel(struct span *s);
/* From now on nothing is tried again.  False: it is waiting to be. */
bool span_last_try(struct span *s);

#endif
