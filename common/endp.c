#include <stdio.h>
#include <string.h>

#include "endp.h"
#include "endpurl.h"
#include "limit.h"
#include "uri.h"

/* --- partitions --- */

static const struct partition {
	const char *prefix; /* of its regions' names */
	const char *name;   /* as in ARNs */
	const char *suffix;
	bool fips, accelerate;
} partitions[] = {
    {"cn-", "aws-cn", "amazonaws.com.cn", false, false},
    {"aws-cn-", "aws-cn", "amazonaws.com.cn", false, false},
    {"us-gov-", "aws-us-gov", "amazonaws.com", true, true},
    {"aws-us-gov-", "aws-us-gov", "amazonaws.com", true, true},
    {"us-iso-", "aws-iso", "c2s.ic.gov", true, true},
    {"us-isob-", "aws-iso-b", "sc2s.sgov.gov", true, true},
    {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", true, true},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov", true, true},
    {"eusc-", "aws-eusc", "amazonaws.eu", true, true},
    {"", "aws", "amazonaws.com", true, true},
};

static const struct partition *
partition_of(const char *region)
{
	const struct partition *p = partitions;

	while (strncmp(region, p->prefix, strlen(p->prefix)) != 0)
		p++;
	return p;
}

const char *
endp_suffix(const char *region)
{
	return partition_of(region)->suffix;
}

/* --- names --- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* A DNS label: letters, digits and inner hyphens. */
static bool
is_label(const char *s, size_t len)
{
	size_t i;

	if (len == 0 || len > 63 || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (i = 0; i < len; i++)
		if (!is_alnum(s[i]) && s[i] != '-')
			return false;
	return true;
}

bool
endp_is_region(const char *region)
{
	return is_label(region, strlen(region));
}

bool
endp_parse_style(const char *word, enum endp_style *style)
{
	if (strcmp(word, "auto") == 0)
		*style = ENDP_AUTO;
	else if (strcmp(word, "path") == 0)
		*style = ENDP_PATH;
	else if (strcmp(word, "virtual") == 0)
		*style = ENDP_VIRTUAL;
	else
		return false;
	return true;
}

/* May the bucket's name be a part of the host's? */
static bool
fits_host(const char *bucket, bool dots)
{
	size_t len = strlen(bucket), i, label = 0;

	if (len < 3 || len > 63 || endpurl_is_ipv4(bucket, len))
		return false;
	for (i = 0; i <= len; i++) {
		if (bucket[i] >= 'A' && bucket[i] <= 'Z')
			return false;
		if (bucket[i] != '.' && bucket[i] != '\0')
			continue;
		if ((bucket[i] == '.' && !dots) ||
		    !is_label(bucket + label, i - label))
			return false;
		label = i + 1;
	}
	return true;
}

/* The names that S3 has or ever had; a private store may also have tenants
 * ("tenant:bucket"). */
static bool
is_bucket(const char *bucket, bool aws)
{
	size_t len = strlen(bucket), i;

	if (len == 0 || len > LIMIT_BUCKET)
		return false;
	for (i = 0; i < len; i++)
		if (!is_alnum(bucket[i]) && strchr(".-_", bucket[i]) == NULL &&
		    (aws || bucket[i] != ':'))
			return false;
	return strcmp(bucket, ".") != 0 && strcmp(bucket, "..") != 0;
}

static bool
ends_in(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && memcmp(s + len - n, end, n) == 0;
}

static bool
is_aws_host(const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
		n = strlen(partitions[i].suffix);
		if (len > n && s[len - n - 1] == '.' &&
		    memcmp(s + len - n, partitions[i].suffix, n) == 0)
			return true;
	}
	return false;
}

/* --- results --- */

void
endp_init(struct endp *e)
{
	memset(e, 0, sizeof(*e));
	buf_init(&e->base, LIMIT_URL);
	buf_init(&e->host, LIMIT_URL);
	buf_init(&e->path, LIMIT_URL);
	buf_init(&e->region, LIMIT_URL);
	buf_init(&e->store, LIMIT_URL);
}

void
endp_fini(struct endp *e)
{
	buf_fini(&e->base);
	buf_fini(&e->host);
	buf_fini(&e->path);
	buf_fini(&e->region);
	buf_fini(&e->store);
}

static void
endp_reset(struct endp *e)
{
	buf_reset(&e->base);
	buf_reset(&e->host);
	buf_reset(&e->path);
	buf_reset(&e->region);
	buf_reset(&e->store);
	e->service = "s3";
	e->is_aws = e->is_tls = true;
	e->is_directory = e->is_regional = false;
}

