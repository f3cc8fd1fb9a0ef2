#ifndef CLOCK_H
#define CLOCK_H

/* The two clocks, in milliseconds.  Pure modules take the time as an argument;
 * only layers that do I/O call these. */

#include <stdint.h>

int64_t	clock_mono(void);	/* since some fixed point; never goes back */
int64_t	clock_wall(void);	/* since 1970-01-01T00:00:00Z */

#endif
