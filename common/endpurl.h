#ifndef ENDPURL_H
#define ENDPURL_H

/*
 * An endpoint's URL taken apart: scheme, host, port and path, and nothing else
 * (no user, query or fragment).  The parts point into the text.  Pure.
 */

#include <stdbool.h>
#include <stddef.h>

struct endpurl {
	const char *host; /* IPv6 with its brackets */
	size_t host_len;
	const char *path; /* "" or "/a/b", no slash at the end */
	size_t path_len;
	unsigned port; /* 0: the scheme's own */
	bool tls;
	bool is_ip;
};

/* NULL if it is well-formed, else one sentence that says what is wrong. */
const char *endpurl_parse(struct endpurl *u, const char *s);
/* Numbers and three dots: no name ends in a label of digits. */
bool endpurl_is_ipv4(const char *s, size_t len);

#endif