/* The host without the bucket is known: put the bucket before it or after. */
static void
put_bucket(struct endp *e, const char *bucket, bool in_host)
{
	struct buf whole;

	if (bucket == NULL)
		return;
	if (!in_host) {
		buf_addc(&e->path, '/');
		uri_encode(&e->path, bucket, strlen(bucket));
		return;
	}
	buf_init(&whole, LIMIT_URL);
	buf_addf(&whole, "%s.%s", bucket, e->host.data);
	buf_reset(&e->host);
	buf_add(&e->host, whole.data, whole.len);
	buf_fini(&whole);
}

static void
finish(struct endp *e, const char *region)
{
	size_t i;

	for (i = 0; i < e->host.len; i++)
		if (e->host.data[i] >= 'A' && e->host.data[i] <= 'Z')
			e->host.data[i] += 'a' - 'A';
	buf_addf(
	    &e->base, "%s://%s", e->is_tls ? "https" : "http", e->host.data);
	buf_adds(&e->region, region);
}

/* --- kinds of buckets --- */

#define REGION_ROOM 32

static bool
is_directory(const char *bucket)
{
	size_t len = strlen(bucket);

	return ends_in(bucket, len, "--x-s3") ||
	    ends_in(bucket, len, "--xa-s3");
}

static const char *
directory_zone(const char *bucket, size_t *len)
{
	const char *end = bucket + strlen(bucket), *s;

	end -= ends_in(bucket, strlen(bucket), "--xa-s3") ? 7 : 6;
	for (s = end; s > bucket + 2; s--)
		if (s[-1] == '-' && s[-2] == '-')
			break;
	*len = (size_t)(end - s);
	return s > bucket + 2 && is_label(s, *len) ? s : NULL;
}

/* The region's name is in the zone's: usw2-az1 is in us-west-2, apne1-az4 in
 * ap-northeast-1, usge1-az1 in us-gov-east-1.  False if it is not. */
static bool
zone_region(const char *zone, size_t len, char region[REGION_ROOM])
{
	static const struct {
		const char *letters, *word;
	} sides[] = {{"e", "east"}, {"w", "west"}, {"n", "north"},
	    {"s", "south"}, {"c", "central"}, {"ne", "northeast"},
	    {"nw", "northwest"}, {"se", "southeast"}, {"sw", "southwest"}};
	bool gov = len > 3 && memcmp(zone, "usg", 3) == 0;
	size_t area = gov ? 3 : 2, n, i;
	const char *side = zone + area;

	if (len < area + 2)
		return false;
	n = strspn(side, "enswc");
	for (i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		if (strlen(sides[i].letters) != n ||
		    memcmp(sides[i].letters, side, n) != 0 || side[n] < '1' ||
		    side[n] > '9' || side[n + 1] != '-')
			continue;
		snprintf(region, REGION_ROOM, "%.2s%s-%s-%c", zone,
		    gov ? "-gov" : "", sides[i].word, side[n]);
		return true;
	}
	return false;
}

/* Nobody has said where the bucket is. */
static const char *
guess_region(const char *bucket, char room[REGION_ROOM])
{
	const char *zone;
	size_t len;

	if (bucket == NULL || !is_directory(bucket))
		return "us-east-1";
	zone = directory_zone(bucket, &len);
	return zone != NULL && zone_region(zone, len, room) ? room :
							      "us-east-1";
}

static const char *
resolve_directory(struct endp *e, const struct endp_ask *ask,
    const char *region, const struct endpurl *u)
{
	const char *zone;
	size_t len;

	e->service = "s3express";
	e->is_directory = e->is_regional = true;
	if (ask->accelerate)
		return "transfer acceleration does not know directory buckets";
	if (u != NULL) {
		put_bucket(e, ask->bucket,
		    fits_host(ask->bucket, false) && !u->is_ip &&
			(is_aws_host(u->host, u->host_len) ||
			    ask->style == ENDP_VIRTUAL));
		return NULL;
	}
	zone = directory_zone(ask->bucket, &len);
	if (zone == NULL || !fits_host(ask->bucket, false))
		return "this is no directory bucket's name "
		       "(NAME--ZONE--x-s3)";
	if (ask->style == ENDP_PATH)
		return "directory buckets cannot be addressed in path style";
	buf_addf(&e->host, "s3express%s-%.*s.%s%s.%s", ask->fips ? "-fips" : "",
	    (int)len, zone, ask->dualstack ? "dualstack." : "", region,
	    endp_suffix(region));
	put_bucket(e, ask->bucket, true);
	return NULL;
}

/* The parts of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. */
struct arn {
	const char *part[6];
	size_t len[6];
};

