/*
 * The headers of an object that is to be copied: whatever a store says, what
 * is carried on must be lines of a request and nothing else.
 */

#include "../../s3cp/meta.h"
#include "fuzz.h"

static void
check_value(const char *value)
{
	for (; *value != '\0'; value++)
		FUZZ_CHECK(*value != '\r' && *value != '\n');
}

static void
check_request(const struct meta *m)
{
	static struct s3req req;
	size_t i;

	memset(&req, 0, sizeof(req));
	meta_add_headers(m, &req);
	meta_add_tags(m, &req);
	FUZZ_CHECK(req.nheaders <= S3REQ_HEADERS_MAX - 20);
	for (i = 0; i < req.nheaders; i++) {
		FUZZ_CHECK(req.headers[i].name[0] != '\0');
		check_value(req.headers[i].name);
		check_value(req.headers[i].value);
	}
}

/* Lines "name: value"; after an empty line, the reply to GetObjectTagging. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	const char *why = NULL;
	char *line, *colon;
	struct meta m;
	size_t len;

	meta_init(&m);
	for (line = fuzz_text(&f, '\n', &len); *line != '\0';
	     line = fuzz_text(&f, '\n', &len)) {
		if ((colon = strchr(line, ':')) != NULL) {
			*colon = '\0';
			meta_header(&m, line, colon + 1);
		}
		free(line);
	}
	free(line);
	line = fuzz_take(&f, SIZE_MAX, &len);
	if (!meta_read_tags(&m, line, len, &why))
		FUZZ_CHECK(why != NULL);
	else if (meta_ok(&m, &why))
		check_request(&m);
	else
		FUZZ_CHECK(why != NULL);
	free(line);
	FUZZ_CHECK(strlen(m.etag) <= LIMIT_ETAG && strlen(m.class) < 64);
	meta_opaque(&m);
	meta_fini(&m);
	return 0;
}
