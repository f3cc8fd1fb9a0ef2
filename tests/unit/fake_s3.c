#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_s3.h"
#include "hash.h"
#include "limit.h"
#include "num.h"

struct fake_s3 fake;

/* For the model's own texts, which are short. */
static void
set(char *to, const char *text)
{
	memcpy(to, text, strlen(text) + 1);
}

void
fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.size = 100;
	fake.copy_max = S3_PART_MAX;
	fake.knows_condition = fake.knows_pin = true;
	fake.knows_parts = fake.knows_tags = true;
	fake.window = FAKE_REQUESTS;
	set(fake.etag, "0123456789abcdef0123456789abcdef");
}

unsigned
fake_open_uploads(void)
{
	unsigned i, n = 0;

	for (i = 0; i < fake.nuploads; i++)
		n += fake.uploads[i].open && !fake.uploads[i].old;
	return n;
}

char
fake_byte(uint64_t offset)
{
	return (char)(offset % 251);
}

/* --- s3req.h, but for what sends --- */

void
s3req_init(struct s3req *req, struct s3req_env *env)
{
	memset(req, 0, sizeof(*req));
	req->env = env;
	buf_init(&req->reply, LIMIT_REPLY);
}

void
s3req_fini(struct s3req *req)
{
	if (s3req_active(req))
		abort();
	buf_fini(&req->reply);
}

void
s3req_reset(struct s3req *req)
{
	struct s3req_env *env = req->env;
	struct buf reply = req->reply;

	if (s3req_active(req))
		abort();
	memset(req, 0, sizeof(*req));
	req->env = env;
	req->reply = reply;
}

void
s3req_add_header(struct s3req *req, const char *name, const char *value)
{
	req->headers[req->nheaders].name = name;
	req->headers[req->nheaders++].value = value;
}

void
s3req_start(struct s3req *req)
{
	if (s3req_active(req) || fake.nactive == FAKE_REQUESTS)
		abort();
	req->state = S3REQ_WAITING;
	req->cancelled = false;
	fake.active[fake.nactive++] = (struct fake_request){.req = req};
}

bool
s3req_active(const struct s3req *req)
{
	return req->state != S3REQ_IDLE;
}

bool
s3req_sent(const struct s3req *req)
{
	int i;

	for (i = 0; i < fake.nactive && i < fake.window; i++)
		if (fake.active[i].req == req)
			return !req->cancelled;
	return false;
}

/* Its end comes when the test ends it, whichever outcome it picks. */
void
s3req_cancel(struct s3req *req)
{
	if (s3req_active(req))
		req->cancelled = true;
}

void
s3req_resume(struct s3req *req)
{
	int i;

	for (i = 0; i < fake.nactive; i++)
		if (fake.active[i].req == req)
			fake.active[i].paused = false;
}

bool
fake_is_ready(int i)
{
	const struct fake_request *r = &fake.active[i];

	return r->req->cancelled || (i < fake.window && !r->paused);
}

/* --- the store --- */

static const char *
header(const struct s3req *req, const char *name)
{
	size_t i;

	for (i = 0; i < req->nheaders; i++)
		if (strcmp(req->headers[i].name, name) == 0)
			return req->headers[i].value;
	return NULL;
}

static uint64_t
query_number(const struct s3req *req, const char *name)
{
	const char *at = req->query == NULL ? NULL : strstr(req->query, name);
	uint64_t n = 0;

	if (at != NULL) {
		at += strlen(name);
		num_parse(at, strcspn(at, "&"), UINT32_MAX, &n);
	}
	return n;
}

static void
refuse(struct fail *f, enum fail_kind kind, int status, const char *code)
{
	fail_clear(f);
	fail_set(f, kind, "refused by the fake");
	f->status = status;
	set(f->code, code);
}

static bool
is_other(const char *pin)
{
	return !fake.ignores_pin &&
	    strncmp(pin + 1, fake.etag, strlen(pin) - 2) != 0;
}

