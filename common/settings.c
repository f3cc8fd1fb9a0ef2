#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "diag.h"
#include "num.h"
#include "settings.h"
#include "xalloc.h"

#define TEXT_MAX	 (64 << 10)
#define MAX_ATTEMPTS_MAX 1000

/* Where to look. */
struct look {
	const struct conf *conf;
	const char *profile;
	bool profile_first;
};

/* One thing to look for; all but option may be NULL. */
struct wanted {
	const char *option_name, *option;
	const char *env, *env2;
	const char *block, *property;
};

__attribute__((format(printf, 1, 2))) static char *
text(const char *fmt, ...)
{
	struct buf b;
	va_list ap;
	char *s;

	buf_init(&b, TEXT_MAX);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	s = buf_take(&b);
	buf_fini(&b);
	return s;
}

static void
value_set(struct settings_value *v, const char *value, char *from)
{
	free(v->text);
	free(v->from);
	v->text = xstrdup(value);
	v->from = from;
}

static bool
from_env(struct settings_value *v, const char *name)
{
	const char *value = name == NULL ? NULL : conf_env(name);

	if (value != NULL)
		value_set(v, value, xstrdup(name));
	return value != NULL;
}

static bool
from_profile(
    struct settings_value *v, const struct look *l, const struct wanted *w)
{
	const char *value, *credentials;

	if (w->property == NULL)
		return false;
	value = w->block != NULL ?
	    conf_get_sub(l->conf, l->profile, w->block, w->property) :
	    conf_get(l->conf, l->profile, w->property);
	if (value == NULL)
		return false;
	credentials = w->block != NULL ?
	    NULL :
	    conf_get_from(l->conf, CONF_CREDENTIALS, l->profile, w->property);
	value_set(v, value,
	    text("profile %s of %s", l->profile,
		conf_path(l->conf,
		    value == credentials ? CONF_CREDENTIALS : CONF_CONFIG)));
	return true;
}

static bool
from_profile_and_env(
    struct settings_value *v, const struct look *l, const struct wanted *w)
{
	if (l->profile_first && from_profile(v, l, w))
		return true;
	return from_env(v, w->env) || from_env(v, w->env2) ||
	    (!l->profile_first && from_profile(v, l, w));
}

static bool
find(struct settings_value *v, const struct look *l, const struct wanted *w)
{
	if (w->option != NULL) {
		value_set(v, w->option, xstrdup(w->option_name));
		return true;
	}
	return from_profile_and_env(v, l, w);
}

static bool
parse_bool(const char *word, bool *value)
{
	*value = strcasecmp(word, "true") == 0;
	return *value || strcasecmp(word, "false") == 0;
}

static bool
wrong(char **why, const char *what, const struct settings_value *v,
    const char *want)
{
	*why = text(
	    "%s: \"%.100s\" is not %s (from %s)", what, v->text, want, v->from);
	return false;
}

/* A flag by one or two wanted places; kept in how[] when it is set. */
static bool
find_flag(bool *flag, struct settings_value *v, const struct look *l,
    const struct wanted *first, const struct wanted *second, char **why)
{
	if (!find(v, l, first) && (second == NULL || !find(v, l, second)))
		return true;
	return parse_bool(v->text, flag) ||
	    wrong(why, first->property, v, "true or false");
}

static bool
find_flags(struct settings *s, const struct look *l, char **why)
{
	static const struct wanted
	    dualstack = {.block = "s3", .property = "use_dualstack_endpoint"},
	    dualstack_all = {.env = "AWS_USE_DUALSTACK_ENDPOINT",
		.property = "use_dualstack_endpoint"},
	    fips = {.env = "AWS_USE_FIPS_ENDPOINT",
		.property = "use_fips_endpoint"},
	    accelerate = {.block = "s3", .property = "use_accelerate_endpoint"},
	    arn = {.env = "AWS_S3_USE_ARN_REGION",
		.property = "s3_use_arn_region"},
	    arn_block = {.block = "s3", .property = "use_arn_region"},
	    express = {.env = "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
		.property = "s3_disable_express_session_auth"};
	bool no_sessions = false, good;

	good = find_flag(&s->dualstack, &s->how[0], l, &dualstack,
		   &dualstack_all, why) &&
	    find_flag(&s->fips, &s->how[1], l, &fips, NULL, why) &&
	    find_flag(&s->accelerate, &s->how[2], l, &accelerate, NULL, why) &&
	    find_flag(
		&s->use_arn_region, &s->how[3], l, &arn_block, &arn, why) &&
	    find_flag(&no_sessions, &s->how[4], l, &express, NULL, why);
	s->express_sessions = !no_sessions;
	return good;
}

