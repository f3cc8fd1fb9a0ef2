/*
 * --split: N ranges of about equal size, from a few pages.
 *
 * The plan gets answers in the order of its probes, whichever comes first, and
 * is asked for the next probes after each: so a bucket that does not change
 * is cut at the same keys each time, by machines fast and slow.
 */

#include <stdlib.h>
#include <string.h>

#include "keypage.h"
#include "s3ls.h"
#include "s3page.h"
#include "splitplan.h"
#include "uri.h"
#include "xalloc.h"

struct probe {
	struct s3page page;
	struct split *split;
	struct splitplan_probe *asked;
	struct probe *next; /* idle, or asked after it */
	bool done;
	struct fail fail;
};

struct split {
	struct s3ls *s3ls;
	struct loop_hook hook;
	struct splitplan *plan;
	struct probe *idle;
	struct probe *first, **end; /* asked, not yet given to the plan */
	bool over;
	struct keypage_keys keys; /* of a page, for the plan to judge */
	/* the ranges, as they are printed */
	struct buf from;
};

static void probe_done(struct s3page *page, const struct fail *f);

static struct probe *
probe_get(struct split *s)
{
	struct probe *p = s->idle;
	struct s3ls *ls = s->s3ls;

	if (p != NULL) {
		s->idle = p->next;
		return p;
	}
	p = xcalloc(1, sizeof(*p));
	p->split = s;
	s3page_init(&p->page, &ls->app.env, ls->bucket, false);
	p->page.prefix = ls->whole_prefix.data;
	p->page.prefix_len = ls->whole_prefix.len;
	p->page.done = probe_done;
	p->page.arg = p;
	return p;
}

static void
fail(struct split *s, const struct fail *f)
{
	s->over = true;
	app_fatal_fail(&s->s3ls->app, s->s3ls->loc.bucket, f);
}

static void
probe_done(struct s3page *page, const struct fail *f)
{
	struct probe *p = page->arg;
	char *token;

	if (f->kind == FAIL_NONE && page->page.count == 0 && page->more &&
	    page->token.len > 0 && !p->split->over) {
		/* An empty page leads on by its token alone. */
		token = xmemdup0(page->token.data, page->token.len);
		s3page_fetch(page, "", 0, token, 0);
		free(token);
		return;
	}
	p->fail = *f;
	p->done = true;
}

static void
take_answer(struct split *s, struct probe *p)
{
	const struct s3page *page = &p->page;

	if (p->fail.kind != FAIL_NONE) {
		fail(s, &p->fail);
		return;
	}
	keypage_expand(&s->keys, &page->page);
	if (!splitplan_page(s->plan, p->asked, s->keys.at, page->page.count,
		page->more && page->page.count > 0)) {
		s->over = true;
		app_fatal(&s->s3ls->app,
		    "%s: the store does not list in order: it cannot be split",
		    s->s3ls->loc.bucket);
	}
}

/* --- the result --- */

static void
print_range(struct split *s, const char *to, size_t to_len)
{
	struct buf *out = keyio_write_begin(&s->s3ls->app.out);

	buf_add(out, s->from.data, s->from.len);
	buf_addc(out, ':');
	buf_reset(&s->from);
	uri_encode_word(&s->from, to, to_len);
	buf_add(out, s->from.data, s->from.len);
	keyio_write_end(&s->s3ls->app.out);
	s->s3ls->app.counts.out++;
}

static void
on_cut(void *arg, struct listplan_key cut)
{
	struct split *s = arg;
	const struct location *loc = &s->s3ls->loc;

	/* A guess outside the prefix has no name relative to LOCATION. */
	if (cut.len <= loc->prefix_len ||
	    memcmp(cut.data, loc->prefix, loc->prefix_len) != 0)
		return;
	print_range(s, cut.data + loc->prefix_len, cut.len - loc->prefix_len);
}

static void
print_ranges(struct split *s)
{
	struct s3ls *ls = s->s3ls;
	size_t skip = ls->loc.prefix_len;

	if (ls->from.len > skip)
		uri_encode_word(
		    &s->from, ls->from.data + skip, ls->from.len - skip);
	splitplan_cuts(s->plan, on_cut, s);
	if (ls->has_to)
		print_range(s, ls->to.data + skip, ls->to.len - skip);
	else
		print_range(s, "", 0);
}

static void
ask(struct split *s)
{
	struct splitplan_probe *asked;
	struct listplan_key after;
	struct probe *p;

	while ((asked = splitplan_next(s->plan)) != NULL) {
		p = probe_get(s);
		p->asked = asked;
		p->done = false;
		p->next = NULL;
		*s->end = p;
		s->end = &p->next;
		after = splitplan_after(asked);
		s3page_fetch(&p->page, after.data, after.len, NULL, 0);
	}
}

static void
work(void *arg)
{
	struct split *s = arg;
	struct probe *p;

	if (s->first == NULL && !s->over)
		ask(s);
	while ((p = s->first) != NULL && p->done) {
		if ((s->first = p->next) == NULL)
			s->end = &s->first;
		if (!s->over)
			take_answer(s, p);
		s3page_rest(&p->page);
		p->next = s->idle;
		s->idle = p;
		if (!s->over)
			ask(s);
	}
	if (s->first != NULL)
		return;
	if (!s->over)
		print_ranges(s);
	s->over = true;
	app_finish(&s->s3ls->app);
}

/* --- life --- */

void
split_start(struct s3ls *ls)
{
	struct split *s = xcalloc(1, sizeof(*s));
	struct splitplan_params params = {
	    .ranges = (size_t)ls->split,
	    .in_flight = (size_t)ls->app.options.jobs,
	    .lo = {ls->from.data, ls->from.len},
	    .hi = {ls->has_to ? ls->to.data : NULL, ls->to.len},
	    .common_prefix = {ls->whole_prefix.data, ls->whole_prefix.len},
	};

	s->s3ls = ls;
	s->end = &s->first;
	ls->splitting = s;
	s->plan = splitplan_new(&params);
	keypage_keys_init(&s->keys);
	buf_init(&s->from, 8192);
	s->hook.fn = work;
	s->hook.arg = s;
	loop_hook_add(ls->app.loop, &s->hook);
}

void
split_stop(struct split *s)
{
	if (s != NULL)
		s->over = true;
}

void
split_free(struct split *s)
{
	struct probe *p;

	if (s == NULL)
		return;
	while ((p = s->idle) != NULL) {
		s->idle = p->next;
		s3page_fini(&p->page);
		free(p);
	}
	loop_hook_remove(s->s3ls->app.loop, &s->hook);
	splitplan_free(s->plan);
	keypage_keys_fini(&s->keys);
	buf_fini(&s->from);
	free(s);
}