static bool
pin_holds(const struct s3req *req, const char *name, struct fail *f)
{
	const char *pin = header(req, name);

	if (fake.source_bucket_gone)
		refuse(f, FAIL_NOBUCKET, 404, "NoSuchBucket");
	else if (fake.source_gone)
		refuse(f, FAIL_NOTFOUND, 404, "NoSuchKey");
	else if (pin != NULL && !fake.knows_pin)
		refuse(f, FAIL_UNSUPPORTED, 501, "NotImplemented");
	else if (pin != NULL &&
	    (is_other(pin) ||
		(strcmp(name, "if-match") != 0 && fake.misreads_pin &&
		    strchr(pin, '-') != NULL)))
		refuse(f, FAIL_PRECONDITION, 412, "PreconditionFailed");
	return f->kind == FAIL_NONE;
}

static bool
may_write(const struct s3req *req, struct fail *f)
{
	const char *condition = header(req, "if-none-match");

	if (fake.bucket_gone)
		refuse(f, FAIL_NOBUCKET, 404, "NoSuchBucket");
	else if (condition != NULL && !fake.knows_condition)
		refuse(f, FAIL_UNSUPPORTED, 501, "NotImplemented");
	else if (condition != NULL && fake.exists)
		refuse(f, FAIL_PRECONDITION, 412, "PreconditionFailed");
	return f->kind == FAIL_NONE;
}

static void
write_object(const char *etag, uint64_t size)
{
	fake.exists = true;
	set(fake.there, fake.flip != NULL ? fake.flip : etag);
	fake.there_size = size;
	fake.there_tags = !fake.forgets_tags;
}

/* Is the source that is named our key?  A percent sign of it is %25, or %2525
 * for a store that decodes twice. */
static bool
names_source(const struct s3req *req, struct fail *f)
{
	const char *name = header(req, "x-amz-copy-source");
	bool twice = strstr(name, "%2525") != NULL;

	if (strstr(name, "%25") == NULL || twice == fake.decodes_twice)
		return true;
	refuse(f, FAIL_NOTFOUND, 404, "NoSuchKey");
	return false;
}

static uint64_t
part_size(uint64_t number)
{
	uint64_t last = fake.size - (fake.parts - 1) * fake.part_size;

	return (number < fake.parts ? fake.part_size : last) +
	    (number == 3 ? fake.odd : 0) - (number == 2 ? fake.odd : 0);
}