/* --- endpoints --- */

static bool
ignores_endpoints(const struct look *l)
{
	static const struct wanted w = {
	    .env = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	    .property = "ignore_configured_endpoint_urls"};
	struct settings_value v = {NULL, NULL};
	bool ignored = false;

	if (find(&v, l, &w))
		parse_bool(v.text, &ignored);
	free(v.text);
	free(v.from);
	return ignored;
}

static const char *
endpoint_from_env(const char *service, const char **from)
{
	static const struct {
		const char *service, *variable;
	} names[] = {{"s3", "AWS_ENDPOINT_URL_S3"},
	    {"sts", "AWS_ENDPOINT_URL_STS"}, {"sso", "AWS_ENDPOINT_URL_SSO"},
	    {"sso_oidc", "AWS_ENDPOINT_URL_SSO_OIDC"}};
	const char *url = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].service, service) == 0) {
			*from = names[i].variable;
			url = conf_env(*from);
		}
	if (url == NULL) {
		*from = "AWS_ENDPOINT_URL";
		url = conf_env(*from);
	}
	return url;
}

/* The profile's services section for this service, or its endpoint_url. */
static const char *
endpoint_from_profile(
    const struct look *l, const char *service, const char **services)
{
	const char *url = NULL;

	*services = conf_get(l->conf, l->profile, "services");
	if (*services != NULL)
		url = conf_get_section(
		    l->conf, "services", *services, service, "endpoint_url");
	if (url != NULL)
		return url;
	*services = NULL;
	return conf_get(l->conf, l->profile, "endpoint_url");
}

const char *
settings_endpoint(const struct conf *conf, const char *profile,
    bool by_location, const char *service)
{
	struct look l = {conf, profile, by_location};
	const char *in_env, *in_profile, *from;

	if (ignores_endpoints(&l))
		return NULL;
	in_env = endpoint_from_env(service, &from);
	in_profile = endpoint_from_profile(&l, service, &from);
	if (by_location)
		return in_profile != NULL ? in_profile : in_env;
	return in_env != NULL ? in_env : in_profile;
}

static void
find_endpoint(
    struct settings *s, const struct settings_ask *ask, const struct look *l)
{
	const char *url, *from, *services;

	if (ask->endpoint_url != NULL) {
		value_set(&s->endpoint_url, ask->endpoint_url,
		    xstrdup("--endpoint-url"));
		return;
	}
	url = settings_endpoint(l->conf, l->profile, l->profile_first, "s3");
	if (url == NULL)
		return;
	if (url == endpoint_from_env("s3", &from))
		value_set(&s->endpoint_url, url, xstrdup(from));
	else if (url == endpoint_from_profile(l, "s3", &services) &&
	    services != NULL)
		value_set(&s->endpoint_url, url,
		    text("services %s of %s", services,
			conf_path(l->conf, CONF_CONFIG)));
	else
		value_set(
		    &s->endpoint_url, url, text("profile %s", l->profile));
}

/* --- the others --- */

static bool
find_style(struct settings *s, const struct settings_ask *ask,
    const struct look *l, char **why)
{
	struct wanted w = {"--addressing-style", ask->style, NULL, NULL, "s3",
	    "addressing_style"};
	struct settings_value v = {NULL, NULL};
	bool good = true;

	if (find(&v, l, &w) && !endp_parse_style(v.text, &s->style))
		good = wrong(
		    why, "addressing style", &v, "auto, path or virtual");
	free(v.text);
	free(v.from);
	return good;
}

/* Both AWS's names and those that curl and OpenSSL know. */
static bool
find_ca_bundle(struct settings *s, const struct settings_ask *ask,
    const struct look *l, char **why)
{
	struct wanted w = {"--ca-bundle", ask->ca_bundle, "AWS_CA_BUNDLE", NULL,
	    NULL, "ca_bundle"};
	struct settings_value *v = &s->ca_bundle;
	char *path;
	int fd;

	if (!find(v, l, &w) && !from_env(v, "CURL_CA_BUNDLE") &&
	    !from_env(v, "SSL_CERT_FILE"))
		return true;
	path = conf_expand(v->text);
	free(v->text);
	v->text = path;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		*why = text("CA bundle %s: %s (from %s)", path, strerror(errno),
		    v->from);
		return false;
	}
	close(fd);
	return true;
}

