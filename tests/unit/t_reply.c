/* Small replies, error documents, and what kind of failure a code or a status
 * is: the tables of the S3 API reference and of AWS's own clients. */

#include "buf.h"
#include "reply.h"
#include "tap.h"

static const struct {
	const char *code;
	int status;
	enum fail_kind kind;
	const char *region;
} kinds[] = {
    /* not there */
    {"NoSuchKey", 404, FAIL_NOTFOUND, ""},
    {"NoSuchUpload", 404, FAIL_NOTFOUND, ""},
    {"NoSuchVersion", 404, FAIL_NOTFOUND, ""},
    {"SomethingElse", 404, FAIL_NOTFOUND, ""},
    {"", 404, FAIL_NOTFOUND, ""},
    {"NoSuchBucket", 404, FAIL_NOBUCKET, ""},
    {"InvalidBucketName", 400, FAIL_NOBUCKET, ""},
    /* not allowed */
    {"AccessDenied", 403, FAIL_DENIED, ""},
    {"AllAccessDisabled", 403, FAIL_DENIED, ""},
    {"RegionDisabledException", 403, FAIL_DENIED, ""},
    {"SomethingElse", 403, FAIL_DENIED, ""},
    {"", 403, FAIL_DENIED, ""},
    {"", 401, FAIL_DENIED, ""},
    {"InvalidObjectState", 403, FAIL_ARCHIVED, ""},
    {"ObjectNotInActiveTierError", 403, FAIL_ARCHIVED, ""},
    /* credentials and clocks */
    {"SignatureDoesNotMatch", 403, FAIL_CREDENTIALS, ""},
    {"InvalidAccessKeyId", 403, FAIL_CREDENTIALS, ""},
    {"InvalidToken", 400, FAIL_CREDENTIALS, ""},
    {"InvalidClientTokenId", 403, FAIL_CREDENTIALS, ""},
    {"ExpiredTokenException", 400, FAIL_CREDENTIALS, ""},
    {"ExpiredToken", 400, FAIL_EXPIRED, ""},
    {"TokenRefreshRequired", 400, FAIL_EXPIRED, ""},
    {"RequestTimeTooSkewed", 403, FAIL_SKEW, ""},
    /* elsewhere */
    {"PermanentRedirect", 301, FAIL_REDIRECT, ""},
    {"TemporaryRedirect", 307, FAIL_REDIRECT, ""},
    {"", 301, FAIL_REDIRECT, ""},
    {"", 302, FAIL_REDIRECT, ""},
    {"", 307, FAIL_REDIRECT, ""},
    {"AuthorizationHeaderMalformed", 400, FAIL_REDIRECT, "eu-west-1"},
    {"AuthorizationHeaderMalformed", 400, FAIL_INVALID, ""},
    {"IllegalLocationConstraintException", 400, FAIL_REDIRECT, ""},
    /* conditions */
    {"PreconditionFailed", 412, FAIL_PRECONDITION, ""},
    {"", 412, FAIL_PRECONDITION, ""},
    {"", 304, FAIL_PRECONDITION, ""},
    {"ConditionalRequestConflict", 409, FAIL_CONFLICT, ""},
    {"OperationAborted", 409, FAIL_CONFLICT, ""},
    {"", 409, FAIL_CONFLICT, ""},
    /* what the store will not do */
    {"EntityTooLarge", 400, FAIL_TOOBIG, ""},
    {"NotImplemented", 501, FAIL_UNSUPPORTED, ""},
    {"", 501, FAIL_UNSUPPORTED, ""},
    {"InvalidRequest", 400, FAIL_INVALID, ""},
    {"InvalidArgument", 400, FAIL_INVALID, ""},
    {"KeyTooLongError", 400, FAIL_INVALID, ""},
    {"EntityTooSmall", 400, FAIL_INVALID, ""},
    {"InvalidPart", 400, FAIL_INVALID, ""},
    {"InvalidPartOrder", 400, FAIL_INVALID, ""},
    {"AccessControlListNotSupported", 400, FAIL_INVALID, ""},
    {"MethodNotAllowed", 405, FAIL_INVALID, ""},
    {"InvalidRange", 416, FAIL_INVALID, ""},
    {"SomethingElse", 400, FAIL_INVALID, ""},
    {"", 400, FAIL_INVALID, ""},
    {"", 405, FAIL_INVALID, ""},
    {"", 411, FAIL_INVALID, ""},
    {"", 416, FAIL_INVALID, ""},
    /* transient */
    {"InternalError", 500, FAIL_TRANSIENT, ""},
    {"InternalErrors", 500, FAIL_TRANSIENT, ""},
    {"RequestTimeout", 400, FAIL_TRANSIENT, ""},
    {"RequestTimeoutException", 400, FAIL_TRANSIENT, ""},
    {"PriorRequestNotComplete", 400, FAIL_TRANSIENT, ""},
    {"IDPCommunicationError", 400, FAIL_TRANSIENT, ""},
    {"BadDigest", 400, FAIL_TRANSIENT, ""},
    {"ServiceUnavailable", 500, FAIL_TRANSIENT, ""},
    {"", 500, FAIL_TRANSIENT, ""},
    {"", 502, FAIL_TRANSIENT, ""},
    {"", 504, FAIL_TRANSIENT, ""},
    {"SomethingElse", 500, FAIL_TRANSIENT, ""},
    /* throttled */
    {"ServiceUnavailable", 503, FAIL_THROTTLED, ""},
    {"SlowDown", 503, FAIL_THROTTLED, ""},
    {"SlowDown", 500, FAIL_THROTTLED, ""},
    {"Throttling", 400, FAIL_THROTTLED, ""},
    {"ThrottlingException", 400, FAIL_THROTTLED, ""},
    {"ThrottledException", 400, FAIL_THROTTLED, ""},
    {"RequestThrottled", 400, FAIL_THROTTLED, ""},
    {"RequestThrottledException", 400, FAIL_THROTTLED, ""},
    {"TooManyRequestsException", 400, FAIL_THROTTLED, ""},
    {"RequestLimitExceeded", 503, FAIL_THROTTLED, ""},
    {"BandwidthLimitExceeded", 509, FAIL_THROTTLED, ""},
    {"LimitExceededException", 400, FAIL_THROTTLED, ""},
    {"ProvisionedThroughputExceededException", 400, FAIL_THROTTLED, ""},
    {"TransactionInProgressException", 400, FAIL_THROTTLED, ""},
    {"EC2ThrottledException", 503, FAIL_THROTTLED, ""},
    {"", 429, FAIL_THROTTLED, ""},
    {"", 503, FAIL_THROTTLED, ""},
    {"", 509, FAIL_THROTTLED, ""},
    /* an error inside a 200 */
    {"", 200, FAIL_NONE, ""},
    {"", 204, FAIL_NONE, ""},
    {"", 206, FAIL_NONE, ""},
    {"InternalError", 200, FAIL_TRANSIENT, ""},
    {"SlowDown", 200, FAIL_THROTTLED, ""},
    {"ServiceUnavailable", 200, FAIL_TRANSIENT, ""},
    {"AccessDenied", 200, FAIL_DENIED, ""},
    {"NoSuchKey", 200, FAIL_NOTFOUND, ""},
    {"PreconditionFailed", 200, FAIL_PRECONDITION, ""},
    {"InvalidRequest", 200, FAIL_INVALID, ""},
    {"SomethingElse", 200, FAIL_TRANSIENT, ""},
};

