/*
 * Where requests go: one row a case.  The rows of AWS itself agree with the
 * SDKs' S3 endpoint rule set, which was asked the same questions.
 */

#include <stdlib.h>

#include "tap.h"
#include "endp.h"

#define P     0x01 /* style path */
#define V     0x02 /* style virtual */
#define D     0x04 /* dual-stack */
#define F     0x08 /* FIPS */
#define A     0x10 /* accelerate */
#define NR    0x20 /* use_arn_region = false */
#define S     0x40 /* a key that needs path style */

#define AP    "arn:aws:s3:us-west-2:123456789012:accesspoint/ap"
#define DIR   "base--usw2-az1--x-s3"
#define DIRAP "point--usw2-az1--xa-s3"

/* want: base, path, a blank, and "region" or "region/service" to sign for;
 * or "!" and a part of the refusal. */
static const struct row {
	const char *bucket, *region, *url;
	int flags;
	const char *want;
} rows[] = {
#include "endp_rows.h"
};

static void
ask_row(const struct row *row, struct endp_ask *ask)
{
	memset(ask, 0, sizeof(*ask));
	ask->bucket = row->bucket;
	ask->region = row->region;
	ask->endpoint_url = row->url;
	ask->style = row->flags & P ? ENDP_PATH :
	    row->flags & V	    ? ENDP_VIRTUAL :
				      ENDP_AUTO;
	ask->dualstack = row->flags & D;
	ask->fips = row->flags & F;
	ask->accelerate = row->flags & A;
	ask->use_arn_region = !(row->flags & NR);
	ask->path_only = row->flags & S;
}

static void
test_row(struct endp *e, const struct row *row)
{
	struct endp_ask ask;
	const char *why = NULL;
	char got[1024], claim[256];
	bool good;

	ask_row(row, &ask);
	snprintf(claim, sizeof(claim), "%s in %s at %s, 0x%02x",
	    row->bucket == NULL ? "(service)" : row->bucket,
	    row->region == NULL ? "(none)" : row->region,
	    row->url == NULL ? "AWS" : row->url, row->flags);
	good = endp_resolve(e, &ask, &why);
	if (row->want[0] == '!') {
		if (!ok(!good && strstr(why, row->want + 1) != NULL,
			"%s: refused", claim))
			printf("#      got: %s\n# expected: %s\n",
			    good ? e->base.data : why, row->want + 1);
		return;
	}
	snprintf(got, sizeof(got), "%s%s %s%s%s", e->base.data, e->path.data,
	    e->region.data, strcmp(e->service, "s3") == 0 ? "" : "/",
	    strcmp(e->service, "s3") == 0 ? "" : e->service);
	is_str(good ? got : why, row->want, claim);
}

static void
test_fields(struct endp *e)
{
	struct endp_ask ask = {.use_arn_region = true};
	const char *why;

	ask.bucket = "bkt";
	ask.endpoint_url = "HTTP://x";
	ok(!endp_resolve(e, &ask, &why), "schemes are lower case");
	ask.endpoint_url = "http://Host.Example:8080/base/";
	ok(endp_resolve(e, &ask, &why), "a private store");
	is_str(e->host.data, "host.example:8080", "host with port");
	ok(!e->is_tls && !e->is_aws && !e->is_directory, "its flags");
	ask.endpoint_url = NULL;
	ok(endp_resolve(e, &ask, &why), "the same struct again, for AWS");
	is_str(e->host.data, "bkt.s3.us-east-1.amazonaws.com", "host");
	ok(e->is_tls && e->is_aws && !e->is_directory, "its flags");
	ask.endpoint_url = "https://s3.us-west-2.amazonaws.com:443";
	ok(endp_resolve(e, &ask, &why) && e->is_aws, "AWS by its URL is AWS");
	is_str(e->host.data, "bkt.s3.us-west-2.amazonaws.com",
	    "the scheme's own port is left out");
	ask.endpoint_url = "https://s3.amazonaws.com.evil.example";
	ok(endp_resolve(e, &ask, &why) && !e->is_aws,
	    "AWS within a name is not AWS");
	ask.endpoint_url = NULL;
	ask.bucket = DIR;
	ok(endp_resolve(e, &ask, &why) && e->is_directory,
	    "a directory bucket says so");
}

