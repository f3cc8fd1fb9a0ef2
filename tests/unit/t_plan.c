/* How objects are cut into parts, and what follows from the parts' ETags. */

#include <stdlib.h>

/* The copier as one unit, down to its static functions.
 * NOLINTBEGIN(bugprone-suspicious-include) */
#include "../../s3cp/meta.c"
#include "../../s3cp/partlist.c"
#include "../../s3cp/plan.c"
/* NOLINTEND(bugprone-suspicious-include) */
#include "tap.h"

#define K 1024ULL
#define M (1024 * K)
#define G (1024 * M)
#define T (1024 * G)

static const struct made {
	uint64_t size, preferred;
	uint64_t part;
	unsigned count;
} made[] = {
    {0, 0, 128 * M, 1},
    {1, 0, 128 * M, 1},
    {128 * M, 0, 128 * M, 1},
    {128 * M + 1, 0, 128 * M, 2},
    {5 * G, 0, 128 * M, 40},
    {5 * G + 1, 0, 128 * M, 41},
    {12 * G, 0, 128 * M, 96},
    {10000 * 128 * M, 0, 128 * M, 10000},
    {10000 * 128 * M + 1, 0, 129 * M, 9923},
    {5 * T, 0, 525 * M, 9987},
    {S3_OBJECT_MAX, 0, 5 * G, 10000},
    {10 * M, 1, 5 * M, 2},
    {12 * G, 6 * G, 5 * G, 3},
    {100 * G, 8 * M, 11 * M, 9310},
    {80000 * M, 8 * M, 8 * M, 10000},
};

/* Whatever the plan is: the parts lie side by side, cover all, and keep to the
 * limits. */
static bool
is_sound(const struct plan *p)
{
	uint64_t at = 0, offset, len;
	unsigned i;

	for (i = 1; i <= p->count; i++) {
		plan_part(p, i, &offset, &len);
		if (offset != at || len > S3_PART_MAX ||
		    (len == 0 && p->size > 0) ||
		    (i < p->count && len < S3_PART_MIN && p->ends == NULL &&
			p->size > 1000))
			return false;
		at += len;
	}
	return at == p->size && p->count <= LIMIT_PARTS;
}

static void
test_make(void)
{
	struct plan p;
	const struct made *m;

	plan_init(&p);
	ok(!plan_complete(&p), "a plan that was not made is not complete");
	for (m = made; m < made + sizeof(made) / sizeof(made[0]); m++) {
		ok(plan_make(&p, m->size, m->preferred) && plan_complete(&p),
		    "%" PRIu64 " bytes can be cut", m->size);
		is_int(p.part, m->part, "into parts of that size");
		is_int(p.count, m->count, "and so many");
		ok(is_sound(&p), "which are side by side and cover it");
	}
	ok(!plan_make(&p, S3_OBJECT_MAX + 1, 0), "48.8 TiB are the most");
	ok(!plan_make(&p, UINT64_MAX, 0), "and not a byte wraps around");
	plan_fini(&p);
}

static void
test_sizes(void)
{
	uint64_t size = 1, seed = 1;
	bool good = true;
	struct plan p;
	int i;

	plan_init(&p);
	for (i = 0; i < 300; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963;
		size = (seed >> 13) % S3_OBJECT_MAX >> seed % 45;
		good = good && plan_make(&p, size, (seed >> 33) % (6 * G)) &&
		    is_sound(&p);
	}
	ok(good, "300 sizes of all magnitudes are cut soundly");
	plan_fini(&p);
}

