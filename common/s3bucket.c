#include <stdlib.h>
#include <string.h>

#include "s3bucket.h"
#include "xalloc.h"

static const char *
copy(const char *s)
{
	return s == NULL ? NULL : xstrdup(s);
}

static void
drop(const char *s)
{
	/* Owned since copy(); const only for the users of the struct. */
	free((void *)(uintptr_t)s);
}

static bool
resolve(struct s3bucket *b, const char **why)
{
	struct endp_ask ask = {
	    .bucket = b->params.bucket,
	    .region = b->params.region,
	    .endpoint_url = b->params.endpoint_url,
	    .style = b->params.style,
	    .dualstack = b->params.dualstack,
	    .fips = b->params.fips,
	    .accelerate = b->params.accelerate,
	    .use_arn_region = b->params.use_arn_region,
	};

	if (!endp_resolve(&b->endp, &ask, why))
		return false;
	ask.path_only = true;
	return endp_resolve(&b->path_endp, &ask, why);
}

struct s3bucket *
s3bucket_new(const struct s3bucket_params *params, const char **why)
{
	struct s3bucket *b = xcalloc(1, sizeof(*b));

	b->params = *params;
	b->params.bucket = copy(params->bucket);
	b->params.region = copy(params->region);
	b->params.endpoint_url = copy(params->endpoint_url);
	b->params.ca_bundle = copy(params->ca_bundle);
	b->params.expected_owner = copy(params->expected_owner);
	b->sign = sign_new();
	endp_init(&b->endp);
	endp_init(&b->path_endp);
	if (!resolve(b, why)) {
		s3bucket_free(b);
		return NULL;
	}
	return b;
}

void
s3bucket_free(struct s3bucket *b)
{
	if (b == NULL)
		return;
	endp_fini(&b->endp);
	endp_fini(&b->path_endp);
	sign_free(b->sign);
	drop(b->params.bucket);
	drop(b->params.region);
	drop(b->params.endpoint_url);
	drop(b->params.ca_bundle);
	drop(b->params.expected_owner);
	free(b);
}

/* A region stands in host names: let nothing else in. */
static bool
region_like(const char *s)
{
	size_t len = strlen(s);

	return len >= 2 && len <= 63 && s[0] != '-' && s[len - 1] != '-' &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

bool
s3bucket_move(struct s3bucket *b, const char *region)
{
	const char *old = b->params.region, *why;

	if (!region_like(region) || strcmp(b->endp.region.data, region) == 0)
		return false;
	b->params.region = xstrdup(region);
	if (!resolve(b, &why)) {
		drop(b->params.region);
		b->params.region = old;
		resolve(b, &why);
		return false;
	}
	drop(old);
	return true;
}

const char *
s3bucket_name(const struct s3bucket *b)
{
	return b->params.bucket == NULL ? "the service" : b->params.bucket;
}
