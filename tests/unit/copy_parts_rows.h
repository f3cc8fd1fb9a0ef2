#ifndef COPY_PARTS_ROWS_H
#define COPY_PARTS_ROWS_H

/* Objects that the store copies in parts, and uploads that a killed run left.
 * Scenarios of t_copy.c. */

static void
large(void)
{
	fake.size = UINT64_C(6) << 30;
	job.part_size = UINT64_C(3) << 30;
}

static void
large_knows_no_tags(void)
{
	large();
	fake.knows_tags = false;
	job.threshold = UINT64_C(1) << 30;
}

static void
large_never_clobber(void)
{
	large();
	job.no_clobber = true;
}

static void
large_knows_no_condition(void)
{
	large_never_clobber();
	fake.knows_condition = false;
	job.threshold = UINT64_C(1) << 30;
}

static void
large_there(void)
{
	large_never_clobber();
	fake.exists = true;
	set(fake.there, ETAG_OTHER);
}

static void
large_slow(void)
{
	large();
	fake.window = 1;
}

static void
in_parts_3(void)
{
	fake_set_source(25, 3, 10);
	job.keep_parts = true;
}

/* What the window has room for, beyond an object's share. */
static void
in_parts_wide(void)
{
	in_parts_3();
	job.parts_max = 1;
	job.parts_most = 3;
}

static void
in_parts_5(void)
{
	fake_set_source(25, 5, 5);
	job.keep_parts = true;
	job.parts_max = 2;
}

/* What a run leaves that was killed after so many parts. */
static struct fake_upload *
leave(unsigned done)
{
	struct fake_upload *u = fake_leave_upload(done);

	set(u->part[5], mark);
	u->size[5] = mark_size;
	return u;
}

static void
again_none(void)
{
	in_parts_5();
	leave(0);
}

static void
again_2(void)
{
	in_parts_5();
	leave(2);
}

static void
again_4(void)
{
	in_parts_5();
	leave(4);
}

static void
again_younger(void)
{
	again_2();
	leave(1);
}

static void
again_wrong(void)
{
	in_parts_5();
	set(leave(2)->part[2], ETAG_OTHER);
}

static void
again_other_size(void)
{
	in_parts_5();
	leave(2)->size[2]++;
}

/* Without a mark it may be anybody's. */
static void
again_unmarked(void)
{
	in_parts_5();
	fake_leave_upload(4)->foreign = true;
}

/* All parts are there, so what it was created with is not told any more. */
static void
again_whole(void)
{
	in_parts_5();
	fake_leave_upload(5)->foreign = true;
}

/* It was to have other rights than it shall have now. */
static void
again_otherwise(void)
{
	in_parts_5();
	leave(2)->foreign = true;
	job.acl = "private";
}

static void
again_never_clobber(void)
{
	again_2();
	job.no_clobber = true;
}

/* A run beside this one, with the same upload. */
static void
again_taken(void)
{
	again_2();
	fake.ended_at = 1;
}

static void
again_taken_at_last(void)
{
	again_2();
	fake.ended_at = 3;
}

/* The store tells an ETag that it does not take. */
static void
misreads_pin(void)
{
	in_parts_3();
	fake.misreads_pin = true;
}

static void
misreads_pin_whole(void)
{
	misreads_pin();
	is_long();
	job.keep_parts = false;
}

static void
misreads_pin_whole_no_clobber(void)
{
	misreads_pin_whole();
	job.no_clobber = true;
}

static void
misreads_pin_changed(void)
{
	misreads_pin_whole();
	set(fake.etag, ETAG_OTHER);
}

/* Parts of two objects: the store does not notice. */
static void
large_chimera(void)
{
	large();
	fake.ignores_pin = true;
	fake.changes_at = 1;
}

static void
large_mute(void)
{
	large();
	fake.mute_complete = true;
}

static void
large_mute_differs(void)
{
	large_mute();
	fake.flip = ETAG_OTHER "-2";
}

/* Layouts are not told, or else the whole ETag would have to be right. */
static void
decodes_once(void)
{
	fake_set_source(25, 0, 0);
	job.threshold = 1;
}

static void
decodes_twice(void)
{
	decodes_once();
	fake.decodes_twice = true;
}

/* Of 5, 5 and 15 bytes: each has to be asked for. */
static void
in_parts_unequal(void)
{
	fake_set_source(25, 3, 5);
	job.keep_parts = true;
}

/* Of 10, 7 and 8 bytes: the first could be that of equal ones. */
static void
in_parts_odd(void)
{
	fake.odd = 3;
	in_parts_3();
}

static void
in_parts_refused(void)
{
	in_parts_3();
	fake.refuses_parts = true;
	set(fake.etag, "0123456789abcdef0123456789abcdef-3");
}

