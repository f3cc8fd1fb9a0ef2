#include <stdlib.h>
#include <string.h>

#include "cred_set.h"
#include "hash.h"
#include "limit.h"
#include "xalloc.h"

static void
let_go(char *s)
{
	if (s != NULL)
		hash_cleanse(s, strlen(s));
	free(s);
}

void
cred_set_fini(struct cred_set *s)
{
	let_go(s->access_key);
	let_go(s->secret);
	let_go(s->token);
	memset(s, 0, sizeof(*s));
}

void
cred_set_put(struct cred_set *s, const char *access_key, const char *secret,
    const char *token, int64_t expires)
{
	struct cred_set new = {
	    xstrdup(access_key), xstrdup(secret), NULL, expires};

	if (token != NULL && *token != '\0')
		new.token = xstrdup(token);
	cred_set_fini(s);
	*s = new;
}

void
cred_set_move(struct cred_set *to, struct cred_set *from)
{
	cred_set_fini(to);
	*to = *from;
	memset(from, 0, sizeof(*from));
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
cred_set_same(const struct cred_set *a, const struct cred_set *b)
{
	return same(a->access_key, b->access_key) &&
	    same(a->secret, b->secret) && same(a->token, b->token);
}

static bool
plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < '!' || *s > '~')
			return false;
	return true;
}

bool
cred_set_sane(const struct cred_set *s)
{
	return plain(s->access_key) && strlen(s->access_key) <= LIMIT_TOKEN &&
	    plain(s->secret) && strlen(s->secret) <= LIMIT_TOKEN &&
	    (s->token == NULL ||
		(plain(s->token) && strlen(s->token) <= LIMIT_TOKEN));
}
