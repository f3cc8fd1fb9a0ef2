#ifndef S3REQ_H
#define S3REQ_H

/*
 * One S3 operation, from the wish to a final answer: waits for the window,
 * gets credentials, resolves the endpoint, signs afresh for each attempt,
 * sends, reads the answer, and tries again where that can help.
 *
 * Mended here, unseen by the caller: throttling and transient failures (up to
 * the number of attempts), a wrong region (followed once, remembered, told
 * once), clock skew (corrected from the server's Date), expired tokens
 * (renewed), and the bare 400 and 403 of a HEAD (asked again as a GET of one
 * byte, whose answer has a reason).  Where no answer comes from a store that
 * is asked by plain HTTP, its port is asked once whether it speaks TLS.  An
 * <Error> inside a 200 is a failure, and so is an object without an ETag.
 *
 * Promises: done runs exactly once, from the loop, never from inside
 * s3req_start() or s3req_cancel(); after it the struct is the caller's again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "engine.h"
#include "fail.h"
#include "http.h"
#include "s3bucket.h"
#include "s3op.h"

struct s3req;

/* What all requests of a program share; made by app. */
struct s3req_env {
	struct loop	*loop;
	struct http	*http;
	struct engine	*engine;
	struct xml_desk	*desk;		/* for listing pages; may be NULL */
	int		 attempts;	/* --retries: for one request */
	/* Something that the user should be told once: a followed redirect,
	 * a clock that is off.  One line; may be NULL. */
	void		(*notice)(const char *text);
	uint64_t	 counts[S3OP_COUNT];	/* requests sent */
};

/* A response header of an attempt that ends well (2xx). */
typedef void s3req_header_fn(struct s3req *req, const char *name,
    const char *value);
/* Bytes of a 2xx body.  Without this, the body is kept in req->reply. */
typedef enum http_flow s3req_data_fn(struct s3req *req, const char *p,
    size_t len);
/* Bytes to send; see http_source_fn. */
typedef enum http_flow s3req_source_fn(struct s3req *req, char *p,
    size_t room, size_t *len);
/* A new attempt begins: forget what headers and data have brought, and begin
 * the source anew. */
typedef void s3req_restart_fn(struct s3req *req);
/* All of a 2xx body was given: is it whole and well-formed?  False, with f
 * set, makes the attempt a failed one (FAIL_PROTOCOL: it is tried again). */
typedef bool s3req_check_fn(struct s3req *req, struct fail *f);
typedef void s3req_done_fn(struct s3req *req, const struct fail *f);

struct s3req_header {
	const char	*name;		/* lower case, a literal */
	const char	*value;		/* no CR, LF or NUL */
};

#define S3REQ_HEADERS_MAX 96

#define S3REQ_ONCE   0x01 /* not idempotent: when an attempt may have been
			   * carried out without our knowing (f->unanswered),
			   * say so instead of trying again */
#define S3REQ_STREAM 0x02 /* a large body either way */
#define S3REQ_NOT_RETRIED 0x04 /* one attempt: on the way out */
#define S3REQ_AHEAD  0x08 /* ends what has begun: goes before new requests */
#define S3REQ_BESIDE 0x10 /* needed by a request that is in flight and waits
			   * for it: goes without waiting for the window */

struct s3req {
	/* --- set by the caller before s3req_start(), kept until done --- */
	struct s3req_env *env;
	struct s3bucket	*bucket;
	enum s3op	 op;
	const char	*key;		/* whole key; NULL: the bucket itself */
	size_t		 key_len;
	const char	*query;		/* encoded, ascending; NULL: none */
	struct s3req_header headers[S3REQ_HEADERS_MAX];
	size_t		 nheaders;
	const char	*body;		/* NULL: none, or source gives it */
	uint64_t	 body_len;
	const char	*payload_hash;	/* of a sourced body; NULL: unsigned */
	unsigned	 flags;
	s3req_source_fn	*source;	/* the callbacks but done may be NULL */
	s3req_header_fn	*header;
	s3req_data_fn	*data;
	s3req_restart_fn *restart;
	s3req_check_fn	*check;
	s3req_done_fn	*done;
	void		*arg;

	/* --- to be read when done runs --- */
	int		 status;	/* of the last answer */
	int64_t		 content_length; /* -1: not said */
	struct buf	 reply;		/* a 2xx body without data callback, or
					 * the error document */
	int		 attempt;	/* how many were made */

	/* --- private --- */
	enum s3req_state {
		S3REQ_IDLE,
		S3REQ_WAITING,		/* for the window, or for a delay */
		S3REQ_WANTS_KEYS,	/* for credentials */
		S3REQ_SENT,
		S3REQ_ENDING		/* done is on its way */
	} state;
	struct engine_ticket ticket;
	struct cred_waiter waiter;
	struct loop_call call;		/* delivers done */
	struct http_req	 http;
	struct buf	 url, lines;	/* lines: "name: value" NUL ... */
	char		*line_list[HTTP_HEADERS_MAX];
	struct fail	 fail;
	uint64_t	 cred_serial;	/* of the keys it was signed with */
	int64_t		 began;		/* ms, this attempt */
	struct s3verdict_facts {	/* gathered from this attempt's answer */
		int64_t	 server_date;	/* ms since 1970; 0: no Date header */
		char	 region[64];	/* "" if not said */
		char	 location[256];
		bool	 too_long;	/* the reply passed its maximum */
		bool	 has_etag;
	} facts;
	unsigned	 mended;	/* S3VERDICT_* that were tried already */
	bool		 as_get;	/* a HEAD asked as a GET of one byte */
	bool		 probing;	/* asking the bucket where it is ... */
	bool		 over_tls;	/* ... or whether its port speaks TLS */
	bool		 in_session;	/* signed with keys of s3session.h */
	bool		 cancelled;
};

/* Zeroes the struct and makes its buffers; the caller then sets its part. */
void	s3req_init(struct s3req *req, struct s3req_env *env);
void	s3req_fini(struct s3req *req);		/* must not be under way */
/* For another operation with the same struct: callbacks, headers and so on are
 * cleared, storage is kept.  Must not be under way. */
void	s3req_reset(struct s3req *req);
void	s3req_add_header(struct s3req *req, const char *name,
	    const char *value);

void	s3req_start(struct s3req *req);
/* Give it up: done will say FAIL_CANCELLED, soon. */
void	s3req_cancel(struct s3req *req);
/* The same without a call of done, for the end of a program: it must not be on
 * its way then. */
void	s3req_drop(struct s3req *req);
bool	s3req_active(const struct s3req *req);
bool	s3req_sent(const struct s3req *req);	/* it is on its way now */
/* After HTTP_PAUSE by data or source. */
void	s3req_resume(struct s3req *req);

#endif
