/*
 * --hints: any file may be given.  In a sorted one, the places found must be
 * the right ones; in another, whatever comes must come in bounds.
 */

#include <unistd.h>

#include "../../s3ls/hints.h"
#include "buf.h"
#include "fuzz.h"
#include "record.h"

static int
compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* In a sorted file, the rank of a record's key is where the next one is. */
static void
check_sorted(const struct listplan_hints *h, const char *p, size_t len,
    char delimiter, bool is_long)
{
	const char *last = NULL, *end, *why;
	size_t at, n, last_len = 0;
	struct record r;
	int pass;

	for (pass = 0; pass < 2; pass++)
		for (at = 0; at < len; at += n + 1) {
			end = memchr(p + at, delimiter, len - at);
			n = end != NULL ? (size_t)(end - p) - at : len - at;
			if (!record_parse(&r, p + at, n, is_long, &why))
				return;
			if (pass == 0 && last != NULL &&
			    compare(last, last_len, r.key, r.key_len) >= 0)
				return;
			last = r.key;
			last_len = r.key_len;
			if (pass == 1)
				FUZZ_CHECK(h->rank(h->arg, r.key, r.key_len) ==
				    (uint64_t)at + n + 1);
		}
}

static void
look(const struct listplan_hints *h, const char *key, size_t key_len,
    size_t file_len)
{
	uint64_t rank = h->rank(h->arg, key, key_len);
	struct buf out;

	FUZZ_CHECK(rank <= file_len + 1);
	buf_init(&out, 64 << 10);
	if (h->at(h->arg, rank, &out))
		FUZZ_CHECK(out.len > 0 && rank < file_len);
	h->at(h->arg, rank / 2, &out);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char name[] = "/tmp/fuzz_hints.XXXXXX";
	static char path[64];
	struct fuzz f = {data, size};
	unsigned how = fuzz_byte(&f);
	size_t key_len, len;
	char *key = fuzz_take(&f, how >> 4, &key_len);
	char *text = fuzz_take(&f, SIZE_MAX, &len);
	const char *prefix = how & 4 ? "p/" : "", *why;
	struct hints *h;

	if (fd < 0) {
		FUZZ_CHECK((fd = mkstemp(name)) >= 0);
		unlink(name);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	FUZZ_CHECK(ftruncate(fd, 0) == 0);
	FUZZ_CHECK(pwrite(fd, text, len, 0) == (ssize_t)len);
	h = hints_open(
	    path, how & 1 ? '\0' : '\n', how & 2, prefix, strlen(prefix), &why);
	FUZZ_CHECK(h != NULL);
	look(hints_interface(h), key, key_len, len);
	if (*prefix == '\0')
		check_sorted(hints_interface(h), text, len,
		    how & 1 ? '\0' : '\n', how & 2);
	hints_free(h);
	free(key);
	free(text);
	return 0;
}
