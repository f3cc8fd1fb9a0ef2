/*
 * The HTTP side, on libmicrohttpd without threads: http_run does what is ready
 * and returns. Requests wait (for a latency, or for good) by suspending their
 * connection.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>

#include "request.h"

struct server;
struct MHD_Daemon;

typedef void (*http_fn)(struct request *);
/* False: the answer is made, an error. */
typedef bool (*http_check_fn)(struct request *);

/* A listening port, in a list that the main loop runs through. */
struct http_port {
	struct server *server;
	struct MHD_Daemon *daemon;
	http_fn parse;	     /* sets the operation and what it is about */
	http_check_fn early; /* refuses a request before its body is sent */
	http_fn handle;	     /* makes the answer of a request that has come */
	unsigned number;     /* the port */
	int fd;		     /* readable when there is something to do */
	bool admin;	     /* no faults, counts and latencies */
};

/*
 * Starts listening on 127.0.0.1, on a port that the kernel chooses. cert and
 * key are PEM texts, or NULL for plain HTTP. False if it cannot.
 */
bool http_start(struct http_port *, const char *cert, const char *key);
void http_run(struct http_port *);
/* Milliseconds until it must run even if nothing is ready; -1: never. */
int http_wait(const struct http_port *);
void http_stop(struct http_port *);
/* Lets every stalled request go (it is reset). */
void http_release(struct server *);

#endif
