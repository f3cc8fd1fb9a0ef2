#ifndef S3LS_H
#define S3LS_H

/* What the files of s3ls share. */

#include <stdbool.h>
#include <stddef.h>

#include "app.h"
#include "buf.h"
#include "s3list.h"

struct s3ls {
	struct app	 app;
	/* options */
	bool		 unsorted, json;
	const char	*prefix, *delimiter, *start_after, *range, *hints_file;
	int		 split;		/* 0: no */
	double		 extra;		/* --extra-requests / 100; < 0: default */
	/* derived from them; whole keys */
	struct location	 loc;
	struct s3bucket	*bucket;
	struct buf	 whole_prefix, from, to;
	bool		 has_to;
	/* at work */
	bool		 terminal;	/* stdout is one: escape */
	struct s3list	*list;
	struct hints	*hints;
	struct split	*splitting;
	bool		 ended;
};

/* output.c: one entry to stdout in the form that the options ask for; r->key
 * is whole.  False: the output is full, nothing was written. */
bool	output_entry(struct s3ls *s, const struct record *r, bool is_prefix);
void	output_bucket(struct s3ls *s, const char *name, size_t len,
	    const char *created, size_t created_len);

/* buckets.c: print the names of the buckets, then app_finish(). */
void	buckets_start(struct s3ls *s);

/* split.c: print the ranges that --split asks for, then app_finish(). */
void	split_start(struct s3ls *s);
void	split_stop(struct split *split);	/* soon; NULL is fine */
void	split_free(struct split *split);

#endif
