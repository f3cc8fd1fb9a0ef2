#include <openssl/evp.h>
#include <stdlib.h>

#include "content.h"
#include "intake.h"
#include "md5.h"
#include "mem.h"
#include "text.h"

struct intake {
	struct md5 md5;
	EVP_MD_CTX *sha256; /* NULL: not wanted */
	unsigned char md5_sum[16], sha256_sum[32];
	uint64_t length;
	bool sought;		    /* for a seed */
	uint64_t seed, offset, run; /* bytes of that seed */
	struct text rest;	    /* what is no such bytes */
};

struct intake *
intake_new(bool sha256)
{
	struct intake *in = mem_alloc(sizeof(*in));

	md5_init(&in->md5);
	if (sha256) {
		in->sha256 = EVP_MD_CTX_new();
		if (in->sha256 == NULL ||
		    EVP_DigestInit_ex(in->sha256, EVP_sha256(), NULL) != 1)
			abort();
	}
	return in;
}

void
intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	EVP_MD_CTX_free(in->sha256);
	text_fini(&in->rest);
	free(in);
}

/* Begins a run once there are bytes enough to tell. */
static void
seek(struct intake *in)
{
	if (in->rest.n < CONTENT_TELLING)
		return;
	in->sought = true;
	if (content_recognise(in->rest.p, in->rest.n, &in->seed, &in->offset)) {
		in->run = in->rest.n;
		text_fini(&in->rest);
	}
}

void
intake_add(struct intake *in, const void *p, size_t n)
{
	size_t same = 0;

	md5_add(&in->md5, p, n);
	if (in->sha256 != NULL && EVP_DigestUpdate(in->sha256, p, n) != 1)
		abort();
	in->length += n;
	if (in->run > 0 && in->rest.n == 0)
		same = content_agree(in->seed, in->offset + in->run, p, n);
	in->run += same;
	text_add(&in->rest, (const char *)p + same, n - same);
	if (!in->sought)
		seek(in);
}

uint64_t
intake_length(const struct intake *in)
{
	return in->length;
}

void
intake_end(struct intake *in)
{
	md5_end(&in->md5, in->md5_sum);
	if (in->sha256 != NULL &&
	    EVP_DigestFinal_ex(in->sha256, in->sha256_sum, NULL) != 1)
		abort();
}

const unsigned char *
intake_md5(const struct intake *in)
{
	return in->md5_sum;
}

const unsigned char *
intake_sha256(const struct intake *in)
{
	return in->sha256_sum;
}

struct content *
intake_take(struct intake *in)
{
	struct content *c = content_run(
	    in->seed, in->offset, in->run, in->rest.p, in->rest.n);

	in->run = 0;
	in->rest = (struct text){0};
	return c;
}
