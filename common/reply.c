#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "reply.h"
#include "xalloc.h"
#include "xml.h"

/* Copy a text into a fixed field; where it does not fit, nothing of it, or as
 * many whole UTF-8 characters as do. */
static void
copy_text(char *to, size_t room, const char *text, size_t len, bool cut)
{
	if (len >= room) {
		if (!cut)
			return;
		len = room - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to, text, len);
	to[len] = '\0';
}

/* --- small documents --- */

struct reader {
	struct xml *xml;
	struct reply_field *fields;
	size_t nfields;
	/* rows only */
	reply_row_fn *fn;
	void *arg;
	size_t ncolumns;
	struct buf columns[REPLY_COLUMNS_MAX];
	bool there[REPLY_COLUMNS_MAX];
	const char *why;
};

static bool
store(struct reader *r, struct buf *to, const char *text, size_t len)
{
	buf_reset(to);
	if (xml_doubtful(r->xml, text, len))
		r->why = "a text holds characters that XML cannot carry";
	else if (!buf_add(to, text, len))
		r->why = "a text is too long";
	return r->why == NULL;
}

static bool
end_row(struct reader *r)
{
	const char *columns[REPLY_COLUMNS_MAX] = {NULL};
	size_t lens[REPLY_COLUMNS_MAX] = {0}, i;

	for (i = 0; i < r->ncolumns; i++) {
		if (!r->there[i])
			continue;
		columns[i] = r->columns[i].data;
		lens[i] = r->columns[i].len;
	}
	if (r->fn(r->arg, columns, lens))
		return true;
	r->why = "a row is not what it should be";
	return false;
}

/* Ids are: fields, then columns, then the row itself. */
static bool
on_element(void *arg, int id, const char *text, size_t len)
{
	struct reader *r = arg;
	size_t i = (size_t)id;

	if (i < r->nfields) {
		if (text == NULL)
			return true;
		r->fields[i].found = true;
		return store(r, r->fields[i].text, text, len);
	}
	i -= r->nfields;
	if (i < r->ncolumns) {
		if (text == NULL)
			return true;
		r->there[i] = true;
		return store(r, &r->columns[i], text, len);
	}
	if (text != NULL)
		return end_row(r);
	memset(r->there, 0, sizeof(r->there));
	return true;
}

static bool
read_document(struct reader *r, const struct xml_path *table, size_t count,
    const char *body, size_t len, const char **why)
{
	struct xml *x = xml_new(table, count, LIMIT_REPLY, NULL, on_element, r);
	bool good;

	r->xml = x;
	good = xml_feed(x, body, len) && xml_end(x);
	if (!good && why != NULL)
		*why = r->why != NULL ? r->why : xml_error(x);
	xml_free(x);
	return good;
}

static void
clear_fields(struct reply_field *fields, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		fields[i].found = false;
		buf_reset(fields[i].text);
	}
}

bool
reply_read(const char *body, size_t len, struct reply_field *fields,
    size_t count, const char **why)
{
	return reply_rows(
	    body, len, NULL, NULL, 0, NULL, NULL, fields, count, why);
}

bool
reply_rows(const char *body, size_t len, const char *row,
    const char *const *columns, size_t ncolumns, reply_row_fn *fn, void *arg,
    struct reply_field *fields, size_t nfields, const char **why)
{
	struct reader r = {.fields = fields,
	    .nfields = nfields,
	    .fn = fn,
	    .arg = arg,
	    .ncolumns = ncolumns};
	struct xml_path *table = xcalloc(
	    nfields + ncolumns + 1, sizeof(*table));
	struct buf paths[REPLY_COLUMNS_MAX];
	size_t i, n;
	bool good;

	clear_fields(fields, nfields);
	for (n = 0; n < nfields; n++)
		table[n] = (struct xml_path){fields[n].path, (int)n};
	for (i = 0; i < ncolumns; i++, n++) {
		buf_init(&r.columns[i], LIMIT_XML_TEXT);
		buf_init(&paths[i], LIMIT_XML_TEXT);
		buf_addf(&paths[i], "%s/%s", row, columns[i]);
		table[n] = (struct xml_path){paths[i].data, (int)n};
	}
	if (row != NULL) {
		table[n] = (struct xml_path){row, (int)n};
		n++;
	}
	good = read_document(&r, table, n, body, len, why);
	for (i = 0; i < ncolumns; i++) {
		buf_fini(&r.columns[i]);
		buf_fini(&paths[i]);
	}
	free(table);
	return good;
}

/* --- errors --- */

enum {
	ERROR_CODE = REPLY_ERROR_CODE,
	ERROR_MESSAGE = REPLY_ERROR_MESSAGE,
	ERROR_REQUEST = REPLY_ERROR_REQUEST,
	ERROR_ROOT,
	ERROR_REGION
};

