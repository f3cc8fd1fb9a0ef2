/*
 * The two AWS files (config, then a byte 0xff, then credentials), and what is
 * made of them: settings, the plan of credentials, words of a command.
 */

#include <fcntl.h>
#include <unistd.h>

#include "conf.h"
#include "cred_plan.h"
#include "fuzz.h"
#include "settings.h"
#include "words.h"

/* A file without a name, read by its descriptor's. */
static int
file_of(const char *variable, int fd, const char *text, size_t len)
{
	char name[] = "/tmp/fuzz_conf.XXXXXX", path[64];

	if (fd < 0) {
		fd = mkstemp(name);
		FUZZ_CHECK(fd >= 0);
		unlink(name);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		setenv(variable, path, 1);
		setenv("HOME", "/nonexistent", 1);
	}
	FUZZ_CHECK(ftruncate(fd, 0) == 0);
	FUZZ_CHECK(pwrite(fd, text, len, 0) == (ssize_t)len);
	return fd;
}

static const char *const names[] = {"default", "x", "a b", ""};

static void
ask(const struct conf *c, const char *profile)
{
	static const char *const properties[] = {"region", "s3",
	    "credential_process", "role_arn", "endpoint_url",
	    "aws_session_token", "sso_session"};
	const char *value;
	char **words;
	size_t i;

	conf_has_profile(c, profile);
	for (i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		value = conf_get(c, profile, properties[i]);
		FUZZ_CHECK(value == NULL || *value != '\0');
		if (value == NULL)
			continue;
		FUZZ_CHECK(conf_has_profile(c, profile));
		FUZZ_CHECK(strchr(value, '\r') == NULL || strlen(value) > 1);
		if ((words = words_split(value)) != NULL)
			words_free(words);
	}
	conf_get_from(c, CONF_CONFIG, profile, "region");
	conf_get_sub(c, profile, "s3", "addressing_style");
	conf_has_section(c, "sso-session", profile);
	conf_get_section(c, "services", profile, "s3", "endpoint_url");
}

static void
resolve(const struct conf *c, const char *profile, unsigned how)
{
	struct settings_ask ask = {
	    .profile = how & 1 ? profile : NULL, .by_location = how & 2};
	struct cred_plan_ask plan_ask = {
	    .conf = c, .profile = profile, .named = how & 1};
	struct settings s;
	struct cred_plan plan;
	struct fail f;
	char *why = NULL;

	if (!settings_resolve(&s, &ask, c, &why)) {
		FUZZ_CHECK(why != NULL && *why != '\0');
		free(why);
	}
	settings_fini(&s);
	fail_clear(&f);
	if (!cred_plan_make(&plan, &plan_ask, &f))
		FUZZ_CHECK(f.kind == FAIL_CREDENTIALS && f.text[0] != '\0');
	else
		FUZZ_CHECK(plan.nroles <= CRED_ROLES_MAX);
	cred_plan_fini(&plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int config = -1, credentials = -1;
	struct fuzz f = {data, size};
	unsigned how = fuzz_byte(&f);
	struct conf *c;
	char *text, *why = NULL;
	size_t len, i;

	text = fuzz_text(&f, 0xff, &len);
	config = file_of("AWS_CONFIG_FILE", config, text, len);
	free(text);
	text = fuzz_take(&f, SIZE_MAX, &len);
	credentials = file_of(
	    "AWS_SHARED_CREDENTIALS_FILE", credentials, text, len);
	free(text);
	if ((c = conf_new(&why)) == NULL) {
		FUZZ_CHECK(why != NULL);
		free(why);
		return 0;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ask(c, names[i]);
	resolve(c, names[how % 3], how >> 2);
	conf_free(c);
	return 0;
}
