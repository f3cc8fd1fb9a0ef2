#ifndef COPY_WHOLE_ROWS_H
#define COPY_WHOLE_ROWS_H

/* Objects that are copied whole, by the store, or that cannot be.  Scenarios of
 * t_copy.c. */

static void
small(void)
{
	fake_set_source(100, 0, 0);
}

static void
small_never_clobber(void)
{
	small();
	job.no_clobber = true;
}

static void
there_already(void)
{
	small_never_clobber();
	fake.exists = true;
	set(fake.there, ETAG_OTHER);
}

static void
there_and_long(void)
{
	there_already();
	job.is_long = true;
	set(fake.etag, "0123456789abcdef0123456789abcdef");
}

static void
looks_first(void)
{
	there_already();
	job.look_first = true;
}

static void
looks_and_copies(void)
{
	small_never_clobber();
	job.look_first = true;
}

static void
knows_no_condition(void)
{
	small_never_clobber();
	fake.knows_condition = false;
}

static void
knows_no_condition_there(void)
{
	there_already();
	fake.knows_condition = false;
}

static void
dry(void)
{
	small_never_clobber();
	job.dry_run = true;
}

static void
is_long(void)
{
	job.is_long = job.keep_parts = true;
}

static void
knows_no_pin(void)
{
	is_long();
	fake.knows_pin = false;
}

static void
has_changed(void)
{
	is_long();
	set(fake.etag, ETAG_OTHER);
}

static void
changed_never_clobber(void)
{
	has_changed();
	job.no_clobber = true;
}

static void
differs_in_place(void)
{
	is_long();
	fake.flip = ETAG_OTHER;
}

static void
differs_and_goes(void)
{
	differs_in_place();
	job.no_clobber = true;
}

static void
differs_by_kms(void)
{
	differs_in_place();
	set(fake.sse, "aws:kms");
}

static void
gone(void)
{
	fake.source_gone = true;
}

static void
no_source_bucket(void)
{
	fake.source_gone = fake.source_bucket_gone = true;
}

static void
no_destination(void)
{
	fake.bucket_gone = true;
}

static void
keeps_acl(void)
{
	small();
	job.keep_acl = true;
}

static void
keeps_class(void)
{
	small();
	job.keep_class = true;
}

/* What CopyObject does not copy, a stream may. */
static void
copy_misnamed(void)
{
	small();
	job.may_stream = true;
	fake.misnames = true;
}

static void
copy_misnamed_never_clobber(void)
{
	copy_misnamed();
	job.no_clobber = true;
}

static void
copy_unknown(void)
{
	small();
	job.may_stream = true;
	fake.lacks_copy = true;
}

static const struct scenario whole_scenarios[] = {
    {"small", small, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"small -n", small_never_clobber, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"-n there", there_already, PLAIN, SKIPPED_IF_GOOD, 2, 0},
    {"-n -l there", there_and_long, LONG, SKIPPED_IF_GOOD, 1, 0},
    {"-n looks first", looks_first, PLAIN, SKIPPED_IF_GOOD, 2, 0},
    {"-n looks, copies", looks_and_copies, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"-n unknown", knows_no_condition, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"-n unknown there", knows_no_condition_there, PLAIN, SKIPPED_IF_GOOD, 2,
	0},
    {"-n --dry-run", dry, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"-l", is_long, LONG, COPIED_IF_GOOD, 2, 0},
    {"-l pin unknown", knows_no_pin, LONG, COPIED_IF_GOOD, 2, 0},
    {"-l changed", has_changed, LONG, FAILED_IF_GOOD, 2, 0},
    {"-l -n changed", changed_never_clobber, LONG, FAILED_IF_GOOD, 2, 0},
    {"-l differs", differs_in_place, LONG, FAILED_IF_GOOD, 2, 0},
    {"-l -n differs", differs_and_goes, LONG, FAILED_IF_GOOD, 2, 0},
    {"-l differs by KMS", differs_by_kms, LONG, COPIED_IF_GOOD, 2, 0},
    {"gone", gone, PLAIN, FAILED_IF_GOOD, 2, 0},
    {"no source bucket", no_source_bucket, PLAIN, FAILED_IF_GOOD, 2, 0},
    {"no destination", no_destination, PLAIN, FAILED_IF_GOOD, 2, 0},
    {"keeps ACL", keeps_acl, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"keeps class", keeps_class, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"misnamed", copy_misnamed, "k=y", COPIED_IF_GOOD, 1, 0},
    {"misnamed -n", copy_misnamed_never_clobber, "k=y", COPIED_IF_GOOD, 1, 0},
    {"missing, not misnamed", copy_misnamed, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"no CopyObject", copy_unknown, PLAIN, COPIED_IF_GOOD, 1, 0},
};

#endif
