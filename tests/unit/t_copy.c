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

static void
explore_all(const struct scenario *all, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		explore(&all[i]);
}
#define EXPLORE(all) explore_all((all), sizeof(all) / sizeof((all)[0]))

/* --- scenarios --- */

#define PLAIN	   "key"
#define LONG	   "100\t-\t0123456789abcdef0123456789abcdef\tSTANDARD\tkey"
#define LONG_PARTS "25\t-\t704bbbf0caffa731e3361851ec17ae6c-3\tSTANDARD\tkey"

#include "copy_whole_rows.h"
/* The next one uses what this one has marked. */
#include "copy_parts_rows.h"
#include "copy_stream_rows.h"

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
	endp_init(&from.endp);
	endp_init(&to.endp);
	from.params.bucket = "src";
	to.params.bucket = "dst";
	EXPLORE(whole_scenarios);
	EXPLORE(parts_scenarios);
	EXPLORE(stream_scenarios);
	check_transitions();
	endp_fini(&from.endp);
	endp_fini(&to.endp);
	hash_fini();
	return tap_done();
}
