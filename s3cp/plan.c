#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "xalloc.h"

#define MIB (UINT64_C(1) << 20)

void
plan_init(struct plan *p)
{
	memset(p, 0, sizeof(*p));
}

void
plan_fini(struct plan *p)
{
	free(p->ends);
	plan_init(p);
}

static uint64_t
divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

bool
plan_make(struct plan *p, uint64_t size, uint64_t preferred)
{
	uint64_t part = preferred > 0 ? preferred : PLAN_PART;

	plan_fini(p);
	if (size > S3_OBJECT_MAX)
		return false;
	if (part < S3_PART_MIN)
		part = S3_PART_MIN;
	if (part > S3_PART_MAX)
		part = S3_PART_MAX;
	if (divide_up(size, part) > LIMIT_PARTS)
		part = divide_up(divide_up(size, LIMIT_PARTS), MIB) * MIB;
	p->size = size;
	p->part = part;
	/* An empty object is one part, an empty one. */
	p->count = size == 0 ? 1 : (unsigned)divide_up(size, part);
	return true;
}

bool
plan_like(struct plan *p, uint64_t size, uint64_t first, unsigned count)
{
	plan_fini(p);
	if (count < 1 || count > LIMIT_PARTS || size > S3_OBJECT_MAX ||
	    first > size || first > S3_PART_MAX)
		return false;
	if (count == 1 ? first != size : first == 0 || first == size)
		return false;
	p->size = size;
	p->part = first;
	p->count = count;
	if (count > 1 && divide_up(size, first) != count)
		plan_unequal(p);
	return true;
}

/* Sizes of parts in MiB: the defaults of clients, and what their users like. */
static const unsigned usual[] = {8, 16, 5, 15, 10, 64, 128, 100, 50, 32, 25, 20,
    256, 200, 512, 500, 1024, 1000, 2048, 4096, 5120};

bool
plan_guess(struct plan *p, uint64_t size, unsigned count)
{
	uint64_t least, most, part;
	size_t i;

	plan_fini(p);
	if (count <= 1)
		return count == 1 && plan_like(p, size, size, 1);
	if (size < count)
		return false;
	least = divide_up(size, count);
	most = divide_up(size, count - 1) - 1;
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		part = usual[i] * MIB;
		if (part >= least && part <= most)
			return plan_like(p, size, part, count);
	}
	part = divide_up(least, MIB) * MIB;
	return part <= most && plan_like(p, size, part, count);
}

void
plan_unequal(struct plan *p)
{
	if (p->ends == NULL)
		p->ends = xcalloc(p->count, sizeof(*p->ends));
	p->known = 0;
}

bool
plan_add(struct plan *p, uint64_t len)
{
	uint64_t before = p->known == 0 ? 0 : p->ends[p->known - 1];
	bool last = p->known + 1 == p->count;

	if (plan_complete(p) || len == 0 || len > S3_PART_MAX ||
	    len > p->size - before)
		return false;
	if (last != (before + len == p->size))
		return false;
	p->ends[p->known++] = before + len;
	return true;
}

bool
plan_complete(const struct plan *p)
{
	return p->count > 0 && (p->ends == NULL || p->known == p->count);
}

unsigned
plan_wants(const struct plan *p)
{
	return p->known + 1;
}

void
plan_part(
    const struct plan *p, unsigned number, uint64_t *offset, uint64_t *len)
{
	unsigned i = number - 1;

	if (p->ends != NULL) {
		*offset = i == 0 ? 0 : p->ends[i - 1];
		*len = p->ends[i] - *offset;
		return;
	}
	*offset = i * p->part;
	*len = number < p->count ? p->part : p->size - *offset;
}
