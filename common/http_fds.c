#include <stdlib.h>
#include <string.h>

#include "http_fds.h"
#include "xalloc.h"

void
http_fds_init(struct http_fds *f)
{
	memset(f, 0, sizeof(*f));
}

void
http_fds_fini(struct http_fds *f)
{
	free(f->all);
	free(f->places);
	http_fds_init(f);
}

static void
make_room(struct http_fds *f, size_t more)
{
	if (f->count + more <= f->room)
		return;
	f->room = 2 * (f->count + more);
	f->all = xreallocarray(f->all, f->room, sizeof(*f->all));
}

static struct http_fds_place *
place_of(struct http_fds *f, int fd)
{
	size_t need = (size_t)fd + 1, n = f->nplaces;

	if (need > n) {
		f->nplaces = 2 * need;
		f->places = xreallocarray(
		    f->places, f->nplaces, sizeof(*f->places));
		memset(f->places + n, 0, (f->nplaces - n) * sizeof(*f->places));
	}
	return &f->places[fd];
}

void
http_fds_want(struct http_fds *f, int fd, int events, void *owner)
{
	struct http_fds_place *place = place_of(f, fd);
	struct pollfd *p;

	place->owner = owner;
	if (place->at == 0) {
		if (events == 0)
			return;
		make_room(f, 1);
		p = &f->all[f->count++];
		p->fd = fd;
		p->revents = 0;
		place->at = f->count;
	}
	p = &f->all[place->at - 1];
	p->events = (short)events;
	if (events == 0) {
		p->fd = -1;
		p->revents = 0;
		place->at = 0;
	}
}

/* Close the gaps that those have left who are wanted no longer. */
static void
compact(struct http_fds *f)
{
	size_t from, to = 0, next = f->next;

	for (from = 0; from < f->count; from++) {
		if (f->all[from].fd == -1) {
			next -= from < f->next;
			continue;
		}
		f->all[to] = f->all[from];
		to++;
		f->places[f->all[to - 1].fd].at = to;
	}
	f->count = to;
	f->next = next;
}

void
http_fds_wait(
    struct http_fds *f, struct pollfd *others, size_t count, int timeout)
{
	size_t i;

	compact(f);
	if (f->left == 0)
		f->next = 0;
	make_room(f, count + 1);
	for (i = 0; i < count; i++)
		f->all[f->count + i] = others[i];
	if (poll(f->all, (nfds_t)(f->count + count), timeout) <= 0) {
		for (i = 0; i < f->count + count; i++)
			f->all[i].revents = 0;
	}
	for (i = 0; i < count; i++)
		others[i].revents = f->all[f->count + i].revents;
	f->left = f->count;
}

bool
http_fds_next(struct http_fds *f, int *fd, int *events, void **owner)
{
	struct pollfd *p;

	/* What was added since the wait stands behind and is not looked at:
	 * its revents are 0, and it may wait for the next time. */
	for (; f->left > 0; f->left--) {
		if (f->next >= f->count)
			f->next = 0;
		p = &f->all[f->next++];
		if (p->revents == 0)
			continue;
		*fd = p->fd;
		*events = p->revents;
		*owner = f->places[p->fd].owner;
		p->revents = 0;
		f->left--;
		return true;
	}
	return false;
}
