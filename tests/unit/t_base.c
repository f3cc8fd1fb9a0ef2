/* The base layer: buffers, strict numbers, visible text, failures. */

#include <stdlib.h>

#include "buf.h"
#include "fail.h"
#include "num.h"
#include "tap.h"
#include "visible.h"
#include "xalloc.h"

static void
test_buf(void)
{
	struct buf b;
	char *taken;

	buf_init(&b, 10);
	ok(b.len == 0 && b.data[0] == '\0' && buf_ok(&b), "a buffer is empty");
	ok(buf_adds(&b, "hello") && buf_addc(&b, '\0') && buf_adds(&b, "wor"),
	    "bytes are added, NULs too");
	is_mem(b.data, b.len + 1, "hello\0wor", 10, "and a NUL ends them");
	ok(!buf_adds(&b, "ld") && b.len == 9, "what is too much is not added");
	ok(!buf_addc(&b, 'x') && !buf_ok(&b), "nor anything after it");
	buf_cut(&b, 2);
	is_str(b.data, "he", "a cut keeps the first bytes");
	buf_reset(&b);
	ok(buf_ok(&b) && buf_adds(&b, "0123456789") && buf_add(&b, "", 0),
	    "a reset buffer takes all its maximum");
	buf_cut(&b, 11);
	is_int(b.len, 10, "a cut never lengthens");
	buf_drop(&b, 7);
	is_str(b.data, "789", "a drop moves the rest down");
	buf_drop(&b, 100);
	is_str(b.data, "", "and takes all at most");
	buf_adds(&b, "mine");
	taken = buf_take(&b);
	is_str(taken, "mine", "bytes can be taken");
	ok(b.len == 0 && buf_adds(&b, "other") && strcmp(taken, "mine") == 0,
	    "and the buffer begins anew");
	free(taken);
	buf_fini(&b);
	buf_init(&b, 0);
	ok(buf_add(&b, NULL, 0) && !buf_addc(&b, 'x'),
	    "a buffer may have no room at all");
	buf_fini(&b);
}

static void
test_buf_more(void)
{
	struct buf b;
	char *p;
	size_t i;

	buf_init(&b, 100000);
	for (i = 0; i < 100000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	ok(buf_ok(&b) && b.data[99999] == 'a' + 99999 % 26 &&
		b.data[100000] == '\0',
	    "a buffer grows to its maximum");
	ok(!buf_addc(&b, 'x') && b.len == 100000, "and no further");
	buf_reset(&b);
	ok(buf_addf(&b, "%s-%d", "x", 42) && strcmp(b.data, "x-42") == 0,
	    "formatted text is added");
	ok(buf_addf(&b, "%0200d", 0) && b.len == 204, "however long");
	buf_reset(&b);
	p = buf_space(&b, 5000);
	memset(p, 'z', 5000);
	buf_grew(&b, 3);
	is_str(b.data, "zzz", "space can be filled in part");
	ok(buf_space(&b, SIZE_MAX) == NULL && !buf_ok(&b),
	    "absurd space is refused");
	buf_fini(&b);
	buf_init(&b, 4);
	ok(!buf_addf(&b, "%s", "12345") && b.len == 0,
	    "formatted text that is too much is not added");
	buf_reset(&b);
	ok(buf_addf(&b, "%s", "1234"), "what fits just so is");
	buf_fini(&b);
}

static const struct {
	const char *text;
	uint64_t max;
	bool good;
	uint64_t number;
} numbers[] = {
    {"0", 0, true, 0},
    {"00", 0, true, 0},
    {"1", 0, false, 0},
    {"007", 9, true, 7},
    {"99", 100, true, 99},
    {"100", 100, true, 100},
    {"101", 100, false, 0},
    {"9", 5, false, 0},
    {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
    {"18446744073709551616", UINT64_MAX, false, 0},
    {"99999999999999999999999", UINT64_MAX, false, 0},
    {"", 9, false, 0},
    {"-1", 9, false, 0},
    {"+1", 9, false, 0},
    {" 1", 9, false, 0},
    {"1 ", 9, false, 0},
    {"1.0", 9, false, 0},
    {"1e1", 99, false, 0},
    {"0x1", 99, false, 0},
    {"\xd9\xa1", 9, false, 0},
};

static const struct {
	const char *text;
	bool good;
	uint64_t number;
} sizes[] = {
    {"0", true, 0},
    {"1", true, 1},
    {"1K", true, 1024},
    {"8M", true, UINT64_C(8) << 20},
    {"5G", true, UINT64_C(5) << 30},
    {"16T", true, UINT64_C(16) << 40},
    {"17T", false, 0},
    {"K", false, 0},
    {"", false, 0},
    {"1k", false, 0},
    {"1KB", false, 0},
    {"1 K", false, 0},
    {"-1K", false, 0},
    {"1P", false, 0},
    {"99999999999999T", false, 0},
};

static void
test_num(void)
{
	uint64_t n;
	size_t i;
	bool good;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		n = 77;
		good = num_str(numbers[i].text, numbers[i].max, &n);
		ok(good == numbers[i].good &&
			n == (good ? numbers[i].number : 77),
		    "number \"%s\" up to %" PRIu64, numbers[i].text,
		    numbers[i].max);
	}
	ok(num_parse("12345", 3, 999, &n) && n == 123, "the length counts");
	ok(!num_parse("1\0002", 3, 999, &n), "a NUL is no digit");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		n = 77;
		good = num_size(sizes[i].text, UINT64_C(16) << 40, &n);
		ok(good == sizes[i].good && n == (good ? sizes[i].number : 77),
		    "size \"%s\"", sizes[i].text);
	}
}

