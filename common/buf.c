#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "xalloc.h"

#define FIRST_ROOM 64

void
buf_init(struct buf *b, size_t max)
{
	b->room = max < FIRST_ROOM ? max + 1 : FIRST_ROOM;
	b->data = xmalloc(b->room);
	b->data[0] = '\0';
	b->len = 0;
	b->max = max;
	b->full = false;
}

void
buf_fini(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->data[0] = '\0';
	b->full = false;
}

char *
buf_take(struct buf *b)
{
	char *data = b->data;

	buf_init(b, b->max);
	return data;
}

char *
buf_space(struct buf *b, size_t len)
{
	size_t need, room;

	if (b->full || len > b->max - b->len) {
		b->full = true;
		return NULL;
	}
	need = b->len + len + 1;
	if (need > b->room) {
		room = b->room > SIZE_MAX / 2 ? need : b->room * 2;
		if (room > b->max + 1)
			room = b->max + 1;
		b->room = room < need ? need : room;
		b->data = xreallocarray(b->data, b->room, 1);
	}
	return b->data + b->len;
}

void
buf_grew(struct buf *b, size_t len)
{
	b->len += len;
	b->data[b->len] = '\0';
}

bool
buf_add(struct buf *b, const void *p, size_t len)
{
	char *to = buf_space(b, len);

	if (to == NULL)
		return false;
	if (len > 0)
		memcpy(to, p, len);
	buf_grew(b, len);
	return true;
}

bool
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	bool good;

	va_start(ap, fmt);
	good = buf_vaddf(b, fmt, ap);
	va_end(ap);
	return good;
}

bool
buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0 || (to = buf_space(b, (size_t)len)) == NULL) {
		b->full = true;
		return false;
	}
	vsnprintf(to, (size_t)len + 1, fmt, ap);
	buf_grew(b, (size_t)len);
	return true;
}

void
buf_cut(struct buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

void
buf_drop(struct buf *b, size_t len)
{
	if (len > b->len)
		len = b->len;
	memmove(b->data, b->data + len, b->len - len);
	buf_cut(b, b->len - len);
}
