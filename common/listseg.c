/* The segments of a listing plan.  See listseg.h. */

#include "listseg.h"

#include <stdlib.h>

#include "xalloc.h"

struct listplan_key
listseg_key_copy(struct listplan_key k)
{
	if (k.data != NULL)
		k.data = xmemdup0(k.data, k.len);
	return k;
}

void
listseg_key_free(struct listplan_key *k)
{
	free((void *)(uintptr_t)k->data);
	k->data = NULL;
	k->len = 0;
}

void
listseg_key_set(struct listplan_key *to, struct listplan_key from)
{
	from = listseg_key_copy(from);
	listseg_key_free(to);
	*to = from;
}

void
listseg_sample_set(struct listseg_sample *to, struct listplan_key first,
    struct listplan_key last, double pages)
{
	listseg_key_set(&to->first, first);
	listseg_key_set(&to->last, last);
	to->pages = pages;
}

void
listseg_sample_copy(
    struct listseg_sample *to, const struct listseg_sample *from)
{
	if (from->first.data != NULL)
		listseg_sample_set(to, from->first, from->last, from->pages);
}

static void
listseg_sample_free(struct listseg_sample *s)
{
	listseg_key_free(&s->first);
	listseg_key_free(&s->last);
}

struct listseg *
listseg_new(struct listplan *p, struct listseg *prev)
{
	struct listseg *s = xcalloc(1, sizeof(*s));

	s->prev = prev;
	s->next = prev != NULL ? prev->next : NULL;
	if (s->next != NULL)
		s->next->prev = s;
	else
		p->tail = s;
	if (prev != NULL)
		prev->next = s;
	else
		p->head = s;
	p->st.segments++;
	return s;
}

void
listseg_free(struct listplan *p, struct listseg *s)
{
	if (s->pub.user != NULL && p->par.drop != NULL)
		p->par.drop(p->par.drop_arg, s->pub.user);
	if (s->pub.busy)
		p->st.in_flight--;
	if (s->guesses > 0 && !s->begun)
		p->guessing--;
	p->st.held -= s->pub.held;
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		p->head = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	else
		p->tail = s->prev;
	if (p->frontier == s)
		p->frontier = s->prev;
	p->st.segments--;
	listseg_key_free(&s->after);
	listseg_key_free(&s->hi);
	listseg_sample_free(&s->near);
	free(s);
}