static void
test_like(void)
{
	struct plan p;

	plan_init(&p);
	ok(plan_like(&p, 100 * M, 8 * M, 13) && plan_complete(&p) &&
		is_sound(&p),
	    "13 parts of 8 MiB make 100 MiB");
	ok(plan_like(&p, 0, 0, 1) && plan_complete(&p), "one empty part");
	ok(plan_like(&p, 7, 7, 1) && p.count == 1, "one part");
	ok(!plan_like(&p, 7, 6, 1), "one part is all there is");
	ok(!plan_like(&p, 7, 7, 2), "the first of two is not all");
	ok(!plan_like(&p, 7, 0, 2), "nor nothing");
	ok(!plan_like(&p, 7, 8, 2), "nor more than all");
	ok(!plan_like(&p, 7, 1, 0), "no parts");
	ok(!plan_like(&p, 1000000, 50, 10001), "too many parts");
	ok(!plan_like(&p, 100 * G, 6 * G, 17), "a part that is too large");

	ok(plan_like(&p, 25, 5, 3), "5 bytes of 25 in 3 parts");
	ok(!plan_complete(&p), "cannot be equal parts");
	is_int(plan_wants(&p), 1, "so each is asked for, from the first on");
	ok(plan_add(&p, 5) && plan_add(&p, 6), "5 and 6");
	is_int(plan_wants(&p), 3, "the third");
	ok(!plan_add(&p, 15), "has to be what is left, not more");
	ok(!plan_add(&p, 13), "nor less");
	ok(plan_add(&p, 14) && plan_complete(&p) && is_sound(&p),
	    "then it is complete");
	ok(!plan_add(&p, 1), "and takes no more");
	plan_unequal(&p);
	ok(!plan_complete(&p) && !plan_add(&p, 0), "a part is not empty");
	plan_fini(&p);
}

static void
test_guess(void)
{
	static const struct {
		uint64_t size, part;
		unsigned count;
	} rows[] = {
	    {100 * M, 8 * M, 13},
	    {50 * M, 16 * M, 4},
	    {50 * M, 20 * M, 3},
	    {1 * G, 5 * M, 205},
	    {6 * G, 64 * M, 96},
	    {17 * M, 17 * M, 1},
	    {1000 * M, 36 * M, 28},
	};
	struct plan p;
	size_t i;

	plan_init(&p);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(plan_guess(&p, rows[i].size, rows[i].count) &&
			plan_complete(&p) && p.count == rows[i].count,
		    "%" PRIu64 " bytes in %u parts", rows[i].size,
		    rows[i].count);
		is_int(p.part, rows[i].part, "were likely of that size");
	}
	ok(!plan_guess(&p, 100 * M, 0), "no parts");
	ok(!plan_guess(&p, 3, 10), "more parts than bytes");
	ok(!plan_guess(&p, 100 * M + 1, 3000), "no whole MiB");
	ok(!plan_guess(&p, 100 * G, 10001), "too many parts");
	plan_fini(&p);
}

static void
test_list(void)
{
	struct partlist list;
	struct buf body;
	char etag[LIMIT_ETAG + 1];

	buf_init(&body, 1000);
	partlist_init(&list, 2);
	ok(partlist_set(&list, 2, "8165449fc15bbf43d3b674595cbcc406"),
	    "parts come in any order");
	ok(!partlist_complete(&list), "one of two is not all");
	ok(partlist_set(&list, 1, "bce6bf66aeb76c7040fdd5f4eccb78e6"), "two");
	ok(partlist_complete(&list), "two of two are");
	ok(partlist_etag(&list, etag), "their ETags make one");
	is_str(
	    etag, "f77dc0eecdebcd774a2a22cb393ad2ff-2", "as published for R2");
	ok(partlist_body(&list, &body), "and a document");
	is_str(body.data,
	    "<CompleteMultipartUpload "
	    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
	    "<Part><PartNumber>1</PartNumber>"
	    "<ETag>\"bce6bf66aeb76c7040fdd5f4eccb78e6\"</ETag></Part>"
	    "<Part><PartNumber>2</PartNumber>"
	    "<ETag>\"8165449fc15bbf43d3b674595cbcc406\"</ETag></Part>"
	    "</CompleteMultipartUpload>",
	    "in order");
	ok(partlist_set(&list, 1, "opaque") && !partlist_etag(&list, etag),
	    "what is no MD5 makes no ETag");
	ok(!partlist_set(&list, 1, "") && !partlist_set(&list, 1, "a<b") &&
		!partlist_set(&list, 1, "a\nb"),
	    "what XML cannot carry is refused");
	partlist_fini(&list);
	buf_fini(&body);
}

