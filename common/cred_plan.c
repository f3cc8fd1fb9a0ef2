#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "cred_plan.h"
#include "hash.h"
#include "limit.h"
#include "num.h"
#include "settings.h"
#include "when.h"
#include "xalloc.h"

enum found { NOT_HERE, FOUND, WRONG };

/* What the functions below share. */
struct maker {
	struct cred_plan *plan;
	const struct cred_plan_ask *ask;
	struct fail *f;
};

__attribute__((format(printf, 2, 3))) static enum found
wrong(struct maker *m, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, LIMIT_LINE);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	fail_set(m->f, FAIL_CREDENTIALS, "%s", b.data);
	buf_fini(&b);
	return WRONG;
}

/* A copy that lives as long as the plan, taking over s. */
static const char *
keep_own(struct cred_plan *p, char *s)
{
	if (p->nstrings == CRED_STRINGS_MAX)
		abort(); /* a plan has fewer than that by its structure */
	p->strings[p->nstrings++] = s;
	return s;
}

static const char *
keep(struct cred_plan *p, const char *s)
{
	return s == NULL ? NULL : keep_own(p, xstrdup(s));
}

__attribute__((format(printf, 2, 3))) static const char *
keepf(struct cred_plan *p, const char *fmt, ...)
{
	struct buf b;
	va_list ap;
	char *s;

	buf_init(&b, LIMIT_CONFIG);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	s = buf_take(&b);
	buf_fini(&b);
	return keep_own(p, s);
}

static const char *
get(const struct maker *m, const char *profile, const char *name)
{
	return conf_get(m->ask->conf, profile, name);
}

/* --- static keys --- */

static enum found
from_environment(struct maker *m)
{
	struct cred_plan *p = m->plan;
	const char *access = conf_env("AWS_ACCESS_KEY_ID");
	const char *secret = conf_env("AWS_SECRET_ACCESS_KEY");
	const char *token = conf_env("AWS_SESSION_TOKEN");
	const char *until = conf_env("AWS_CREDENTIAL_EXPIRATION");
	int64_t expires = 0;

	if (access == NULL)
		return NOT_HERE;
	if (secret == NULL)
		return wrong(m,
		    "AWS_ACCESS_KEY_ID is set, but not "
		    "AWS_SECRET_ACCESS_KEY");
	if (token == NULL)
		token = conf_env("AWS_SECURITY_TOKEN");
	if (until != NULL &&
	    !when_parse_iso(until, strlen(until), &expires, NULL))
		return wrong(
		    m, "AWS_CREDENTIAL_EXPIRATION is no date: %.60s", until);
	p->kind = CRED_STATIC;
	p->source = keep(p, "environment variables");
	cred_set_put(&p->keys, access, secret, token, expires);
	return FOUND;
}

static enum found
from_file(struct maker *m, const char *profile, enum conf_file file)
{
	const struct conf *c = m->ask->conf;
	struct cred_plan *p = m->plan;
	const char *access = conf_get_from(
	    c, file, profile, "aws_access_key_id");
	const char *secret = conf_get_from(
	    c, file, profile, "aws_secret_access_key");
	const char *token = conf_get_from(
	    c, file, profile, "aws_session_token");
	const char *path = conf_path(c, file);

	if (access == NULL)
		return NOT_HERE;
	if (secret == NULL)
		return wrong(m,
		    "profile %.60s of %.100s has an "
		    "aws_access_key_id, but no aws_secret_access_key",
		    profile, path);
	if (token == NULL)
		token = conf_get_from(c, file, profile, "aws_security_token");
	p->kind = CRED_STATIC;
	p->profile = keep(p, profile);
	p->file = file;
	p->path = keep(p, path);
	/* The config file is public by custom; keys in it are the user's own
	 * choice. */
	if (file == CONF_CREDENTIALS && conf_mode(c, file) & 077)
		p->exposed = conf_mode(c, file);
	p->from_files = true;
	p->source = keepf(p, "%s %s, profile %s",
	    file == CONF_CREDENTIALS ? "credentials file" : "config file", path,
	    profile);
	cred_set_put(&p->keys, access, secret, token, 0);
	return FOUND;
}

static bool
has_static(const struct maker *m, const char *profile)
{
	return get(m, profile, "aws_access_key_id") != NULL ||
	    get(m, profile, "aws_secret_access_key") != NULL;
}

