/*
 * Documents good and hostile, each fed whole and in pieces of every size: the
 * outcome must be the same.  A run is written down as a trace, "id<" for a
 * start and "id=text>" for an end.
 */

#include <stdlib.h>

#include "buf.h"
#include "limit.h"
#include "tap.h"
#include "xml.h"

enum { LIST, ITEM, KEY, SIZE, PREFIX, ERROR_CODE };

static const struct xml_path table[] = {
    {"List", LIST},
    {"List/Item", ITEM},
    {"List/Item/Key", KEY},
    {"List/Item/Size", SIZE},
    {"List/Common/Prefix", PREFIX},
    {"Error/Code", ERROR_CODE},
};

struct trace {
	struct buf text;
	struct xml *xml;
	int stop_at; /* id whose end is refused, or -1 */
	bool doubtful;
};

/* What the tests run with: each must hold with and without. */
static struct xml_desk *desk;

static bool
note(void *arg, int id, const char *text, size_t len)
{
	struct trace *t = arg;

	if (text == NULL) {
		buf_addf(&t->text, "%d<", id);
		return true;
	}
	if (text[len] != '\0')
		buf_adds(&t->text, "(no NUL)");
	buf_addf(&t->text, "%d=", id);
	buf_add(&t->text, text, len);
	buf_addc(&t->text, '>');
	if (xml_doubtful(t->xml, text, len))
		t->doubtful = true;
	return id != t->stop_at;
}

static void
trace_init(struct trace *t, size_t max)
{
	buf_init(&t->text, 100000);
	t->xml = xml_new(
	    table, sizeof(table) / sizeof(table[0]), max, desk, note, t);
	t->stop_at = -1;
	t->doubtful = false;
}

static void
trace_fini(struct trace *t)
{
	xml_free(t->xml);
	buf_fini(&t->text);
}

/* Feed doc in pieces of `piece' bytes; each piece is a copy of its own size,
 * so that a read past its end is seen by the sanitizers. */
static bool
feed(struct trace *t, const char *doc, size_t len, size_t piece)
{
	size_t n;
	bool good = true;
	char *copy;

	buf_reset(&t->text);
	t->doubtful = false;
	for (; len > 0 && good; doc += n, len -= n) {
		n = len < piece ? len : piece;
		copy = malloc(n);
		memcpy(copy, doc, n);
		good = xml_feed(t->xml, copy, n);
		free(copy);
	}
	return good && xml_end(t->xml);
}

