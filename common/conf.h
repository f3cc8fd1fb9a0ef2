#ifndef CONF_H
#define CONF_H

/*
 * The AWS configuration: environment variables, ~/.aws/config and
 * ~/.aws/credentials, as one place to ask.  Empty values count as unset.
 * Read once; conf_reload() reads the files again (credentials may change
 * under a long run).
 */

#include <stdbool.h>
#include <stddef.h>

struct conf;

/* Reads the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name,
 * or the default ones if they exist.  NULL with a one-line reason (owned by
 * the caller, free(3)) when a file cannot be read or makes no sense; the
 * reason names file and line. */
struct conf *conf_new(char **why);
void	conf_free(struct conf *c);
bool	conf_reload(struct conf *c, char **why);

/* An environment variable, NULL if unset or empty. */
const char *conf_env(const char *name);

/* Does the profile exist in either file? */
bool	conf_has_profile(const struct conf *c, const char *profile);
/* A property of a profile, NULL if not set.  Property names are lower case.
 * The credentials file wins over the config file. */
const char *conf_get(const struct conf *c, const char *profile,
    const char *name);
/* The same from one file only: CONF_CONFIG or CONF_CREDENTIALS. */
enum conf_file {CONF_CONFIG, CONF_CREDENTIALS};
const char *conf_get_from(const struct conf *c, enum conf_file file,
    const char *profile, const char *name);
/* A sub-property: conf_get_sub(c, "x", "s3", "addressing_style"). */
const char *conf_get_sub(const struct conf *c, const char *profile,
    const char *block, const char *name);
/* A property of [sso-session NAME] or [services NAME] (kind "sso-session",
 * "services"); block may be NULL. */
const char *conf_get_section(const struct conf *c, const char *kind,
    const char *name, const char *block, const char *property);
/* The path of a file as read, for messages. */
const char *conf_path(const struct conf *c, enum conf_file file);

#endif
