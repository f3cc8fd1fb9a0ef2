/*
 * A large body while it comes: its digests are made on the way. As long as it
 * is what a seed generates (content.h) nothing of it is kept but that seed;
 * from the first byte that differs on, all is.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct content;
struct intake;

#define INTAKE_LEAST ((uint64_t)1 << 20) /* shorter ones are kept whole */

struct intake *intake_new(bool sha256);
void intake_free(struct intake *);

void intake_add(struct intake *, const void *, size_t);
uint64_t intake_length(const struct intake *);

/* Once, when all has come. */
void intake_end(struct intake *);
const unsigned char *intake_md5(const struct intake *);
const unsigned char *intake_sha256(const struct intake *);
/* What has come, once. */
struct content *intake_take(struct intake *);

#endif
