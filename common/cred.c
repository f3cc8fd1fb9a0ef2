/*
 * The life of the keys: when to fetch, when to renew, who waits.  A fetch runs
 * the steps of a plan (cred_plan.h), each by its provider (cred_job.h).
 *
 * Times are those of the loop's clock, taken when the keys came, so that a
 * clock that is set in between does no harm.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "clock.h"
#include "conf.h"
#include "cred.h"
#include "cred_job.h"
#include "diag.h"
#include "xalloc.h"

#define MINUTE	      (INT64_C(60) * 1000)
#define ADVISORY_MAX  (15 * MINUTE)
#define MANDATORY_MAX (1 * MINUTE)
#define RETRY_MAX     (1 * MINUTE) /* between advisory renewals */

struct cred {
	struct loop *loop;
	struct conf *conf;
	char *profile, *region, *ca_bundle;
	struct cred_plan plan;
	char *source;
	bool named, by_location;
	bool planned; /* plan and source are there */
	bool dead;    /* the store called the keys expired */
	bool fetching;
	bool failed; /* for good */
	/* the keys in use */
	struct cred_set set;
	struct cred_keys keys;
	int64_t advisory, mandatory; /* by the loop's clock */
	int64_t next_try;
	/* the fetch */
	size_t stage; /* 0: the base; then roles */
	struct cred_job job;
	struct fail fail;
	struct cred_wait waiters;
	struct loop_call wake;
};

static void wake(void *arg);
static void step_end(struct cred_job *job, bool good);

static const char *
default_profile(void)
{
	const char *name = conf_env("AWS_PROFILE");

	if (name == NULL)
		name = conf_env("AWS_DEFAULT_PROFILE");
	return name == NULL ? "default" : name;
}

struct cred *
cred_new(struct loop *loop, struct http *http, struct conf *conf,
    const char *profile, bool named, const char *region)
{
	struct cred *c = xcalloc(1, sizeof(*c));

	c->loop = loop;
	c->conf = conf;
	c->profile = xstrdup(profile == NULL ? default_profile() : profile);
	c->named = named;
	c->region = region == NULL ? NULL : xstrdup(region);
	c->wake.fn = wake;
	c->wake.arg = c;
	cred_job_init(&c->job);
	c->job.loop = loop;
	c->job.http = http;
	c->job.plan = &c->plan;
	c->job.region = c->region;
	c->job.end = step_end;
	c->job.arg = c;
	return c;
}

void
cred_free(struct cred *c)
{
	if (c == NULL)
		return;
	cred_job_cancel(&c->job);
	cred_job_fini(&c->job);
	loop_defer_cancel(c->loop, &c->wake);
	if (c->planned)
		cred_plan_fini(&c->plan);
	cred_set_fini(&c->set);
	free(c->profile);
	free(c->region);
	free(c->ca_bundle);
	free(c->source);
	free(c);
}

void
cred_set_tls(struct cred *c, const char *ca_bundle, bool insecure)
{
	free(c->ca_bundle);
	c->ca_bundle = ca_bundle == NULL ? NULL : xstrdup(ca_bundle);
	c->job.ca_bundle = c->ca_bundle;
	c->job.insecure = insecure;
}

void
cred_set_by_location(struct cred *c, bool by_location)
{
	c->by_location = by_location;
}

const char *
cred_source(const struct cred *c)
{
	return c->source == NULL ? "nowhere yet" : c->source;
}

/* --- waiters --- */

void
cred_cancel(struct cred *c, struct cred_waiter *w)
{
	(void)c;
	cred_wait_cancel(w);
}

static void
wake(void *arg)
{
	struct cred *c = arg;

	cred_wait_wake(&c->waiters);
}

/* --- the end of a fetch --- */

