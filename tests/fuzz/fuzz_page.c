/*
 * A listing page, whole, in pieces, and gathered from pieces: all must be
 * understood alike, and what is stored must come out again as it went in.
 */

#include "buf.h"
#include "fuzz.h"
#include "keypage.h"
#include "limit.h"
#include "record.h"
#include "reply.h"
#include "xml.h"

#define MOST_ENTRIES 5000

struct reading {
	struct reply_page reply;
	struct keypage page;
	struct buf text; /* all entries, as long records between NULs */
	bool good;
};

static void
to_record(struct record *r, const struct reply_entry *e)
{
	memset(r, 0, sizeof(*r));
	r->key = e->key;
	r->key_len = e->key_len;
	r->has_size = e->has_size;
	r->size = e->size;
	r->has_mtime = e->has_mtime;
	r->mtime = e->mtime;
	r->mtime_millis = e->mtime_millis;
	r->etag = e->etag;
	r->etag_len = e->etag_len;
	r->class = e->class;
	r->class_len = e->class_len;
}

static bool
on_entry(void *arg, const struct reply_entry *e)
{
	struct reading *reading = arg;
	struct record r;

	FUZZ_CHECK(e->key_len <= LIMIT_XML_TEXT);
	FUZZ_CHECK(e->etag_len <= LIMIT_ETAG && e->class_len <= 64);
	to_record(&r, e);
	if (e->etag_len > 127)
		r.etag = NULL, r.etag_len = 0; /* as a page stores it */
	if (reading->page.count >= MOST_ENTRIES ||
	    !keypage_add(&reading->page, &r, e->is_prefix))
		return false;
	record_format(&reading->text, &r);
	buf_addc(&reading->text, e->is_prefix ? 'p' : 'k');
	return buf_addc(&reading->text, '\0');
}

/* step 0: all at once */
static void
reading_do(struct reading *r, bool fields, struct xml_desk *desk,
    const char *body, size_t len, size_t step)
{
	size_t at, n;

	reply_page_init(&r->reply, fields, desk, on_entry, r);
	keypage_init(&r->page, fields);
	buf_init(&r->text, 32 << 20);
	r->good = true;
	for (at = 0; at < len && r->good; at += n) {
		n = step == 0 || len - at < step ? len - at : step;
		r->good = reply_page_feed(&r->reply, body + at, n);
	}
	if (!r->good)
		FUZZ_CHECK(!reply_page_end(&r->reply));
	else
		r->good = reply_page_end(&r->reply);
	FUZZ_CHECK(reply_page_error(&r->reply) != NULL);
}

static void
reading_fini(struct reading *r)
{
	reply_page_fini(&r->reply);
	keypage_fini(&r->page);
	buf_fini(&r->text);
}

/* The entries of a cursor as on_entry() wrote them. */
static void
write_out(struct keypage_cursor *c, struct buf *out)
{
	while (keypage_next(c)) {
		record_format(out, &c->record);
		buf_addc(out, c->is_prefix ? 'p' : 'k');
		buf_addc(out, '\0');
	}
}

static void
check_stored(const struct reading *r, size_t cut)
{
	struct keypage_cursor c;
	struct keypage_part *part;
	struct buf out;
	size_t n = r->page.count, skip = n == 0 ? 0 : cut % (n + 1);

	buf_init(&out, 32 << 20);
	keypage_open(&c, &r->page);
	write_out(&c, &out);
	FUZZ_CHECK(out.len == r->text.len &&
	    memcmp(out.data, r->text.data, out.len) == 0);
	buf_reset(&out);
	part = keypage_slice(&r->page, 0, skip);
	FUZZ_CHECK(part->count == skip);
	keypage_open_part(&c, part);
	write_out(&c, &out);
	free(part);
	part = keypage_slice(&r->page, skip, n - skip);
	FUZZ_CHECK(part->count == n - skip);
	keypage_open_part(&c, part);
	write_out(&c, &out);
	free(part);
	FUZZ_CHECK(out.len == r->text.len &&
	    memcmp(out.data, r->text.data, out.len) == 0);
	buf_fini(&out);
}

static void
check_alike(const struct reading *a, const struct reading *b)
{
	FUZZ_CHECK(a->good == b->good);
	if (!a->good)
		return;
	FUZZ_CHECK(a->text.len == b->text.len &&
	    memcmp(a->text.data, b->text.data, a->text.len) == 0);
	FUZZ_CHECK(a->reply.truncated == b->reply.truncated);
	FUZZ_CHECK(a->reply.token_usable == b->reply.token_usable);
	FUZZ_CHECK(a->reply.is_error == b->reply.is_error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	unsigned how = fuzz_byte(&f), cut = fuzz_byte(&f);
	static struct reading whole, pieces, gathered;
	struct xml_desk *desk = xml_desk_new();
	size_t len;
	char *body = fuzz_take(&f, SIZE_MAX, &len);

	reading_do(&whole, how & 1, NULL, body, len, 0);
	reading_do(&pieces, how & 1, NULL, body, len, 1 + (how >> 1));
	reading_do(&gathered, how & 1, desk, body, len, 1 + (how >> 1));
	check_alike(&whole, &pieces);
	check_alike(&whole, &gathered);
	if (whole.good)
		check_stored(&whole, cut);
	reading_fini(&whole);
	reading_fini(&pieces);
	reading_fini(&gathered);
	xml_desk_free(desk);
	free(body);
	return 0;
}
