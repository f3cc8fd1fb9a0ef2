#ifndef PARTLIST_H
#define PARTLIST_H

/*
 * The ETags of an upload's parts, as they come, in any order; and what follows
 * from them: the body of CompleteMultipartUpload and the ETag of the result.
 * Pure.
 */

#include <stdbool.h>

#include "buf.h"
#include "limit.h"

struct partlist {
	unsigned count, known;
	char **etags; /* of part 1 first; NULL: not known yet */
};

void partlist_init(struct partlist *list, unsigned count);
void partlist_fini(struct partlist *list);
/* False if it is no ETag that XML could carry. */
bool partlist_set(struct partlist *list, unsigned number, const char *etag);
/* Is that part known? */
bool partlist_has(const struct partlist *list, unsigned number);
bool partlist_complete(const struct partlist *list);
/* False if it is longer than body's maximum.  All parts must be known. */
bool partlist_body(const struct partlist *list, struct buf *body);
/*
 * The MD5 of the parts' MD5s and how many there are (AWS, "Checking object
 * integrity").  False, with out empty, where a part's ETag is no MD5 or MD5 is
 * not to be had.
 */
bool partlist_etag(const struct partlist *list, char out[LIMIT_ETAG + 1]);

#endif