/* --- roles --- */

static bool
has_role(const struct maker *m, const char *profile)
{
	return get(m, profile, "role_arn") != NULL &&
	    get(m, profile, "web_identity_token_file") == NULL;
}

static enum found
read_role(struct maker *m, const char *profile, struct cred_role *role)
{
	struct cred_plan *p = m->plan;
	const char *duration = get(m, profile, "duration_seconds");
	uint64_t seconds = 0;

	if (get(m, profile, "mfa_serial") != NULL)
		return wrong(m,
		    "profile %.60s asks for an MFA code "
		    "(mfa_serial), which is not supported: use keys from "
		    "\"aws configure export-credentials\"",
		    profile);
	if (duration != NULL &&
	    (!num_str(duration, 43200, &seconds) || seconds < 900))
		return wrong(m,
		    "duration_seconds of profile %.60s is not a "
		    "number from 900 to 43200",
		    profile);
	role->profile = keep(p, profile);
	role->arn = keep(p, get(m, profile, "role_arn"));
	role->session_name = keep(p, get(m, profile, "role_session_name"));
	role->external_id = keep(p, get(m, profile, "external_id"));
	role->region = keep(p, get(m, profile, "region"));
	role->duration = (unsigned)seconds;
	return FOUND;
}

/* Web identity of the environment, which a named profile shuts out, and of
 * the profile; what the environment has goes first. */
static enum found
from_web_identity(struct maker *m, const char *profile, bool environment)
{
	struct cred_plan *p = m->plan;
	const char *file = get(m, profile, "web_identity_token_file");
	const char *env_file = environment ?
	    conf_env("AWS_WEB_IDENTITY_TOKEN_FILE") :
	    NULL;
	const char *arn = environment ? conf_env("AWS_ROLE_ARN") : NULL;
	const char *name = environment ? conf_env("AWS_ROLE_SESSION_NAME") :
					 NULL;
	char *path;

	if (env_file != NULL)
		file = env_file;
	if (file == NULL)
		return NOT_HERE;
	if (read_role(m, profile, &p->web) == WRONG)
		return WRONG;
	if (arn != NULL)
		p->web.arn = keep(p, arn);
	if (name != NULL)
		p->web.session_name = keep(p, name);
	if (p->web.arn == NULL && file == env_file)
		return wrong(m,
		    "AWS_WEB_IDENTITY_TOKEN_FILE is set, but not "
		    "AWS_ROLE_ARN");
	if (p->web.arn == NULL)
		return wrong(m,
		    "profile %.60s has a web_identity_token_file, "
		    "but no role_arn",
		    profile);
	path = conf_expand(file);
	p->kind = CRED_WEB_IDENTITY;
	p->profile = keep(p, profile);
	p->token_file = keep_own(p, path);
	p->source = keepf(
	    p, "web identity token %s for role %s", path, p->web.arn);
	return FOUND;
}

/* --- SSO --- */

/* A value that stands in the session's section or in the profile, and must be
 * the same where it stands in both. */
static enum found
sso_value(
    struct maker *m, const char *profile, const char *name, const char **value)
{
	const char *session = m->plan->sso.session;
	const char *here = get(m, profile, name), *there;

	there = session == NULL ?
	    NULL :
	    conf_get_section(m->ask->conf, "sso-session", session, NULL, name);
	if (session != NULL && here != NULL && there != NULL &&
	    strcmp(here, there) != 0)
		return wrong(m,
		    "profile %.60s and sso-session %.60s have "
		    "different values for %s",
		    profile, session, name);
	*value = keep(m->plan, session != NULL ? there : here);
	if (*value != NULL)
		return FOUND;
	return wrong(m, "%s %.60s lacks %s",
	    session != NULL ? "sso-session" : "profile",
	    session != NULL ? session : profile, name);
}

