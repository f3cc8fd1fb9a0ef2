/*
 * The flow of one key, walked through every order in which its requests can
 * end, with up to two things going wrong at every place: an answer lost, a
 * request dropped or refused, a signal.  The requests are those of fake_s3.c,
 * so what is asked at the end is what the store holds.
 */

#include <poll.h>
#include <stdlib.h>

#include "../../s3cp/copy_private.h"
#include "../../s3cp/span.h"

/* Sizes at which a unit test can do what takes megabytes else. */
#undef COPY_STREAM_FETCH
#define COPY_STREAM_FETCH 120
#undef COPY_AGAIN_LEAST
#define COPY_AGAIN_LEAST 5
#undef SPAN_WHOLE
#define SPAN_WHOLE 40
#undef SPAN_PIPE
#define SPAN_PIPE 16
#undef SPAN_WIRES
#define SPAN_WIRES 8

void copy_move_really(struct copy *c, enum copy_state state);

#define copy_move copy_move_really
/* The copier as one unit, down to its static functions.
 * NOLINTBEGIN(bugprone-suspicious-include) */
#include "../../s3cp/copy.c"
#undef copy_move
#include "../../s3cp/copy_again.c"
#include "../../s3cp/copy_ask.c"
#include "../../s3cp/copy_find.c"
#include "../../s3cp/copy_mend.c"
#include "../../s3cp/copy_parts.c"
#include "../../s3cp/copy_prepare.c"
#include "../../s3cp/copy_slots.c"
#include "../../s3cp/copy_stream.c"
#include "../../s3cp/copy_upload.c"
#include "../../s3cp/copy_write.c"
#include "../../s3cp/meta.c"
#undef HEADERS_MAX
#include "../../s3cp/partlist.c"
#include "../../s3cp/plan.c"
#include "../../s3cp/pool.c"
#include "../../s3cp/span.c"
#include "fake_s3.c"
/* NOLINTEND(bugprone-suspicious-include) */
#include "tap.h"

#define ETAG_OTHER "ffffffffffffffffffffffffffffffff"
#define ENDLESS	   400 /* requests of one key: more is a loop */

enum wants {
	COPIED_IF_GOOD, /* COPIED where nothing goes wrong */
	SKIPPED_IF_GOOD,
	FAILED_IF_GOOD
};

struct scenario {
	const char *name;
	void (*set_up)(void);
	const char *record;
	enum wants wants;
	unsigned faults; /* at most so many things go wrong in a run */
	unsigned parts;	 /* copied by the store, if none does; 0: any */
};

/* --- the state of a run --- */

static struct copy_job job;
static struct s3req_env env;
static struct pool memory;
static struct s3bucket from, to;
static struct loop *loop;
static struct copy *copy;
static bool seen[COPY_BLAME + 1][COPY_BLAME + 1];
static unsigned done_count, warn_count, faults_left, lost, dropped, refused;
static bool stopped, endless, was_there;
static unsigned widened;  /* parts, over all runs of a scenario */
static unsigned hopeless; /* faults that looking cannot settle */
static enum copy_result got;
static struct fail got_fail;
static unsigned steps;
static enum copy_state last;
static int64_t now;

void
copy_move(struct copy *c, enum copy_state state)
{
	seen[c->state][state] = true;
	last = state;
	copy_move_really(c, state);
}

static void
on_done(struct copy *c, enum copy_result result, const struct fail *f)
{
	(void)c;
	done_count++;
	seen[last][COPY_IDLE] = true;
	got = result;
	got_fail = *f;
}

static void
on_warn(void *arg, const char *key, size_t len, const char *text)
{
	(void)arg, (void)key, (void)len, (void)text;
	warn_count++;
}

/* --- every path of choices, one after the other --- */

static struct choice {
	unsigned pick, of;
} path[ENDLESS];
static unsigned path_len, path_at;

static unsigned
choose(unsigned of)
{
	if (path_at == ENDLESS)
		abort();
	if (path_at == path_len)
		path[path_len++] = (struct choice){0, of};
	if (path[path_at].of != of)
		abort(); /* a run does not repeat itself */
	return path[path_at++].pick;
}

static bool
next_path(void)
{
	while (path_len > 0 &&
	    path[path_len - 1].pick + 1 == path[path_len - 1].of)
		path_len--;
	if (path_len == 0)
		return false;
	path[path_len - 1].pick++;
	return true;
}

