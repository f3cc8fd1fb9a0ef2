#include <stddef.h>
#include <string.h>

#include "same.h"

static const struct {
	const char *name;
	unsigned bit;
} fields[] = {
    {"size", SAME_SIZE},
    {"etag", SAME_ETAG},
    {"mtime", SAME_MTIME},
};

static unsigned
find(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == len &&
		    memcmp(fields[i].name, word, len) == 0)
			return fields[i].bit;
	return 0;
}

bool
same_parse(const char *list, unsigned *set, const char **why)
{
	unsigned bit;
	size_t len;

	*set = 0;
	do {
		len = strcspn(list, ",");
		if ((bit = find(list, len)) == 0) {
			*why = "--same: a list of size, etag and mtime is "
			       "wanted, with commas between";
			return false;
		}
		*set |= bit;
		list += len;
	} while (*list++ == ',');
	return true;
}

const char *
same_lacks(unsigned set, const struct record *r)
{
	if (set & SAME_SIZE && !r->has_size)
		return "size";
	if (set & SAME_ETAG && r->etag == NULL)
		return "ETag";
	if (set & SAME_MTIME && !r->has_mtime)
		return "time";
	return NULL;
}

static int64_t
seconds(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
}

static bool
not_older(const struct record *here, const struct record *there)
{
	if (here->mtime_millis && there->mtime_millis)
		return there->mtime >= here->mtime;
	return seconds(there->mtime) >= seconds(here->mtime);
}

bool
same_record(unsigned set, const struct record *here, const struct record *there)
{
	if (set & SAME_SIZE && here->size != there->size)
		return false;
	if (set & SAME_ETAG &&
	    (here->etag_len != there->etag_len ||
		memcmp(here->etag, there->etag, here->etag_len) != 0))
		return false;
	return !(set & SAME_MTIME) || not_older(here, there);
}