static bool
usable(const struct cred *c)
{
	return c->keys.serial != 0 && !c->dead &&
	    (c->keys.expires == 0 || loop_now(c->loop) < c->mandatory);
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
take_keys(struct cred *c)
{
	int64_t now = loop_now(c->loop), life;

	cred_set_move(&c->set, &c->job.out);
	c->keys.access_key = c->set.access_key;
	c->keys.secret = c->set.secret;
	c->keys.token = c->set.token;
	c->keys.expires = c->set.expires;
	c->keys.serial++;
	c->dead = false;
	if (c->keys.expires == 0) {
		diag_debug("credentials from %s", c->source);
		return;
	}
	life = c->keys.expires - clock_wall();
	c->advisory = now + life - smaller(ADVISORY_MAX, life / 4);
	c->mandatory = now + life - smaller(MANDATORY_MAX, life / 10);
	c->next_try = c->advisory;
	diag_debug("credentials from %s, which expire in %" PRId64 ".%03d s",
	    c->source, life / 1000, (int)(life % 1000));
}

/* Keys that are of no use although they were given to us. */
static bool
check_keys(struct cred *c)
{
	const struct cred_set *out = &c->job.out;

	if (!cred_set_sane(out)) {
		cred_job_fail(&c->job,
		    "%s: the keys hold characters that no "
		    "keys have, or are too long",
		    c->source);
		return false;
	}
	if (c->dead && cred_set_same(out, &c->set)) {
		cred_job_fail(&c->job,
		    "the credentials have expired, and %s "
		    "has no new ones",
		    c->source);
		return false;
	}
	/* Keys of the environment or a file: the store shall say it. */
	if (c->plan.kind == CRED_STATIC && c->plan.nroles == 0)
		return true;
	if (out->expires != 0 && out->expires <= clock_wall()) {
		cred_job_fail(&c->job,
		    "%s gave credentials that have "
		    "expired already (is this machine's clock right?)",
		    c->source);
		return false;
	}
	return true;
}

static void
finish(struct cred *c, bool good)
{
	int64_t now = loop_now(c->loop), left;

	c->fetching = false;
	cred_set_fini(&c->job.base);
	if (good && check_keys(c)) {
		take_keys(c);
	} else if (usable(c)) {
		left = c->mandatory - now;
		c->next_try = now + smaller(RETRY_MAX, left / 4 + 1);
		diag_debug("credentials were not renewed, going on with the "
			   "old ones: %s",
		    c->job.fail.text);
	} else {
		c->failed = true;
		c->fail = c->job.fail;
		c->fail.kind = FAIL_CREDENTIALS;
	}
	loop_defer(c->loop, &c->wake);
}

/* --- a fetch --- */

static enum cred_step
start_base(struct cred *c)
{
	struct cred_job *job = &c->job;
	const struct cred_set *keys = &c->plan.keys;

	switch (c->plan.kind) {
	case CRED_STATIC:
		cred_set_put(&job->out, keys->access_key, keys->secret,
		    keys->token, keys->expires);
		return CRED_READY;
	case CRED_PROCESS:
		return cred_process_start(job);
	case CRED_SSO:
		return cred_sso_start(job);
	case CRED_WEB_IDENTITY:
		return cred_sts_web_start(job);
	case CRED_CONTAINER:
		return cred_container_start(job);
	case CRED_IMDS:
		return cred_imds_start(job);
	}
	abort();
}

static enum cred_step
start_role(struct cred *c)
{
	c->job.role = &c->plan.roles[c->stage - 1];
	cred_set_move(&c->job.base, &c->job.out);
	return cred_sts_start(&c->job);
}

/* Steps that are ready at once follow each other; one that waits comes back
 * by step_end(). */
static void
run(struct cred *c)
{
	enum cred_step step = CRED_READY;

	while (step == CRED_READY && c->stage <= c->plan.nroles) {
		c->job.stage = 0;
		step = c->stage == 0 ? start_base(c) : start_role(c);
		if (step == CRED_READY)
			c->stage++;
	}
	if (step != CRED_WAIT)
		finish(c, step == CRED_READY);
}

static void
step_end(struct cred_job *job, bool good)
{
	struct cred *c = job->arg;

	if (!good) {
		finish(c, false);
		return;
	}
	c->stage++;
	run(c);
}

static void
describe(struct cred *c)
{
	const struct cred_plan *p = &c->plan;
	struct buf b;
	size_t i;

	free(c->source);
	buf_init(&b, 1 << 20);
	for (i = p->nroles; i-- > 0;)
		buf_addf(&b, "role %s of profile %s, by ", p->roles[i].arn,
		    p->roles[i].profile);
	buf_adds(&b, p->source);
	c->source = buf_take(&b);
	buf_fini(&b);
	if (p->exposed != 0 && conf_first_time(c->conf, p->file))
		diag_warn("%s: holds keys, and others may read or write it "
			  "(mode %04o): chmod 600",
		    p->path, p->exposed);
}

/* Files are read again for each renewal: whoever renews keys by writing them
 * there is served, too. */
static bool
make_plan(struct cred *c)
{
	struct cred_plan_ask ask = {
	    c->conf, c->profile, c->named, c->by_location};
	char *why = NULL;

	if (c->planned && !conf_reload(c->conf, &why)) {
		diag_debug(
		    "going on with the configuration as it was: %s", why);
		free(why);
	}
	if (c->planned)
		cred_plan_fini(&c->plan);
	c->planned = true;
	if (!cred_plan_make(&c->plan, &ask, &c->job.fail))
		return false;
	describe(c);
	return true;
}

static void
start(struct cred *c)
{
	c->fetching = true;
	c->stage = 0;
	c->job.patient = c->keys.serial != 0;
	fail_clear(&c->job.fail);
	if (make_plan(c))
		run(c);
	else
		finish(c, false);
}

const struct cred_keys *
cred_get(struct cred *c, struct cred_waiter *w, struct fail *f)
{
	int64_t now = loop_now(c->loop);

	if (!c->failed && !c->fetching &&
	    (!usable(c) || (c->keys.expires != 0 && now >= c->next_try)))
		start(c);
	if (usable(c))
		return &c->keys;
	if (c->failed)
		*f = c->fail;
	else
		cred_wait_add(&c->waiters, w);
	return NULL;
}

bool
cred_expired(struct cred *c, uint64_t serial)
{
	bool is_static = c->plan.kind == CRED_STATIC && c->plan.nroles == 0;

	if (c->failed)
		return false;
	if (serial != c->keys.serial || c->dead)
		return true;
	c->dead = true;
	if (c->fetching)
		return true;
	if (is_static && !c->plan.from_files) {
		c->failed = true;
		fail_set(&c->fail, FAIL_CREDENTIALS,
		    "the credentials in the "
		    "environment have expired");
		return false;
	}
	start(c);
	return !c->failed;
}
