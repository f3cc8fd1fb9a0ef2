#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "directive.h"
#include "mem.h"
#include "server.h"
#include "shape.h"

static void
set(char **where, const char *value)
{
	free(*where);
	*where = mem_dup(value, strlen(value));
}

static bool
set_flag(struct store_options *o, const char *word)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
	    {"public", &o->public},
	    {"unsorted", &o->unsorted},
	    {"ignore-start-after", &o->ignore_start_after},
	    {"directory", &o->directory},
	    {"no-url-encoding", &o->no_url_encoding},
	    {"requester-pays", &o->requester_pays},
	    {"no-acl", &o->no_acl},
	    {"no-tagging", &o->no_tagging},
	    {"no-if-none-match=ignore", &o->ignore_if_none_match},
	    {"no-if-none-match=501", &o->refuse_if_none_match},
	    {"no-copy-if-match=501", &o->refuse_copy_if_match},
	    {"no-copy-if-match=parts", &o->deny_copy_if_match_parts},
	    {"no-part-number=405", &o->refuse_part_number},
	    {"no-part-number=lone", &o->lone_parts},
	    {"no-tagging=ignore", &o->ignore_tagging},
	    {"part-etags=own", &o->own_part_etags},
	    {"copy-source=uri", &o->copy_source_uri},
	    {"no-part-copy", &o->no_part_copy},
	    {"wrong-region=301", &o->redirect},
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (strcmp(flags[i].name, word) == 0) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

static bool
set_option(struct store_options *o, const char *word)
{
	const char *value;

	if (strcmp(word, "reset") == 0)
		store_options_reset(o);
	else if ((value = directive_value(word, "owner")) != NULL)
		set(&o->owner, value);
	else if ((value = directive_value(word, "region")) != NULL)
		set(&o->region, value);
	else if ((value = directive_value(word, "max-copy")) != NULL)
		return text_number(value, true, &o->max_copy);
	else if ((value = directive_value(word, "part-min")) != NULL)
		return text_number(value, true, &o->part_min);
	else if ((value = directive_value(word, "page")) != NULL)
		return text_number(value, false, &o->page);
	else if ((value = directive_value(word, "session")) != NULL)
		return text_number(value, false, &o->session);
	else
		return set_flag(o, word);
	return true;
}

bool
directive_bucket(struct directive *d)
{
	struct store_bucket *b = store_bucket(
	    &d->server->store, d->word[1], server_now(d->server));

	for (size_t i = 2; i < d->n; i++)
		if (!set_option(&b->options, d->word[i]))
			return directive_fail(d, "bad option", d->word[i]);
	return true;
}

static struct store_bucket *
find(struct directive *d)
{
	struct store_bucket *b = store_find(&d->server->store, d->word[1]);

	if (b == NULL)
		(void)directive_fail(d, "no such bucket", d->word[1]);
	return b;
}

bool
directive_drop(struct directive *d)
{
	struct store_bucket *b = find(d);

	if (b != NULL)
		store_drop(&d->server->store, b);
	return b != NULL;
}

struct filling {
	const char *prefix;
	uint64_t every, skip;
	uint16_t number;
};

static bool
read_filling(struct directive *d, struct filling *f, struct store_fill *fill)
{
	for (size_t i = 4; i < d->n; i++) {
		const char *word = d->word[i], *value;
		bool good = true;

		if ((value = directive_value(word, "size")) != NULL) {
			fill->has_size = true;
			good = text_number(value, true, &fill->size);
		} else if ((value = directive_value(word, "prefix")) != NULL) {
			f->prefix = value;
		} else if ((value = directive_value(word, "every")) != NULL) {
			good = text_number(value, false, &f->every) &&
			    f->every > 0;
		} else if ((value = directive_value(word, "skip")) != NULL) {
			good = text_number(value, false, &f->skip);
		} else {
			good = false;
		}
		if (!good)
			return directive_fail(d, "bad option", word);
	}
	return true;
}

