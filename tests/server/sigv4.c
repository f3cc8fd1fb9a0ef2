#include <ctype.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "intake.h"
#include "request.h"
#include "server.h"
#include "sigv4.h"

#define MAX_HEADERS 100
#define SKEW_MS	    900000

/* What the Authorization header, or the query of a presigned URL, says. */
struct claim {
	const char *key_id, *date, *scope, *region, *service;
	char *signed_headers; /* name;name... */
	const char *signature, *token;
	bool presigned;
	uint64_t expires; /* seconds, of a presigned URL */
};

struct field {
	const char *name, *value;
};

struct fields {
	struct request *request;
	size_t n;
	struct field field[MAX_HEADERS];
};

void
sigv4_sha256(const void *p, size_t n, unsigned char out[32])
{
	(void)EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL);
}

void
sigv4_hmac(const void *key, size_t nkey, const void *p, size_t n,
    unsigned char out[32])
{
	(void)HMAC(EVP_sha256(), key, (int)nkey, p, n, out, NULL);
}

static bool
malformed(struct request *r, const char *message)
{
	return request_error(r, 400, "AuthorizationHeaderMalformed", message);
}

/* Splits AKID/DATE/REGION/SERVICE/aws4_request. */
static bool
read_credential(struct request *r, struct claim *c, const char *s)
{
	const char *part[5];
	size_t n[5];

	for (int i = 0; i < 5; i++) {
		n[i] = strcspn(s, "/");
		part[i] = s;
		if (s[n[i]] != (i < 4 ? '/' : '\0') || n[i] == 0)
			return malformed(r,
			    "The authorization header is malformed; the "
			    "Credential is mal-formed; expecting \"<YOUR-AKID>"
			    "/YYYYMMDD/REGION/SERVICE/aws4_request\".");
		s += n[i] + (i < 4);
	}
	c->key_id = mem_pool_dup(&r->pool, part[0], n[0]);
	c->scope = part[1];
	c->region = mem_pool_dup(&r->pool, part[2], n[2]);
	c->service = mem_pool_dup(&r->pool, part[3], n[3]);
	if (strcmp(part[4], "aws4_request") != 0 || n[1] != 8)
		return malformed(r,
		    "The authorization header is malformed; the terminal "
		    "or the date of the scope is wrong.");
	return true;
}

/* The value of NAME=value in a comma-separated list, in the pool. */
static char *
list_value(struct request *r, const char *list, const char *name)
{
	size_t n = strlen(name);

	while (*list != '\0') {
		list += strspn(list, ", ");
		if (strncmp(list, name, n) == 0 && list[n] == '=')
			return mem_pool_dup(&r->pool, list + n + 1,
			    strcspn(list + n + 1, ", "));
		list += strcspn(list, ",");
	}
	return NULL;
}

static bool
read_header(struct request *r, struct claim *c, const char *header)
{
	static const char algorithm[] = "AWS4-HMAC-SHA256";
	const char *credential;

	if (strncmp(header, algorithm, sizeof(algorithm) - 1) != 0 ||
	    header[sizeof(algorithm) - 1] != ' ')
		return request_error(r, 400, "InvalidRequest",
		    "The authorization mechanism you have provided is not "
		    "supported. Please use AWS4-HMAC-SHA256.");
	header += sizeof(algorithm);
	credential = list_value(r, header, "Credential");
	c->signed_headers = list_value(r, header, "SignedHeaders");
	c->signature = list_value(r, header, "Signature");
	c->token = request_header(r, "x-amz-security-token");
	if (c->token == NULL)
		c->token = request_header(r, "x-amz-s3session-token");
	c->date = request_header(r, "x-amz-date");
	if (credential == NULL || c->signed_headers == NULL ||
	    c->signature == NULL)
		return malformed(r,
		    "The authorization header is malformed; a part is "
		    "missing.");
	return read_credential(r, c, credential);
}

static bool
read_query(struct request *r, struct claim *c)
{
	const char *credential = request_param(r, "X-Amz-Credential");
	const char *names = request_param(r, "X-Amz-SignedHeaders");
	const char *expires = request_param(r, "X-Amz-Expires");

	c->presigned = true;
	c->signature = request_param(r, "X-Amz-Signature");
	c->date = request_param(r, "X-Amz-Date");
	c->token = request_param(r, "X-Amz-Security-Token");
	if (credential == NULL || names == NULL || c->signature == NULL ||
	    expires == NULL || !text_number(expires, false, &c->expires) ||
	    c->expires > 604800)
		return request_error(r, 400,
		    "AuthorizationQueryParametersError",
		    "Query-string authentication version 4 requires the "
		    "X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
		    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires "
		    "parameters.");
	c->signed_headers = mem_pool_dup(&r->pool, names, strlen(names));
	return read_credential(r, c, credential);
}

