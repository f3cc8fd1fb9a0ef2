#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "limit.h"
#include "s3cp.h"
#include "uploads.h"

#define POOL_SIZE (64 << 20) /* bytes of streamed objects in memory */
#define PARTS_MAX 64	     /* of one object in flight, beside others */

static void pump(void *arg);

/* --- one side and the other --- */

static bool
starts_with(const char *s, size_t len, const char *prefix, size_t prefix_len)
{
	return len >= prefix_len && memcmp(s, prefix, prefix_len) == 0;
}

static bool
same_bucket(const struct s3cp *s)
{
	return strcmp(s->source.bucket, s->destination.bucket) == 0 &&
	    endp_same_store(&s->job.from->endp, &s->job.to->endp);
}

static void
refuse_same_place(struct s3cp *s)
{
	const struct copy_job *job = &s->job;
	bool changes = job->class != NULL || job->sse != NULL ||
	    job->acl != NULL || job->drop_metadata || job->drop_tags;

	if (changes || !same_bucket(s) ||
	    s->source.prefix_len != s->destination.prefix_len ||
	    memcmp(s->source.prefix, s->destination.prefix,
		s->source.prefix_len) != 0)
		return;
	app_usage(&s->app,
	    "SOURCE and DESTINATION are the same place, and no "
	    "option changes the objects");
}

/* Where DESTINATION lies inside SOURCE, a copy would find its own results
 * among the keys of the source. */
static bool
is_inside(struct s3cp *s, const struct record *r)
{
	const struct location *from = &s->source, *to = &s->destination;

	if (to->prefix_len <= from->prefix_len ||
	    !starts_with(
		to->prefix, to->prefix_len, from->prefix, from->prefix_len) ||
	    !starts_with(r->key, r->key_len, to->prefix + from->prefix_len,
		to->prefix_len - from->prefix_len) ||
	    !same_bucket(s))
		return false;
	if (!s->told_inside)
		diag_warn("DESTINATION lies inside SOURCE: keys that are "
			  "there already are passed over");
	s->told_inside = true;
	return true;
}

static void
choose_way(struct s3cp *s)
{
	struct copy_job *job = &s->job;

	job->may_stream = job->via == COPY_VIA_AUTO;
	if (job->via == COPY_VIA_AUTO)
		job->via = endp_same_store(&job->from->endp, &job->to->endp) ?
		    COPY_VIA_SERVER :
		    COPY_VIA_STREAM;
	diag_debug("objects are copied %s",
	    job->via == COPY_VIA_SERVER ? "by the store" :
					  "through this machine");
	/* Others ignore the header without a word (Ceph), so asking for it
	 * proves nothing. */
	if (job->no_clobber && !job->to->endp.is_aws && !job->dry_run) {
		job->look_first = true;
		diag_warn("%s is not known to honour If-None-Match: -n looks "
			  "before each copy, too",
		    s->destination.bucket);
	}
}

/* What S3 Express does not have, said before a request is made. */
static void
check_directory(const struct s3cp *s)
{
	const struct copy_job *job = &s->job;
	bool to = job->to->endp.is_directory;

	if (to && (job->acl != NULL || job->keep_acl))
		app_usage(&s->app,
		    "directory buckets have no ACLs: drop --acl and "
		    "--preserve acl");
	if (job->from->endp.is_directory && job->keep_acl)
		app_usage(
		    &s->app, "--preserve acl: directory buckets have no ACLs");
}

/* Untagged objects are copied; that others are not looks like a fault. */
static void
tell_of_tags(struct s3cp *s, const struct copy *c, const struct fail *f)
{
	const struct copy_job *job = &s->job;

	if (job->drop_tags || s->told_tags)
		return;
	if (c->tags_unread)
		diag_warn("--tags drop copies objects of %s without reading "
			  "their tags",
		    s->source.bucket);
	else if (f->kind == FAIL_UNSUPPORTED && job->to->endp.is_directory)
		diag_warn("%s is a directory bucket, which has no tags: "
			  "--tags drop copies tagged objects without them",
		    s->destination.bucket);
	else if (f->kind == FAIL_UNSUPPORTED && c->tagged)
		diag_warn("%s may have no tags: --tags drop copies tagged "
			  "objects without them",
		    s->destination.bucket);
	else
		return;
	s->told_tags = true;
}

/* --- keys --- */

static struct copy *
take_idle(struct s3cp *s)
{
	struct copy *c = s->idle;

	if (c != NULL)
		s->idle = c->next;
	else
		c = copy_new(&s->job);
	c->next = s->busy;
	c->prev = &s->busy;
	if (s->busy != NULL)
		s->busy->prev = &c->next;
	s->busy = c;
	s->nbusy++;
	return c;
}

static void
put_idle(struct s3cp *s, struct copy *c)
{
	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->nbusy--;
	c->next = s->idle;
	s->idle = c;
}

static void
copied(struct s3cp *s, const struct record *r, uint64_t bytes)
{
	app_key_good(&s->app);
	s->app.counts.out++;
	if (!s->job.dry_run)
		s->app.counts.bytes += bytes;
	if (s->print || s->job.dry_run)
		keyio_write(&s->app.out, r->raw, r->raw_len);
}