static const struct xml_path error_table[] = {
    {"Error", ERROR_ROOT},
    {"Error/Code", ERROR_CODE},
    {"Error/Message", ERROR_MESSAGE},
    {"Error/RequestId", ERROR_REQUEST},
    {"Error/Region", ERROR_REGION},
    {"ErrorResponse/Error", ERROR_ROOT},
    {"ErrorResponse/Error/Code", ERROR_CODE},
    {"ErrorResponse/Error/Message", ERROR_MESSAGE},
    {"ErrorResponse/RequestId", ERROR_REQUEST},
};

void
reply_error_part(struct fail *f, int part, const char *text, size_t len)
{
	if (part == REPLY_ERROR_CODE)
		copy_text(f->code, sizeof(f->code), text, len, true);
	else if (part == REPLY_ERROR_MESSAGE)
		copy_text(f->text, sizeof(f->text), text, len, true);
	else
		copy_text(
		    f->request_id, sizeof(f->request_id), text, len, false);
}

struct error {
	struct fail *fail;
	char *region; /* NULL: not asked for */
	size_t region_room;
	bool seen;
};

static bool
on_error(void *arg, int id, const char *text, size_t len)
{
	struct error *e = arg;

	if (id == ERROR_ROOT)
		e->seen = true;
	else if (text == NULL || len == 0)
		return true;
	else if (id != ERROR_REGION)
		reply_error_part(e->fail, id, text, len);
	else if (e->region != NULL)
		copy_text(e->region, e->region_room, text, len, false);
	return true;
}

/* Most bodies are no errors: see that without a parser. */
static bool
may_be_error(const char *body, size_t len)
{
	const char *p = body, *end = body + len;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		if (end - p >= 6 && memcmp(p, "<Error", 6) == 0)
			return true;
		p++;
	}
	return false;
}

bool
reply_error(const char *body, size_t len, struct fail *f, char *region,
    size_t region_room)
{
	struct fail got = *f;
	char where[LIMIT_BUCKET] = "";
	struct error e = {.fail = &got,
	    .region = where,
	    .region_room = region != NULL && region_room < sizeof(where) ?
		region_room :
		sizeof(where)};
	struct xml *x;
	bool good;

	if (!may_be_error(body, len))
		return false;
	got.code[0] = got.text[0] = '\0';
	x = xml_new(error_table, sizeof(error_table) / sizeof(error_table[0]),
	    LIMIT_REPLY, NULL, on_error, &e);
	good = xml_feed(x, body, len) && xml_end(x) && e.seen;
	xml_free(x);
	if (!good)
		return false;
	/* Without a code it is an error all the same. */
	if (got.code[0] == '\0')
		copy_text(got.code, sizeof(got.code), "Error", 5, true);
	*f = got;
	if (region != NULL && where[0] != '\0')
		copy_text(region, region_room, where, strlen(where), false);
	return true;
}

