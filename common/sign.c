#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limit.h"
#include "sign.h"
#include "xalloc.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define DAY	  8 /* YYYYMMDD, of the date */

struct sign {
	/* The keyed MAC and what it was made of; NULL at first. */
	struct hash_mac *mac;
	char *secret, *region, *service;
	char day[DAY + 1];
	/* of the last signature */
	struct buf canonical, names, to_sign;
};

struct sign *
sign_new(void)
{
	struct sign *s = xcalloc(1, sizeof(*s));

	buf_init(&s->canonical, 2 * (LIMIT_URL + LIMIT_REQUEST_HEADERS));
	buf_init(&s->names, LIMIT_REQUEST_HEADERS);
	buf_init(&s->to_sign, LIMIT_REQUEST_HEADERS);
	return s;
}

static void
forget_key(struct sign *s)
{
	hash_mac_free(s->mac);
	s->mac = NULL;
	if (s->secret != NULL)
		hash_cleanse(s->secret, strlen(s->secret));
	free(s->secret);
	free(s->region);
	free(s->service);
	s->secret = s->region = s->service = NULL;
}

void
sign_free(struct sign *s)
{
	if (s == NULL)
		return;
	forget_key(s);
	/* It holds the session token. */
	hash_cleanse(s->canonical.data, s->canonical.room);
	buf_fini(&s->canonical);
	buf_fini(&s->names);
	buf_fini(&s->to_sign);
	free(s);
}

/* The next key of the chain: HMAC(key, text). */
static void
derive(unsigned char key[HASH_SHA256], const char *text, size_t len)
{
	struct hash_mac *mac = hash_mac_new(key, HASH_SHA256);

	hash_mac(mac, text, len, key);
	hash_mac_free(mac);
}

static void
make_key(struct sign *s, const struct sign_request *req)
{
	unsigned char key[HASH_SHA256];
	struct hash_mac *mac;
	struct buf first;

	buf_init(&first, strlen(req->secret) + 4);
	/* all its room at once, so that no copy of the secret stays behind */
	buf_space(&first, strlen(req->secret) + 4);
	buf_adds(&first, "AWS4");
	buf_adds(&first, req->secret);
	mac = hash_mac_new(first.data, first.len);
	hash_mac(mac, req->date, DAY, key);
	hash_mac_free(mac);
	hash_cleanse(first.data, first.room);
	buf_fini(&first);
	derive(key, req->region, strlen(req->region));
	derive(key, req->service, strlen(req->service));
	derive(key, "aws4_request", 12);
	s->mac = hash_mac_new(key, sizeof(key));
	hash_cleanse(key, sizeof(key));
}

/* The keyed MAC for this request: the cached one or a new one. */
static struct hash_mac *
keyed(struct sign *s, const struct sign_request *req)
{
	if (s->mac != NULL && memcmp(s->day, req->date, DAY) == 0 &&
	    strcmp(s->region, req->region) == 0 &&
	    strcmp(s->service, req->service) == 0 &&
	    strcmp(s->secret, req->secret) == 0)
		return s->mac;
	forget_key(s);
	make_key(s, req);
	memcpy(s->day, req->date, DAY);
	s->region = xstrdup(req->region);
	s->service = xstrdup(req->service);
	s->secret = xstrdup(req->secret);
	return s->mac;
}

