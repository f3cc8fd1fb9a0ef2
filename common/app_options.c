/* The options that all programs share, read once for all of them: the same
 * option means the same everywhere. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app_private.h"
#include "diag.h"
#include "hash.h"
#include "limit.h"
#include "num.h"
#include "version.h"
#include "xalloc.h"
#include "xml.h"

enum {
	OPT_PROFILE = APP_SHARED,
	OPT_REGION,
	OPT_ENDPOINT_URL,
	OPT_CA_BUNDLE,
	OPT_NO_VERIFY_SSL,
	OPT_NO_SIGN_REQUEST,
	OPT_REQUEST_PAYER,
	OPT_ADDRESSING_STYLE,
	OPT_EXPECTED_OWNER,
	OPT_RETRIES,
	OPT_MAX_RATE,
	OPT_PROGRESS,
	OPT_STATS,
	OPT_DEBUG,
	OPT_HELP,
	OPT_VERSION,
	/* filters only */
	OPT_FAILED,
	/* two sides only */
	OPT_SOURCE_PROFILE,
	OPT_SOURCE_REGION,
	OPT_SOURCE_ENDPOINT_URL,
	OPT_SOURCE_NO_SIGN_REQUEST,
	OPT_SOURCE_EXPECTED_OWNER
};

static const struct option shared[] = {
    {"null", no_argument, NULL, '0'},
    {"long", no_argument, NULL, 'l'},
    {"jobs", required_argument, NULL, 'j'},
    {"profile", required_argument, NULL, OPT_PROFILE},
    {"region", required_argument, NULL, OPT_REGION},
    {"endpoint-url", required_argument, NULL, OPT_ENDPOINT_URL},
    {"ca-bundle", required_argument, NULL, OPT_CA_BUNDLE},
    {"no-verify-ssl", no_argument, NULL, OPT_NO_VERIFY_SSL},
    {"no-sign-request", no_argument, NULL, OPT_NO_SIGN_REQUEST},
    {"request-payer", optional_argument, NULL, OPT_REQUEST_PAYER},
    {"addressing-style", required_argument, NULL, OPT_ADDRESSING_STYLE},
    {"expected-bucket-owner", required_argument, NULL, OPT_EXPECTED_OWNER},
    {"retries", required_argument, NULL, OPT_RETRIES},
    {"max-rate", required_argument, NULL, OPT_MAX_RATE},
    {"progress", no_argument, NULL, OPT_PROGRESS},
    {"stats", optional_argument, NULL, OPT_STATS},
    {"debug", no_argument, NULL, OPT_DEBUG},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {0},
};

static const struct option filters[] = {
    {"failed", required_argument, NULL, OPT_FAILED},
    {0},
};

static const struct option two_sides[] = {
    {"source-profile", required_argument, NULL, OPT_SOURCE_PROFILE},
    {"source-region", required_argument, NULL, OPT_SOURCE_REGION},
    {"source-endpoint-url", required_argument, NULL, OPT_SOURCE_ENDPOINT_URL},
    {"source-no-sign-request", no_argument, NULL, OPT_SOURCE_NO_SIGN_REQUEST},
    {"source-expected-bucket-owner", required_argument, NULL,
	OPT_SOURCE_EXPECTED_OWNER},
    {0},
};

static size_t
append(struct option *all, size_t n, const struct option *more)
{
	for (; more != NULL && more->name != NULL; more++)
		all[n++] = *more;
	memset(&all[n], 0, sizeof(all[n]));
	return n;
}

