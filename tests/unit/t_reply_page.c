/*
 * Listing pages: each document is fed whole and in pieces, and must give the
 * same entries, written down as "key size date etag class;" or "key/;".
 */

#include "buf.h"
#include "limit.h"
#include "reply.h"
#include "tap.h"

#define HEAD                                           \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
	"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define TAIL "</ListBucketResult>"
#define URL  "<EncodingType>url</EncodingType>"
#define MORE "<IsTruncated>true</IsTruncated>"
#define LAST "<IsTruncated>false</IsTruncated>"
#define K(k) "<Contents><Key>" k "</Key></Contents>"
#define P(p) "<CommonPrefixes><Prefix>" p "</Prefix></CommonPrefixes>"
#define FULL(k)                                                           \
	"<Contents><Key>" k "</Key>"                                      \
	"<LastModified>2026-01-02T03:04:05.678Z</LastModified>"           \
	"<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"       \
	"<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><Size>42</Size>" \
	"<Owner><ID>x</ID></Owner><StorageClass>STANDARD</StorageClass>"  \
	"</Contents>"
#define WHOLE " 42 1767323045678.1 d41d8cd98f00b204e9800998ecf8427e STANDARD;"

struct trace {
	struct buf text;
	int refuse_at; /* the entry that is refused, or -1 */
	int count;
};

static bool
note(void *arg, const struct reply_entry *e)
{
	struct trace *t = arg;

	buf_add(&t->text, e->key, e->key_len);
	if (e->is_prefix)
		buf_addc(&t->text, '^');
	if (e->has_size)
		buf_addf(&t->text, " %" PRIu64, e->size);
	if (e->has_mtime)
		buf_addf(
		    &t->text, " %" PRId64 ".%d", e->mtime, e->mtime_millis);
	if (e->etag != NULL) {
		buf_addc(&t->text, ' ');
		buf_add(&t->text, e->etag, e->etag_len);
	}
	if (e->class != NULL) {
		buf_addc(&t->text, ' ');
		buf_add(&t->text, e->class, e->class_len);
	}
	buf_addc(&t->text, ';');
	return t->count++ != t->refuse_at;
}

static bool
feed(struct reply_page *page, struct trace *t, const char *doc, size_t piece)
{
	size_t len = strlen(doc), n;
	bool good = true;

	buf_reset(&t->text);
	t->count = 0;
	reply_page_reset(page);
	for (; len > 0 && good; doc += n, len -= n) {
		n = len < piece ? len : piece;
		good = reply_page_feed(page, doc, n);
	}
	return good && reply_page_end(page);
}

static const struct row {
	const char *claim;
	const char *doc;
	const char *entries; /* NULL: malformed */
	const char *error;   /* part of the reason */
} rows[] = {
    {"an empty page", HEAD LAST TAIL, "", NULL},
    {"a page as AWS sends it",
	HEAD "<Name>b</Name><Prefix></Prefix><KeyCount>2</KeyCount>"
	     "<MaxKeys>1000</MaxKeys>" URL LAST FULL("a+b") FULL("a%2Bb") TAIL,
	"a b" WHOLE "a+b" WHOLE, NULL},
    {"a page of raw keys", HEAD LAST FULL("a+b") FULL("a%2Bb") TAIL,
	"a+b" WHOLE "a%2Bb" WHOLE, NULL},
    {"the encoding told after the entries",
	HEAD K("a%20") FULL("b%2F") URL LAST TAIL, "a ;b/" WHOLE, NULL},
    {"the encoding told among the entries",
	HEAD K("a%20") URL K("b%2F") P("c%2F") LAST TAIL, "a ;b/;c/^;", NULL},
    {"an encoding that is empty", HEAD "<EncodingType/>" K("a%20") TAIL,
	"a%20;", NULL},
    {"keys and prefixes", HEAD URL LAST K("a") K("c") P("b%2F") P("d%20/") TAIL,
	"a;c;b/^;d /^;", NULL},
    {"two prefixes in one element",
	HEAD URL LAST "<CommonPrefixes><Prefix>a/</Prefix><Prefix>b/</Prefix>"
		      "</CommonPrefixes>" TAIL,
	"a/^;b/^;", NULL},
    {"an ETag without quotes, no class, whole seconds",
	HEAD URL
	"<Contents><Size>0</Size><ETag>x-2</ETag><Key>k</Key>"
	"<LastModified>2026-01-02T03:04:05Z</LastModified></Contents>" TAIL,
	"k 0 1767323045000.0 x-2;", NULL},
    {"empty fields are as none",
	HEAD URL
	"<Contents><ETag></ETag><Key>k</Key><StorageClass/></Contents>"
	"<Contents><ETag>&quot;&quot;</ETag><Key>l</Key></Contents>" TAIL,
	"k;l;", NULL},
    {"fields do not pass to the next entry", HEAD URL FULL("a") K("b") TAIL,
	"a" WHOLE "b;", NULL},
    {"nor when entries are held", HEAD FULL("a") K("b") P("c/") TAIL,
	"a" WHOLE "b;c/^;", NULL},
    {"no key", HEAD URL "<Contents><Size>1</Size></Contents>" TAIL, NULL,
	"no key"},
    {"an empty key", HEAD URL K("") TAIL, NULL, "empty"},
    {"an empty prefix", HEAD URL P("") TAIL, NULL, "empty"},
    {"two keys in one entry",
	HEAD URL "<Contents><Key>a</Key><Key>b</Key></Contents>" TAIL, NULL,
	"two"},
    {"a key that is not encoded as promised", HEAD URL K("100%.csv") TAIL, NULL,
	"encoded"},
    {"the same, told afterwards", HEAD K("100%.csv") URL TAIL, NULL, "encoded"},
    {"a size below nothing",
	HEAD URL "<Contents><Key>k</Key><Size>-1</Size></Contents>" TAIL, NULL,
	"size"},
    {"a size beyond all bounds",
	HEAD URL "<Contents><Key>k</Key><Size>99999999999999999999</Size></"
		 "Contents>" TAIL,
	NULL, "size"},
    {"a size with a unit",
	HEAD URL "<Contents><Key>k</Key><Size>1k</Size></Contents>" TAIL, NULL,
	"size"},
    {"a date that is none",
	HEAD URL "<Contents><Key>k</Key>"
		 "<LastModified>yesterday</LastModified></Contents>" TAIL,
	NULL, "date"},
    {"neither true nor false", HEAD URL "<IsTruncated>1</IsTruncated>" TAIL,
	NULL, "IsTruncated"},
    {"a cut page", HEAD URL LAST K("a") K("b"), NULL, "cut short"},
    {"HTML of a load balancer", "<html><body>503</body></html>", NULL,
	"no listing"},
    {"another document", "<ListAllMyBucketsResult/>", NULL, "no listing"},
    {"nothing", "", NULL, "empty"},
    {"a forbidden character in a raw key", HEAD LAST K("a&#x1;b") TAIL, NULL,
	"XML cannot carry"},
    {"the same in a page that is encoded", HEAD URL LAST K("a&#x1;b") TAIL,
	NULL, "XML cannot carry"},
    {"the same in a prefix", HEAD URL LAST P("&#31;") TAIL, NULL,
	"XML cannot carry"},
    {"a forbidden character elsewhere",
	HEAD URL LAST "<StartAfter>a&#x1;</StartAfter>" K("%EF%BF%BD") TAIL,
	"\xef\xbf\xbd;", NULL},
    {"a genuine U+FFFD", HEAD LAST K("\xef\xbf\xbd") TAIL, "\xef\xbf\xbd;",
	NULL},
};