/* 20260102T030405Z to ms; false if it is no such date. */
static bool
read_date(const char *s, int64_t *ms)
{
	int v[6], n = 0;
	static const char width[] = "422222";

	if (s == NULL || strlen(s) != 16 || s[8] != 'T' || s[15] != 'Z')
		return false;
	for (int i = 0; i < 6; i++) {
		v[i] = 0;
		n += i == 3; /* the T */
		for (int k = 0; k < width[i] - '0'; k++, n++) {
			if (!isdigit((unsigned char)s[n]))
				return false;
			v[i] = v[i] * 10 + s[n] - '0';
		}
	}
	*ms = 1000 * text_epoch(v[0], v[1], v[2], v[3], v[4], v[5]);
	return true;
}

static bool
check_date(struct request *r, const struct claim *c)
{
	int64_t sent, now = server_now(r->server) + r->skew;
	struct text extra = {0};

	if (!read_date(c->date, &sent))
		return request_error(r, 403, "AccessDenied",
		    "AWS authentication requires a valid Date or x-amz-date "
		    "header");
	if (strncmp(c->date, c->scope, 8) != 0)
		return request_error(r, 400, "AuthorizationHeaderMalformed",
		    "The authorization header is malformed; Invalid "
		    "credential date. This date is not the same as "
		    "X-Amz-Date.");
	if (c->presigned && now > sent + (int64_t)c->expires * 1000)
		return request_error(
		    r, 403, "AccessDenied", "Request has expired");
	if (sent - now <= SKEW_MS && (now - sent <= SKEW_MS || c->presigned))
		return true;
	text_fmt(&extra, "<RequestTime>%s</RequestTime><ServerTime>", c->date);
	text_iso(&extra, now);
	text_fmt(&extra,
	    "</ServerTime><MaxAllowedSkewMilliseconds>%d"
	    "</MaxAllowedSkewMilliseconds>",
	    SKEW_MS);
	request_error_with(r, 403, "RequestTimeTooSkewed",
	    "The difference between the request time and the current time "
	    "is too large.",
	    extra.p);
	text_fini(&extra);
	return false;
}

static bool
check_key(struct request *r, const struct claim *c)
{
	struct access_key *key = access_find(&r->server->access, c->key_id);

	if (key == NULL)
		return request_error(r, 403, "InvalidAccessKeyId",
		    "The AWS Access Key Id you provided does not exist in our "
		    "records.");
	if ((key->token == NULL) != (c->token == NULL) ||
	    (key->token != NULL && strcmp(key->token, c->token) != 0))
		return request_error(r, 400, "InvalidToken",
		    "The provided token is malformed or otherwise invalid.");
	if (access_expired(key, server_now(r->server))) {
		r->close = true;
		return request_error(
		    r, 400, "ExpiredToken", "The provided token has expired.");
	}
	r->access_key = key;
	r->account = mem_pool_dup(&r->pool, key->account, strlen(key->account));
	return true;
}

static enum MHD_Result
collect(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct fields *f = arg;
	char *lower;

	(void)kind;
	if (f->n == MAX_HEADERS)
		return MHD_NO;
	lower = mem_pool_dup(&f->request->pool, name, strlen(name));
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	f->field[f->n].name = lower;
	f->field[f->n++].value = value != NULL ? value : "";
	return MHD_YES;
}

/* Is name one of the semicolon-separated names? */
static bool
is_signed(const char *names, const char *name)
{
	size_t n = strlen(name);

	while (*names != '\0') {
		size_t k = strcspn(names, ";");

		if (k == n && strncmp(names, name, n) == 0)
			return true;
		names += k + (names[k] == ';');
	}
	return false;
}

static bool
check_signed_headers(
    struct request *r, const struct claim *c, const struct fields *f)
{
	char extra[300];

	for (size_t i = 0; i < f->n; i++) {
		const char *name = f->field[i].name;

		if ((strncmp(name, "x-amz-", 6) != 0 &&
			strcmp(name, "host") != 0) ||
		    is_signed(c->signed_headers, name))
			continue;
		(void)snprintf(extra, sizeof(extra),
		    "<HeadersNotSigned>%.200s</HeadersNotSigned>", name);
		return request_error_with(r, 403, "AccessDenied",
		    "There were headers present in the request which were "
		    "not signed",
		    extra);
	}
	return true;
}

