#ifndef KEYNAME_H
#define KEYNAME_H

/*
 * What names are made of, whatever number of keys bears them: the weights
 * that keymodel.h gives after keynum_by_names().  For keymodel.c alone.
 *
 * A page shows all that may follow a beginning only where it holds every key
 * that begins so; elsewhere it tells more of where it was read than of how
 * keys are spread.  So only such beginnings count, if more than one byte
 * follows, and each of these once.  What follows a byte at a place of the key
 * weighs most, and where little is known of that, what follows it anywhere.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keymodel.h"

struct keyname;

struct keyname *keyname_new(void);
void keyname_free(struct keyname *k);

/* Learn from keys of one page, in order. */
void keyname_learn(struct keyname *k, const char *const *keys,
    const size_t *lens, size_t count);
/* Was a key learned that has this position? */
bool keyname_knows(const struct keyname *k, size_t at);
/* Is too little known of the position, after a symbol, to do without the symbol
 * before that one? */
bool keyname_looks_back(struct keyname *k, size_t at, unsigned prev);
/* The weights at a known position, after two symbols (before 0: after one);
 * their sum is returned. */
double keyname_weigh(struct keyname *k, size_t at, unsigned before,
    unsigned prev, double weight[KEYMODEL_SYMBOLS]);

#endif
