#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "words.h"
#include "xalloc.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word at *s into out; false if it has no proper end. */
static bool
take_word(const char **s, char *out)
{
	const char *p = *s;
	char quote = '\0';

	for (; *p != '\0' && (quote != '\0' || !is_blank(*p)); p++) {
		if (*p == quote) {
			quote = '\0';
		} else if (quote == '\0' && (*p == '"' || *p == '\'')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'' &&
		    (quote == '\0' || p[1] == '"' || p[1] == '\\')) {
			if (*++p == '\0')
				return false;
			*out++ = *p;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
	*s = p;
	return quote == '\0';
}

char **
words_split(const char *line)
{
	size_t len = strlen(line), n = 0;
	char **words = xcalloc(len / 2 + 2, sizeof(*words));
	char *word = xmalloc(len + 1);
	bool good = true;

	for (;;) {
		while (is_blank(*line))
			line++;
		if (*line == '\0' || !(good = take_word(&line, word)))
			break;
		words[n++] = xstrdup(word);
	}
	hash_cleanse(word, len + 1);
	free(word);
	if (good)
		return words;
	words_free(words);
	return NULL;
}

void
words_free(char **words)
{
	size_t i;

	for (i = 0; words != NULL && words[i] != NULL; i++) {
		hash_cleanse(words[i], strlen(words[i]));
		free(words[i]);
	}
	free(words);
}
