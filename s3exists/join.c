/*
 * The merge join.  Closed batches are cut into ranges of neighbouring keys.
 * A range is looked up by a chain of listing pages: each starts just below the
 * first key that has no answer yet and answers all keys up to its last entry,
 * so what the input skips is skipped in the bucket too.  Chains run side by
 * side.  Where pages answer too few keys for their price, keys are handed on
 * to HEADs.
 *
 * A page answers only keys of the batch that it was asked for, so that no
 * answer is older than its question.
 */

#include <stdlib.h>
#include <string.h>

#include "below.h"
#include "diag.h"
#include "limit.h"
#include "range.h"
#include "s3exists.h"
#include "s3page.h"
#include "xalloc.h"

#define PAGES_BYTES (16 << 20)	/* of all pages in flight */
#define PAGE_BYTES  (64 << 10)	/* at least, for the keys of one */
#define PAGE_AROUND (128 << 10) /* its connection (TLS), parser and buffers */
#define EMPTY_MAX   1000	/* pages without a key, one after the other */

struct chain {
	struct join *join;
	struct range range;
	struct s3page page;
	struct buf after; /* where the page starts */
	struct buf upto;  /* last entry of the page before; empty: none */
	struct buf token; /* where it does so by a token */
	bool scout;
	bool suspect;	   /* the last page made no sense */
	unsigned failures; /* in a row */
	unsigned empties;
	struct chain *next, **prev;
};

struct join {
	struct s3exists *s;
	struct decide decide;
	struct range_queue waiting;
	struct chain *active, *idle;
	size_t nactive, nidle;
	size_t page_bytes;	      /* what a page takes, lately */
	struct fail refused;	      /* why there is no listing */
	struct keypage_cursor cursor; /* in the page that is being merged */
	bool at_entry;		      /* it holds an entry */
	struct buf whole;	      /* prefix and key */
};

/* --- ranges --- */

static void
fail_ranks(struct join *j, struct range *r, size_t hi, const struct fail *f)
{
	for (; r->lo < hi; r->lo++)
		answer_failed(j->s, r->batch, batch_index(r->batch, r->lo), f);
}

/* --- chains --- */

static void page_done(struct s3page *page, const struct fail *f);

static void
link_chain(struct chain **list, struct chain *c)
{
	c->next = *list;
	c->prev = list;
	if (c->next != NULL)
		c->next->prev = &c->next;
	*list = c;
}

static void
unlink_chain(struct chain *c)
{
	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
}

static struct chain *
chain_new(struct join *j)
{
	struct chain *c = xcalloc(1, sizeof(*c));
	struct s3exists *s = j->s;

	c->join = j;
	s3page_init(&c->page, &s->app.env, s->bucket, s->same != 0);
	c->page.prefix = s->loc.prefix;
	c->page.prefix_len = s->loc.prefix_len;
	c->page.done = page_done;
	c->page.arg = c;
	buf_init(&c->after, KEYPAGE_KEY_MAX);
	buf_init(&c->upto, KEYPAGE_KEY_MAX);
	buf_init(&c->token, LIMIT_TOKEN);
	return c;
}

static void
chain_free(struct chain *c)
{
	s3page_fini(&c->page);
	buf_fini(&c->after);
	buf_fini(&c->upto);
	buf_fini(&c->token);
	free(c);
}

static size_t
most_chains(const struct join *j)
{
	return PAGES_BYTES / (j->page_bytes + PAGE_AROUND) + 1;
}

static struct chain *
chain_get(struct join *j)
{
	struct chain *c = j->idle;

	if (c != NULL) {
		unlink_chain(c);
		j->nidle--;
	} else {
		c = chain_new(j);
	}
	c->suspect = false;
	c->failures = c->empties = 0;
	buf_reset(&c->upto);
	link_chain(&j->active, c);
	j->nactive++;
	return c;
}

static void
chain_put(struct chain *c)
{
	struct join *j = c->join;

	unlink_chain(c);
	j->nactive--;
	if (j->nactive + j->nidle >= most_chains(j)) {
		chain_free(c);
		return;
	}
	link_chain(&j->idle, c);
	j->nidle++;
}

