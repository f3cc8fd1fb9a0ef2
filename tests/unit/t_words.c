/* A command line split as a shell does it. */

#include "tap.h"
#include "words.h"

static const struct {
	const char *line;
	const char *want; /* words, each in <>; NULL: refused */
} rows[] = {
    {"", ""},
    {"  \t ", ""},
    {"a b  c\t", "<a><b><c>"},
    {"a\nb", "<a><b>"},
    {"'a b' c", "<a b><c>"},
    {"\"a b\" c", "<a b><c>"},
    {"a' 'b\" \"c", "<a b c>"},
    {"'' \"\"", "<><>"},
    {"a\\ b", "<a b>"},
    {"a\\\\b", "<a\\b>"},
    {"\\\"a\\'", "<\"a'>"},
    {"'a\\b'", "<a\\b>"},
    {"'a\"b'", "<a\"b>"},
    {"\"a'b\"", "<a'b>"},
    {"\"a\\\"b\\\\c\\d\"", "<a\"b\\c\\d>"},
    {"$HOME `x` $(y) *", "<$HOME><`x`><$(y)><*>"},
    {"a#b #c", "<a#b><#c>"},
    {"/opt/my\\ tool --x='a b'", "</opt/my tool><--x=a b>"},
    {"\xc3\xbc '\xc3\xbc'", "<\xc3\xbc><\xc3\xbc>"},
    {"'a", NULL},
    {"a \"b", NULL},
    {"a\\", NULL},
    {"\"a\\", NULL},
};

int
main(void)
{
	char got[256];
	size_t i, j, n;
	char **words;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		words = words_split(rows[i].line);
		got[0] = '\0';
		for (j = 0, n = 0; words != NULL && words[j] != NULL; j++)
			n += (size_t)snprintf(
			    got + n, sizeof(got) - n, "<%s>", words[j]);
		is_str(words == NULL ? NULL : got, rows[i].want,
		    rows[i].want == NULL ? "an open end is refused" :
					   rows[i].want);
		words_free(words);
	}
	return tap_done();
}
