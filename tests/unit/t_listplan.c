/*
 * The plan of a parallel listing, run against a simulated store with a
 * virtual clock: one answer takes 1 + .3 * Exp(1) units of time.
 *
 *	t_listplan [-n KEYS]			the tests, on buckets so large
 *	t_listplan -n KEYS [-P N] [-w BYTES] [-x EXTRA] [-U] [-s SEED] SHAPE...
 *						figures for some shapes
 */

#include <unistd.h>

#include "buf.h"
#include "keycut.h"
#include "listplan.h"
#include "shapes.h"
#include "tap.h"

#define PAGE 1000

/* How the store behaves, and what comes of it. */
struct world {
	const struct bucket *bucket;
	struct listplan_params par;
	struct rng rng;
	size_t page;	     /* names in a full page */
	size_t extra_bytes;  /* a name costs so much besides itself */
	unsigned hostile;    /* in 100 answers: cut short or empty */
	unsigned fail;	     /* in 100 answers: an error */
	unsigned churn;	     /* in 100 answers: the unstable keys change */
	bool *present;	     /* by key, NULL: all */
	unsigned char *seen; /* by key: times printed */
	/* results */
	double now, first;
	uint64_t requests;
	size_t printed;
	bool ordered, once, finished;
	unsigned abandon; /* the segment of the so manyth answer is */
	size_t lost;	  /* keys in segments given up */
	bool watch_delimiter, behind;
	struct listplan_stats st;
	struct listplan_key last;
};

struct chunk;

/* A request under way. */
struct event {
	double when;
	uint64_t serial;
	struct listplan_seg *seg;
	struct chunk *chunk;
	struct listplan_key after;
	size_t stands; /* the caller's token: index to go on from, plus 1 */
};

struct queue {
	struct event *at;
	size_t n, room;
};

/* What the caller keeps for a segment. */
struct chunk {
	size_t token;
	size_t *keys;
	size_t n, room;
	bool orphan; /* the segment went while its request was under way */
};

static bool
sooner(const struct event *a, const struct event *b)
{
	return a->when != b->when ? a->when < b->when : a->serial < b->serial;
}

static void
queue_put(struct queue *q, struct event e)
{
	size_t i = q->n++, up;

	if (q->n > q->room) {
		q->room = q->room == 0 ? 64 : q->room * 2;
		q->at = xreallocarray(q->at, q->room, sizeof(*q->at));
	}
	for (; i > 0 && sooner(&e, &q->at[up = (i - 1) / 2]); i = up)
		q->at[i] = q->at[up];
	q->at[i] = e;
}

static struct event
queue_take(struct queue *q)
{
	struct event top = q->at[0], e = q->at[--q->n];
	size_t i = 0, down;

	while ((down = 2 * i + 1) < q->n) {
		if (down + 1 < q->n && sooner(&q->at[down + 1], &q->at[down]))
			down++;
		if (!sooner(&q->at[down], &e))
			break;
		q->at[i] = q->at[down];
		i = down;
	}
	q->at[i] = e;
	return top;
}

