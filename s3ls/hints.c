#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "hints.h"
#include "limit.h"
#include "record.h"
#include "xalloc.h"

#define BLOCK (2 * LIMIT_RECORD) /* holds any record, whole */

struct hints {
	struct listplan_hints interface;
	int fd;
	uint64_t size;
	char delimiter;
	bool is_long;
	const char *prefix;
	size_t prefix_len;
	char block[BLOCK];
	uint64_t block_at;
	size_t block_len;
};

/* The bytes from `at' on, at least a record's worth unless the file ends. */
static const char *
bytes_at(struct hints *h, uint64_t at, size_t *len)
{
	ssize_t n;

	if (at < h->block_at || at >= h->block_at + h->block_len ||
	    (h->block_at + h->block_len - at < LIMIT_RECORD &&
		h->block_at + h->block_len < h->size)) {
		do {
			n = pread(h->fd, h->block, sizeof(h->block), (off_t)at);
		} while (n < 0 && errno == EINTR);
		h->block_at = at;
		h->block_len = n > 0 ? (size_t)n : 0;
	}
	*len = (size_t)(h->block_at + h->block_len - at);
	return h->block + (at - h->block_at);
}

struct place {
	uint64_t at;   /* of the record's first byte */
	uint64_t next; /* of the one after it */
	const char *key;
	size_t key_len;
};

/* The first good record that begins at `at' or later (a record begins at 0
 * and after each delimiter).  False past the last. */
static bool
record_from(struct hints *h, uint64_t at, struct place *place)
{
	const char *p, *end, *why;
	struct record r;
	size_t len;
	bool mid = at > 0;

	if (mid)
		at--; /* is the byte before it a delimiter? */
	while (at < h->size) {
		p = bytes_at(h, at, &len);
		if (len == 0)
			return false;
		end = memchr(p, h->delimiter, len);
		if (mid) {
			at += end == NULL ? len : (size_t)(end - p) + 1;
			mid = end == NULL;
			continue;
		}
		place->at = at;
		if (end != NULL)
			len = (size_t)(end - p);
		at += len + 1;
		place->next = at;
		if (len <= LIMIT_RECORD &&
		    record_parse(&r, p, len, h->is_long, &why)) {
			place->key = r.key;
			place->key_len = r.key_len;
			return true;
		}
	}
	return false;
}

static int
compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* The offset of the first record above the key, by halving. */
static uint64_t
rank(void *arg, const char *key, size_t len)
{
	struct hints *h = arg;
	uint64_t low = 0, high = h->size, middle;
	struct place place;

	if (len <= h->prefix_len)
		return 0;
	key += h->prefix_len;
	len -= h->prefix_len;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (!record_from(h, middle, &place) ||
		    compare(place.key, place.key_len, key, len) > 0)
			high = middle;
		else
			low = place.next;
	}
	return low;
}

static bool
at_rank(void *arg, uint64_t offset, struct buf *out)
{
	struct hints *h = arg;
	struct place place;

	if (!record_from(h, offset, &place))
		return false;
	buf_reset(out);
	return buf_add(out, h->prefix, h->prefix_len) &&
	    buf_add(out, place.key, place.key_len);
}

struct hints *
hints_open(const char *file, char delimiter, bool is_long, const char *prefix,
    size_t prefix_len, const char **why)
{
	struct hints *h;
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) != 0) {
		*why = strerror(errno);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		*why = "is no regular file: hints are searched, not read "
		       "through";
		close(fd);
		return NULL;
	}
	h = xcalloc(1, sizeof(*h));
	h->fd = fd;
	h->size = (uint64_t)st.st_size;
	h->delimiter = delimiter;
	h->is_long = is_long;
	h->prefix = prefix;
	h->prefix_len = prefix_len;
	h->interface.rank = rank;
	h->interface.at = at_rank;
	h->interface.arg = h;
	return h;
}

void
hints_free(struct hints *h)
{
	if (h == NULL)
		return;
	close(h->fd);
	free(h);
}

const struct listplan_hints *
hints_interface(const struct hints *h)
{
	return &h->interface;
}
