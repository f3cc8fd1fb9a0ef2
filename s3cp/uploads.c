#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "input.h"
#include "limit.h"
#include "reply.h"
#include "uploads.h"
#include "uri.h"
#include "xalloc.h"

#define ROWS_MAX 1000 /* S3: uploads of one page */
#define SLOTS	 64   /* uploads that are ended at one time */

struct row {
	char *key; /* whole */
	size_t key_len;
	char *id;
};

struct ending {
	struct uploads *uploads;
	struct row *row; /* NULL: at rest */
	struct s3req req;
	struct buf query;
};

struct uploads {
	struct app *app;
	struct s3bucket *bucket;
	const struct location *loc;
	bool print, dry_run, stopping;
	bool by_key;
	struct input input; /* of keys, where there are any */
	struct s3req req;   /* lists */
	struct buf query, prefix, decoded;
	struct buf key_marker, id_marker;
	bool more;
	struct row rows[ROWS_MAX];
	size_t nrows, next;
	int in_flight;
	struct ending endings[SLOTS];
};

static void ask_page(struct uploads *u);
static void fill(struct uploads *u);

/* --- life --- */

static void
free_rows(struct uploads *u)
{
	size_t i;

	for (i = 0; i < u->nrows; i++) {
		free(u->rows[i].key);
		free(u->rows[i].id);
	}
	u->nrows = u->next = 0;
}

void
uploads_free(struct uploads *u)
{
	size_t i;

	if (u == NULL)
		return;
	free_rows(u);
	for (i = 0; i < SLOTS; i++) {
		s3req_fini(&u->endings[i].req);
		buf_fini(&u->endings[i].query);
	}
	if (u->by_key)
		input_fini(&u->input);
	s3req_fini(&u->req);
	buf_fini(&u->query);
	buf_fini(&u->prefix);
	buf_fini(&u->decoded);
	buf_fini(&u->key_marker);
	buf_fini(&u->id_marker);
	free(u);
}

void
uploads_stop(struct uploads *u)
{
	u->stopping = true;
	s3req_cancel(&u->req);
}

/* --- ending them --- */

static void
ended(struct uploads *u, const struct row *row)
{
	const char *key = row->key + u->loc->prefix_len;
	size_t len = row->key_len - u->loc->prefix_len;

	u->app->counts.out++;
	app_key_good(u->app);
	if (!u->print && !u->dry_run)
		return;
	if (!u->app->options.null && memchr(key, '\n', len) != NULL) {
		diag_key_warn(key, len,
		    "a key with a newline cannot be "
		    "printed as a line: use -0");
		app_status(u->app, 1);
		return;
	}
	keyio_write(&u->app->out, key, len);
}

static void
aborted(struct s3req *req, const struct fail *f)
{
	struct ending *e = req->arg;
	struct uploads *u = e->uploads;
	struct row *row = e->row;
	struct record r = {.key = row->key + u->loc->prefix_len,
	    .key_len = row->key_len - u->loc->prefix_len};

	e->row = NULL;
	u->in_flight--;
	r.raw = r.key;
	r.raw_len = r.key_len;
	/* That it is gone by now is as good. */
	if (f->kind == FAIL_NONE || f->kind == FAIL_NOTFOUND)
		ended(u, row);
	else
		app_key_failed(u->app, u->bucket, &r, f);
	fill(u);
}

static void
begin(struct uploads *u, struct ending *e, struct row *row)
{
	struct s3req *req = &e->req;

	e->row = row;
	u->in_flight++;
	buf_reset(&e->query);
	uri_query_add(&e->query, "uploadId", row->id, strlen(row->id));
	s3req_reset(req);
	req->bucket = u->bucket;
	req->op = S3OP_ABORT_UPLOAD;
	req->key = row->key;
	req->key_len = row->key_len;
	req->query = e->query.data;
	req->done = aborted;
	req->arg = e;
	s3req_start(req);
}

/* The next key's first page, or the end. */
static void
next_key(struct uploads *u)
{
	struct record r;

	buf_reset(&u->key_marker);
	buf_reset(&u->id_marker);
	buf_reset(&u->prefix);
	buf_add(&u->prefix, u->loc->prefix, u->loc->prefix_len);
	if (!u->stopping && u->by_key &&
	    input_next(&u->input, &r) == INPUT_RECORD) {
		buf_add(&u->prefix, r.key, r.key_len);
		ask_page(u);
	} else {
		app_finish(u->app);
	}
}

/* End more uploads of this page; when there are none, go on. */
static void
fill(struct uploads *u)
{
	size_t i;

	for (i = 0; i < SLOTS && u->next < u->nrows && !u->stopping; i++) {
		if (u->endings[i].row != NULL)
			continue;
		if (u->dry_run)
			ended(u, &u->rows[u->next++]);
		else
			begin(u, &u->endings[i], &u->rows[u->next++]);
	}
	if (u->dry_run && u->next < u->nrows && !u->stopping)
		fill(u);
	else if (u->in_flight == 0) {
		free_rows(u);
		if (u->more && !u->stopping)
			ask_page(u);
		else
			next_key(u);
	}
}

/* --- listing them --- */

static bool
on_row(void *arg, const char *const *columns, const size_t *lens)
{
	struct uploads *u = arg;
	struct row *row;

	if (columns[0] == NULL || columns[1] == NULL || u->nrows == ROWS_MAX ||
	    lens[1] > LIMIT_UPLOAD_ID)
		return false;
	row = &u->rows[u->nrows++];
	row->key = xmemdup0(columns[0], lens[0]);
	row->key_len = lens[0];
	row->id = xmemdup0(columns[1], lens[1]);
	return true;
}