static void
test_kinds(void)
{
	struct fail f;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fail_clear(&f);
		f.status = kinds[i].status;
		snprintf(f.code, sizeof(f.code), "%s", kinds[i].code);
		reply_classify(&f, false, kinds[i].region);
		ok(f.kind == kinds[i].kind, "%d %s%s%s: %s", f.status, f.code,
		    kinds[i].region[0] != '\0' ? " in " : "", kinds[i].region,
		    fail_kind_name(f.kind));
	}
}

static const struct {
	int status;
	enum fail_kind kind;
} heads[] = {
    {200, FAIL_NONE},
    {206, FAIL_NONE},
    {301, FAIL_REDIRECT},
    {304, FAIL_PRECONDITION},
    {400, FAIL_AMBIGUOUS},
    {403, FAIL_AMBIGUOUS},
    {404, FAIL_NOTFOUND},
    {405, FAIL_INVALID},
    {412, FAIL_PRECONDITION},
    {416, FAIL_INVALID},
    {429, FAIL_THROTTLED},
    {500, FAIL_TRANSIENT},
    {503, FAIL_THROTTLED},
};

static void
test_head(void)
{
	struct fail f;
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		fail_clear(&f);
		f.status = heads[i].status;
		reply_classify(&f, true, "");
		ok(f.kind == heads[i].kind, "HEAD %d: %s", f.status,
		    fail_kind_name(f.kind));
	}
	fail_clear(&f);
	f.curl = 18;
	f.status = 200;
	f.kind = FAIL_TRANSIENT;
	reply_classify(&f, false, "");
	is_int(f.kind, FAIL_TRANSIENT, "a transfer that broke stays broken");
	fail_clear(&f);
	f.kind = FAIL_LOCAL;
	reply_classify(&f, false, "");
	is_int(f.kind, FAIL_LOCAL, "without an answer the kind stays");
}

