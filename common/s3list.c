#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "keycut.h"
#include "keypage.h"
#include "limit.h"
#include "s3list.h"
#include "s3page.h"
#include "xalloc.h"

/* Pages without a key, one after the other, until we stop believing. */
#define EMPTY_PAGES_MAX 5000
/* Answers that lead nowhere, one after the other, until we give up. */
#define STUCK_MAX 8

/* A segment of the plan: what was fetched of it and not yet handed over. */
struct part_queue {
	struct listplan_seg *seg;
	struct keypage_part *first, **end;
	char *token;	     /* for its next page, or NULL */
	struct fetch *fetch; /* under way, or NULL */
	bool by_key;	     /* its tokens are no good */
	bool suspect;	     /* its last page was refused */
	bool ready;	     /* in list->ready (unsorted) */
	struct part_queue *next_ready;
	unsigned empties, stuck;
};

struct fetch {
	struct s3page page;
	struct s3list *list;
	struct part_queue *queue; /* NULL: nobody wants it now */
	bool by_token;
	struct fetch *next;
};

struct s3list {
	struct s3list_params params;
	struct loop_hook hook;
	struct loop_call call;
	struct listplan *plan;
	struct fetch *idle;
	int flying;
	struct keypage_keys keys; /* of a page, for the plan to judge */
	/* handing over */
	struct part_queue *ready, **ready_end; /* unsorted */
	struct keypage_cursor cursor;
	bool opened;  /* cursor is in a part */
	bool pending; /* its record was not taken */
	bool paused;
	struct buf upto;
	/* ends */
	bool disorder;	 /* one page after the other */
	bool from_start; /* ... which may begin anew */
	struct fail fail;
	struct buf fail_after; /* where the failed one stood */
	bool started, over, dying;
};

static void work(void *arg);

/* --- fetches --- */

static void page_done(struct s3page *page, const struct fail *f);

static struct fetch *
fetch_get(struct s3list *l)
{
	struct fetch *f = l->idle;

	if (f != NULL) {
		l->idle = f->next;
		return f;
	}
	f = xcalloc(1, sizeof(*f));
	f->list = l;
	s3page_init(
	    &f->page, l->params.env, l->params.bucket, l->params.fields);
	f->page.prefix = l->params.prefix;
	f->page.prefix_len = l->params.prefix_len;
	f->page.delimiter = l->params.delimiter;
	f->page.done = page_done;
	f->page.arg = f;
	return f;
}

static void
fetch_put(struct fetch *f)
{
	s3page_rest(&f->page);
	f->next = f->list->idle;
	f->list->idle = f;
}

/* --- queues of parts --- */

static void
queue_free(struct part_queue *q)
{
	struct keypage_part *part;

	while ((part = q->first) != NULL) {
		q->first = part->next;
		free(part);
	}
	free(q->token);
	free(q);
}

/* Nobody wants q any more, nor a request for it that is under way. */
static void
queue_drop(struct part_queue *q)
{
	if (q == NULL)
		return;
	if (q->fetch != NULL) {
		q->fetch->queue = NULL;
		s3page_cancel(&q->fetch->page);
	}
	queue_free(q);
}

static void
on_drop(void *arg, void *user)
{
	(void)arg;
	queue_drop(user);
}

static struct part_queue *
queue_of(struct listplan_seg *seg)
{
	struct part_queue *q = seg->user;

	if (q == NULL) {
		q = xcalloc(1, sizeof(*q));
		q->seg = seg;
		q->end = &q->first;
		seg->user = q;
	}
	return q;
}

static void
queue_add(struct s3list *l, struct part_queue *q, struct keypage_part *part)
{
	*q->end = part;
	q->end = &part->next;
	if (l->params.unsorted && !q->ready) {
		q->ready = true;
		q->next_ready = NULL;
		*l->ready_end = q;
		l->ready_end = &q->next_ready;
	}
}

/* --- life --- */

