#ifndef ENDP_H
#define ENDP_H

/*
 * From bucket, region and settings to where a request goes and what it is
 * signed for.  Pure: no environment, no files, no network.
 * Source: the S3 endpoint rule set of the AWS SDKs; but for an endpoint that
 * is not of AWS, automatic addressing means path style, since few private
 * stores have a DNS name for each bucket.
 */

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum endp_style { ENDP_AUTO, ENDP_PATH, ENDP_VIRTUAL };

struct endp_ask {
	const char *bucket;	  /* NULL: the service (ListBuckets) */
	const char *region;	  /* NULL: us-east-1, or that of the
				   * directory bucket's zone */
	const char *endpoint_url; /* NULL: AWS itself */
	enum endp_style style;
	bool dualstack, fips, accelerate;
	bool use_arn_region; /* the default: true */
	bool path_only;	     /* this key needs path style ("soap") */
};

struct endp {
	struct buf base;     /* "https://host[:port]" */
	struct buf host;     /* as the Host header: lower case, with the
			      * port where it is not the scheme's own */
	struct buf path;     /* "" or "/bucket" (after the endpoint's own
			      * path), encoded; a key follows "/" */
	struct buf region;   /* to sign for */
	struct buf store;    /* what endp_same_store() compares */
	const char *service; /* "s3", "s3express" */
	bool is_aws;	     /* an endpoint of AWS itself */
	bool is_tls;
	bool is_directory; /* S3 Express directory bucket */
	bool is_regional;  /* copies stay within the region: access
			    * points, directory buckets, accelerate */
};

void endp_init(struct endp *e);
void endp_fini(struct endp *e);
/* False with one sentence that says what to do when the settings do not go
 * together or name something that is not supported.  May be called again on
 * the same struct. */
bool endp_resolve(struct endp *e, const struct endp_ask *ask, const char **why);
/* Are two endpoints one store, so that CopyObject can go between them? */
bool endp_same_store(const struct endp *a, const struct endp *b);

/* The DNS suffix of the region's partition: "amazonaws.com.cn".  Regions that
 * are not known are taken to be of the standard partition. */
const char *endp_suffix(const char *region);
/* Does it look like a region's name (a DNS label)? */
bool endp_is_region(const char *region);
/* "auto", "path" or "virtual"; false for anything else. */
bool endp_parse_style(const char *word, enum endp_style *style);

#endif
