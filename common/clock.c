#include <time.h>

#include "clock.h"

static int64_t
milliseconds(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_mono(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

int64_t
clock_wall(void)
{
	return milliseconds(CLOCK_REALTIME);
}