/* bucket@region@url of both sides; empty for none. */
static bool
same(const char *bucket_a, const char *region_a, const char *url_a,
    const char *bucket_b, const char *region_b, const char *url_b, int flags)
{
	struct row a = {bucket_a, region_a, url_a, flags, ""};
	struct row b = {bucket_b, region_b, url_b, flags, ""};
	struct endp_ask ask;
	struct endp ea, eb;
	const char *why;
	bool answer;

	endp_init(&ea);
	endp_init(&eb);
	ask_row(&a, &ask);
	if (!endp_resolve(&ea, &ask, &why))
		abort();
	ask_row(&b, &ask);
	if (!endp_resolve(&eb, &ask, &why))
		abort();
	answer = endp_same_store(&ea, &eb);
	endp_fini(&ea);
	endp_fini(&eb);
	return answer;
}

static void
test_same_store(void)
{
	ok(same("a-b", "us-east-1", NULL, "b-c", "eu-west-1", NULL, 0),
	    "two regions of AWS are one store");
	ok(!same("a-b", "us-east-1", NULL, "b-c", "cn-north-1", NULL, 0),
	    "two partitions are not");
	ok(!same("a-b", "us-east-1", NULL, "b-c", "us-gov-west-1", NULL, 0),
	    "nor those that share a suffix");
	ok(same("a-b", "us-east-1", NULL, "b-c", "us-east-1",
	       "https://s3.us-east-1.amazonaws.com", 0),
	    "AWS by its URL is the same store");
	ok(same("a-b", "x", "http://h:9000", "b-c", "y", "http://H:9000/", 0),
	    "one private endpoint");
	ok(same("a-b", "x", "http://h.example", "b-c", "y", "http://h.example",
	       V),
	    "the same in virtual style");
	ok(!same("a-b", "x", "http://h:9000", "b-c", "x", "http://h:9001", 0),
	    "two ports are two stores");
	ok(!same("a-b", "x", "http://h", "b-c", "x", "http://i", 0),
	    "two hosts are two stores");
	ok(!same("a-b", "x", "http://h/a", "b-c", "x", "http://h/b", 0),
	    "two paths are two stores");
	ok(!same("a-b", "us-east-1", NULL, "b-c", "us-east-1", "http://h", 0),
	    "AWS and a private store");
	ok(!same("a-b", "us-east-1", NULL, DIR, "us-west-2", NULL, 0),
	    "a directory bucket in another region");
	ok(same("a-b", "us-west-2", NULL, DIR, "us-west-2", NULL, 0),
	    "a directory bucket in the same region");
	ok(!same("a-b", "us-east-1", NULL, AP, "us-east-1", NULL, 0),
	    "an access point in another region");
	ok(!same("a-b", "us-east-1", NULL, "b-c", "us-west-2", NULL, A),
	    "no copy between regions by acceleration");
}

static void
test_words(void)
{
	enum endp_style style = ENDP_AUTO;

	ok(endp_parse_style("path", &style) && style == ENDP_PATH, "path");
	ok(endp_parse_style("virtual", &style) && style == ENDP_VIRTUAL,
	    "virtual");
	ok(endp_parse_style("auto", &style) && style == ENDP_AUTO, "auto");
	ok(!endp_parse_style("Path", &style), "no other word");
	is_str(endp_suffix("cn-northwest-1"), "amazonaws.com.cn", "suffix");
	ok(endp_is_region("eu-west-1"), "a region");
	ok(!endp_is_region(""), "nothing is no region");
	ok(!endp_is_region("a.b"), "nor is a name with dots");
}

int
main(void)
{
	struct endp e;
	size_t i;

	endp_init(&e);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_row(&e, &rows[i]);
	test_fields(&e);
	endp_fini(&e);
	test_same_store();
	test_words();
	return tap_done();
}
