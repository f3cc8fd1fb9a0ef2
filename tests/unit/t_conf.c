/* The AWS dialect of INI: what is read, what is refused and where. */

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "conf.h"

static char dir[] = "/tmp/t_conf.XXXXXX";
static char config[64], credentials[64];

static void
put(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0)
		abort();
}

static struct conf *
read_bytes(const char *conf, size_t len, const char *cred)
{
	struct conf *c;
	char *why = NULL;

	put(config, conf, len);
	put(credentials, cred, strlen(cred));
	c = conf_new(&why);
	if (c == NULL)
		printf("# %s\n", why);
	free(why);
	return c;
}

static struct conf *
read_text(const char *conf, const char *cred)
{
	return read_bytes(conf, strlen(conf), cred);
}

/* A property of a profile of this config file. */
static void
is_value(const char *conf, const char *profile, const char *name,
    const char *want, const char *claim)
{
	struct conf *c = read_text(conf, "");

	if (ok(c != NULL, "%s: is read", claim))
		is_str(conf_get(c, profile, name), want, claim);
	conf_free(c);
}

static void
test_values(void)
{
	is_value("[default]\nregion=a\n", "default", "region", "a", "plain");
	is_value("[default]\nregion=a", "default", "region", "a",
	    "no newline at the end");
	is_value("[default]\r\nregion = a\r\noutput = b\r\n", "default",
	    "region", "a", "CRLF");
	is_value("\xef\xbb\xbf[default]\nregion = a\n", "default", "region",
	    "a", "byte order mark");
	is_value("[default]\n\t region = a\n\t output = b\n", "default",
	    "output", "b", "indented properties below a section");
	is_value("[default]\nRegion = a\n", "default", "region", "a",
	    "names are lower-cased");
	is_value("[default]\nregion = a # why\n", "default", "region", "a",
	    "blank and # begin a comment");
	is_value("[default]\nregion = a\t; why\n", "default", "region", "a",
	    "tab and ; begin a comment");
	is_value("[default]\nsso_start_url = http://x/#/y;z\n", "default",
	    "sso_start_url", "http://x/#/y;z", "# within a value stays");
	is_value("[default]\nregion = # none\n", "default", "region", NULL,
	    "nothing but a comment is unset");
	is_value("[default]\nregion =\noutput = b\n", "default", "region", NULL,
	    "an empty value is unset");
	is_value("[default]\nregion: a\n", "default", "region", "a",
	    "a colon parts name and value, too");
	is_value("[default]\nendpoint_url = http://h:1/?a=b\n", "default",
	    "endpoint_url", "http://h:1/?a=b", "= and : in a value stay");
	is_value("# c\n; c\n  # c\n\n[default]\n#region = b\nregion = a\n",
	    "default", "region", "a", "comment lines");
	is_value("[default]\nregion = a\nregion = b\n", "default", "region",
	    "b", "the later duplicate counts");
	is_value("[default]\ncp = a\n  b # c\n\n\td\noutput = x\n", "default",
	    "cp", "a\nb # c\nd", "continued value, comments and all");
	is_value("[default]\n  cp = a\n    b\n  output = x\n", "default",
	    "output", "x", "continuation is relative to the property");
}

static void
test_sections(void)
{
	is_value("[default]\nregion = a\n[profile default]\nregion = b\n",
	    "default", "region", "b", "[profile default] beats [default]");
	is_value("[profile default]\nregion = b\n[default]\nregion = a\n",
	    "default", "region", "b", "whichever comes first");
	is_value("[profile default]\noutput = b\n[default]\nregion = a\n",
	    "default", "region", NULL, "and hides it altogether");
	is_value("[profile x]\nregion = a\n", "x", "region", "a", "profile");
	is_value("[x]\nregion = a\n", "x", "region", NULL,
	    "a bare name is no profile of the config file");
	is_value("[ profile  x ] # c\nregion = a\n", "x", "region", "a",
	    "blanks and a comment about a section");
	is_value("[profile x];c\nregion = a\n", "x", "region", "a",
	    "a comment directly after a section");
	is_value("[profile \"a b\"]\nregion = a\n", "a b", "region", "a",
	    "a quoted name");
	is_value("[profile 'a]b']\nregion = a\n", "a]b", "region", "a",
	    "a bracket in quotes");
	is_value("[profile a b]\nregion = a\n", "a b", "region", "a",
	    "a name with a blank");
	is_value("[profile a/b.c%@:+-_]\nregion = a\n", "a/b.c%@:+-_", "region",
	    "a", "odd characters in a name");
	is_value("[profile x]\nregion = a\n[profile y]\nregion = b\n"
		 "[profile x]\noutput = c\n",
	    "x", "region", "a", "sections of one name merge: the first");
	is_value("[profile x]\nregion = a\n[profile y]\nregion = b\n"
		 "[profile x]\noutput = c\n",
	    "x", "output", "c", "sections of one name merge: the second");
	is_value("[plugins]\nx = y\n[profile x]\nregion = a\n", "x", "region",
	    "a", "unknown sections are passed over");
	is_value("[profile]\nregion = a\n", "", "region", NULL,
	    "a profile without a name is none");
}