static const struct row {
	const char *claim;
	const char *doc;
	const char *trace; /* NULL: malformed */
	const char *error; /* part of the reason, NULL for any */
} rows[] = {
    {"a document", "<List><Item><Key>a</Key></Item></List>", "0<1<2<2=a>1=>0=>",
	NULL},
    {"a declaration, a namespace, blanks between elements",
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<List xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n <Item>\n"
	"  <Size>1</Size>\n  <Key>a</Key>\n </Item>\n</List>\n",
	"0<1<3<3=1>2<2=a>1=>0=>", NULL},
    {"blanks before the declaration", " \r\n\t \n<?xml version='1.0'?><List/>",
	"0<0=>", NULL},
    {"blanks before an element", "   <List/>", "0<0=>", NULL},
    {"a byte order mark", "\xef\xbb\xbf<List/>", "0<0=>", NULL},
    {"text in many pieces",
	"<List><Item><Key>a&amp;b&lt;&gt;&quot;&apos;c&#x41;&#66;</Key>"
	"</Item></List>",
	"0<1<2<2=a&b<>\"'cAB>1=>0=>", NULL},
    {"empty text", "<List><Item><Key></Key><Key/></Item></List>",
	"0<1<2<2=>2<2=>1=>0=>", NULL},
    {"unknown elements with known names inside",
	"<List><Other><Item><Key>x</Key></Item><List/></Other><Key>y</Key>"
	"</List>",
	"0<0=>", NULL},
    {"a parent that the table does not name",
	"<List><Common><Prefix>p/</Prefix></Common></List>", "0<4<4=p/>0=>",
	NULL},
    {"elements inside a text element are skipped",
	"<List><Item><Key>a<b>c</b>d</Key></Item></List>", "0<1<2<2=ad>1=>0=>",
	NULL},
    {"another root", "<Error><Code>SlowDown</Code><Key>k</Key></Error>",
	"5<5=SlowDown>", NULL},
    {"a root that is not known", "<html><body/></html>", "", NULL},
    {"names that only begin alike", "<List><Ite/><Items/><Item2/></List>",
	"0<0=>", NULL},
    {"comments, processing instructions, CDATA",
	"<List><!-- <Item/> --><?x y?><Item><Key>a<![CDATA[<&]]>b</Key></Item>"
	"</List>",
	"0<1<2<2=a<&b>1=>0=>", NULL},
    {"a carriage return as a reference stays",
	"<List><Item><Key>a&#xD;b\r\nc</Key></Item></List>",
	"0<1<2<2=a\rb\nc>1=>0=>", NULL},
    {"characters beyond ASCII",
	"<List><Item><Key>\xc3\xbc&#x1F600;</Key></Item></List>",
	"0<1<2<2=\xc3\xbc\xf0\x9f\x98\x80>1=>0=>", NULL},
    {"Latin-1 is doubted, as all that is not UTF-8",
	"<?xml version='1.0' encoding='ISO-8859-1'?>"
	"<List><Item><Key>\xfc</Key></Item></List>",
	"0<1<2<2=\xef\xbf\xbd>1=>0=>", NULL},
    {"bytes that XML forbids, in a text that nobody wants",
	"<List><Start>\x01\xff\xef\xbf\xbe</Start></List>", "0<0=>", NULL},
    {"bytes that XML forbids, among good ones",
	"<List><Item><Key>abcdefgh\x01ij\x1f\t\x7f\xc3\xbc</Key></Item></List>",
	"0<1<2<2=abcdefgh\xef\xbf\xbdij\xef\xbf\xbd\t\x7f\xc3\xbc>1=>0=>",
	NULL},
    {"bytes that are no UTF-8: as many as begin a character count once",
	"<List><Item><Key>\xff\xc3(\xe2\x82(\xf0\x9f\x98(\x80\xc3&amp;\xc3"
	"</Key></Item></List>",
	"0<1<2<2=\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd(\xef\xbf\xbd("
	"\xef\xbf\xbd\xef\xbf\xbd&\xef\xbf\xbd>1=>0=>",
	NULL},
    {"U+FFFE and U+FFFF, a surrogate and an overlong form",
	"<List><Item><Key>\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80\xe0\x80\x80"
	"</Key></Item></List>",
	"0<1<2<2=\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd>1=>0=>",
	NULL},
    {"characters of all lengths",
	"<List><Item><Key>a\xc2\xa0\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd"
	"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf</Key></Item></List>",
	"0<1<2<2=a\xc2\xa0\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd"
	"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf>1=>0=>",
	NULL},
    {"forbidden references, hexadecimal and decimal",
	"<List><Item><Key>a&#x1;b&#1;c&#x0;d&#31;e&#xFFFF;f&#65534;g</Key></"
	"Item>"
	"</List>",
	"0<1<2<2=a\xef\xbf\xbd"
	"b\xef\xbf\xbd"
	"c\xef\xbf\xbd"
	"d\xef\xbf\xbd"
	"e\xef\xbf\xbd"
	"f\xef\xbf\xbdg>1=>0=>",
	NULL},
    {"forbidden references side by side and zero-filled",
	"<List><Item><Key>&#x01;&#x001;&#00000;&#xd800;&#x110000;</Key></Item>"
	"</List>",
	"0<1<2<2=\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd>"
	"1=>0=>",
	NULL},
    {"references that are allowed are left alone",
	"<List><Item><Key>&#x9;&#xA;&#13;&#x20;&#xFFFD;&#x10FFFF;</Key></Item>"
	"</List>",
	"0<1<2<2=\t\n\r \xef\xbf\xbd\xf4\x8f\xbf\xbf>1=>0=>", NULL},
    {"nothing", "", NULL, "empty"},
    {"blanks only", " \n ", NULL, "empty"},
    {"no XML", "no such bucket", NULL, NULL},
    {"a cut document", "<List><Item><Key>a</Key></Item>", NULL, "cut short"},
    {"cut within a tag", "<List><Item><Ke", NULL, "cut short"},
    {"cut within a reference", "<List><Item><Key>&#x1", NULL, "cut short"},
    {"cut within a character", "<List><Item><Key>\xc3", NULL, "cut short"},
    {"cut within CDATA", "<List><![CDATA[x", NULL, "cut short"},
    {"two roots", "<List/><List/>", NULL, NULL},
    {"text after the root", "<List/>x", NULL, NULL},
    {"a wrong end tag", "<List><Item></List>", NULL, "mismatched"},
    {"a document type", "<!DOCTYPE List><List/>", NULL, "document type"},
    {"a document type with entities",
	"<!DOCTYPE List [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"
	"<List><Item><Key>&b;</Key></Item></List>",
	NULL, "document type"},
    {"an outside document type",
	"<!DOCTYPE List SYSTEM 'file:///etc/passwd'><List/>", NULL,
	"document type"},
    {"an entity that nobody has declared", "<List>&nbsp;</List>", NULL, NULL},
    {"a control character in a tag", "<Li\x01st></Li\x01st>", NULL, NULL},
    {"one before the root", "\x01<List/>", NULL, NULL},
    {"one in CDATA", "<List><![CDATA[\x01]]></List>", NULL, "forbids"},
    {"broken references", "<List>&#;</List>", NULL, NULL},
    {"a reference without digits", "<List>&#x;</List>", NULL, NULL},
    {"a reference with other digits", "<List>&#1F;</List>", NULL, NULL},
    {"a capital X", "<List>&#X1;</List>", NULL, NULL},
    {"an absurdly long reference to a forbidden character",
	"<List>&#x0000000000000000000000001;</List>", NULL, NULL},
    {"a forbidden reference where CDATA could be meant",
	"<List><Item><Key><![CDATA[&#x1;]]></Key></Item></List>", NULL,
	"forbids"},
    {"an encoding that is not known",
	"<?xml version='1.0' encoding='KOI-99'?><List/>", NULL, NULL},
};

