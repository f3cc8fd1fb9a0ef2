#ifndef CRED_H
#define CRED_H

/*
 * Credentials: found once along the AWS command line's chain, renewed before
 * they expire, shared by all requests of one profile.
 *
 * Chain (the first source that is configured decides; a configured source that
 * fails is an error, never a fall-through): environment (skipped when a
 * profile was named by option or LOCATION) - the profile: assume-role,
 * web identity, SSO, static keys of the credentials file, credential_process,
 * static keys of the config file - web identity from the environment -
 * container - instance metadata.
 */

#include <stdbool.h>
#include <stdint.h>

#include "fail.h"
#include "http.h"
#include "loop.h"

struct conf;

/* One set of keys.  Borrowed by whoever was given it, until the loop sleeps. */
struct cred_keys {
	const char	*access_key;
	const char	*secret;
	const char	*token;		/* NULL: none */
	int64_t		 expires;	/* wall clock, ms; 0: never */
	uint64_t	 serial;	/* changes with each renewal */
};

struct cred;

/*
 * conf is kept by the caller.  profile: NULL for the default one (AWS_PROFILE
 * or "default").  named: the profile was chosen by option or LOCATION.
 * region: where STS is asked when the profile does not say.
 */
struct cred *cred_new(struct loop *loop, struct http *http,
    const struct conf *conf, const char *profile, bool named,
    const char *region);
void	cred_free(struct cred *c);	/* cleanses; cancels a fetch */

/*
 * The keys to sign with right now, at once if they are at hand: returns them.
 * Otherwise returns NULL, and either a fetch is under way (or begins now) and
 * every waiter will be called from the loop when it is over, or f->kind is set:
 * no credentials are to be had, for good.
 */
struct cred_waiter {
	void		(*fn)(void *arg);	/* ask cred_get() again */
	void		*arg;
	/* private */
	bool		 waiting;
	struct cred_waiter *next, **prev;
};
const struct cred_keys *cred_get(struct cred *c, struct cred_waiter *w,
    struct fail *f);
void	cred_cancel(struct cred *c, struct cred_waiter *w);
/* The store said that the keys of this serial are expired: renew, once for
 * each serial.  False if these keys cannot be renewed (static ones). */
bool	cred_expired(struct cred *c, uint64_t serial);
/* Where the keys came from, for --debug: "shared credentials file
 * /home/u/.aws/credentials, profile x"; never a secret. */
const char *cred_source(const struct cred *c);

#endif
