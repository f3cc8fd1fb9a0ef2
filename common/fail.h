#ifndef FAIL_H
#define FAIL_H

/*
 * The value that says why an operation failed and what kind of failure it is.
 *
 * The kind drives policy, the text is for people: no code ever compares text.
 * A struct fail is copied freely; it owns nothing and never holds a secret.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fail_kind {
	FAIL_NONE,	   /* no failure */
	FAIL_NOTFOUND,	   /* the key (or upload) is not there */
	FAIL_NOBUCKET,	   /* the bucket is not there */
	FAIL_DENIED,	   /* no right to do this */
	FAIL_AMBIGUOUS,	   /* a HEAD's bare 400 or 403: one cannot know */
	FAIL_CREDENTIALS,  /* none found, or the store does not know them */
	FAIL_EXPIRED,	   /* the session token is too old: renew, again */
	FAIL_SKEW,	   /* our clock is off: correct, again */
	FAIL_REDIRECT,	   /* the bucket lives elsewhere */
	FAIL_THROTTLED,	   /* the store asks for less */
	FAIL_TRANSIENT,	   /* may work when tried again */
	FAIL_CONFLICT,	   /* 409: another writer; may work again */
	FAIL_PRECONDITION, /* 412: If-Match or If-None-Match said no */
	FAIL_TOOBIG,	   /* the store copies this only in parts */
	FAIL_ARCHIVED,	   /* the object must be restored first */
	FAIL_UNSUPPORTED,  /* the store does not know what was asked */
	FAIL_INVALID,	   /* the request was refused as wrong (other 4xx) */
	FAIL_PROTOCOL,	   /* the answer makes no sense */
	FAIL_TLS,	   /* no trust in the other side's certificate */
	FAIL_LOCAL,	   /* this machine: files, memory, configuration */
	FAIL_CANCELLED	   /* given up by us */
};

struct fail {
	enum fail_kind	kind;
	int		status;		 /* HTTP status, 0 if none came */
	int		curl;		 /* libcurl's code, 0 if none */
	int64_t		retry_after;	 /* ms asked for by the store, or 0 */
	bool		unanswered;	 /* sent, and maybe carried out */
	char		code[64];	 /* S3's error code, "" if unknown */
	char		request_id[64];	 /* "" if unknown */
	char		text[256];	 /* what happened, raw bytes */
};

void	fail_clear(struct fail *f);
void	fail_set(struct fail *f, enum fail_kind kind, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/*
 * The whole failure as one phrase, such as
 *	AccessDenied: Access Denied (HTTP 403, request 4442587FB7D0A2F9)
 * into to, which has room bytes; diag makes it printable.  Returns to.
 */
const char *fail_phrase(const struct fail *f, char *to, size_t room);
const char *fail_kind_name(enum fail_kind kind);	/* for --debug */

#endif
