/*
 * One request and the answer to it. The HTTP side (http.h) fills in what came
 * and sends what is in the answer's fields; the operations only read the one
 * and write the other. Strings live in the request's pool.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"
#include "op.h"
#include "store.h"
#include "text.h"

struct MHD_Connection;
struct fault;
struct intake;
struct server;

struct request_param {
	const char *raw_name, *raw_value; /* as sent; value "" if none */
	const char *name, *value;	  /* decoded */
	size_t value_length;
};

struct request_header {
	struct request_header *next;
	const char *name, *value;
};

struct request {
	struct server *server;
	struct MHD_Connection *connection;
	struct http_link *link; /* what http.c knows of the connection */
	struct request *next_stalled;
	struct mem_pool pool;

	/* what came */
	const char *method, *target;
	const char *raw_path; /* of the target, with the bucket, as sent */
	enum op op;
	struct request_param *param;
	size_t nparams;
	const char *bucket_name, *key; /* NULL where there is none */
	size_t key_length;
	const char *host_region; /* from a host name like AWS's, or NULL */
	struct text body;
	struct intake *intake;		/* a large body, instead; or NULL */
	struct request_header *trailer; /* of an aws-chunked body */

	/* who sent it */
	const char *account; /* NULL: anonymous */
	struct access_key *access_key;
	const char *payload_hash, *date, *scope, *signature;
	unsigned char signing_key[32];
	struct store_bucket *bucket;

	/* its course */
	struct fault *fault;
	int64_t skew; /* ms, from a fault */
	uint64_t number;
	bool begun, parsed, waited, done, counted;
	int stage;

	/* the answer */
	unsigned status;
	const char *code; /* of an error, NULL if none */
	struct request_header *headers, **last_header;
	struct text reply;
	struct content *content; /* the body, instead of reply */
	uint64_t content_offset, content_length;
	bool close;
};

/* The decoded value of a parameter or NULL; "" if it has none. */
const char *request_param(const struct request *, const char *name);
const struct request_param *
request_param_of(const struct request *, const char *name);
const char *request_header(const struct request *, const char *name);

void request_reply_header(struct request *, const char *name,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A header with a value that is in the pool or lives longer. */
void request_reply_value(struct request *, const char *name, const char *value);

/*
 * Makes the answer an error. extra is XML to be added to the document, or
 * NULL. The forms that answer do so with false, so that checks can end in
 * them.
 */
void request_set_error(struct request *, unsigned status, const char *code,
    const char *message, const char *extra);

static inline bool
request_error_with(struct request *r, unsigned status, const char *code,
    const char *message, const char *extra)
{
	request_set_error(r, status, code, message, extra);
	return false;
}

static inline bool
request_error(
    struct request *r, unsigned status, const char *code, const char *message)
{
	return request_error_with(r, status, code, message, NULL);
}

/* Begins an XML answer: <?xml ...?> and the root with S3's namespace. */
void request_xml(struct request *, const char *root);
/* <name>value</name>, escaped. */
void request_element(struct request *, const char *name, const char *value);

/* Checks a right on the request's own bucket and key: 403 if there is none. */
bool request_allowed(struct request *, const char *action);
/* The same without an answer, on any bucket and key. */
bool request_may(const struct request *, const char *action,
    const struct store_bucket *, const char *key, size_t);

/* Splits target and host into parameters, bucket, key; sets op. */
void request_parse(struct request *);

#endif
