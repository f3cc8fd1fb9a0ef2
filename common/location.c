#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "location.h"
#include "xalloc.h"

static bool
in(const char *s, size_t len, const char *others)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= 'A' && s[i] <= 'Z') ||
		    (s[i] >= '0' && s[i] <= '9'))
			continue;
		if (strchr(others, s[i]) == NULL)
			return false;
	}
	return true;
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* A bucket's name, as old as S3 allows: us-east-1 once took more than DNS. */
static const char *
check_name(const char *s, size_t len)
{
	if (len == 0)
		return "it names no bucket";
	if (len > LIMIT_BUCKET)
		return "the bucket's name is longer than 255 bytes";
	if (!in(s, len, "-._"))
		return "a bucket's name has only letters, digits, "
		       "'-', '.' and '_'";
	if (strspn(s, ".") >= len)
		return "a bucket's name is more than dots";
	return NULL;
}

/* The next field of an ARN, up to a colon; moves *p past that. */
static bool
field(const char **p, const char **start, size_t *len)
{
	*start = *p;
	*len = strcspn(*p, ":/");
	if ((*p)[*len] != ':')
		return false;
	*p += *len + 1;
	return true;
}

static const char *
check_service(const char *service, size_t len)
{
	if (len == 2 && memcmp(service, "s3", 2) == 0)
		return NULL;
	if (len == 11 && memcmp(service, "s3-outposts", 11) == 0)
		return "buckets on Outposts are not supported";
	if (len == 16 && memcmp(service, "s3-object-lambda", 16) == 0)
		return "Object Lambda access points are not supported";
	return "an ARN must be that of an access point of S3";
}

/* arn:PARTITION:s3:REGION:ACCOUNT:accesspoint[:/]NAME; sets its length. */
static const char *
check_arn(const char *arn, size_t *len)
{
	const char *p = arn + 4, *start, *why;
	size_t n, region;

	if (!field(&p, &start, &n) || n == 0)
		return "the ARN has too few parts";
	if (!in(start, n, "-"))
		return "the ARN's partition is none";
	if (!field(&p, &start, &n))
		return "the ARN has too few parts";
	if ((why = check_service(start, n)) != NULL)
		return why;
	if (!field(&p, &start, &region))
		return "the ARN has too few parts";
	if (!in(start, region, "-"))
		return "the ARN's region is none";
	if (!field(&p, &start, &n))
		return "the ARN has too few parts";
	if (!begins(p, "accesspoint"))
		return n == 0 ? "name the bucket itself, not its ARN" :
				"an ARN must be that of an access point of S3";
	if (region == 0)
		return "multi-region access points are not supported";
	if (n != 12 || strspn(start, "0123456789") < 12)
		return "the ARN's account is not one of twelve digits";
	p += strlen("accesspoint");
	if (*p != ':' && *p != '/')
		return "the ARN names no access point";
	n = strcspn(++p, "/");
	if (n == 0 || n > 50 || !in(p, n, "-"))
		return "the ARN names no access point";
	*len = (size_t)(p - arn) + n;
	return *len > LIMIT_BUCKET ? "the ARN is longer than 255 bytes" : NULL;
}

bool
location_parse(struct location *loc, const char *word, const char **why)
{
	const char *at, *bucket, *prefix;
	size_t slash, len;

	memset(loc, 0, sizeof(*loc));
	*why = NULL;
	if (*word == '/' || *word == '.' || *word == '~') {
		*why = "it looks like a local path, and only buckets are "
		       "understood: [s3://][PROFILE@]BUCKET[/PREFIX]";
		return false;
	}
	if (begins(word, "s3://"))
		word += 5;
	bucket = word;
	slash = strcspn(word, "/");
	at = memchr(word, '@', slash);
	if (at != NULL)
		bucket = at + 1;
	len = strcspn(bucket, "/");
	if (at == word)
		*why = "there is no profile before the '@'";
	else if (begins(bucket, "arn:"))
		*why = check_arn(bucket, &len);
	else
		*why = check_name(bucket, len);
	if (*why != NULL)
		return false;
	prefix = bucket + len;
	if (*prefix == '/')
		prefix++;
	if (strlen(prefix) > LIMIT_KEY) {
		*why = "the prefix is longer than 1024 bytes, and so than any "
		       "key";
		return false;
	}
	if (at != NULL)
		loc->profile = xmemdup0(word, (size_t)(at - word));
	loc->bucket = xmemdup0(bucket, len);
	loc->prefix = xstrdup(prefix);
	loc->prefix_len = strlen(prefix);
	return true;
}

void
location_fini(struct location *loc)
{
	free(loc->profile);
	free(loc->bucket);
	free(loc->prefix);
	memset(loc, 0, sizeof(*loc));
}