static void
test_error(void)
{
	static const char denied[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
	    "AccessDenied</Code><Message>Access Denied &amp; more</Message>"
	    "<RequestId>4442587FB7D0A2F9</RequestId><HostId>h</HostId></Error>";
	static const char moved[] =
	    "<Error><Code>AuthorizationHeaderMalformed</Code>"
	    "<Region>eu-west-1</Region></Error>";
	static const char sts[] =
	    "<ErrorResponse "
	    "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
	    "<Error><Type>Sender</Type><Code>ExpiredTokenException</Code>"
	    "<Message>too old</Message></Error><RequestId>r1</RequestId>"
	    "</ErrorResponse>";
	struct fail f;
	char region[32] = "", phrase[400];

	fail_clear(&f);
	f.status = 403;
	ok(reply_error(denied, strlen(denied), &f, region, sizeof(region)),
	    "an error document is one");
	is_str(f.code, "AccessDenied", "its code");
	is_str(f.text, "Access Denied & more", "its message");
	is_str(f.request_id, "4442587FB7D0A2F9", "its request id");
	is_int(f.status, 403, "the status stays");
	is_str(region, "", "no region is none");
	is_str(fail_phrase(&f, phrase, sizeof(phrase)),
	    "AccessDenied: Access Denied & more (HTTP 403, request "
	    "4442587FB7D0A2F9)",
	    "the phrase that users see");

	fail_clear(&f);
	snprintf(f.request_id, sizeof(f.request_id), "from-header");
	ok(reply_error(moved, strlen(moved), &f, region, sizeof(region)),
	    "an error document with a region");
	is_str(region, "eu-west-1", "the region");
	is_str(f.request_id, "from-header", "an id known before stays");
	is_str(f.text, "", "no message is none");
	ok(reply_error(denied, strlen(denied), &f, region, sizeof(region)) &&
		strcmp(region, "eu-west-1") == 0,
	    "a document without a region leaves the one of the header");
	ok(reply_error(moved, strlen(moved), &f, NULL, 0),
	    "nobody need ask for the region");
	region[0] = '\0';
	ok(reply_error(moved, strlen(moved), &f, region, 5) &&
		region[0] == '\0',
	    "half a region is none");

	ok(reply_error(sts, strlen(sts), &f, NULL, 0), "an error of STS");
	is_str(f.code, "ExpiredTokenException", "its code");
	is_str(f.text, "too old", "its message");
	is_str(f.request_id, "r1", "its request id");
}

static const struct {
	const char *claim;
	const char *body;
} no_errors[] = {
    {"nothing", ""},
    {"a result", "<CopyObjectResult><ETag>x</ETag></CopyObjectResult>"},
    {"HTML", "<html><body><Error><Code>x</Code></Error></body></html>"},
    {"JSON", "{\"Code\":\"NoSuchKey\"}"},
    {"a cut document", "<Error><Code>SlowDown</Code>"},
    {"an element that holds an Error", "<R><Error><Code>x</Code></Error></R>"},
    {"another name", "<Errors><Code>x</Code></Errors>"},
    {"a document type", "<!DOCTYPE Error><Error><Code>x</Code></Error>"},
};

static void
test_no_error(void)
{
	struct fail f, before;
	char region[8] = "r";
	size_t i;

	fail_clear(&f);
	snprintf(f.code, sizeof(f.code), "before");
	snprintf(f.text, sizeof(f.text), "text");
	before = f;
	for (i = 0; i < sizeof(no_errors) / sizeof(no_errors[0]); i++)
		ok(!reply_error(no_errors[i].body, strlen(no_errors[i].body),
		       &f, region, sizeof(region)) &&
			f.kind == before.kind && f.status == before.status &&
			strcmp(f.code, before.code) == 0 &&
			strcmp(f.text, before.text) == 0 &&
			strcmp(f.request_id, before.request_id) == 0 &&
			strcmp(region, "r") == 0,
		    "no error document: %s", no_errors[i].claim);
	ok(reply_error("<Error/>", 8, &f, NULL, 0) &&
		strcmp(f.code, "Error") == 0,
	    "an error that says nothing is still one");
	f.status = 200;
	reply_classify(&f, false, "");
	is_int(f.kind, FAIL_TRANSIENT, "even inside a 200");
}

static void
test_long_error(void)
{
	struct buf b;
	struct fail f;
	int i;

	buf_init(&b, 100000);
	buf_adds(&b, "  \n<Error><Code>C</Code><Message>");
	for (i = 0; i < 200; i++)
		buf_adds(&b, "\xc3\xbc");
	buf_adds(&b, "</Message><RequestId>");
	for (i = 0; i < 100; i++)
		buf_adds(&b, "1");
	buf_adds(&b, "</RequestId></Error>");
	fail_clear(&f);
	ok(reply_error(b.data, b.len, &f, NULL, 0), "a long error document");
	is_int(strlen(f.text), 254, "a message is cut between characters");
	is_str(f.request_id, "", "half an id would mislead");
	buf_fini(&b);
}

/* What a key may hold and XML may not: the document says what it says. */
static void
test_odd_bytes(void)
{
	static const char *const keys[] = {
	    "\x01", "\xff", "a\xef\xbf\xbe", "\xed\xa0\x80", "\xc3", "&#x1;"};
	struct buf b, text;
	struct reply_field field = {"R/Key", &text, false};
	struct reply_field other = {"R/ETag", &text, false};
	const char *why = "";
	struct fail f;
	size_t i;

	buf_init(&b, 1000);
	buf_init(&text, 100);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		buf_reset(&b);
		buf_addf(&b,
		    "<Error><Code>NoSuchKey</Code><Key>%s</Key>"
		    "<RequestId>7</RequestId></Error>",
		    keys[i]);
		fail_clear(&f);
		ok(reply_error(b.data, b.len, &f, NULL, 0) &&
			strcmp(f.code, "NoSuchKey") == 0 &&
			strcmp(f.request_id, "7") == 0,
		    "an error that repeats odd key %zu", i);
		buf_reset(&b);
		buf_addf(&b, "<R><Key>%s</Key><ETag>e</ETag></R>", keys[i]);
		ok(reply_read(b.data, b.len, &other, 1, &why) &&
			strcmp(text.data, "e") == 0,
		    "a document does that, too");
		ok(!reply_read(b.data, b.len, &field, 1, &why) &&
			strstr(why, "carry") != NULL,
		    "but the key is not believed");
	}
	buf_fini(&b);
	buf_fini(&text);
}

