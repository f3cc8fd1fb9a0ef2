#include <openssl/evp.h>
#include <string.h>

#include "checksum.h"

static const char *const names[] = {
    "crc32", "crc32c", "crc64nvme", "sha1", "sha256"};

const char *
checksum_name(size_t i)
{
	return i < sizeof(names) / sizeof(*names) ? names[i] : NULL;
}

/* A reflected CRC, start and final XOR all ones; 32 bits live in the low half.
 */
static uint64_t
crc(uint64_t polynomial, uint64_t mask, const unsigned char *p, size_t n)
{
	uint64_t table[256], c = mask;

	for (unsigned i = 0; i < 256; i++) {
		table[i] = i;
		for (int k = 0; k < 8; k++)
			table[i] = table[i] >> 1 ^
			    (table[i] & 1 ? polynomial : 0);
	}
	while (n-- > 0)
		c = table[(c ^ *p++) & 255] ^ c >> 8;
	return c ^ mask;
}

static void
add_number(struct text *out, uint64_t value, size_t bytes)
{
	unsigned char b[8];

	for (size_t i = 0; i < bytes; i++)
		b[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
	text_base64(out, b, bytes);
}

bool
checksum_of(const char *name, const void *p, size_t n, struct text *out)
{
	unsigned char hash[32];

	if (strcmp(name, "crc32") == 0)
		add_number(out, crc(0xedb88320, 0xffffffff, p, n), 4);
	else if (strcmp(name, "crc32c") == 0)
		add_number(out, crc(0x82f63b78, 0xffffffff, p, n), 4);
	else if (strcmp(name, "crc64nvme") == 0)
		add_number(out, crc(0x9a6c9329ac4bc9b5U, UINT64_MAX, p, n), 8);
	else if (strcmp(name, "sha1") == 0 &&
	    EVP_Digest(p, n, hash, NULL, EVP_sha1(), NULL) == 1)
		text_base64(out, hash, 20);
	else if (strcmp(name, "sha256") == 0 &&
	    EVP_Digest(p, n, hash, NULL, EVP_sha256(), NULL) == 1)
		text_base64(out, hash, 32);
	else
		return false;
	return true;
}
