/* An upload whose id was lost with the answer that held it. */

#include <string.h>

#include "copy_private.h"
#include "reply.h"
#include "uri.h"
#include "when.h"

#define CLOCKS (INT64_C(5) * 60000) /* ms that two clocks may differ */

struct finding {
	const struct buf *key;
	int64_t since;
	int64_t last; /* when the one that is in id began */
	struct buf *id;
	struct buf decoded;
	unsigned count;
};

void
copy_find_ask(struct copy *c, enum copy_state state)
{
	struct s3req *req;

	req = copy_ask(c, state, S3OP_LIST_UPLOADS, COPY_TO);
	req->key = NULL;
	req->key_len = 0;
	buf_reset(&c->query);
	uri_query_add(&c->query, "encoding-type", "url", 3);
	uri_query_add(&c->query, "prefix", c->to_key.data, c->to_key.len);
	uri_query_add(&c->query, "uploads", "", 0);
	req->query = c->query.data;
	req->flags = S3REQ_AHEAD;
	s3req_start(req);
}

/* As it is, or encoded: not every store tells which it is. */
static bool
is_our_key(struct finding *find, const char *key, size_t len)
{
	const struct buf *ours = find->key;

	if (len == ours->len && memcmp(key, ours->data, len) == 0)
		return true;
	buf_reset(&find->decoded);
	return uri_decode_form(&find->decoded, key, len) &&
	    find->decoded.len == ours->len &&
	    memcmp(find->decoded.data, ours->data, ours->len) == 0;
}

static bool
on_upload(void *arg, const char *const *columns, const size_t *lens)
{
	struct finding *find = arg;
	int64_t began = find->last;

	if (columns[0] == NULL || columns[1] == NULL)
		return false;
	if (!is_our_key(find, columns[0], lens[0]))
		return true;
	if (columns[2] != NULL &&
	    when_parse_iso(columns[2], lens[2], &began, NULL) &&
	    began < find->since - CLOCKS)
		return true; /* an older one */
	find->count++;
	if (began < find->last)
		return true;
	find->last = began;
	buf_reset(find->id);
	return buf_add(find->id, columns[1], lens[1]);
}

int
copy_find_read(struct copy *c, int64_t since, struct buf *id)
{
	static const char *const columns[] = {"Key", "UploadId", "Initiated"};
	struct finding find = {.key = &c->to_key, .since = since, .id = id};
	const char *why = "";
	bool good;

	buf_init(&find.decoded, LIMIT_KEY);
	good = reply_rows(c->req.reply.data, c->req.reply.len,
	    "ListMultipartUploadsResult/Upload", columns, 3, on_upload, &find,
	    NULL, 0, &why);
	buf_fini(&find.decoded);
	return good ? (int)find.count : -1;
}
