/*
 * Verification of AWS Signature Version 4, in headers or presigned, as AWS
 * documents it ("Authenticating Requests (AWS Signature Version 4)"). The
 * canonical request is made from the target as it was sent: it is decoded and
 * encoded again once, but no segment is merged, dropped or resolved.
 */
#ifndef SIGV4_H
#define SIGV4_H

#include <stdbool.h>
#include <stddef.h>

struct request;

/*
 * Checks who sent the request and fills in its account fields. On failure the
 * answer is the error that AWS would give, and false comes back. A request
 * without any signature passes with account NULL. service is what the scope
 * must name; "s3" also takes s3express.
 */
bool sigv4_check(struct request *, const char *service);
/* The region that the scope names, or NULL of an unsigned request. */
const char *sigv4_region(struct request *);
/* Does the body agree with x-amz-content-sha256 (where that is a hash)? */
bool sigv4_check_body(struct request *);

void sigv4_sha256(const void *, size_t, unsigned char out[32]);
void sigv4_hmac(
    const void *key, size_t, const void *, size_t, unsigned char out[32]);

#endif