static struct listplan *
make_plan(struct s3list *l)
{
	const struct s3list_params *p = &l->params;
	struct listplan_params plan = {
	    .in_flight = l->disorder ? 1 : (size_t)p->jobs,
	    .window = p->window,
	    .unsorted = p->unsorted,
	    .lo = {p->from == NULL ? "" : p->from, p->from_len},
	    .hi = {p->to, p->to_len},
	    .common_prefix = {p->prefix, p->prefix_len},
	    .delimiter = p->delimiter == NULL ? '\0' : *p->delimiter,
	    .hints = p->hints,
	    /* 0 is the plan's default; a user's 0 means none. */
	    .extra = p->extra < 0 ? 0 : p->extra + 1e-9,
	    .cancels = true,
	    .drop = on_drop,
	    .drop_arg = l,
	};

	return listplan_new(&plan);
}

struct s3list *
s3list_new(const struct s3list_params *params)
{
	struct s3list *l = xcalloc(1, sizeof(*l));

	l->params = *params;
	l->hook.fn = l->call.fn = work;
	l->hook.arg = l->call.arg = l;
	l->ready_end = &l->ready;
	keypage_keys_init(&l->keys);
	buf_init(&l->upto, KEYPAGE_KEY_MAX);
	buf_init(&l->fail_after, KEYPAGE_KEY_MAX);
	/* Directory buckets promise no order at all. */
	l->disorder = params->bucket->endp.is_directory;
	l->plan = make_plan(l);
	if (l->disorder)
		listplan_collapse(l->plan);
	return l;
}

void
s3list_start(struct s3list *l)
{
	l->started = true;
	loop_hook_add(l->params.env->loop, &l->hook);
	if (l->disorder && l->params.disorder != NULL)
		l->params.disorder(
		    l->params.arg, "a directory bucket lists in no order");
}

static void
list_destroy(struct s3list *l)
{
	struct fetch *f;

	while ((f = l->idle) != NULL) {
		l->idle = f->next;
		s3page_fini(&f->page);
		free(f);
	}
	keypage_keys_fini(&l->keys);
	buf_fini(&l->upto);
	buf_fini(&l->fail_after);
	free(l);
}

void
s3list_free(struct s3list *l)
{
	if (l == NULL)
		return;
	if (l->started)
		loop_hook_remove(l->params.env->loop, &l->hook);
	loop_defer_cancel(l->params.env->loop, &l->call);
	l->dying = true;
	listplan_free(l->plan);
	if (l->flying == 0)
		list_destroy(l);
}

void
s3list_resume(struct s3list *l)
{
	l->paused = false;
	loop_defer(l->params.env->loop, &l->call);
}

/* --- a page has come --- */

static struct listplan_key
key_of(const struct buf *b)
{
	return (struct listplan_key){b->data, b->len};
}

static void
fail_segment(struct s3list *l, struct part_queue *q, const struct fail *f)
{
	struct listplan_key after = listplan_after(q->seg);

	if (l->fail.kind == FAIL_NONE || l->params.unsorted ||
	    keycut_compare(after, key_of(&l->fail_after)) < 0) {
		l->fail = *f;
		buf_reset(&l->fail_after);
		buf_add(&l->fail_after, after.data, after.len);
	}
	listplan_abandon(l->plan, q->seg);
}

static void
no_progress(struct s3list *l, struct part_queue *q, const char *why)
{
	struct fail f;

	fail_clear(&f);
	fail_set(&f, FAIL_PROTOCOL, "%s", why);
	fail_segment(l, q, &f);
}

static void
go_without_order(struct s3list *l, const char *why)
{
	l->disorder = true;
	listplan_collapse(l->plan);
	if (l->params.disorder != NULL)
		l->params.disorder(l->params.arg, why);
}

/* The plan has refused a page, which is out of order or brings no progress:
 * it will be asked for again, in whatever way is left. */