static void
end_one(void)
{
	struct {
		int i;
		enum fake_outcome outcome;
	} options[FAKE_REQUESTS * FAKE_OUTCOMES + 1];
	unsigned n = 0, pick;
	int i, outcome;

	for (i = 0; i < fake.nactive; i++) {
		if (!fake_is_ready(i))
			continue;
		for (outcome = 0; outcome < FAKE_OUTCOMES; outcome++) {
			if (outcome > 0 &&
			    (faults_left == 0 || fake.active[i].req->cancelled))
				break;
			options[n].i = i;
			options[n++].outcome = (enum fake_outcome)outcome;
		}
	}
	if (n == 0)
		abort(); /* all wait for each other */
	pick = choose(n + (faults_left > 0 && !stopped));
	if (pick == n) {
		faults_left--;
		hopeless++;
		stopped = job.stopping = true;
		copy_stop(copy);
		return;
	}
	faults_left -= options[pick].outcome != FAKE_GOOD;
	if (options[pick].outcome == FAKE_REFUSED ||
	    (options[pick].outcome != FAKE_GOOD &&
		(fake.active[options[pick].i].req->flags & S3REQ_ONCE) == 0))
		hopeless++;
	lost += options[pick].outcome == FAKE_LOST;
	dropped += options[pick].outcome == FAKE_DROPPED;
	refused += options[pick].outcome == FAKE_REFUSED;
	fake_end(options[pick].i, options[pick].outcome);
}

static void
wait_once(void *arg, struct pollfd *fds, size_t count, int timeout)
{
	(void)arg, (void)fds, (void)count;
	if (++steps == ENDLESS) {
		endless = true;
		loop_stop(loop);
	} else if (fake.nactive > 0) {
		while (job.parts_most > job.parts_max && copy_widen(copy))
			widened++;
		end_one();
	} else if (timeout >= 0) {
		now += timeout;
	} else {
		loop_stop(loop);
	}
}

static int64_t
fake_clock(void)
{
	return now;
}

/* --- what must hold after any run --- */

static void in_parts_5(void), in_parts_wide(void);

static struct violations {
	unsigned runs, unended, left_open, wrong, clobbered, early, unwanted,
	    unsettled, memory, recopied, others;
} bad;

/* What an upload of in_parts_5() is marked with, once one was. */
static char mark[40];
static uint64_t mark_size;

static bool
as_wanted(const struct scenario *sc)
{
	switch (sc->wants) {
	case COPIED_IF_GOOD:
		return got == COPY_COPIED;
	case SKIPPED_IF_GOOD:
		return got == COPY_SKIPPED;
	case FAILED_IF_GOOD:
		/* A wrong copy of ours whose answer was lost cannot be told
		 * from another's object. */
		return (got == COPY_FAILED && got_fail.kind != FAIL_NONE) ||
		    (got == COPY_SKIPPED && lost > 0);
	}
	return false;
}

static bool
holds_copy(void)
{
	if (job.dry_run)
		return !fake.exists;
	return fake.exists && fake.there_size == fake.size &&
	    (fake.there_tags || !fake.knows_tags) &&
	    (fake.flip == NULL || fake.flips_well || fake.sse[0] != '\0') &&
	    (!job.keep_parts || !fake.knows_parts || fake.sse[0] != '\0' ||
		strcmp(fake.there, fake.etag) == 0);
}

static void
judge(const struct scenario *sc, bool any_fault)
{
	bad.runs++;
	/* Streamed parts are not meant. */
	if (sc->set_up == in_parts_5 && fake.put_part[0] != '\0') {
		set(mark, fake.put_part);
		mark_size = fake.put_size;
	}
	bad.unended += endless || done_count != 1 || fake.nactive > 0 ||
	    copy->state != COPY_IDLE;
	bad.left_open += fake_open_uploads() > 0 && warn_count == 0;
	bad.wrong += got == COPY_COPIED && !holds_copy();
	bad.clobbered += was_there && job.no_clobber &&
	    strcmp(fake.there, ETAG_OTHER) != 0;
	bad.early += fake.abort_beside_part;
	bad.unwanted += !any_fault && !as_wanted(sc);
	bad.recopied += !any_fault && sc->parts > 0 &&
	    fake.sent[job.via == COPY_VIA_STREAM ? S3OP_UPLOAD_PART :
						   S3OP_COPY_PART] != sc->parts;
	bad.others += fake.aborted_foreign;
	bad.unsettled += any_fault && hopeless == 0 && !as_wanted(sc);
	bad.memory += memory.used > 0 || memory.first != NULL;
}

