/* LOCATION operands, good and bad. */

#include <stdlib.h>

#include "location.h"
#include "tap.h"

#define ARN "arn:aws:s3:us-west-2:123456789012:accesspoint"

static const struct {
	const char *word;
	const char *profile, *bucket, *prefix;
} good[] = {
    {"bucket", NULL, "bucket", ""},
    {"bucket/", NULL, "bucket", ""},
    {"s3://bucket", NULL, "bucket", ""},
    {"s3://bucket/a/b/", NULL, "bucket", "a/b/"},
    {"bucket//", NULL, "bucket", "/"},
    {"bucket//a", NULL, "bucket", "/a"},
    {"bucket/ a ", NULL, "bucket", " a "},
    {"bucket/../x/./", NULL, "bucket", "../x/./"},
    {"bucket/a%2Fb+c", NULL, "bucket", "a%2Fb+c"},
    {"bucket/\xc3\xbc\x01\n", NULL, "bucket", "\xc3\xbc\x01\n"},
    {"bucket/s3://x", NULL, "bucket", "s3://x"},
    {"bucket/a@b", NULL, "bucket", "a@b"},
    {"old@src", "old", "src", ""},
    {"old@src/p", "old", "src", "p"},
    {"s3://old@src/p@q", "old", "src", "p@q"},
    {"a b:c%d+e@src", "a b:c%d+e", "src", ""},
    {"My_Old.Bucket-1", NULL, "My_Old.Bucket-1", ""},
    {"x-s3alias/p", NULL, "x-s3alias", "p"},
    {"base--usw2-az1--x-s3/p/", NULL, "base--usw2-az1--x-s3", "p/"},
    {"192.168.0.1", NULL, "192.168.0.1", ""},
    {ARN "/name", NULL, ARN "/name", ""},
    {ARN ":name", NULL, ARN ":name", ""},
    {ARN "/name/a/b", NULL, ARN "/name", "a/b"},
    {ARN ":name/a:b", NULL, ARN ":name", "a:b"},
    {ARN "/name/", NULL, ARN "/name", ""},
    {ARN "/name//", NULL, ARN "/name", "/"},
    {"p@" ARN "/name/k", "p", ARN "/name", "k"},
    {"s3://p@" ARN ":name/k", "p", ARN ":name", "k"},
    {"arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/n-1", NULL,
	"arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/n-1", ""},
};

static const struct {
	const char *word;
	const char *why; /* part of the sentence */
} bad[] = {
    {"", "no bucket"},
    {"s3://", "no bucket"},
    {"s3:///key", "no bucket"},
    {"p@", "no bucket"},
    {"p@/key", "no bucket"},
    {"/tmp/x", "local path"},
    {"./x", "local path"},
    {"../x", "local path"},
    {".", "local path"},
    {"~/x", "local path"},
    {"~", "local path"},
    {"@bucket", "no profile"},
    {"s3://@bucket", "no profile"},
    {"a@b@c", "letters"},
    {"S3://bucket", "letters"},
    {"https://host/bucket", "letters"},
    {"C:\\x", "letters"},
    {"buc ket", "letters"},
    {"buck\xc3\xa9t", "letters"},
    {"bucket\n", "letters"},
    {"bucket?x", "letters"},
    {"bucket%2Fx", "letters"},
    {"s3://../x", "dots"},
    {"s3://.", "dots"},
    {"p@../x", "dots"},
    {"arn:", "too few"},
    {"arn:aws", "too few"},
    {"arn:aws:s3", "too few"},
    {"arn:aws:s3:r", "too few"},
    {"arn:aws:s3:us-west-2:123456789012", "too few"},
    {"arn::s3:us-west-2:123456789012:accesspoint/n", "too few"},
    {"arn:aws:s3:::bucket/key", "bucket itself"},
    {"arn:aws:s3::123456789012:accesspoint/n.mrap", "multi-region"},
    {"arn:aws:s3-outposts:us-west-2:123456789012:outpost/o/bucket/b",
	"Outposts"},
    {"arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/n", "Lambda"},
    {"arn:aws:sqs:us-west-2:123456789012:queue", "access point of S3"},
    {"arn:aws:s3:us-west-2:123456789012:bucket_name:b", "access point of S3"},
    {"arn:aws:s3:us-west-2::accesspoint/n", "account"},
    {"arn:aws:s3:us-west-2:12345678901x:accesspoint/n", "account"},
    {"arn:aws:s3:us_west:123456789012:accesspoint/n", "region"},
    {ARN, "no access point"},
    {ARN "/", "no access point"},
    {ARN "/n.x", "no access point"},
    {ARN "s/n", "no access point"},
    {ARN ":n:x", "no access point"},
};

