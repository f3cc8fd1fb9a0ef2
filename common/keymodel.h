#ifndef KEYMODEL_H
#define KEYMODEL_H

/*
 * What keys look like, position by position: the part of keynum.h that
 * learns, and gives the weights of what may stand at a position.  For
 * keynum.c alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keynum.h"

#define KEYMODEL_SYMBOLS    257 /* 0: the key ends; b + 1: byte b */
#define KEYMODEL_SCALE_BITS 16	/* weights of a table add up to 2^16 */
#define KEYMODEL_SCALE	    (1U << KEYMODEL_SCALE_BITS)

/* Weights made ready: symbol sym[i] spans cum[i] to cum[i + 1]. */
struct keymodel_table {
	uint32_t id, generation;
	size_t n;
	uint16_t sym[KEYMODEL_SYMBOLS];
	uint32_t cum[KEYMODEL_SYMBOLS + 1];
};

/* The symbol at a position of a key. */
static inline unsigned
keymodel_symbol(const char *key, size_t len, size_t i)
{
	return i < len ? (unsigned char)key[i] + 1U : 0;
}

/* The weights at a position of a key, of which the bytes before count; valid
 * until the next call. */
const struct keymodel_table *
keymodel_table(struct keynum_model *m, const char *key, size_t len, size_t at);
/* Was a key learned that is not valid UTF-8? */
bool keymodel_raw(const struct keynum_model *m);

struct keynum_model *keymodel_new(void);
void keymodel_by_names(struct keynum_model *m);
void keymodel_free(struct keynum_model *m);
void keymodel_learn(struct keynum_model *m, const char *const *keys,
    const size_t *lens, size_t count);

#endif