static void
run_once(const struct scenario *sc)
{
	path_at = 0;
	steps = done_count = warn_count = 0;
	lost = dropped = refused = hopeless = 0;
	stopped = endless = false;
	faults_left = sc->faults;
	fake_reset();
	memset(&job, 0, sizeof(job));
	pool_init(&memory, 1000);
	loop = loop_new(wait_once, NULL, fake_clock);
	env.loop = loop;
	env.attempts = 5;
	job.env = &env;
	job.from = &from;
	job.to = &to;
	job.from_prefix = "from/";
	job.to_prefix = "to/";
	job.from_prefix_len = 5;
	job.to_prefix_len = 3;
	job.via = COPY_VIA_SERVER;
	job.threshold = S3_PART_MAX;
	job.parts_max = 3;
	job.pool = &memory;
	job.done = on_done;
	job.warn = on_warn;
	sc->set_up();
	if (job.parts_most < job.parts_max)
		job.parts_most = job.parts_max;
	was_there = fake.exists;
	copy = copy_new(&job);
	copy_start(copy, sc->record, strlen(sc->record));
	loop_run(loop);
	judge(sc, faults_left < sc->faults);
	if (!endless && fake.nactive == 0)
		copy_free(copy);
	loop_free(loop);
}

static void
explore(const struct scenario *sc)
{
	memset(&bad, 0, sizeof(bad));
	path_len = widened = 0;
	do
		run_once(sc);
	while (next_path() && bad.unended == 0);
	ok(bad.unended == 0, "%s: %u runs, each ends once", sc->name, bad.runs);
	is_int(bad.unwanted, 0, "unharmed, it ends as it should");
	is_int(bad.unsettled, 0, "lost answers do not change that");
	is_int(bad.wrong, 0, "what is told as copied is there");
	is_int(bad.clobbered, 0, "what was there stays there under -n");
	is_int(bad.left_open, 0, "no upload is left open untold");
	is_int(bad.early, 0, "no upload is ended beside its parts");
	is_int(bad.memory, 0, "no memory is held");
	is_int(bad.recopied, 0, "no part is copied that needs not be");
	is_int(bad.others, 0, "no upload of others is ended");
	ok((widened > 0) == (sc->set_up == in_parts_wide),
	    "parts beyond its share are begun where they may be");
}

/* --- scenarios --- */

