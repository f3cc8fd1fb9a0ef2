#include <string.h>
#include <strings.h>

#include "limit.h"
#include "meta.h"
#include "num.h"
#include "reply.h"
#include "uri.h"

/* S3: 2 KiB of user metadata, counted without "x-amz-meta-"; other stores
 * allow more.  Content headers come on top. */
#define LINES_MAX   (16 << 10)
#define HEADERS_MAX (S3REQ_HEADERS_MAX - 24)
/* S3: 10 tags of 128 + 256 characters; all of them may need escapes. */
#define TAGS_MAX (48 << 10)

static const char *const carried[] = {"content-type", "cache-control",
    "content-disposition", "content-encoding", "content-language", "expires"};

void
meta_init(struct meta *m)
{
	memset(m, 0, sizeof(*m));
	buf_init(&m->lines, LINES_MAX);
	buf_init(&m->tags, TAGS_MAX);
	meta_reset(m);
}

void
meta_fini(struct meta *m)
{
	buf_fini(&m->lines);
	buf_fini(&m->tags);
}

void
meta_reset(struct meta *m)
{
	m->has_size = m->bucket_key = false;
	m->size = 0;
	m->length = -1;
	m->parts = 0;
	m->etag[0] = m->class[0] = m->sse[0] = m->kms[0] = '\0';
	buf_reset(&m->lines);
	buf_reset(&m->tags);
	m->count = 0;
	m->why = NULL;
}

/* --- reading --- */

static void
refuse_meta(struct meta *m, const char *why)
{
	if (m->why == NULL)
		m->why = why;
}

static void
keep_text(struct meta *m, char *to, size_t room, const char *value)
{
	size_t len = strlen(value);

	if (len < room)
		memcpy(to, value, len + 1);
	else
		refuse_meta(m, "a header of the object is too long");
}

/* Tab, and all but control characters: RFC 9110, 5.5. */
static bool
is_field_value(const char *value)
{
	const unsigned char *p = (const unsigned char *)value;

	for (; *p != '\0'; p++)
		if ((*p < ' ' && *p != '\t') || *p == 0x7f)
			return false;
	return true;
}

/* A token: RFC 9110, 5.6.2. */
static bool
is_field_name(const char *name)
{
	static const char others[] = "!#$%&'*+-.^_`|~0123456789";
	const char *p;

	for (p = name; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			strchr(others, *p) != NULL))
			return false;
	return p > name;
}

static void
carry(struct meta *m, const char *name, const char *value)
{
	size_t start = m->lines.len, i;

	if (!is_field_name(name) || !is_field_value(value)) {
		refuse_meta(
		    m, "its metadata has bytes that no header may have");
		return;
	}
	buf_adds(&m->lines, name);
	buf_addc(&m->lines, '\0');
	buf_adds(&m->lines, value);
	if (!buf_addc(&m->lines, '\0') || ++m->count > HEADERS_MAX) {
		refuse_meta(m, "it has more metadata than can be carried");
		return;
	}
	for (i = start; m->lines.data[i] != '\0'; i++)
		if (m->lines.data[i] >= 'A' && m->lines.data[i] <= 'Z')
			m->lines.data[i] |= 0x20;
}

/* aws-chunked is of the way an object came, not of the object. */
static void
carry_encoding(struct meta *m, const char *value)
{
	struct buf kept;
	size_t len;

	buf_init(&kept, LINES_MAX);
	while (*(value += strspn(value, ", \t")) != '\0') {
		len = strcspn(value, ", \t");
		if (len != 11 || strncasecmp(value, "aws-chunked", 11) != 0) {
			if (kept.len > 0)
				buf_adds(&kept, ", ");
			buf_add(&kept, value, len);
		}
		value += len;
	}
	if (kept.len > 0)
		carry(m, "content-encoding", kept.data);
	buf_fini(&kept);
}

void
meta_etag(char *to, const char *value, size_t len)
{
	if (len >= 2 && value[0] == 'W' && value[1] == '/') {
		value += 2;
		len -= 2;
	}
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	if (len > LIMIT_ETAG)
		len = 0;
	memcpy(to, value, len);
	to[len] = '\0';
}

static void
take_length(struct meta *m, const char *value)
{
	uint64_t n;

	if (!num_str(value, INT64_MAX, &n))
		return;
	m->length = (int64_t)n;
	if (!m->has_size) {
		m->has_size = true;
		m->size = n;
	}
}