static void
test_rows(void)
{
	struct trace t = {.refuse_at = -1};
	struct reply_page page;
	size_t i, piece;
	int differ;
	bool good;

	buf_init(&t.text, 100000);
	reply_page_init(&page, true, NULL, note, &t);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		for (piece = 1, differ = 0; piece < 2000;
		     piece += piece / 5 + 1) {
			good = feed(&page, &t, r->doc, piece);
			if (good != (r->entries != NULL) ||
			    (good && strcmp(t.text.data, r->entries) != 0) ||
			    (r->error != NULL &&
				strstr(reply_page_error(&page), r->error) ==
				    NULL))
				differ++;
		}
		ok(differ == 0, "%s", r->claim);
		if (differ > 0)
			printf(
			    "# %s: %s\n", t.text.data, reply_page_error(&page));
	}
	reply_page_fini(&page);
	buf_fini(&t.text);
}

static void
test_odd_keys(void)
{
	static const char doc[] = HEAD URL LAST K("%00") K("%0A") K("\xc3\xbc")
	    K("//./..") K("&lt;&amp;") K("&#x9;") TAIL;
	static const char want[] = "\0;\n;\xc3\xbc;//./..;<&;\t;";
	struct trace t = {.refuse_at = -1};
	struct reply_page page;

	buf_init(&t.text, 1000);
	reply_page_init(&page, false, NULL, note, &t);
	ok(feed(&page, &t, doc, 7), "a page of odd keys is read");
	is_mem(t.text.data, t.text.len, want, sizeof(want) - 1,
	    "and each is what it was");
	ok(feed(&page, &t, HEAD URL FULL("k") TAIL, 10), "without fields");
	is_str(t.text.data, "k;", "only keys are read");
	ok(feed(&page, &t,
	       HEAD URL "<Contents><Key>k</Key><Size>x</Size>"
			"</Contents>" TAIL,
	       10),
	    "and the rest is not even looked at");
	reply_page_fini(&page);
	buf_fini(&t.text);
}