static bool
find_region(struct settings *s, const struct settings_ask *ask,
    const struct look *l, char **why)
{
	struct wanted w = {"--region", ask->region, "AWS_REGION",
	    "AWS_DEFAULT_REGION", NULL, "region"};

	if (!find(&s->region, l, &w) || endp_is_region(s->region.text))
		return true;
	return wrong(why, "region", &s->region, "a region's name");
}

static bool
find_max_attempts(struct settings *s, const struct look *l, char **why)
{
	static const struct wanted w = {
	    .env = "AWS_MAX_ATTEMPTS", .property = "max_attempts"};
	struct settings_value v = {NULL, NULL};
	uint64_t n = 0;
	bool good = true;

	if (find(&v, l, &w) &&
	    (!num_str(v.text, MAX_ATTEMPTS_MAX, &n) || n == 0))
		good = wrong(
		    why, "max_attempts", &v, "a number from 1 to 1000");
	s->max_attempts = (unsigned)n;
	free(v.text);
	free(v.from);
	return good;
}

/* The profile to use; one that somebody asked for must exist. */
static bool
find_profile(struct settings *s, const struct settings_ask *ask,
    const struct conf *conf, char **why)
{
	const char *name = ask->profile, *from = "";

	s->named = name != NULL;
	s->by_location = s->named && ask->by_location;
	if (name == NULL && (name = conf_env("AWS_PROFILE")) != NULL)
		from = " (from AWS_PROFILE)";
	if (name == NULL && (name = conf_env("AWS_DEFAULT_PROFILE")) != NULL)
		from = " (from AWS_DEFAULT_PROFILE)";
	s->profile = xstrdup(name == NULL ? "default" : name);
	if (name == NULL || strcmp(name, "default") == 0 ||
	    conf_has_profile(conf, name))
		return true;
	*why = text("there is no profile \"%.100s\"%s in %s or %s", name, from,
	    conf_path(conf, CONF_CONFIG), conf_path(conf, CONF_CREDENTIALS));
	return false;
}

bool
settings_resolve(struct settings *s, const struct settings_ask *ask,
    const struct conf *conf, char **why)
{
	struct look l;

	memset(s, 0, sizeof(*s));
	s->use_arn_region = true;
	if (!find_profile(s, ask, conf, why))
		return false;
	l.conf = conf;
	l.profile = s->profile;
	l.profile_first = s->by_location;
	find_endpoint(s, ask, &l);
	return find_region(s, ask, &l, why) && find_style(s, ask, &l, why) &&
	    find_flags(s, &l, why) && find_ca_bundle(s, ask, &l, why) &&
	    find_max_attempts(s, &l, why);
}

static void
value_fini(struct settings_value *v)
{
	free(v->text);
	free(v->from);
}

void
settings_fini(struct settings *s)
{
	size_t i;

	free(s->profile);
	value_fini(&s->region);
	value_fini(&s->endpoint_url);
	value_fini(&s->ca_bundle);
	for (i = 0; i < sizeof(s->how) / sizeof(s->how[0]); i++)
		value_fini(&s->how[i]);
	memset(s, 0, sizeof(*s));
}

static void
debug_value(const char *side, const char *what, const struct settings_value *v,
    const char *otherwise)
{
	if (v->text != NULL)
		diag_debug("%s%s %s, from %s", side, what, v->text, v->from);
	else if (otherwise != NULL)
		diag_debug("%s%s %s", side, what, otherwise);
}

void
settings_debug(const struct settings *s, const char *side)
{
	static const char *const names[] = {"use_dualstack_endpoint",
	    "use_fips_endpoint", "use_accelerate_endpoint", "use_arn_region",
	    "s3_disable_express_session_auth"};
	char *prefix;
	size_t i;

	if (!diag_debugging())
		return;
	prefix = side == NULL ? xstrdup("") : text("%s: ", side);
	diag_debug("%sprofile %s%s", prefix, s->profile,
	    s->by_location ? ", from the location" :
		s->named   ? ", from the command line" :
			     "");
	debug_value(prefix, "region", &s->region,
	    "not set: us-east-1, or where the bucket's name or the store "
	    "says that it is");
	debug_value(prefix, "endpoint", &s->endpoint_url, "of AWS");
	debug_value(prefix, "CA bundle", &s->ca_bundle, NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		debug_value(prefix, names[i], &s->how[i], NULL);
	free(prefix);
}
