/* credential_process: a command line cut into words. */

#include "fuzz.h"
#include "words.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	size_t len, total = 0, i;
	char *line = fuzz_take(&f, 10000, &len);
	char **words = words_split(line);

	for (i = 0; words != NULL && words[i] != NULL; i++)
		total += strlen(words[i]);
	FUZZ_CHECK(total <= len && i <= len);
	if (words != NULL)
		words_free(words);
	free(line);
	return 0;
}
