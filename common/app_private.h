#ifndef APP_PRIVATE_H
#define APP_PRIVATE_H

/* Between the files of app, and for no others. */

#include "app.h"

void	app_options_parse(struct app *app, int argc, char **argv);
void	app_buckets_stop(struct app *app);	/* after the program's stop */
void	app_buckets_free(struct app *app);
/* --failed: opened at the start, checked at the end. */
void	app_failed_open(struct app *app);
void	app_failed_close(struct app *app);
/* --progress, --stats, SIGUSR1. */
void	app_report_start(struct app *app);
void	app_report_line(struct app *app);
void	app_report_end(struct app *app);
/* What to look at where this failure ended a run: a phrase that begins with a
 * colon, or "". */
const char *app_advice(const struct app_program *program,
	    const struct fail *f);
/* Ask the program to begin no more work. */
void	app_stop(struct app *app);

#endif
