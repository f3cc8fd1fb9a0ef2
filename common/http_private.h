#ifndef HTTP_PRIVATE_H
#define HTTP_PRIVATE_H

/* Between the files of http, the only ones that see libcurl. */

#include <curl/curl.h>

#include "http.h"
#include "http_fds.h"
#include "limit.h"

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or newer is needed"
#endif

/*
 * A multi handle and its connections.  libcurl looks at one connection of a
 * host after the other to find an idle one, so not all share one handle.
 */
struct http_shard {
	struct http *http;
	CURLM *multi;
	int64_t due; /* of libcurl's next timer; -1: none */
	int slots;   /* that belong to it */
	struct http_shard *next;
};

struct http_slot {
	struct http *http;
	struct http_shard *shard;
	struct http_req *req; /* NULL when free */
	CURL *easy;
	struct curl_slist headers[HTTP_HEADERS_MAX + 1];
	char error[CURL_ERROR_SIZE];
	uint64_t sent; /* of the body */
	size_t header_bytes;
	bool interim; /* reading a 1xx response */
	bool sending; /* the request went out once */
	bool cancelled;
	bool resume;
	struct loop_call call;	/* carries out the two above */
	struct http_slot *next; /* all slots, or the free ones */
	struct http_slot *next_free;
};

struct http {
	struct http_shard *shards; /* the newest first */
	struct loop *loop;
	struct http_slot *slots, *free;
	char *ca_default; /* from libcurl's own build */
	struct http_fds fds;
	bool called; /* somebody above has heard of something */
	struct http_stats stats;
	/* A header; not on the stack, which compilers are told to zero. */
	char line[LIMIT_HEADER_LINE];
};

/* What never changes between the requests of a handle. */
void http_options_constant(CURL *easy);
/* Everything else of a request: URL, headers, method, trust, times. */
void http_options_request(struct http_slot *slot, const struct http_req *req);

#endif
