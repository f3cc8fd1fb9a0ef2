/* The additional checksums of S3: x-amz-checksum-NAME. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* The ith algorithm's name (crc32, ...), NULL behind the last. */
const char *checksum_name(size_t i);
/* Appends the base64 checksum; false if the name is unknown. */
bool checksum_of(const char *name, const void *, size_t, struct text *);

#endif
