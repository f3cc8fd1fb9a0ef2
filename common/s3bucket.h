#ifndef S3BUCKET_H
#define S3BUCKET_H

/*
 * A bucket as reached through one profile: where it is, what to sign requests
 * with, and what has been learnt about it (its region, how far our clock is
 * off).  bucket NULL stands for the service itself (ListBuckets).
 *
 * All requests to one bucket share it, so a redirect is followed once and
 * remembered.
 */

#include <stdbool.h>
#include <stdint.h>

#include "cred.h"
#include "endp.h"
#include "sign.h"

struct s3session;

struct s3bucket_params {
	const char	*bucket;	/* NULL: the service */
	struct cred	*cred;		/* NULL: requests are not signed */
	const char	*region;	/* NULL: to be found out */
	const char	*endpoint_url;	/* NULL: AWS */
	enum endp_style	 style;
	bool		 dualstack, fips, accelerate;
	bool		 use_arn_region;
	const char	*ca_bundle;	/* NULL: the default */
	bool		 insecure;
	bool		 request_payer;
	const char	*expected_owner;	/* NULL: not checked */
};

struct s3bucket {
	struct s3bucket_params params;	/* strings owned */
	struct endp	 endp;
	struct endp	 path_endp;	/* for a key that needs path style */
	struct sign	*sign;
	struct s3session *session;	/* of a directory bucket; NULL: none.
					 * Set and freed by who made it */
	int64_t		 skew;		/* server's clock - ours, ms */
	bool		 answered;	/* it has answered something */
	bool		 known;		/* it is there: a key of it was given,
					 * or told to be missing, by name */
	bool		 told_region;	/* the user was told of a redirect */
	bool		 asked_tls;	/* whether its port speaks TLS, though
					 * the endpoint is http:// */
	bool		 speaks_tls;	/* it does */
};

/* NULL with one sentence in *why that says what to do. */
struct s3bucket *s3bucket_new(const struct s3bucket_params *params,
    const char **why);
void	s3bucket_free(struct s3bucket *b);
/* The bucket is in another region: requests go there from now on.  False if
 * that is where they went already, or it is no region's name. */
bool	s3bucket_move(struct s3bucket *b, const char *region);
const char *s3bucket_name(const struct s3bucket *b);

#endif
