#ifndef FAKE_S3_H
#define FAKE_S3_H

/*
 * Stands in for common/s3req.c: requests do not travel, they wait until the
 * test says how each ends, in whatever order it likes.  What a request does is
 * done to a little model of a store, so that a test can ask at the end what is
 * there, and not only what was said.
 */

#include <stdbool.h>
#include <stdint.h>

#include "fail.h"
#include "s3req.h"

#define FAKE_REQUESTS 64
#define FAKE_UPLOADS  16
#define FAKE_PARTS    8

enum fake_outcome {
	FAKE_GOOD,    /* done, answered */
	FAKE_LOST,    /* done, but the answer was lost */
	FAKE_DROPPED, /* not done, and no answer */
	FAKE_REFUSED, /* 403 */
	FAKE_OUTCOMES
};

struct fake_upload {
	bool open;
	bool old;     /* left by a run before, and not touched by this one */
	bool foreign; /* none of ours has begun it */
	char part[FAKE_PARTS + 1][40]; /* their ETags; "": none */
	uint64_t size[FAKE_PARTS + 1];
};

struct fake_s3 {
	/* the source */
	bool source_gone;	 /* its key */
	bool source_bucket_gone; /* and its bucket */
	uint64_t size;
	char etag[64];
	unsigned parts;	    /* 0: one piece */
	uint64_t part_size; /* of all but the last */
	uint64_t odd;	    /* so much of part 2 is part 3's */
	uint64_t copy_max;  /* of CopyObject */
	char sse[16];
	bool knows_condition, knows_pin, knows_parts, knows_tags;
	bool ignores_pin;
	bool misreads_pin;  /* ETags of objects in parts never agree */
	bool mute_complete; /* its answer has no ETag */
	unsigned copied_parts;
	unsigned changes_at; /* after so many parts; 0: never */
	unsigned ended_at;   /* another run completes the upload then */
	bool decodes_twice;  /* the names of sources of UploadPartCopy */
	bool spoil;	     /* one bit of each GET is wrong */
	bool chunked_get, chunked_head; /* no Content-Length */
	bool refuses_parts;		/* 501 to HEAD of a part */
	bool flips_well;		/* flip is no sign of a wrong copy */
	const char *flip; /* the ETag that copies get instead; NULL: none */
	/* the destination */
	bool bucket_gone;
	bool exists;
	char there[64]; /* ETag */
	uint64_t there_size;
	char there_acl[64];
	bool there_tags;   /* which an upload forgets, as Ceph's do */
	bool forgets_tags; /* of any object but by PutObjectTagging */
	bool misnames;	   /* CopyObject finds no source */
	bool lacks_copy;   /* 501 to CopyObject */
	struct fake_upload uploads[FAKE_UPLOADS];
	unsigned nuploads;
	/* requests under way, in the order in which they began */
	struct fake_request {
		struct s3req *req;
		bool begun, paused;
		uint64_t first, at, last; /* of a GET; at: of a body, too */
		char *body;
	} active[FAKE_REQUESTS];
	int nactive;
	int window;		   /* so many of them are sent */
	unsigned sent[S3OP_COUNT]; /* that ended, by operation */
	char put_part[40];	   /* the ETag of the last part that was sent */
	uint64_t put_size;
	bool aborted_foreign;
	bool abort_beside_part; /* a part was under way at an abort */
};

extern struct fake_s3 fake;

void fake_reset(void);
/* A source of at most 1,000 bytes, with the ETag that it would have; parts 0:
 * uploaded in one piece. */
void fake_set_source(uint64_t size, unsigned parts, uint64_t part);
unsigned fake_open_uploads(void); /* but for old ones */
/* An upload that is there before the run, with `done' parts of the source. */
struct fake_upload *fake_leave_upload(unsigned done);
/* End the active request i so; one whose bytes have to wait is paused instead,
 * until s3req_resume(). */
void fake_end(int i, enum fake_outcome outcome);
/* May it be ended now? */
bool fake_is_ready(int i);
/* The body of the source is byte k = k % 251. */
char fake_byte(uint64_t offset);

#endif
