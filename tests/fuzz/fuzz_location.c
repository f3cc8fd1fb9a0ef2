/* LOCATION, and an endpoint's URL: what they become is where secrets go. */

#include "endp.h"
#include "endpurl.h"
#include "fuzz.h"
#include "limit.h"
#include "location.h"

/* Text that becomes part of a request line or header must be one word. */
static void
check_word(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		FUZZ_CHECK((unsigned char)s[i] > ' ' && s[i] != 0x7f);
}

static void
resolve(const struct location *loc, const char *url, const char *region,
    unsigned how)
{
	struct endp_ask ask = {.bucket = how & 1 ? loc->bucket : NULL,
	    .region = how & 2 ? region : NULL,
	    .endpoint_url = how & 4 ? url : NULL,
	    .style = (enum endp_style)((how >> 3) % 3),
	    .dualstack = how & 0x20,
	    .fips = how & 0x40,
	    .accelerate = how & 0x80,
	    .use_arn_region = true};
	struct endp e, again;
	const char *why = NULL;

	endp_init(&e);
	endp_init(&again);
	if (!endp_resolve(&e, &ask, &why)) {
		FUZZ_CHECK(why != NULL && *why != '\0');
	} else {
		check_word(e.base.data, e.base.len);
		check_word(e.host.data, e.host.len);
		check_word(e.path.data, e.path.len);
		check_word(e.region.data, e.region.len);
		FUZZ_CHECK(strncmp(e.base.data, "https://", 8) == 0 ||
		    (!e.is_tls && strncmp(e.base.data, "http://", 7) == 0));
		FUZZ_CHECK(strpbrk(e.host.data, "/@?#\\") == NULL);
		FUZZ_CHECK(endp_resolve(&again, &ask, &why));
		FUZZ_CHECK(endp_same_store(&e, &again));
	}
	endp_fini(&e);
	endp_fini(&again);
}

static void
take_url(const char *s)
{
	struct endpurl u;

	if (endpurl_parse(&u, s) != NULL)
		return;
	FUZZ_CHECK(u.host >= s && u.host_len > 0 && u.port <= 65535);
	FUZZ_CHECK(u.host + u.host_len <= s + strlen(s));
	FUZZ_CHECK(u.path_len == 0 || u.path[0] == '/');
	check_word(u.host, u.host_len);
	check_word(u.path, u.path_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	unsigned how = fuzz_byte(&f);
	size_t len;
	char *word = fuzz_text(&f, '\n', &len);
	char *url = fuzz_text(&f, '\n', &len);
	char *region = fuzz_take(&f, 100, &len);
	struct location loc;
	const char *why = NULL;

	take_url(url);
	if (location_parse(&loc, word, &why)) {
		FUZZ_CHECK(loc.bucket[0] != '\0');
		FUZZ_CHECK(loc.profile == NULL || loc.profile[0] != '\0');
		FUZZ_CHECK(strlen(loc.prefix) == loc.prefix_len);
		FUZZ_CHECK(loc.prefix_len <= LIMIT_KEY);
		FUZZ_CHECK(strchr("/.~", word[0]) == NULL);
		check_word(loc.bucket, strlen(loc.bucket));
		resolve(&loc, url, region, how);
		location_fini(&loc);
	} else {
		FUZZ_CHECK(why != NULL && *why != '\0');
	}
	free(word);
	free(url);
	free(region);
	return 0;
}