#define PLAIN "key"

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
stream_wide(void)
{
	in_parts_wide();
	job.via = COPY_VIA_STREAM;
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

/* 3 parts of 10 bytes, of which the store tells only that they are 3: the
 * guess is wrong, but it is all there. */
static void
stream_guessed(void)
{
	fake_set_source(25, 3, 10);
	fake.knows_parts = false;
	job.via = COPY_VIA_STREAM;
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
stream_odd(void)
{
	in_parts_odd();
	job.via = COPY_VIA_STREAM;
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

#define LONG_PARTS "25\t-\t704bbbf0caffa731e3361851ec17ae6c-3\tSTANDARD\tkey"
#define LONG	   "100\t-\t0123456789abcdef0123456789abcdef\tSTANDARD\tkey"

static const struct scenario scenarios[] = {
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
    {"the same through memory", stream_wide, PLAIN, COPIED_IF_GOOD, 1, 0},
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
    {"stream, parts guessed", stream_guessed, PLAIN, COPIED_IF_GOOD, 1, 0},
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
    {"stream again, 2 done", stream_again_2, PLAIN, COPIED_IF_GOOD, 1, 3},
    {"stream again, 4 done", stream_again_4, PLAIN, COPIED_IF_GOOD, 1, 1},
    {"stream again, wrong", stream_again_wrong, PLAIN, COPIED_IF_GOOD, 0, 9},
    {"stream again, otherwise", stream_again_otherwise, PLAIN, COPIED_IF_GOOD,
	0, 6},
    {"again, taken at last", again_taken_at_last, PLAIN, COPIED_IF_GOOD, 1, 3},
    {"1 part", in_parts_1, PLAIN, COPIED_IF_GOOD, 2, 0},
    {"odd parts", in_parts_odd, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"stream, odd parts", stream_odd, PLAIN, COPIED_IF_GOOD, 0, 0},
    {"refused parts", in_parts_refused, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"large, keeps ACL", large_keeps_acl, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"large, keeps class", large_keeps_class, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"tags lost", stream_forgets_tags, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"misnamed", copy_misnamed, "k=y", COPIED_IF_GOOD, 1, 0},
    {"misnamed -n", copy_misnamed_never_clobber, "k=y", COPIED_IF_GOOD, 1, 0},
    {"missing, not misnamed", copy_misnamed, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"no CopyObject", copy_unknown, PLAIN, COPIED_IF_GOOD, 1, 0},
    {"large, own ETag", large_own_etag, PLAIN, COPIED_IF_GOOD, 0, 0},
    {"large, own ETag not told", large_mute_own_etag, PLAIN, COPIED_IF_GOOD, 0,
	0},
    {"large, differs", large_differs, PLAIN, FAILED_IF_GOOD, 1, 0},
    {"unknown parts", in_parts_unknown, PLAIN, FAILED_IF_GOOD, 1, 0},
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

/* The table of copy.h as it was walked: each of these steps, and no other. */
static const char *const transitions[COPY_BLAME + 1] = {
    [COPY_IDLE] = "LOOK HEAD LAYOUT ACL COPY FETCH",
    [COPY_LOOK] = "IDLE COPY PIN COMPLETE ABORT",
    [COPY_HEAD] = "IDLE LAYOUT TAGS COPY",
    [COPY_LAYOUT] = "IDLE HEAD LAYOUT TAGS COPY",
    [COPY_TAGS] = "IDLE PUT SEEK CREATE PARTS",
    [COPY_ACL] = "IDLE COPY",
    [COPY_COPY] =
	"IDLE LOOK HEAD TAGS COPY FETCH PIN SETTLE COMPARE PUT_ACL BLAME",
    [COPY_FETCH] = "IDLE HEAD LAYOUT TAGS",
    [COPY_PUT] = "IDLE SETTLE COMPARE GET_TAGS",
    [COPY_SEEK] = "IDLE LIST CREATE",
    [COPY_LIST] = "IDLE LIST CREATE PARTS",
    [COPY_CREATE] = "IDLE FIND PROBE MARK PARTS",
    [COPY_FIND] = "CREATE PROBE MARK PARTS",
    [COPY_PROBE] = "PARTS",
    [COPY_MARK] = "PARTS",
    [COPY_PARTS] = "IDLE DRAIN RECHECK COMPLETE SETTLE ABORT GET_TAGS",
    [COPY_DRAIN] = "PIN ABORT",
    [COPY_RECHECK] = "COMPLETE ABORT",
    [COPY_PIN] = "IDLE COPY PARTS ABORT",
    [COPY_COMPLETE] = "IDLE LOOK SETTLE COMPARE ABORT PUT_TAGS",
    [COPY_SETTLE] =
	"IDLE COPY PUT PARTS COMPLETE COMPARE ABORT GET_TAGS PUT_TAGS UNDO",
    [COPY_COMPARE] = "IDLE SETTLE",
    [COPY_ABORT] = "IDLE LAYOUT CREATE ABORT",
    [COPY_GET_TAGS] = "IDLE PUT_TAGS",
    [COPY_PUT_TAGS] = "IDLE ABORT PUT_ACL",
    [COPY_PUT_ACL] = "IDLE ABORT",
    [COPY_UNDO] = "IDLE",
    [COPY_BLAME] = "IDLE",
};

static void
check_transitions(void)
{
	char walked[256];
	int a, b;

	for (a = 0; a <= COPY_BLAME; a++) {
		walked[0] = '\0';
		for (b = 0; b <= COPY_BLAME; b++)
			if (seen[a][b])
				snprintf(walked + strlen(walked),
				    sizeof(walked) - strlen(walked), "%s%s",
				    walked[0] == '\0' ? "" : " ",
				    copy_state_name((enum copy_state)b));
		is_str(walked, transitions[a],
		    copy_state_name((enum copy_state)a));
	}
}

int
main(void)
{
	size_t i;

	endp_init(&from.endp);
	endp_init(&to.endp);
	from.params.bucket = "src";
	to.params.bucket = "dst";
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		explore(&scenarios[i]);
	check_transitions();
	endp_fini(&from.endp);
	endp_fini(&to.endp);
	hash_fini();
	return tap_done();
}
