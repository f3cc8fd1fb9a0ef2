#include <stdlib.h>
#include <string.h>

#include "chunked.h"
#include "request.h"
#include "sigv4.h"

#define EMPTY_HASH \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct decoder {
	struct request *request;
	const char *at, *end;
	char previous[65]; /* signature */
	bool is_signed;
	struct text out;
};

static bool
bad(struct request *r)
{
	return request_error(r, 400, "IncompleteBody",
	    "The request body terminated unexpectedly");
}

/* A line without its CRLF, in the pool; NULL at the end. */
static char *
line(struct decoder *d)
{
	const char *start = d->at, *p;

	for (p = start; p + 1 < d->end; p++) {
		if (p[0] == '\r' && p[1] == '\n') {
			d->at = p + 2;
			return mem_pool_dup(
			    &d->request->pool, start, (size_t)(p - start));
		}
	}
	return NULL;
}

static bool
chunk_signature(
    struct decoder *d, const char *given, const char *data, size_t n)
{
	struct request *r = d->request;
	struct text s = {0}, hex = {0};
	unsigned char hash[32];
	bool ok;

	text_fmt(&s, "AWS4-HMAC-SHA256-PAYLOAD\n%s\n%s\n%s\n%s\n", r->date,
	    r->scope, d->previous, EMPTY_HASH);
	sigv4_sha256(data, n, hash);
	text_hex(&s, hash, 32);
	sigv4_hmac(r->signing_key, 32, s.p, s.n, hash);
	text_hex(&hex, hash, 32);
	ok = strncmp(hex.p, given, 64) == 0;
	memcpy(d->previous, hex.p, 65);
	text_fini(&s);
	text_fini(&hex);
	return ok ||
	    request_error(r, 403, "SignatureDoesNotMatch",
		"A chunk's signature does not match.");
}

static bool
chunk(struct decoder *d, size_t *n)
{
	char *head = line(d), *signature, *stop;
	unsigned long long size;

	if (head == NULL)
		return bad(d->request);
	size = strtoull(head, &stop, 16);
	if (stop == head || size > (size_t)(d->end - d->at))
		return bad(d->request);
	*n = (size_t)size;
	signature = strstr(head, "chunk-signature=");
	if (d->is_signed &&
	    (signature == NULL ||
		!chunk_signature(d, signature + 16, d->at, *n)))
		return signature != NULL ? false : bad(d->request);
	text_add(&d->out, d->at, *n);
	d->at += *n;
	if (*n == 0)
		return true;
	if (d->end - d->at < 2 || memcmp(d->at, "\r\n", 2) != 0)
		return bad(d->request);
	d->at += 2;
	return true;
}

static void
trailers(struct decoder *d)
{
	char *s, *colon;

	while ((s = line(d)) != NULL && *s != '\0') {
		struct request_header *h = mem_pool_alloc(
		    &d->request->pool, sizeof(*h));

		colon = strchr(s, ':');
		if (colon == NULL)
			continue;
		*colon = '\0';
		h->name = s;
		h->value = colon + 1 + strspn(colon + 1, " ");
		h->next = d->request->trailer;
		d->request->trailer = h;
	}
}

bool
chunked_decode(struct request *r)
{
	struct decoder d = {.request = r};
	const char *length = request_header(r, "x-amz-decoded-content-length");
	uint64_t expected;
	size_t n = 1;
	bool ok = true;

	if (r->payload_hash == NULL ||
	    strncmp(r->payload_hash, "STREAMING-", 10) != 0)
		return true;
	if (length == NULL || !text_number(length, false, &expected))
		return request_error(r, 411, "MissingContentLength",
		    "You must provide x-amz-decoded-content-length.");
	d.is_signed = strncmp(r->payload_hash, "STREAMING-AWS4-HMAC", 19) == 0;
	d.at = r->body.p;
	d.end = d.at + r->body.n;
	if (d.is_signed)
		memcpy(d.previous, r->signature, 64);
	while (ok && n > 0)
		ok = chunk(&d, &n);
	if (ok) {
		trailers(&d);
		ok = d.out.n == expected || bad(r);
	}
	text_fini(&r->body);
	r->body = d.out;
	return ok;
}