static const char *
sent(const struct meta *m, bool tags)
{
	static char all[4096];
	struct s3req *req = calloc(1, sizeof(*req));
	size_t i;

	all[0] = '\0';
	if (tags)
		meta_add_tags(m, req);
	else
		meta_add_headers(m, req);
	for (i = 0; i < req->nheaders; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s=%s;",
		    req->headers[i].name, req->headers[i].value);
	free(req);
	return all;
}

static void
test_meta(void)
{
	static const char tagging[] =
	    "<Tagging><TagSet><Tag><Key>a b</Key><Value>c&amp;d</Value></Tag>"
	    "<Tag><Key>e</Key><Value/></Tag></TagSet></Tagging>";
	struct meta m;
	const char *why = "";

	meta_init(&m);
	meta_header(&m, "Content-Type", "text/plain; charset=utf-8");
	meta_header(&m, "X-Amz-Meta-Mixed-Case", "Value  with\tblanks");
	meta_header(&m, "x-amz-meta-empty", "");
	meta_header(&m, "Content-Encoding", "aws-chunked, gzip");
	meta_header(&m, "Server", "AmazonS3");
	meta_header(&m, "ETag", "W/\"abc\"");
	meta_header(&m, "Content-Length", "8");
	meta_header(&m, "Content-Range", "bytes 0-7/12345");
	meta_header(&m, "x-amz-mp-parts-count", "3");
	ok(meta_ok(&m, &why), "headers of an object");
	is_str(sent(&m, false),
	    "content-type=text/plain; charset=utf-8;"
	    "x-amz-meta-mixed-case=Value  with\tblanks;x-amz-meta-empty=;"
	    "content-encoding=gzip;",
	    "those of the object are carried, those of the answer are not");
	is_str(m.etag, "abc", "the ETag without quotes");
	is_int(m.size, 12345, "the size of the whole");
	is_int(m.length, 8, "and of the part");
	is_int(m.parts, 3, "and how many there are");
	ok(meta_read_tags(&m, tagging, sizeof(tagging) - 1, &why), "tags");
	is_str(sent(&m, true), "x-amz-tagging=a%20b=c%26d&e=;",
	    "are encoded as a query");
	meta_reset(&m);
	is_str(sent(&m, false), "", "nothing stays for the next object");
	is_str(sent(&m, true), "", "no tags either");
	meta_header(&m, "x-amz-meta-evil", "a\rb");
	ok(!meta_ok(&m, &why), "a value that would break a line is refused");
	meta_reset(&m);
	meta_header(&m, "x-amz-missing-meta", "1");
	ok(!meta_ok(&m, &why), "what the store cannot show is not lost");
	meta_fini(&m);
}

static void
test_bounds(void)
{
	struct meta m;
	const char *why = "";
	char value[9000];
	int i;

	meta_init(&m);
	for (i = 0; i < 60; i++)
		meta_header(&m, "x-amz-meta-k", "v");
	ok(meta_ok(&m, &why), "60 metadata headers are carried");
	for (i = 0; i < 60; i++)
		meta_header(&m, "x-amz-meta-k", "v");
	ok(!meta_ok(&m, &why), "120 are refused, not cut");
	meta_reset(&m);
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	meta_header(&m, "x-amz-meta-a", value);
	ok(meta_ok(&m, &why), "9,000 bytes are carried");
	meta_header(&m, "x-amz-meta-b", value);
	ok(!meta_ok(&m, &why), "18,000 are refused");
	meta_fini(&m);
	ok(meta_is_md5("0123456789abcdef0123456789abcdef", false), "an MD5");
	ok(!meta_is_md5("0123456789abcdef0123456789abcdef-1", false) &&
		meta_is_md5("0123456789abcdef0123456789abcdef-12", true) &&
		!meta_is_md5("0123456789abcdef0123456789abcdef-", true) &&
		!meta_is_md5("0123456789abcdef0123456789abcdeg", false) &&
		!meta_is_md5("", false),
	    "and what is none");
}

int
main(void)
{
	test_make();
	test_sizes();
	test_like();
	test_guess();
	test_list();
	test_meta();
	test_bounds();
	hash_fini();
	return tap_done();
}
