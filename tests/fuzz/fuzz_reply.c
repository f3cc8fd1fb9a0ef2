/*
 * Small XML replies: those of every operation, and error documents.  The first
 * byte says which operation's fields are wanted, the next two are a status.
 */

#include "buf.h"
#include "fuzz.h"
#include "limit.h"
#include "reply.h"

#define FIELDS 4

static const char *const wanted[][FIELDS] = {
    {"CopyObjectResult/ETag", "CopyObjectResult/LastModified"},
    {"CopyPartResult/ETag"},
    {"InitiateMultipartUploadResult/UploadId"},
    {"CompleteMultipartUploadResult/ETag", "Error/Code"},
    {"ListPartsResult/IsTruncated", "ListPartsResult/NextPartNumberMarker"},
    {"ListMultipartUploadsResult/IsTruncated",
	"ListMultipartUploadsResult/NextKeyMarker",
	"ListMultipartUploadsResult/NextUploadIdMarker"},
    {"ListAllMyBucketsResult/ContinuationToken"},
    {"AccessControlPolicy/Owner/ID"},
    {"AssumeRoleResponse/AssumeRoleResult/Credentials/AccessKeyId",
	"AssumeRoleResponse/AssumeRoleResult/Credentials/Expiration"},
};

static const struct {
	const char *row;
	const char *columns[3];
} rows[] = {
    {"Tagging/TagSet/Tag", {"Key", "Value"}},
    {"ListPartsResult/Part", {"PartNumber", "Size", "ETag"}},
    {"ListMultipartUploadsResult/Upload", {"Key", "UploadId", "Initiated"}},
    {"ListAllMyBucketsResult/Buckets/Bucket", {"Name", "CreationDate"}},
    {"AccessControlPolicy/AccessControlList/Grant",
	{"Grantee/ID", "Grantee/URI", "Permission"}},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct seen {
	size_t rows, refuse_at, columns;
};

static bool
on_row(void *arg, const char *const *columns, const size_t *lens)
{
	struct seen *seen = arg;
	size_t i;

	for (i = 0; i < seen->columns; i++)
		if (columns[i] != NULL) {
			FUZZ_CHECK(columns[i][lens[i]] == '\0');
			FUZZ_CHECK(lens[i] <= LIMIT_XML_TEXT);
		}
	return ++seen->rows != seen->refuse_at;
}

static void
read_fields(unsigned which, const char *body, size_t len)
{
	const char *const *paths = wanted[which % COUNT(wanted)];
	struct reply_field fields[FIELDS];
	struct buf texts[FIELDS];
	const char *why = NULL;
	size_t i, n = 0;
	bool good;

	for (; n < FIELDS && paths[n] != NULL; n++) {
		buf_init(&texts[n], n == 0 ? 200 : LIMIT_XML_TEXT);
		fields[n].path = paths[n];
		fields[n].text = &texts[n];
		fields[n].found = true;
	}
	good = reply_read(body, len, fields, n, &why);
	FUZZ_CHECK(good || why != NULL);
	for (i = 0; i < n; i++) {
		FUZZ_CHECK(!good || fields[i].found || texts[i].len == 0);
		FUZZ_CHECK(texts[i].len <= texts[i].max);
		buf_fini(&texts[i]);
	}
}

static void
read_rows(unsigned which, unsigned refuse_at, const char *body, size_t len)
{
	const char *const *columns = rows[which % COUNT(rows)].columns;
	struct seen seen = {0, refuse_at, 0};
	const char *why = NULL;
	bool good;

	while (seen.columns < 3 && columns[seen.columns] != NULL)
		seen.columns++;
	good = reply_rows(body, len, rows[which % COUNT(rows)].row, columns,
	    seen.columns, on_row, &seen, NULL, 0, &why);
	FUZZ_CHECK(good || why != NULL);
	FUZZ_CHECK(refuse_at == 0 || seen.rows <= refuse_at);
	FUZZ_CHECK(!good || refuse_at == 0 || seen.rows < refuse_at);
}

static void
read_error(unsigned status, const char *body, size_t len)
{
	struct fail f, before;
	char region[64] = "unchanged", phrase[512];

	fail_clear(&f);
	f.status = (int)status;
	before = f;
	if (!reply_error(body, len, &f, region, sizeof(region))) {
		FUZZ_CHECK(f.kind == before.kind && f.status == before.status);
		FUZZ_CHECK(f.code[0] == '\0' && f.text[0] == '\0');
		FUZZ_CHECK(f.request_id[0] == '\0');
		FUZZ_CHECK(strcmp(region, "unchanged") == 0);
	}
	FUZZ_CHECK(memchr(region, '\0', sizeof(region)) != NULL);
	reply_classify(&f, status & 1, region);
	/* A success is only what says so and carries no error. */
	FUZZ_CHECK(
	    f.kind != FAIL_NONE || (status / 100 == 2 && f.code[0] == '\0'));
	fail_phrase(&f, phrase, sizeof(phrase));
	FUZZ_CHECK(strlen(phrase) < sizeof(phrase));
	FUZZ_CHECK(fail_kind_name(f.kind) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	unsigned which = fuzz_byte(&f), status = 100 + fuzz_byte(&f) * 2;
	unsigned refuse_at = fuzz_byte(&f);
	size_t len;
	char *body = fuzz_take(&f, SIZE_MAX, &len);

	read_fields(which, body, len);
	read_rows(which, refuse_at, body, len);
	read_error(status, body, len);
	free(body);
	return 0;
}
