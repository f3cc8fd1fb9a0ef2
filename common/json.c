#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "diag.h"
#include "hash.h"
#include "json.h"

#define PATH_MAX_PART 64

/* struct json is jansson's value under a name of our own. */
static json_t *
value_of(const struct json *j)
{
	union {
		const struct json *ours;
		json_t *theirs;
	} u = {j};

	return u.theirs;
}

static struct json *
json_of(json_t *value)
{
	return (struct json *)value;
}

struct json *
json_parse(const char *p, size_t len)
{
	json_t *value = json_loadb(p, len, 0, NULL);

	if (value != NULL && !json_is_object(value)) {
		json_decref(value);
		value = NULL;
	}
	return json_of(value);
}

struct json *
json_new(void)
{
	json_t *value = json_object();

	if (value == NULL)
		diag_oom();
	return json_of(value);
}

/* Depth is bounded: jansson refuses more than 2,048 levels. */
static void
cleanse(json_t *value)
{
	void *member;
	size_t i;
	union {
		const char *text;
		char *mine;
	} u;

	if (json_is_string(value)) {
		u.text = json_string_value(value);
		hash_cleanse(u.mine, json_string_length(value));
	}
	for (member = json_object_iter(value); member != NULL;
	     member = json_object_iter_next(value, member))
		cleanse(json_object_iter_value(member));
	for (i = 0; i < json_array_size(value); i++)
		cleanse(json_array_get(value, i));
}

void
json_free(struct json *j)
{
	if (j == NULL)
		return;
	cleanse(value_of(j));
	json_decref(value_of(j));
}

static json_t *
find(const struct json *j, const char *path)
{
	json_t *value = value_of(j);
	char part[PATH_MAX_PART];
	size_t len;

	for (;;) {
		len = strcspn(path, ".");
		if (len >= sizeof(part))
			return NULL;
		memcpy(part, path, len);
		part[len] = '\0';
		value = json_object_get(value, part);
		if (value == NULL || path[len] == '\0')
			return value;
		path += len + 1;
	}
}

const char *
json_text(const struct json *j, const char *path)
{
	const char *text = json_string_value(find(j, path));

	return text == NULL || *text == '\0' ? NULL : text;
}

bool
json_int(const struct json *j, const char *path, int64_t *value)
{
	json_t *found = find(j, path);

	if (!json_is_integer(found))
		return false;
	*value = json_integer_value(found);
	return true;
}

void
json_put_text(struct json *j, const char *name, const char *text)
{
	json_t *value = json_string(text);

	if (value == NULL || json_object_set_new(value_of(j), name, value) != 0)
		diag_oom();
}

static int
add(const char *p, size_t len, void *arg)
{
	return buf_add(arg, p, len) ? 0 : -1;
}

bool
json_write(const struct json *j, struct buf *out)
{
	return json_dump_callback(value_of(j), add, out, 0) == 0;
}
