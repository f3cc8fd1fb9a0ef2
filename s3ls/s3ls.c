#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "hints.h"
#include "limit.h"
#include "num.h"
#include "s3ls.h"
#include "uri.h"

#define WINDOW (24 << 20) /* bytes of pages that wait to be printed */

enum {
	OPT_PREFIX = APP_OWN,
	OPT_START_AFTER,
	OPT_RANGE,
	OPT_SPLIT,
	OPT_HINTS,
	OPT_JSON,
	OPT_EXTRA
};

static const struct option options[] = {
    {"unsorted", no_argument, NULL, 'U'},
    {"prefix", required_argument, NULL, OPT_PREFIX},
    {"delimiter", required_argument, NULL, 'd'},
    {"start-after", required_argument, NULL, OPT_START_AFTER},
    {"range", required_argument, NULL, OPT_RANGE},
    {"split", required_argument, NULL, OPT_SPLIT},
    {"hints", required_argument, NULL, OPT_HINTS},
    {"json", no_argument, NULL, OPT_JSON},
    {"extra-requests", required_argument, NULL, OPT_EXTRA},
    {0},
};

static const char synopsis[] =
    "usage: s3ls [options] [[s3://][PROFILE@]BUCKET[/PREFIX]]\n"
    "Print the keys of a bucket in ascending byte order, or the buckets.\n";

static const char help[] =
    "  -U, --unsorted             in whatever order pages arrive\n"
    "      --prefix S             only keys that begin with S\n"
    "  -d, --delimiter C          roll keys up at the first C, as folders\n"
    "      --start-after KEY      begin after KEY\n"
    "      --range FROM:TO        keys k with FROM < k <= TO, both encoded\n"
    "      --split N              print N ranges of about equal size\n"
    "      --hints FILE           an earlier listing, or a sample of one\n"
    "      --extra-requests P     percent of extra requests allowed (100)\n"
    "      --json                 one JSON object a line\n";

static bool
take_number(const char *text, uint64_t most, uint64_t *n, const char **why,
    const char *complaint)
{
	if (num_str(text, most, n))
		return true;
	*why = complaint;
	return false;
}

static bool
take_option(void *arg, int value, const char *text, const char **why)
{
	struct s3ls *s = arg;
	uint64_t n;

	switch (value) {
	case 'U':
		s->unsorted = true;
		return true;
	case 'd':
		s->delimiter = text;
		*why = "--delimiter: the value is empty";
		return *text != '\0';
	case OPT_PREFIX:
		s->prefix = text;
		return true;
	case OPT_START_AFTER:
		s->start_after = text;
		return true;
	case OPT_RANGE:
		s->range = text;
		return true;
	case OPT_HINTS:
		s->hints_file = text;
		return true;
	case OPT_JSON:
		s->json = true;
		return true;
	case OPT_SPLIT:
		if (!take_number(text, 10000, &n, why,
			"--split: a whole number from 1 to 10000 is wanted"))
			return false;
		s->split = (int)n;
		*why = "--split: at least 1 range is wanted";
		return n > 0;
	case OPT_EXTRA:
		if (!take_number(text, 10000, &n, why,
			"--extra-requests: a percentage, a whole number, is "
			"wanted"))
			return false;
		s->extra = (double)n / 100;
		return true;
	}
	*why = "unknown option";
	return false;
}

/* --- from options to a range of whole keys --- */

static void
key_too_long(struct s3ls *s, const char *option)
{
	app_usage(&s->app, "%s: the key would be over 1,024 bytes", option);
}

static void
whole_key(struct s3ls *s, struct buf *key, const char *p, size_t len,
    const char *option)
{
	buf_reset(key);
	buf_add(key, s->loc.prefix, s->loc.prefix_len);
	if (!buf_add(key, p, len))
		key_too_long(s, option);
}

