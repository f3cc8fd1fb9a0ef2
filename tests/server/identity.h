/*
 * The services that hand out temporary credentials: STS, the SSO portal and
 * its token service, the container endpoint, and IMDSv2; see README.md.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

struct request;
struct server;

enum identity_imds {
	IDENTITY_IMDS_V2,
	IDENTITY_IMDS_V1_ONLY,
	IDENTITY_IMDS_OFF
};

struct identity {
	char *account, *key, *secret, *token; /* what is handed out */
	int64_t expires;		      /* seconds */
	bool fresh;			      /* new key and token each time */
	char *role, *external_id, *web_token, *container_token; /* or NULL */
	char *sso_token, *refresh_token, *region;
	enum identity_imds imds;
	uint64_t issued;
	uint64_t refreshed;
};

void identity_init(struct identity *);
void identity_fini(struct identity *);
/* An option word of the directive `identity`; false if it is none. */
bool identity_option(struct identity *, const char *word);

/* Sets the operation of a request to the identity port. */
void identity_parse(struct request *);
void identity_handle(struct request *);

#endif
