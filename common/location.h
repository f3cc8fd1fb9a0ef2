#ifndef LOCATION_H
#define LOCATION_H

/*
 * LOCATION, the operand that all three programs share:
 *
 *	[s3://][PROFILE@]BUCKET[/PREFIX]
 *
 * PROFILE ends at the first @ before the first slash.  BUCKET is a bucket
 * name, an access-point alias or an access-point ARN (whose own slash or
 * colon before the access point's name is part of it).  PREFIX is a plain
 * string: all after the slash that ends BUCKET, nothing trimmed.
 */

#include <stdbool.h>
#include <stddef.h>

struct location {
	char	*profile;	/* NULL where none was given; owned */
	char	*bucket;	/* owned */
	char	*prefix;	/* owned; may be empty */
	size_t	 prefix_len;
};

/*
 * Parse word.  On failure returns false and *why is one sentence, without the
 * word itself, that says what to do; the struct then owns nothing.  Refused:
 * local paths (first byte / . or ~), an empty bucket or profile, bytes that no
 * bucket name may have, names over 255 bytes, prefixes over 1,024, ARNs that
 * are not access points of S3 (Outposts, object-lambda, multi-region), each
 * with its own reason.
 */
bool	location_parse(struct location *loc, const char *word,
	    const char **why);
void	location_fini(struct location *loc);

#endif