static const struct {
	const char *claim;
	const char *raw, *seen;
} texts[] = {
    {"printable ASCII stays", "a b~!\"'", "a b~!\"'"},
    {"named escapes", "a\nb\rc\td\\e", "a\\nb\\rc\\td\\\\e"},
    {"control characters", "\x01\x1b[31m\x7f", "\\x01\\x1b[31m\\x7f"},
    {"UTF-8 stays", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
	"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"C1 controls",
	"\xc2\x9b"
	"31m",
	"\\xc2\\x9b31m"},
    {"marks that turn the writing", "\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f",
	"\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x80\\x8f"},
    {"the Arabic letter mark", "\xd8\x9c", "\\xd8\\x9c"},
    {"line separators", "\xe2\x80\xa8\xe2\x80\xa9",
	"\\xe2\\x80\\xa8\\xe2\\x80\\xa9"},
    {"a byte order mark", "\xef\xbb\xbf", "\\xef\\xbb\\xbf"},
    {"a stray byte", "a\xff\x80z", "a\\xff\\x80z"},
    {"a character cut short", "\xe2\x82", "\\xe2\\x82"},
    {"longer than needed", "\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf",
	"\\xc0\\xaf\\xe0\\x80\\xaf\\xf0\\x80\\x80\\xaf"},
    {"a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"beyond Unicode", "\xf4\x90\x80\x80\xf5", "\\xf4\\x90\\x80\\x80\\xf5"},
};

static void
test_visible(void)
{
	char out[200], small[4];
	size_t i, len;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		len = visible(
		    out, sizeof(out), texts[i].raw, strlen(texts[i].raw));
		is_str(out, texts[i].seen, texts[i].claim);
		is_int(len, strlen(out), "and its length is told");
	}
	visible(out, sizeof(out), "a\0b", 3);
	is_str(out, "a\\x00b", "a NUL is seen");
	len = visible(small, sizeof(small), "ab\nc", 4);
	ok(len == 2 && strcmp(small, "ab") == 0,
	    "an escape that does not fit is left out whole");
	len = visible(small, sizeof(small), "ab\xc3\xbc", 4);
	ok(len == 2 && strcmp(small, "ab") == 0, "a character too");
	small[0] = 'x';
	is_int(visible(small, 0, "abc", 3), 0, "no room, no text");
	is_int(small[0], 'x', "not even a NUL");
	memset(out, '\x01', 40);
	ok(visible(out + 100, VISIBLE_MAX(20), out, 20) == 80,
	    "VISIBLE_MAX is room enough");
}

static void
test_fail(void)
{
	struct fail f;
	char out[512], tiny[8];
	int kind, i, bad = 0;

	fail_clear(&f);
	is_str(fail_phrase(&f, out, sizeof(out)), "no failure",
	    "no failure is none");
	fail_set(&f, FAIL_DENIED, "%s", "");
	is_str(fail_phrase(&f, out, sizeof(out)), "access denied",
	    "without text the kind speaks");
	snprintf(f.code, sizeof(f.code), "AccessDenied");
	is_str(
	    fail_phrase(&f, out, sizeof(out)), "AccessDenied", "or the code");
	fail_set(&f, FAIL_DENIED, "Access %s", "Denied");
	is_str(fail_phrase(&f, out, sizeof(out)), "AccessDenied: Access Denied",
	    "or both");
	f.status = 403;
	is_str(fail_phrase(&f, out, sizeof(out)),
	    "AccessDenied: Access Denied (HTTP 403)", "with a status");
	snprintf(f.request_id, sizeof(f.request_id), "4442587FB7D0A2F9");
	is_str(fail_phrase(&f, out, sizeof(out)),
	    "AccessDenied: Access Denied "
	    "(HTTP 403, request 4442587FB7D0A2F9)",
	    "and a request's id");
	is_str(fail_phrase(&f, tiny, sizeof(tiny)), "AccessD",
	    "a phrase is cut to its room");
	memset(out, 'x', sizeof(out) - 1);
	out[sizeof(out) - 1] = '\0';
	fail_set(&f, FAIL_LOCAL, "%s", out);
	is_int(strlen(f.text), sizeof(f.text) - 1, "and a text to its own");
	for (kind = FAIL_NONE; kind <= FAIL_CANCELLED; kind++)
		for (i = FAIL_NONE; i < kind; i++)
			bad += strcmp(fail_kind_name((enum fail_kind)kind),
				   fail_kind_name((enum fail_kind)i)) == 0;
	is_int(bad, 0, "every kind has a name of its own");
}

static void
test_xalloc(void)
{
	char *p = xmemdup0("a\0b", 3), *q = xstrdup("x");

	is_mem(p, 4, "a\0b", 4, "a copy keeps NULs and has one more");
	is_str(q, "x", "a copied string");
	p = xreallocarray(p, 100, 10);
	is_mem(p, 4, "a\0b", 4, "growing keeps what is there");
	free(p);
	free(q);
	p = xcalloc(3, 2);
	is_mem(p, 6, "\0\0\0\0\0", 6, "cleared memory is clear");
	free(p);
	p = xmalloc(0);
	ok(p != NULL, "nothing is something");
	free(p);
}

int
main(void)
{
	test_buf();
	test_buf_more();
	test_num();
	test_visible();
	test_fail();
	test_xalloc();
	return tap_done();
}