static enum found
from_sso(struct maker *m, const char *profile)
{
	struct cred_plan *p = m->plan;
	const char *account = get(m, profile, "sso_account_id");
	const char *role = get(m, profile, "sso_role_name");
	const char *session = get(m, profile, "sso_session");

	if (account == NULL && role == NULL)
		return NOT_HERE;
	if (account == NULL || role == NULL)
		return wrong(m,
		    "profile %.60s has one of sso_account_id and "
		    "sso_role_name, but not both",
		    profile);
	if (session != NULL &&
	    !conf_has_section(m->ask->conf, "sso-session", session))
		return wrong(m,
		    "profile %.60s names the sso-session %.60s, "
		    "which does not exist",
		    profile, session);
	p->sso.session = keep(p, session);
	p->sso.account = keep(p, account);
	p->sso.role = keep(p, role);
	if (sso_value(m, profile, "sso_start_url", &p->sso.start_url) ==
		WRONG ||
	    sso_value(m, profile, "sso_region", &p->sso.region) == WRONG)
		return WRONG;
	p->kind = CRED_SSO;
	p->profile = keep(p, profile);
	p->source = keepf(p, "SSO %s, role %s of account %s",
	    session != NULL ? session : p->sso.start_url, role, account);
	return FOUND;
}

/* --- a profile --- */

/* All that a profile can have but roles, in the command line's order. */
static enum found
from_profile(struct maker *m, const char *profile, bool environment)
{
	struct cred_plan *p = m->plan;
	enum found found;

	if ((found = from_web_identity(m, profile, environment)) != NOT_HERE ||
	    (found = from_sso(m, profile)) != NOT_HERE ||
	    (found = from_file(m, profile, CONF_CREDENTIALS)) != NOT_HERE)
		return found;
	if (get(m, profile, "login_session") != NULL)
		return wrong(m,
		    "profile %.60s has a login_session (aws "
		    "login), which is not supported: use credential_process, "
		    "or keys from \"aws configure export-credentials\"",
		    profile);
	p->command = keep(p, get(m, profile, "credential_process"));
	if (p->command == NULL)
		return from_file(m, profile, CONF_CONFIG);
	p->kind = CRED_PROCESS;
	p->profile = keep(p, profile);
	p->source = keepf(p, "credential_process of profile %s", profile);
	return FOUND;
}

static enum found
from_container(struct maker *m)
{
	struct cred_plan *p = m->plan;

	if (conf_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") == NULL &&
	    conf_env("AWS_CONTAINER_CREDENTIALS_FULL_URI") == NULL)
		return NOT_HERE;
	p->kind = CRED_CONTAINER;
	p->source = keep(p, "container credentials");
	return FOUND;
}

static enum found
from_imds(struct maker *m)
{
	const char *disabled = conf_env("AWS_EC2_METADATA_DISABLED");

	if (disabled != NULL && strcasecmp(disabled, "true") == 0)
		return NOT_HERE;
	m->plan->kind = CRED_IMDS;
	m->plan->source = keep(m->plan, "instance metadata");
	return FOUND;
}

static enum found
from_credential_source(struct maker *m, const char *profile, const char *word)
{
	enum found found;

	if (strcmp(word, "Environment") == 0)
		found = from_environment(m);
	else if (strcmp(word, "EcsContainer") == 0)
		found = from_container(m);
	else if (strcmp(word, "Ec2InstanceMetadata") == 0)
		found = from_imds(m);
	else
		return wrong(m,
		    "credential_source of profile %.60s is none "
		    "of Environment, EcsContainer, Ec2InstanceMetadata",
		    profile);
	if (found == NOT_HERE)
		return wrong(m,
		    "profile %.60s has credential_source = %s, "
		    "which has no credentials",
		    profile, word);
	return found;
}

/* --- chains of source_profile --- */

static enum found
wrong_loop(struct maker *m, const char *again)
{
	const struct cred_plan *p = m->plan;
	enum found found;
	struct buf b;
	size_t i;

	buf_init(&b, LIMIT_LINE);
	for (i = 0; i < p->nroles; i++)
		buf_addf(&b, "%.40s -> ", p->roles[i].profile);
	found = wrong(m, "source_profile goes round: %s%.40s", b.data, again);
	buf_fini(&b);
	return found;
}

/* The profile that another's role is assumed with; *next is set when that is
 * itself a role. */
static enum found
from_source(
    struct maker *m, const char *profile, const char *source, const char **next)
{
	struct cred_plan *p = m->plan;
	enum found found;
	size_t i;

