#ifndef KEYIO_H
#define KEYIO_H

/*
 * Records in and out, with back-pressure both ways.
 *
 * Inherited descriptors are never made non-blocking (the flag belongs to the
 * open file, which others share): a read happens only when poll(2) says so,
 * and a write to a pipe or socket only when it can take PIPE_BUF bytes, of
 * which no more are written at once.  Each write ends where a record ends, so
 * that a killed program leaves no half a record behind.
 */

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "loop.h"

/* --- reading --- */

enum keyio_read {
	KEYIO_RECORD,	/* *record and *len are set; valid until the next call */
	KEYIO_WAIT,	/* nothing complete is here; the loop wakes when more is */
	KEYIO_END,	/* end of input; an unterminated last record was given */
	KEYIO_TOO_LONG,	/* a record over LIMIT_RECORD: *record has its first
			 * bytes; the rest is skipped */
	KEYIO_ERROR	/* read(2) failed: errno is in reader->error */
};

struct keyio_reader {
	struct loop	*loop;
	struct loop_fd	 watch;
	char		*data;
	size_t		 at, end, room;
	char		 delimiter;
	bool		 eof;
	bool		 skipping;	/* the tail of a record too long */
	int		 error;
};

void	keyio_reader_init(struct keyio_reader *r, struct loop *loop, int fd,
	    char delimiter);
void	keyio_reader_fini(struct keyio_reader *r);
/* Empty records are given too: what they mean is the caller's to say. */
enum keyio_read keyio_read(struct keyio_reader *r, const char **record,
	    size_t *len);
/* Nothing more will be read (a signal came): the next call says KEYIO_END. */
void	keyio_reader_stop(struct keyio_reader *r);
/* True when a whole record is in memory, or the end was seen: keyio_read()
 * will not say KEYIO_WAIT. */
bool	keyio_reader_ready(const struct keyio_reader *r);

/* --- writing --- */

struct keyio_writer {
	struct loop	*loop;
	struct loop_fd	 watch;
	struct loop_hook hook;
	struct buf	 pending;
	size_t		 written;	/* of pending */
	char		 delimiter;
	size_t		 chunk;		/* most bytes of one write */
	int		 error;		/* errno of a failed write; 0: none */
	bool		 was_full;
	void		(*drained)(void *arg);	/* below the mark again; may be
						 * NULL */
	void		*drained_arg;
};

/* Output above this many bytes means: do not produce more. */
#define KEYIO_HIGH_WATER (256 << 10)

/* Writes to fd when the loop is about to sleep, as far as it takes it. */
void	keyio_writer_init(struct keyio_writer *w, struct loop *loop, int fd,
	    char delimiter);
void	keyio_writer_fini(struct keyio_writer *w);
/* Append a record and its end. */
void	keyio_write(struct keyio_writer *w, const char *record, size_t len);
/* For records made in place: the buffer to append to; end each record with
 * keyio_write_end(). */
struct buf *keyio_write_begin(struct keyio_writer *w);
void	keyio_write_end(struct keyio_writer *w);
bool	keyio_writer_full(const struct keyio_writer *w);
bool	keyio_writer_empty(const struct keyio_writer *w);

#endif
