/*
 * Buckets and their objects. An object that a client or a `put` made is stored
 * in its record; a filled one is made up from its record each time it is asked
 * for (everything about it follows from a 16-bit hash of its key), so that
 * millions of them cost only their keys.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "pairs.h"
#include "tree.h"

struct object {
	struct content *content;
	struct pairs *headers; /* Content-Type and its like, lower-case names */
	struct pairs *meta;    /* x-amz-meta-*, without that prefix */
	struct pairs *tags;
	struct pairs *extra;  /* SSE and other headers that no copy takes */
	const char *class;    /* interned; STANDARD by default */
	const char *acl;      /* interned canned ACL; private by default */
	const char *sum_name; /* interned, such as crc32c; NULL: no checksum */
	char *sum;	      /* base64 */
	int64_t mtime;	      /* ms since 1970, whole seconds */
	bool archived;
};

struct store_part {
	unsigned number;
	int64_t mtime;
	struct content *content;
};

struct store_upload {
	struct store_upload *next;
	char *id, *key;
	size_t key_length;
	struct object object; /* headers and so on; no content */
	int64_t started;
	size_t nparts;
	struct store_part *part; /* by ascending number */
};

/* The options of README.md, by the same names. */
struct store_options {
	char *owner, *region;
	bool public, unsorted, ignore_start_after, directory;
	bool no_url_encoding, requester_pays, no_acl, no_tagging;
	bool ignore_if_none_match, refuse_if_none_match;
	bool refuse_copy_if_match, deny_copy_if_match_parts, redirect;
	bool refuse_part_number, lone_parts, ignore_tagging, own_part_etags,
	    copy_source_uri, no_part_copy;
	uint64_t max_copy, part_min, page;
	uint64_t session; /* seconds */
};

struct store_mutation {
	bool on, add;
	uint64_t rate, state;
	uint64_t made;	/* number of the next key */
	uint64_t alive; /* keys made and not removed yet */
};

struct store_bucket {
	struct store_bucket *next;
	char *name;
	struct store_options options;
	struct tree tree;
	int64_t created;
	struct store_upload *uploads; /* oldest first */
	struct store_mutation mutation;
	struct tree_record **order; /* of an unsorted bucket's listing */
	uint64_t order_changes;	    /* tree.changes when order was made */
};

struct store_fill {
	bool has_size;
	uint64_t size;
};

struct store {
	struct store_bucket *buckets; /* by name */
	struct store_fill *fill;
	size_t nfills;
	char **word; /* interned */
	size_t nwords;
	struct content_rules rules;
	struct pairs *variant[8][3]; /* headers, metadata, tags of fills */
	uint64_t next_upload;
};

void store_init(struct store *);
void store_fini(struct store *);

struct store_bucket *store_find(const struct store *, const char *);
/* Finds or makes. */
struct store_bucket *store_bucket(struct store *, const char *, int64_t now);
void store_drop(struct store *, struct store_bucket *);
void store_options_reset(struct store_options *);

/* A word that lives as long as the store. */
const char *store_intern(struct store *, const char *);

/* A copy of a record's object, to be ended by store_object_fini. */
void store_object(struct store *, const struct tree_record *, struct object *);
void store_object_fini(struct object *);
/* Empty, private, STANDARD. */
void store_object_init(struct store *, struct object *);
/* Puts an object (taken over) in place of what was there. */
void store_put(struct store_bucket *, const char *, size_t, struct object *);
bool store_delete(struct store_bucket *, const char *, size_t);

/* What a listing needs of a record, without making the object. */
struct store_glance {
	uint64_t size;
	int64_t mtime;
	const char *class;
	char etag[48]; /* without quotes */
};
void
store_glance(struct store *, const struct tree_record *, struct store_glance *);

uint64_t store_hash(const char *, size_t);

struct store_upload *store_upload_new(struct store *, struct store_bucket *,
    const char *key, size_t, int64_t now);
struct store_upload *store_upload_find(
    struct store_bucket *, const char *key, size_t, const char *id);
void store_upload_free(struct store_bucket *, struct store_upload *);
/* Takes the content over. */
void store_upload_part(
    struct store_upload *, unsigned number, struct content *, int64_t now);

/* The records of an unsorted bucket in the order in which it lists them. */
struct tree_record **store_order(struct store_bucket *);
int store_order_compare(const struct tree_record *, const char *, size_t);
/* The changes that `mutate` asks for before each list page. */
void store_mutate(struct store *, struct store_bucket *, int64_t now);

#endif
