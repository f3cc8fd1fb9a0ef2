#include <string.h>

#include "md5.h"

#define F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define G(x, y, z) ((y) ^ ((z) & ((x) ^ (y))))
#define H(x, y, z) ((x) ^ (y) ^ (z))
#define I(x, y, z) ((y) ^ ((x) | ~(z)))
#define ROL(x, n)  ((x) << (n) | (x) >> (32 - (n)))
#define STEP(f, a, b, c, d, k, s, t) \
	((a) = (b) + ROL((a) + f(b, c, d) + x[k] + (t), s))
#define FOUR(f, k0, k1, k2, k3, s0, s1, s2, s3, t0, t1, t2, t3) \
	do {                                                    \
		STEP(f, a, b, c, d, k0, s0, t0);                \
		STEP(f, d, a, b, c, k1, s1, t1);                \
		STEP(f, c, d, a, b, k2, s2, t2);                \
		STEP(f, b, c, d, a, k3, s3, t3);                \
	} while (0)

/* clang-format off */
static void
block(uint32_t state[4], const unsigned char *p)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], x[16];

	for (int i = 0; i < 16; i++)
		x[i] = (uint32_t)p[4 * i] | (uint32_t)p[4 * i + 1] << 8 |
		    (uint32_t)p[4 * i + 2] << 16 | (uint32_t)p[4 * i + 3] << 24;
	FOUR(F, 0, 1, 2, 3, 7, 12, 17, 22,
	    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee);
	FOUR(F, 4, 5, 6, 7, 7, 12, 17, 22,
	    0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501);
	FOUR(F, 8, 9, 10, 11, 7, 12, 17, 22,
	    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be);
	FOUR(F, 12, 13, 14, 15, 7, 12, 17, 22,
	    0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821);
	FOUR(G, 1, 6, 11, 0, 5, 9, 14, 20,
	    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa);
	FOUR(G, 5, 10, 15, 4, 5, 9, 14, 20,
	    0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8);
	FOUR(G, 9, 14, 3, 8, 5, 9, 14, 20,
	    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed);
	FOUR(G, 13, 2, 7, 12, 5, 9, 14, 20,
	    0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a);
	FOUR(H, 5, 8, 11, 14, 4, 11, 16, 23,
	    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c);
	FOUR(H, 1, 4, 7, 10, 4, 11, 16, 23,
	    0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70);
	FOUR(H, 13, 0, 3, 6, 4, 11, 16, 23,
	    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05);
	FOUR(H, 9, 12, 15, 2, 4, 11, 16, 23,
	    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665);
	FOUR(I, 0, 7, 14, 5, 6, 10, 15, 21,
	    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039);
	FOUR(I, 12, 3, 10, 1, 6, 10, 15, 21,
	    0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1);
	FOUR(I, 8, 15, 6, 13, 6, 10, 15, 21,
	    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1);
	FOUR(I, 4, 11, 2, 9, 6, 10, 15, 21,
	    0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391);
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}
/* clang-format on */

void
md5_init(struct md5 *m)
{
	m->state[0] = 0x67452301;
	m->state[1] = 0xefcdab89;
	m->state[2] = 0x98badcfe;
	m->state[3] = 0x10325476;
	m->length = 0;
}

void
md5_add(struct md5 *m, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t have = m->length & 63;

	m->length += n;
	if (have > 0) {
		size_t take = 64 - have < n ? 64 - have : n;

		memcpy(m->tail + have, p, take);
		if (have + take < 64)
			return;
		block(m->state, m->tail);
		p += take;
		n -= take;
	}
	for (; n >= 64; p += 64, n -= 64)
		block(m->state, p);
	if (n > 0)
		memcpy(m->tail, p, n);
}

void
md5_end(struct md5 *m, unsigned char out[16])
{
	uint64_t bits = m->length * 8;
	size_t have = m->length & 63;

	m->tail[have++] = 0x80;
	if (have > 56) {
		memset(m->tail + have, 0, 64 - have);
		block(m->state, m->tail);
		have = 0;
	}
	memset(m->tail + have, 0, 56 - have);
	for (int i = 0; i < 8; i++)
		m->tail[56 + i] = (unsigned char)(bits >> (8 * i));
	block(m->state, m->tail);
	for (int i = 0; i < 16; i++)
		out[i] = (unsigned char)(m->state[i / 4] >> (8 * (i % 4)));
}

void
md5_of(const void *p, size_t n, unsigned char out[16])
{
	struct md5 m;

	md5_init(&m);
	md5_add(&m, p, n);
	md5_end(&m, out);
}