static void
test_blocks(void)
{
	static const char text[] =
	    "[profile x]\n"
	    "s3 =\n  addressing_style = path\n"
	    "  # comment\n\n  USE_accelerate_endpoint=true\n"
	    "region = a\n"
	    "[services s]\n"
	    "s3 =   # mine\n    endpoint_url = http://h:1\n"
	    "sts =\n    endpoint_url = http://h:2\n"
	    "[sso-session my sso]\nsso_region = r\n";
	struct conf *c = read_text(text, "");

	if (!ok(c != NULL, "blocks are read"))
		return;
	is_str(conf_get_sub(c, "x", "s3", "addressing_style"), "path",
	    "first sub-property");
	is_str(conf_get_sub(c, "x", "s3", "use_accelerate_endpoint"), "true",
	    "second sub-property, after a comment and an empty line");
	is_str(conf_get(c, "x", "region"), "a", "property after a block");
	is_str(conf_get(c, "x", "addressing_style"), NULL,
	    "a sub-property is no property");
	is_str(conf_get(c, "x", "s3"), NULL, "the block itself has no value");
	is_str(conf_get_section(c, "services", "s", "s3", "endpoint_url"),
	    "http://h:1", "services: first block");
	is_str(conf_get_section(c, "services", "s", "sts", "endpoint_url"),
	    "http://h:2", "services: second block");
	is_str(conf_get_section(c, "sso-session", "my sso", NULL, "sso_region"),
	    "r", "sso-session");
	ok(conf_has_section(c, "services", "s"), "the section exists");
	ok(!conf_has_section(c, "services", "t"), "another does not");
	ok(!conf_has_profile(c, "s"), "a services section is no profile");
	conf_free(c);
}

static void
test_both_files(void)
{
	struct conf *c = read_text("[profile x]\nregion = a\noutput = c\n"
				   "[profile y]\n",
	    "[x]\nregion = b\naws_secret_access_key = s\n"
	    "[ 'z z' ]\naws_access_key_id=k\n");

	if (!ok(c != NULL, "both files are read"))
		return;
	is_str(conf_get(c, "x", "region"), "b", "the credentials file wins");
	is_str(conf_get(c, "x", "output"), "c", "for keys that it has");
	is_str(conf_get_from(c, CONF_CONFIG, "x", "region"), "a",
	    "each file can be asked alone: config");
	is_str(conf_get_from(c, CONF_CREDENTIALS, "x", "output"), NULL,
	    "each file can be asked alone: credentials");
	is_str(conf_get(c, "z z", "aws_access_key_id"), "k",
	    "a quoted name in the credentials file");
	ok(conf_has_profile(c, "y"), "an empty profile exists");
	ok(conf_has_profile(c, "z z"), "one of the credentials file exists");
	ok(!conf_has_profile(c, "w"), "another does not");
	is_str(conf_path(c, CONF_CREDENTIALS), credentials, "path");
	conf_free(c);
}

static void
is_refused(const char *text, size_t len, const char *want, const char *claim)
{
	struct conf *c;
	char *why = NULL, whole[256];

	put(config, text, len);
	put(credentials, "", 0);
	c = conf_new(&why);
	snprintf(whole, sizeof(whole), "%s: %s", config, want);
	ok(c == NULL, "%s: is refused", claim);
	is_str(why, whole, claim);
	conf_free(c);
	free(why);
}