/* Where the next page starts: just below the first key that has no answer, but
 * never where an earlier page has been, for others may lie in between. */
static void
set_start(struct chain *c)
{
	struct join *j = c->join;
	const struct location *loc = &j->s->loc;
	const char *key;
	size_t len;

	key = range_key(&c->range, c->range.lo, &len);
	buf_reset(&j->whole);
	buf_add(&j->whole, loc->prefix, loc->prefix_len);
	buf_add(&j->whole, key, len);
	below_key(&c->after, j->whole.data, j->whole.len);
	if (batch_compare(
		c->upto.data, c->upto.len, c->after.data, c->after.len) > 0) {
		buf_reset(&c->after);
		buf_add(&c->after, c->upto.data, c->upto.len);
	}
}

static void
fetch(struct chain *c, const char *token)
{
	if (c->join->s->stopping) {
		range_queue_put_back(&c->join->waiting, &c->range);
		chain_put(c);
		return;
	}
	if (token == NULL)
		set_start(c);
	s3page_fetch(&c->page, c->after.data, c->after.len, token, 0);
}

/* --- merging --- */

/* The page's entry against a key of the input. */
static int
entry_against(const struct join *j, const char *key, size_t len)
{
	const struct record *r = &j->cursor.record;
	size_t skip = j->s->loc.prefix_len;

	return batch_compare(r->key + skip, r->key_len - skip, key, len);
}

static void
open_page(struct join *j, const struct chain *c, struct decide_page *seen)
{
	memset(seen, 0, sizeof(*seen));
	seen->entries = c->page.page.count;
	seen->more = c->page.more;
	keypage_open(&j->cursor, &c->page.page);
	j->at_entry = keypage_next(&j->cursor);
}

/* Answers the keys of r that the open page tells of; r->lo moves past them. */
static void
merge(struct join *j, struct range *r, struct decide_page *seen)
{
	const char *key, *last = NULL;
	size_t len, last_len = 0, index;
	int order = -1;

	for (; r->lo < r->hi; r->lo++) {
		key = range_key(r, r->lo, &len);
		while (
		    j->at_entry && (order = entry_against(j, key, len)) < 0) {
			seen->used++;
			j->at_entry = keypage_next(&j->cursor);
		}
		if (!j->at_entry && seen->more)
			return;
		if (last == NULL || batch_compare(last, last_len, key, len))
			seen->answered++;
		last = key;
		last_len = len;
		index = batch_index(r->batch, r->lo);
		if (j->at_entry && order == 0)
			answer_found(j->s, r->batch, index, &j->cursor.record);
		else
			answer_missing(j->s, r->batch, index);
	}
}

/* A page that reaches beyond its range may serve what waits behind it. */
static void
serve_waiting(struct chain *c, struct decide_page *seen)
{
	struct join *j = c->join;
	struct range *r = j->waiting.first;
	const char *key, *last;
	size_t len, last_len;

	if (r == NULL || r->batch != c->range.batch ||
	    (!j->at_entry && seen->more))
		return;
	last = range_key(&c->range, c->range.hi - 1, &last_len);
	key = range_key(r, r->lo, &len);
	if (batch_compare(last, last_len, key, len) > 0)
		return;
	merge(j, r, seen);
	if (r->lo == r->hi)
		range_queue_drop(&j->waiting);
}

/* --- a page has come --- */

static bool
by_head_instead(const struct join *j)
{
	return j->decide.probe == DECIDE_AUTO;
}

/* The rest of the chain's range will not be listed. */
static void
turn_away(struct chain *c)
{
	struct join *j = c->join;

	if (by_head_instead(j))
		range_want(&c->range, c->range.hi);
	else
		fail_ranks(j, &c->range, c->range.hi, &j->refused);
	chain_put(c);
}

/* No listing from now on. */
static void
give_up_listing(struct join *j, const struct fail *f)
{
	char phrase[512];

	if (j->decide.no_list)
		return;
	j->decide.no_list = true;
	j->refused = *f;
	if (by_head_instead(j))
		diag_warn("%s: cannot be listed, asking key by key: %s",
		    s3bucket_name(j->s->bucket),
		    fail_phrase(f, phrase, sizeof(phrase)));
}

