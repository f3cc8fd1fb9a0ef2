/*
 * Feeds a fuzz target the files that it is given, or all files of a directory:
 * what was found once is looked at again by every make check.
 */

#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

#define MOST (4 << 20) /* bytes of one input */

static size_t fed;

static void
feed_file(const char *path)
{
	uint8_t *exact, *data = malloc(MOST);
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL || data == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(data, 1, MOST, f);
	fclose(f);
	/* The exact size, so that a sanitizer sees reads past the end. */
	if ((exact = malloc(len > 0 ? len : 1)) == NULL)
		exit(1);
	memcpy(exact, data, len);
	free(data);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	fed++;
}

static void
feed(const char *path)
{
	char name[4096];
	struct stat st;
	struct dirent *entry;
	DIR *dir;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		feed_file(path);
		return;
	}
	if ((dir = opendir(path)) == NULL) {
		perror(path);
		exit(1);
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		feed_file(name);
	}
	closedir(dir);
}

int
main(int argc, char **argv)
{
	int i;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (i = 1; i < argc; i++)
		feed(argv[i]);
	printf("%zu\n", fed);
	return 0;
}