static const char shared_help[] =
    "\n"
    "  -0, --null                 records end with NUL, not newline\n"
    "  -l, --long                 long records: size, time, ETag, class, key\n"
    "  -j, --jobs N               at most N requests in flight\n"
    "      --profile P            profile of the AWS configuration\n"
    "      --region R             region of the bucket\n"
    "      --endpoint-url U       where the store is\n"
    "      --addressing-style S   auto, path or virtual\n"
    "      --ca-bundle F          certificates to trust\n"
    "      --no-verify-ssl        trust any certificate\n"
    "      --no-sign-request      send no credentials\n"
    "      --request-payer        pay for requests to others' buckets\n"
    "      --expected-bucket-owner ID\n"
    "                             fail if the bucket is not this account's\n"
    "      --retries N            attempts for one request (10)\n"
    "      --max-rate N           at most N requests a second\n"
    "      --progress             say how far the work is\n"
    "      --stats[=json]         an account at the end\n"
    "      --debug                a line for each request\n"
    "      --help, --version\n";

static const char filter_help[] =
    "      --failed FILE          write the records that failed to FILE\n";

static const char two_sides_help[] =
    "      --source-profile P, --source-region R, --source-endpoint-url U,\n"
    "      --source-no-sign-request, --source-expected-bucket-owner ID\n"
    "                             the same for the source side alone\n";

static void
end_printed(void)
{
	if (fflush(stdout) != 0 || ferror(stdout) || close(STDOUT_FILENO) != 0)
		diag_die(
		    "cannot write to standard output: %s", strerror(errno));
	exit(0);
}

static void
print_help(const struct app_program *p)
{
	printf("%s\n%s%s%s%s\nMore in %s(1) and s3keys(7).\n", p->synopsis,
	    p->help, p->filter ? filter_help : "", shared_help,
	    p->two_sides ? two_sides_help : "", p->name);
	end_printed();
}

static void
print_version(const struct app_program *p)
{
	printf("%s " S3_VERSION " (libcurl %s, %s, expat %s)\n", p->name,
	    http_version(), hash_version(), xml_version());
	end_printed();
}

static int
whole_number(
    const struct app *app, const char *option, const char *text, uint64_t most)
{
	uint64_t n;

	if (!num_str(text, most, &n) || n == 0)
		app_usage(app, "%s %s: a whole number from 1 to %llu is wanted",
		    option, text, (unsigned long long)most);
	return (int)n;
}

static const char *
word(const struct app *app, const char *option, const char *text)
{
	if (*text == '\0')
		app_usage(app, "%s: the value is empty", option);
	return text;
}

static const char *
style(const struct app *app, const char *text)
{
	if (strcmp(text, "auto") != 0 && strcmp(text, "path") != 0 &&
	    strcmp(text, "virtual") != 0)
		app_usage(app,
		    "--addressing-style %s: one of auto, path and "
		    "virtual is wanted",
		    text);
	return text;
}

static enum app_stats
stats(const struct app *app, const char *text)
{
	if (text == NULL)
		return APP_STATS;
	if (strcmp(text, "json") != 0)
		app_usage(app, "--stats=%s: only json can be given", text);
	return APP_STATS_JSON;
}

static void
request_payer(struct app *app, const char *text)
{
	if (text != NULL && strcmp(text, "requester") != 0)
		app_usage(app,
		    "--request-payer=%s: only requester can be "
		    "given",
		    text);
	app->options.request_payer = true;
}

static void
take_source(struct app *app, int value, const char *text)
{
	struct app_side_options *s = &app->options.side[APP_SOURCE];

	switch (value) {
	case OPT_SOURCE_PROFILE:
		s->profile = word(app, "--source-profile", text);
		break;
	case OPT_SOURCE_REGION:
		s->region = word(app, "--source-region", text);
		break;
	case OPT_SOURCE_ENDPOINT_URL:
		s->endpoint_url = word(app, "--source-endpoint-url", text);
		break;
	case OPT_SOURCE_NO_SIGN_REQUEST:
		s->no_sign_request = true;
		break;
	case OPT_SOURCE_EXPECTED_OWNER:
		s->owner = word(app, "--source-expected-bucket-owner", text);
		break;
	default:
		app_usage(app, "unknown option");
	}
}

