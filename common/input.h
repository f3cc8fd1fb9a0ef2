#ifndef INPUT_H
#define INPUT_H

/*
 * The records that a filter works on: from stdin, or from KEY operands where
 * there are any (stdin is then left alone; under -l the operands are long
 * records too).
 *
 * Bad records never reach the program: an empty record under -0, a NUL in
 * newline mode, a malformed long record, a key that would be over 1,024 bytes
 * with the location's prefix.  Each is a line on stderr, a record in --failed
 * and status 1.  An empty record in newline mode is passed over.
 */

#include "app.h"

enum input_got {
	INPUT_RECORD,	/* *r is set, valid until the next call */
	INPUT_WAIT,	/* nothing is here now; the loop wakes when there is */
	INPUT_END	/* no more, also after a signal or an error (told) */
};

struct input {
	struct app	*app;
	size_t		 prefix_max;	/* bytes that go before each key */
	struct keyio_reader reader;
	bool		 from_operands;
	int		 next_operand;	/* in app->operands */
	bool		 ended;
};

/* first: the index of the first KEY among the operands.  prefix_max: the
 * length of the longest location prefix. */
void	input_init(struct input *in, struct app *app, int first,
	    size_t prefix_max);
void	input_fini(struct input *in);
enum input_got input_next(struct input *in, struct record *r);
/* Will input_next() answer without waiting? */
bool	input_ready(const struct input *in);
/* INPUT_END from now on.  Whole records that were read already, and operands
 * not taken, go to --failed; the rest of stdin is left unread. */
void	input_stop(struct input *in);

#endif
