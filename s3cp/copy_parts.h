#ifndef COPY_PARTS_H
#define COPY_PARTS_H

/* Between copy_parts.c and copy_upload.c, and for no others. */

#include "copy_private.h"
#include "partlist.h"

#define COPY_PARTS_BODY (4 << 20) /* 10,000 parts' numbers and ETags */

struct copy_parts {
	struct plan plan;
	struct partlist list;
	struct buf id;	 /* UploadId */
	struct buf body; /* of CompleteMultipartUpload */
	bool single;	 /* one PutObject */
	bool begun;	 /* there is an upload */
	bool same;	 /* the ETag must be the source's */
	bool anew;	 /* after ABORT: with each part's size asked for */
	bool found;	 /* the upload is one that a killed run left */
	bool retry;	 /* after DRAIN: the parts in another way */
	bool pinned;	 /* the part that failed told the ETag */
	bool create;	 /* after ABORT: another one, once */
	bool created;	 /* that was done */
	bool opaque;	 /* ETags say nothing about the bytes */
	bool lost;	 /* a part's answer was */
	int64_t since;	 /* when it was begun, ms since 1970 */
	unsigned next;	 /* to be begun, from 1 */
	int in_flight;
	struct copy_slots *slots;
	char etag[LIMIT_ETAG + 1]; /* that is to come out */
	enum copy_result result;   /* to be told after ABORT */
	struct fail fail;
};

/* Made by the first call. */
struct copy_parts *copy_parts_of(struct copy *c);
/* The upload has an id: mark or probe it, then copy_parts_go(). */
void copy_parts_begin(struct copy *c);
/* No part is under way any more. */
void copy_upload_abort(struct copy *c);

#endif
