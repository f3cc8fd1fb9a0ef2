/*
 * The floor that a listing is measured against: expat reads saved pages with
 * handlers that do nothing, in pieces as libcurl hands them over.
 *
 *	expatonly FILE...	prints the bytes read
 */

#include <err.h>
#include <expat.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE 16384 /* libcurl's CURL_MAX_WRITE_SIZE */

static void
start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	(void)arg, (void)name, (void)attributes;
}

static void
end(void *arg, const XML_Char *name)
{
	(void)arg, (void)name;
}

static void
text(void *arg, const XML_Char *s, int len)
{
	(void)arg, (void)s, (void)len;
}

static unsigned long
parse(const char *path)
{
	static char piece[PIECE];
	XML_Parser p = XML_ParserCreate("UTF-8");
	unsigned long total = 0;
	ssize_t len;
	int fd;

	if (p == NULL)
		errx(2, "no memory");
	if ((fd = open(path, O_RDONLY)) == -1)
		err(2, "%s", path);
	XML_SetElementHandler(p, start, end);
	XML_SetCharacterDataHandler(p, text);
	do {
		if ((len = read(fd, piece, sizeof(piece))) < 0)
			err(2, "%s", path);
		if (XML_Parse(p, piece, (int)len, len == 0) != XML_STATUS_OK)
			errx(2, "%s: %s", path,
			    XML_ErrorString(XML_GetErrorCode(p)));
		total += (unsigned long)len;
	} while (len > 0);
	close(fd);
	XML_ParserFree(p);
	return total;
}

int
main(int argc, char **argv)
{
	unsigned long total = 0;
	int i;

	for (i = 1; i < argc; i++)
		total += parse(argv[i]);
	printf("%lu\n", total);
	return 0;
}