/* By insertion: a dozen headers, mostly in order already, and stable. */
static void
sort_headers(struct sign_header *h, size_t n)
{
	struct sign_header moved;
	size_t i, j;

	for (i = 1; i < n; i++) {
		moved = h[i];
		for (j = i; j > 0 && strcmp(moved.name, h[j - 1].name) < 0; j--)
			h[j] = h[j - 1];
		h[j] = moved;
	}
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Blanks at both ends go, runs of them inside become one space: what the
 * server does to the value before it computes its own signature. */
static void
add_value(struct buf *b, const char *value)
{
	const char *end = value + strlen(value);
	const char *word;

	while (end > value && blank(end[-1]))
		end--;
	while (value < end && blank(*value))
		value++;
	while (value < end) {
		for (word = value; value < end && !blank(*value); value++)
			;
		buf_add(b, word, (size_t)(value - word));
		if (value < end)
			buf_addc(b, ' ');
		while (value < end && blank(*value))
			value++;
	}
}

/* One line for each name; the values of a repeated one joined by commas. */
static void
add_headers(struct sign *s, const struct sign_header *h, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0 && strcmp(h[i].name, h[i - 1].name) == 0) {
			buf_addc(&s->canonical, ',');
			add_value(&s->canonical, h[i].value);
			continue;
		}
		if (i > 0) {
			buf_addc(&s->canonical, '\n');
			buf_addc(&s->names, ';');
		}
		buf_adds(&s->canonical, h[i].name);
		buf_addc(&s->canonical, ':');
		add_value(&s->canonical, h[i].value);
		buf_adds(&s->names, h[i].name);
	}
	if (n > 0)
		buf_addc(&s->canonical, '\n');
}

static void
make_canonical(struct sign *s, const struct sign_request *req)
{
	struct buf *b = &s->canonical;

	buf_reset(b);
	buf_reset(&s->names);
	buf_adds(b, req->method);
	buf_addc(b, '\n');
	buf_adds(b, req->path);
	buf_addc(b, '\n');
	buf_adds(b, req->query);
	buf_addc(b, '\n');
	add_headers(s, req->headers, req->nheaders);
	buf_addc(b, '\n');
	buf_add(b, s->names.data, s->names.len);
	buf_addc(b, '\n');
	buf_adds(b, req->payload_hash);
}

static void
add_scope(struct buf *b, const struct sign_request *req)
{
	buf_add(b, req->date, DAY);
	buf_addc(b, '/');
	buf_adds(b, req->region);
	buf_addc(b, '/');
	buf_adds(b, req->service);
	buf_adds(b, "/aws4_request");
}

static void
make_string_to_sign(struct sign *s, const struct sign_request *req)
{
	struct buf *b = &s->to_sign;
	unsigned char digest[HASH_SHA256];
	char hex[2 * HASH_SHA256 + 1];

	hash_sha256(s->canonical.data, s->canonical.len, digest);
	hash_hex(digest, sizeof(digest), hex);
	buf_reset(b);
	buf_adds(b, ALGORITHM "\n");
	buf_adds(b, req->date);
	buf_addc(b, '\n');
	add_scope(b, req);
	buf_addc(b, '\n');
	buf_add(b, hex, sizeof(hex) - 1);
}

bool
sign_authorization(struct sign *s, struct sign_request *req, struct buf *out)
{
	unsigned char digest[HASH_SHA256];
	char hex[2 * HASH_SHA256 + 1];

	if (strlen(req->date) < DAY)
		return false;
	sort_headers(req->headers, req->nheaders);
	make_canonical(s, req);
	make_string_to_sign(s, req);
	if (!buf_ok(&s->canonical) || !buf_ok(&s->names) ||
	    !buf_ok(&s->to_sign))
		return false;
	hash_mac(keyed(s, req), s->to_sign.data, s->to_sign.len, digest);
	hash_hex(digest, sizeof(digest), hex);
	buf_adds(out, ALGORITHM " Credential=");
	buf_adds(out, req->access_key);
	buf_addc(out, '/');
	add_scope(out, req);
	buf_adds(out, ", SignedHeaders=");
	buf_add(out, s->names.data, s->names.len);
	buf_adds(out, ", Signature=");
	buf_add(out, hex, sizeof(hex) - 1);
	return buf_ok(out);
}

const char *
sign_canonical_request(const struct sign *s)
{
	return s->canonical.data;
}

const char *
sign_string_to_sign(const struct sign *s)
{
	return s->to_sign.data;
}
