/* The options that only s3cp has. */

#include <string.h>

#include "limit.h"
#include "num.h"
#include "s3cp.h"

enum {
	OPT_PRINT = APP_OWN,
	OPT_DRY_RUN,
	OPT_VIA,
	OPT_ACL,
	OPT_STORAGE_CLASS,
	OPT_SSE,
	OPT_SSE_KMS_KEY_ID,
	OPT_METADATA,
	OPT_TAGS,
	OPT_PRESERVE,
	OPT_PART_SIZE,
	OPT_MULTIPART_THRESHOLD,
	OPT_ABORT_UPLOADS
};

const struct option options_own[] = {
    {"no-clobber", no_argument, NULL, 'n'},
    {"print", no_argument, NULL, OPT_PRINT},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"via", required_argument, NULL, OPT_VIA},
    {"acl", required_argument, NULL, OPT_ACL},
    {"storage-class", required_argument, NULL, OPT_STORAGE_CLASS},
    {"sse", required_argument, NULL, OPT_SSE},
    {"sse-kms-key-id", required_argument, NULL, OPT_SSE_KMS_KEY_ID},
    {"metadata", required_argument, NULL, OPT_METADATA},
    {"tags", required_argument, NULL, OPT_TAGS},
    {"preserve", required_argument, NULL, OPT_PRESERVE},
    {"part-size", required_argument, NULL, OPT_PART_SIZE},
    {"multipart-threshold", required_argument, NULL, OPT_MULTIPART_THRESHOLD},
    {"abort-uploads", no_argument, NULL, OPT_ABORT_UPLOADS},
    {0},
};

const char options_synopsis[] =
    "usage: s3cp [options] SOURCE DESTINATION [KEY ...]\n"
    "       s3cp [options] --abort-uploads DESTINATION [KEY ...]\n"
    "Copy keys from bucket to bucket: [s3://][PROFILE@]BUCKET[/PREFIX].\n"
    "Keys are read from standard input where none are given.\n";

const char options_help[] =
    "  -n, --no-clobber           never replace an object\n"
    "      --print                print each record that was copied\n"
    "      --dry-run              print what would be copied, copy nothing\n"
    "      --via WAY              auto, server or stream\n"
    "      --acl NAME             a canned ACL for the new objects\n"
    "      --storage-class CLASS  their storage class\n"
    "      --sse ALGORITHM        their encryption\n"
    "      --sse-kms-key-id ID    and its key\n"
    "      --metadata copy|drop   metadata and content headers (copy)\n"
    "      --tags copy|drop       tags (copy)\n"
    "      --preserve LIST        keep acl, class, sse, parts, too\n"
    "      --part-size SIZE       of objects copied in parts (128M)\n"
    "      --multipart-threshold SIZE\n"
    "                             larger objects go in parts (5G)\n"
    "      --abort-uploads        end unfinished multipart uploads\n";

static bool
take_via(struct copy_job *job, const char *text)
{
	if (strcmp(text, "auto") == 0)
		job->via = COPY_VIA_AUTO;
	else if (strcmp(text, "server") == 0)
		job->via = COPY_VIA_SERVER;
	else if (strcmp(text, "stream") == 0)
		job->via = COPY_VIA_STREAM;
	else
		return false;
	return true;
}

static bool
take_copy_or_drop(bool *drop, const char *text)
{
	*drop = strcmp(text, "drop") == 0;
	return *drop || strcmp(text, "copy") == 0;
}

static bool
take_preserved(struct copy_job *job, const char *word, size_t len)
{
	const struct {
		const char *name;
		bool *keep;
	} known[] = {
	    {"acl", &job->keep_acl},
	    {"class", &job->keep_class},
	    {"sse", &job->keep_sse},
	    {"parts", &job->keep_parts},
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == len &&
		    memcmp(known[i].name, word, len) == 0) {
			*known[i].keep = true;
			return true;
		}
	return false;
}

static bool
take_preserve(struct copy_job *job, const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (!take_preserved(job, text, len))
			return false;
		if (text[len] == '\0')
			return true;
	}
}

static bool
take_word(const char **to, const char *text, const char **why)
{
	*to = text;
	*why = "--acl, --storage-class, --sse, --sse-kms-key-id: the value is "
	       "empty";
	return *text != '\0';
}

/* What the new objects shall be. */
static bool
take_attribute(
    struct copy_job *job, int value, const char *text, const char **why)
{
	switch (value) {
	case OPT_ACL:
		return take_word(&job->acl, text, why);
	case OPT_STORAGE_CLASS:
		return take_word(&job->class, text, why);
	case OPT_SSE:
		return take_word(&job->sse, text, why);
	case OPT_SSE_KMS_KEY_ID:
		return take_word(&job->kms, text, why);
	case OPT_METADATA:
		*why = "--metadata: copy or drop is wanted";
		return take_copy_or_drop(&job->drop_metadata, text);
	case OPT_TAGS:
		*why = "--tags: copy or drop is wanted";
		return take_copy_or_drop(&job->drop_tags, text);
	case OPT_PRESERVE:
		*why = "--preserve: a list of acl, class, sse and parts, "
		       "separated by commas, is wanted";
		return take_preserve(job, text);
	default:
		*why = "unknown option";
		return false;
	}
}

bool
options_take(void *arg, int value, const char *text, const char **why)
{
	struct s3cp *s = arg;
	struct copy_job *job = &s->job;

	switch (value) {
	case 'n':
		job->no_clobber = true;
		return true;
	case OPT_PRINT:
		s->print = true;
		return true;
	case OPT_DRY_RUN:
		job->dry_run = true;
		return true;
	case OPT_ABORT_UPLOADS:
		s->abort_uploads = true;
		return true;
	case OPT_VIA:
		*why = "--via: one of auto, server and stream is wanted";
		return take_via(job, text);
	case OPT_PART_SIZE:
		*why = "--part-size: 5M to 5G is wanted";
		return num_size(text, S3_PART_MAX, &job->part_size) &&
		    job->part_size >= S3_PART_MIN;
	case OPT_MULTIPART_THRESHOLD:
		*why = "--multipart-threshold: 0 to 5G is wanted";
		return num_size(text, S3_PART_MAX, &job->threshold);
	default:
		return take_attribute(job, value, text, why);
	}
}

void
options_check(struct s3cp *s)
{
	struct copy_job *job = &s->job;
	int need = s->abort_uploads ? 1 : 2;

	if (s->app.noperands < need)
		app_usage(&s->app,
		    s->abort_uploads ? "a DESTINATION is wanted" :
				       "a SOURCE and a DESTINATION are wanted");
	if (job->kms != NULL && job->sse == NULL)
		job->sse = "aws:kms";
	if (job->kms != NULL && strncmp(job->sse, "aws:kms", 7) != 0)
		app_usage(&s->app,
		    "--sse-kms-key-id goes with --sse aws:kms "
		    "or aws:kms:dsse");
	if (job->acl != NULL && job->keep_acl)
		app_usage(&s->app,
		    "--acl and --preserve acl exclude each "
		    "other");
	if (job->class != NULL)
		job->keep_class = false;
	if (job->sse != NULL)
		job->keep_sse = false;
	if (job->is_long)
		job->keep_parts = true;
}
