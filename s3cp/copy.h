#ifndef COPY_H
#define COPY_H

/*
 * The copy of one key: a flow of requests with one deciding step.
 *
 * A small object inside a store costs one CopyObject; all else (parts, tags,
 * layouts, checks) is asked only where it is needed.  What is in flight for a
 * key is bounded; all requests share the window of the engine.
 *
 * Promises: done runs exactly once after copy_start(), from the loop, never
 * from inside copy_start() or copy_stop(); nothing of the copy is in flight
 * then, and no multipart upload of it is open (or its user was told by
 * job->warn).  After it the struct is idle again and may be used for the next
 * key.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "fail.h"
#include "pool.h"
#include "record.h"
#include "s3req.h"

enum copy_result {
	COPY_COPIED,  /* this run has copied it (or would, in a dry run) */
	COPY_SKIPPED, /* it is there already */
	COPY_FAILED
};

struct copy;
typedef void
copy_done_fn(struct copy *c, enum copy_result result, const struct fail *f);

enum copy_via { COPY_VIA_AUTO, COPY_VIA_SERVER, COPY_VIA_STREAM };

/* What all copies of a run share.  Set by the program before the first. */
struct copy_job {
	struct s3req_env *env;
	struct s3bucket *from, *to;
	const char *from_prefix, *to_prefix;
	size_t from_prefix_len, to_prefix_len;
	enum copy_via via; /* not AUTO any more */
	bool is_long;	   /* records tell size and ETag */
	bool no_clobber, dry_run;
	bool drop_metadata, drop_tags;
	bool keep_acl, keep_class, keep_sse, keep_parts;
	const char *acl, *class, *sse, *kms; /* NULL: not given */
	uint64_t threshold;		     /* larger ones go in parts */
	uint64_t part_size;		     /* 0: not given */
	int parts_max;	/* of one object in flight */
	int parts_most; /* the same, with those of copy_widen(); >= parts_max */
	struct pool *pool;		     /* memory of streamed bytes */
	copy_done_fn *done;
	/* One line for the user; key NULL: about no key. */
	void (*warn)(void *arg, const char *key, size_t len, const char *text);
	void *arg;
	/* learnt by the copies */
	bool stopping;	   /* begin nothing more: copy_stop() */
	bool look_first;   /* the store cannot refuse to clobber */
	bool no_condition; /* it does not know If-None-Match */
	bool no_pin;	   /* nor x-amz-copy-source-if-match */
	bool no_pin_parts; /* nor that with ETags of objects in parts */
	bool no_part_copy; /* nor UploadPartCopy */
	bool no_tagging;   /* nor tags */
	bool no_layout;	   /* nor HEAD of a part */
	bool guess;	   /* CopyObject does not keep an ETag of parts */
	bool may_stream;   /* what the store cannot copy */
	enum copy_known {
		COPY_UNKNOWN,
		COPY_YES,
		COPY_NO
	} takes_tags; /* with an object */
	bool misnames; /* sources of CopyObject: copy_mend.c */
	bool no_again;	   /* nor tells of open uploads, or not us */
	enum copy_naming {
		COPY_NAMING_UNKNOWN,
		COPY_NAMING_PLAIN,
		COPY_NAMING_DOUBTFUL
	} naming; /* of sources with a % in UploadPartCopy: copy_mend.c */
};

