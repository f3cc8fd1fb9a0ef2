#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "s3.h"
#include "server.h"

#define TOKEN_MASK 0x5a

/* A page of a listing while it is gathered. */
struct page {
	struct request *r;
	struct store_bucket *b;
	bool v2, encode, unordered;
	const char *prefix, *delimiter;
	size_t nprefix, ndelimiter;
	const char *after; /* keys up to here are not listed */
	size_t nafter;
	const char *filter; /* start-after of an unordered listing */
	size_t nfilter;
	uint64_t max, limit; /* as asked for; as given */
	struct tree_record **record;
	size_t n;
	struct text common; /* the CommonPrefixes elements */
	size_t ncommon;
	bool truncated;
	struct text last; /* the last key or common prefix of the page */
};

/* ------------------------------------------------------------- asking */

/* A token is base64 of masked bytes: its only meaning is "after this". */
static bool
read_token(struct page *p, const struct request_param *token)
{
	char *s = mem_pool_dup(&p->r->pool, token->value, token->value_length);
	long n = text_unbase64(s, token->value_length);

	for (long i = 0; i < n; i++)
		s[i] ^= TOKEN_MASK;
	if (n < 2 || memcmp(s, "1!", 2) != 0)
		return request_error(p->r, 400, "InvalidArgument",
		    "The continuation token provided is incorrect");
	p->after = s + 2;
	p->nafter = (size_t)n - 2;
	return true;
}

static void
add_token(struct page *p, const char *key, size_t n)
{
	char *s = mem_pool_alloc(&p->r->pool, n + 2);

	s[0] = '1';
	s[1] = '!';
	memcpy(s + 2, key, n);
	for (size_t i = 0; i < n + 2; i++)
		s[i] ^= TOKEN_MASK;
	text_str(&p->r->reply, "<NextContinuationToken>");
	text_base64(&p->r->reply, s, n + 2);
	text_str(&p->r->reply, "</NextContinuationToken>");
}

static bool
invalid(struct request *r, const char *message)
{
	return request_error(r, 400, "InvalidArgument", message);
}

static bool
read_limits(struct page *p)
{
	const char *max = request_param(p->r, "max-keys");
	const char *type = request_param(p->r, "encoding-type");

	p->max = 1000;
	if (max != NULL && *max != '\0' && !text_number(max, false, &p->max))
		return invalid(p->r,
		    "Argument maxKeys must be an integer between 0 and "
		    "2147483647");
	if (type != NULL && strcmp(type, "url") != 0)
		return invalid(
		    p->r, "Invalid Encoding Method specified in Request");
	p->encode = type != NULL && !p->b->options.no_url_encoding;
	if (p->max > 1000)
		p->max = 1000;
	p->limit = p->max;
	if (p->b->options.page > 0 && p->limit > p->b->options.page)
		p->limit = p->b->options.page;
	return true;
}

static bool
read_start(struct page *p)
{
	struct request *r = p->r;
	const struct store_options *o = &p->b->options;
	const struct request_param *start = request_param_of(
	    r, p->v2 ? "start-after" : "marker");
	const struct request_param *token = request_param_of(
	    r, "continuation-token");

	p->after = p->filter = "";
	if (p->v2 && token != NULL && token->value_length > 0) {
		if (!read_token(p, token))
			return false;
	} else if (start != NULL && !o->ignore_start_after && !o->directory) {
		if (p->unordered && p->v2) {
			p->filter = start->value;
			p->nfilter = start->value_length;
		} else {
			p->after = start->value;
			p->nafter = start->value_length;
		}
	}
	return p->v2 || request_param_of(r, "start-after") == NULL ||
	    invalid(r, "start-after needs list-type=2");
}

static bool
read_page(struct page *p)
{
	const struct request_param *prefix, *delimiter;

	prefix = request_param_of(p->r, "prefix");
	delimiter = request_param_of(p->r, "delimiter");
	p->prefix = prefix != NULL ? prefix->value : "";
	p->nprefix = prefix != NULL ? prefix->value_length : 0;
	p->delimiter = delimiter != NULL ? delimiter->value : "";
	p->ndelimiter = delimiter != NULL ? delimiter->value_length : 0;
	p->unordered = (p->b->options.unsorted || p->b->options.directory) &&
	    p->ndelimiter == 0;
	/* S3 Express knows no other delimiter, and only whole folders. */
	if (p->b->options.directory &&
	    ((p->ndelimiter > 0 && strcmp(p->delimiter, "/") != 0) ||
		(p->nprefix > 0 && p->prefix[p->nprefix - 1] != '/')))
		return invalid(p->r,
		    "Directory buckets list folders: a prefix has to end in a "
		    "slash, the delimiter has to be one");
	return read_limits(p) && read_start(p);
}

/* ---------------------------------------------------------- gathering */