static void
test_refused(void)
{
#define REFUSED(t, w, c) is_refused(t, sizeof(t) - 1, w, c)
	REFUSED("region = a\n",
	    "line 1: a property stands before the first "
	    "[section]",
	    "property before any section");
	REFUSED("\n  x\n", "line 2: an indented line continues nothing",
	    "continuation without a property");
	REFUSED("[default]\n[x\n", "line 2: the section's name has no end (])",
	    "unclosed section");
	REFUSED("[default] x\n", "line 1: something follows the section's name",
	    "text after a section");
	REFUSED("[ ]\n", "line 1: the section has no name", "empty section");
	REFUSED("[default]\nnonsense\n",
	    "line 2: neither a [section] nor a "
	    "property (name = value)",
	    "no =");
	REFUSED("[default]\n= x\n",
	    "line 2: there is no name before the =", "no name");
	REFUSED("[default]\ns3 =\n  x\n",
	    "line 3: an indented line without =", "sub-property without =");
	REFUSED(
	    "[default]\nregion = a\0b\n", "it holds a NUL byte", "NUL byte");
#undef REFUSED
}

static void
test_long(void)
{
	static char text[5 << 20];
	struct conf *c;
	char *why = NULL;
	int n;

	n = snprintf(text, sizeof(text), "[default]\naws_session_token = ");
	memset(text + n, 'x', 16000);
	c = read_bytes(text, (size_t)n + 16000, "");
	if (ok(c != NULL, "a token of 16,000 bytes is read"))
		is_int(strlen(conf_get(c, "default", "aws_session_token")),
		    16000, "all of it");
	conf_free(c);
	memset(text, '#', sizeof(text));
	put(config, text, sizeof(text));
	ok(conf_new(&why) == NULL, "a file of 5 MiB is refused");
	ok(why != NULL && strstr(why, "long") != NULL, "as too long");
	free(why);
	n = 0;
	while ((size_t)n < sizeof(text) / 2)
		n += snprintf(
		    text + n, 64, "[profile p%d]\nregion=r%d\n", n, n);
	c = read_bytes(text, (size_t)n, "");
	if (ok(c != NULL, "a hundred thousand profiles are read"))
		is_str(conf_get(c, "p0", "region"), "r0", "and found");
	conf_free(c);
}

static void
test_files(void)
{
	struct conf *c;
	char *why = NULL, *path;

	unlink(config);
	unlink(credentials);
	c = conf_new(&why);
	ok(c != NULL && !conf_has_profile(c, "default"),
	    "files that do not exist are empty");
	is_int(conf_mode(c, CONF_CREDENTIALS), 0, "and have no mode");
	put(credentials, "[default]\naws_access_key_id = a\n", 32);
	chmod(credentials, 0640);
	ok(conf_reload(c, &why), "read again");
	is_str(conf_get(c, "default", "aws_access_key_id"), "a",
	    "what has appeared is found");
	is_int(conf_mode(c, CONF_CREDENTIALS), 0640, "mode");
	put(credentials, "garbage\n", 8);
	ok(!conf_reload(c, &why), "a broken file is not taken");
	ok(why != NULL && strstr(why, "line 1") != NULL, "and reported");
	free(why);
	why = NULL;
	is_str(conf_get(c, "default", "aws_access_key_id"), "a",
	    "what was read before stays");
	conf_free(c);
	setenv("AWS_CONFIG_FILE", dir, 1);
	ok(conf_new(&why) == NULL, "a directory is refused");
	free(why);
	setenv("HOME", dir, 1);
	setenv("AWS_CONFIG_FILE", "", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "~/cred", 1);
	c = conf_new(&why);
	if (ok(c == NULL, "~ is the home directory"))
		ok(strncmp(why, credentials, strlen(credentials)) == 0,
		    "of HOME");
	free(why);
	put(credentials, "", 0);
	c = conf_new(&why);
	path = conf_expand("~/.aws/config");
	is_str(conf_path(c, CONF_CONFIG), path,
	    "an empty AWS_CONFIG_FILE counts as unset");
	free(path);
	conf_free(c);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(config, sizeof(config), "%s/conf", dir);
	snprintf(credentials, sizeof(credentials), "%s/cred", dir);
	setenv("AWS_CONFIG_FILE", config, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", credentials, 1);
	test_values();
	test_sections();
	test_blocks();
	test_both_files();
	test_refused();
	test_long();
	test_files();
	unlink(config);
	unlink(credentials);
	rmdir(dir);
	return tap_done();
}