static void
add_key(struct store_bucket *b, const struct filling *f, const char *key,
    size_t n, struct text *whole)
{
	struct tree_record *r;

	whole->n = 0;
	text_str(whole, f->prefix);
	text_add(whole, key, n);
	if (whole->n > 1024)
		return;
	r = tree_record(&b->tree, whole->p, whole->n);
	r->seed = (uint16_t)(store_hash(whole->p, whole->n) & 0xffff);
	r->fill = f->number;
	(void)tree_add(&b->tree, r);
}

static void
add_keys(
    struct store_bucket *b, const struct filling *f, struct shape_keys *keys)
{
	struct text whole = {0};

	for (size_t i = 0; i < keys->n; i++) {
		const char *key = keys->text.p + keys->key[i].offset;
		size_t n = keys->key[i].length;

		/* The decision must not hang together with the contents. */
		if (i % f->every != 0 ||
		    (store_hash(key, n) >> 20) % 1000 < f->skip)
			continue;
		add_key(b, f, key, n, &whole);
	}
	text_fini(&whole);
}

bool
directive_fill(struct directive *d)
{
	struct store *store = &d->server->store;
	struct store_bucket *b = find(d);
	struct filling f = {"", 1, 0, (uint16_t)store->nfills};
	struct store_fill fill = {0};
	struct shape_keys keys;
	uint64_t n;

	if (b == NULL)
		return false;
	if (!text_number(d->word[3], true, &n) || n > 100000000)
		return directive_fail(d, "not a number", d->word[3]);
	if (!read_filling(d, &f, &fill))
		return false;
	if (store->nfills >= UINT16_MAX)
		return directive_fail(d, "too many fills", NULL);
	if (!shape_make(d->word[2], n, &keys))
		return directive_fail(d, "no such shape", d->word[2]);
	store->fill = mem_grow(
	    store->fill, (store->nfills + 1) * sizeof(*store->fill));
	store->fill[store->nfills++] = fill;
	add_keys(b, &f, &keys);
	shape_fini(&keys);
	return true;
}

/* What a `put` says, beyond the object's own fields. */
struct putting {
	uint64_t size, seed, parts;
	const char *text, *etag, *sum;
	struct object object;
};

static bool
read_pair(struct putting *p, const char *word, const char *value)
{
	static const char *const headers[] = {"cache-control",
	    "content-disposition", "content-encoding", "content-language",
	    "expires"};
	char name[200];
	size_t n = (size_t)(value - 1 - word);

	if (n >= sizeof(name))
		return false;
	memcpy(name, word, n);
	name[n] = '\0';
	if (strncmp(name, "meta.", 5) == 0)
		pairs_add(&p->object.meta, name + 5, value);
	else if (strncmp(name, "tag.", 4) == 0)
		pairs_add(&p->object.tags, name + 4, value);
	else if (strcmp(name, "type") == 0)
		pairs_add(&p->object.headers, "content-type", value);
	else if (strcmp(name, "sse") == 0)
		pairs_add(
		    &p->object.extra, "x-amz-server-side-encryption", value);
	else if (strcmp(name, "kms") == 0)
		pairs_add(&p->object.extra,
		    "x-amz-server-side-encryption-aws-kms-key-id", value);
	else {
		for (size_t i = 0; i < sizeof(headers) / sizeof(*headers);
		     i++) {
			if (strcmp(headers[i], name) == 0) {
				pairs_add(&p->object.headers, name, value);
				return true;
			}
		}
		return false;
	}
	return true;
}

static bool
read_put_word(struct store *store, struct putting *p, const char *word)
{
	const char *value;
	int64_t seconds;

	if ((value = directive_value(word, "size")) != NULL)
		return text_number(value, true, &p->size);
	if ((value = directive_value(word, "seed")) != NULL)
		return text_number(value, false, &p->seed);
	if ((value = directive_value(word, "parts")) != NULL)
		return text_number(value, true, &p->parts) && p->parts > 0;
	if ((value = directive_value(word, "text")) != NULL)
		p->text = value;
	else if ((value = directive_value(word, "etag")) != NULL)
		p->etag = value;
	else if ((value = directive_value(word, "class")) != NULL)
		p->object.class = store_intern(store, value);
	else if ((value = directive_value(word, "checksum")) != NULL)
		p->sum = value;
	else if ((value = directive_value(word, "mtime")) != NULL) {
		if (!text_signed(value, &seconds))
			return false;
		p->object.mtime = seconds * 1000;
	} else {
		value = strchr(word, '=');
		return value != NULL && read_pair(p, word, value + 1);
	}
	return true;
}

