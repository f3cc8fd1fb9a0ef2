#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "mem.h"
#include "store.h"
#include "text.h"

void
access_init(struct access *a)
{
	a->keys = NULL;
	a->rules = NULL;
	access_add(a, "alice", "AKIAALICE0000000001",
	    "alice-secret/with+odd=chars", NULL, 0);
	access_add(a, "bob", "AKIABOB00000000002", "bob-secret", NULL, 0);
}

static void
free_key(struct access_key *k)
{
	free(k->account);
	free(k->id);
	free(k->secret);
	free(k->token);
	free(k->session);
	free(k);
}

static void
free_rule(struct access_rule *r)
{
	free(r->account);
	free(r->action);
	free(r->bucket);
	free(r->glob);
	free(r);
}

void
access_fini(struct access *a)
{
	struct access_key *k, *next;

	for (k = a->keys; k != NULL; k = next) {
		next = k->next;
		free_key(k);
	}
	access_unrule(a, NULL, NULL, NULL, NULL);
}

struct access_key *
access_find(struct access *a, const char *id)
{
	struct access_key *k;

	for (k = a->keys; k != NULL; k = k->next)
		if (strcmp(k->id, id) == 0)
			return k;
	return NULL;
}

static char *
copy(const char *s)
{
	return s != NULL ? mem_dup(s, strlen(s)) : NULL;
}

void
access_add(struct access *a, const char *account, const char *id,
    const char *secret, const char *token, int64_t expires)
{
	struct access_key **at, *k;

	for (at = &a->keys; *at != NULL; at = &(*at)->next) {
		if (strcmp((*at)->id, id) == 0) {
			k = *at;
			*at = k->next;
			free_key(k);
			break;
		}
	}
	k = mem_alloc(sizeof(*k));
	k->account = copy(account);
	k->id = copy(id);
	k->secret = copy(secret);
	k->token = copy(token);
	k->expires = expires;
	k->uses = -1;
	k->next = a->keys;
	a->keys = k;
}

void
access_limit(struct access *a, const char *id, int64_t uses)
{
	struct access_key *k = access_find(a, id);

	if (k != NULL)
		k->uses = uses;
}

bool
access_expired(const struct access_key *k, int64_t now)
{
	return (k->expires != 0 && now >= k->expires) || k->uses == 0;
}

void
access_used(struct access_key *k)
{
	if (k->uses > 0)
		k->uses--;
}

void
access_rule(struct access *a, bool deny, const char *account,
    const char *action, const char *bucket, const char *glob)
{
	struct access_rule *r = mem_alloc(sizeof(*r));

	r->deny = deny;
	r->account = copy(account);
	r->action = copy(action);
	r->bucket = copy(bucket);
	r->glob = copy(glob != NULL ? glob : "*");
	r->next = a->rules;
	a->rules = r;
}

void
access_unrule(struct access *a, const char *account, const char *action,
    const char *bucket, const char *glob)
{
	struct access_rule **at = &a->rules, *r;

	while ((r = *at) != NULL) {
		if (account == NULL ||
		    (strcmp(r->account, account) == 0 &&
			strcmp(r->action, action) == 0 &&
			strcmp(r->bucket, bucket) == 0 &&
			strcmp(r->glob, glob != NULL ? glob : "*") == 0)) {
			*at = r->next;
			free_rule(r);
		} else {
			at = &r->next;
		}
	}
}

static bool
fits(const char *pattern, const char *word)
{
	return strcmp(pattern, "*") == 0 || strcmp(pattern, word) == 0;
}

static bool
public_action(const char *action)
{
	return strcmp(action, "ListBucket") == 0 ||
	    strcmp(action, "GetObject") == 0 ||
	    strcmp(action, "GetObjectTagging") == 0 ||
	    strcmp(action, "GetBucketLocation") == 0;
}

bool
access_allowed(const struct access *a, const char *account, const char *action,
    const struct store_bucket *b, const char *key, size_t n)
{
	const char *who = account != NULL ? account : "-";
	const struct access_rule *r;
	bool allowed = strcmp(b->options.owner, who) == 0 ||
	    (b->options.public && public_action(action));

	for (r = a->rules; r != NULL; r = r->next) {
		if (!fits(r->account, who) || !fits(r->action, action) ||
		    !fits(r->bucket, b->name) || !text_glob(r->glob, key, n))
			continue;
		if (r->deny)
			return false;
		allowed = true;
	}
	return allowed;
}