/* Only what this page would have told is unknown, but two in a row mean more
 * than bad luck.  The right to list is the same for all of them. */
static void
page_failed(struct chain *c, const struct fail *f)
{
	struct join *j = c->join;
	struct range *r = &c->range;
	size_t keys = (size_t)j->decide.per_page + 1;

	if (by_head_instead(j) &&
	    (f->kind == FAIL_DENIED || f->kind == FAIL_UNSUPPORTED)) {
		give_up_listing(j, f);
		turn_away(c);
		return;
	}
	if (f->kind == FAIL_DENIED)
		app_all_denied(&j->s->app);
	if (c->failures++ > 0 || keys > r->hi - r->lo || j->s->stopping)
		keys = r->hi - r->lo;
	fail_ranks(j, r, r->lo + keys, f);
	if (r->lo == r->hi)
		chain_put(c);
	else
		fetch(c, NULL);
}

/* Why the page cannot be believed; NULL if it can. */
static const char *
senseless(const struct join *j, const struct chain *c)
{
	const struct record *first = &j->cursor.record;

	if (!c->page.page.ascending)
		return "the store does not list in order";
	if (j->at_entry && c->after.len > 0 &&
	    batch_compare(
		first->key, first->key_len, c->after.data, c->after.len) <= 0)
		return "the store ignores start-after";
	return NULL;
}

/* Once may be an accident. */
static void
doubt(struct chain *c, const char *why)
{
	struct fail f;

	if (!c->suspect) {
		c->suspect = true;
		fetch(c, NULL);
		return;
	}
	fail_clear(&f);
	fail_set(&f, FAIL_PROTOCOL, "%s", why);
	give_up_listing(c->join, &f);
	turn_away(c);
}

/* A page without keys that says that more follow: only its token leads on. */
static void
follow_token(struct chain *c)
{
	const struct buf *token = &c->page.token, *last = &c->token;
	bool same = batch_compare(
			token->data, token->len, last->data, last->len) == 0;
	struct fail f;

	c->empties += same ? EMPTY_MAX / 10 : 1;
	if (token->len == 0 || c->empties > EMPTY_MAX) {
		fail_clear(&f);
		fail_set(&f, FAIL_PROTOCOL,
		    "the store says that more follows, but not how");
		page_failed(c, &f);
		return;
	}
	buf_reset(&c->token);
	buf_add(&c->token, c->page.token.data, c->page.token.len);
	fetch(c, c->token.data);
}

/* Part of the range is left: list on, or ask. */
static void
go_on(struct chain *c, double per_page)
{
	struct join *j = c->join;
	struct range *r = &c->range, rest = *r;
	size_t left = r->hi - r->lo, keys;

	if (decide_go_on(&j->decide, per_page, left) == DECIDE_BY_LIST) {
		/* What is too long for one chain, others may begin. */
		keys = decide_length(per_page);
		if (left / 2 > keys)
			r->hi = rest.lo = r->lo + keys;
		if (rest.lo > r->lo) {
			rest.sparse = 0;
			range_queue_put_back(&j->waiting, &rest);
		}
		fetch(c, NULL);
		return;
	}
	keys = decide_stretch(r->sparse);
	/* Parts of unsorted batches are asked in no useful order. */
	if (keys > left || !r->batch->ascending)
		keys = left;
	range_want(r, r->lo + keys);
	if (keys < left) {
		rest.lo = r->lo;
		rest.sparse++;
		range_queue_put_back(&j->waiting, &rest);
	}
	chain_put(c);
}

static void
accept(struct chain *c, struct decide_page *seen)
{
	struct join *j = c->join;
	double per_page;

	c->suspect = false;
	c->failures = c->empties = 0;
	buf_reset(&c->token);
	buf_reset(&c->upto);
	buf_add(&c->upto, c->page.page.key, c->page.page.key_len);
	merge(j, &c->range, seen);
	if (c->range.lo == c->range.hi)
		serve_waiting(c, seen);
	per_page = decide_learn(&j->decide, seen);
	if (c->range.lo == c->range.hi)
		chain_put(c);
	else
		go_on(c, per_page);
}

