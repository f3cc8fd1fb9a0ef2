#ifndef HTTP_H
#define HTTP_H

/*
 * Many HTTP requests over libcurl multi handles, each reported exactly once.
 * The only file that sees libcurl is http.c.
 *
 * Promises: done runs exactly once for each submitted request, from the loop,
 * never from inside http_submit() or http_cancel(); after it the request is
 * the caller's again.  This layer reports bytes and a failure; it never
 * retries, never follows redirects and never reads an S3 error.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"
#include "loop.h"

struct http;
struct http_req;

enum http_flow {
	HTTP_GO,	/* taken; go on */
	HTTP_PAUSE,	/* nothing taken: offer it again after http_resume() */
	HTTP_ABORT	/* end the request; done says FAIL_CANCELLED */
};

/* One response header line: name as sent, value trimmed, NUL-terminated both.
 * Not called for interim (1xx) responses nor for a proxy's. */
typedef void http_header_fn(struct http_req *req, const char *name,
    const char *value);
/* Bytes of the response body.  req->status is known by then. */
typedef enum http_flow http_data_fn(struct http_req *req, const char *p,
    size_t len);
/* Fill p with up to room bytes of the request's body and set *len; HTTP_GO
 * with *len 0 is not allowed before body_len bytes were given. */
typedef enum http_flow http_source_fn(struct http_req *req, char *p,
    size_t room, size_t *len);
/* The response is complete whatever its status (f->kind FAIL_NONE), or none
 * came whole (FAIL_TRANSIENT, FAIL_TLS, FAIL_PROTOCOL, FAIL_LOCAL,
 * FAIL_CANCELLED; f->unanswered: the request may have been carried out). */
typedef void http_done_fn(struct http_req *req, const struct fail *f);

#define HTTP_NO_PROXY	0x01	/* link-local services: never by a proxy */
#define HTTP_LONG	0x02	/* the answer may take minutes (copies) */
#define HTTP_INSECURE	0x04	/* do not verify the certificate */
#define HTTP_STREAM	0x08	/* large bodies: large buffers, and a stalled
				 * transfer ends after 30 s */
#define HTTP_ONCE	0x10	/* must not be sent a second time by libcurl
				 * itself when a kept connection turns out dead */

struct http_req {
	/* set by the caller; all that is pointed to must outlive the request */
	const char	*method;	/* GET HEAD PUT POST DELETE */
	const char	*url;		/* encoded; sent as it is */
	char	*const	*headers; /* "Name: value", nheaders of them */
	size_t		 nheaders;
	const void	*body;		/* NULL: none, or source gives it */
	uint64_t	 body_len;	/* PUT and POST always send a length */
	http_source_fn	*source;	/* gives body_len bytes, if body NULL */
	http_header_fn	*header;	/* may be NULL */
	http_data_fn	*data;		/* may be NULL: the body is dropped */
	http_done_fn	*done;
	void		*arg;		/* the caller's */
	unsigned	 flags;
	int		 timeout;	/* ms for the whole; 0: the default */
	const char	*ca_bundle;	/* file; NULL: the default */
	/* set before done runs, status and content_length before data does */
	int		 status;
	int64_t		 content_length;	/* -1: not said */
	/* private */
	struct http_slot *slot;		/* in http; NULL when not submitted */
};

#define HTTP_HEADERS_MAX 112

struct http_stats {
	uint64_t	requests;
	uint64_t	connections;	/* opened */
	uint64_t	bytes_in, bytes_out;	/* bodies */
};

struct http *http_new(void);
/* What is still open ends as cancelled first; its done runs from here. */
void	http_free(struct http *h);
/* The waiter for loop_new(): arg is the struct http. */
void	http_wait(void *arg, struct pollfd *fds, size_t count, int timeout);
/* The loop that deferred completions run from; once, before the first use. */
void	http_set_loop(struct http *h, struct loop *loop);

/* Not from a header, data or source callback; all else may be called there. */
void	http_submit(struct http *h, struct http_req *req);
/* End it; done will say FAIL_CANCELLED.  Harmless when it is already over. */
void	http_cancel(struct http *h, struct http_req *req);
/* After HTTP_PAUSE by data or source: offer again, from the loop. */
void	http_resume(struct http *h, struct http_req *req);

const struct http_stats *http_stats(const struct http *h);
const char *http_version(void);		/* libcurl's, for --version */

#endif