static void
test_tables(void)
{
	struct location loc;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!ok(location_parse(&loc, good[i].word, &why), "%s is one",
			good[i].word))
			continue;
		is_str(loc.profile, good[i].profile, "its profile");
		is_str(loc.bucket, good[i].bucket, "its bucket");
		is_mem(loc.prefix, loc.prefix_len, good[i].prefix,
		    strlen(good[i].prefix), "its prefix");
		location_fini(&loc);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok(!location_parse(&loc, bad[i].word, &why) &&
			strstr(why, bad[i].why) != NULL && loc.bucket == NULL,
		    "\"%s\" is refused: %s", bad[i].word, why);
		location_fini(&loc);
	}
}

static void
test_lengths(void)
{
	char word[2048];
	struct location loc;
	const char *why;

	memset(word, 'b', sizeof(word));
	word[255] = '\0';
	ok(location_parse(&loc, word, &why), "a name of 255 bytes");
	location_fini(&loc);
	word[255] = 'b';
	word[256] = '\0';
	ok(!location_parse(&loc, word, &why) && strstr(why, "255") != NULL,
	    "but not of 256");
	word[256] = 'b';
	word[1] = '/';
	word[2 + 1024] = '\0';
	ok(location_parse(&loc, word, &why) && loc.prefix_len == 1024,
	    "a prefix of 1,024 bytes");
	location_fini(&loc);
	word[2 + 1024] = 'b';
	word[2 + 1025] = '\0';
	ok(!location_parse(&loc, word, &why) && strstr(why, "1024") != NULL,
	    "but not of 1,025");
}

/* Words made of the pieces that matter: parsed or refused, and what is parsed
 * is found again in the word. */
static void
test_random(void)
{
	static const char *const pieces[] = {"s3://", "@", "/", ":",
	    "arn:", "aws:", "s3:", "us-west-2:", "123456789012:", "accesspoint",
	    "b", ".", "accesspoint/", "\xff"};
	struct location loc;
	const char *why;
	char word[200];
	uint32_t seed = 5;
	int round, i, strange = 0, parsed = 0;

	for (round = 0; round < 50000; round++) {
		word[0] = '\0';
		for (i = 0; i < 1 + round % 9; i++) {
			seed = seed * 1664525 + 1013904223;
			snprintf(word + strlen(word),
			    sizeof(word) - strlen(word), "%s",
			    pieces[(seed >> 16) %
				(sizeof(pieces) / sizeof(pieces[0]))]);
		}
		if (!location_parse(&loc, word, &why)) {
			strange += why == NULL || loc.bucket != NULL;
			continue;
		}
		parsed++;
		if (why != NULL || strstr(word, loc.bucket) == NULL ||
		    strlen(loc.prefix) != loc.prefix_len ||
		    strcmp(word + strlen(word) - loc.prefix_len, loc.prefix) !=
			0)
			strange++;
		location_fini(&loc);
	}
	is_int(strange, 0, "random words are parsed or refused with a reason");
	ok(parsed > 100, "and some (%d) are good ones", parsed);
}

int
main(void)
{
	test_tables();
	test_lengths();
	test_random();
	return tap_done();
}
