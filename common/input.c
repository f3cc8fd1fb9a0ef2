#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "input.h"
#include "limit.h"

#define TOO_LONG_SHOWN 256 /* bytes of a record that is too long */

void
input_init(struct input *in, struct app *app, int first, size_t prefix_max)
{
	memset(in, 0, sizeof(*in));
	in->app = app;
	in->prefix_max = prefix_max;
	in->from_operands = app->noperands > first;
	in->next_operand = first;
	if (in->from_operands)
		return;
	if (isatty(STDIN_FILENO))
		diag_warn("reading keys from the terminal, one a line; "
			  "control-D ends them");
	keyio_reader_init(&in->reader, app->loop, STDIN_FILENO,
	    app->options.null ? '\0' : '\n');
}

void
input_fini(struct input *in)
{
	if (!in->from_operands)
		keyio_reader_fini(&in->reader);
}

bool
input_ready(const struct input *in)
{
	return in->ended || in->from_operands ||
	    keyio_reader_ready(&in->reader);
}

static enum keyio_read
next_raw(struct input *in, const char **raw, size_t *len)
{
	if (!in->from_operands)
		return keyio_read(&in->reader, raw, len);
	if (in->next_operand >= in->app->noperands)
		return KEYIO_END;
	*raw = in->app->operands[in->next_operand++];
	*len = strlen(*raw);
	return KEYIO_RECORD;
}

/* An operand that would be two records wherever it is printed. */
static bool
is_torn(const struct input *in, const char *raw, size_t len)
{
	return in->from_operands && !in->app->options.null &&
	    memchr(raw, '\n', len) != NULL;
}

/* What was read and will not be begun: --failed shall hold all that was read
 * and not done. */
static void
give_up_rest(struct input *in)
{
	struct app *app = in->app;
	enum keyio_read got;
	const char *raw;
	size_t len;

	while ((got = next_raw(in, &raw, &len)) == KEYIO_RECORD ||
	    got == KEYIO_TOO_LONG) {
		if (got == KEYIO_TOO_LONG || is_torn(in, raw, len) ||
		    (len == 0 && !app->options.null && !in->from_operands))
			continue;
		app->counts.in++;
		app_record_dropped(app, raw, len);
	}
}

void
input_stop(struct input *in)
{
	if (in->ended)
		return;
	in->ended = true;
	give_up_rest(in);
	if (!in->from_operands)
		keyio_reader_stop(&in->reader);
}

/* Take a record apart.  False: it was bad, and that was told; or it is an
 * empty line. */
static bool
take(struct input *in, const char *raw, size_t len, struct record *r)
{
	struct app *app = in->app;
	const char *why = NULL;

	if (len == 0 && !app->options.null && !in->from_operands)
		return false;
	app->counts.in++;
	if (is_torn(in, raw, len)) {
		app_record_left_out(app, raw, len,
		    "a key with a newline cannot be a line: use -0");
		return false;
	}
	if (len == 0)
		why = "an empty record: keys have at least one byte";
	else if (!app->options.null && memchr(raw, '\0', len) != NULL)
		why = "a NUL in a line: keys that end in NUL need -0";
	else if (!record_parse(r, raw, len, app->options.is_long, &why))
		;
	else if (r->key_len + in->prefix_max > LIMIT_KEY)
		why = "the key is over 1,024 bytes (with its prefix)";
	else
		return true;
	app_record_failed(app, raw, len, why);
	return false;
}

enum input_got
input_next(struct input *in, struct record *r)
{
	const char *raw;
	size_t len;

	while (!in->ended) {
		switch (next_raw(in, &raw, &len)) {
		case KEYIO_RECORD:
			if (take(in, raw, len, r))
				return INPUT_RECORD;
			break;
		case KEYIO_WAIT:
			return INPUT_WAIT;
		case KEYIO_END:
			in->ended = true;
			break;
		case KEYIO_TOO_LONG:
			in->app->counts.in++;
			app_record_left_out(in->app, raw, TOO_LONG_SHOWN,
			    "the record is too long to hold a key");
			break;
		case KEYIO_ERROR:
			in->ended = true;
			app_fatal(in->app, "cannot read standard input: %s",
			    strerror(in->reader.error));
			break;
		}
	}
	return INPUT_END;
}