static bool
decode(struct uploads *u, struct row *row)
{
	buf_reset(&u->decoded);
	if (!uri_decode_form(&u->decoded, row->key, row->key_len))
		return false;
	free(row->key);
	row->key = xmemdup0(u->decoded.data, u->decoded.len);
	row->key_len = u->decoded.len;
	return true;
}

static bool
is_wanted(const struct uploads *u, const struct row *row)
{
	return row->key_len >= u->prefix.len &&
	    memcmp(row->key, u->prefix.data, u->prefix.len) == 0 &&
	    (!u->by_key || row->key_len == u->prefix.len);
}

/* Decode the keys and keep those that were asked for. */
static bool
sift(struct uploads *u, bool encoded)
{
	size_t i, n = 0;
	bool good = true;

	for (i = 0; i < u->nrows; i++) {
		good = good && (!encoded || decode(u, &u->rows[i]));
		if (good && is_wanted(u, &u->rows[i])) {
			u->rows[n++] = u->rows[i];
			continue;
		}
		free(u->rows[i].key);
		free(u->rows[i].id);
	}
	u->nrows = n;
	return good;
}

static bool
decode_marker(struct uploads *u)
{
	buf_reset(&u->decoded);
	if (!uri_decode_form(
		&u->decoded, u->key_marker.data, u->key_marker.len))
		return false;
	buf_reset(&u->key_marker);
	return buf_add(&u->key_marker, u->decoded.data, u->decoded.len);
}

/* False: the page makes no sense. */
static bool
read_page(struct uploads *u, const char **why)
{
	static const char *const columns[] = {"Key", "UploadId"};
	struct buf truncated, encoding;
	struct reply_field fields[] = {
	    {"ListMultipartUploadsResult/IsTruncated", &truncated, false},
	    {"ListMultipartUploadsResult/EncodingType", &encoding, false},
	    {"ListMultipartUploadsResult/NextKeyMarker", &u->key_marker, false},
	    {"ListMultipartUploadsResult/NextUploadIdMarker", &u->id_marker,
		false},
	};
	char *before = xmemdup0(u->key_marker.data, u->key_marker.len);
	char *id_before = xmemdup0(u->id_marker.data, u->id_marker.len);
	bool good, encoded;

	buf_init(&truncated, 16);
	buf_init(&encoding, 16);
	good = reply_rows(u->req.reply.data, u->req.reply.len,
	    "ListMultipartUploadsResult/Upload", columns, 2, on_row, u, fields,
	    4, why);
	u->more = strcmp(truncated.data, "true") == 0;
	encoded = strcmp(encoding.data, "url") == 0;
	*why = "keys that cannot be decoded";
	good = good && sift(u, encoded) &&
	    (!u->more || !encoded || decode_marker(u));
	if (good && u->more && strcmp(before, u->key_marker.data) == 0 &&
	    strcmp(id_before, u->id_marker.data) == 0) {
		*why = "the store gives the same page again and again";
		good = false;
	}
	buf_fini(&truncated);
	buf_fini(&encoding);
	free(before);
	free(id_before);
	return good;
}

static void
listed(struct s3req *req, const struct fail *f)
{
	struct uploads *u = req->arg;
	const char *why = "";

	if (f->kind != FAIL_NONE) {
		if (f->kind != FAIL_CANCELLED)
			app_fatal_fail(u->app, s3bucket_name(u->bucket), f);
		app_finish(u->app);
		return;
	}
	if (!read_page(u, &why)) {
		app_fatal(u->app, "%s: the list of uploads is broken: %s",
		    s3bucket_name(u->bucket), why);
		app_finish(u->app);
		return;
	}
	fill(u);
}

static void
ask_page(struct uploads *u)
{
	struct s3req *req = &u->req;
	struct buf *q = &u->query;

	buf_reset(q);
	uri_query_add(q, "encoding-type", "url", 3);
	if (u->key_marker.len > 0)
		uri_query_add(
		    q, "key-marker", u->key_marker.data, u->key_marker.len);
	if (u->prefix.len > 0)
		uri_query_add(q, "prefix", u->prefix.data, u->prefix.len);
	if (u->key_marker.len > 0 && u->id_marker.len > 0)
		uri_query_add(
		    q, "upload-id-marker", u->id_marker.data, u->id_marker.len);
	uri_query_add(q, "uploads", "", 0);
	s3req_reset(req);
	req->bucket = u->bucket;
	req->op = S3OP_LIST_UPLOADS;
	req->query = q->data;
	req->done = listed;
	req->arg = u;
	s3req_start(req);
}

struct uploads *
uploads_new(struct app *app, struct s3bucket *bucket,
    const struct location *loc, bool print, bool dry_run)
{
	struct uploads *u = xcalloc(1, sizeof(*u));
	size_t i;

	u->app = app;
	u->bucket = bucket;
	u->loc = loc;
	u->print = print;
	u->dry_run = dry_run;
	u->by_key = app->noperands > 1;
	s3req_init(&u->req, &app->env);
	buf_init(&u->query, LIMIT_URL);
	buf_init(&u->prefix, LIMIT_KEY);
	buf_init(&u->decoded, 4 * LIMIT_KEY);
	buf_init(&u->key_marker, 12 * LIMIT_KEY);
	buf_init(&u->id_marker, LIMIT_UPLOAD_ID);
	for (i = 0; i < SLOTS; i++) {
		u->endings[i].uploads = u;
		s3req_init(&u->endings[i].req, &app->env);
		buf_init(&u->endings[i].query, LIMIT_URL);
	}
	if (u->by_key) {
		input_init(&u->input, app, 1, loc->prefix_len);
		next_key(u);
	} else {
		buf_add(&u->prefix, loc->prefix, loc->prefix_len);
		ask_page(u);
	}
	return u;
}
