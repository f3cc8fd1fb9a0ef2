#ifndef CRED_H
#define CRED_H

/*
 * Credentials: found once along the AWS command line's chain, renewed before
 * they expire, shared by all requests of one profile.
 *
 * Chain (the first source that is configured decides; a configured source that
 * fails is an error, never a fall-through): environment keys - the profile's
 * role (source_profile, credential_source) - web identity of the environment
 * or the profile - SSO - keys of the credentials file - credential_process -
 * keys of the config file - container - instance metadata.  A profile that was
 * named by option or LOCATION shuts out the environment's keys and web
 * identity.
 *
 * Renewal: from the last quarter of their life on, but at most 15 minutes
 * before their end, keys are renewed while the old ones go on being used; a
 * renewal that fails is tried again later.  In the last tenth, at most a
 * minute, keys are no longer given out: requests wait, and a renewal that
 * fails then is final.  There is never more than one renewal at a time.
 */

#include <stdbool.h>
#include <stdint.h>

#include "cred_wait.h"
#include "fail.h"
#include "http.h"
#include "loop.h"

struct conf;

/* One set of keys.  Borrowed by whoever was given it, until the loop sleeps. */
struct cred_keys {
	const char *access_key;
	const char *secret;
	const char *token; /* NULL: none */
	int64_t expires;   /* wall clock, ms; 0: never */
	uint64_t serial;   /* changes with each renewal */
};

struct cred;

/*
 * conf is kept by the caller; renewals call conf_reload() on it, so strings
 * from it must not be held.  profile: NULL for the default one (AWS_PROFILE or
 * "default").  named: the profile was chosen by option or LOCATION.  region:
 * where STS is asked; NULL: the profile's, or us-east-1.
 */
struct cred *cred_new(struct loop *loop, struct http *http, struct conf *conf,
    const char *profile, bool named, const char *region);
void cred_free(struct cred *c); /* cleanses; cancels a fetch */
/* How to verify the services that are asked (STS, SSO); before the first
 * cred_get().  ca_bundle NULL: the default. */
void cred_set_tls(struct cred *c, const char *ca_bundle, bool insecure);
/* The profile was named by LOCATION: its endpoints for STS and SSO go before
 * the environment's (settings.h); before the first cred_get(). */
void cred_set_by_location(struct cred *c, bool by_location);

/*
 * The keys to sign with right now, at once if they are at hand: returns them.
 * Otherwise returns NULL, and either a fetch is under way (or begins now) and
 * every waiter will be called from the loop when it is over, or f->kind is set
 * (FAIL_CREDENTIALS): no credentials are to be had, for good.
 */
const struct cred_keys *
cred_get(struct cred *c, struct cred_waiter *w, struct fail *f);
void cred_cancel(struct cred *c, struct cred_waiter *w);
/* The store said that the keys of this serial are expired: renew, once for
 * each serial.  False if these keys cannot be renewed; cred_get() then says
 * why.  Static keys of a file are read again: new ones there are a renewal. */
bool cred_expired(struct cred *c, uint64_t serial);
/* Where the keys came from, for --debug: "credentials file
 * /home/u/.aws/credentials, profile x"; never a secret. */
const char *cred_source(const struct cred *c);

#endif
