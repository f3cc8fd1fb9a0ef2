#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "diag.h"
#include "hash.h"
#include "xalloc.h"

/* Fetched algorithms, shared by all; the contexts are restarted at each use,
 * which costs half of making them anew. */
static struct {
	bool ready;
	EVP_MD *sha256, *sha1, *md5;
	EVP_MAC *hmac;
	EVP_MD_CTX *ctx; /* of one-shot digests */
} hash;

struct hash_md5 {
	EVP_MD_CTX *ctx;
};

struct hash_mac {
	EVP_MAC_CTX *ctx;
};

static void
need(bool good, const char *what)
{
	if (!good)
		diag_die("OpenSSL cannot do %s", what);
}

void
hash_init(void)
{
	if (hash.ready)
		return;
	hash.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	need(hash.sha256 != NULL, "SHA-256");
	hash.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	need(hash.hmac != NULL, "HMAC");
	hash.ctx = EVP_MD_CTX_new();
	need(hash.ctx != NULL, "SHA-256");
	/* These two may be missing. */
	hash.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	hash.md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	hash.ready = true;
}

void
hash_fini(void)
{
	EVP_MD_CTX_free(hash.ctx);
	EVP_MD_free(hash.sha256);
	EVP_MD_free(hash.sha1);
	EVP_MD_free(hash.md5);
	EVP_MAC_free(hash.hmac);
	memset(&hash, 0, sizeof(hash));
}

static bool
digest(const EVP_MD *md, const void *p, size_t len, unsigned char *out)
{
	return md != NULL && EVP_DigestInit_ex(hash.ctx, md, NULL) == 1 &&
	    EVP_DigestUpdate(hash.ctx, p, len) == 1 &&
	    EVP_DigestFinal_ex(hash.ctx, out, NULL) == 1;
}

void
hash_sha256(const void *p, size_t len, unsigned char out[HASH_SHA256])
{
	hash_init();
	need(digest(hash.sha256, p, len, out), "SHA-256");
}

void
hash_sha1(const void *p, size_t len, unsigned char out[HASH_SHA1])
{
	hash_init();
	need(digest(hash.sha1, p, len, out), "SHA-1");
}

bool
hash_have_md5(void)
{
	hash_init();
	return hash.md5 != NULL;
}

struct hash_md5 *
hash_md5_new(void)
{
	struct hash_md5 *h;

	if (!hash_have_md5())
		return NULL;
	h = xmalloc(sizeof(*h));
	h->ctx = EVP_MD_CTX_new();
	need(h->ctx != NULL, "MD5");
	hash_md5_reset(h);
	return h;
}

void
hash_md5_free(struct hash_md5 *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void
hash_md5_reset(struct hash_md5 *h)
{
	need(EVP_DigestInit_ex(h->ctx, hash.md5, NULL) == 1, "MD5");
}

void
hash_md5_add(struct hash_md5 *h, const void *p, size_t len)
{
	need(EVP_DigestUpdate(h->ctx, p, len) == 1, "MD5");
}

void
hash_md5_end(struct hash_md5 *h, unsigned char out[HASH_MD5])
{
	need(EVP_DigestFinal_ex(h->ctx, out, NULL) == 1, "MD5");
}

struct hash_mac *
hash_mac_new(const void *key, size_t len)
{
	char name[] = "SHA256";
	OSSL_PARAM params[2];
	struct hash_mac *m = xmalloc(sizeof(*m));

	hash_init();
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_MAC_PARAM_DIGEST, name, 0);
	params[1] = OSSL_PARAM_construct_end();
	m->ctx = EVP_MAC_CTX_new(hash.hmac);
	/* A NULL key would mean "as before"; an empty one is a key too. */
	need(m->ctx != NULL &&
		EVP_MAC_init(m->ctx, len > 0 ? key : "", len, params) == 1,
	    "HMAC");
	return m;
}

void
hash_mac_free(struct hash_mac *m)
{
	if (m == NULL)
		return;
	EVP_MAC_CTX_free(m->ctx); /* cleanses what the key became */
	free(m);
}

void
hash_mac(struct hash_mac *m, const void *p, size_t len,
    unsigned char out[HASH_SHA256])
{
	size_t got = 0;

	need(EVP_MAC_init(m->ctx, NULL, 0, NULL) == 1 &&
		EVP_MAC_update(m->ctx, p, len) == 1 &&
		EVP_MAC_final(m->ctx, out, &got, HASH_SHA256) == 1 &&
		got == HASH_SHA256,
	    "HMAC");
}

void
hash_hex(const unsigned char *p, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

void
hash_base64(const unsigned char *p, size_t len, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits;
	size_t i;

	for (i = 0; i < len; i += 3) {
		bits = (uint32_t)p[i] << 16;
		if (i + 1 < len)
			bits |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < len)
			bits |= p[i + 2];
		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = i + 1 < len ? digits[bits >> 6 & 63] : '=';
		*out++ = i + 2 < len ? digits[bits & 63] : '=';
	}
	*out = '\0';
}

void
hash_cleanse(void *p, size_t len)
{
	if (p != NULL)
		OPENSSL_cleanse(p, len);
}

uint64_t
hash_random(void)
{
	uint64_t bits = 0;

	need(RAND_bytes((unsigned char *)&bits, sizeof(bits)) == 1,
	    "random numbers");
	return bits;
}

const char *
hash_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