static void
take_range_end(struct s3ls *s, struct buf *key, const char *p, size_t len)
{
	struct buf decoded;

	buf_init(&decoded, LIMIT_KEY);
	if (!uri_decode(&decoded, p, len))
		app_usage(&s->app,
		    "--range %s: no percent-encoded key of at "
		    "most 1,024 bytes",
		    s->range);
	whole_key(s, key, decoded.data, decoded.len, "--range");
	buf_fini(&decoded);
}

static int
compare(const struct buf *a, const struct buf *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->data, b->data, n);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static void
take_range(struct s3ls *s)
{
	const char *colon = strchr(s->range, ':');
	struct buf from;

	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		app_usage(&s->app,
		    "--range %s: FROM:TO is wanted, both "
		    "percent-encoded, either may be empty",
		    s->range);
	if (colon[1] != '\0') {
		take_range_end(s, &s->to, colon + 1, strlen(colon + 1));
		s->has_to = true;
	}
	if (colon == s->range)
		return;
	buf_init(&from, LIMIT_KEY);
	take_range_end(s, &from, s->range, (size_t)(colon - s->range));
	if (compare(&from, &s->from) > 0) {
		buf_reset(&s->from);
		buf_add(&s->from, from.data, from.len);
	}
	buf_fini(&from);
}

static void
resolve_range(struct s3ls *s)
{
	buf_init(&s->whole_prefix, LIMIT_KEY);
	buf_init(&s->from, LIMIT_KEY);
	buf_init(&s->to, LIMIT_KEY);
	whole_key(s, &s->whole_prefix, s->prefix == NULL ? "" : s->prefix,
	    s->prefix == NULL ? 0 : strlen(s->prefix), "--prefix");
	if (s->start_after != NULL && *s->start_after != '\0')
		whole_key(s, &s->from, s->start_after, strlen(s->start_after),
		    "--start-after");
	if (s->range != NULL)
		take_range(s);
}

/* --- listing --- */

static bool
on_entry(void *arg, const struct record *r, bool is_prefix)
{
	return output_entry(arg, r, is_prefix);
}

static void
on_drained(void *arg)
{
	struct s3ls *s = arg;

	if (s->list != NULL)
		s3list_resume(s->list);
}

static void
on_disorder(void *arg, const char *why)
{
	(void)arg;
	diag_warn("%s: listing page after page, in the store's order", why);
}

/* The words that would go on from here, safe in any shell. */
static void
tell_how_to_resume(struct s3ls *s, const char *upto, size_t len)
{
	struct buf word;

	if (upto == NULL || len <= s->loc.prefix_len)
		return;
	buf_init(&word, 8 * LIMIT_KEY);
	upto += s->loc.prefix_len;
	len -= s->loc.prefix_len;
	uri_encode_word(&word, upto, len);
	if (word.len == len && s->range == NULL && upto[0] != '-') {
		diag_warn("the listing is complete up to %s: go on with "
			  "--start-after %s",
		    word.data, word.data);
	} else {
		buf_addc(&word, ':');
		if (s->has_to)
			uri_encode_word(&word, s->to.data + s->loc.prefix_len,
			    s->to.len - s->loc.prefix_len);
		diag_warn("the listing is complete up to %.*s: go on with "
			  "--range %s",
		    (int)len, upto, word.data);
	}
	buf_fini(&word);
}

static void
on_done(void *arg, const struct fail *f, const char *upto, size_t len)
{
	struct s3ls *s = arg;

	s->ended = true;
	if (f->kind != FAIL_NONE) {
		app_fatal_fail(&s->app, s->loc.bucket, f);
		tell_how_to_resume(s, upto, len);
	}
	app_finish(&s->app);
}

static void
on_stop(void *arg)
{
	struct s3ls *s = arg;

	split_stop(s->splitting);
	app_finish(&s->app);
	if (s->list != NULL && !s->ended) {
		s3list_free(s->list);
		s->list = NULL;
	}
}

static void
on_fini(void *arg)
{
	struct s3ls *s = arg;

	s3list_free(s->list);
	split_free(s->splitting);
	hints_free(s->hints);
	if (s->app.noperands == 0)
		return;
	location_fini(&s->loc);
	buf_fini(&s->whole_prefix);
	buf_fini(&s->from);
	buf_fini(&s->to);
}

