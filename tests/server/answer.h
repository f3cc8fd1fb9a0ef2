/* Sends the answer of a request, spoilt in whatever way its fault says. */
#ifndef ANSWER_H
#define ANSWER_H

#include <microhttpd.h>
#include <stdbool.h>

struct request;

enum { ANSWER_RESET = 1 };

/* Queues the answer; logs and counts the request if record is true. */
enum MHD_Result answer_send(struct request *, bool record);
/* Resets the connection at once (TCP RST). */
enum MHD_Result answer_reset(struct request *);

#endif