static void
refused(struct s3list *l, struct fetch *fetch)
{
	struct part_queue *q = fetch->queue;

	if (!fetch->page.page.ascending && q->suspect) {
		go_without_order(l, "the store does not list in order");
		return;
	}
	if (fetch->page.page.ascending && !fetch->by_token && q->suspect) {
		if (q->seg == listplan_front(l->plan) && q->seg->pages > 0) {
			no_progress(
			    l, q, "the store repeats its pages for ever");
			return;
		}
		l->from_start = true;
		go_without_order(l, "the store ignores start-after");
		return;
	}
	/* Once may be an accident: ask again, by the other way if there is
	 * one. */
	if (fetch->by_token && fetch->page.page.ascending)
		q->by_key = true;
	q->suspect = !fetch->by_token || !fetch->page.page.ascending;
}

static void
keep_token(struct part_queue *q, const struct s3page *p, bool whole)
{
	free(q->token);
	q->token = NULL;
	if (whole && p->more && p->token.len > 0 && !q->by_key)
		q->token = xmemdup0(p->token.data, p->token.len);
}

/* Without keys only the token can lead on.  False if it does not. */
static bool
progress(struct s3list *l, struct part_queue *q, const struct s3page *p)
{
	bool same = q->token != NULL && p->more &&
	    strcmp(q->token, p->token.data) == 0;
	bool stuck = p->more && (p->page.count == 0 || l->disorder) &&
	    (p->token.len == 0 || same);

	q->empties = p->page.count == 0 ? q->empties + 1 : 0;
	if (!stuck && q->empties <= EMPTY_PAGES_MAX) {
		if (p->page.count > 0)
			q->stuck = 0;
		return true;
	}
	if (stuck && ++q->stuck <= STUCK_MAX) {
		q->by_key = !l->disorder;
		listplan_failed(l->plan, q->seg);
		return false;
	}
	no_progress(l, q,
	    "the store says that more keys follow, "
	    "but gives no way to reach them");
	return false;
}

static void
accept(struct s3list *l, struct fetch *fetch)
{
	struct part_queue *q = fetch->queue;
	struct s3page *p = &fetch->page;
	struct keypage_part *part;
	struct listplan_take take;
	size_t before = q->seg->held;

	if (!progress(l, q, p))
		return;
	keypage_expand(&l->keys, &p->page);
	if (!listplan_page(l->plan, q->seg, l->keys.at, p->page.count, p->more,
		p->page.len + sizeof(struct keypage_part), &take)) {
		refused(l, fetch);
		return;
	}
	q->suspect = false;
	keep_token(q, p, take.skip + take.keep == p->page.count);
	if (take.keep == 0)
		return;
	part = keypage_slice(&p->page, take.skip, take.keep);
	part->size = q->seg->held - before; /* as the plan has booked */
	queue_add(l, q, part);
}

static void
page_done(struct s3page *page, const struct fail *f)
{
	struct fetch *fetch = page->arg;
	struct s3list *l = fetch->list;
	struct part_queue *q = fetch->queue;

	l->flying--;
	if (l->dying || q == NULL) {
		fetch_put(fetch);
		if (l->dying && l->flying == 0)
			list_destroy(l);
		return;
	}
	if (f->kind != FAIL_NONE)
		fail_segment(l, q, f);
	else
		accept(l, fetch);
	if (fetch->queue != NULL) /* the plan has not dropped it */
		fetch->queue->fetch = NULL;
	fetch->queue = NULL;
	fetch_put(fetch);
}

/* --- asking for more --- */

/* Nothing behind a failed segment is of use in an ordered listing. */
static bool
in_vain(const struct s3list *l, const struct listplan_seg *seg)
{
	struct listplan_key after = listplan_after(seg);

	if (l->fail.kind == FAIL_NONE)
		return false;
	return l->params.unsorted ||
	    keycut_compare(after, key_of(&l->fail_after)) >= 0;
}

static void
ask(struct s3list *l, struct listplan_seg *seg)
{
	struct part_queue *q = queue_of(seg);
	struct fetch *fetch = fetch_get(l);
	struct listplan_key after = listplan_after(seg);

	fetch->queue = q;
	q->fetch = fetch;
	fetch->by_token = q->token != NULL && (!q->by_key || l->disorder);
	l->flying++;
	s3page_fetch(&fetch->page, after.data, after.len,
	    fetch->by_token ? q->token : NULL, 0);
}

