#ifndef FAKE_STORE_H
#define FAKE_STORE_H

/* The model of a store in struct fake_s3, and what each operation does to it.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_s3.h"
#include "hash.h"
#include "num.h"

/* What was sent with the request that is carried out. */
static const char *fake_body;

/* For the model's own texts, which are short. */
static void
set(char *to, const char *text)
{
	memcpy(to, text, strlen(text) + 1);
}

/* --- what all of them ask --- */

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
store_part(struct s3req *req, struct fail *f)
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
		etag_of_bytes(
		    u->part[number], fake_body, (size_t)req->body_len);
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

	if (fake.lacks_copy)
		refuse(f, FAIL_UNSUPPORTED, 501, "NotImplemented");
	else if (fake.misnames)
		refuse(f, FAIL_NOTFOUND, 404, "NoSuchKey");
	if (f->kind != FAIL_NONE ||
	    !pin_holds(req, "x-amz-copy-source-if-match", f))
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
put_object(struct s3req *req, struct fail *f)
{
	char etag[64];

	etag_of_bytes(etag, fake_body, (size_t)req->body_len);
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
list_uploads(struct s3req *req, struct fail *f)
{
	const char *key = strstr(req->query, "prefix=") + strlen("prefix=");
	unsigned i;

	(void)f;
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

/* --- one by one --- */

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
head_bucket(struct s3req *req, struct fail *f)
{
	(void)req;
	if (fake.source_bucket_gone)
		refuse(f, FAIL_NOTFOUND, 404, "");
}

static void
head_object(struct s3req *req, struct fail *f)
{
	if (strncmp(req->key, "from/", 5) == 0)
		head_source(req, f);
	else
		head_destination(req, f);
}

/* Its bytes have gone already. */
static void
get_object(struct s3req *req, struct fail *f)
{
	if (req->check != NULL)
		req->check(req, f);
}

static void
delete_object(struct s3req *req, struct fail *f)
{
	(void)req, (void)f;
	fake.exists = false;
}

static void
put_tagging(struct s3req *req, struct fail *f)
{
	(void)f;
	fake.there_tags = strstr(req->body, "<Key>t</Key>") != NULL;
}

static void
get_acl(struct s3req *req, struct fail *f)
{
	(void)f;
	buf_adds(&req->reply, "<AccessControlPolicy/>");
}

static void
put_acl(struct s3req *req, struct fail *f)
{
	(void)f;
	snprintf(fake.there_acl, sizeof(fake.there_acl), "%s", req->body);
}

static void
get_tagging(struct s3req *req, struct fail *f)
{
	if (!fake.knows_tags)
		refuse(f, FAIL_UNSUPPORTED, 501, "NotImplemented");
	else if (strncmp(req->key, "to/", 3) == 0 && !fake.there_tags)
		buf_adds(&req->reply, "<Tagging><TagSet/></Tagging>");
	else
		buf_adds(&req->reply,
		    "<Tagging><TagSet><Tag><Key>t"
		    "</Key><Value>v</Value></Tag></TagSet></Tagging>");
}

typedef void carry_out_fn(struct s3req *req, struct fail *f);

static carry_out_fn *const carries_out[S3OP_COUNT] = {
    [S3OP_HEAD_BUCKET] = head_bucket,
    [S3OP_HEAD_OBJECT] = head_object,
    [S3OP_GET_OBJECT] = get_object,
    [S3OP_PUT_OBJECT] = put_object,
    [S3OP_COPY_OBJECT] = copy_object,
    [S3OP_DELETE_OBJECT] = delete_object,
    [S3OP_GET_TAGGING] = get_tagging,
    [S3OP_PUT_TAGGING] = put_tagging,
    [S3OP_GET_ACL] = get_acl,
    [S3OP_PUT_ACL] = put_acl,
    [S3OP_CREATE_UPLOAD] = create_upload,
    [S3OP_UPLOAD_PART] = store_part,
    [S3OP_COPY_PART] = store_part,
    [S3OP_COMPLETE_UPLOAD] = complete,
    [S3OP_ABORT_UPLOAD] = abort_upload,
    [S3OP_LIST_UPLOADS] = list_uploads,
    [S3OP_LIST_PARTS] = list_parts,
};

/* The request that has come, with that body. */
static void
fake_carry_out(struct s3req *req, const char *body, struct fail *f)
{
	if (carries_out[req->op] == NULL)
		abort(); /* s3cp does not ask for these */
	fake_body = body;
	carries_out[req->op](req, f);
}

#endif
