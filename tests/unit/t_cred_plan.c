/* Which source of credentials is chosen, from environment and files alone. */

#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "conf.h"
#include "cred_plan.h"

static char dir[] = "/tmp/t_cred_plan.XXXXXX";
static char config[64], credentials[64];

static const char *const variables[] = {"AWS_PROFILE", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_DISABLED",
    "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"};

/* env: "NAME=VALUE" each, the list ended by NULL. */
static const struct row {
	const char *claim, *config, *credentials;
	const char *env[4];
	const char *profile;
	bool named;
	const char *want;  /* beginning of the source; "!": a part of
			    * the failure */
	const char *roles; /* their profiles, in order, or NULL */
} rows[] = {
#include "cred_rows.h"
};

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void
set_env(const char *const *env)
{
	size_t i;
	char name[64];
	const char *value;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	for (; *env != NULL; env++) {
		value = strchr(*env, '=') + 1;
		snprintf(
		    name, sizeof(name), "%.*s", (int)(value - *env) - 1, *env);
		setenv(name, value, 1);
	}
}

/* Paths of this run's directory are written as DIR in the rows. */
static void
replace_dir(const char *from, char *to, size_t room)
{
	const char *at;
	size_t n = 0;

	while (*from != '\0' && n + 64 < room) {
		at = strncmp(from, dir, strlen(dir)) == 0 ? "DIR" : NULL;
		if (at != NULL) {
			memcpy(to + n, at, 3);
			n += 3;
			from += strlen(dir);
		} else {
			to[n++] = *from++;
		}
	}
	to[n] = '\0';
}

static void
test_row(const struct row *row)
{
	struct cred_plan plan = {.kind = CRED_STATIC};
	struct cred_plan_ask ask = {NULL, row->profile, row->named, false};
	struct conf *conf;
	struct fail f;
	char *why, got[1024], roles[256] = "";
	bool good;
	size_t i, n;

	put(config, row->config);
	put(credentials, row->credentials);
	set_env(row->env);
	if ((conf = conf_new(&why)) == NULL)
		abort();
	ask.conf = conf;
	fail_clear(&f);
	good = cred_plan_make(&plan, &ask, &f);
	replace_dir(good ? plan.source : f.text, got, sizeof(got));
	if (row->want[0] == '!') {
		if (!ok(!good && f.kind == FAIL_CREDENTIALS &&
			    strstr(got, row->want + 1) != NULL,
			"%s", row->claim))
			printf("#      got: %s\n# expected: %s\n", got,
			    row->want + 1);
	} else {
		is_str(got, row->want, row->claim);
		for (i = 0, n = 0; good && i < plan.nroles; i++)
			n += (size_t)snprintf(roles + n, sizeof(roles) - n,
			    "%s%s", i > 0 ? " " : "", plan.roles[i].profile);
		if (row->roles != NULL)
			is_str(roles, row->roles, "its roles, in order");
		else
			is_int(plan.nroles, 0, "no roles");
	}
	cred_plan_fini(&plan);
	conf_free(conf);
}

static void
test_details(void)
{
	static const char *const env[] = {"AWS_ACCESS_KEY_ID=A",
	    "AWS_SECRET_ACCESS_KEY=S", "AWS_SESSION_TOKEN=T",
	    "AWS_CREDENTIAL_EXPIRATION=2026-01-02T03:04:05Z", NULL};
	static const char text[] =
	    "[profile r]\nrole_arn = arn:r\n"
	    "source_profile = s\nexternal_id = e\nduration_seconds = 900\n"
	    "role_session_name = n\nregion = eu-west-1\n"
	    "endpoint_url = http://sts.example\n";
	struct cred_plan_ask ask = {NULL, "default", false, false};
	struct cred_plan plan = {.kind = CRED_STATIC};
	struct conf *conf;
	struct fail f = {.kind = FAIL_NONE};
	char *why;

	put(config, text);
	put(credentials,
	    "[s]\naws_access_key_id = A2\n"
	    "aws_secret_access_key = S2\naws_session_token = T2\n");
	set_env(env);
	if ((conf = conf_new(&why)) == NULL)
		abort();
	ask.conf = conf;
	ok(cred_plan_make(&plan, &ask, &f), "keys of the environment");
	is_str(plan.keys.access_key, "A", "access key");
	is_str(plan.keys.secret, "S", "secret");
	is_str(plan.keys.token, "T", "token");
	is_int(plan.keys.expires, INT64_C(1767323045000), "expiration");
	ok(!plan.from_files, "they are not from files");
	cred_plan_fini(&plan);
	ask.profile = "r";
	ask.named = true;
	ok(cred_plan_make(&plan, &ask, &f), "a role");
	is_str(plan.roles[0].arn, "arn:r", "role_arn");
	is_str(plan.roles[0].external_id, "e", "external_id");
	is_str(plan.roles[0].session_name, "n", "role_session_name");
	is_int(plan.roles[0].duration, 900, "duration_seconds");
	is_str(plan.roles[0].region, "eu-west-1", "its region");
	is_str(plan.sts_url, "http://sts.example", "the endpoint of STS");
	is_str(plan.keys.token, "T2", "the source's token");
	ok(plan.from_files, "its keys are from a file");
	cred_plan_fini(&plan);
	conf_free(conf);
}

int
main(void)
{
	size_t i;

	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(config, sizeof(config), "%s/conf", dir);
	snprintf(credentials, sizeof(credentials), "%s/cred", dir);
	setenv("AWS_CONFIG_FILE", config, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", credentials, 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_row(&rows[i]);
	test_details();
	unlink(config);
	unlink(credentials);
	rmdir(dir);
	return tap_done();
}
