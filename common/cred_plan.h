#ifndef CRED_PLAN_H
#define CRED_PLAN_H

/*
 * Which source of credentials is configured, and what it needs: the decision
 * of the chain (cred.h), made from environment and files before anything is
 * fetched.  Reads no file of its own and asks nobody.
 *
 * A plan is one base source and the roles to assume after it, the first with
 * the base's keys, each further one with those of the role before.
 */

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"
#include "cred_set.h"
#include "fail.h"

enum cred_kind {
	CRED_STATIC,	   /* keys */
	CRED_PROCESS,	   /* command */
	CRED_SSO,	   /* sso */
	CRED_WEB_IDENTITY, /* web, token_file */
	CRED_CONTAINER,
	CRED_IMDS
};

struct cred_role {
	const char *profile; /* whose; NULL: the environment's */
	const char *arn;
	const char *session_name; /* NULL: one is made up */
	const char *external_id;  /* NULL: none */
	unsigned duration;	  /* s; 0: the service's default */
	const char *region;	  /* of its profile, or NULL */
};

struct cred_sso {
	const char *session; /* its section; NULL: the old form */
	const char *start_url, *region;
	const char *account, *role;
};

#define CRED_ROLES_MAX	 16
#define CRED_STRINGS_MAX 128

struct cred_plan {
	enum cred_kind kind;
	const char *profile; /* of the base; NULL: none */
	const char *source;  /* the base, for messages */
	bool from_files;     /* CRED_STATIC: may change there */
	bool last_resort;    /* nothing else was configured */
	unsigned exposed;    /* mode of the file with the keys, if
			      * others may read or write it */
	enum conf_file file; /* that file */
	const char *path;    /* its path, or NULL */
	struct cred_set keys;
	const char *command;
	struct cred_sso sso;
	struct cred_role web;
	const char *token_file;
	const char *sts_url, *sso_url, *oidc_url; /* set endpoints */
	struct cred_role roles[CRED_ROLES_MAX];
	size_t nroles;
	/* private */
	char *strings[CRED_STRINGS_MAX];
	size_t nstrings;
};

/* The words of the chain's end, for "no credentials". */
struct cred_plan_ask {
	const struct conf *conf;
	const char *profile;
	bool named;	  /* environment keys do not count */
	bool by_location; /* see settings.h */
};

/* Overwrites p.  False with f set (FAIL_CREDENTIALS) when what is configured
 * makes no sense or nothing is; cred_plan_fini() in either case. */
bool cred_plan_make(
    struct cred_plan *p, const struct cred_plan_ask *ask, struct fail *f);
void cred_plan_fini(struct cred_plan *p);

#endif
