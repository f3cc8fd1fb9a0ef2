#ifndef META_H
#define META_H

/*
 * What the reply to a HEAD or GET tells of an object, and which of it a copy
 * in parts or by streaming must be given, since the store then carries nothing
 * over by itself (AWS, "CreateMultipartUpload": metadata, content headers,
 * tags, class and encryption are those of the request).
 *
 * Bounded: a reply with more headers than S3 allows, or with bytes that no
 * header may have, makes meta_ok() false; nothing is left out in silence.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "limit.h"
#include "s3req.h"

struct meta {
	bool has_size;
	uint64_t size;		   /* of the whole object */
	int64_t length;		   /* of this answer; -1: not said */
	unsigned parts;		   /* x-amz-mp-parts-count; 0: not said */
	char etag[LIMIT_ETAG + 1]; /* without quotes; "" if none */
	char class[64];		   /* "": STANDARD */
	char sse[32], kms[256];	   /* "": not said */
	bool bucket_key;
	bool of_directory; /* set by who asks: S3 Express */
	/* private */
	struct buf lines; /* name NUL value NUL ... to carry */
	size_t count;
	struct buf tags; /* as x-amz-tagging wants them */
	const char *why; /* what cannot be carried; NULL: none */
};

void meta_init(struct meta *m);
void meta_fini(struct meta *m);
void meta_reset(struct meta *m);
/* A response header. */
void meta_header(struct meta *m, const char *name, const char *value);
/* The reply of GetObjectTagging; false with *why if it makes no sense. */
bool
meta_read_tags(struct meta *m, const char *body, size_t len, const char **why);
bool meta_ok(const struct meta *m, const char **why);

/* Give a request the content headers and user metadata, or the tags, where
 * there are any.  They point into m. */
void meta_add_headers(const struct meta *m, struct s3req *req);
void meta_add_tags(const struct meta *m, struct s3req *req);

/* 32 hex digits, as an MD5 has; with "-N" behind for an object in parts. */
bool meta_is_md5(const char *etag, bool parts);
/* Is the ETag that of something encrypted by KMS or in a directory bucket,
 * which says nothing about the bytes? */
bool meta_opaque(const struct meta *m);
/* Does this header of an answer say so? */
bool meta_header_opaque(const char *name, const char *value);

/* An ETag without quotes (and without the W/ of a weak one) into to, which
 * has LIMIT_ETAG + 1 bytes; "" if it is too long to be one. */
void meta_etag(char *to, const char *value, size_t len);

#endif
