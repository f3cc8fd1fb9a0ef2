#include <string.h>

#include "admin.h"
#include "directive.h"
#include "request.h"
#include "server.h"

static void
fail(struct request *r, unsigned status, const char *why)
{
	r->status = status;
	r->reply.n = 0;
	text_fmt(&r->reply, "%s\n", why);
}

static struct store_bucket *
bucket_of(struct request *r, const char *name)
{
	const char *bucket = request_param(r, name);
	struct store_bucket *b = bucket != NULL ?
	    store_find(&r->server->store, bucket) :
	    NULL;

	if (b == NULL)
		fail(r, 404, "no such bucket");
	return b;
}

static void
directives(struct request *r)
{
	struct text error = {0};

	if (directive_run(r->server, r->body.p != NULL ? r->body.p : "",
		r->body.n, &error))
		text_str(&r->reply, "ok\n");
	else
		fail(r, 400, error.p);
	text_fini(&error);
}

static void
get_log(struct request *r)
{
	record_flush(&r->server->record);
	text_add(&r->reply, r->server->record.log.p, r->server->record.log.n);
}

static void
get_counts(struct request *r)
{
	record_counts(&r->server->record, &r->reply);
}

static void
get_ping(struct request *r)
{
	text_str(&r->reply, "ok\n");
}

static void
get_uploads(struct request *r)
{
	struct store_bucket *b;
	struct store_upload *u;

	for (b = r->server->store.buckets; b != NULL; b = b->next) {
		for (u = b->uploads; u != NULL; u = u->next) {
			text_fmt(&r->reply, "%s ", b->name);
			text_uri(&r->reply, u->key, u->key_length, true);
			text_fmt(&r->reply, " %s %zu\n", u->id, u->nparts);
		}
	}
}

static void
get_keys(struct request *r)
{
	struct store_bucket *b = bucket_of(r, "bucket");
	struct tree_place at = {0, 0};
	struct tree_record *record;

	while (b != NULL && (record = tree_next(&b->tree, &at)) != NULL) {
		text_uri(&r->reply, record->key, record->length, true);
		text_char(&r->reply, '\n');
	}
}

static void
get_count(struct request *r)
{
	struct store_bucket *b = bucket_of(r, "bucket");

	if (b != NULL)
		text_fmt(&r->reply, "%zu\n", b->tree.count);
}

static void
add_pairs(struct text *t, const struct pairs *p)
{
	text_char(t, ' ');
	if (p == NULL || p->n == 0)
		text_char(t, '-');
	pairs_write(p, t);
}

static void
add_digest(struct request *r, const struct tree_record *record)
{
	struct content_rules *rules = &r->server->store.rules;
	struct text *t = &r->reply;
	struct object o;
	char digest[33];

	store_object(&r->server->store, record, &o);
	content_digest(o.content, rules, digest);
	text_uri(t, record->key, record->length, true);
	text_fmt(t, " %llu %s %s", (unsigned long long)o.content->size,
	    content_etag(o.content, rules), digest);
	add_pairs(t, o.headers);
	add_pairs(t, o.meta);
	add_pairs(t, o.tags);
	text_fmt(t, " %s\n", o.class);
	store_object_fini(&o);
}

static void
get_digest(struct request *r)
{
	struct store_bucket *b = bucket_of(r, "bucket");
	struct tree_place at = {0, 0};
	struct tree_record *record;

	while (b != NULL && (record = tree_next(&b->tree, &at)) != NULL)
		add_digest(r, record);
}

static void
get_object(struct request *r)
{
	struct store_bucket *b = bucket_of(r, "bucket");
	const struct request_param *key = request_param_of(r, "key");
	struct tree_record *record = NULL;
	struct object o;

	if (b != NULL && key != NULL)
		record = tree_find(&b->tree, key->value, key->value_length);
	if (record == NULL) {
		fail(r, 404, "no such object");
		return;
	}
	add_digest(r, record);
	store_object(&r->server->store, record, &o);
	text_fmt(&r->reply, "acl %s\nmtime ", o.acl);
	text_iso(&r->reply, o.mtime);
	text_str(&r->reply, "\nparts");
	for (size_t i = 0; i < o.content->nparts; i++)
		text_fmt(
		    &r->reply, " %llu", (unsigned long long)o.content->part[i]);
	text_str(&r->reply, "\nextra");
	add_pairs(&r->reply, o.extra);
	text_char(&r->reply, '\n');
	store_object_fini(&o);
}