static void
page_done(struct s3page *page, const struct fail *f)
{
	struct chain *c = page->arg;
	struct join *j = c->join;
	struct decide_page seen;
	const char *why;

	if (c->scout)
		decide_scouted(&j->decide);
	c->scout = false;
	if (f->kind != FAIL_NONE) {
		page_failed(c, f);
		return;
	}
	j->page_bytes -= (j->page_bytes - PAGE_BYTES) / 16;
	if (j->page_bytes < page->page.room)
		j->page_bytes = page->page.room;
	open_page(j, c, &seen);
	if (j->decide.no_list)
		turn_away(c);
	else if ((why = senseless(j, c)) != NULL)
		doubt(c, why);
	else if (seen.entries == 0 && seen.more)
		follow_token(c);
	else
		accept(c, &seen);
}

/* --- beginning --- */

static void
begin_chain(struct join *j, size_t keys, bool scout)
{
	struct range *r = j->waiting.first;
	struct chain *c = chain_get(j);

	c->range = *r;
	c->range.hi = r->lo + keys;
	c->scout = scout;
	r->lo += keys;
	if (r->lo == r->hi)
		range_queue_drop(&j->waiting);
	fetch(c, NULL);
}

/* The first range that waits.  False if it has to wait on. */
static bool
begin(struct join *j)
{
	struct range *r = j->waiting.first;
	struct decide_plan plan;

	if (j->decide.no_list && !by_head_instead(j)) {
		fail_ranks(j, r, r->hi, &j->refused);
		range_queue_drop(&j->waiting);
		return true;
	}
	if (j->nactive >= most_chains(j))
		return false;
	plan = decide_range(&j->decide, r->hi - r->lo, !r->batch->ascending);
	switch (plan.way) {
	case DECIDE_LATER:
		return false;
	case DECIDE_BY_LIST:
		begin_chain(j, plan.keys, plan.scout);
		return true;
	case DECIDE_BY_HEAD:
		range_want(r, r->lo + plan.keys);
		if (r->lo == r->hi)
			range_queue_drop(&j->waiting);
		return true;
	}
	return false;
}

static struct batch *
first_wanted(const struct join *j)
{
	struct batch *b = j->s->first;

	while (b != NULL && b->wanted == 0)
		b = b->next;
	return b;
}

void
join_work(struct join *j)
{
	struct batch *b;
	size_t index;

	while (!j->s->stopping && engine_room(j->s->app.engine) > 0) {
		b = first_wanted(j);
		if (j->waiting.first != NULL &&
		    (b == NULL || j->waiting.first->batch->age < b->age) &&
		    begin(j))
			continue;
		if (b == NULL)
			return;
		batch_wanted(b, &index);
		probe_start(j->s, b, index);
	}
}

/* --- life --- */

struct join *
join_new(struct s3exists *s)
{
	struct join *j = xcalloc(1, sizeof(*j));

	j->s = s;
	range_queue_init(&j->waiting);
	j->page_bytes = PAGE_BYTES;
	decide_init(&j->decide, s->probe);
	buf_init(&j->whole, LIMIT_KEY);
	return j;
}

void
join_add(struct join *j, struct batch *b)
{
	range_queue_add(&j->waiting, b);
}

void
join_stop(struct join *j, const struct fail *f, bool cancel)
{
	struct chain *c;
	struct batch *b;
	size_t index;

	for (c = j->active; c != NULL; c = c->next)
		if (cancel || !s3page_sent(&c->page))
			s3page_cancel(&c->page);
	while (j->waiting.first != NULL) {
		fail_ranks(j, j->waiting.first, j->waiting.first->hi, f);
		range_queue_drop(&j->waiting);
	}
	while ((b = first_wanted(j)) != NULL) {
		batch_wanted(b, &index);
		answer_failed(j->s, b, index, f);
	}
}

bool
join_idle(const struct join *j)
{
	return j->active == NULL && j->s->asking == NULL;
}

void
join_free(struct join *j)
{
	struct chain *c;

	while ((c = j->idle) != NULL) {
		j->idle = c->next;
		chain_free(c);
	}
	range_queue_fini(&j->waiting);
	buf_fini(&j->whole);
	free(j);
}