static void
add_name(struct page *p, struct text *t, const char *s, size_t n)
{
	if (p->encode)
		text_form(t, s, n);
	else
		text_xml(t, s, n);
}

static bool
full(struct page *p)
{
	if (p->n + p->ncommon < p->limit)
		return false;
	p->truncated = true;
	return true;
}

static void
remember(struct page *p, const char *s, size_t n)
{
	p->last.n = 0;
	text_add(&p->last, s, n);
}

/* The length of the record's common prefix; 0 if it has none. */
static size_t
common_prefix(const struct page *p, const struct tree_record *record)
{
	if (p->ndelimiter == 0)
		return 0;
	for (size_t i = p->nprefix; i + p->ndelimiter <= record->length; i++)
		if (memcmp(record->key + i, p->delimiter, p->ndelimiter) == 0)
			return i + p->ndelimiter;
	return 0;
}

/* The place of the first key that is behind all that begin with a prefix. */
static struct tree_place
behind(const struct page *p, const char *prefix, size_t n)
{
	char *next = mem_pool_dup(&p->r->pool, prefix, n);

	while (n > 0 && (unsigned char)next[n - 1] == 255)
		n--;
	if (n == 0)
		return (struct tree_place){SIZE_MAX, 0};
	next[n - 1] = (char)((unsigned char)next[n - 1] + 1);
	return tree_seek(&p->b->tree, next, n, true);
}

/* Takes a common prefix into the page; false if the page is full. */
static bool
roll_up(struct page *p, const char *prefix, size_t n)
{
	/* A prefix that is not behind the start is not listed. */
	if (tree_compare(prefix, n, p->after, p->nafter) <= 0)
		return true;
	if (full(p))
		return false;
	text_str(&p->common, "<CommonPrefixes><Prefix>");
	add_name(p, &p->common, prefix, n);
	text_str(&p->common, "</Prefix></CommonPrefixes>");
	p->ncommon++;
	remember(p, prefix, n);
	return true;
}

static void
gather(struct page *p, struct tree_place at)
{
	struct tree_record *record;

	while ((record = tree_next(&p->b->tree, &at)) != NULL) {
		size_t n;

		if (record->length < p->nprefix ||
		    memcmp(record->key, p->prefix, p->nprefix) != 0)
			break;
		n = common_prefix(p, record);
		if (n > 0) {
			if (!roll_up(p, record->key, n))
				break;
			at = behind(p, record->key, n);
			continue;
		}
		if (full(p))
			break;
		p->record[p->n++] = record;
	}
	if (p->n > 0 &&
	    tree_compare(p->record[p->n - 1]->key, p->record[p->n - 1]->length,
		p->last.p != NULL ? p->last.p : "", p->last.n) > 0)
		remember(
		    p, p->record[p->n - 1]->key, p->record[p->n - 1]->length);
}

static void
gather_sorted(struct page *p)
{
	struct tree_place at;
	const struct fault *f = p->r->fault;

	if (tree_compare(p->after, p->nafter, p->prefix, p->nprefix) < 0)
		at = tree_seek(&p->b->tree, p->prefix, p->nprefix, true);
	else
		at = tree_seek(
		    &p->b->tree, p->after, p->nafter, p->nafter == 0);
	if (f != NULL && f->action == FAULT_DUP_PAGE)
		tree_back(&p->b->tree, &at, p->limit);
	gather(p, at);
}

