/*
 * MD5 (RFC 1321), for ETags. Our own, because a listing of generated objects
 * needs a digest of some dozen bytes for each key, where the set-up cost of a
 * library's context would be most of the work.
 */
#ifndef MD5_H
#define MD5_H

#include <stddef.h>
#include <stdint.h>

struct md5 {
	uint32_t state[4];
	uint64_t length; /* bytes so far */
	unsigned char tail[64];
};

void md5_init(struct md5 *);
void md5_add(struct md5 *, const void *, size_t);
void md5_end(struct md5 *, unsigned char out[16]);
void md5_of(const void *, size_t, unsigned char out[16]);

#endif
