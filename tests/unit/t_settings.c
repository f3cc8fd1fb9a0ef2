/* What is set where: precedence, and refusals that say where it was set. */

#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "conf.h"
#include "settings.h"

static char dir[] = "/tmp/t_settings.XXXXXX";
static char path[64];
static struct conf *conf;
static struct settings s;
static char *why;

static const char *const variables[] = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
    "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "AWS_CA_BUNDLE",
    "CURL_CA_BUNDLE", "SSL_CERT_FILE", "AWS_MAX_ATTEMPTS",
    "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_S3_USE_ARN_REGION", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"};

static void
begin(const char *text)
{
	FILE *f = fopen(path, "w");
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0 ||
	    (conf = conf_new(&why)) == NULL)
		abort();
}

static bool
resolve(const struct settings_ask *ask)
{
	settings_fini(&s);
	free(why);
	why = NULL;
	return settings_resolve(&s, ask, conf, &why);
}

static void
end(void)
{
	settings_fini(&s);
	conf_free(conf);
	free(why);
	why = NULL;
}

static void
test_region(void)
{
	struct settings_ask ask = {.profile = "x"};
	char from[128];

	begin("[profile x]\nregion = in-profile\n[default]\n");
	ok(resolve(&ask), "a profile's region");
	is_str(s.region.text, "in-profile", "is taken");
	snprintf(from, sizeof(from), "profile x of %s", path);
	is_str(s.region.from, from, "and where it came from is known");
	ok(s.named && !s.by_location, "the profile was named by option");
	setenv("AWS_DEFAULT_REGION", "in-env2", 1);
	resolve(&ask);
	is_str(s.region.text, "in-env2", "the environment beats the profile");
	setenv("AWS_REGION", "in-env", 1);
	resolve(&ask);
	is_str(s.region.text, "in-env", "AWS_REGION beats AWS_DEFAULT_REGION");
	is_str(s.region.from, "AWS_REGION", "from");
	ask.by_location = true;
	resolve(&ask);
	is_str(s.region.text, "in-profile",
	    "a profile named by LOCATION beats the environment");
	ask.region = "in-option";
	resolve(&ask);
	is_str(s.region.text, "in-option", "the option beats all");
	is_str(s.region.from, "--region", "from");
	ask.region = "not/one";
	ok(!resolve(&ask), "what is no region is refused");
	is_str(why,
	    "region: \"not/one\" is not a region's name (from "
	    "--region)",
	    "with a reason");
	memset(&ask, 0, sizeof(ask));
	unsetenv("AWS_REGION");
	unsetenv("AWS_DEFAULT_REGION");
	ok(resolve(&ask), "no region at all");
	is_str(s.region.text, NULL, "is unset");
	is_str(s.profile, "default", "the default profile");
	ok(!s.named, "was not named");
	end();
}

static void
test_profile(void)
{
	struct settings_ask ask = {.profile = NULL};

	begin("[profile x]\n[profile y]\n");
	setenv("AWS_DEFAULT_PROFILE", "y", 1);
	ok(resolve(&ask), "AWS_DEFAULT_PROFILE");
	is_str(s.profile, "y", "is taken");
	setenv("AWS_PROFILE", "x", 1);
	resolve(&ask);
	is_str(s.profile, "x", "AWS_PROFILE beats it");
	ok(!s.named, "neither counts as naming it");
	setenv("AWS_PROFILE", "misspelt", 1);
	ok(!resolve(&ask), "a profile that does not exist is refused");
	ok(strstr(why, "no profile \"misspelt\" (from AWS_PROFILE) in ") !=
		    NULL &&
		strstr(why, path) != NULL,
	    "with its name, its origin and the files");
	ask.profile = "x";
	ok(resolve(&ask) && s.named, "the option beats AWS_PROFILE");
	end();
}

