#ifndef UPLOADS_H
#define UPLOADS_H

/*
 * s3cp --abort-uploads: ends the multipart uploads that were begun under a
 * location, or of given keys, and not completed.  Page after page is listed,
 * the uploads of a page are ended many at a time.  Calls app_finish().
 */

#include <stdbool.h>

#include "app.h"

struct uploads;

/* Keys are the app's operands from the second on; none: all under loc.
 * print: write the key of each upload that was ended.  dry_run: write it and
 * end nothing.  Begins at once. */
struct uploads *uploads_new(struct app *app, struct s3bucket *bucket,
    const struct location *loc, bool print, bool dry_run);
void uploads_free(struct uploads *u); /* nothing may be in flight */
void uploads_stop(struct uploads *u); /* begin nothing more */

#endif