static void
test_rest_of_page(void)
{
	struct trace t = {.refuse_at = -1};
	struct reply_page page;

	buf_init(&t.text, 1000);
	reply_page_init(&page, false, NULL, note, &t);
	ok(feed(&page, &t,
	       HEAD MORE "<NextContinuationToken>1/a+b=="
			 "</NextContinuationToken>" TAIL,
	       9) &&
		page.truncated && page.has_truncated,
	    "a truncated page says so");
	is_str(page.token.data, "1/a+b==", "with its token as it is");
	ok(page.token_usable, "which can be used");
	ok(feed(&page, &t, HEAD LAST TAIL, 9) && !page.truncated &&
		page.has_truncated,
	    "the last one says so too");
	ok(!page.token_usable && page.token.len == 0, "and has no token");
	ok(feed(&page, &t, HEAD TAIL, 9) && !page.truncated &&
		!page.has_truncated,
	    "one that does not say so does not");
	ok(feed(&page, &t,
	       HEAD URL MORE "<NextContinuationToken>a&#x01;b"
			     "</NextContinuationToken>" K("a%01b") TAIL,
	       9) &&
		strcmp(t.text.data,
		    "a\x01"
		    "b;") == 0,
	    "a token that XML cannot carry does not spoil the page");
	ok(!page.token_usable, "but cannot be used");
	ok(feed(&page, &t,
	       HEAD "<NextContinuationToken>\xef\xbf\xbd"
		    "</NextContinuationToken>" TAIL,
	       9) &&
		page.token_usable,
	    "a genuine U+FFFD in a token is no harm");
	reply_page_fini(&page);
	buf_fini(&t.text);
}

static void
test_error(void)
{
	struct trace t = {.refuse_at = -1};
	struct reply_page page;

	buf_init(&t.text, 1000);
	reply_page_init(&page, true, NULL, note, &t);
	ok(feed(&page, &t,
	       "<Error><Code>SlowDown</Code><Message>Reduce your "
	       "request rate</Message><RequestId>r</RequestId></Error>",
	       11) &&
		page.is_error,
	    "an error document is well-formed and an error");
	is_str(page.error.code, "SlowDown", "its code");
	is_str(page.error.text, "Reduce your request rate", "its message");
	is_str(page.error.request_id, "r", "its request id");
	ok(feed(&page, &t, HEAD LAST TAIL, 11) && !page.is_error &&
		page.error.code[0] == '\0',
	    "the next page is none");
	ok(feed(&page, &t, "<Error/>", 11) && page.is_error &&
		strcmp(page.error.code, "Error") == 0,
	    "an error that says nothing is still one");
	t.refuse_at = 1;
	ok(!feed(&page, &t, HEAD URL K("a") K("b") K("c") TAIL, 100),
	    "an entry may be refused");
	is_str(t.text.data, "a;b;", "which ends the page");
	ok(!feed(&page, &t, HEAD K("a") K("b") K("c") TAIL, 100),
	    "a held entry too");
	is_str(t.text.data, "a;b;", "with the same end");
	reply_page_fini(&page);
	buf_fini(&t.text);
}

static void
test_large(void)
{
	struct trace t = {.refuse_at = -1};
	struct reply_page page;
	struct buf doc;
	int i;

	buf_init(&t.text, 1 << 20);
	buf_init(&doc, LIMIT_PAGE_BYTES);
	reply_page_init(&page, true, NULL, note, &t);
	buf_adds(&doc, HEAD MORE);
	for (i = 0; i < 1000; i++)
		buf_addf(&doc, FULL("dir/%06d"), i);
	buf_adds(&doc, URL TAIL);
	ok(feed(&page, &t, doc.data, 16384) && t.count == 1000,
	    "a thousand entries, all held");
	ok(strstr(t.text.data, "dir/000999 42 ") != NULL,
	    "the last of them is right");
	buf_reset(&doc);
	buf_adds(&doc, HEAD);
	while (buf_adds(&doc, K("a")))
		;
	t.count = 0;
	reply_page_reset(&page);
	ok(!reply_page_feed(&page, doc.data, doc.len) &&
		strstr(reply_page_error(&page), "large") != NULL,
	    "a flood of entries is not held without bound");
	reply_page_fini(&page);
	buf_fini(&doc);
	buf_fini(&t.text);
}

/* One byte of a good page changed, or the page cut: never a wrong entry
 * accepted silently out of bounds; the sanitizers watch. */
static void
test_random(void)
{
	static const char good[] = HEAD URL LAST FULL("a%2Fb")
	    P("c%2F") "<NextContinuationToken>x&#x1;y</"
		      "NextContinuationToken>" TAIL;
	struct trace t = {.refuse_at = -1};
	struct reply_page page;
	char doc[sizeof(good)];
	uint32_t seed = 99;
	int i, accepted = 0, empty = 0;

	buf_init(&t.text, 10000);
	reply_page_init(&page, true, NULL, note, &t);
	for (i = 0; i < 20000; i++) {
		memcpy(doc, good, sizeof(good));
		seed = seed * 1664525 + 1013904223;
		doc[(seed >> 8) % (sizeof(good) - 1)] = (char)(seed >> 24);
		if (!feed(&page, &t, doc, 1 + i % 97))
			continue;
		accepted++;
		if (!page.is_error && !page.is_list)
			empty++;
	}
	ok(accepted > 100 && accepted < 19000,
	    "of 20000 pages with one wrong byte %d are well-formed", accepted);
	is_int(empty, 0, "and each of them is a listing or an error");
	reply_page_fini(&page);
	buf_fini(&t.text);
}

int
main(void)
{
	test_rows();
	test_odd_keys();
	test_rest_of_page();
	test_error();
	test_large();
	test_random();
	return tap_done();
}