static const struct listplan_hints *
open_hints(struct s3ls *s)
{
	const char *why;

	if (s->hints_file == NULL)
		return NULL;
	s->hints = hints_open(s->hints_file, s->app.options.null ? '\0' : '\n',
	    s->app.options.is_long, s->loc.prefix, s->loc.prefix_len, &why);
	if (s->hints == NULL)
		diag_die("--hints %s: %s", s->hints_file, why);
	return hints_interface(s->hints);
}

static void
start_list(struct s3ls *s)
{
	struct s3list_params params = {
	    .env = &s->app.env,
	    .bucket = s->bucket,
	    .prefix = s->whole_prefix.data,
	    .prefix_len = s->whole_prefix.len,
	    .delimiter = s->delimiter,
	    .from = s->from.data,
	    .from_len = s->from.len,
	    .to = s->has_to ? s->to.data : NULL,
	    .to_len = s->to.len,
	    .jobs = s->app.options.jobs,
	    .window = WINDOW,
	    .unsorted = s->unsorted,
	    .fields = s->app.options.is_long || s->json,
	    .extra = s->extra,
	    .hints = open_hints(s),
	    .entry = on_entry,
	    .disorder = on_disorder,
	    .done = on_done,
	    .arg = s,
	};

	s->app.out.drained = on_drained;
	s->app.out.drained_arg = s;
	s->list = s3list_new(&params);
	s3list_start(s->list);
}

/* Does an option ask for keys?  Names of buckets would be taken for them. */
static bool
asks_for_keys(const struct s3ls *s)
{
	return s->prefix != NULL || s->delimiter != NULL ||
	    s->start_after != NULL || s->range != NULL || s->split > 0 ||
	    s->hints_file != NULL;
}

/* What S3 Express does not know, said before a request is made. */
static void
check_directory(const struct s3ls *s)
{
	if (!s->bucket->endp.is_directory)
		return;
	if (s->split > 0)
		app_usage(&s->app,
		    "--split: a directory bucket lists in no order, so it has "
		    "no ranges");
	if (s->delimiter != NULL && strcmp(s->delimiter, "/") != 0)
		app_usage(&s->app,
		    "-d: a directory bucket knows no other delimiter than /");
}

int
main(int argc, char **argv)
{
	static struct s3ls s;
	struct app_program program = {
	    .name = "s3ls",
	    .synopsis = synopsis,
	    .help = help,
	    .letters = "Ud:",
	    .options = options,
	    .option = take_option,
	    .jobs = 64,
	    .stop = on_stop,
	    .fini = on_fini,
	    .arg = &s,
	};

	s.extra = -1;
	app_init(&s.app, &program, argc, argv);
	if (s.app.noperands > 1)
		app_usage(&s.app, "one LOCATION at most, %d were given",
		    s.app.noperands);
	if (s.app.noperands == 0 && asks_for_keys(&s))
		app_usage(&s.app,
		    "a LOCATION is wanted: --prefix, -d, --start-after, "
		    "--range, --split and --hints are about keys");
	if (s.split > 0 && (s.delimiter != NULL || s.unsorted || s.json))
		app_usage(&s.app,
		    "--split prints ranges of keys: it does not "
		    "go with -d, -U or --json");
	s.terminal = isatty(STDOUT_FILENO) && !s.app.options.null;
	if (s.app.noperands == 0) {
		s.bucket = app_bucket(&s.app, NULL, APP_BUCKET);
		buckets_start(&s);
	} else {
		app_location(&s.app, &s.loc, s.app.operands[0]);
		s.bucket = app_bucket(&s.app, &s.loc, APP_BUCKET);
		check_directory(&s);
		resolve_range(&s);
		if (s.split > 0)
			split_start(&s);
		else
			start_list(&s);
	}
	return app_run(&s.app);
}