/* "bytes 0-7/12345": here is the size of the whole. */
static void
take_range(struct meta *m, const char *value)
{
	const char *slash = strchr(value, '/');
	uint64_t n;

	if (slash == NULL || !num_str(slash + 1, INT64_MAX, &n))
		return;
	m->has_size = true;
	m->size = n;
}

static void
take_amz(struct meta *m, const char *name, const char *value)
{
	uint64_t n;

	if (strncasecmp(name, "meta-", 5) == 0)
		carry(m, name - 6, value);
	else if (strcasecmp(name, "missing-meta") == 0)
		refuse_meta(m, "it has metadata that the store cannot show");
	else if (strcasecmp(name, "mp-parts-count") == 0) {
		if (num_str(value, LIMIT_PARTS, &n))
			m->parts = (unsigned)n;
	} else if (strcasecmp(name, "storage-class") == 0)
		keep_text(m, m->class, sizeof(m->class), value);
	else if (strcasecmp(name, "server-side-encryption") == 0)
		keep_text(m, m->sse, sizeof(m->sse), value);
	else if (strcasecmp(name, "server-side-encryption-aws-kms-key-id") == 0)
		keep_text(m, m->kms, sizeof(m->kms), value);
	else if (strcasecmp(
		     name, "server-side-encryption-bucket-key-enabled") == 0)
		m->bucket_key = strcasecmp(value, "true") == 0;
}

void
meta_header(struct meta *m, const char *name, const char *value)
{
	size_t i;

	if (strncasecmp(name, "x-amz-", 6) == 0) {
		take_amz(m, name + 6, value);
		return;
	}
	if (strcasecmp(name, "etag") == 0)
		meta_etag(m->etag, value, strlen(value));
	else if (strcasecmp(name, "content-length") == 0)
		take_length(m, value);
	else if (strcasecmp(name, "content-range") == 0)
		take_range(m, value);
	else if (strcasecmp(name, "content-encoding") == 0)
		carry_encoding(m, value);
	else
		for (i = 0; i < sizeof(carried) / sizeof(carried[0]); i++)
			if (strcasecmp(name, carried[i]) == 0)
				carry(m, name, value);
}

static bool
on_tag(void *arg, const char *const *columns, const size_t *lens)
{
	struct meta *m = arg;

	if (columns[0] == NULL)
		return false;
	if (m->tags.len > 0)
		buf_addc(&m->tags, '&');
	uri_encode(&m->tags, columns[0], lens[0]);
	buf_addc(&m->tags, '=');
	return columns[1] == NULL || uri_encode(&m->tags, columns[1], lens[1]);
}

bool
meta_read_tags(struct meta *m, const char *body, size_t len, const char **why)
{
	static const char *const columns[] = {"Key", "Value"};

	buf_reset(&m->tags);
	return reply_rows(body, len, "Tagging/TagSet/Tag", columns, 2, on_tag,
	    m, NULL, 0, why);
}

bool
meta_ok(const struct meta *m, const char **why)
{
	*why = m->why;
	return m->why == NULL;
}

bool
meta_opaque(const struct meta *m)
{
	return m->of_directory || strncmp(m->sse, "aws:kms", 7) == 0;
}

bool
meta_header_opaque(const char *name, const char *value)
{
	return strcasecmp(name, "x-amz-server-side-encryption") == 0 &&
	    strncmp(value, "aws:kms", 7) == 0;
}

bool
meta_is_md5(const char *etag, bool parts)
{
	size_t hex = strspn(etag, "0123456789abcdef");

	if (hex != 32)
		return false;
	if (!parts)
		return etag[32] == '\0';
	return etag[32] == '-' && etag[33] != '\0' &&
	    strspn(etag + 33, "0123456789") == strlen(etag + 33);
}

/* --- giving --- */

void
meta_add_headers(const struct meta *m, struct s3req *req)
{
	const char *name = m->lines.data, *value;
	size_t i;

	for (i = 0; i < m->count; i++) {
		value = name + strlen(name) + 1;
		s3req_add_header(req, name, value);
		name = value + strlen(value) + 1;
	}
}

void
meta_add_tags(const struct meta *m, struct s3req *req)
{
	if (m->tags.len > 0)
		s3req_add_header(req, "x-amz-tagging", m->tags.data);
}
