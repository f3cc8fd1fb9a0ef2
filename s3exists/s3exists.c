#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "same.h"
#include "s3exists.h"

enum { OPT_SAME = APP_OWN, OPT_PROBE };

static const struct option options[] = {
    {"invert-match", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"same", required_argument, NULL, OPT_SAME},
    {"probe", required_argument, NULL, OPT_PROBE},
    {0},
};

static const char synopsis[] = "usage: s3exists [options] LOCATION [KEY...]\n";

static const char help[] =
    "Prints the keys (from stdin, or the KEYs) that exist in LOCATION.\n"
    "  -v, --invert-match       print those that do not exist\n"
    "  -q, --quiet              print nothing: status 0 if every key was\n"
    "                           selected, 1 if one was not, 2 on an error\n"
    "      --same LIST          with -l: the object must agree with the\n"
    "                           record in all of LIST: size,etag,mtime\n"
    "      --probe auto|list|head\n"
    "                           how to look: by the cheaper of the two\n"
    "                           (default), by listing, by HEAD requests\n";

static bool
take_probe(struct s3exists *s, const char *text, const char **why)
{
	static const char *const names[] = {
	    [DECIDE_AUTO] = "auto",
	    [DECIDE_LIST_ONLY] = "list",
	    [DECIDE_HEAD_ONLY] = "head",
	};
	int i;

	for (i = DECIDE_AUTO; i <= DECIDE_HEAD_ONLY; i++) {
		if (strcmp(text, names[i]) == 0) {
			s->probe = (enum decide_probe)i;
			return true;
		}
	}
	*why = "--probe: auto, list or head is wanted";
	return false;
}

static bool
take_option(void *arg, int value, const char *text, const char **why)
{
	struct s3exists *s = arg;

	switch (value) {
	case 'v':
		s->invert = true;
		return true;
	case 'q':
		s->quiet = true;
		return true;
	case OPT_SAME:
		return same_parse(text, &s->same, why);
	case OPT_PROBE:
		return take_probe(s, text, why);
	}
	*why = "unknown option";
	return false;
}

static void
on_stop(void *arg)
{
	flow_stop(arg);
}

static void
on_fini(void *arg)
{
	flow_free(arg);
}

/* Batches come and go by the megabyte: from glibc's heap they would leave holes
 * behind, which it closes only where it may not learn to use it for them. */
static void
keep_memory_low(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

static void
choose_probe(struct s3exists *s)
{
	if (!s->bucket->endp.is_directory)
		return;
	if (s->probe == DECIDE_LIST_ONLY)
		app_usage(&s->app,
		    "--probe list: a directory bucket lists in no order");
	s->probe = DECIDE_HEAD_ONLY;
}

int
main(int argc, char **argv)
{
	static struct s3exists s;
	struct app_program program = {
	    .name = "s3exists",
	    .synopsis = synopsis,
	    .help = help,
	    .letters = "vq",
	    .options = options,
	    .option = take_option,
	    .jobs = 256,
	    .filter = true,
	    .stop = on_stop,
	    .fini = on_fini,
	    .arg = &s,
	};

	keep_memory_low();
	app_init(&s.app, &program, argc, argv);
	if (s.app.noperands < 1)
		app_usage(&s.app, "a LOCATION is wanted");
	if (s.same != 0 && !s.app.options.is_long)
		app_usage(&s.app,
		    "--same compares with long records: give -l "
		    "too");
	app_location(&s.app, &s.loc, s.app.operands[0]);
	s.bucket = app_bucket(&s.app, &s.loc, APP_BUCKET);
	choose_probe(&s);
	flow_start(&s);
	return app_run(&s.app);
}
