#ifndef S3SESSION_H
#define S3SESSION_H

/*
 * The keys with which requests to an S3 Express directory bucket are signed
 * (AWS, "CreateSession"): made for one bucket, with the account's own
 * credentials, and valid for five minutes.
 *
 * From the last fifth of their life on, at most a minute before their end, keys
 * are renewed while the old ones go on being used; in the last tenth, at most
 * ten seconds, requests wait for the new ones.  There is never more than one
 * renewal at a time.  A session that cannot be had when it is needed fails for
 * good, as credentials do.
 */

#include <stdbool.h>
#include <stdint.h>

#include "cred.h"
#include "fail.h"

struct s3bucket;
struct s3req_env;
struct s3session;

/* The bucket signs by credentials and is a directory bucket.  read_only asks
 * for no more than is needed: policies may allow only that. */
struct s3session *
s3session_new(struct s3req_env *env, struct s3bucket *bucket, bool read_only);
/* Before the bucket and its credentials; after the loop has stopped. */
void s3session_free(struct s3session *s);

/* No more requests will begin: a renewal that nobody waits for is given up. */
void s3session_stop(struct s3session *s);

/* As cred_get(): the keys, or NULL with either w waiting or f set. */
const struct cred_keys *
s3session_get(struct s3session *s, struct cred_waiter *w, struct fail *f);
/* As cred_expired(): the store called the keys of this serial expired. */
bool s3session_expired(struct s3session *s, uint64_t serial);

#endif
