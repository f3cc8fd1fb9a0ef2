#ifndef CONF_H
#define CONF_H

/*
 * The AWS configuration: environment variables, ~/.aws/config and
 * ~/.aws/credentials, as one place to ask.  Empty values count as unset.
 * Read once; conf_reload() reads the files again (credentials may change
 * under a long run).
 *
 * All strings given out are borrowed, until conf_reload() or conf_free();
 * the texts of the files hold secrets and are cleansed then.
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials
 * files"; where it and the AWS command line differ, what the latter accepts
 * is accepted.
 */

#include <stdbool.h>
#include <stddef.h>

struct conf;

enum conf_file { CONF_CONFIG, CONF_CREDENTIALS };

/* Reads the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name,
 * or the default ones; a file that does not exist is an empty one.  NULL with
 * a one-line reason (owned by the caller, free(3)) when a file cannot be read
 * or makes no sense; the reason names file and line. */
struct conf *conf_new(char **why);
void conf_free(struct conf *c);
/* False leaves what was read before. */
bool conf_reload(struct conf *c, char **why);

/* An environment variable, NULL if unset or empty. */
const char *conf_env(const char *name);

/* Does the profile exist in either file? */
bool conf_has_profile(const struct conf *c, const char *profile);
/* A property of a profile, NULL if not set.  Property names are lower case.
 * The credentials file wins over the config file. */
const char *
conf_get(const struct conf *c, const char *profile, const char *name);
/* The same from one file only. */
const char *conf_get_from(const struct conf *c, enum conf_file file,
    const char *profile, const char *name);
/* A sub-property: conf_get_sub(c, "x", "s3", "addressing_style"). */
const char *conf_get_sub(const struct conf *c, const char *profile,
    const char *block, const char *name);
/* Does [sso-session NAME] or [services NAME] exist? */
bool conf_has_section(const struct conf *c, const char *kind, const char *name);
/* A property of [sso-session NAME] or [services NAME] (kind "sso-session",
 * "services"); block may be NULL. */
const char *conf_get_section(const struct conf *c, const char *kind,
    const char *name, const char *block, const char *property);
/* The path of a file as read, for messages. */
const char *conf_path(const struct conf *c, enum conf_file file);
/* The permission bits of a file as it was read, 0 if there was none. */
unsigned conf_mode(const struct conf *c, enum conf_file file);
/* True once for each file, whatever is read again: for a warning about it. */
bool conf_first_time(struct conf *c, enum conf_file file);
/* A path of the user's with a leading "~" replaced by the home directory; the
 * caller's, free(3). */
char *conf_expand(const char *path);

#endif
