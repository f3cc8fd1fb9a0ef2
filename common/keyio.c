#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyio.h"
#include "limit.h"
#include "xalloc.h"

#define READ_SIZE   (64 << 10)
#define FILE_CHUNK  (64 << 10)
#define PENDING_MAX (64 << 20) /* far above the high-water mark */

/* --- reading --- */

static void
on_readable(void *arg, int events)
{
	struct keyio_reader *r = arg;
	ssize_t n;

	(void)events;
	loop_watch(r->loop, &r->watch, 0);
	if (r->at > 0) {
		memmove(r->data, r->data + r->at, r->end - r->at);
		r->end -= r->at;
		r->at = 0;
	}
	n = read(r->watch.fd, r->data + r->end, r->room - r->end);
	if (n > 0)
		r->end += (size_t)n;
	else if (n == 0)
		r->eof = true;
	else if (errno != EINTR && errno != EAGAIN)
		r->error = errno;
}

void
keyio_reader_init(
    struct keyio_reader *r, struct loop *loop, int fd, char delimiter)
{
	memset(r, 0, sizeof(*r));
	r->loop = loop;
	r->watch.fd = fd;
	r->watch.fn = on_readable;
	r->watch.arg = r;
	r->delimiter = delimiter;
	r->room = READ_SIZE + LIMIT_RECORD;
	r->data = xmalloc(r->room);
}

void
keyio_reader_fini(struct keyio_reader *r)
{
	loop_watch(r->loop, &r->watch, 0);
	free(r->data);
	r->data = NULL;
}

void
keyio_reader_stop(struct keyio_reader *r)
{
	loop_watch(r->loop, &r->watch, 0);
	r->at = r->end = 0;
	r->eof = true;
}

static const char *
find_end(const struct keyio_reader *r)
{
	return memchr(r->data + r->at, r->delimiter, r->end - r->at);
}

bool
keyio_reader_ready(const struct keyio_reader *r)
{
	return r->eof || r->error != 0 || find_end(r) != NULL;
}

/* The rest of a record that was too long. */
static void
skip(struct keyio_reader *r)
{
	const char *end = find_end(r);

	if (end != NULL) {
		r->at = (size_t)(end - r->data) + 1;
		r->skipping = false;
	} else {
		r->at = r->end;
	}
}

enum keyio_read
keyio_read(struct keyio_reader *r, const char **record, size_t *len)
{
	const char *end;

	if (r->skipping)
		skip(r);
	*record = r->data + r->at;
	if (!r->skipping && (end = find_end(r)) != NULL) {
		*len = (size_t)(end - *record);
		r->at += *len + 1;
		if (*len > LIMIT_RECORD) {
			*len = LIMIT_RECORD;
			return KEYIO_TOO_LONG;
		}
		return KEYIO_RECORD;
	}
	*len = r->end - r->at;
	if (*len > LIMIT_RECORD && !r->skipping) {
		*len = LIMIT_RECORD;
		r->skipping = true;
		return KEYIO_TOO_LONG;
	}
	if (r->error != 0)
		return KEYIO_ERROR;
	if (!r->eof) {
		loop_watch(r->loop, &r->watch, LOOP_READ);
		return KEYIO_WAIT;
	}
	if (*len == 0 || r->skipping)
		return KEYIO_END;
	r->at = r->end;
	return KEYIO_RECORD;
}

/* --- writing --- */

static bool
takes_any(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !S_ISFIFO(st.st_mode) &&
	    !S_ISSOCK(st.st_mode);
}

static bool
writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, 0) > 0;
}

/* How much to write now: whole records, up to the chunk's size; one record
 * longer than that goes alone. */
static size_t
piece(const struct keyio_writer *w)
{
	const char *start = w->pending.data + w->written;
	size_t left = w->pending.len - w->written, len = w->chunk;
	const char *end;

	if (left <= len)
		return left;
	while (len > 0 && start[len - 1] != w->delimiter)
		len--;
	if (len > 0)
		return len;
	end = memchr(start, w->delimiter, left);
	return end == NULL ? left : (size_t)(end - start) + 1;
}

static void
sent(struct keyio_writer *w, size_t len)
{
	w->written += len;
	if (w->written == w->pending.len) {
		buf_reset(&w->pending);
		w->written = 0;
	} else if (w->written >= KEYIO_HIGH_WATER) {
		buf_drop(&w->pending, w->written);
		w->written = 0;
	}
}

/* Write while the other side takes it without making us wait. */
static void
flush(struct keyio_writer *w)
{
	size_t len;
	ssize_t n;

	while (
	    w->error == 0 && !keyio_writer_empty(w) && writable(w->watch.fd)) {
		len = piece(w);
		do {
			n = write(
			    w->watch.fd, w->pending.data + w->written, len);
		} while (n < 0 && errno == EINTR);
		if (n < 0 && errno != EAGAIN) {
			w->error = errno;
			break;
		}
		if (n < 0)
			break;
		sent(w, (size_t)n);
	}
	loop_watch(w->loop, &w->watch,
	    w->error == 0 && !keyio_writer_empty(w) ? LOOP_WRITE : 0);
	if (w->was_full && !keyio_writer_full(w)) {
		w->was_full = false;
		if (w->drained != NULL)
			w->drained(w->drained_arg);
	}
}

static void
on_writable(void *arg, int events)
{
	(void)events;
	flush(arg);
}

static void
before_sleep(void *arg)
{
	struct keyio_writer *w = arg;

	if (!keyio_writer_empty(w) && w->watch.events == 0)
		flush(w);
}

void
keyio_writer_init(
    struct keyio_writer *w, struct loop *loop, int fd, char delimiter)
{
	memset(w, 0, sizeof(*w));
	w->loop = loop;
	w->watch.fd = fd;
	w->watch.fn = on_writable;
	w->watch.arg = w;
	w->hook.fn = before_sleep;
	w->hook.arg = w;
	w->hook.late = true;
	w->delimiter = delimiter;
	w->chunk = takes_any(fd) ? FILE_CHUNK : PIPE_BUF;
	buf_init(&w->pending, PENDING_MAX);
	loop_hook_add(loop, &w->hook);
}

void
keyio_writer_fini(struct keyio_writer *w)
{
	loop_watch(w->loop, &w->watch, 0);
	loop_hook_remove(w->loop, &w->hook);
	buf_fini(&w->pending);
}

void
keyio_write(struct keyio_writer *w, const char *record, size_t len)
{
	buf_add(keyio_write_begin(w), record, len);
	keyio_write_end(w);
}

struct buf *
keyio_write_begin(struct keyio_writer *w)
{
	return &w->pending;
}

void
keyio_write_end(struct keyio_writer *w)
{
	buf_addc(&w->pending, w->delimiter);
	if (keyio_writer_full(w))
		w->was_full = true;
}

bool
keyio_writer_full(const struct keyio_writer *w)
{
	return w->pending.len - w->written >= KEYIO_HIGH_WATER;
}

bool
keyio_writer_empty(const struct keyio_writer *w)
{
	return w->pending.len == w->written;
}