static void
test_read(void)
{
	static const char copied[] =
	    "\n\n<?xml version=\"1.0\"?>"
	    "<CopyObjectResult "
	    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
	    "<ETag>&quot;abc&quot;</ETag>"
	    "<LastModified>2026-01-02T03:04:05.000Z</LastModified>"
	    "</CopyObjectResult>";
	struct buf etag, other;
	struct reply_field fields[] = {{"CopyObjectResult/ETag", &etag, false},
	    {"CopyObjectResult/Other", &other, true}};
	const char *why = NULL;

	buf_init(&etag, 5);
	buf_init(&other, 10);
	buf_adds(&other, "old");
	ok(reply_read(copied, strlen(copied), fields, 2, &why),
	    "a small document, after blanks that kept the connection");
	ok(fields[0].found && strcmp(etag.data, "\"abc\"") == 0,
	    "the text asked for");
	ok(!fields[1].found && other.len == 0,
	    "what is not there is not found");
	ok(!reply_read(copied, strlen(copied) - 1, fields, 2, &why) &&
		strstr(why, "cut short") != NULL,
	    "a cut one is malformed");
	ok(!reply_read("", 0, fields, 2, NULL), "nothing is malformed");
	ok(reply_read(copied, strlen(copied), NULL, 0, &why),
	    "one may ask for nothing but that it be whole");
	buf_fini(&etag);
	buf_init(&etag, 4);
	ok(!reply_read(copied, strlen(copied), fields, 1, &why) &&
		strstr(why, "long") != NULL,
	    "what does not fit is malformed");
	buf_fini(&etag);
	buf_fini(&other);
}