/*
 * state	sent			good		failed
 * -----------	-----------------------	---------------	----------------------
 * LOOK		HEAD destination	there: SKIPPED	absent: HEAD, COPY or
 *							FETCH; else FAILED
 * HEAD		HEAD source		LAYOUT, TAGS,	FAILED
 *					ACL, or begin
 * LAYOUT	HEAD source, part n	LAYOUT (n + 1)	FAILED
 *					or TAGS ...
 * TAGS		GetObjectTagging	ACL or begin	FAILED
 * ACL		GetObjectAcl		begin		FAILED
 *
 * begin: COPY, PUT, PARTS (of one PUT), CREATE, or SEEK, where what a killed
 * run left can be proven to be right; end: PUT_TAGS, PUT_ACL first
 *
 * COPY		CopyObject		end		too large: HEAD; lost
 *					wrong: COMPARE,	under -n: SETTLE; 412:
 *					or CREATE	SKIPPED, LOOK or PIN;
 *							unknown: FETCH
 * FETCH	GET			TAGS ...	larger: LAYOUT ...;
 *							no size: HEAD
 * PUT		PutObject from memory	as COPY		as COPY
 * SEEK		ListMultipartUploads	LIST; none:	CREATE
 *					CREATE
 * LIST		ListParts		LIST (more),	CREATE
 *					PARTS; not
 *					ours: CREATE
 * CREATE	CreateMultipartUpload	PARTS, PROBE	lost: FIND
 *					or MARK
 * FIND		ListMultipartUploads	PARTS		CREATE once more
 * PROBE	UploadPartCopy, named	PARTS		PARTS
 *		so as to tell much
 * MARK		UploadPart, so that	PARTS		PARTS
 *		SEEK may find it
 * PARTS	parts, some at a time	more; RECHECK;	DRAIN
 *					COMPLETE;
 *					wrong: ABORT
 * DRAIN	nothing			none open:	the same
 *					ABORT; PARTS
 *					or PIN, where
 *					there is
 *					another way
 * RECHECK	HEAD source		COMPLETE	ABORT
 * PIN		HEAD source, after 412	unchanged: COPY	FAILED or ABORT
 *					or PARTS again
 * COMPLETE	CompleteMultipartUpload	end		lost: SETTLE; 412: the
 *							same as ABORT
 * SETTLE	HEAD destination	as it should	COPY, PUT or COMPLETE
 *					be: end, and	once more, or ABORT
 *					ABORT
 * COMPARE	HEAD source		end, or UNDO	FAILED
 * ABORT	AbortMultipartUpload	end as it was;	warn, end as it was
 *					LAYOUT, where
 *					it was wrong;
 *					CREATE, where
 *					what was left
 *					was
 * GET_TAGS	GetObjectTagging, of	PUT_TAGS,	FAILED
 *		the destination		PUT_ACL or end
 * PUT_TAGS	PutObjectTagging	PUT_ACL or end	FAILED
 * PUT_ACL	PutObjectAcl		end		FAILED
 * UNDO		DeleteObject		FAILED, or	FAILED, and told
 *					CREATE
 * BLAME	HEAD source's bucket	FAILED		FAILED, by the bucket
 */
enum copy_state {
	COPY_IDLE,
	COPY_LOOK,
	COPY_HEAD,
	COPY_LAYOUT,
	COPY_TAGS,
	COPY_ACL,
	COPY_COPY,
	COPY_FETCH,
	COPY_PUT,
	COPY_SEEK,
	COPY_LIST,
	COPY_CREATE,
	COPY_FIND,
	COPY_PROBE,
	COPY_MARK,
	COPY_PARTS,
	COPY_DRAIN,
	COPY_RECHECK,
	COPY_PIN,
	COPY_COMPLETE,
	COPY_SETTLE,
	COPY_COMPARE,
	COPY_ABORT,
	COPY_GET_TAGS,
	COPY_PUT_TAGS,
	COPY_PUT_ACL,
	COPY_UNDO,
	COPY_BLAME
};

struct copy {
	/* for done */
	struct record record;
	const struct s3bucket *blamed; /* whose failure it is */
	uint64_t bytes;		       /* of the object, as far as known */
	void *arg;		       /* the program's, as are these */
	struct copy *next, **prev;
	/* private */
	struct copy_job *job;
	enum copy_state state;
	enum copy_state settling; /* what SETTLE is about */
	struct s3req req;
	bool parts_streamed; /* though the job goes by the store */
	bool too_large;	     /* the store refused to copy it whole */
	bool pinned;	     /* what LOOK is about told it the ETag */
	bool anew;	     /* after UNDO: copied in another way */
	bool streamed;	     /* all of it, though the job goes by the store */
	bool own_etag;	     /* an upload's ETag is not as S3 makes it */
	bool tagged;	     /* it has tags, as far as known */
	bool tags_unread;    /* they could not be read */
	struct buf raw;	     /* the record */
	struct buf from_key, to_key, from_name; /* bucket/key, encoded */
	struct buf pin; /* "ETag" of the source; empty: none */
	struct buf query, text;
	struct fail fail;	    /* the first, to be told at the end */
	unsigned tries;		    /* of what SETTLE is about */
	struct meta *source;	    /* what HEAD or GET told; may be NULL */
	struct meta *there;	    /* of the destination; may be NULL */
	struct buf *tagging;	    /* to be put after all; may be NULL */
	struct buf *acl;	    /* its document; may be NULL */
	struct copy_parts *parts;   /* may be NULL */
	struct copy_again *again;   /* may be NULL */
	struct copy_stream *stream; /* may be NULL */
};

struct copy *copy_new(struct copy_job *job);
void copy_free(struct copy *c); /* must be idle */
/* Copy the record's key; raw is copied.  It must have been parsed before:
 * here it cannot be malformed. */
void copy_start(struct copy *c, const char *raw, size_t len);
/* The window has room that nothing else wants now: begin one part more than
 * parts_max allows.  False: it has none to begin, or goes through memory. */
bool copy_widen(struct copy *c);
/* job->stopping was set: end soon what cannot be ended at once. */
void copy_stop(struct copy *c);
/* The name of a state, for tests and --debug. */
const char *copy_state_name(enum copy_state state);

#endif
