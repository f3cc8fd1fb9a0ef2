#ifndef KEYPAGE_H
#define KEYPAGE_H

/*
 * The entries of a listing page, stored back to back and front-coded: an entry
 * holds only what differs from the key before it, so a page of 300-byte common
 * prefixes costs what its tails cost.  Fields (size, date, ETag, class) are
 * packed too.  Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "listplan.h"
#include "record.h"

/* Longer names than S3's 1,024 bytes can stand in a foreign listing. */
#define KEYPAGE_KEY_MAX 4096

struct keypage {
	unsigned char	*data;
	size_t		 len, room;
	size_t		 count;		/* entries */
	bool		 fields;	/* entries carry them */
	bool		 ascending;	/* each key above the one before */
	/* of the newest entry, for coding the next */
	char		 key[KEYPAGE_KEY_MAX];
	size_t		 key_len;
	char		 class[64];
	size_t		 class_len;
};

void	keypage_init(struct keypage *page, bool fields);
void	keypage_fini(struct keypage *page);
void	keypage_reset(struct keypage *page);	/* empty, keep the storage */
/* Empty, and keep no more than a page of usual keys needs. */
void	keypage_trim(struct keypage *page);
/* r's key and, where the page has fields, those.  is_prefix marks a common
 * prefix.  False if the key is empty or too long to be one. */
bool	keypage_add(struct keypage *page, const struct record *r,
	    bool is_prefix);

/* A finished part of a page: one block of memory, free(3). */
struct keypage_part {
	struct keypage_part *next;	/* the owner's */
	size_t		 size;		/* of the block, in bytes */
	size_t		 len;		/* of data */
	size_t		 count;
	bool		 fields;
	unsigned char	 data[];
};
/* Entries skip to skip + keep - 1 of the page, copied. */
struct keypage_part *keypage_slice(const struct keypage *page, size_t skip,
    size_t keep);

/* Reads entries in order.  The record given out points into the cursor. */
struct keypage_cursor {
	const unsigned char *at, *end;
	bool		 fields;
	bool		 is_prefix;	/* of the last one read */
	struct record	 record;	/* raw is NULL */
	char		 key[KEYPAGE_KEY_MAX];
	char		 class[64];
	size_t		 class_len;
	char		 etag[160];
};
void	keypage_open(struct keypage_cursor *c, const struct keypage *page);
void	keypage_open_part(struct keypage_cursor *c,
	    const struct keypage_part *part);
/* False at the end; the record is then as it was. */
bool	keypage_next(struct keypage_cursor *c);

/* The keys of a page side by side, as the plans want them. */
struct keypage_keys {
	struct listplan_key *at;	/* as many as the page has entries */
	size_t		 room;
	struct buf	 text;
};

void	keypage_keys_init(struct keypage_keys *keys);
void	keypage_keys_fini(struct keypage_keys *keys);
/* Replaces what keys held; good until the next call. */
void	keypage_expand(struct keypage_keys *keys, const struct keypage *page);

#endif
