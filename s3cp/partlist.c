#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "meta.h"
#include "partlist.h"
#include "xalloc.h"

void
partlist_init(struct partlist *list, unsigned count)
{
	list->count = count;
	list->known = 0;
	list->etags = xcalloc(count, sizeof(*list->etags));
}

void
partlist_fini(struct partlist *list)
{
	unsigned i;

	for (i = 0; list->etags != NULL && i < list->count; i++)
		free(list->etags[i]);
	free(list->etags);
	memset(list, 0, sizeof(*list));
}

bool
partlist_set(struct partlist *list, unsigned number, const char *etag)
{
	char **place = &list->etags[number - 1];
	const char *p;

	for (p = etag; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || strchr("<>&\"", *p) != NULL)
			return false;
	if (p == etag)
		return false;
	list->known += *place == NULL;
	free(*place);
	*place = xstrdup(etag);
	return true;
}

bool
partlist_has(const struct partlist *list, unsigned number)
{
	return list->etags[number - 1] != NULL;
}

bool
partlist_complete(const struct partlist *list)
{
	return list->known == list->count;
}

bool
partlist_body(const struct partlist *list, struct buf *body)
{
	unsigned i;

	buf_reset(body);
	buf_adds(body,
	    "<CompleteMultipartUpload "
	    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	for (i = 0; i < list->count; i++)
		buf_addf(body,
		    "<Part><PartNumber>%u</PartNumber>"
		    "<ETag>\"%s\"</ETag></Part>",
		    i + 1, list->etags[i]);
	return buf_adds(body, "</CompleteMultipartUpload>");
}

static unsigned char
nibble(char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void
add_hex(struct hash_md5 *md5, const char *hex)
{
	unsigned char bytes[HASH_MD5];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(nibble(hex[2 * i]) << 4 |
		    nibble(hex[2 * i + 1]));
	hash_md5_add(md5, bytes, sizeof(bytes));
}

bool
partlist_etag(const struct partlist *list, char out[LIMIT_ETAG + 1])
{
	unsigned char bytes[HASH_MD5];
	char hex[2 * HASH_MD5 + 1];
	struct hash_md5 *md5 = hash_md5_new();
	unsigned i;

	out[0] = '\0';
	for (i = 0; md5 != NULL && i < list->count; i++) {
		if (!meta_is_md5(list->etags[i], false))
			break;
		add_hex(md5, list->etags[i]);
	}
	if (md5 != NULL && i == list->count) {
		hash_md5_end(md5, bytes);
		hash_hex(bytes, sizeof(bytes), hex);
		snprintf(out, LIMIT_ETAG + 1, "%s-%u", hex, list->count);
	}
	hash_md5_free(md5);
	return out[0] != '\0';
}
