#include <string.h>

#include "num.h"

bool
num_parse(const char *s, size_t len, uint64_t max, uint64_t *out)
{
	uint64_t n = 0, digit;
	size_t i;

	if (len == 0)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		digit = (uint64_t)(s[i] - '0');
		if (digit > max || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

bool
num_str(const char *s, uint64_t max, uint64_t *out)
{
	return num_parse(s, strlen(s), max, out);
}

bool
num_size(const char *s, uint64_t max, uint64_t *out)
{
	static const char units[] = "KMGT";
	size_t len = strlen(s);
	const char *unit = NULL;
	unsigned shift = 0;
	uint64_t n;

	if (len > 0)
		unit = strchr(units, s[len - 1]);
	if (unit != NULL) {
		shift = 10 * (unsigned)(unit - units + 1);
		len--;
	}
	if (!num_parse(s, len, max >> shift, &n))
		return false;
	*out = n << shift;
	return true;
}
