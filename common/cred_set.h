#ifndef CRED_SET_H
#define CRED_SET_H

/* One set of keys with its storage; cleansed whenever it is let go. */

#include <stdbool.h>
#include <stdint.h>

struct cred_set {
	char *access_key; /* NULL: the set is empty */
	char *secret;
	char *token;	 /* NULL: none */
	int64_t expires; /* wall clock, ms; 0: never */
};

/* Replace what it holds by copies; an empty token counts as none. */
void cred_set_put(struct cred_set *s, const char *access_key,
    const char *secret, const char *token, int64_t expires);
void cred_set_fini(struct cred_set *s); /* leaves it empty */
/* Move the keys of from, which is then empty. */
void cred_set_move(struct cred_set *to, struct cred_set *from);
/* Are they such that header lines can be made of them: printable ASCII, and a
 * token of at most LIMIT_TOKEN bytes? */
bool cred_set_sane(const struct cred_set *s);
bool cred_set_same(const struct cred_set *a, const struct cred_set *b);

#endif
