/*
 * Contents of objects. A content is a row of extents; an extent is a piece
 * either of the endless bytes that a seed generates, or of a stored blob. So
 * copies and parts of any size are a few words, and two contents can be
 * compared. Contents are immutable once made, and shared by counting holders.
 */
#ifndef CONTENT_H
#define CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct content_blob; /* stored bytes, shared */

struct content_extent {
	struct content_blob *blob; /* NULL: generated from seed */
	uint64_t seed, offset, length;
};

struct content {
	unsigned holders;
	uint64_t size;
	size_t nextents;
	struct content_extent *extent;
	size_t nparts;	/* 0: not uploaded in parts */
	uint64_t *part; /* their sizes */
	char etag[48];	/* without quotes; "" until content_etag */
};

/* Contents up to so many bytes have true MD5s (see README.md). */
struct content_rules {
	uint64_t real_md5;
	struct content_cache *cache;
};

void content_rules_init(struct content_rules *);
void content_rules_fini(struct content_rules *);

struct content *content_generated(uint64_t seed, uint64_t size);
/* Takes the bytes over (they must come from malloc). */
struct content *content_stored(char *, size_t);
/* So much from offset on of what seed generates, then such bytes. */
struct content *
content_run(uint64_t seed, uint64_t offset, uint64_t length, char *, size_t);
/*
 * Is this from what some seed generates? So many bytes tell. The seed need not
 * be the one that was used: the same bytes come under many, at other offsets.
 */
#define CONTENT_TELLING 64
bool content_recognise(const void *, size_t, uint64_t *seed, uint64_t *offset);
/* How many of these bytes are what seed generates from offset on. */
size_t content_agree(uint64_t seed, uint64_t offset, const void *, size_t);
/* The bytes from offset on, as a content of its own, in no parts. */
struct content *
content_slice(const struct content *, uint64_t offset, uint64_t length);
/* All behind one another, as an object uploaded in these parts. */
struct content *content_joined(struct content *const *, size_t);
/* Cuts a content into parts of a size, as if it had been uploaded so. */
void content_set_parts(struct content *, uint64_t size);

struct content *content_hold(struct content *);
void content_drop(struct content *);

/* Copies bytes out; offset and n must lie inside. */
void content_read(const struct content *, uint64_t offset, void *, size_t n);

/* The ETag without quotes, computed at the first call. */
const char *content_etag(struct content *, struct content_rules *);
/* The digest of a generated range, remembered: the ETags of filled objects. */
void content_generated_md5(struct content_rules *, uint64_t seed,
    uint64_t offset, uint64_t length, unsigned char out[16]);
/* Are the bytes the same? */
bool content_equal(const struct content *, const struct content *);
/* A digest of the bytes alone (not of the parts), as hexadecimal digits. */
void
content_digest(const struct content *, struct content_rules *, char out[33]);

#endif
