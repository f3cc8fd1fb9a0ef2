#ifndef BUF_H
#define BUF_H

/*
 * A growable byte buffer with a hard maximum.
 *
 * Invariants: data is never NULL after buf_init() and always terminated by a
 * NUL that len does not count; the bytes before it may hold NULs; len never
 * passes max.
 *
 * An append that would pass the maximum changes nothing and returns false:
 * that is how hostile or absurd input is noticed.  The failure sticks: full
 * stays true until buf_reset(), so a caller may append many times and ask
 * once, with buf_ok().  Running out of memory ends the program (xalloc.h).
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char	*data;
	size_t	 len;
	size_t	 room;	/* bytes allocated, the NUL's included */
	size_t	 max;	/* most bytes that len may reach */
	bool	 full;	/* an append was refused */
};

void	 buf_init(struct buf *b, size_t max);
void	 buf_fini(struct buf *b);	/* leaves it unusable */
void	 buf_reset(struct buf *b);	/* empty, keep the storage */
/* Ownership of the bytes moves to the caller; the buffer is empty again. */
char	*buf_take(struct buf *b);

bool	 buf_add(struct buf *b, const void *p, size_t len);
bool	 buf_adds(struct buf *b, const char *s);
bool	 buf_addc(struct buf *b, char c);
bool	 buf_addf(struct buf *b, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
bool	 buf_vaddf(struct buf *b, const char *fmt, va_list ap)
	    __attribute__((format(printf, 2, 0)));
/* Room for len more bytes at the returned place, or NULL over the maximum;
 * the caller writes there and then calls buf_grew(). */
char	*buf_space(struct buf *b, size_t len);
void	 buf_grew(struct buf *b, size_t len);
/* Keep the first len bytes. */
void	 buf_cut(struct buf *b, size_t len);
/* Drop the first len bytes and move the rest down. */
void	 buf_drop(struct buf *b, size_t len);

static inline bool
buf_ok(const struct buf *b)
{
	return !b->full;
}

#endif