/* The listing of a bucket that knows no order: by hash of the key. */
static void
gather_unordered(struct page *p)
{
	struct tree_record **order = store_order(p->b);
	size_t low = 0, high = p->b->tree.count;

	while (p->nafter > 0 && low < high) {
		size_t middle = low + (high - low) / 2;

		if (store_order_compare(order[middle], p->after, p->nafter) <=
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < p->b->tree.count; low++) {
		struct tree_record *record = order[low];

		if (record->length < p->nprefix ||
		    memcmp(record->key, p->prefix, p->nprefix) != 0 ||
		    (p->nfilter > 0 &&
			tree_compare(record->key, record->length, p->filter,
			    p->nfilter) <= 0))
			continue;
		if (full(p))
			break;
		p->record[p->n++] = record;
	}
	if (p->n > 0)
		remember(
		    p, p->record[p->n - 1]->key, p->record[p->n - 1]->length);
}

/* ------------------------------------------------------------ writing */

static void
add_encoded(struct page *p, const char *name, const char *s, size_t n)
{
	text_fmt(&p->r->reply, "<%s>", name);
	add_name(p, &p->r->reply, s, n);
	text_fmt(&p->r->reply, "</%s>", name);
}

static void
add_owner(struct page *p)
{
	text_str(&p->r->reply, "<Owner><ID>");
	text_str(&p->r->reply, p->b->options.owner);
	text_str(&p->r->reply, "</ID></Owner>");
}

static void
add_contents(struct page *p, bool owner)
{
	struct text *t = &p->r->reply;
	struct store_glance g;

	text_reserve(t, p->n * 400);
	for (size_t i = 0; i < p->n; i++) {
		const struct tree_record *record = p->record[i];

		store_glance(&p->r->server->store, record, &g);
		text_str(t, "<Contents><Key>");
		add_name(p, t, record->key, record->length);
		text_str(t, "</Key><LastModified>");
		text_iso(t, g.mtime);
		text_str(t, "</LastModified><ETag>&quot;");
		text_str(t, g.etag);
		text_str(t, "&quot;</ETag>");
		if (record->object != NULL && record->object->sum != NULL)
			text_fmt(t,
			    "<ChecksumAlgorithm>%s"
			    "</ChecksumAlgorithm>",
			    record->object->sum_name);
		text_str(t, "<Size>");
		text_num(t, g.size);
		text_str(t, "</Size>");
		if (owner)
			add_owner(p);
		text_str(t, "<StorageClass>");
		text_str(t, g.class);
		text_str(t, "</StorageClass></Contents>");
	}
}

static void
add_next(struct page *p)
{
	const struct fault *f = p->r->fault;
	bool stay = f != NULL &&
	    (f->action == FAULT_EMPTY_PAGE || f->action == FAULT_REPEAT_TOKEN);

	if (!p->truncated)
		return;
	if (p->v2 && stay)
		add_token(p, p->after, p->nafter);
	else if (p->v2)
		add_token(p, p->last.p, p->last.n);
	else if (p->ndelimiter > 0)
		add_encoded(p, "NextMarker", p->last.p, p->last.n);
}

static void
add_v2_head(struct page *p)
{
	struct request *r = p->r;
	const struct request_param *start = request_param_of(r, "start-after");
	const char *token = request_param(r, "continuation-token");

	if (start != NULL)
		add_encoded(p, "StartAfter", start->value, start->value_length);
	if (token != NULL)
		request_element(r, "ContinuationToken", token);
	text_fmt(&r->reply, "<KeyCount>%zu</KeyCount>", p->n + p->ncommon);
}

static void
write_page(struct page *p)
{
	struct request *r = p->r;
	const char *fetch = request_param(r, "fetch-owner");

	request_xml(r, "ListBucketResult");
	request_element(r, "Name", p->b->name);
	add_encoded(p, "Prefix", p->prefix, p->nprefix);
	if (p->v2)
		add_v2_head(p);
	else
		add_encoded(p, "Marker", p->after, p->nafter);
	add_next(p);
	text_fmt(
	    &r->reply, "<MaxKeys>%llu</MaxKeys>", (unsigned long long)p->max);
	if (p->ndelimiter > 0)
		add_encoded(p, "Delimiter", p->delimiter, p->ndelimiter);
	if (p->encode)
		text_str(&r->reply, "<EncodingType>url</EncodingType>");
	text_fmt(&r->reply, "<IsTruncated>%s</IsTruncated>",
	    p->truncated ? "true" : "false");
	add_contents(
	    p, !p->v2 || (fetch != NULL && strcmp(fetch, "true") == 0));
	text_add(&r->reply, p->common.p, p->common.n);
	text_str(&r->reply, "</ListBucketResult>");
}

static void
spoil_page(struct page *p)
{
	const struct fault *f = p->r->fault;
	struct tree_record *swap;

	if (f == NULL)
		return;
	if (f->action == FAULT_EMPTY_PAGE) {
		p->n = p->ncommon = 0;
		p->common.n = 0;
		p->truncated = true;
	} else if (f->action == FAULT_REPEAT_TOKEN) {
		p->truncated = true;
	} else if (f->action == FAULT_UNSORTED_PAGE && p->n > 1) {
		swap = p->record[0];
		p->record[0] = p->record[p->n / 2];
		p->record[p->n / 2] = swap;
	}
}

void
s3_list_objects(struct request *r)
{
	struct page p = {.r = r, .b = r->bucket};

	if (!request_may(r, "ListBucket", r->bucket, "", 0)) {
		(void)request_error(r, 403, "AccessDenied", "Access Denied");
		return;
	}
	store_mutate(&r->server->store, p.b, server_now(r->server));
	p.v2 = r->op == OP_LIST_OBJECTS_V2;
	if (!read_page(&p))
		return;
	p.record = mem_pool_alloc(
	    &r->pool, (size_t)(p.limit + 1) * sizeof(struct tree_record *));
	if (p.limit > 0) {
		if (p.unordered)
			gather_unordered(&p);
		else
			gather_sorted(&p);
	}
	spoil_page(&p);
	write_page(&p);
	text_fini(&p.common);
	text_fini(&p.last);
}
