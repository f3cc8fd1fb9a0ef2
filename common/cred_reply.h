#ifndef CRED_REPLY_H
#define CRED_REPLY_H

/*
 * The documents that hold keys, read into job->out.  Each returns false with
 * job->fail set when the document is no such thing.
 */

#include <stdbool.h>
#include <stddef.h>

#include "cred_job.h"

/* credential_process: Version 1, AccessKeyId, SecretAccessKey, and maybe
 * SessionToken and Expiration. */
bool cred_reply_process(struct cred_job *job, const char *p, size_t len);
/* Container and instance metadata: AccessKeyId, SecretAccessKey, Token,
 * Expiration, and for the latter Code, which is "Success". */
bool cred_reply_metadata(struct cred_job *job, const char *p, size_t len);
/* SSO: roleCredentials with accessKeyId, secretAccessKey, sessionToken and
 * expiration in ms. */
bool cred_reply_sso(struct cred_job *job, const char *p, size_t len);
/* STS: XML; action is "AssumeRole" or "AssumeRoleWithWebIdentity". */
bool cred_reply_sts(
    struct cred_job *job, const char *action, const char *p, size_t len);

#endif
