/*
 * The keys of one bucket in byte order: a row of leaves of up to a few hundred
 * records each, found by binary search. Records are made here, in blocks that
 * live as long as the tree, and hold the key and either an object or the
 * means to make one up (store.h).
 */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object;

struct tree_record {
	struct object *object; /* NULL: a filled one, see store_object */
	uint16_t fill;	       /* which fill it came from */
	uint16_t seed;	       /* a hash of the key */
	uint16_t length;
	char key[];
};

struct tree {
	struct tree_leaf **leaf;
	size_t nleaves, size;
	size_t count;	  /* of records */
	uint64_t changes; /* goes up with every insertion and removal */
	struct tree_block *blocks;
	size_t used; /* bytes of the newest block */
};

/* A place between two records; invalid once the tree changes. */
struct tree_place {
	size_t leaf, index;
};

void tree_init(struct tree *);
/* Frees all; the objects of the records are passed to drop first. */
void tree_fini(struct tree *, void (*drop)(struct object *));

struct tree_record *tree_find(const struct tree *, const char *, size_t);
/* Finds the record of a key, or makes it (with no object) and says so. */
struct tree_record *
tree_insert(struct tree *, const char *, size_t, bool *made);
/* A record that is in no tree yet; of the right block of memory. */
struct tree_record *tree_record(struct tree *, const char *, size_t);
/* Adds a record that tree_record made; false if the key is there already. */
bool tree_add(struct tree *, struct tree_record *);
bool tree_remove(struct tree *, const char *, size_t);

/* The place of the first key that is > the given one (>= if equal is true). */
struct tree_place
tree_seek(const struct tree *, const char *, size_t, bool equal);
/* The record at a place, and the place moves on; NULL at the end. */
struct tree_record *tree_next(const struct tree *, struct tree_place *);

/* Moves a place back by up to so many records. */
void tree_back(const struct tree *, struct tree_place *, size_t);

int tree_compare(const char *, size_t, const char *, size_t);

#endif
