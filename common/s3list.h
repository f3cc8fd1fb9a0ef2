#ifndef S3LIST_H
#define S3LIST_H

/*
 * The listing of a bucket: every key of a range, in ascending byte order (or
 * in any order, if asked), read by many requests at a time in bounded memory.
 * The strategy is listplan's; this module fetches, keeps and hands over.
 *
 * Stores that do not sort, ignore start-after, or repeat their continuation
 * token are found out: the listing then goes on page after page, `disorder'
 * is called once, and the order is gone; what makes no progress at all fails.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"
#include "listplan.h"
#include "record.h"
#include "s3req.h"

struct s3list;

/* An entry: r->key is the whole key, r->raw is NULL; fields as asked for.
 * Returning false means "not now": the entry was not taken and will be given
 * again after s3list_resume(). */
typedef bool s3list_entry_fn(void *arg, const struct record *r,
    bool is_prefix);
/*
 * The listing is over: f->kind FAIL_NONE if it is complete.  Otherwise all
 * keys up to and including `upto' (len 0: none) were handed over, in order,
 * and nothing is known of what follows; in an unsorted listing upto is NULL.
 */
typedef void s3list_done_fn(void *arg, const struct fail *f,
    const char *upto, size_t len);

struct s3list_params {
	struct s3req_env *env;
	struct s3bucket	*bucket;
	const char	*prefix;	/* only keys that begin with it */
	size_t		 prefix_len;
	const char	*delimiter;	/* NULL: none */
	const char	*from;		/* whole keys k with from < k <= to; */
	size_t		 from_len;	/* 0: from the first */
	const char	*to;		/* NULL: to the last */
	size_t		 to_len;
	int		 jobs;		/* most pages in flight */
	size_t		 window;	/* bytes of pages held or on their way */
	bool		 unsorted;	/* any order */
	bool		 fields;	/* size, mtime, ETag, class too */
	double		 extra;		/* the governor: extra requests allowed
					 * for each useful one; < 0: default */
	const struct listplan_hints *hints;	/* NULL: none */
	s3list_entry_fn	*entry;
	void		(*disorder)(void *arg, const char *why); /* or NULL */
	s3list_done_fn	*done;
	void		*arg;
};

/* All that params points to is kept by the caller until done or free. */
struct s3list *s3list_new(const struct s3list_params *params);
void	s3list_start(struct s3list *l);
void	s3list_resume(struct s3list *l);
/* Cancels what is in flight; may be called at any time from the loop, but not
 * from a callback of the list. */
void	s3list_free(struct s3list *l);

#endif
