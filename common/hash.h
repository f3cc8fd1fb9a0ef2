#ifndef HASH_H
#define HASH_H

/*
 * Digests and keyed MACs.  The only file that sees OpenSSL is hash.c.
 * Algorithms are fetched once in a process (OpenSSL 3: a fetch takes locks);
 * hash_fini() frees them for leak checkers.  OpenSSL failing to give SHA-256
 * ends the program; MD5 may be missing (FIPS) and is asked for first.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_SHA256 32
#define HASH_SHA1   20
#define HASH_MD5    16

void	hash_init(void);	/* idempotent; called by all the others too */
void	hash_fini(void);

void	hash_sha256(const void *p, size_t len, unsigned char out[HASH_SHA256]);
void	hash_sha1(const void *p, size_t len, unsigned char out[HASH_SHA1]);
bool	hash_have_md5(void);
/* An MD5 taken in pieces; new returns NULL where MD5 is not to be had. */
struct hash_md5;
struct hash_md5 *hash_md5_new(void);
void	hash_md5_free(struct hash_md5 *h);
void	hash_md5_reset(struct hash_md5 *h);
void	hash_md5_add(struct hash_md5 *h, const void *p, size_t len);
void	hash_md5_end(struct hash_md5 *h, unsigned char out[HASH_MD5]);

/* HMAC-SHA256 with its key set up once: restarting costs a quarter of keying. */
struct hash_mac;
struct hash_mac *hash_mac_new(const void *key, size_t len);
void	hash_mac_free(struct hash_mac *m);	/* cleanses the key */
void	hash_mac(struct hash_mac *m, const void *p, size_t len,
	    unsigned char out[HASH_SHA256]);

/* Lower-case hex of len bytes and a NUL: out has 2 * len + 1. */
void	hash_hex(const unsigned char *p, size_t len, char *out);
/* Base64 (RFC 4648, padded) and a NUL: out has HASH_BASE64(len) bytes. */
#define HASH_BASE64(len) (((len) + 2) / 3 * 4 + 1)
void	hash_base64(const unsigned char *p, size_t len, char *out);
/* Overwrite a secret in a way that the compiler keeps. */
void	hash_cleanse(void *p, size_t len);
/* Random bits for jitter and names; not from the clock. */
uint64_t hash_random(void);
const char *hash_version(void);		/* for --version */

#endif