/* A header's value without outer blanks, inner runs squeezed. */
static void
add_trimmed(struct text *t, const char *s)
{
	s += strspn(s, " \t");
	while (*s != '\0') {
		size_t n = strcspn(s, " \t");

		text_add(t, s, n);
		s += n;
		n = strspn(s, " \t");
		s += n;
		if (n > 0 && *s != '\0')
			text_char(t, ' ');
	}
}

static void
add_headers(struct text *t, const struct claim *c, const struct fields *f)
{
	const char *names = c->signed_headers;

	while (*names != '\0') {
		size_t n = strcspn(names, ";");
		bool first = true;

		text_add(t, names, n);
		text_char(t, ':');
		for (size_t i = 0; i < f->n; i++) {
			if (strlen(f->field[i].name) != n ||
			    strncmp(f->field[i].name, names, n) != 0)
				continue;
			if (!first)
				text_char(t, ',');
			add_trimmed(t, f->field[i].value);
			first = false;
		}
		text_char(t, '\n');
		names += n + (names[n] == ';');
	}
}

static int
compare_params(const void *a, const void *b)
{
	const struct request_param *x = a, *y = b;
	int order = strcmp(x->raw_name, y->raw_name);

	return order != 0 ? order : strcmp(x->raw_value, y->raw_value);
}

static const char *
encoded(struct request *r, const char *s, size_t n)
{
	struct text t = {0};
	char *p;

	text_uri(&t, s, n, false);
	p = mem_pool_dup(&r->pool, t.p != NULL ? t.p : "", t.n);
	text_fini(&t);
	return p;
}

static void
add_query(struct text *t, struct request *r, const struct claim *c)
{
	struct request_param *sorted = mem_pool_alloc(
	    &r->pool, (r->nparams + 1) * sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < r->nparams; i++) {
		const struct request_param *p = &r->param[i];

		if (c->presigned && strcmp(p->name, "X-Amz-Signature") == 0)
			continue;
		sorted[n].raw_name = encoded(r, p->name, strlen(p->name));
		sorted[n++].raw_value = encoded(r, p->value, p->value_length);
	}
	qsort(sorted, n, sizeof(*sorted), compare_params);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			text_char(t, '&');
		text_str(t, sorted[i].raw_name);
		text_char(t, '=');
		text_str(t, sorted[i].raw_value);
	}
}

static void
add_path(struct text *t, struct request *r)
{
	size_t n = strlen(r->raw_path);
	char *path = mem_pool_dup(&r->pool, r->raw_path, n);

	n = text_unescape(path, n, true);
	text_uri(t, path, n, true);
}

static void
canonical_request(struct text *t, struct request *r, const struct claim *c,
    const struct fields *f)
{
	text_str(t, r->method);
	text_char(t, '\n');
	add_path(t, r);
	text_char(t, '\n');
	add_query(t, r, c);
	text_char(t, '\n');
	add_headers(t, c, f);
	text_char(t, '\n');
	text_str(t, c->signed_headers);
	text_char(t, '\n');
	text_str(t, r->payload_hash);
}

/* The signing key of the scope, derived once a day and region. */
static const unsigned char *
signing_key(struct access_key *key, const struct claim *c)
{
	char scope[80], secret[300];
	unsigned char a[32], b[32];
	struct access_derived *d;

	(void)snprintf(scope, sizeof(scope), "%.8s/%.40s/%.20s", c->scope,
	    c->region, c->service);
	for (int i = 0; i < ACCESS_DERIVED; i++)
		if (strcmp(key->derived[i].scope, scope) == 0)
			return key->derived[i].key;
	d = &key->derived[key->next_derived++ % ACCESS_DERIVED];
	(void)snprintf(secret, sizeof(secret), "AWS4%.290s", key->secret);
	sigv4_hmac(secret, strlen(secret), c->scope, 8, a);
	sigv4_hmac(a, 32, c->region, strlen(c->region), b);
	sigv4_hmac(b, 32, c->service, strlen(c->service), a);
	sigv4_hmac(a, 32, "aws4_request", 12, d->key);
	memcpy(d->scope, scope, sizeof(scope));
	return d->key;
}