static bool
add_checksum(struct directive *d, struct putting *p)
{
	struct content *c = p->object.content;
	struct text sum = {0};
	char *bytes;

	if (p->sum == NULL)
		return true;
	if (c->size > d->server->store.rules.real_md5)
		return directive_fail(d, "too large for a checksum", NULL);
	bytes = mem_alloc((size_t)c->size);
	content_read(c, 0, bytes, (size_t)c->size);
	for (size_t i = 0; checksum_name(i) != NULL; i++)
		if (strcmp(checksum_name(i), p->sum) == 0)
			p->object.sum_name = checksum_name(i);
	(void)checksum_of(p->sum, bytes, (size_t)c->size, &sum);
	free(bytes);
	if (p->object.sum_name == NULL)
		return directive_fail(d, "no such checksum", p->sum);
	p->object.sum = sum.p;
	return true;
}

static bool
make_content(struct directive *d, struct putting *p)
{
	struct content *c;

	if (p->text != NULL)
		c = content_stored(
		    mem_dup(p->text, strlen(p->text)), strlen(p->text));
	else
		c = content_generated(p->seed, p->size);
	p->object.content = c;
	if (p->parts > 0)
		content_set_parts(c, p->parts);
	if (p->etag != NULL && strlen(p->etag) >= sizeof(c->etag))
		return directive_fail(d, "too long", p->etag);
	if (p->etag != NULL)
		memcpy(c->etag, p->etag, strlen(p->etag) + 1);
	return add_checksum(d, p);
}

bool
directive_put(struct directive *d)
{
	struct store *store = &d->server->store;
	struct store_bucket *b = find(d);
	const char *key = d->word[2];
	struct putting p = {.size = 20};
	bool good = true;
	int64_t now = server_now(d->server);

	if (b == NULL)
		return false;
	if (strlen(key) > 1024)
		return directive_fail(d, "key too long", NULL);
	store_object_init(store, &p.object);
	p.object.mtime = now - now % 1000;
	p.seed = store_hash(key, strlen(key));
	for (size_t i = 3; good && i < d->n; i++)
		good = read_put_word(store, &p, d->word[i]) ||
		    directive_fail(d, "bad option", d->word[i]);
	if (good && make_content(d, &p))
		store_put(b, key, strlen(key), &p.object);
	else
		good = false;
	store_object_fini(&p.object);
	return good;
}

bool
directive_delete(struct directive *d)
{
	struct store_bucket *b = find(d);

	if (b == NULL)
		return false;
	return store_delete(b, d->word[2], strlen(d->word[2])) ||
	    directive_fail(d, "no such key", d->word[2]);
}

bool
directive_archive(struct directive *d)
{
	struct store *store = &d->server->store;
	struct store_bucket *b = find(d);
	struct tree_record *record;
	struct object o;

	if (b == NULL)
		return false;
	record = tree_find(&b->tree, d->word[2], strlen(d->word[2]));
	if (record == NULL)
		return directive_fail(d, "no such key", d->word[2]);
	store_object(store, record, &o);
	o.archived = true;
	o.class = store_intern(store, "GLACIER");
	store_put(b, d->word[2], strlen(d->word[2]), &o);
	return true;
}

bool
directive_mutate(struct directive *d)
{
	struct store_bucket *b = find(d);
	struct store_mutation *m;

	if (b == NULL)
		return false;
	m = &b->mutation;
	if (d->n == 3 && strcmp(d->word[2], "off") == 0) {
		m->on = false;
		return true;
	}
	m->add = strcmp(d->word[2], "add") == 0;
	if (d->n != 5 || (!m->add && strcmp(d->word[2], "remove") != 0) ||
	    !text_number(d->word[3], false, &m->rate) || m->rate > 100000 ||
	    !text_number(d->word[4], false, &m->state))
		return directive_fail(
		    d, "needs BUCKET add|remove RATE SEED, or off", NULL);
	m->on = true;
	return true;
}
