#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cred_file.h"
#include "limit.h"

#define PIECE 16384

static bool
say(char *why, size_t room, const char *text)
{
	snprintf(why, room, "%s", text);
	return false;
}

static bool
read_all(int fd, struct buf *b, char *why, size_t room)
{
	size_t want;
	char *to;
	ssize_t n;

	for (;;) {
		want = b->max - b->len < PIECE ? b->max - b->len : PIECE;
		if (want == 0)
			return say(why, room, "it is too long");
		to = buf_space(b, want);
		n = read(fd, to, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return say(why, room, strerror(errno));
		if (n == 0)
			return true;
		buf_grew(b, (size_t)n);
	}
}

bool
cred_file_read(const char *path, struct buf *b, char *why, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return say(why, room, strerror(errno));
	good = read_all(fd, b, why, room);
	close(fd);
	return good;
}

bool
cred_file_line(const char *path, struct buf *b, char *why, size_t room)
{
	size_t i, len;

	if (!cred_file_read(path, b, why, room))
		return false;
	len = b->len;
	while (len > 0 && strchr(" \t\r\n", b->data[len - 1]) != NULL)
		len--;
	buf_cut(b, len);
	if (len == 0)
		return say(why, room, "it is empty");
	for (i = 0; i < len; i++)
		if ((unsigned char)b->data[i] < ' ' || b->data[i] == 0x7f)
			return say(why, room, "it holds control characters");
	return true;
}

static bool
write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0;
}

bool
cred_file_replace(
    const char *path, const char *p, size_t len, char *why, size_t room)
{
	struct buf name;
	bool good;
	int fd;

	buf_init(&name, LIMIT_URL);
	buf_addf(&name, "%s.XXXXXX", path);
	fd = mkstemp(name.data); /* mode 0600 */
	good = fd >= 0 && write_all(fd, p, len) && rename(name.data, path) == 0;
	if (!good) {
		say(why, room, strerror(errno));
		if (fd >= 0)
			unlink(name.data);
	}
	if (fd >= 0)
		close(fd);
	buf_fini(&name);
	return good;
}
