#ifndef SIGN_H
#define SIGN_H

/*
 * AWS Signature Version 4 for S3 (AWS "Authenticating Requests: Using the
 * Authorization Header"), by our own code: libcurl's differs by version.
 *
 * The signing key of (secret, date, region, service) is cached as a keyed MAC
 * in struct sign, so a request costs two hashes and one HMAC.
 */

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

#define SIGN_EMPTY_SHA256 \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SIGN_UNSIGNED "UNSIGNED-PAYLOAD"

struct sign_header {
	const char	*name;	/* lower case */
	const char	*value;	/* signed without outer blanks, inner runs of
				 * blanks as one space */
};

struct sign_request {
	const char	*method;
	const char	*path;		/* encoded, exactly as on the wire */
	const char	*query;		/* encoded and sorted; "" for none */
	struct sign_header *headers;	/* host and every x-amz-*; is sorted */
	size_t		 nheaders;
	const char	*payload_hash;	/* as in x-amz-content-sha256 */
	const char	*date;		/* YYYYMMDDTHHMMSSZ, as in x-amz-date */
	const char	*region;
	const char	*service;	/* "s3", "s3express", "sts" */
	const char	*access_key;
	const char	*secret;
};

struct sign;	/* the cache and scratch space; one for each credential */

struct sign *sign_new(void);
void	sign_free(struct sign *s);	/* cleanses */

/*
 * Append the value of the Authorization header to out; false only when out's
 * maximum was passed, or those of limit.h by the request itself.  Sorts
 * req->headers by name (a stable sort, so repeated names keep their order).
 * A changed secret, date, region or service makes a new key by itself.
 */
bool	sign_authorization(struct sign *s, struct sign_request *req,
	    struct buf *out);

/* The steps, for tests: a vector that fails shows which one broke.  Both are
 * those of the last sign_authorization() and valid until the next. */
const char *sign_canonical_request(const struct sign *s);
const char *sign_string_to_sign(const struct sign *s);

#endif