/* The index of the first key beyond k. */
static size_t
upper(const struct bucket *b, struct listplan_key k)
{
	size_t lo = 0, hi = b->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (keycut_compare(b->keys[mid], k) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
print_key(struct world *w, size_t i)
{
	struct listplan_key k = w->bucket->keys[i];

	if (w->printed++ == 0)
		w->first = w->now;
	else if (keycut_compare(k, w->last) <= 0)
		w->ordered = false;
	w->last = k;
	if (w->seen[i]++ != 0)
		w->once = false;
}

static void
print_chunk(struct world *w, struct listplan *plan, struct listplan_seg *seg)
{
	struct chunk *c = seg->user;

	for (size_t i = 0; c != NULL && i < c->n; i++)
		print_key(w, c->keys[i]);
	if (c != NULL)
		c->n = 0;
	listplan_release(plan, seg, seg->held);
}

static void
chunk_drop(void *arg, void *user)
{
	struct chunk *c = user;

	(void)arg;
	free(c->keys);
	free(c);
}

static void
chunk_end(const struct listplan_seg *seg)
{
	struct chunk *c = seg->user;

	if (seg->busy)
		c->orphan = true;
	else if (c != NULL)
		chunk_drop(NULL, c);
}

static void
print_all(struct world *w, struct listplan *plan)
{
	struct listplan_seg *seg, *next;

	if (w->par.unsorted) {
		for (seg = listplan_front(plan); seg != NULL; seg = next) {
			next = listplan_following(seg);
			print_chunk(w, plan, seg);
			if (!seg->done)
				continue;
			chunk_end(seg);
			listplan_remove(plan, seg);
		}
		return;
	}
	while ((seg = listplan_front(plan)) != NULL) {
		print_chunk(w, plan, seg);
		if (!seg->done)
			break;
		chunk_end(seg);
		listplan_pop(plan);
	}
}

static void
ask(struct world *w, struct listplan *plan, struct queue *q)
{
	struct listplan_seg *seg;
	struct event e;

	while ((seg = listplan_next(plan)) != NULL) {
		if (seg->user == NULL)
			seg->user = xcalloc(1, sizeof(struct chunk));
		e.when = w->now + 1 - .3 * log(1 - shapes_unit(&w->rng));
		e.serial = w->requests++;
		e.seg = seg;
		e.chunk = seg->user;
		e.after = listplan_after(seg);
		e.after.data = xmemdup0(e.after.data, e.after.len);
		e.stands = ((struct chunk *)seg->user)->token;
		if (w->watch_delimiter && seg->pages == 0 && e.after.len > 5 &&
		    memchr(e.after.data + 5, '/', e.after.len - 5) != NULL)
			w->behind = true;
		queue_put(q, e);
	}
}

/* Keys that are not in every third place come and go. */
static void
churn(struct world *w)
{
	for (size_t k = 0; k < 200; k++) {
		size_t i = shapes_next(&w->rng) % w->bucket->n;

		if (i % 3 != 0)
			w->present[i] = !w->present[i];
	}
}

/* Write the page to keys and its indices to index; the next index returned. */
static size_t
serve(struct world *w, const struct event *e, struct listplan_key *keys,
    size_t *index, size_t *count)
{
	size_t i = e->stands > 0 ? e->stands - 1 : upper(w->bucket, e->after);
	size_t most = w->page;

	if (shapes_below(&w->rng, 100) < w->hostile)
		most = shapes_below(&w->rng, 2) *
		    shapes_below(&w->rng, (unsigned)w->page + 1);
	for (*count = 0; i < w->bucket->n && *count < most; i++) {
		if (w->present != NULL && !w->present[i])
			continue;
		keys[*count] = w->bucket->keys[i];
		index[(*count)++] = i;
	}
	return i;
}

/* Bytes that a name costs in memory: what it shares with the one before it
 * is not kept again. */
static size_t
cost(const struct world *w, const struct listplan_key *keys, size_t i)
{
	size_t shared = i == 0 ?
	    0 :
	    keynum_common(
		keys[i - 1].data, keys[i - 1].len, keys[i].data, keys[i].len);

	return keys[i].len - shared + w->extra_bytes;
}

static void
answer(struct world *w, struct listplan *plan, const struct event *e)
{
	struct listplan_key *keys = xreallocarray(NULL, w->page, sizeof(*keys));
	size_t *index = xreallocarray(NULL, w->page, sizeof(*index));
	size_t count, bytes = 0, next = serve(w, e, keys, index, &count);
	struct listplan_take take;
	struct chunk *c = e->seg->user;

	for (size_t i = 0; i < count; i++)
		bytes += cost(w, keys, i);
	c->token = next + 1;
	if (!listplan_page(
		plan, e->seg, keys, count, next < w->bucket->n, bytes, &take))
		w->ordered = false;
	if (c->n + take.keep > c->room) {
		c->room = c->n + take.keep;
		c->keys = xreallocarray(c->keys, c->room, sizeof(*c->keys));
	}
	for (size_t i = 0; i < take.keep; i++)
		c->keys[c->n++] = index[take.skip + i];
	free(keys);
	free(index);
}

static void
run(struct world *w)
{
	struct listplan *plan = listplan_new(&w->par);
	struct queue q = {NULL, 0, 0};
	struct event e;

	w->now = w->first = 0;
	w->requests = 0;
	w->printed = 0;
	w->ordered = w->once = true;
	w->seen = xcalloc(w->bucket->n + 1, 1);
	ask(w, plan, &q);
	while (q.n > 0) {
		e = queue_take(&q);
		if (e.chunk->orphan) {
			free((void *)(uintptr_t)e.after.data);
			chunk_drop(NULL, e.chunk);
			continue;
		}
		w->now = e.when;
		if (shapes_below(&w->rng, 100) < w->churn)
			churn(w);
		if (w->abandon > 0 && --w->abandon == 0) {
			size_t lost = upper(w->bucket, listplan_after(e.seg));
			struct listplan_key hi = listplan_hi(e.seg);

			w->lost = (hi.data == NULL ? w->bucket->n :
						     upper(w->bucket, hi)) -
			    lost;
			listplan_abandon(plan, e.seg);
		} else if (shapes_below(&w->rng, 100) < w->fail)
			listplan_failed(plan, e.seg);
		else
			answer(w, plan, &e);
		free((void *)(uintptr_t)e.after.data);
		print_all(w, plan);
		ask(w, plan, &q);
	}
	w->finished = listplan_front(plan) == NULL;
	listplan_stats(plan, &w->st);
	listplan_free(plan);
	free(q.at);
}

static struct world
world_of(const struct bucket *b, uint64_t seed)
{
	struct world w = {
	    .bucket = b, .page = PAGE, .extra_bytes = 24, .rng = {seed}};

	w.par.in_flight = 64;
	w.par.window = (size_t)24 << 20;
	w.par.drop = chunk_drop;
	return w;
}

static size_t
pages_of(const struct world *w)
{
	size_t pages = (w->bucket->n + w->page - 1) / w->page;

	return pages > 0 ? pages : 1;
}

static double
speedup(const struct world *w)
{
	return (double)pages_of(w) * 1.3 / w->now;
}

static double
surplus(const struct world *w)
{
	return 100 * ((double)w->requests / (double)pages_of(w) - 1);
}

static void
figures(struct world *w, const char *name)
{
	printf("# %-12s pages %6zu  requests %6llu (%+4.0f %%)  speed-up "
	       "%5.1f  held at most %5.1f MiB%s\n",
	    name, pages_of(w), (unsigned long long)w->requests, surplus(w),
	    speedup(w), (double)w->st.held_peak / (1 << 20),
	    w->finished && w->once && w->printed == w->bucket->n &&
		    (w->ordered || w->par.unsorted) ?
		"" :
		"  WRONG");
	fflush(stdout);
}

static bool
exact(const struct world *w)
{
	if (w->present == NULL && w->printed != w->bucket->n)
		return false;
	if (w->present != NULL)
		for (size_t i = 0; i < w->bucket->n; i += 3)
			if (w->seen[i] != 1)
				return false;
	return w->finished && w->once && (w->ordered || w->par.unsorted);
}

/* What each shape must reach; measured, with a margin for other seeds. */
static const struct floor {
	const char *shape;
	double most;  /* surplus requests in per cent */
	double least; /* times faster than one request at a time */
} floors[] = {
    {"flat-hex", 35, 12},
    {"sequential", 35, 8},
    {"unpadded", 45, 10},
    {"dated", 45, 6},
    {"deep-prefix", 40, 10},
    {"uuid", 35, 12},
    {"zipf-dirs", 80, 5},
    {"unicode", 100, 5},
    {"words", 100, 3},
    {"tables", 100, 2},
    {"gaps", 60, 8},
    {"base64", 45, 4},
    {"small", 35, 12},
};

#define FLOORS (sizeof(floors) / sizeof(floors[0]))

static void
test_shape(const struct floor *f, size_t n)
{
	struct bucket b;
	struct world w;

	shapes_make(&b, shapes_find(f->shape), n, 7);
	w = world_of(&b, 11);
	run(&w);
	figures(&w, f->shape);
	ok(exact(&w), "%s: each key once, in order", f->shape);
	is_int(w.st.held, 0, "nothing is held in the end");
	ok(w.st.held_peak <= w.par.window + (1 << 20),
	    "%s: what is held stays in the window", f->shape);
	if (n >= 200000) {
		ok(surplus(&w) <= f->most, "%s: at most %.0f %% more requests",
		    f->shape, f->most);
		ok(speedup(&w) >= f->least, "%s: at least %.0f times faster",
		    f->shape, f->least);
	}
	free(w.seen);
	w = world_of(&b, 12);
	w.par.in_flight = 1;
	run(&w);
	ok(exact(&w) && w.requests == pages_of(&w),
	    "%s: one in flight costs a request a page", f->shape);
	free(w.seen);
	w = world_of(&b, 13);
	w.par.unsorted = true;
	w.par.cancels = true;
	run(&w);
	ok(exact(&w), "%s: each key once, unsorted", f->shape);
	if (n >= 200000)
		ok(surplus(&w) <= f->most + 20,
		    "%s: unsorted is not much dearer", f->shape);
	free(w.seen);
	shapes_free(&b);
}

/*
 * A million keys, more than half of them in one day, whatever the order in
 * which answers come: the figures that are promised for regular names.
 */
static void
test_dated(void)
{
	struct bucket b;
	struct world w;

	shapes_make(&b, shapes_find("dated"), 1000000, 7);
	for (uint64_t seed = 1; seed <= 8; seed++) {
		w = world_of(&b, seed);
		run(&w);
		figures(&w, "dated");
		ok(exact(&w), "dated, seed %d: each key once, in order",
		    (int)seed);
		ok(speedup(&w) >= 24,
		    "dated, seed %d: at least 24 times faster", (int)seed);
		ok(surplus(&w) <= 25, "dated, seed %d: at most 25 %% more",
		    (int)seed);
		free(w.seen);
	}
	shapes_free(&b);
}

static void
test_small(void)
{
	static const struct {
		size_t n;
		uint64_t most;
	} cases[] = {{0, 1}, {1, 1}, {700, 1}, {1000, 1}, {1001, 3}, {2000, 3},
	    {2001, 5}, {3000, 5}};
	struct bucket b;
	struct world w;

	for (size_t s = 0; s < SHAPES; s++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			shapes_make(&b, &shapes[s], cases[i].n, 7);
			w = world_of(&b, 5 + i);
			w.par.cancels = i % 2 == 1;
			run(&w);
			if (!exact(&w) || w.requests > cases[i].most)
				ok(false,
				    "%s: %zu keys took %d requests, not %d",
				    shapes[s].name, b.n, (int)w.requests,
				    (int)cases[i].most);
			free(w.seen);
			shapes_free(&b);
		}
	ok(true, "a bucket of one page costs 1 request, of three at most 5");
}

/* The governor keeps to what it is told. */
static void
test_governor(void)
{
	static const double extras[] = {1e-9, .05, .25, 1};
	struct bucket b;
	struct world w;

	for (size_t s = 0; s < FLOORS; s++)
		for (size_t i = 0; i < 4; i++) {
			double most;

			shapes_make(&b, shapes_find(floors[s].shape), 60000, 9);
			w = world_of(&b, 3);
			w.par.extra = extras[i];
			run(&w);
			/* A few are for the start, and for the end. */
			most = (double)(pages_of(&w) + 12) * (1 + extras[i]) -
			    4;
			ok(exact(&w) && (double)w.requests <= most,
			    "%s: %d requests, %.0f allowed", floors[s].shape,
			    (int)w.requests, most);
			free(w.seen);
			shapes_free(&b);
		}
}

static void
test_window(void)
{
	static const char *const names[] = {"long", "deep-prefix", "unicode"};
	struct bucket b;
	struct world w;

	for (size_t i = 0; i < 3; i++) {
		shapes_make(&b, shapes_find(names[i]), 20000, 7);
		w = world_of(&b, 3);
		w.extra_bytes = 100;
		w.page = 200;
		w.par.window = 2 << 20;
		run(&w);
		figures(&w, names[i]);
		ok(exact(&w), "%s: exact in a window of 2 MiB", names[i]);
		ok(w.st.held_peak <= (2 << 20) + 300000,
		    "%s: and it is kept to", names[i]);
		free(w.seen);
		w.par.window = 1;
		run(&w);
		ok(exact(&w), "%s: even a window of 1 byte ends", names[i]);
		ok(w.st.held_peak < 1000000, "%s: and holds a page or two",
		    names[i]);
		free(w.seen);
		shapes_free(&b);
	}
}

static void
hostile_run(const struct bucket *b, uint64_t seed, const char *name)
{
	struct world w = world_of(b, seed);

	w.page = 100;
	w.par.page_bytes = 10000;
	w.par.window = 1 << (14 + seed % 10);
	w.par.in_flight = 1 + seed % 70;
	w.par.unsorted = seed % 3 == 0;
	w.par.cancels = seed % 2 == 0;
	w.hostile = seed % 4 == 0 ? 0 : 30;
	w.fail = seed % 5 == 0 ? 20 : 0;
	w.churn = seed % 3 == 1 ? 50 : 0;
	if (w.churn > 0) {
		w.present = xcalloc(b->n + 1, sizeof(bool));
		for (size_t i = 0; i < b->n; i++)
			w.present[i] = i % 3 == 0 || i % 2 == 0;
	}
	run(&w);
	if (!exact(&w))
		ok(false, "%s, seed %d: keys that stay are listed once", name,
		    (int)seed);
	free(w.present);
	free(w.seen);
}

static void
test_hostile(void)
{
	struct bucket b;

	for (size_t s = 0; s < SHAPES; s++) {
		if (shapes[s].make == shape_long)
			continue;
		shapes_make(&b, &shapes[s], 6000, 7 + s);
		for (uint64_t seed = 1; seed <= 40; seed++)
			hostile_run(&b, seed + 100 * s, shapes[s].name);
		shapes_free(&b);
	}
	ok(true, "short, empty and failed pages, keys that come and go");
}

/* Pages that a store without order might give. */
static void
test_disorder(void)
{
	static const struct listplan_key bad[] = {{"m", 1}, {"k", 1}, {"z", 1}},
					 twice[] = {{"m", 1}, {"m", 1}},
					 good[] = {{"k", 1}, {"m", 1}};
	struct listplan_params par = {.in_flight = 4, .window = 1 << 20};
	struct listplan *plan = listplan_new(&par);
	struct listplan_seg *seg = listplan_next(plan);
	struct listplan_take take;

	ok(listplan_next(plan) == NULL, "it begins with one request");
	ok(!listplan_page(plan, seg, bad, 3, true, 99, &take) && !seg->busy,
	    "a page out of order is refused");
	is_int(listplan_after(seg).len, 0, "and changes nothing");
	ok(listplan_next(plan) == seg, "and may be asked for again");
	ok(!listplan_page(plan, seg, twice, 2, true, 99, &take),
	    "a name given twice is out of order");
	listplan_next(plan);
	ok(listplan_page(plan, seg, good, 2, true, 99, &take) && take.keep == 2,
	    "one in order is taken");
	is_int(seg->held, 99, "what is kept is booked as held");
	while (!seg->busy)
		if (listplan_next(plan) == NULL)
			break;
	ok(!listplan_page(plan, seg, good, 2, true, 99, &take),
	    "a page that is repeated is refused");
	listplan_collapse(plan);
	ok(listplan_next(plan) == seg && listplan_next(plan) == NULL,
	    "collapsed, there is one segment and one request");
	ok(listplan_page(plan, seg, bad, 3, false, 10, &take) &&
		take.keep == 3 && take.skip == 0 && seg->done,
	    "which takes every page as it is");
	listplan_free(plan);
}

/* Names rolled up at a slash: no request may begin behind one. */
static void
test_delimiter(void)
{
	struct bucket b, rolled = {NULL, 0, 0};
	struct world w;
	const char *at;

	shapes_make(&b, shapes_find("zipf-dirs"), 60000, 7);
	for (size_t i = 0; i < b.n; i++) {
		/* home/name/file: the first two letters make the folders. */
		char name[64];
		size_t len = b.keys[i].len < 60 ? b.keys[i].len : 60;

		memcpy(name, b.keys[i].data, len);
		if (i % 3 > 0 && (at = memchr(name + 5, '/', len - 5)) != NULL)
			len = (size_t)(at - name) + 1;
		else
			for (size_t k = 5; k < len; k++)
				if (name[k] == '/')
					name[k] = '-';
		shapes_add(&rolled, name, len);
	}
	shapes_sort(&rolled);
	w = world_of(&rolled, 4);
	w.page = 100;
	w.par.common_prefix = (struct listplan_key){"home/", 5};
	w.par.delimiter = '/';
	w.watch_delimiter = true;
	run(&w);
	ok(exact(&w), "rolled up names are listed once, in order");
	ok(w.st.cuts > 10, "and cuts are made");
	ok(!w.behind, "none of them behind a delimiter");
	free(w.seen);
	shapes_free(&rolled);
	shapes_free(&b);
}

static void
test_range(void)
{
	struct bucket b;
	struct world w;

	shapes_make(&b, shapes_find("uuid"), 40000, 7);
	w = world_of(&b, 4);
	w.par.lo = b.keys[9999];
	w.par.hi = b.keys[29999];
	run(&w);
	ok(w.printed == 20000 && w.once && w.ordered && w.finished &&
		w.seen[10000] == 1 && w.seen[29999] == 1,
	    "a range holds its end, not its beginning");
	free(w.seen);
	shapes_free(&b);
}

/* Every hundredth key of some bucket. */
static uint64_t
hint_rank(void *arg, const char *key, size_t len)
{
	return upper(arg, (struct listplan_key){key, len});
}

static bool
hint_at(void *arg, uint64_t rank, struct buf *out)
{
	const struct bucket *b = arg;

	return rank < b->n &&
	    buf_add(out, b->keys[rank].data, b->keys[rank].len);
}

static void
hinted(const char *name, const char *other, double most)
{
	struct bucket b, from, thin = {NULL, 0, 0};
	struct listplan_hints hints = {hint_rank, hint_at, &thin};
	struct world w;

	shapes_make(&b, shapes_find(name), 100000, 7);
	shapes_make(&from, shapes_find(other), 100000, 7);
	for (size_t i = 0; i < from.n; i += 100)
		shapes_add(&thin, from.keys[i].data, from.keys[i].len);
	w = world_of(&b, 6);
	w.par.hints = &hints;
	run(&w);
	figures(&w, name);
	ok(exact(&w), "%s with hints from %s is exact", name, other);
	ok(surplus(&w) <= most, "%s with hints from %s: at most %.0f %% more",
	    name, other, most);
	free(w.seen);
	shapes_free(&b);
	shapes_free(&from);
	shapes_free(&thin);
}

static void
test_abandon(void)
{
	struct bucket b;
	struct world w;

	shapes_make(&b, shapes_find("flat-hex"), 30000, 7);
	w = world_of(&b, 8);
	w.abandon = 20;
	run(&w);
	ok(w.finished && w.once && w.ordered, "segments may be given up");
	ok(w.printed < b.n && w.printed + w.lost == b.n,
	    "all else is listed, and what is lost lies in failed segments");
	free(w.seen);
	shapes_free(&b);
}

static int
figures_main(size_t n, struct world *opt, uint64_t seed, char **names)
{
	struct bucket b;
	struct world w;
	const struct shape *shape;

	for (; *names != NULL; names++) {
		if ((shape = shapes_find(*names)) == NULL) {
			fprintf(stderr, "unknown shape %s\n", *names);
			return 2;
		}
		shapes_make(&b, shape, n, 7);
		w = world_of(&b, seed);
		w.par = opt->par;
		run(&w);
		figures(&w, *names);
		free(w.seen);
		shapes_free(&b);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct world opt = world_of(NULL, 0);
	size_t n = 50000;
	uint64_t seed = 1;
	int c;

	while ((c = getopt(argc, argv, "n:P:w:x:s:U")) != -1) {
		if (c == 'n')
			n = strtoul(optarg, NULL, 10);
		else if (c == 'P')
			opt.par.in_flight = strtoul(optarg, NULL, 10);
		else if (c == 'w')
			opt.par.window = strtoul(optarg, NULL, 10);
		else if (c == 'x')
			opt.par.extra = strtod(optarg, NULL);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == 'U')
			opt.par.unsorted = true;
		else
			return 2;
	}
	if (optind < argc)
		return figures_main(n, &opt, seed, argv + optind);
	for (size_t i = 0; i < FLOORS; i++)
		test_shape(&floors[i], n);
	test_dated();
	test_small();
	test_governor();
	test_window();
	test_hostile();
	test_disorder();
	test_delimiter();
	test_range();
	hinted("words", "words", 35);
	hinted("zipf-dirs", "zipf-dirs", 35);
	hinted("flat-hex", "words", 60);
	hinted("words", "flat-hex", 110);
	test_abandon();
	return tap_done();
}