static void
test_rows(void)
{
	struct trace t;
	size_t i, piece, len;
	bool good;
	int differ;

	trace_init(&t, 100000);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		len = strlen(r->doc);
		for (piece = 1, differ = 0; piece <= len + 1; piece++) {
			xml_reset(t.xml);
			good = feed(&t, r->doc, len, piece);
			if (good != (r->trace != NULL) ||
			    (good && strcmp(t.text.data, r->trace) != 0) ||
			    (r->error != NULL &&
				strstr(xml_error(t.xml), r->error) == NULL))
				differ++;
		}
		ok(differ == 0, "%s", r->claim);
		if (differ > 0)
			printf("# %s: %s\n", t.text.data, xml_error(t.xml));
	}
	trace_fini(&t);
}

static void
test_replaced(void)
{
	static const char bad[] = "<List><Item><Key>a&#x1;</Key></Item></List>";
	static const char raw[] = "<List><Item><Key>a\xff</Key></Item></List>";
	static const char clean[] =
	    "<List><Item><Key>a\xef\xbf\xbd</Key></Item></List>";
	struct trace t;

	trace_init(&t, 1000);
	ok(feed(&t, clean, sizeof(clean) - 1, 1000) && !t.doubtful &&
		!xml_replaced(t.xml),
	    "a genuine U+FFFD is believed");
	xml_reset(t.xml);
	ok(feed(&t, bad, sizeof(bad) - 1, 1000) && t.doubtful &&
		xml_replaced(t.xml),
	    "one that stands for another is not");
	xml_reset(t.xml);
	ok(feed(&t, raw, sizeof(raw) - 1, 1000) && t.doubtful &&
		xml_replaced(t.xml),
	    "whether for a reference or a byte");
	ok(!xml_doubtful(t.xml, "abc", 3), "texts without it are");
	ok(!xml_doubtful(t.xml, "\xef\xbf", 2), "a piece of it is none");
	ok(xml_doubtful(t.xml, "\xef\xef\xbf\xbd", 4), "it is found anywhere");
	ok(!xml_doubtful(t.xml, "", 0), "nothing is no doubt");
	xml_reset(t.xml);
	ok(feed(&t, clean, sizeof(clean) - 1, 1) && !t.doubtful,
	    "a reset forgets the replacement");
	trace_fini(&t);
}

