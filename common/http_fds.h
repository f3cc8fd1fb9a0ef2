#ifndef HTTP_FDS_H
#define HTTP_FDS_H

/*
 * The sockets of libcurl, kept as poll(2) wants them, so that nothing is built
 * anew for a wait and nothing is told to the kernel for a request (epoll would
 * be told twice, which costs more than looking at a thousand sockets now and
 * then).  In the order in which they were first wanted, which is that of the
 * requests: of answers that are there at the same time, the one to the oldest
 * request is told first.  Private to http.c.
 */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct http_fds_place {
	size_t		 at;	/* of a descriptor in all, from 1; 0: none */
	void		*owner;
};

struct http_fds {
	/* private */
	struct pollfd	*all;	/* ours (fd -1: no longer), then others' */
	size_t		 count, room;
	struct http_fds_place *places; /* by descriptor */
	size_t		 nplaces;
	size_t		 next;	/* where http_fds_next() goes on */
	size_t		 left;	/* that it has still to look at */
};

void	http_fds_init(struct http_fds *f);
void	http_fds_fini(struct http_fds *f);
/* From now on wait for events, POLLIN | POLLOUT, at fd, which is owner's; 0:
 * no longer. */
void	http_fds_want(struct http_fds *f, int fd, int events, void *owner);
/* Wait at most timeout ms (-1: for ever) for one of ours or one of others,
 * whose revents are set in any case. */
void	http_fds_wait(struct http_fds *f, struct pollfd *others, size_t count,
    int timeout);
/* One of ours where something happened in the last wait, each once; false if
 * there is no further one.  Who stops before that goes on behind the one told
 * last after the next wait, and so starves nobody. */
bool	http_fds_next(struct http_fds *f, int *fd, int *events,
	    void **owner);

#endif
