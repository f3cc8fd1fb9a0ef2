#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "s3.h"
#include "server.h"

/* max-parts and max-uploads: up to 1,000. */
static uint64_t
read_max(const struct request *r, const char *name)
{
	const char *s = request_param(r, name);
	uint64_t max;

	if (s == NULL || !text_number(s, false, &max) || max > 1000)
		return 1000;
	return max;
}

static void
add_part(struct request *r, const struct store_part *part)
{
	text_fmt(&r->reply, "<Part><PartNumber>%u</PartNumber><LastModified>",
	    part->number);
	text_iso(&r->reply, part->mtime);
	text_str(&r->reply, "</LastModified>");
	s3_etag_element(
	    r, content_etag(part->content, &r->server->store.rules));
	text_fmt(&r->reply, "<Size>%llu</Size></Part>",
	    (unsigned long long)part->content->size);
}

void
s3_list_parts(struct request *r)
{
	const char *marker = request_param(r, "part-number-marker");
	uint64_t after = 0, max = read_max(r, "max-parts"), n = 0;
	struct store_upload *u;
	size_t i = 0, first;

	if (!request_allowed(r, "ListMultipartUploadParts") ||
	    (u = s3_find_upload(r)) == NULL)
		return;
	if (marker != NULL)
		(void)text_number(marker, false, &after);
	while (i < u->nparts && u->part[i].number <= after)
		i++;
	first = i;
	request_xml(r, "ListPartsResult");
	request_element(r, "Bucket", r->bucket_name);
	text_str(&r->reply, "<Key>");
	text_xml(&r->reply, r->key, r->key_length);
	text_str(&r->reply, "</Key>");
	request_element(r, "UploadId", u->id);
	for (; i < u->nparts && n < max; i++, n++)
		add_part(r, &u->part[i]);
	text_fmt(&r->reply,
	    "<PartNumberMarker>%llu</PartNumberMarker>"
	    "<NextPartNumberMarker>%u</NextPartNumberMarker>"
	    "<MaxParts>%llu</MaxParts><IsTruncated>%s</IsTruncated>"
	    "</ListPartsResult>",
	    (unsigned long long)after, i > first ? u->part[i - 1].number : 0,
	    (unsigned long long)max, i < u->nparts ? "true" : "false");
}

static int
by_key_then_start(const void *a, const void *b)
{
	const struct store_upload *const *x = a, *const *y = b;
	int order = tree_compare(
	    (*x)->key, (*x)->key_length, (*y)->key, (*y)->key_length);

	return order != 0 ? order : strcmp((*x)->id, (*y)->id);
}

/* Those under the prefix and behind the markers, in order. */
static struct store_upload **
chosen(struct request *r, size_t *n)
{
	const struct request_param *prefix = request_param_of(r, "prefix");
	const struct request_param *key = request_param_of(r, "key-marker");
	const char *id = request_param(r, "upload-id-marker");
	struct store_upload *u, **list;
	size_t all = 0;

	for (u = r->bucket->uploads; u != NULL; u = u->next)
		all++;
	list = mem_pool_alloc(
	    &r->pool, (all + 1) * sizeof(struct store_upload *));
	*n = 0;
	for (u = r->bucket->uploads; u != NULL; u = u->next) {
		int order = key == NULL ? 1 :
					  tree_compare(u->key, u->key_length,
					      key->value, key->value_length);

		if (prefix != NULL &&
		    (u->key_length < prefix->value_length ||
			memcmp(u->key, prefix->value, prefix->value_length) !=
			    0))
			continue;
		if (order > 0 ||
		    (order == 0 && id != NULL && strcmp(u->id, id) > 0))
			list[(*n)++] = u;
	}
	qsort(list, *n, sizeof(struct store_upload *), by_key_then_start);
	return list;
}

static void
add_key(
    struct request *r, const char *name, const char *key, size_t n, bool encode)
{
	text_fmt(&r->reply, "<%s>", name);
	if (encode)
		text_form(&r->reply, key, n);
	else
		text_xml(&r->reply, key, n);
	text_fmt(&r->reply, "</%s>", name);
}

void
s3_list_uploads(struct request *r)
{
	bool encode = request_param(r, "encoding-type") != NULL;
	uint64_t max = read_max(r, "max-uploads");
	struct store_upload **list;
	size_t n, i;

	if (!request_allowed(r, "ListBucketMultipartUploads"))
		return;
	list = chosen(r, &n);
	request_xml(r, "ListMultipartUploadsResult");
	request_element(r, "Bucket", r->bucket_name);
	if (encode)
		text_str(&r->reply, "<EncodingType>url</EncodingType>");
	for (i = 0; i < n && i < max; i++) {
		text_str(&r->reply, "<Upload>");
		add_key(r, "Key", list[i]->key, list[i]->key_length, encode);
		request_element(r, "UploadId", list[i]->id);
		request_element(r, "StorageClass", list[i]->object.class);
		text_str(&r->reply, "<Initiated>");
		text_iso(&r->reply, list[i]->started);
		text_str(&r->reply, "</Initiated></Upload>");
	}
	if (i < n && i > 0) {
		add_key(r, "NextKeyMarker", list[i - 1]->key,
		    list[i - 1]->key_length, encode);
		request_element(r, "NextUploadIdMarker", list[i - 1]->id);
	}
	text_fmt(&r->reply,
	    "<MaxUploads>%llu</MaxUploads><IsTruncated>%s</IsTruncated>"
	    "</ListMultipartUploadsResult>",
	    (unsigned long long)max, i < n ? "true" : "false");
}
