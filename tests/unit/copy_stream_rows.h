#ifndef COPY_STREAM_ROWS_H
#define COPY_STREAM_ROWS_H

/* Objects whose bytes travel through memory, whole and in parts.  Scenarios of
 * t_copy.c. */

static void
stream_wide(void)
{
	in_parts_wide();
	job.via = COPY_VIA_STREAM;
}

static void
stream_again_2(void)
{
	again_2();
	job.via = COPY_VIA_STREAM;
	job.keep_parts = false;
}

static void
stream_again_4(void)
{
	again_4();
	job.via = COPY_VIA_STREAM;
}

static void
stream_again_wrong(void)
{
	again_wrong();
	job.via = COPY_VIA_STREAM;
}

static void
stream_again_otherwise(void)
{
	again_otherwise();
	job.via = COPY_VIA_STREAM;
}

/* 3 parts of 10 bytes, of which the store tells only that they are 3: the
 * guess is wrong, but it is all there. */
static void
stream_guessed(void)
{
	fake_set_source(25, 3, 10);
	fake.knows_parts = false;
	job.via = COPY_VIA_STREAM;
}

static void
stream_odd(void)
{
	in_parts_odd();
	job.via = COPY_VIA_STREAM;
}

static void
stream_small(void)
{
	small();
	job.via = COPY_VIA_STREAM;
}

static void
stream_forgets_tags(void)
{
	stream_small();
	fake.forgets_tags = true;
}

/* What comes in chunks does not tell its size; a HEAD may. */
static void
stream_chunked(void)
{
	stream_small();
	fake.chunked_get = true;
}

static void
stream_chunked_mute(void)
{
	stream_chunked();
	fake.chunked_head = true;
}

static void
stream_never_clobber(void)
{
	stream_small();
	job.no_clobber = true;
}

static void
stream_empty(void)
{
	fake_set_source(0, 0, 0);
	job.via = COPY_VIA_STREAM;
}

static void
stream_parts_2(void)
{
	fake_set_source(15, 2, 10);
	job.via = COPY_VIA_STREAM;
}

/* Through a buffer of SPAN_PIPE bytes, both requests at one time. */
static void
stream_piped(void)
{
	fake_set_source(130, 0, 0);
	job.via = COPY_VIA_STREAM;
}

static void
stream_piped_never_clobber(void)
{
	stream_piped();
	job.no_clobber = true;
}

static void
stream_piped_there(void)
{
	stream_piped_never_clobber();
	fake.exists = true;
	set(fake.there, ETAG_OTHER);
}

static void
stream_piped_spoilt(void)
{
	stream_piped();
	fake.spoil = true;
}

static void
stream_parts_piped(void)
{
	fake_set_source(130, 2, 70);
	job.via = COPY_VIA_STREAM;
}

static void
stream_differs(void)
{
	stream_small();
	fake.flip = ETAG_OTHER;
}

static const struct scenario stream_scenarios[] = {
    {"the same through memory", stream_wide, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"stream, parts guessed", stream_guessed, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"stream again, 2 done", stream_again_2, PLAIN, COPIED_IF_GOOD, 1, 3},
    {"stream again, 4 done", stream_again_4, PLAIN, COPIED_IF_GOOD, 1, 1},
    {"stream again, wrong", stream_again_wrong, PLAIN, COPIED_IF_GOOD, 0, 9},
    {"stream again, otherwise", stream_again_otherwise, PLAIN, COPIED_IF_GOOD,
	0, 6},
    {"stream, odd parts", stream_odd, PLAIN, COPIED_IF_GOOD, 0, 0},
    {"tags lost", stream_forgets_tags, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"stream", stream_small, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"stream, no length", stream_chunked, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"stream, no size at all", stream_chunked_mute, PLAIN, FAILED_IF_GOOD, 1,
	0},
    {"stream -n", stream_never_clobber, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"stream empty", stream_empty, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"stream 2 parts", stream_parts_2, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"stream differs", stream_differs, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"pipe", stream_piped, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"pipe -n", stream_piped_never_clobber, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"pipe -n there", stream_piped_there, PLAIN, SKIPPED_IF_GOOD, 1, 0},
    {"pipe spoilt", stream_piped_spoilt, PLAIN, COPIED_IF_GOOD, 0, 0},
    {"2 pipes", stream_parts_piped, PLAIN, COPIED_IF_GOOD, 0, 0},
};

#endif
