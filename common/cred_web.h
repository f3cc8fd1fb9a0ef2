#ifndef CRED_WEB_H
#define CRED_WEB_H

/*
 * One small request of a provider to the service that gives it credentials:
 * bounded, timed, tried again when it fails for a passing reason (no answer,
 * 429, 5xx).  The answer's body is cleansed when the callback returns.
 */

#include <stddef.h>

#include "cred_job.h"

struct cred_answer {
	int status;	  /* HTTP; 0: there was no answer */
	const char *body; /* NUL-terminated */
	size_t len;
	const struct fail *fail; /* why there was none */
};

/* Runs from the loop.  May start another request of the same job. */
typedef void
cred_answer_fn(struct cred_job *job, const struct cred_answer *answer);

struct cred_web {
	const char *method, *url;
	const char *headers[8]; /* "Name: value"; NULL ends them */
	const char *body;	/* NULL: none */
	size_t body_len;
	unsigned flags; /* HTTP_NO_PROXY */
	int timeout;	/* ms, each attempt; 0: 20 s */
	int attempts;	/* 0: 4; a renewal has at least 10 */
	cred_answer_fn *fn;
};

/* All of web is copied. */
void cred_web_send(struct cred_job *job, const struct cred_web *web);
/* No callback will come.  Harmless when nothing is under way. */
void cred_web_cancel(struct cred_job *job);
/* "HTTP 403" or the failure's text, for a message; borrowed from to. */
const char *
cred_web_phrase(const struct cred_answer *answer, char *to, size_t room);

#endif