static void
add_times(struct buf *b, const char *s, size_t n)
{
	while (n-- > 0)
		buf_adds(b, s);
}

static void
test_limits(void)
{
	struct trace t;
	struct buf doc;

	buf_init(&doc, 1000000);
	trace_init(&t, 100000);
	add_times(&doc, "<a>", LIMIT_XML_DEPTH);
	add_times(&doc, "</a>", LIMIT_XML_DEPTH);
	ok(feed(&t, doc.data, doc.len, 1000), "elements nest to the limit");
	buf_reset(&doc);
	add_times(&doc, "<a>", LIMIT_XML_DEPTH + 1);
	add_times(&doc, "</a>", LIMIT_XML_DEPTH + 1);
	xml_reset(t.xml);
	ok(!feed(&t, doc.data, doc.len, 1000) &&
		strstr(xml_error(t.xml), "deep") != NULL,
	    "but no deeper");
	ok(!xml_feed(t.xml, "<a/>", 4) && !xml_end(t.xml),
	    "a document once refused stays so");

	buf_reset(&doc);
	buf_adds(&doc, "<List><Item><Key>");
	add_times(&doc, "k", LIMIT_XML_TEXT);
	buf_adds(&doc, "</Key></Item></List>");
	xml_reset(t.xml);
	ok(feed(&t, doc.data, doc.len, 1000), "a text may be long");
	buf_cut(&doc, doc.len - strlen("</Key></Item></List>"));
	buf_adds(&doc, "k</Key></Item></List>");
	xml_reset(t.xml);
	ok(!feed(&t, doc.data, doc.len, 1000) &&
		strstr(xml_error(t.xml), "long") != NULL,
	    "but no longer");
	trace_fini(&t);

	trace_init(&t, 10);
	ok(feed(&t, "<List/>   ", 10, 3), "a document fills its limit");
	xml_reset(t.xml);
	ok(!feed(&t, "<List/>    ", 11, 3) &&
		strstr(xml_error(t.xml), "large") != NULL,
	    "but not more");
	trace_fini(&t);
	buf_fini(&doc);
}

static void
test_refusal(void)
{
	static const char doc[] =
	    "<List><Item><Key>a</Key><Size>1</Size></Item></List>";
	struct trace t;

	trace_init(&t, 1000);
	t.stop_at = KEY;
	ok(!feed(&t, doc, sizeof(doc) - 1, 1000), "a callback may refuse");
	is_str(t.text.data, "0<1<2<2=a>", "and is then called no more");
	ok(!xml_end(t.xml), "nor is the end a good one");
	t.stop_at = -1;
	xml_reset(t.xml);
	ok(feed(&t, doc, sizeof(doc) - 1, 7), "a reset makes it good again");
	is_str(t.text.data, "0<1<2<2=a>3<3=1>1=>0=>", "with nothing missing");
	ok(strchr(xml_version(), '.') != NULL, "the version is told");
	trace_fini(&t);
	xml_free(NULL);
}