/* Where a request goes and how it is signed. */
static void
take_access(struct app *app, int value, const char *text)
{
	struct app_options *o = &app->options;
	struct app_side_options *s = &o->side[APP_BUCKET];

	switch (value) {
	case OPT_PROFILE:
		s->profile = word(app, "--profile", text);
		break;
	case OPT_REGION:
		s->region = word(app, "--region", text);
		break;
	case OPT_ENDPOINT_URL:
		s->endpoint_url = word(app, "--endpoint-url", text);
		break;
	case OPT_CA_BUNDLE:
		o->ca_bundle = word(app, "--ca-bundle", text);
		break;
	case OPT_NO_VERIFY_SSL:
		o->no_verify_ssl = true;
		break;
	case OPT_NO_SIGN_REQUEST:
		s->no_sign_request = true;
		break;
	case OPT_REQUEST_PAYER:
		request_payer(app, text);
		break;
	case OPT_ADDRESSING_STYLE:
		o->style = style(app, text);
		break;
	case OPT_EXPECTED_OWNER:
		s->owner = word(app, "--expected-bucket-owner", text);
		break;
	default:
		take_source(app, value, text);
	}
}

static void
take(struct app *app, int value, const char *text)
{
	struct app_options *o = &app->options;

	switch (value) {
	case '0':
		o->null = true;
		break;
	case 'l':
		o->is_long = true;
		break;
	case 'j':
		o->jobs = whole_number(app, "--jobs", text, LIMIT_JOBS);
		break;
	case OPT_RETRIES:
		o->attempts = whole_number(app, "--retries", text, 1000);
		break;
	case OPT_MAX_RATE:
		o->max_rate = whole_number(app, "--max-rate", text, 1000000);
		break;
	case OPT_PROGRESS:
		o->progress = true;
		break;
	case OPT_STATS:
		o->stats = stats(app, text);
		break;
	case OPT_DEBUG:
		o->debug = true;
		break;
	case OPT_FAILED:
		o->failed = word(app, "--failed", text);
		break;
	case OPT_HELP:
		print_help(app->program);
		break;
	case OPT_VERSION:
		print_version(app->program);
		break;
	default:
		take_access(app, value, text);
	}
}

/* getopt has no words of its own here: say what is wrong in one line. */
static void
complain(const struct app *app, int argc, char **argv, int result,
    const char *letters)
{
	const char *given = optind > 0 && optind <= argc ? argv[optind - 1] :
							   "";

	if (result == ':' && optopt < APP_SHARED && given[0] == '-' &&
	    given[1] != '-')
		app_usage(app, "option -%c needs a value", optopt);
	if (result == ':')
		app_usage(app, "option %s needs a value", given);
	/* A known letter is that of a long option, here with a value. */
	if (optopt > 0 && optopt < APP_SHARED &&
	    strchr(letters, optopt) == NULL)
		app_usage(app, "unknown option -%c", optopt);
	app_usage(app, "unknown, ambiguous or wrongly used option %s", given);
}

void
app_options_parse(struct app *app, int argc, char **argv)
{
	const struct app_program *p = app->program;
	struct option all[64];
	char letters[64];
	const char *why = "";
	size_t n;
	int c;

	n = append(all, 0, shared);
	n = append(all, n, p->filter ? filters : NULL);
	n = append(all, n, p->two_sides ? two_sides : NULL);
	append(all, n, p->options);
	snprintf(letters, sizeof(letters), ":0lj:%s", p->letters);
	app->options.jobs = p->jobs;
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, all, NULL)) != -1) {
		if (c == '?' || c == ':')
			complain(app, argc, argv, c, letters);
		else if (c >= APP_OWN ||
		    (c < APP_SHARED && strchr("0lj", c) == NULL)) {
			if (!p->option(p->arg, c, optarg, &why))
				app_usage(app, "%s", why);
		} else {
			/* The AWS command line takes the word alone, too. */
			if (c == OPT_REQUEST_PAYER && optarg == NULL &&
			    optind < argc &&
			    strcmp(argv[optind], "requester") == 0)
				optind++;
			take(app, c, optarg);
		}
	}
	app->operands = argv + optind;
	app->noperands = argc - optind;
}