static const struct {
	const char *code;
	enum fail_kind kind;
} codes[] = {
    {"NoSuchKey", FAIL_NOTFOUND},
    {"NoSuchUpload", FAIL_NOTFOUND},
    {"NoSuchVersion", FAIL_NOTFOUND},
    {"NotFound", FAIL_NOTFOUND},
    {"NoSuchBucket", FAIL_NOBUCKET},
    {"InvalidBucketName", FAIL_NOBUCKET},
    {"AccessDenied", FAIL_DENIED},
    {"AccessDeniedException", FAIL_DENIED},
    {"AccountProblem", FAIL_DENIED},
    {"AllAccessDisabled", FAIL_DENIED},
    {"Forbidden", FAIL_DENIED},
    {"InvalidPayer", FAIL_DENIED},
    {"NotSignedUp", FAIL_DENIED},
    {"RegionDisabledException", FAIL_DENIED},
    {"UnauthorizedAccess", FAIL_DENIED},
    {"InvalidObjectState", FAIL_ARCHIVED},
    {"ObjectNotInActiveTierError", FAIL_ARCHIVED},
    {"SignatureDoesNotMatch", FAIL_CREDENTIALS},
    {"InvalidAccessKeyId", FAIL_CREDENTIALS},
    {"InvalidClientTokenId", FAIL_CREDENTIALS},
    {"InvalidSecurity", FAIL_CREDENTIALS},
    {"InvalidToken", FAIL_CREDENTIALS},
    {"UnrecognizedClientException", FAIL_CREDENTIALS},
    /* of STS: the web identity's own token is too old, renewing ours cannot
     * mend it */
    {"ExpiredTokenException", FAIL_CREDENTIALS},
    {"ExpiredToken", FAIL_EXPIRED},
    {"TokenRefreshRequired", FAIL_EXPIRED},
    {"RequestTimeTooSkewed", FAIL_SKEW},
    {"PermanentRedirect", FAIL_REDIRECT},
    {"TemporaryRedirect", FAIL_REDIRECT},
    {"Redirect", FAIL_REDIRECT},
    {"IllegalLocationConstraintException", FAIL_REDIRECT},
    {"PreconditionFailed", FAIL_PRECONDITION},
    {"ConditionalRequestConflict", FAIL_CONFLICT},
    {"OperationAborted", FAIL_CONFLICT},
    {"EntityTooLarge", FAIL_TOOBIG},
    {"NotImplemented", FAIL_UNSUPPORTED},
    {"InternalError", FAIL_TRANSIENT},
    {"InternalErrors", FAIL_TRANSIENT},
    {"RequestTimeout", FAIL_TRANSIENT},
    {"RequestTimeoutException", FAIL_TRANSIENT},
    {"PriorRequestNotComplete", FAIL_TRANSIENT},
    {"BadDigest", FAIL_TRANSIENT},
    {"IDPCommunicationError", FAIL_TRANSIENT},
    {"SlowDown", FAIL_THROTTLED},
    {"SlowDownRead", FAIL_THROTTLED},
    {"SlowDownWrite", FAIL_THROTTLED},
    {"Throttling", FAIL_THROTTLED},
    {"ThrottlingException", FAIL_THROTTLED},
    {"ThrottledException", FAIL_THROTTLED},
    {"RequestThrottled", FAIL_THROTTLED},
    {"RequestThrottledException", FAIL_THROTTLED},
    {"TooManyRequests", FAIL_THROTTLED},
    {"TooManyRequestsException", FAIL_THROTTLED},
    {"RequestLimitExceeded", FAIL_THROTTLED},
    {"BandwidthLimitExceeded", FAIL_THROTTLED},
    {"LimitExceededException", FAIL_THROTTLED},
    {"ProvisionedThroughputExceededException", FAIL_THROTTLED},
    {"TransactionInProgressException", FAIL_THROTTLED},
    {"EC2ThrottledException", FAIL_THROTTLED},
    /* Named, since inside a 200 there is no status to tell by. */
    {"AccessControlListNotSupported", FAIL_INVALID},
    {"EntityTooSmall", FAIL_INVALID},
    {"InvalidArgument", FAIL_INVALID},
    {"InvalidPart", FAIL_INVALID},
    {"InvalidPartOrder", FAIL_INVALID},
    {"InvalidRange", FAIL_INVALID},
    {"InvalidRequest", FAIL_INVALID},
    {"InvalidStorageClass", FAIL_INVALID},
    {"KeyTooLongError", FAIL_INVALID},
    {"MalformedXML", FAIL_INVALID},
    {"MethodNotAllowed", FAIL_INVALID},
    {"MissingContentLength", FAIL_INVALID},
};

static enum fail_kind
kind_of_status(int status, bool is_head)
{
	switch (status) {
	case 301:
	case 302:
	case 307:
	case 308:
		return FAIL_REDIRECT;
	case 304:
	case 412:
		return FAIL_PRECONDITION;
	case 400:
		return is_head ? FAIL_AMBIGUOUS : FAIL_INVALID;
	case 401:
		return FAIL_DENIED;
	case 403:
		return is_head ? FAIL_AMBIGUOUS : FAIL_DENIED;
	case 404:
		return FAIL_NOTFOUND;
	case 408:
		return FAIL_TRANSIENT;
	case 409:
		return FAIL_CONFLICT;
	case 413:
		return FAIL_TOOBIG;
	case 429:
	case 503:
	case 509:
		return FAIL_THROTTLED;
	case 501:
		return FAIL_UNSUPPORTED;
	default:
		return status >= 500 ? FAIL_TRANSIENT :
		    status >= 300    ? FAIL_INVALID :
				       FAIL_PROTOCOL;
	}
}

static enum fail_kind
kind_of_code(const struct fail *f, const char *region)
{
	size_t i;

	if (strcmp(f->code, "AuthorizationHeaderMalformed") == 0)
		return region[0] != '\0' ? FAIL_REDIRECT : FAIL_INVALID;
	/* A store that is merely ill says 503 no less than one that asks for
	 * less does: ask for less.  Elsewhere the code is as InternalError. */
	if (strcmp(f->code, "ServiceUnavailable") == 0)
		return f->status == 503 ? FAIL_THROTTLED : FAIL_TRANSIENT;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(f->code, codes[i].code) == 0)
			return codes[i].kind;
	return FAIL_NONE;
}

void
reply_classify(struct fail *f, bool is_head, const char *region)
{
	bool success = f->status >= 200 && f->status < 300;
	enum fail_kind kind = FAIL_NONE;

	if (f->curl != 0 || f->status == 0)
		return;
	if (f->code[0] != '\0')
		kind = kind_of_code(f, region);
	if (kind != FAIL_NONE)
		f->kind = kind;
	else if (success)
		f->kind = f->code[0] == '\0' ? FAIL_NONE : FAIL_TRANSIENT;
	else
		f->kind = kind_of_status(f->status, is_head);
}
