/* --same: which fields, and when they agree. */

#include "../../s3exists/same.c"
#include "tap.h"

static void
test_parse(void)
{
	unsigned set;
	const char *why = NULL;

	ok(same_parse("size", &set, &why) && set == SAME_SIZE, "one field");
	ok(same_parse("mtime,etag,size", &set, &why) &&
		set == (SAME_SIZE | SAME_ETAG | SAME_MTIME),
	    "all, in any order");
	ok(!same_parse("", &set, &why), "none is wrong");
	ok(!same_parse("size,", &set, &why), "so is half a list");
	ok(!same_parse("sizes", &set, &why), "a longer word");
	ok(!same_parse("siz", &set, &why), "a shorter one");
	ok(!same_parse("size etag", &set, &why), "and a blank");
}

static void
test_agree(void)
{
	struct record here = {.has_size = true,
	    .size = 5,
	    .etag = "abc",
	    .etag_len = 3,
	    .has_mtime = true,
	    .mtime = 10500,
	    .mtime_millis = true};
	struct record there = here;

	ok(same_record(SAME_SIZE | SAME_ETAG | SAME_MTIME, &here, &there),
	    "equals agree");
	there.size = 6;
	ok(!same_record(SAME_SIZE, &here, &there), "sizes must be equal");
	ok(same_record(SAME_ETAG, &here, &there), "if they are asked for");
	there.etag_len = 2;
	ok(!same_record(SAME_ETAG, &here, &there), "ETags to the last byte");
	there.mtime = 10499;
	ok(!same_record(SAME_MTIME, &here, &there), "older by a millisecond");
	there.mtime = 99999;
	ok(same_record(SAME_MTIME, &here, &there), "newer agrees");
	there.mtime = 10000;
	there.mtime_millis = false;
	ok(same_record(SAME_MTIME, &here, &there),
	    "whole seconds where one side has no better");
	there.mtime = 9000;
	ok(!same_record(SAME_MTIME, &here, &there), "but not an older second");
}

static void
test_lacks(void)
{
	struct record r = {.has_size = true};

	ok(same_lacks(SAME_SIZE, &r) == NULL, "what is there is not lacking");
	is_str(same_lacks(SAME_SIZE | SAME_ETAG, &r), "ETag", "what is not is");
	is_str(same_lacks(SAME_MTIME, &r), "time", "for each field");
	r.has_size = false;
	is_str(same_lacks(SAME_SIZE, &r), "size", "with its name");
}

int
main(void)
{
	test_parse();
	test_agree();
	test_lacks();
	return tap_done();
}
