#include <string.h>

#include "shape_awkward.h"

static const char *const list[] = {
    /* slashes and dots */
    "a//b",
    "a///b",
    "a/",
    "a//",
    "/a",
    "//a",
    "/",
    "//",
    "./a",
    "../a",
    "a/.",
    "a/..",
    "a/./b",
    "a/../b",
    "a/../../b",
    ".",
    "..",
    "...",
    ".a",
    "a.",
    "soap",
    "a/b/c/",
    "a/b",
    "dir/",
    "dir/x",
    /* blanks */
    " a ",
    " ",
    "  ",
    "a b",
    "a  b",
    " lead",
    "trail ",
    "tab\there",
    "\t",
    "a/ /b",
    "end\t",
    /* what encodings trip over */
    "a+b",
    "+",
    "a%2Fb",
    "a%2fb",
    "%",
    "%%",
    "%2",
    "%zz",
    "100%",
    "%00",
    "%0A",
    "a%20b",
    "%25",
    "a&b",
    "a=b&c=d",
    "a?b",
    "?",
    "a#b",
    "#",
    "a;b",
    "a:b",
    "a,b",
    "a@b",
    "a$b",
    "a!b",
    "a*b",
    "*",
    "a'b",
    "'",
    "a\"b",
    "\"",
    "(a)",
    "[a]",
    "{a}",
    "a|b",
    "a\\b",
    "\\",
    "a^b",
    "a`b",
    "~",
    "a~b",
    "-",
    "--help",
    "-0",
    "_",
    "<",
    ">",
    "<a>",
    "&",
    "&amp;",
    "&lt;b&gt;",
    "&#x41;",
    "]]>",
    "<![CDATA[x]]>",
    "<!-- c -->",
    "versionId=1",
    "a?versionId=1",
    "a?uploads",
    "key?x=1&y=2#z",
    "a.b.c",
    "a=",
    "=a",
    "s3://b/k",
    "http://x/y",
    "C:\\x",
    /* control characters */
    "new\nline",
    "\n",
    "cr\rhere",
    "\r",
    "crlf\r\nx",
    "\x01",
    "a\x01z",
    "a\x02/\x03",
    "\x1f",
    "a\x0b",
    "a\x0c"
    "b",
    "bell\x07",
    "esc\x1b[31m",
    "del\x7f",
    "\x7f",
    "\x08",
    /* prefixes of one another */
    "p",
    "pp",
    "ppp",
    "p/",
    "p/p",
    "p0",
    "p ",
    "p!",
    "p.",
    "p-",
    /* other scripts */
    "\xc3\xbc",
    "u\xcc\x88",
    "\xc3\xa9t\xc3\xa9",
    "e\xcc\x81",
    "\xe6\x97\xa5",
    "\xe6\x97\xa5\xe6\x9c\xac/\xe8\xaa\x9e",
    "\xf0\x9f\x98\x80",
    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
    "\xef\xbf\xbd",
    "\xf4\x8f\xbf\xbf",
    "\xef\xbf\xbe",
    "\xef\xbf\xbf",
    "\xee\x80\x80",
    "\xc2\x80",
    "\xc2\x85",
    "\xc2\xa0",
    "\xe2\x80\xa8",
    "\xe2\x80\x8b",
    "\xef\xbb\xbf"
    "bom",
    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
    "\xe2\x80\xae"
    "rtl",
    "\xc4\xb0",
    "\xc3\x9f",
    "SS",
    "ss",
    "A",
    "a",
    "B",
    "\xed\x9f\xbf",
    "\xf0\x90\x80\x80",
    "k\xf0\x9d\x92\xb3",
};

#define LISTED (sizeof(list) / sizeof(*list))

/* Keys of the full 1,024 bytes, which no list can hold readably. */
static bool
full_length(size_t i, struct text *out)
{
	static const char *const unit[] = {
	    "x", "\xc3\xbc", "/", "%", "\xf0\x9f\x98\x80", " +", "d/"};

	if (i >= sizeof(unit) / sizeof(*unit))
		return false;
	while (out->n + strlen(unit[i]) <= 1024)
		text_str(out, unit[i]);
	return true;
}

bool
shape_awkward(size_t i, struct text *out)
{
	if (i >= LISTED)
		return full_length(i - LISTED, out);
	text_str(out, list[i]);
	return true;
}
