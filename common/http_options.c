/* From a request as we describe it to the options of an easy handle. */

#include <string.h>

#include "http_private.h"
#include "version.h"

#define CONNECT_TIMEOUT 10000	     /* ms */
#define TIMEOUT		60000	     /* ms, whole request */
#define LONG_TIMEOUT	(30 * 60000) /* ms: a copy inside the store */
#define STALL		30	     /* s at less than ... */
#define TRICKLE		500	     /* ... bytes a second: as good as dead */
#define IDLE_MAX	4 /* s at rest: S3 closes connections after 5 or more */

void
http_options_constant(CURL *e)
{
	curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPIDLE, 30L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPINTVL, 15L);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)IDLE_MAX);
	curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 5L);
	curl_easy_setopt(e, CURLOPT_DNS_SHUFFLE_ADDRESSES, 1L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "s3ls/" S3_VERSION);
	/* A CApath, Debian's default, would make libcurl read the whole
	 * bundle again for each connection. */
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
}

static void
set_headers(struct http_slot *slot, const struct http_req *req)
{
	static char no_expect[] = "Expect:";
	size_t i, n = req->nheaders;

	if (n > HTTP_HEADERS_MAX - 1)
		n = HTTP_HEADERS_MAX - 1;
	for (i = 0; i < n; i++) {
		slot->headers[i].data = req->headers[i];
		slot->headers[i].next = &slot->headers[i + 1];
	}
	/* Waiting for "100 Continue" costs a second at stores without it. */
	slot->headers[n].data = no_expect;
	slot->headers[n].next = NULL;
	curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
}

static void
set_method(CURL *e, const struct http_req *req)
{
	const char *custom = NULL;

	/* With those of a former POST libcurl 7.88 would take a PUT's body for
	 * them, and not rewind it before it sends the PUT once more. */
	curl_easy_setopt(e, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	if (strcmp(req->method, "HEAD") == 0) {
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	} else if (strcmp(req->method, "PUT") == 0) {
		curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(
		    e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)req->body_len);
	} else if (strcmp(req->method, "POST") == 0) {
		curl_easy_setopt(
		    e, CURLOPT_POSTFIELDS, req->body == NULL ? "" : req->body);
		curl_easy_setopt(
		    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_len);
		curl_easy_setopt(e, CURLOPT_POST, 1L);
	} else if (strcmp(req->method, "GET") != 0) {
		custom = req->method;
	}
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, custom);
}

static void
set_trust(CURL *e, const struct http *h, const struct http_req *req)
{
	long verify = req->flags & HTTP_INSECURE ? 0 : 1;

	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, verify);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, verify * 2);
	curl_easy_setopt(e, CURLOPT_CAINFO,
	    req->ca_bundle != NULL ? req->ca_bundle : h->ca_default);
	curl_easy_setopt(
	    e, CURLOPT_PROXY, req->flags & HTTP_NO_PROXY ? "" : NULL);
}

static void
set_times(CURL *e, const struct http_req *req)
{
	bool stream = req->flags & HTTP_STREAM;
	long timeout = req->timeout > 0 ? req->timeout :
	    stream			? 0 :
	    req->flags & HTTP_LONG	? LONG_TIMEOUT :
					  TIMEOUT;

	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, timeout);
	/* Slower than this is as good as dead; a copy inside the store is
	 * silent while it works. */
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT,
	    req->flags & HTTP_LONG ? 0L : (long)TRICKLE);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME,
	    req->flags & HTTP_LONG ? 0L : (long)STALL);
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE,
	    stream ? 256L << 10 : (long)CURL_MAX_WRITE_SIZE);
	curl_easy_setopt(
	    e, CURLOPT_UPLOAD_BUFFERSIZE, stream ? 256L << 10 : 64L << 10);
}

void
http_options_request(struct http_slot *slot, const struct http_req *req)
{
	curl_easy_setopt(slot->easy, CURLOPT_URL, req->url);
	set_headers(slot, req);
	set_method(slot->easy, req);
	set_trust(slot->easy, slot->http, req);
	set_times(slot->easy, req);
}
