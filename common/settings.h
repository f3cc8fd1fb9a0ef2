#ifndef SETTINGS_H
#define SETTINGS_H

/*
 * What the user has set for one side of a program, from the command line, the
 * environment and the profile, and where each thing came from.
 *
 * Precedence is that of the AWS command line: option, environment, profile.
 * But a profile that a LOCATION names (PROFILE@BUCKET) goes before the
 * environment: it is how two accounts or stores meet in one pipeline, and
 * their environment is one.
 */

#include <stdbool.h>

#include "endp.h"

struct conf;

/* The command line; what is NULL was not given. */
struct settings_ask {
	const char *profile; /* by LOCATION or option */
	bool by_location;    /* the former */
	const char *region;
	const char *endpoint_url;
	const char *ca_bundle;
	const char *style; /* auto, path, virtual */
};

struct settings_value {
	char *text; /* NULL: not set */
	char *from; /* "AWS_REGION", "profile x of FILE" */
};

struct settings {
	char *profile; /* never NULL */
	bool named;    /* by LOCATION or option: environment
			* keys do not count */
	bool by_location;
	struct settings_value region;
	struct settings_value endpoint_url;
	struct settings_value ca_bundle;
	enum endp_style style;
	bool dualstack, fips, accelerate;
	bool use_arn_region;
	bool express_sessions;	      /* true unless switched off */
	unsigned max_attempts;	      /* AWS_MAX_ATTEMPTS; 0: not set */
	struct settings_value how[5]; /* of the flags that are not default */
};

/* Fills s.  False with a one-line reason (the caller's, free(3)) that names
 * what is wrong and where it was set: no such profile, a value that makes no
 * sense, a CA bundle that cannot be read.  settings_fini() in either case. */
bool settings_resolve(struct settings *s, const struct settings_ask *ask,
    const struct conf *conf, char **why);
void settings_fini(struct settings *s);
/* A line for each thing and where it came from, under --debug; side is
 * "source", "destination" or NULL. */
void settings_debug(const struct settings *s, const char *side);

/* The endpoint set for a service other than S3 ("sts", "sso", "sso_oidc") in
 * the same way; NULL if none is.  Borrowed from conf or the environment. */
const char *settings_endpoint(const struct conf *conf, const char *profile,
    bool by_location, const char *service);

#endif