static bool
parse_arn(struct arn *arn, const char *s)
{
	size_t i;

	for (i = 0; i < 6; i++) {
		arn->part[i] = s;
		arn->len[i] = i < 5 ? strcspn(s, ":") : strlen(s);
		s += arn->len[i];
		if (i < 5 && *s++ != ':')
			return false;
	}
	return arn->len[5] > 0;
}

static bool
arn_is(const struct arn *arn, size_t i, const char *word)
{
	return arn->len[i] == strlen(word) &&
	    memcmp(arn->part[i], word, arn->len[i]) == 0;
}

static const char *
check_arn(const struct arn *arn, const char **name, size_t *len)
{
	static const char word[] = "accesspoint";
	size_t n = sizeof(word) - 1;

	if (arn_is(arn, 2, "s3-outposts"))
		return "buckets on Outposts are not supported";
	if (arn_is(arn, 2, "s3-object-lambda"))
		return "Object Lambda access points are not supported";
	if (!arn_is(arn, 2, "s3") && !arn_is(arn, 2, "s3express"))
		return "this ARN is not of S3";
	if (arn_is(arn, 2, "s3express"))
		return "name the access point of a directory bucket by "
		       "NAME--ZONE--xa-s3, not by its ARN";
	if (arn->len[5] <= n + 1 || memcmp(arn->part[5], word, n) != 0 ||
	    (arn->part[5][n] != '/' && arn->part[5][n] != ':'))
		return "this ARN is not that of an access point";
	*name = arn->part[5] + n + 1;
	*len = arn->len[5] - n - 1;
	if (arn->len[3] == 0)
		return "multi-region access points are not supported (they "
		       "need SigV4A): name the bucket or a regional access "
		       "point";
	if (!is_label(arn->part[3], arn->len[3]) ||
	    !is_label(arn->part[4], arn->len[4]) || !is_label(*name, *len))
		return "region, account or name in the access point's ARN is "
		       "not valid";
	return NULL;
}

static const char *
check_arn_settings(const struct arn *arn, const struct endp_ask *ask,
    const char *region, const struct endpurl *u)
{
	if (ask->accelerate)
		return "transfer acceleration does not know access points";
	if (ask->style == ENDP_PATH)
		return "access points cannot be addressed in path style";
	if (u != NULL && u->is_ip)
		return "access points need an endpoint with a host name";
	if (!arn_is(arn, 1, partition_of(region)->name))
		return "the access point's ARN is of another partition than "
		       "the region";
	if (!ask->use_arn_region && !arn_is(arn, 3, region))
		return "the access point's ARN is of another region, and "
		       "use_arn_region is false";
	return NULL;
}

static const char *
resolve_arn(struct endp *e, const struct endp_ask *ask, const char *region,
    const struct endpurl *u)
{
	struct arn arn;
	struct buf label, arn_region;
	const char *why, *name;
	size_t len;

	e->is_regional = true;
	if (!parse_arn(&arn, ask->bucket))
		return "this ARN is not complete";
	why = check_arn(&arn, &name, &len);
	if (why == NULL)
		why = check_arn_settings(&arn, ask, region, u);
	if (why != NULL)
		return why;
	buf_init(&label, LIMIT_URL);
	buf_init(&arn_region, LIMIT_URL);
	buf_add(&arn_region, arn.part[3], arn.len[3]);
	buf_addf(
	    &label, "%.*s-%.*s", (int)len, name, (int)arn.len[4], arn.part[4]);
	if (u == NULL)
		buf_addf(&e->host, "s3-accesspoint%s%s.%s.%s",
		    ask->fips ? "-fips" : "",
		    ask->dualstack ? ".dualstack" : "", arn_region.data,
		    endp_suffix(arn_region.data));
	if (label.len > 63)
		why = "the access point's name is too long";
	else
		put_bucket(e, label.data, true);
	finish(e, arn_region.data);
	buf_fini(&label);
	buf_fini(&arn_region);
	return why;
}

static const char *
resolve_accelerated(
    struct endp *e, const struct endp_ask *ask, const char *region)
{
	if (!partition_of(region)->accelerate)
		return "there is no transfer acceleration in this region";
	if (ask->fips)
		return "transfer acceleration and FIPS exclude each other";
	if (ask->style == ENDP_PATH || !fits_host(ask->bucket, false))
		return "transfer acceleration cannot be used in path style or "
		       "with a bucket whose name has dots";
	e->is_regional = true;
	buf_addf(&e->host, "s3-accelerate%s.%s",
	    ask->dualstack ? ".dualstack" : "", endp_suffix(region));
	put_bucket(e, ask->bucket, true);
	return NULL;
}

