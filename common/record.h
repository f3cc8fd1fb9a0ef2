#ifndef RECORD_H
#define RECORD_H

/*
 * What travels between the programs: a key, or under -l a long record
 *
 *	SIZE<TAB>MTIME<TAB>ETAG<TAB>CLASS<TAB>KEY
 *
 * The key is all that follows the fourth tab.  "-" stands for what is unknown.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct record {
	const char	*raw;	/* the record as read, without its end */
	size_t		 raw_len;
	const char	*key;	/* into raw, as are the others */
	size_t		 key_len;
	/* what follows is set only for long records */
	bool		 has_size;
	uint64_t	 size;
	bool		 has_mtime;
	int64_t		 mtime;	/* ms since 1970 */
	bool		 mtime_millis;	/* .mmm was given */
	const char	*etag;	/* without quotes; NULL where unknown */
	size_t		 etag_len;
	const char	*class;	/* NULL where unknown */
	size_t		 class_len;
};

/*
 * Take raw (which must outlive the record) apart.  False with a reason where a
 * long record is malformed: too few tabs, a size or date that is none, an ETag
 * with bytes other than printable ASCII, an empty key.
 */
bool	record_parse(struct record *r, const char *raw, size_t len,
	    bool is_long, const char **why);

/* Append a long record for the fields of r (raw is not used), without end. */
bool	record_format(struct buf *out, const struct record *r);

#endif