static void
test_endpoint(void)
{
	struct settings_ask ask = {.profile = "x"};

	begin("[profile x]\nservices = s\nendpoint_url = http://profile\n"
	      "[profile y]\nendpoint_url = http://y\n"
	      "[services s]\ns3 =\n  endpoint_url = http://services\n"
	      "sts =\n  endpoint_url = http://sts\n");
	resolve(&ask);
	is_str(s.endpoint_url.text, "http://services",
	    "the services section beats the profile's endpoint_url");
	is_str(settings_endpoint(conf, "x", false, "sts"), "http://sts",
	    "sts has its own block there");
	is_str(settings_endpoint(conf, "x", false, "sso"), "http://profile",
	    "sso has none and gets the profile's");
	ask.profile = "y";
	resolve(&ask);
	is_str(s.endpoint_url.text, "http://y", "the profile's endpoint_url");
	setenv("AWS_ENDPOINT_URL", "http://env", 1);
	resolve(&ask);
	is_str(s.endpoint_url.text, "http://env",
	    "AWS_ENDPOINT_URL beats the profile");
	is_str(settings_endpoint(conf, "x", false, "sts"), "http://env",
	    "for sts, too");
	setenv("AWS_ENDPOINT_URL_S3", "http://s3", 1);
	setenv("AWS_ENDPOINT_URL_STS", "http://sts-env", 1);
	resolve(&ask);
	is_str(s.endpoint_url.text, "http://s3",
	    "AWS_ENDPOINT_URL_S3 beats AWS_ENDPOINT_URL");
	is_str(settings_endpoint(conf, "y", false, "sts"), "http://sts-env",
	    "AWS_ENDPOINT_URL_STS is for sts");
	ask.by_location = true;
	resolve(&ask);
	is_str(s.endpoint_url.text, "http://y",
	    "a profile named by LOCATION beats both");
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	resolve(&ask);
	is_str(s.endpoint_url.text, NULL, "all ignored when told so");
	ask.endpoint_url = "http://option";
	resolve(&ask);
	is_str(s.endpoint_url.text, "http://option", "but for the option");
	end();
}

static void
test_flags(void)
{
	struct settings_ask ask = {.profile = "x"};

	begin("[profile x]\nuse_fips_endpoint = TRUE\nmax_attempts = 7\ns3 =\n"
	      "  addressing_style = virtual\n  use_accelerate_endpoint = true\n"
	      "  use_arn_region = false\n  use_dualstack_endpoint = true\n"
	      "[profile y]\nuse_fips_endpoint = maybe\n"
	      "[profile z]\nmax_attempts = 0\n"
	      "[profile w]\ns3 =\n  addressing_style = host\n");
	ok(resolve(&ask), "all flags at once");
	ok(s.fips && s.accelerate && s.dualstack && !s.use_arn_region,
	    "all are set");
	is_int(s.style, ENDP_VIRTUAL, "addressing_style");
	is_int(s.max_attempts, 7, "max_attempts");
	ok(s.express_sessions, "express sessions are on by default");
	setenv("AWS_MAX_ATTEMPTS", "9", 1);
	setenv("AWS_USE_FIPS_ENDPOINT", "false", 1);
	setenv("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "true", 1);
	ask.style = "path";
	resolve(&ask);
	is_int(s.max_attempts, 9, "AWS_MAX_ATTEMPTS beats the profile");
	ok(!s.fips, "AWS_USE_FIPS_ENDPOINT beats the profile");
	ok(!s.express_sessions, "express sessions can be switched off");
	is_int(s.style, ENDP_PATH, "the option beats the profile");
	unsetenv("AWS_MAX_ATTEMPTS");
	unsetenv("AWS_USE_FIPS_ENDPOINT");
	ask.style = NULL;
	ask.profile = "y";
	ok(!resolve(&ask) &&
		strstr(why, "\"maybe\" is not true or false") != NULL,
	    "a flag that is neither true nor false is refused");
	ask.profile = "z";
	ok(!resolve(&ask) && strstr(why, "max_attempts") != NULL,
	    "max_attempts = 0 is refused");
	ask.profile = "w";
	ok(!resolve(&ask) && strstr(why, "auto, path or virtual") != NULL,
	    "another addressing style is refused");
	end();
}

static void
test_ca_bundle(void)
{
	struct settings_ask ask = {.profile = "x"};
	char text[128];

	snprintf(text, sizeof(text),
	    "[profile x]\nca_bundle = %s\n"
	    "[profile y]\n",
	    path);
	begin(text);
	setenv("CURL_CA_BUNDLE", "/dev/null", 1);
	resolve(&ask);
	is_str(s.ca_bundle.text, path, "the profile's beats CURL_CA_BUNDLE");
	ask.profile = "y";
	resolve(&ask);
	is_str(s.ca_bundle.text, "/dev/null", "which is taken without it");
	unsetenv("CURL_CA_BUNDLE");
	setenv("SSL_CERT_FILE", path, 1);
	resolve(&ask);
	is_str(s.ca_bundle.text, path, "and then SSL_CERT_FILE");
	setenv("AWS_CA_BUNDLE", "/nonexistent/ca", 1);
	ok(!resolve(&ask), "one that cannot be read is refused");
	is_str(why,
	    "CA bundle /nonexistent/ca: No such file or directory "
	    "(from AWS_CA_BUNDLE)",
	    "with a reason");
	ask.ca_bundle = path;
	ok(resolve(&ask), "the option beats AWS_CA_BUNDLE");
	is_str(s.ca_bundle.text, path, "and is taken");
	end();
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/conf", dir);
	setenv("AWS_CONFIG_FILE", path, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials", 1);
	test_region();
	test_profile();
	test_endpoint();
	test_flags();
	test_ca_bundle();
	unlink(path);
	rmdir(dir);
	return tap_done();
}