/* ---------------------------------------------------------------- diff */

struct side {
	struct store_bucket *bucket;
	const char *prefix;
	size_t nprefix;
	struct tree_place at;
	struct tree_record *record; /* NULL: at the end */
};

struct diff {
	struct request *request;
	struct side a, b;
	bool etag, class;
};

static void
step(struct side *s)
{
	s->record = tree_next(&s->bucket->tree, &s->at);
	if (s->record != NULL &&
	    (s->record->length < s->nprefix ||
		memcmp(s->record->key, s->prefix, s->nprefix) != 0))
		s->record = NULL;
}

static bool
open_side(
    struct request *r, struct side *s, const char *bucket, const char *prefix)
{
	const struct request_param *p = request_param_of(r, prefix);

	s->bucket = bucket_of(r, bucket);
	if (s->bucket == NULL)
		return false;
	s->prefix = p != NULL ? p->value : "";
	s->nprefix = p != NULL ? p->value_length : 0;
	s->at = tree_seek(&s->bucket->tree, s->prefix, s->nprefix, true);
	step(s);
	return true;
}

static void
add_line(struct diff *d, const char *mark, const struct side *s)
{
	text_str(&d->request->reply, mark);
	text_uri(&d->request->reply, s->record->key + s->nprefix,
	    s->record->length - s->nprefix, true);
}

static void
compare_objects(struct diff *d)
{
	struct content_rules *rules = &d->request->server->store.rules;
	struct object x, y;
	struct text what = {0};

	store_object(&d->request->server->store, d->a.record, &x);
	store_object(&d->request->server->store, d->b.record, &y);
	if (x.content->size != y.content->size)
		text_str(&what, " size");
	else if (!content_equal(x.content, y.content))
		text_str(&what, " content");
	if (!pairs_equal(x.headers, y.headers))
		text_str(&what, " headers");
	if (!pairs_equal(x.meta, y.meta))
		text_str(&what, " metadata");
	if (!pairs_equal(x.tags, y.tags))
		text_str(&what, " tags");
	if (d->etag &&
	    strcmp(content_etag(x.content, rules),
		content_etag(y.content, rules)) != 0)
		text_str(&what, " etag");
	if (d->class && strcmp(x.class, y.class) != 0)
		text_str(&what, " class");
	if (what.n > 0) {
		add_line(d, "! ", &d->a);
		text_fmt(&d->request->reply, "%s\n", what.p);
	}
	text_fini(&what);
	store_object_fini(&x);
	store_object_fini(&y);
}

static int
order(const struct diff *d)
{
	const struct side *a = &d->a, *b = &d->b;

	if (a->record == NULL || b->record == NULL)
		return a->record != NULL ? -1 : 1;
	return tree_compare(a->record->key + a->nprefix,
	    a->record->length - a->nprefix, b->record->key + b->nprefix,
	    b->record->length - b->nprefix);
}

static void
get_diff(struct request *r)
{
	struct diff d = {.request = r};

	d.etag = request_param(r, "etag") != NULL;
	d.class = request_param(r, "class") != NULL;
	if (!open_side(r, &d.a, "a", "ap") || !open_side(r, &d.b, "b", "bp"))
		return;
	while (d.a.record != NULL || d.b.record != NULL) {
		int which = order(&d);

		if (which == 0) {
			compare_objects(&d);
		} else {
			add_line(&d, which < 0 ? "- " : "+ ",
			    which < 0 ? &d.a : &d.b);
			text_char(&r->reply, '\n');
		}
		if (which <= 0)
			step(&d.a);
		if (which >= 0)
			step(&d.b);
	}
}

void
admin_handle(struct request *r)
{
	static const struct {
		const char *path;
		void (*call)(struct request *);
	} pages[] = {{"/log", get_log}, {"/counts", get_counts},
	    {"/uploads", get_uploads}, {"/keys", get_keys},
	    {"/digest", get_digest}, {"/diff", get_diff},
	    {"/object", get_object}, {"/count", get_count},
	    {"/ping", get_ping}};

	r->status = 200;
	request_reply_value(r, "Content-Type", "text/plain");
	if (strcmp(r->method, "POST") == 0) {
		directives(r);
		return;
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		if (strcmp(pages[i].path, r->raw_path) == 0) {
			pages[i].call(r);
			return;
		}
	}
	fail(r, 404, "no such page");
}
