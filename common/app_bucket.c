/* From LOCATION, options, environment and profile to a bucket that requests
 * can be sent to. */

#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "app_private.h"
#include "conf.h"
#include "cred.h"
#include "diag.h"
#include "s3session.h"
#include "settings.h"
#include "xalloc.h"

struct app_cred {
	char *profile;
	bool named;
	char *region;
	struct cred *cred;
	struct app_cred *next;
};

struct app_bucket {
	struct s3bucket *bucket;
	struct app_bucket *next;
};

void
app_location(struct app *app, struct location *loc, const char *word)
{
	const char *why;

	if (!location_parse(loc, word, &why))
		app_usage(app, "%s: %s", word, why);
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Both sides of a copy under one profile share its credentials. */
static struct cred *
cred_for(struct app *app, const struct settings *s)
{
	struct app_cred *c;

	for (c = app->creds; c != NULL; c = c->next)
		if (same(c->profile, s->profile) && c->named == s->named &&
		    same(c->region, s->region.text))
			return c->cred;
	c = xcalloc(1, sizeof(*c));
	c->profile = xstrdup(s->profile);
	c->named = s->named;
	c->region = s->region.text == NULL ? NULL : xstrdup(s->region.text);
	c->cred = cred_new(
	    app->loop, app->http, app->conf, c->profile, c->named, c->region);
	cred_set_tls(c->cred, s->ca_bundle.text, app->options.no_verify_ssl);
	cred_set_by_location(c->cred, s->by_location);
	c->next = app->creds;
	app->creds = c;
	return c->cred;
}

static const char *
either(const char *first, const char *second)
{
	return first != NULL ? first : second;
}

/* What --source-* leave unsaid, the options for both sides say. */
static struct app_side_options
options_of(const struct app *app, enum app_side side)
{
	const struct app_side_options *both = &app->options.side[APP_BUCKET];
	struct app_side_options o = app->options.side[side];

	if (side == APP_BUCKET)
		return o;
	o.profile = either(o.profile, both->profile);
	o.region = either(o.region, both->region);
	o.endpoint_url = either(o.endpoint_url, both->endpoint_url);
	o.no_sign_request = o.no_sign_request || both->no_sign_request;
	return o;
}

static const char *
side_name(const struct app *app, enum app_side side)
{
	if (!app->program->two_sides)
		return NULL;
	return side == APP_SOURCE ? "source" : "destination";
}

static void
resolve(struct app *app, const struct location *loc,
    const struct app_side_options *o, struct settings *s)
{
	bool by_location = loc != NULL && loc->profile != NULL;
	struct settings_ask ask = {
	    .profile = by_location ? loc->profile : o->profile,
	    .by_location = by_location,
	    .region = o->region,
	    .endpoint_url = o->endpoint_url,
	    .ca_bundle = app->options.ca_bundle,
	    .style = app->options.style,
	};
	char *why = NULL;

	if (!settings_resolve(s, &ask, app->conf, &why))
		diag_die("%s", why);
}

/* Only s3cp's destination is written to. */
static void
make_session(struct app *app, struct s3bucket *bucket, const struct settings *s,
    enum app_side side)
{
	bool read_only = side == APP_SOURCE || !app->program->two_sides;

	if (bucket->endp.is_directory && bucket->params.cred != NULL &&
	    s->express_sessions)
		bucket->session = s3session_new(&app->env, bucket, read_only);
}

/* What all the settings have come to. */
static void
debug_endpoint(const struct s3bucket *b)
{
	const struct endp *e = &b->endp;

	if (b->params.cred == NULL)
		diag_debug("%s: requests go to %s%s/, unsigned",
		    s3bucket_name(b), e->base.data, e->path.data);
	else
		diag_debug("%s: requests go to %s%s/, signed for %s in %s%s",
		    s3bucket_name(b), e->base.data, e->path.data, e->service,
		    e->region.data,
		    b->session != NULL ? " with keys of a session" : "");
}

struct s3bucket *
app_bucket(struct app *app, const struct location *loc, enum app_side side)
{
	struct app_side_options o = options_of(app, side);
	struct app_bucket *kept;
	struct s3bucket *bucket;
	struct settings s;
	struct s3bucket_params params;
	const char *why;

	resolve(app, loc, &o, &s);
	settings_debug(&s, side_name(app, side));
	if (app->options.attempts == 0 && s.max_attempts > 0)
		app->env.attempts = (int)s.max_attempts;
	params = (struct s3bucket_params){
	    .bucket = loc == NULL ? NULL : loc->bucket,
	    .cred = o.no_sign_request ? NULL : cred_for(app, &s),
	    .region = s.region.text,
	    .endpoint_url = s.endpoint_url.text,
	    .style = s.style,
	    .dualstack = s.dualstack,
	    .fips = s.fips,
	    .accelerate = s.accelerate,
	    .use_arn_region = s.use_arn_region,
	    .ca_bundle = s.ca_bundle.text,
	    .insecure = app->options.no_verify_ssl,
	    .request_payer = app->options.request_payer,
	    .expected_owner = o.owner,
	};
	if ((bucket = s3bucket_new(&params, &why)) == NULL)
		diag_die("%s: %s", loc == NULL ? "S3" : loc->bucket, why);
	make_session(app, bucket, &s, side);
	debug_endpoint(bucket);
	settings_fini(&s);
	kept = xcalloc(1, sizeof(*kept));
	kept->bucket = bucket;
	kept->next = app->buckets;
	app->buckets = kept;
	return bucket;
}

void
app_buckets_stop(struct app *app)
{
	struct app_bucket *b;

	for (b = app->buckets; b != NULL; b = b->next)
		s3session_stop(b->bucket->session);
}

void
app_buckets_free(struct app *app)
{
	struct app_bucket *b;
	struct app_cred *c;

	while ((b = app->buckets) != NULL) {
		app->buckets = b->next;
		s3session_free(b->bucket->session);
		s3bucket_free(b->bucket);
		free(b);
	}
	while ((c = app->creds) != NULL) {
		app->creds = c->next;
		cred_free(c->cred);
		free(c->profile);
		free(c->region);
		free(c);
	}
}
