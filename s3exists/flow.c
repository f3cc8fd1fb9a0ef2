/* Records in and out: from stdin to batches, from answered batches to stdout.
 * All work is done in one hook, which runs before the loop sleeps. */

#include <stdlib.h>

#include "same.h"
#include "s3exists.h"

/* Memory for records, in bytes: what sorted input needs for long ranges side
 * by side, and unsorted input for large batches. */
#define RECORDS	       (28 << 20)
#define SORTED_BYTES   (3 << 20)
#define SORTED_KEYS    20000
#define UNSORTED_BYTES (14 << 20)
/* Without listing, batches only share work among equal keys. */
#define HEAD_KEYS 1024
/* How long records wait, in ms, for others to share their pages, while those
 * before them have no answers yet either. */
#define LINGER 25

/* --- out --- */

static void
print(struct s3exists *s, struct batch *b, size_t i)
{
	enum batch_state state = batch_state(b, i);
	const char *raw;
	size_t len;

	if (state == BATCH_FAILED)
		return;
	if ((state == BATCH_EXISTS) == s->invert) {
		s->not_selected = true;
		return;
	}
	if (s->quiet)
		return;
	raw = batch_raw(b, i, &len);
	keyio_write(&s->app.out, raw, len);
	s->app.counts.out++;
}

/* Prints what is answered at the front; false once the output is full. */
static bool
print_batch(struct s3exists *s, struct batch *b)
{
	for (; b->printed < b->count; b->printed++) {
		if (batch_state(b, b->printed) < BATCH_EXISTS)
			return true;
		if (keyio_writer_full(&s->app.out))
			return false;
		print(s, b, b->printed);
	}
	return true;
}

static void
emit(struct s3exists *s)
{
	struct batch *b;

	while ((b = s->first) != NULL) {
		if (s->app.out.error == 0 && !print_batch(s, b))
			return;
		/* A broken output takes nothing, but all must end. */
		if (b->unanswered > 0 ||
		    (b->printed < b->count && s->app.out.error == 0))
			return;
		if ((s->first = b->next) == NULL)
			s->end = &s->first;
		s->bytes -= batch_bytes(b);
		batch_free(b);
	}
}

/* --- in --- */

static void
close_batch(struct s3exists *s)
{
	struct batch *b = s->open;

	s->open = NULL;
	loop_timer_cancel(s->app.loop, &s->idle);
	batch_close(b);
	b->age = ++s->closings;
	*s->end = b;
	s->end = &b->next;
	s->bytes += batch_bytes(b);
	join_add(s->join, b);
}

static bool
is_full(const struct s3exists *s)
{
	const struct batch *b = s->open;

	if (s->probe == DECIDE_HEAD_ONLY && b->count >= HEAD_KEYS)
		return true;
	if (!b->ascending)
		return batch_bytes(b) >= UNSORTED_BYTES;
	return b->count >= SORTED_KEYS || batch_bytes(b) >= SORTED_BYTES;
}

static void
take(struct s3exists *s, const struct record *r)
{
	const char *field;
	struct fail f;

	if (s->same != 0 && (field = same_lacks(s->same, r)) != NULL) {
		fail_clear(&f);
		fail_set(&f, FAIL_INVALID,
		    "the record has no %s to compare (--same)", field);
		app_key_failed(&s->app, s->bucket, r, &f);
		return;
	}
	if (s->open == NULL)
		s->open = batch_new(s->app.options.is_long);
	batch_add(s->open, r);
	if (is_full(s))
		close_batch(s);
}

static bool
has_room(const struct s3exists *s)
{
	size_t open = s->open == NULL ? 0 : batch_bytes(s->open);

	return !s->stopping && !s->input_ended && s->bytes + open < RECORDS;
}

/* Input is idle.  What was gathered must not wait for more of it, but where
 * earlier records have no answers yet a moment costs nothing. */
static void
expect_more(struct s3exists *s, bool got_some)
{
	bool nothing_ahead = s->first == NULL;

	if (s->open == NULL)
		return;
	if (nothing_ahead)
		loop_timer_set(s->app.loop, &s->idle, 0);
	else if (got_some || s->idle.place == 0)
		loop_timer_set(s->app.loop, &s->idle, LINGER);
}

static void
on_idle(void *arg)
{
	struct s3exists *s = arg;

	/* What has just come may belong to the same batch. */
	if (s->open != NULL && !input_ready(&s->input))
		close_batch(s);
}

static void
gather(struct s3exists *s)
{
	struct record r;
	bool got_some = false;

	while (has_room(s)) {
		switch (input_next(&s->input, &r)) {
		case INPUT_RECORD:
			take(s, &r);
			got_some = true;
			break;
		case INPUT_WAIT:
			expect_more(s, got_some);
			return;
		case INPUT_END:
			s->input_ended = true;
			if (s->open != NULL)
				close_batch(s);
			return;
		}
	}
}

/* --- the end --- */

static void
finish(struct s3exists *s)
{
	if (s->quiet && s->app.counts.failed > 0)
		app_status(&s->app, 2);
	else if (s->quiet && s->not_selected)
		app_status(&s->app, 1);
	app_finish(&s->app);
}

/* A signal lets requests in flight end; whatever else has stopped us would
 * meet them too. */
static void
wind_up(struct s3exists *s)
{
	bool cancel = s->app.died_of != SIGINT && s->app.died_of != SIGTERM;
	struct fail f;

	if (s->open != NULL)
		close_batch(s);
	fail_clear(&f);
	fail_set(&f, FAIL_CANCELLED, "not looked up");
	join_stop(s->join, &f, cancel);
	probe_stop(s, cancel);
}

static void
work(void *arg)
{
	struct s3exists *s = arg;

	emit(s);
	gather(s);
	join_work(s->join);
	if (s->stopping)
		wind_up(s);
	emit(s);
	if ((s->input_ended || s->stopping) && s->open == NULL &&
	    s->first == NULL && join_idle(s->join))
		finish(s);
	else if (has_room(s) && input_ready(&s->input))
		loop_defer(s->app.loop, &s->call);
}

static void
on_drained(void *arg)
{
	struct s3exists *s = arg;

	loop_defer(s->app.loop, &s->call);
}

void
flow_start(struct s3exists *s)
{
	input_init(&s->input, &s->app, 1, s->loc.prefix_len);
	s->end = &s->first;
	s->join = join_new(s);
	s->hook.fn = s->call.fn = work;
	s->hook.arg = s->call.arg = s;
	s->idle.fn = on_idle;
	s->idle.arg = s;
	s->app.out.drained = on_drained;
	s->app.out.drained_arg = s;
	loop_hook_add(s->app.loop, &s->hook);
}

void
flow_stop(struct s3exists *s)
{
	if (s->stopping)
		return;
	s->stopping = true;
	input_stop(&s->input);
	loop_defer(s->app.loop, &s->call);
}

void
flow_free(struct s3exists *s)
{
	struct batch *b;

	loop_hook_remove(s->app.loop, &s->hook);
	loop_defer_cancel(s->app.loop, &s->call);
	loop_timer_cancel(s->app.loop, &s->idle);
	join_free(s->join);
	probe_free_all(s);
	while ((b = s->first) != NULL) {
		s->first = b->next;
		batch_free(b);
	}
	batch_free(s->open);
	input_fini(&s->input);
	location_fini(&s->loc);
}