static void
large_keeps_acl(void)
{
	large();
	job.keep_acl = true;
}

/* The store takes less than it should. */
static void
large_keeps_class(void)
{
	large();
	fake.size = UINT64_C(3) << 30;
	job.part_size = UINT64_C(2) << 30;
	fake.copy_max = UINT64_C(1) << 30;
	job.keep_class = true;
}

static void
large_differs(void)
{
	large();
	fake.flip = ETAG_OTHER "-2";
}

/* The store makes the ETag of an upload in its own way. */
static void
large_own_etag(void)
{
	large();
	fake.flip = ETAG_OTHER;
	fake.flips_well = true;
}

static void
large_mute_own_etag(void)
{
	large_own_etag();
	fake.mute_complete = true;
}

static void
in_parts_long(void)
{
	in_parts_3();
	job.is_long = true;
}

static void
in_parts_1(void)
{
	fake_set_source(10, 1, 10);
	job.keep_parts = true;
}

static void
in_parts_unknown(void)
{
	in_parts_3();
	fake.knows_parts = false;
}

static const struct scenario parts_scenarios[] = {
    {"large", large, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"large, no tags", large_knows_no_tags, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"large -n", large_never_clobber, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"large -n unknown", large_knows_no_condition, "6442450944\t-\t-\t-\tkey",
	COPIED_IF_GOOD, 1, 0},
    {"large -n there", large_there, PLAIN, SKIPPED_IF_GOOD, 1, 0},
    {"large, one at a time", large_slow, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"3 parts", in_parts_3, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"3 parts, 1 and what room is left", in_parts_wide, PLAIN, COPIED_IF_GOOD,
	1, 3},
    {"pin misread", misreads_pin, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"-l pin misread", misreads_pin_whole, LONG_PARTS, COPIED_IF_GOOD, 2, 0},
    {"-l -n pin misread", misreads_pin_whole_no_clobber, LONG_PARTS,
	COPIED_IF_GOOD, 0, 0},
    {"-l pin misread, changed", misreads_pin_changed, LONG_PARTS,
	FAILED_IF_GOOD, 1, 0},
    {"large, changes", large_chimera, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"large, no ETag told", large_mute, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"large, no ETag, differs", large_mute_differs, PLAIN, FAILED_IF_GOOD, 1,
	0},
    {"a % in parts", decodes_once, "a%41b", COPIED_IF_GOOD, 1, 0},
    {"a % decoded twice", decodes_twice, "a%41b", COPIED_IF_GOOD, 1, 0},
    {"no % decoded twice", decodes_twice, "ab", COPIED_IF_GOOD, 1, 0},
    {"unequal parts", in_parts_unequal, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"-l, 3 parts", in_parts_long, LONG_PARTS, COPIED_IF_GOOD, 1, 0},
    {"5 parts", in_parts_5, PLAIN, COPIED_IF_GOOD, 1, 5},
    {"again, none done", again_none, PLAIN, COPIED_IF_GOOD, 1, 5},
    {"again, 2 done", again_2, PLAIN, COPIED_IF_GOOD, 1, 3},
    {"again, 4 done", again_4, PLAIN, COPIED_IF_GOOD, 2, 1},
    {"again, 2 uploads", again_younger, PLAIN, COPIED_IF_GOOD, 0, 3},
    {"again, wrong", again_wrong, PLAIN, COPIED_IF_GOOD, 1, 8},
    {"again, other size", again_other_size, PLAIN, COPIED_IF_GOOD, 0, 4},
    {"again, no mark", again_unmarked, PLAIN, COPIED_IF_GOOD, 0, 5},
    {"again, no mark left", again_whole, PLAIN, COPIED_IF_GOOD, 0, 5},
    {"again, otherwise", again_otherwise, PLAIN, COPIED_IF_GOOD, 0, 5},
    {"again -n", again_never_clobber, PLAIN, COPIED_IF_GOOD, 1, 3},
    {"again, taken", again_taken, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"again, taken at last", again_taken_at_last, PLAIN, COPIED_IF_GOOD, 1, 3},
    {"1 part", in_parts_1, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"odd parts", in_parts_odd, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"refused parts", in_parts_refused, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"large, keeps ACL", large_keeps_acl, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"large, keeps class", large_keeps_class, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"large, own ETag", large_own_etag, PLAIN, COPIED_IF_GOOD, 0, 0},
    {"large, own ETag not told", large_mute_own_etag, PLAIN, COPIED_IF_GOOD, 0,
	0},
    {"large, differs", large_differs, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"unknown parts", in_parts_unknown, PLAIN, FAILED_IF_GOOD, 1, 0},
};

#endif