static void give(struct s3req *req, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void
give(struct s3req *req, const char *name, const char *fmt, ...)
{
	char value[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (req->header != NULL)
		req->header(req, name, value);
}

static void
give_source(struct s3req *req)
{
	give(req, "ETag", "\"%s\"", fake.etag);
	give(req, "Content-Type", "text/plain");
	give(req, "x-amz-meta-a", "b");
	if (fake.sse[0] != '\0')
		give(req, "x-amz-server-side-encryption", "%s", fake.sse);
}

static void
head_source(struct s3req *req, struct fail *f)
{
	uint64_t part = query_number(req, "partNumber=");

	if (!pin_holds(req, "if-match", f))
		return;
	give_source(req);
	if (part > 0 && fake.refuses_parts) {
		refuse(f, FAIL_UNSUPPORTED, 501, "NotImplemented");
		return;
	}
	if (part == 0 || !fake.knows_parts || fake.parts == 0) {
		if (fake.chunked_head)
			return;
		give(req, "Content-Length", "%llu",
		    (unsigned long long)fake.size);
		return;
	}
	give(
	    req, "Content-Length", "%llu", (unsigned long long)part_size(part));
	give(req, "Content-Range", "bytes 0-0/%llu",
	    (unsigned long long)fake.size);
	give(req, "x-amz-mp-parts-count", "%u", fake.parts);
}

static void
head_destination(struct s3req *req, struct fail *f)
{
	if (!fake.exists) {
		refuse(f, FAIL_NOTFOUND, 404, "");
		return;
	}
	give(req, "ETag", "\"%s\"", fake.there);
	give(
	    req, "Content-Length", "%llu", (unsigned long long)fake.there_size);
	if (fake.sse[0] != '\0')
		give(req, "x-amz-server-side-encryption", "%s", fake.sse);
}

static struct fake_upload *
upload_of(const struct s3req *req, struct fail *f)
{
	uint64_t i = query_number(req, "uploadId=u");

	if (i < fake.nuploads && fake.uploads[i].open)
		return &fake.uploads[i];
	refuse(f, FAIL_NOTFOUND, 404, "NoSuchUpload");
	return NULL;
}

static void
etag_of_bytes(char *to, const char *p, size_t len)
{
	unsigned char bytes[HASH_MD5];
	struct hash_md5 *md5 = hash_md5_new();

	hash_md5_add(md5, p, len);
	hash_md5_end(md5, bytes);
	hash_md5_free(md5);
	hash_hex(bytes, sizeof(bytes), to);
}

static void
store_part(struct s3req *req, const char *body, struct fail *f)
{
	struct fake_upload *u = upload_of(req, f);
	uint64_t number = query_number(req, "partNumber=");
	const char *range;
	char *bytes;
	uint64_t offset = 0, len = fake.size, i;

	if (u == NULL)
		return;
	u->old = false;
	if (req->op == S3OP_UPLOAD_PART) {
		u->size[number] = fake.put_size = req->body_len;
		etag_of_bytes(u->part[number], body, (size_t)req->body_len);
		set(fake.put_part, u->part[number]);
		give(req, "ETag", "\"%s\"", u->part[number]);
		return;
	}
	if (!names_source(req, f) ||
	    !pin_holds(req, "x-amz-copy-source-if-match", f))
		return;
	range = header(req, "x-amz-copy-source-range");
	if (range != NULL) {
		i = strcspn(range + 6, "-");
		num_parse(range + 6, i, INT64_MAX, &offset);
		num_str(range + 7 + i, INT64_MAX, &len);
		len -= offset - 1;
	}
	if (len > 1000)
		len = 1000; /* it is the same for all who ask */
	bytes = malloc((size_t)len + 1);
	for (i = 0; i < len; i++)
		bytes[i] = fake_byte(offset + i);
	if (++fake.copied_parts == fake.changes_at)
		set(fake.etag, "00000000000000000000000000000001");
	etag_of_bytes(u->part[number], bytes, (size_t)len);
	u->size[number] = len;
	free(bytes);
	if (fake.copied_parts == fake.ended_at) {
		u->open = false;
		write_object(fake.etag, fake.size);
	}
	buf_addf(&req->reply,
	    "<CopyPartResult><ETag>&quot;%s&quot;</ETag>"
	    "</CopyPartResult>",
	    u->part[number]);
}

/* As partlist_etag() does it, by other means: here each hex is read anew. */
static void
joined_etag(const struct fake_upload *u, char *to)
{
	unsigned char bytes[FAKE_PARTS * HASH_MD5];
	unsigned n, i, value;
	char two[3] = "";

	for (n = 0; n < FAKE_PARTS && u->part[n + 1][0] != '\0'; n++)
		for (i = 0; i < HASH_MD5; i++) {
			memcpy(two, u->part[n + 1] + 2 * i, 2);
			value = (unsigned)strtoul(two, NULL, 16);
			bytes[n * HASH_MD5 + i] = (unsigned char)value;
		}
	etag_of_bytes(to, (char *)bytes, n * HASH_MD5);
	snprintf(to + strlen(to), 8, "-%u", n);
}

void
fake_set_source(uint64_t size, unsigned parts, uint64_t part)
{
	struct fake_upload u = {.open = true};
	char bytes[1000];
	uint64_t at, n, number;

	fake.size = size;
	fake.parts = parts;
	fake.part_size = part;
	for (at = 0; at < size; at++)
		bytes[at] = fake_byte(at);
	if (parts == 0) {
		etag_of_bytes(fake.etag, bytes, (size_t)size);
		return;
	}
	for (number = 1, at = 0; number <= parts; number++, at += n) {
		n = part_size(number);
		etag_of_bytes(u.part[number], bytes + at, (size_t)n);
	}
	joined_etag(&u, fake.etag);
}

struct fake_upload *
fake_leave_upload(unsigned done)
{
	struct fake_upload *u = &fake.uploads[fake.nuploads++];
	char bytes[1000];
	uint64_t at = 0, i;
	unsigned number;

	u->open = u->old = true;
	for (number = 1; number <= done; number++) {
		u->size[number] = part_size(number);
		for (i = 0; i < u->size[number]; i++, at++)
			bytes[i] = fake_byte(at);
		etag_of_bytes(u->part[number], bytes, (size_t)i);
	}
	return u;
}

static void
complete(struct s3req *req, struct fail *f)
{
	struct fake_upload *u = upload_of(req, f);
	char etag[64];

	if (u == NULL || !may_write(req, f))
		return;
	joined_etag(u, etag);
	write_object(etag, fake.size);
	fake.there_tags = false;
	u->open = false;
	buf_addf(&req->reply,
	    "<CompleteMultipartUploadResult><ETag>\"%s\""
	    "</ETag></CompleteMultipartUploadResult>",
	    fake.mute_complete ? "" : fake.there);
}

static void
copy_object(struct s3req *req, struct fail *f)
{
	const char *etag = fake.parts == 0 ? fake.etag :
					     "00000000000000000000000000000000";

	if (!pin_holds(req, "x-amz-copy-source-if-match", f))
		return;
	if (fake.size > fake.copy_max) {
		refuse(f, FAIL_INVALID, 400, "InvalidRequest");
		return;
	}
	if (!may_write(req, f))
		return;
	write_object(etag, fake.size);
	buf_addf(&req->reply,
	    "<CopyObjectResult><ETag>\"%s\"</ETag>"
	    "</CopyObjectResult>",
	    fake.there);
}

static void
put_object(struct s3req *req, const char *body, struct fail *f)
{
	char etag[64];

	etag_of_bytes(etag, body, (size_t)req->body_len);
	if (!may_write(req, f))
		return;
	write_object(etag, req->body_len);
	give(req, "ETag", "\"%s\"", fake.there);
}

static void
create_upload(struct s3req *req, struct fail *f)
{
	if (fake.bucket_gone) {
		refuse(f, FAIL_NOBUCKET, 404, "NoSuchBucket");
		return;
	}
	if (fake.nuploads == FAKE_UPLOADS)
		abort();
	fake.uploads[fake.nuploads].open = true;
	buf_addf(&req->reply,
	    "<InitiateMultipartUploadResult><UploadId>u%u"
	    "</UploadId></InitiateMultipartUploadResult>",
	    fake.nuploads++);
}

static void
list_uploads(struct s3req *req)
{
	const char *key = strstr(req->query, "prefix=") + strlen("prefix=");
	unsigned i;

	buf_adds(&req->reply, "<ListMultipartUploadsResult>");
	for (i = 0; i < fake.nuploads; i++) {
		if (!fake.uploads[i].open)
			continue;
		buf_addf(&req->reply,
		    "<Upload><Key>%.*s</Key><UploadId>u%u</UploadId>",
		    (int)strcspn(key, "&"), key, i);
		/* The youngest first, which is not the order of S3. */
		if (fake.uploads[i].old)
			buf_addf(&req->reply,
			    "<Initiated>2020-01-0%uT00:00:00.000Z</Initiated>",
			    9 - i);
		buf_adds(&req->reply, "</Upload>");
	}
	buf_adds(&req->reply, "</ListMultipartUploadsResult>");
}

/* Pages of three. */
static void
list_parts(struct s3req *req, struct fail *f)
{
	const struct fake_upload *u = upload_of(req, f);
	uint64_t i = query_number(req, "part-number-marker=");
	unsigned n = 0;

	if (u == NULL)
		return;
	buf_adds(&req->reply, "<ListPartsResult>");
	for (i++; i <= FAKE_PARTS && n < 3; i++) {
		if (u->part[i][0] == '\0')
			continue;
		n++;
		buf_addf(&req->reply,
		    "<Part><PartNumber>%u</PartNumber><ETag>\"%s\"</ETag>"
		    "<Size>%llu</Size></Part>",
		    (unsigned)i, u->part[i], (unsigned long long)u->size[i]);
	}
	buf_addf(&req->reply, "<IsTruncated>%s</IsTruncated></ListPartsResult>",
	    i <= FAKE_PARTS ? "true" : "false");
}

/* --- bytes, as far as they go --- */

static void
begin_get(struct fake_request *r)
{
	const char *range = header(r->req, "range");
	size_t n;

	r->at = 0;
	r->last = fake.size;
	if (range != NULL) {
		n = strcspn(range + 6, "-");
		num_parse(range + 6, n, INT64_MAX, &r->at);
		num_str(range + 7 + n, INT64_MAX, &r->last);
		r->last++;
	}
	give_source(r->req);
	if (fake.chunked_get)
		return;
	give(r->req, "Content-Length", "%llu",
	    (unsigned long long)(r->last - r->at));
}

/* Up to `upto'; false: the other side has to wait. */
static bool
move_get(struct fake_request *r, uint64_t upto, struct fail *f)
{
	char piece[8];
	size_t n;

	while (r->at < upto) {
		for (n = 0; n < sizeof(piece) && r->at + n < upto; n++)
			piece[n] = (char)(fake_byte(r->at + n) ^
			    (fake.spoil && r->at + n == 3));
		switch (r->req->data(r->req, piece, n)) {
		case HTTP_GO:
			r->at += n;
			break;
		case HTTP_PAUSE:
			return false;
		case HTTP_ABORT:
			refuse(f, FAIL_PROTOCOL, 200, "");
			f->unanswered = true;
			if (r->req->check != NULL)
				r->req->check(r->req, f);
			return true;
		}
	}
	return true;
}

static bool
move_put(struct fake_request *r, struct fail *f)
{
	struct s3req *req = r->req;
	size_t n;

	if (req->source == NULL && req->body_len > 0)
		memcpy(r->body, req->body, (size_t)req->body_len);
	while (req->source != NULL && r->at < req->body_len) {
		n = 0;
		switch (req->source(req, r->body + r->at, 7, &n)) {
		case HTTP_GO:
			r->at += n;
			break;
		case HTTP_PAUSE:
			return false;
		case HTTP_ABORT:
			refuse(f, FAIL_PROTOCOL, 200, "");
			f->unanswered = true;
			return true;
		}
	}
	return true;
}

static bool
is_get(const struct fake_request *r)
{
	return r->req->op == S3OP_GET_OBJECT;
}

static void
begin_moving(struct fake_request *r, struct fail *f)
{
	if (r->req->restart != NULL)
		r->req->restart(r->req);
	r->begun = true;
	if (!is_get(r))
		r->body = calloc(1, (size_t)r->req->body_len + 1);
	else if (pin_holds(r->req, "if-match", f))
		begin_get(r);
}

/* False: paused. */
static bool
move(struct fake_request *r, bool half, struct fail *f)
{
	if (!r->begun)
		begin_moving(r, f);
	if (f->kind != FAIL_NONE)
		return true;
	if (is_get(r))
		return move_get(
		    r, half ? r->at + (r->last - r->at) / 2 : r->last, f);
	return move_put(r, f);
}

static void
abort_upload(struct s3req *req, struct fail *f)
{
	struct fake_upload *u = upload_of(req, f);
	int i;

	for (i = 0; i < fake.nactive; i++)
		if (fake.active[i].req->op == S3OP_COPY_PART)
			fake.abort_beside_part = true;
	if (u != NULL && u->foreign)
		fake.aborted_foreign = true;
	if (u != NULL)
		u->open = false;
}

static void
carry_out(struct s3req *req, const char *body, struct fail *f)
{
	switch (req->op) {
	case S3OP_HEAD_BUCKET:
		if (fake.source_bucket_gone)
			refuse(f, FAIL_NOTFOUND, 404, "");
		break;
	case S3OP_HEAD_OBJECT:
		if (strncmp(req->key, "from/", 5) == 0)
			head_source(req, f);
		else
			head_destination(req, f);
		break;
	case S3OP_GET_OBJECT:
		if (req->check != NULL)
			req->check(req, f);
		break;
	case S3OP_PUT_OBJECT:
		put_object(req, body, f);
		break;
	case S3OP_COPY_OBJECT:
		if (fake.lacks_copy)
			refuse(f, FAIL_UNSUPPORTED, 501, "NotImplemented");
		else if (fake.misnames)
			refuse(f, FAIL_NOTFOUND, 404, "NoSuchKey");
		else
			copy_object(req, f);
		break;
	case S3OP_DELETE_OBJECT:
		fake.exists = false;
		break;
	case S3OP_GET_TAGGING:
		if (!fake.knows_tags)
			refuse(f, FAIL_UNSUPPORTED, 501, "NotImplemented");
		else if (strncmp(req->key, "to/", 3) == 0 && !fake.there_tags)
			buf_adds(&req->reply, "<Tagging><TagSet/></Tagging>");
		else
			buf_adds(&req->reply,
			    "<Tagging><TagSet><Tag><Key>t"
			    "</Key><Value>v</Value></Tag></TagSet></Tagging>");
		break;
	case S3OP_GET_ACL:
		buf_adds(&req->reply, "<AccessControlPolicy/>");
		break;
	case S3OP_PUT_TAGGING:
		fake.there_tags = strstr(req->body, "<Key>t</Key>") != NULL;
		break;
	case S3OP_PUT_ACL:
		snprintf(
		    fake.there_acl, sizeof(fake.there_acl), "%s", req->body);
		break;
	case S3OP_CREATE_UPLOAD:
		create_upload(req, f);
		break;
	case S3OP_UPLOAD_PART:
	case S3OP_COPY_PART:
		store_part(req, body, f);
		break;
	case S3OP_COMPLETE_UPLOAD:
		complete(req, f);
		break;
	case S3OP_ABORT_UPLOAD:
		abort_upload(req, f);
		break;
	case S3OP_LIST_UPLOADS:
		list_uploads(req);
		break;
	case S3OP_LIST_PARTS:
		list_parts(req, f);
		break;
	case S3OP_LIST_BUCKETS:
	case S3OP_LIST_OBJECTS:
	case S3OP_CREATE_SESSION:
	case S3OP_COUNT:
		abort(); /* s3cp does not ask for these */
	}
}

static void
remove_active(int i)
{
	fake.nactive--;
	memmove(&fake.active[i], &fake.active[i + 1],
	    (size_t)(fake.nactive - i) * sizeof(fake.active[0]));
}

static void
judge_end(struct s3req *req, enum fake_outcome outcome, struct fail *f)
{
	if (outcome == FAKE_REFUSED) {
		refuse(f, FAIL_DENIED, 403, "AccessDenied");
	} else if (outcome != FAKE_GOOD) {
		refuse(f, FAIL_TRANSIENT, 0, "");
		f->curl = 56;
		f->unanswered = true;
	}
	fake.sent[req->op]++;
}

void
fake_end(int i, enum fake_outcome outcome)
{
	struct fake_request *r = &fake.active[i], ended;
	struct s3req *req = r->req;
	struct fail f;

	fail_clear(&f);
	buf_reset(&req->reply);
	req->attempt = 1;
	if (req->cancelled) {
		fail_set(&f, FAIL_CANCELLED, "cancelled");
		f.unanswered = i < fake.window;
	} else {
		if (outcome != FAKE_REFUSED &&
		    !move(r, outcome == FAKE_DROPPED, &f) &&
		    outcome != FAKE_DROPPED) {
			r->paused = true;
			return;
		}
		if (f.kind == FAIL_NONE &&
		    (outcome == FAKE_GOOD || outcome == FAKE_LOST))
			carry_out(req, r->body, &f);
		judge_end(req, outcome, &f);
	}
	ended = *r;
	remove_active(i);
	free(ended.body);
	req->state = S3REQ_IDLE;
	req->done(req, &f);
}
