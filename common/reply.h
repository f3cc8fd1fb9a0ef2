#ifndef REPLY_H
#define REPLY_H

/*
 * The S3 replies that we use, over xml.h.
 *
 * Two shapes: reply_read() picks single texts out of a complete small
 * document; reply_page streams a listing page, entry by entry, since it is
 * large and there are many.  An <Error> root is found by both, whatever the
 * HTTP status was: CopyObject, UploadPartCopy and CompleteMultipartUpload can
 * answer 200 and then hold one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "fail.h"

/* --- small documents --- */

struct reply_field {
	const char	*path;	/* "CopyObjectResult/ETag" */
	struct buf	*text;	/* initialised by the caller; gets the last
				 * such element's text */
	bool		 found;
};

/*
 * Read a whole document.  True if it is well-formed; fields that it lacks have
 * found == false.  Text longer than its buffer's maximum is malformed.
 */
bool	reply_read(const char *body, size_t len, struct reply_field *fields,
	    size_t count, const char **why);

/* Rows: a repeated element (say "ListPartsResult/Part") whose children are
 * handed over together; columns not present are NULL.  Returning false stops
 * with malformed.  fields may be NULL. */
typedef bool reply_row_fn(void *arg, const char *const *columns,
	    const size_t *lens);
#define REPLY_COLUMNS_MAX 8
bool	reply_rows(const char *body, size_t len, const char *row,
	    const char *const *columns, size_t ncolumns, reply_row_fn *fn,
	    void *arg, struct reply_field *fields, size_t nfields,
	    const char **why);

/*
 * An error document: fills code, text and request_id of f, and region (which
 * has region_room bytes, or is NULL), each only where the document has it and
 * there is room for it; text alone may be cut.  The kind is left to
 * reply_classify().  False if body is no whole S3 error document: nothing is
 * changed then.  Also reads the form of STS, ErrorResponse/Error/Code.
 */
bool	reply_error(const char *body, size_t len, struct fail *f,
	    char *region, size_t region_room);

/* One text of an error document into its place in f, for who streams. */
enum { REPLY_ERROR_CODE, REPLY_ERROR_MESSAGE, REPLY_ERROR_REQUEST };
void	reply_error_part(struct fail *f, int part, const char *text,
	    size_t len);

/*
 * Set f->kind from f->code and f->status: the code first, then the status.
 * is_head tells that there was no body to know better from: 400 and 403 are
 * then FAIL_AMBIGUOUS.  A 2xx with an empty code is FAIL_NONE; with a code it
 * is a failure, of a kind that is tried again where the code is unknown.
 * region is where the store said that the bucket is (body or header), "" if it
 * did not: a malformed Authorization is only then a matter of the region.
 * A failure of the transport (f->curl, or a status of 0) keeps its kind.
 */
void	reply_classify(struct fail *f, bool is_head, const char *region);

/* --- listing pages --- */

struct reply_entry {
	const char	*key;	/* decoded bytes */
	size_t		 key_len;
	bool		 is_prefix;	/* a common prefix: no fields below */
	bool		 has_size;
	uint64_t	 size;
	bool		 has_mtime;
	int64_t		 mtime;		/* ms since 1970 */
	bool		 mtime_millis;
	const char	*etag;		/* without quotes; NULL if none */
	size_t		 etag_len;
	const char	*class;		/* NULL if none */
	size_t		 class_len;
};

/* Entries come in the order of the document: keys and common prefixes are
 * each ascending, their merging is the caller's.  False stops the page. */
typedef bool reply_entry_fn(void *arg, const struct reply_entry *e);

struct xml_desk;

struct reply_page {
	/* valid after reply_page_end() */
	bool		 truncated;
	bool		 has_truncated;	/* the element was there */
	struct buf	 token;		/* NextContinuationToken, raw */
	bool		 token_usable;	/* it is there, nothing replaced */
	bool		 is_error;	/* the root was Error: error has it, the
					 * kind left to reply_classify() */
	struct fail	 error;
	/* private */
	struct xml	*xml;
	struct buf	 key, etag, class;	/* of the current entry, raw */
	struct buf	 decoded;	/* the key as handed over */
	struct buf	 held;		/* entries that wait, see reply_page.c */
	struct reply_entry entry;
	bool		 has_key;	/* of the current entry */
	bool		 is_list;	/* the root was ListBucketResult */
	bool		 encoded;	/* EncodingType url was seen */
	bool		 holding;	/* entries came before it */
	reply_entry_fn	*fn;
	void		*arg;
	const char	*why;
};

/*
 * want_fields: size, mtime, etag and class are read too; without it only keys
 * are, which is cheaper.  desk: see xml.h; may be NULL.
 *
 * Keys are decoded where the document says EncodingType url.  Where that has
 * been said before the first entry, entries are handed over as they come;
 * otherwise they are held until the end tells how to read them (bounded by
 * LIMIT_PAGE_BYTES, as the page itself is).
 *
 * A page is malformed, so that nothing of it may be believed, where it is not
 * whole, an entry lacks its key, a field is not what it should be, or a key
 * holds characters that XML cannot carry.  A page whose root is Error is well
 * formed: reply_page_end() is true and is_error tells.
 */
void	reply_page_init(struct reply_page *page, bool want_fields,
	    struct xml_desk *desk, reply_entry_fn *fn, void *arg);
void	reply_page_fini(struct reply_page *page);
void	reply_page_reset(struct reply_page *page);	/* for the next page */
bool	reply_page_feed(struct reply_page *page, const char *p, size_t len);
bool	reply_page_end(struct reply_page *page);
/* Why one of the two was false: a phrase, never NULL. */
const char *reply_page_error(const struct reply_page *page);

#endif
