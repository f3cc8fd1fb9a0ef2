#ifndef S3PAGE_H
#define S3PAGE_H

/*
 * Fetches one page of a listing (ListObjectsV2) into a keypage: the step from
 * which the parallel lister and the merge join are built.
 *
 * What a page must be to count: a complete, well-formed document; keys that
 * all begin with the prefix; keys and common prefixes merged into one order.
 * Whether they ascend is told (page.ascending), not demanded.  Of a directory
 * bucket the whole folder is read, and what lacks the prefix left out.
 */

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "fail.h"
#include "keypage.h"
#include "reply.h"
#include "s3req.h"

struct s3page;
typedef void s3page_fn(struct s3page *p, const struct fail *f);

struct s3page {
	/* set by the owner before the first fetch, kept */
	const char	*prefix;	/* "" for none */
	size_t		 prefix_len;
	const char	*delimiter;	/* NULL for none */
	s3page_fn	*done;
	void		*arg;
	/* results, valid from done until the next fetch */
	struct keypage	 page;
	bool		 more;		/* IsTruncated */
	struct buf	 token;		/* for the next page; empty: none that
					 * can be used */
	/* private */
	struct s3req	 req;
	struct reply_page reply;
	struct buf	 query;
	struct keypage	 prefixes;	/* common prefixes, until merged */
	struct fail	 why;
};

void	s3page_init(struct s3page *p, struct s3req_env *env,
	    struct s3bucket *bucket, bool fields);
void	s3page_fini(struct s3page *p);		/* must not be under way */

/*
 * Fetch the page that the token names, or (token NULL) the one after the key
 * `after' (len 0: the first).  Both are copied.  max_keys 0: as many as the
 * store likes.
 */
void	s3page_fetch(struct s3page *p, const char *after, size_t len,
	    const char *token, int max_keys);
void	s3page_cancel(struct s3page *p);
/* Not needed for now: drop the results, keep little memory. */
void	s3page_rest(struct s3page *p);
bool	s3page_active(const struct s3page *p);
bool	s3page_sent(const struct s3page *p);	/* it is on its way now */

#endif
