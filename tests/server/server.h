/* All that one server process knows. There is one thread and no lock. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "fault.h"
#include "identity.h"
#include "record.h"
#include "store.h"
#include "timer.h"

struct MHD_Daemon;
struct request;

struct server {
	struct store store;
	struct access access;
	struct fault_set faults;
	struct identity identity;
	struct record record;
	struct timer_set timers;
	int64_t clock_offset; /* seconds */
	uint64_t close_every;
	uint64_t idle_timeout; /* seconds; 0: connections stay open */
	uint64_t next_request;
	bool resumed;		 /* connections were: their ports must run */
	struct request *stalled; /* suspended for good */
};

/* The server's wall clock in ms since 1970, offset included. */
int64_t server_now(const struct server *);

#endif
