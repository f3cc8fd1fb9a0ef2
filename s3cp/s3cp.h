#ifndef S3CP_H
#define S3CP_H

/* What the files of s3cp share. */

#include <stdbool.h>
#include <stddef.h>

#include "app.h"
#include "copy.h"
#include "input.h"

struct s3cp {
	struct app app;
	bool print, abort_uploads;
	struct location source, destination;
	struct copy_job job;
	struct pool pool;
	struct input input;
	struct loop_hook hook;
	/* at work */
	struct copy *busy, *idle;
	int nbusy;
	bool ended; /* no more records */
	bool told_inside, told_tags;
	struct uploads *uploads; /* --abort-uploads */
};

/* options.c */
extern const struct option options_own[];
extern const char options_synopsis[], options_help[];
bool options_take(void *arg, int value, const char *text, const char **why);
/* When all are read: what does not go together ends the program. */
void options_check(struct s3cp *s);

#endif