/* Pieces of documents in random order: whatever the cuts, one outcome. */
static void
test_random(void)
{
	static const char *const words[] = {"<List>", "</List>", "<Item>",
	    "</Item>", "<Key>", "</Key>", "a", "&amp;", "&#x1;", "&#", "&", ";",
	    "<![CDATA[", "]]>", "<!--", "-->", "\xc3\xbc", "<Size/>", " "};
	struct trace whole, cut;
	struct buf doc;
	uint32_t seed = 7;
	int round, i, differ = 0, good = 0;
	bool a, b;

	buf_init(&doc, 10000);
	trace_init(&whole, 10000);
	trace_init(&cut, 10000);
	for (round = 0; round < 20000; round++) {
		buf_reset(&doc);
		buf_adds(&doc, "<List><Item><Key>");
		for (i = 0; i < round % 7; i++) {
			seed = seed * 1664525 + 1013904223;
			buf_adds(&doc,
			    words[(seed >> 16) %
				(sizeof(words) / sizeof(words[0]))]);
		}
		buf_adds(&doc, "</Key></Item></List>");
		xml_reset(whole.xml);
		xml_reset(cut.xml);
		a = feed(&whole, doc.data, doc.len, doc.len);
		b = feed(&cut, doc.data, doc.len, 1 + seed % 5);
		good += a;
		if (a != b ||
		    (a && strcmp(whole.text.data, cut.text.data) != 0))
			differ++;
	}
	is_int(differ, 0, "where a document is cut makes no difference");
	ok(good > 1000, "and %d of the documents were good ones", good);
	trace_fini(&whole);
	trace_fini(&cut);
	buf_fini(&doc);
}

/* A document of n elements in t, which is fed and not ended. */
static void
feed_many(struct trace *t, size_t n)
{
	size_t i;

	trace_init(t, 16 << 20);
	xml_feed(t->xml, "<List>", 6);
	for (i = 0; i < n; i++)
		xml_feed(t->xml, "<Other>0123456789</Other>", 25);
	xml_feed(t->xml, "<Item><Key>k</Key></Item></List>", 32);
}

static void
test_desk(void)
{
	static const char want[] = "0<1<2<2=k>1=>0=>";
	struct trace t[40];
	size_t i, good = 0, early = 0;

	feed_many(&t[0], 10);
	is_str(t[0].text.data, "", "a document is gathered");
	ok(xml_end(t[0].xml), "and read");
	is_str(t[0].text.data, want, "when it ends");
	trace_fini(&t[0]);
	for (i = 0; i < 40; i++)
		feed_many(&t[i], 10 + i);
	for (i = 0; i < 40; i++) {
		early += t[i].text.len > 0;
		good += xml_end(t[i].xml) && strcmp(t[i].text.data, want) == 0;
	}
	ok(early > 0 && early < 40, "some of many documents find no room");
	is_int((int)good, 40, "and all of them are read");
	for (i = 0; i < 40; i++)
		trace_fini(&t[i]);
	feed_many(&t[0], 10);
	is_str(t[0].text.data, "", "the room is there again");
	xml_reset(t[0].xml);
	ok(!xml_end(t[0].xml), "what was gathered is forgotten");
	trace_fini(&t[0]);
	feed_many(&t[0], 100000);
	ok(t[0].text.len > 0, "one that is too large is read as it comes");
	feed_many(&t[1], 10);
	is_str(t[1].text.data, want, "and so is the next");
	ok(xml_end(t[0].xml) && xml_end(t[1].xml), "to their ends");
	is_str(t[0].text.data, want, "from the beginning");
	trace_fini(&t[0]);
	trace_fini(&t[1]);
}

static void
test_all(void)
{
	test_rows();
	test_replaced();
	test_limits();
	test_refusal();
	test_random();
}

int
main(void)
{
	test_all();
	desk = xml_desk_new();
	test_all();
	test_desk();
	xml_desk_free(desk);
	return tap_done();
}
