#ifndef APP_H
#define APP_H

/*
 * What the three programs have in common: options, buckets from LOCATIONs,
 * signals, accounts of records, the --failed file, stdout, the exit status.
 *
 * Exit status: 0 all was done; 1 all else was done but some keys failed; 2 the
 * work as a whole cannot be trusted to be complete.  It only ever grows.
 */

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "engine.h"
#include "fail.h"
#include "http.h"
#include "keyio.h"
#include "location.h"
#include "loop.h"
#include "record.h"
#include "s3bucket.h"
#include "s3req.h"

struct app;
struct conf;

/* Long options without a letter have values from here on; a program's own
 * begin at APP_OWN. */
#define APP_SHARED 256
#define APP_OWN	   512

struct app_program {
	const char	*name;
	const char	*synopsis;	/* lines for --help and usage errors */
	const char	*help;		/* what the options mean, for --help */
	const char	*letters;	/* own options with a letter, for getopt */
	const struct option *options;	/* own long options, {0} at the end */
	/* One of the own options: false with *why if its value is wrong. */
	bool		(*option)(void *arg, int value, const char *text,
			    const char **why);
	int		 jobs;		/* default of -j */
	bool		 filter;	/* reads records: has --failed */
	bool		 two_sides;	/* has the --source-* options */
	/* A signal or a failed output: begin no more, end soon, and call
	 * app_finish() when nothing is in flight.  May come more than once. */
	void		(*stop)(void *arg);
	/* The loop has ended: free what is the program's; may be NULL. */
	void		(*fini)(void *arg);
	void		*arg;
};

enum app_stats {APP_NO_STATS, APP_STATS, APP_STATS_JSON};

struct app_options {
	bool		 null, is_long, debug, progress;
	enum app_stats	 stats;
	int		 jobs;
	int		 attempts;	/* --retries; 0: not given */
	double		 max_rate;	/* 0: none */
	const char	*failed;
	bool		 no_verify_ssl, request_payer;
	const char	*ca_bundle, *style;
	struct app_side_options {
		const char	*profile, *region, *endpoint_url, *owner;
		bool		 no_sign_request;
	} side[2];			/* by enum app_side */
};

enum app_side {
	APP_BUCKET,	/* the only one, and s3cp's DESTINATION */
	APP_SOURCE	/* s3cp's SOURCE */
};

/* Accounts of this run, for --stats and --progress. */
struct app_counts {
	uint64_t	in, out, failed, skipped;
	uint64_t	bytes;		/* of objects copied */
	uint64_t	total;		/* records to come; 0: unknown */
};

struct app {
	const struct app_program *program;
	struct app_options options;
	char		**operands;	/* as in argv */
	int		 noperands;
	struct conf	*conf;
	struct loop	*loop;
	struct http	*http;
	struct engine	*engine;
	struct s3req_env env;
	struct keyio_writer out;	/* records on stdout */
	struct app_counts counts;
	int64_t		 began;		/* ms, monotonic */
	/* private */
	struct app_cred	*creds;
	struct app_bucket *buckets;
	struct loop_hook hook;
	struct loop_fd	 signals;
	struct loop_timer ticker;	/* the progress line */
	bool		 redraws, drawn;
	int		 failed_fd;	/* -1: no --failed */
	int		 status;
	int		 died_of;	/* the signal to die by; 0: none */
	bool		 stopping, finished;
	bool		 fatal;		/* its one line was written */
	enum fail_kind	 fatal_kind;
	uint64_t	 denied, good;	/* keys, to notice what all share */
};

/* Parses the command line (and ends the program for --help, --version and
 * wrong usage), reads the configuration, sets up loop, engine and signals. */
void	app_init(struct app *app, const struct app_program *program, int argc,
	    char **argv);
/* Wrong usage: a line, the synopsis, status 2. */
void	app_usage(const struct app *app, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3), noreturn));
/* Runs until app_finish() was called, nothing is in flight and output is
 * written.  Flushes, checks, reports, frees; returns the exit status or dies
 * by the signal that stopped the run. */
int	app_run(struct app *app);
/* The program's work is over; only output and cancelled requests remain. */
void	app_finish(struct app *app);

/* Parse a LOCATION operand; ends the program with a line if it is wrong. */
void	app_location(struct app *app, struct location *loc, const char *word);
/* The bucket of a location as that side's options, environment and profile
 * say; ends the program with a line if they make no sense.  Kept by app.
 * loc NULL: the service itself. */
struct s3bucket *app_bucket(struct app *app, const struct location *loc,
	    enum app_side side);

/* --- how keys and runs end --- */

/* A key failed: its line on stderr, its record to --failed, status 1.  What all
 * keys would share (no bucket, no credentials, no trust, an endpoint that is
 * down, no right to anything) ends the run instead: one line, status 2. */
void	app_key_failed(struct app *app, const struct s3bucket *bucket,
	    const struct record *r, const struct fail *f);
/* The same for what is wrong with the record itself. */
void	app_record_failed(struct app *app, const char *raw, size_t len,
	    const char *why);
/* What was refused is what every key needs: the next one that is denied ends
 * the run, if none went well. */
void	app_all_denied(struct app *app);
/* And for one that --failed cannot hold, since only its beginning is here or
 * newlines are in it: pieces of it would be other records. */
void	app_record_left_out(struct app *app, const char *raw, size_t len,
	    const char *why);
/* A record that was read and is not begun any more: without a line, which is
 * that of what ended the run. */
void	app_record_dropped(struct app *app, const char *raw, size_t len);
void	app_key_good(struct app *app);	/* done, or already there */
/* The run cannot go on: one line, status 2, program->stop(). */
void	app_fatal(struct app *app, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	app_fatal_fail(struct app *app, const char *what,
	    const struct fail *f);
/* A line on stderr and a status, the run goes on. */
void	app_status(struct app *app, int status);

/* May more work begin?  (No signal, window open, output not too full.) */
bool	app_wants_more(const struct app *app);

#endif
