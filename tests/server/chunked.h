/*
 * aws-chunked bodies ("Transferring Payload in Multiple Chunks", AWS): decodes
 * them, verifies the chunks' signatures where they are signed, and keeps the
 * trailing headers.
 */
#ifndef CHUNKED_H
#define CHUNKED_H

#include <stdbool.h>

struct request;

/* Replaces an aws-chunked body by what it carries; false: an error. */
bool chunked_decode(struct request *);

#endif