/* S3's own hosts.  Region aws-global is the old host without a region. */
static void
put_aws_host(struct endp *e, const struct endp_ask *ask, const char *region)
{
	bool global = ask->region != NULL &&
	    strcmp(ask->region, "aws-global") == 0 && !ask->dualstack &&
	    !ask->fips;

	buf_addf(&e->host, "s3%s%s.%s%s%s", ask->fips ? "-fips" : "",
	    ask->dualstack ? ".dualstack" : "", global ? "" : region,
	    global ? "" : ".", endp_suffix(region));
}

static const char *
resolve_plain(struct endp *e, const struct endp_ask *ask, const char *region,
    const struct endpurl *u)
{
	bool in_host;

	if (ask->bucket != NULL && !is_bucket(ask->bucket, e->is_aws))
		return "this is no valid bucket name";
	/* The one key that wants path style goes the common way. */
	if (ask->bucket != NULL && ask->accelerate && !ask->path_only)
		return resolve_accelerated(e, ask, region);
	if (u == NULL)
		put_aws_host(e, ask, region);
	in_host = ask->style != ENDP_PATH && !ask->path_only &&
	    ask->bucket != NULL && fits_host(ask->bucket, !e->is_tls) &&
	    (u == NULL || !u->is_ip) &&
	    (e->is_aws || ask->style == ENDP_VIRTUAL);
	put_bucket(e, ask->bucket, in_host);
	return NULL;
}

static void
put_endpoint(struct endp *e, const struct endpurl *u)
{
	e->is_aws = is_aws_host(u->host, u->host_len);
	e->is_tls = u->tls;
	buf_add(&e->host, u->host, u->host_len);
	if (u->port != 0)
		buf_addf(&e->host, ":%u", u->port);
	buf_add(&e->path, u->path, u->path_len);
}

/* AWS is one store for each partition, any other endpoint one for itself. */
static void
put_store(struct endp *e, const char *region, const struct endpurl *u)
{
	size_t i;

	if (e->is_aws) {
		buf_adds(&e->store, partition_of(region)->name);
		return;
	}
	for (i = 0; i < u->host_len; i++)
		buf_addc(&e->store,
		    u->host[i] >= 'A' && u->host[i] <= 'Z' ?
			(char)(u->host[i] + 'a' - 'A') :
			u->host[i]);
	buf_addf(&e->store, ":%u%.*s",
	    u->port != 0 ? u->port :
		u->tls	 ? 443 :
			   80,
	    (int)u->path_len, u->path);
}

static const char *
check_settings(
    const struct endp_ask *ask, const char *region, const struct endpurl *u)
{
	if (!endp_is_region(region))
		return "this is no valid region name";
	if (u != NULL && (ask->dualstack || ask->fips || ask->accelerate))
		return "an endpoint URL excludes dual-stack, FIPS and "
		       "accelerate endpoints: drop one of the two settings";
	if (ask->fips && !partition_of(region)->fips)
		return "there are no FIPS endpoints in this region";
	return NULL;
}

bool
endp_resolve(struct endp *e, const struct endp_ask *ask, const char **why)
{
	char room[REGION_ROOM];
	const char *b = ask->bucket;
	const char *region = ask->region == NULL ||
		strcmp(ask->region, "aws-global") == 0 ?
	    guess_region(b, room) :
	    ask->region;
	struct endpurl url = {NULL, 0, NULL, 0, 0, false, false};
	struct endpurl *u = ask->endpoint_url == NULL ? NULL : &url;
	size_t len = b == NULL ? 0 : strlen(b);

	endp_reset(e);
	*why = u == NULL ? NULL : endpurl_parse(u, ask->endpoint_url);
	if (*why == NULL)
		*why = check_settings(ask, region, u);
	if (*why != NULL)
		return false;
	if (u != NULL)
		put_endpoint(e, u);
	put_store(e, region, u);
	if (b != NULL && strncmp(b, "arn:", 4) == 0) {
		*why = resolve_arn(e, ask, region, u);
		return *why == NULL;
	}
	if (ends_in(b, len, "--op-s3"))
		*why = "buckets on Outposts are not supported";
	else if (ends_in(b, len, ".mrap"))
		*why = "multi-region access points are not supported (they "
		       "need SigV4A)";
	else if (b != NULL && is_directory(b))
		*why = resolve_directory(e, ask, region, u);
	else
		*why = resolve_plain(e, ask, region, u);
	finish(e, region);
	return *why == NULL;
}

bool
endp_same_store(const struct endp *a, const struct endp *b)
{
	if (strcmp(a->store.data, b->store.data) != 0)
		return false;
	return (!a->is_regional && !b->is_regional) ||
	    strcmp(a->region.data, b->region.data) == 0;
}
