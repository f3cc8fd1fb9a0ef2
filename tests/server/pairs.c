#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "pairs.h"

void
pairs_add(struct pairs **list, const char *name, const char *value)
{
	struct pairs *p = *list;
	size_t i;

	if (p == NULL) {
		p = *list = mem_alloc(sizeof(*p));
		p->holders = 1;
	}
	p->item = mem_grow(p->item, (p->n + 1) * sizeof(*p->item));
	for (i = p->n; i > 0 && strcmp(p->item[i - 1].name, name) > 0; i--)
		p->item[i] = p->item[i - 1];
	p->item[i].name = mem_dup(name, strlen(name));
	p->item[i].value = mem_dup(value, strlen(value));
	p->n++;
}

void
pairs_join(struct pairs **list, const char *name, const char *value)
{
	struct text both = {0};

	for (size_t i = 0; *list != NULL && i < (*list)->n; i++) {
		struct pairs_item *item = &(*list)->item[i];

		if (strcmp(item->name, name) == 0) {
			text_fmt(&both, "%s,%s", item->value, value);
			free(item->value);
			item->value = both.p;
			return;
		}
	}
	pairs_add(list, name, value);
}

const char *
pairs_get(const struct pairs *p, const char *name)
{
	for (size_t i = 0; p != NULL && i < p->n; i++)
		if (strcmp(p->item[i].name, name) == 0)
			return p->item[i].value;
	return NULL;
}

struct pairs *
pairs_hold(struct pairs *p)
{
	if (p != NULL)
		p->holders++;
	return p;
}

void
pairs_drop(struct pairs *p)
{
	if (p == NULL || --p->holders > 0)
		return;
	for (size_t i = 0; i < p->n; i++) {
		free(p->item[i].name);
		free(p->item[i].value);
	}
	free(p->item);
	free(p);
}

bool
pairs_equal(const struct pairs *a, const struct pairs *b)
{
	size_t na = a != NULL ? a->n : 0, nb = b != NULL ? b->n : 0;

	if (a == b)
		return true;
	if (na != nb)
		return false;
	for (size_t i = 0; i < na; i++)
		if (strcmp(a->item[i].name, b->item[i].name) != 0 ||
		    strcmp(a->item[i].value, b->item[i].value) != 0)
			return false;
	return true;
}

void
pairs_write(const struct pairs *p, struct text *out)
{
	for (size_t i = 0; p != NULL && i < p->n; i++) {
		if (i > 0)
			text_char(out, '&');
		text_uri(out, p->item[i].name, strlen(p->item[i].name), false);
		text_char(out, '=');
		text_uri(
		    out, p->item[i].value, strlen(p->item[i].value), false);
	}
}

bool
pairs_read(struct pairs **list, const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, "&"), k = strcspn(s, "=&");
		char *name = mem_dup(s, k);
		char *value = k < n ? mem_dup(s + k + 1, n - k - 1) :
				      mem_dup("", 0);

		(void)text_unescape(name, k, true);
		(void)text_unescape(value, strlen(value), true);
		if (k > 0)
			pairs_add(list, name, value);
		free(name);
		free(value);
		if (k == 0)
			return false;
		s += n + (s[n] == '&');
	}
	return true;
}
