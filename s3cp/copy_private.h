#ifndef COPY_PRIVATE_H
#define COPY_PRIVATE_H

/* Between the files of copy, and for no others. */

#include "copy.h"
#include "meta.h"
#include "plan.h"

#define COPY_FROM true
#define COPY_TO	  false

/* --- copy.c: the flow --- */

/* The request of a state has ended: decide what comes next.  By copy_step(),
 * from the table in copy.c; each moves c to its next state, or ends it. */
typedef void copy_after_fn(struct copy *c, const struct fail *f);

/* The one decider: the request of the present state has ended. */
void copy_step(struct copy *c, const struct fail *f);
/* The one setter of the state. */
void copy_move(struct copy *c, enum copy_state state);
/* The key ends; f may be NULL where the result is no failure. */
void copy_end(struct copy *c, enum copy_result result, const struct fail *f);
void copy_fail(struct copy *c, enum fail_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The source is to have this ETag in all that follows. */
void copy_pin(struct copy *c, const char *etag, size_t len);

/* --- copy_prepare.c: what must be known, and which way it goes --- */

/* Begin with the key: look at the source, or copy at once. */
void copy_go(struct copy *c);
/* The source's meta is known: ask what is missing, then copy_begin(). */
void copy_prepare(struct copy *c);
/* Ask for the size of a part, and of all that follow it, then the same. */
void copy_prepare_layout(struct copy *c, unsigned part);
/* All that had to be asked is known: copy now. */
void copy_begin(struct copy *c);
/* CopyObject did not keep the ETag of an object in parts: are these known, or
 * guessed now?  Then copy_prepare() copies them. */
bool copy_prepare_guess(struct copy *c);
/* Begin, or go on from where a doubt came up. */
void copy_resume(struct copy *c);
/* Is this what the record told?  If not, the key has ended. */
bool copy_is_unchanged(struct copy *c);
/* The ETag that the source has, as far as known, or NULL. */
const char *copy_source_etag(const struct copy *c, char out[LIMIT_ETAG + 1]);
copy_after_fn copy_after_head, copy_after_layout, copy_after_tags,
    copy_after_acl;

/* --- copy_ask.c: requests and their answers --- */

/* c->req made ready for an operation on either side's key, in a new state;
 * the caller adds to it and calls s3req_start(). */
struct s3req *
copy_ask(struct copy *c, enum copy_state state, enum s3op op, bool from);
/* Make *m if need be, and empty. */
void copy_ask_meta(struct meta **m);
void copy_ask_head(
    struct copy *c, enum copy_state state, bool from, struct meta **to);
/* Headers: what the new object shall be; what is the source; not to replace. */
void copy_ask_attributes(const struct copy *c, struct s3req *req);
void copy_ask_content(const struct copy *c, struct s3req *req);
void copy_ask_source(const struct copy *c, struct s3req *req);
void copy_ask_condition(const struct copy *c, struct s3req *req);
/* A document as body, with its MD5, which S3 demands here. */
void
copy_ask_document(struct copy *c, struct s3req *req, const struct buf *body);
/* Has the request sent that header? */
bool copy_ask_has(const struct s3req *req, const char *name);
bool copy_ask_has_pin(const struct s3req *req);
/* The text at path in a reply, an ETag; "" if there is none. */
void copy_ask_etag(struct copy *c, const struct s3req *req, const char *path,
    char out[LIMIT_ETAG + 1]);

/* --- copy_write.c: how it ends --- */

/* A PutObject that was not c->req was answered. */
void copy_write_answered(struct copy *c, const struct s3req *req,
    const char *etag, const struct fail *f);
/* It is there and as it should be. */
void copy_write_done(struct copy *c);
copy_after_fn copy_after_write, copy_after_settle, copy_after_compare,
    copy_after_put_acl, copy_after_undo, copy_after_blame;

/* --- copy_stream.c: a small object through memory --- */

#define COPY_STREAM_FETCH (UINT64_C(8) << 20) /* the largest such object */
#define COPY_STREAM_PART  (UINT64_C(8) << 20) /* parts of larger ones */

void copy_stream_fetch(struct copy *c);
bool copy_stream_fetched(const struct copy *c);
void copy_stream_put(struct copy *c);
/* What PutObject answered. */
void copy_stream_etag(const struct copy *c, char out[LIMIT_ETAG + 1]);
void copy_stream_free(struct copy *c);
copy_after_fn copy_after_fetch;

/* --- copy_mend.c: what other stores do differently --- */

/* Must copy_mend_probe() be asked before parts are copied by the store?  Sets
 * c->parts_streamed where it is known that they cannot. */
bool copy_mend_doubts_name(struct copy *c);
/* Ends with copy_parts_go(). */
void copy_mend_probe(struct copy *c, const struct buf *upload);
/* Is the source told to the store by its ETag, too? */
bool copy_mend_pins(const struct copy *c);
/* Has the source, which was looked at, that ETag? */
bool copy_mend_is_pinned(const struct copy *c);
/* May the store have refused that, in a request that had it, though the source
 * is as it was? */
bool copy_mend_doubts_pin(
    const struct copy *c, bool pinned, const struct fail *f);
/* Look; then COPY or PARTS once more, or the failure c->fail. */
void copy_mend_ask_pin(struct copy *c);
/* A part has failed: is there another way?  If so, take it once no part is
 * under way; ends with copy_parts_retry(). */
bool
copy_mend_can_retry(
    const struct copy *c, const struct s3req *req, const struct fail *f);
void copy_mend_retry(struct copy *c, bool pinned, const struct fail *f);
/* The reply to GetObjectTagging, for an object that will be an upload. */
void copy_mend_keep_tags(struct copy *c);
/* Put those, where they did not come with the object; ends with
 * copy_write_done(). */
void copy_mend_tags(struct copy *c);
/* Does CopyObject not find what is named? */
bool copy_mend_misnames(const struct copy *c);
/* CopyObject has failed: may the bytes go through this machine?  Then fetch and
 * send them, or fail with what the source told. */
bool copy_mend_can_stream(const struct copy *c, const struct fail *f);
void copy_mend_stream(struct copy *c);
void copy_mend_found(struct copy *c); /* the source, after all */
void copy_mend_free(struct copy *c);
copy_after_fn copy_after_probe, copy_after_pin, copy_after_get_tags, copy_after_put_tags;

/* --- copy_find.c: an upload whose id was lost, or never known --- */

void copy_find_ask(struct copy *c, enum copy_state state);
/* How many uploads of the key began after `since' (ms since 1970); id is that
 * of the youngest.  -1: the answer makes no sense. */
int copy_find_read(struct copy *c, int64_t since, struct buf *id);

/* --- copy_again.c: what a killed run has left --- */

/* Parts of an object that is worth it: it costs two small requests, and the
 * last part waits for the others. */
#define COPY_AGAIN_LEAST 100

/* Go on with that, or create an upload; all of its parts are planned. */
void copy_again_begin(struct copy *c);
/* Mark the new upload, which ends with copy_parts_go(); false: it is to have
 * no mark. */
bool copy_again_mark(struct copy *c, const struct buf *upload);
/* Create an upload, whatever was found. */
void copy_again_anew(struct copy *c);
/* Must the last part wait for all others? */
bool copy_again_waits(const struct copy *c);
void copy_again_free(struct copy *c);
copy_after_fn copy_after_seek, copy_after_list, copy_after_mark;

/* --- copy_slots.c: the parts of an object that are under way --- */

struct copy_part_end {
	unsigned number;
	const char *etag;	 /* "" if it is of no use */
	bool opaque;		 /* ETags of this upload say nothing */
	const struct s3req *req; /* that wrote it */
	const struct fail *fail;
};

/* single: the one part is the object. */
struct copy_slots *copy_slots_new(struct copy *c, bool single);
void copy_slots_free(struct copy_slots *s);
/* Fewer than job->parts_most may be under way.  Ends in copy_parts_ended(). */
void copy_slots_start(struct copy_slots *s, unsigned number,
    const struct plan *plan, const struct buf *upload);
/* A part that the store copies may outlive an abort, so it is waited for; what
 * was not sent yet, or goes through here, is not sent any more. */
void copy_slots_cancel(struct copy_slots *s);
/* From now on no part is tried again.  False: some part is waiting to be. */
bool copy_slots_last_try(struct copy_slots *s);

/* --- copy_parts.c: PARTS and DRAIN --- */

/* The layout that PARTS follows; made by the first call. */
struct plan *copy_parts_plan(struct copy *c);
/* Is it known, for an upload in parts? */
bool copy_parts_planned(const struct copy *c);
/* Must the ETag come out as the source's? */
void copy_parts_expect(struct copy *c, bool same);
bool copy_parts_same(const struct copy *c); /* must it? */
/* One PutObject, whose bytes stream, instead of an upload in parts. */
void copy_parts_single(struct copy *c);
/* Go on with an upload of another run, of which these parts are done; what
 * list holds is taken from it. */
struct partlist;
void
copy_parts_again(struct copy *c, const struct buf *id, struct partlist *list);
/* The upload has begun.  lost: a part of it may be under way unknown to us. */
void copy_parts_go(struct copy *c, bool lost);
/* The parts that are not there yet are begun anew. */
void copy_parts_retry(struct copy *c);
void copy_parts_ended(struct copy *c, const struct copy_part_end *e);
/* Give up: drain, abort, then end with this. */
void copy_parts_give_up(
    struct copy *c, enum copy_result result, const struct fail *f);
void copy_parts_stop(struct copy *c);
void copy_parts_free(struct copy *c);
copy_after_fn copy_after_part, copy_after_drain, copy_after_recheck;

/* --- copy_upload.c: CREATE, COMPLETE and ABORT --- */

void copy_upload_create(struct copy *c);
bool copy_upload_open(const struct copy *c); /* is there one? */
void copy_upload_complete(struct copy *c);
void copy_upload_completed(struct copy *c); /* it was answered */
/* The answer was lost, and the destination is not what it should be (known),
 * or one cannot tell. */
void copy_upload_doubt(struct copy *c, bool known);
/* The ETag that the finished upload should have; "" if that is unknown. */
const char *copy_upload_etag(const struct copy *c);
copy_after_fn copy_after_create, copy_after_find, copy_after_abort;

#endif