static bool
mismatch(struct request *r, const struct claim *c, const struct text *canon,
    const struct text *to_sign)
{
	struct text extra = {0};

	text_str(&extra, "<AWSAccessKeyId>");
	text_xml(&extra, c->key_id, strlen(c->key_id));
	text_str(&extra, "</AWSAccessKeyId><StringToSign>");
	text_xml(&extra, to_sign->p, to_sign->n);
	text_str(&extra, "</StringToSign><SignatureProvided>");
	text_xml(&extra, c->signature, strlen(c->signature));
	text_str(&extra, "</SignatureProvided><CanonicalRequest>");
	text_xml(&extra, canon->p, canon->n);
	text_str(&extra, "</CanonicalRequest>");
	request_error_with(r, 403, "SignatureDoesNotMatch",
	    "The request signature we calculated does not match the "
	    "signature you provided. Check your key and signing method.",
	    extra.p);
	text_fini(&extra);
	return false;
}

static bool
check_signature(
    struct request *r, const struct claim *c, const struct fields *f)
{
	struct text canon = {0}, to_sign = {0}, signature = {0};
	unsigned char hash[32];
	bool ok;

	canonical_request(&canon, r, c, f);
	sigv4_sha256(canon.p, canon.n, hash);
	text_fmt(&to_sign, "AWS4-HMAC-SHA256\n%s\n%s\n", c->date, c->scope);
	text_hex(&to_sign, hash, 32);
	memcpy(r->signing_key, signing_key(r->access_key, c), 32);
	sigv4_hmac(r->signing_key, 32, to_sign.p, to_sign.n, hash);
	text_hex(&signature, hash, 32);
	ok = strcmp(signature.p, c->signature) == 0 ||
	    mismatch(r, c, &canon, &to_sign);
	text_fini(&canon);
	text_fini(&to_sign);
	text_fini(&signature);
	return ok;
}

static bool
check_service(struct request *r, const struct claim *c, const char *service)
{
	struct text extra = {0};

	if (strcmp(c->service, service) == 0 ||
	    (strcmp(service, "s3") == 0 &&
		strcmp(c->service, "s3express") == 0))
		return true;
	text_fmt(&extra,
	    "The authorization header is malformed; incorrect "
	    "service. This endpoint belongs to \"%s\".",
	    service);
	(void)malformed(r, extra.p);
	text_fini(&extra);
	return false;
}

static bool
payload_hash(struct request *r, const struct claim *c, const char *service)
{
	r->payload_hash = request_header(r, "x-amz-content-sha256");
	if (c->presigned) {
		r->payload_hash = "UNSIGNED-PAYLOAD";
	} else if (r->payload_hash == NULL) {
		unsigned char hash[32];
		struct text hex = {0};

		if (strcmp(service, "s3") == 0)
			return request_error(r, 400, "MissingSecurityHeader",
			    "Your request was missing a required header: "
			    "x-amz-content-sha256");
		sigv4_sha256(r->body.p, r->body.n, hash);
		text_hex(&hex, hash, 32);
		r->payload_hash = mem_pool_dup(&r->pool, hex.p, hex.n);
		text_fini(&hex);
	}
	return true;
}

bool
sigv4_check(struct request *r, const char *service)
{
	const char *header = request_header(r, "authorization");
	struct claim c = {0};
	struct fields f;

	if (header == NULL && request_param(r, "X-Amz-Algorithm") == NULL)
		return true;
	f.n = 0;
	f.request = r;
	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, collect, &f);
	if (!(header != NULL ? read_header(r, &c, header) : read_query(r, &c)))
		return false;
	r->scope = c.scope;
	r->date = c.date;
	r->signature = c.signature;
	return payload_hash(r, &c, service) && check_key(r, &c) &&
	    check_service(r, &c, service) && check_date(r, &c) &&
	    check_signed_headers(r, &c, &f) && check_signature(r, &c, &f);
}

const char *
sigv4_region(struct request *r)
{
	const char *region;

	if (r->scope == NULL)
		return NULL;
	region = r->scope + 9;
	return mem_pool_dup(&r->pool, region, strcspn(region, "/"));
}

bool
sigv4_check_body(struct request *r)
{
	unsigned char hash[32];
	struct text hex = {0};
	bool same;

	if (r->payload_hash == NULL || strlen(r->payload_hash) != 64)
		return true;
	/* Most requests have no body: spare them the hash. */
	if (r->body.n == 0 && r->intake == NULL &&
	    strcmp(r->payload_hash,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
		"b855") == 0)
		return true;
	if (r->intake != NULL)
		memcpy(hash, intake_sha256(r->intake), sizeof(hash));
	else
		sigv4_sha256(r->body.p, r->body.n, hash);
	text_hex(&hex, hash, 32);
	same = strcasecmp(hex.p, r->payload_hash) == 0;
	text_fini(&hex);
	return same ||
	    request_error(r, 400, "XAmzContentSHA256Mismatch",
		"The provided 'x-amz-content-sha256' header does not match "
		"what was computed.");
}