static bool
on_part(void *arg, const char *const *columns, const size_t *lens)
{
	struct buf *b = arg;

	buf_addf(b, "[%s|%s|%zu]", columns[0] != NULL ? columns[0] : "-",
	    columns[1] != NULL ? columns[1] : "-", lens[1]);
	return columns[0] == NULL || strcmp(columns[0], "13") != 0;
}

static void
test_rows(void)
{
	static const char parts[] =
	    "<ListPartsResult><IsTruncated>true"
	    "</IsTruncated><Part><PartNumber>1</PartNumber><Owner><ID>me</ID>"
	    "</Owner></Part><Part><PartNumber>2</PartNumber></Part><Part/>"
	    "<Part><Owner><ID></ID></Owner></Part></ListPartsResult>";
	static const char unlucky[] = "<ListPartsResult><Part><PartNumber>13"
				      "</PartNumber></Part></ListPartsResult>";
	static const char *const columns[] = {"PartNumber", "Owner/ID"};
	struct buf rows, truncated;
	struct reply_field field = {
	    "ListPartsResult/IsTruncated", &truncated, false};
	const char *why = NULL;

	buf_init(&rows, 1000);
	buf_init(&truncated, 10);
	ok(reply_rows(parts, strlen(parts), "ListPartsResult/Part", columns, 2,
	       on_part, &rows, &field, 1, &why),
	    "rows are read");
	is_str(rows.data, "[1|me|2][2|-|0][-|-|0][-||0]",
	    "each with the columns that it has");
	is_str(truncated.data, "true", "and a field beside them");
	ok(!reply_rows(unlucky, strlen(unlucky), "ListPartsResult/Part",
	       columns, 2, on_part, &rows, NULL, 0, &why) &&
		strstr(why, "row") != NULL,
	    "a row may be refused");
	buf_fini(&rows);
	buf_fini(&truncated);
}

int
main(void)
{
	test_kinds();
	test_head();
	test_error();
	test_no_error();
	test_long_error();
	test_odd_bytes();
	test_read();
	test_rows();
	return tap_done();
}