static void
ask_for_more(struct s3list *l)
{
	struct listplan_seg *seg;

	while (engine_room(l->params.env->engine) > 0 &&
	    (seg = listplan_next(l->plan)) != NULL) {
		if (in_vain(l, seg))
			listplan_abandon(l->plan, seg);
		else
			ask(l, seg);
	}
}

/* --- handing over --- */

/* Odd stores give what was not asked for, or was handed over already. */
static bool
wanted(const struct s3list *l, const struct record *r)
{
	const struct s3list_params *p = &l->params;
	struct listplan_key key = {r->key, r->key_len};
	struct listplan_key from = {p->from, p->from_len};
	struct listplan_key to = {p->to, p->to_len};

	if (!l->disorder)
		return true;
	if (from.len > 0 && keycut_compare(key, from) <= 0)
		return false;
	if (to.data != NULL && keycut_compare(key, to) > 0)
		return false;
	return !l->from_start || l->upto.len == 0 ||
	    keycut_compare(key, key_of(&l->upto)) > 0;
}

/* The entries of one part.  False if the consumer wants no more now. */
static bool
hand_over_part(struct s3list *l, struct keypage_part *part)
{
	struct keypage_cursor *c = &l->cursor;

	if (!l->opened)
		keypage_open_part(c, part);
	l->opened = true;
	while (l->pending || keypage_next(c)) {
		l->pending = false;
		if (!wanted(l, &c->record))
			continue;
		if (!l->params.entry(l->params.arg, &c->record, c->is_prefix)) {
			l->pending = l->paused = true;
			return false;
		}
	}
	l->opened = false;
	/* A page that began anew may end before what was handed over. */
	if (wanted(l, &c->record)) {
		buf_reset(&l->upto);
		buf_add(&l->upto, c->key, c->record.key_len);
	}
	return true;
}

static bool
hand_over_queue(struct s3list *l, struct part_queue *q)
{
	struct keypage_part *part;

	while ((part = q->first) != NULL) {
		if (!hand_over_part(l, part))
			return false;
		if ((q->first = part->next) == NULL)
			q->end = &q->first;
		listplan_release(l->plan, q->seg, part->size);
		free(part);
	}
	return true;
}

static void
finish(struct s3list *l)
{
	l->over = true;
	l->params.done(l->params.arg, &l->fail,
	    l->params.unsorted || l->disorder ? NULL : l->upto.data,
	    l->upto.len);
}

static void
hand_over_unsorted(struct s3list *l)
{
	struct part_queue *q;
	struct listplan_seg *seg, *next;

	while ((q = l->ready) != NULL) {
		if (!hand_over_queue(l, q))
			return;
		if ((l->ready = q->next_ready) == NULL)
			l->ready_end = &l->ready;
		q->ready = false;
	}
	for (seg = listplan_front(l->plan); seg != NULL; seg = next) {
		next = listplan_following(seg);
		if (!seg->done)
			continue;
		queue_drop(seg->user);
		listplan_remove(l->plan, seg);
	}
	if (listplan_front(l->plan) == NULL ||
	    (l->fail.kind != FAIL_NONE && l->flying == 0))
		finish(l);
}

static void
hand_over(struct s3list *l)
{
	struct listplan_seg *seg;

	while ((seg = listplan_front(l->plan)) != NULL) {
		if (seg->user != NULL && !hand_over_queue(l, seg->user))
			return;
		if (seg->failed) {
			finish(l);
			return;
		}
		if (!seg->done)
			return;
		queue_drop(seg->user);
		listplan_pop(l->plan);
	}
	finish(l);
}

static void
work(void *arg)
{
	struct s3list *l = arg;

	if (l->over)
		return;
	if (!l->paused) {
		if (l->params.unsorted && !l->disorder)
			hand_over_unsorted(l);
		else
			hand_over(l);
	}
	if (!l->over)
		ask_for_more(l);
}