	if (!conf_has_profile(m->ask->conf, source))
		return wrong(m,
		    "profile %.60s names the source_profile "
		    "%.60s, which does not exist",
		    profile, source);
	if (has_static(m, source) || !has_role(m, source)) {
		found = from_profile(m, source, false);
		if (found == NOT_HERE)
			return wrong(m,
			    "the source_profile %.60s of profile "
			    "%.60s has no credentials",
			    source, profile);
		return found;
	}
	for (i = 0; i < p->nroles; i++)
		if (strcmp(p->roles[i].profile, source) == 0)
			return wrong_loop(m, source);
	if (p->nroles == CRED_ROLES_MAX)
		return wrong(m,
		    "source_profile goes over more than %d "
		    "profiles",
		    CRED_ROLES_MAX);
	*next = source;
	return FOUND;
}

/* The roles were found from the last to the first. */
static void
turn_roles(struct cred_plan *p)
{
	struct cred_role role;
	size_t i, j;

	for (i = 0, j = p->nroles; i + 1 < j; i++) {
		role = p->roles[i];
		p->roles[i] = p->roles[--j];
		p->roles[j] = role;
	}
}

static enum found
from_roles(struct maker *m, const char *profile)
{
	struct cred_plan *p = m->plan;
	const char *next = profile, *source, *where;
	enum found found = NOT_HERE;

	if (!has_role(m, profile))
		return NOT_HERE;
	while (next != NULL) {
		profile = next;
		next = NULL;
		source = get(m, profile, "source_profile");
		where = get(m, profile, "credential_source");
		if (read_role(m, profile, &p->roles[p->nroles++]) == WRONG)
			return WRONG;
		if ((source == NULL) == (where == NULL))
			return wrong(m,
			    "profile %.60s has a role_arn and %s "
			    "source_profile and credential_source",
			    profile, source == NULL ? "neither of" : "both");
		found = source != NULL ?
		    from_source(m, profile, source, &next) :
		    from_credential_source(m, profile, where);
	}
	turn_roles(p);
	return found;
}

/* --- the chain --- */

static enum found
from_nowhere(struct maker *m)
{
	const struct conf *c = m->ask->conf;

	return wrong(m,
	    "no credentials: none in %sprofile %.40s of %.60s and %.60s, none "
	    "from a container, and instance metadata is switched off "
	    "(try --profile, or --no-sign-request)",
	    m->ask->named ? "" : "the environment, ", m->ask->profile,
	    conf_path(c, CONF_CREDENTIALS), conf_path(c, CONF_CONFIG));
}

static enum found
chain(struct maker *m)
{
	const char *profile = m->ask->profile;
	enum found found;

	if (!m->ask->named && (found = from_environment(m)) != NOT_HERE)
		return found;
	if (strcmp(profile, "default") != 0 &&
	    !conf_has_profile(m->ask->conf, profile))
		return wrong(m,
		    "there is no profile \"%.60s\" in %.80s or "
		    "%.80s",
		    profile, conf_path(m->ask->conf, CONF_CONFIG),
		    conf_path(m->ask->conf, CONF_CREDENTIALS));
	if ((found = from_roles(m, profile)) != NOT_HERE ||
	    (found = from_profile(m, profile, !m->ask->named)) != NOT_HERE ||
	    (found = from_container(m)) != NOT_HERE)
		return found;
	m->plan->last_resort = true;
	if ((found = from_imds(m)) != NOT_HERE)
		return found;
	return from_nowhere(m);
}

bool
cred_plan_make(
    struct cred_plan *p, const struct cred_plan_ask *ask, struct fail *f)
{
	struct maker m = {p, ask, f};
	const struct conf *c = ask->conf;

	memset(p, 0, sizeof(*p));
	if (chain(&m) != FOUND)
		return false;
	p->sts_url = keep(
	    p, settings_endpoint(c, ask->profile, ask->by_location, "sts"));
	p->sso_url = keep(
	    p, settings_endpoint(c, ask->profile, ask->by_location, "sso"));
	p->oidc_url = keep(p,
	    settings_endpoint(c, ask->profile, ask->by_location, "sso_oidc"));
	return true;
}

void
cred_plan_fini(struct cred_plan *p)
{
	size_t i;

	for (i = 0; i < p->nstrings; i++) {
		/* a command line may hold a secret */
		hash_cleanse(p->strings[i], strlen(p->strings[i]));
		free(p->strings[i]);
	}
	cred_set_fini(&p->keys);
	memset(p, 0, sizeof(*p));
}
