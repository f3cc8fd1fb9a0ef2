/*
 * Who may do what: the accounts' keys, and the rules of `allow` and `deny`.
 * Keys remember the signing keys derived from them, since these are the same
 * for a whole day.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_bucket;

#define ACCESS_DERIVED 4

struct access_key {
	struct access_key *next;
	char *account, *id, *secret;
	char *token;	 /* NULL: none needed */
	int64_t expires; /* ms since 1970; 0: never */
	int64_t uses;	 /* requests that it is still good for; -1: any */
	char *session;	 /* for this directory bucket only, or NULL */
	bool read_only;	 /* the session */
	struct access_derived {
		char scope[80]; /* DATE/REGION/SERVICE */
		unsigned char key[32];
	} derived[ACCESS_DERIVED];
	unsigned next_derived;
};

struct access_rule {
	struct access_rule *next;
	bool deny;
	char *account, *action, *bucket, *glob;
};

struct access {
	struct access_key *keys;
	struct access_rule *rules;
};

void access_init(struct access *); /* with alice and bob */
void access_fini(struct access *);

struct access_key *access_find(struct access *, const char *id);
/* Adds a key; one of the same id is replaced. token may be NULL. */
void access_add(struct access *, const char *account, const char *id,
    const char *secret, const char *token, int64_t expires);
/* After so many requests of the key's it has expired, too. */
void access_limit(struct access *, const char *id, int64_t uses);
bool access_expired(const struct access_key *, int64_t now);
void access_used(struct access_key *);

/* glob may be NULL: any key. */
void access_rule(struct access *, bool deny, const char *account,
    const char *action, const char *bucket, const char *glob);
/* Removes equal rules; all rules if account is NULL. */
void access_unrule(struct access *, const char *account, const char *action,
    const char *bucket, const char *glob);

/*
 * May the account (NULL: anonymous) do the action (such as GetObject) on the
 * key of the bucket? Denials win; then the owner may do all, the public may
 * read what is public, and others what is allowed.
 */
bool access_allowed(const struct access *, const char *account,
    const char *action, const struct store_bucket *, const char *key, size_t);

#endif