static void
on_done(struct copy *c, enum copy_result result, const struct fail *f)
{
	struct s3cp *s = c->job->arg;

	switch (result) {
	case COPY_COPIED:
		copied(s, &c->record, c->bytes);
		break;
	case COPY_SKIPPED:
		app_key_good(&s->app);
		s->app.counts.skipped++;
		break;
	case COPY_FAILED:
		app_key_failed(&s->app, c->blamed, &c->record, f);
		tell_of_tags(s, c, f);
		break;
	}
	put_idle(s, c);
}

static void
on_warn(void *arg, const char *key, size_t len, const char *text)
{
	(void)arg;
	if (key == NULL)
		diag_warn("%s", text);
	else
		diag_key_warn(key, len, "%s", text);
}

static void
begin(struct s3cp *s, const struct record *r)
{
	if (is_inside(s, r))
		s->app.counts.skipped++;
	else if (s->job.dry_run && !s->job.no_clobber)
		copied(s, r, 0);
	else
		copy_start(take_idle(s), r->raw, r->raw_len);
}

/* Begin as many keys as are here and there is room for. */
static void
begin_keys(struct s3cp *s)
{
	enum input_got got = INPUT_RECORD;
	struct record r;

	while (got == INPUT_RECORD && !s->ended && app_wants_more(&s->app) &&
	    s->nbusy < 2 * s->app.options.jobs) {
		got = input_next(&s->input, &r);
		if (got == INPUT_RECORD)
			begin(s, &r);
		else if (got == INPUT_END)
			s->ended = true;
	}
}

/* What room no new key has taken is for more parts of the large objects, one
 * each in turn: the next key that comes takes it back part by part. */
static void
widen(struct s3cp *s)
{
	struct copy *c;
	bool any = true;

	while (any) {
		any = false;
		for (c = s->busy; c != NULL; c = c->next) {
			if (!app_wants_more(&s->app))
				return;
			any = copy_widen(c) || any;
		}
	}
}

/* Before the loop sleeps. */
static void
pump(void *arg)
{
	struct s3cp *s = arg;

	begin_keys(s);
	widen(s);
	if (s->ended && s->nbusy == 0)
		app_finish(&s->app);
}

static void
on_stop(void *arg)
{
	struct s3cp *s = arg;
	struct copy *c, *next;

	if (s->abort_uploads) {
		if (s->uploads != NULL)
			uploads_stop(s->uploads);
		return;
	}
	input_stop(&s->input);
	s->ended = true;
	s->job.stopping = true;
	for (c = s->busy; c != NULL; c = next) {
		next = c->next;
		copy_stop(c);
	}
}

static void
on_fini(void *arg)
{
	struct s3cp *s = arg;
	struct copy *c;

	uploads_free(s->uploads);
	while ((c = s->idle) != NULL) {
		s->idle = c->next;
		copy_free(c);
	}
	if (!s->abort_uploads)
		input_fini(&s->input);
	location_fini(&s->source);
	location_fini(&s->destination);
}

static void
set_up_uploads(struct s3cp *s)
{
	options_check(s);
	app_location(&s->app, &s->destination, s->app.operands[0]);
	s->job.to = app_bucket(&s->app, &s->destination, APP_BUCKET);
	s->uploads = uploads_new(
	    &s->app, s->job.to, &s->destination, s->print, s->job.dry_run);
}

static void
set_up(struct s3cp *s)
{
	struct copy_job *job = &s->job;
	int jobs = s->app.options.jobs;
	size_t longest;

	job->env = &s->app.env;
	job->is_long = s->app.options.is_long;
	job->done = on_done;
	job->warn = on_warn;
	job->arg = s;
	job->pool = &s->pool;
	job->parts_max = jobs < PARTS_MAX ? jobs : PARTS_MAX;
	job->parts_most = jobs;
	pool_init(&s->pool, POOL_SIZE);
	options_check(s);
	app_location(&s->app, &s->source, s->app.operands[0]);
	app_location(&s->app, &s->destination, s->app.operands[1]);
	job->from = app_bucket(&s->app, &s->source, APP_SOURCE);
	job->to = app_bucket(&s->app, &s->destination, APP_BUCKET);
	job->from_prefix = s->source.prefix;
	job->from_prefix_len = s->source.prefix_len;
	job->to_prefix = s->destination.prefix;
	job->to_prefix_len = s->destination.prefix_len;
	refuse_same_place(s);
	check_directory(s);
	choose_way(s);
	longest = job->from_prefix_len > job->to_prefix_len ?
	    job->from_prefix_len :
	    job->to_prefix_len;
	input_init(&s->input, &s->app, 2, longest);
	s->hook.fn = pump;
	s->hook.arg = s;
	loop_hook_add(s->app.loop, &s->hook);
}

int
main(int argc, char **argv)
{
	static struct s3cp s;
	struct app_program program = {
	    .name = "s3cp",
	    .synopsis = options_synopsis,
	    .help = options_help,
	    .letters = "n",
	    .options = options_own,
	    .option = options_take,
	    .jobs = 256,
	    .filter = true,
	    .two_sides = true,
	    .stop = on_stop,
	    .fini = on_fini,
	    .arg = &s,
	};

	s.job.threshold = S3_PART_MAX;
	app_init(&s.app, &program, argc, argv);
	if (s.abort_uploads)
		set_up_uploads(&s);
	else
		set_up(&s);
	return app_run(&s.app);
}
