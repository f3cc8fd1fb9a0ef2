/* Where to cut a range of keys.  See keycut.h. */

#include "keycut.h"

#include <math.h>
#include <string.h>

#define SAMPLE 80 /* keys of a page that are learned, at most */
#define ABOVE  24 /* positions above a page's own that its number spans */
#define DIGITS 8  /* positions a cut is made exact beyond a page's own */

/* A range on the number line. */
struct line {
	size_t from;	/* bytes that everything shares */
	double density; /* of one page; 0: cannot be told */
	double left;	/* to the end */
	bool open;	/* the end is the line's, not hi's */
	struct keynum here;
};

void
keycut_init(struct keycut *c, const struct listplan_hints *hints,
    size_t prefix_len, char delimiter)
{
	memset(c, 0, sizeof(*c));
	c->model = keynum_new();
	c->hints = hints;
	c->prefix_len = prefix_len;
	c->delimiter = delimiter;
	buf_init(&c->key, KEYNUM_POSITIONS);
}

void
keycut_fini(struct keycut *c)
{
	keynum_free(c->model);
	buf_fini(&c->key);
}

int
keycut_compare(struct listplan_key a, struct listplan_key b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n == 0 ? 0 : memcmp(a.data, b.data, n);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static size_t
common(struct listplan_key a, struct listplan_key b)
{
	return keynum_common(a.data, a.len, b.data, b.len);
}

/* Hints: an average over what was seen, as a page may span few ranks. */
static void
learn_rank(
    struct keycut *c, struct listplan_key first, struct listplan_key last)
{
	uint64_t a = c->hints->rank(c->hints->arg, first.data, first.len);
	uint64_t b = c->hints->rank(c->hints->arg, last.data, last.len);
	double span = b > a ? (double)(b - a) : 0;

	c->per_page += (span - c->per_page) * (c->per_page > 0 ? .05 : 1);
	/* A map of somewhere else is worse than none. */
	if (++c->pages >= 8 && c->per_page < .05)
		c->hints = NULL;
}

void
keycut_learn(struct keycut *c, const struct listplan_key *keys, size_t count)
{
	const char *data[SAMPLE];
	size_t lens[SAMPLE], n = 0;
	size_t stride = count / SAMPLE + 1;

	if (count == 0)
		return;
	if (c->hints != NULL) {
		learn_rank(c, keys[0], keys[count - 1]);
		return;
	}
	for (size_t i = (count - 1) % stride; i < count; i += stride) {
		data[n] = keys[i].data;
		lens[n++] = keys[i].len;
	}
	keynum_learn(c->model, data, lens, n);
}

static void
measure(
    struct keycut *c, const struct keycut_range *r, size_t from, struct line *l)
{
	struct keynum a, b;

	l->from = from;
	l->open = r->hi.data == NULL || common(r->after, r->hi) < from;
	keynum_of(c->model, r->first.data, r->first.len, from, &a);
	keynum_of(c->model, r->last.data, r->last.len, from, &b);
	l->density = keynum_between(&a, &b) / r->pages;
	keynum_of(c->model, r->after.data, r->after.len, from, &l->here);
	if (l->open)
		keynum_end(&b);
	else
		keynum_of(c->model, r->hi.data, r->hi.len, from, &b);
	l->left = keynum_between(&l->here, &b);
}

static bool
is_mark(unsigned char c)
{
	return (c >= ' ' && c < '0') || (c > '9' && c < 'A') ||
	    (c > 'Z' && c < 'a') || (c > 'z' && c < 0x7f);
}

/* The least key behind all that begin with the first len bytes of data, the
 * last of which is a mark. */
static void
folder_end(struct keycut *c, const char *data, size_t len)
{
	buf_reset(&c->key);
	buf_add(&c->key, data, len - 1);
	buf_addc(&c->key, (char)(data[len - 1] + 1));
}

/* What the page, the position and (unless there is none) hi all share. */
static size_t
shared(const struct keycut *c, const struct keycut_range *r, size_t *inner)
{
	size_t outer, page = common(r->first, r->last);
	size_t near = common(r->first, r->after);

	outer = c->prefix_len < r->after.len ? c->prefix_len : r->after.len;
	if (near < outer)
		outer = near;
	if (r->hi.data != NULL)
		outer = common(r->after, r->hi);
	if (near < outer)
		outer = near;
	if (page < outer)
		outer = page;
	*inner = page < near ? page : near;
	*inner = *inner > ABOVE ? *inner - ABOVE : 0;
	if (*inner < outer)
		*inner = outer;
	return outer;
}

static double
hint_span(const struct keycut *c, const struct keycut_range *r, uint64_t *here)
{
	uint64_t end = UINT64_MAX;

	*here = c->hints->rank(c->hints->arg, r->after.data, r->after.len);
	if (r->hi.data != NULL)
		end = c->hints->rank(c->hints->arg, r->hi.data, r->hi.len);
	return end > *here ? (double)(end - *here) : 0;
}

double
keycut_rest(struct keycut *c, const struct keycut_range *r)
{
	struct line l;
	size_t outer, inner;
	uint64_t here;

	if (c->hints != NULL)
		return hint_span(c, r, &here) /
		    (c->per_page > 0 ? c->per_page : 1);
	outer = shared(c, r, &inner);
	measure(c, r, outer, &l);
	if (l.density <= 0)
		return l.left > 0 ? HUGE_VAL : 0;
	return l.left / l.density;
}

double
keycut_pass(struct keycut *c, struct keycut_range *r, char *room)
{
	struct keycut_range inner = *r;
	double pages;

	if (c->hints != NULL || r->mark == 0 ||
	    common(r->after, r->last) < r->mark)
		return 0;
	folder_end(c, r->last.data, r->mark);
	inner.hi = (struct listplan_key){c->key.data, c->key.len};
	pages = keycut_rest(c, &inner);
	memcpy(room, c->key.data, c->key.len);
	r->after = (struct listplan_key){room, c->key.len};
	return pages;
}

/* A name with a delimiter would split the group that it belongs to. */
static void
trim(struct keycut *c)
{
	char *at;

	if (c->delimiter == '\0' || c->key.len <= c->prefix_len)
		return;
	at = memchr(c->key.data + c->prefix_len, c->delimiter,
	    c->key.len - c->prefix_len);
	if (at != NULL)
		buf_cut(&c->key, (size_t)(at - c->key.data));
}

static bool
inside(struct keycut *c, const struct keycut_range *r)
{
	struct listplan_key k;

	trim(c);
	k = (struct listplan_key){c->key.data, c->key.len};
	return keycut_compare(k, r->after) > 0 &&
	    (r->hi.data == NULL || keycut_compare(k, r->hi) < 0);
}

static bool
place_hint(struct keycut *c, const struct keycut_range *r, double pages)
{
	uint64_t here;
	double span = hint_span(c, r, &here), step;

	step = isfinite(pages) ? pages * c->per_page : span / 2;
	if (step < 1)
		step = 1;
	if (step >= span)
		return false;
	buf_reset(&c->key);
	return c->hints->at(c->hints->arg, here + (uint64_t)step, &c->key) &&
	    buf_ok(&c->key) && inside(c, r);
}

bool
keycut_tells(const struct keycut *c, const struct keycut_range *r,
    struct listplan_key key)
{
	size_t mark = r->mark;

	if (c->hints != NULL || mark == 0)
		return true;
	if (key.data == NULL)
		return false;
	if (common(key, r->last) >= mark)
		return true;
	/* The folder's very end still counts. */
	return key.len == mark && common(key, r->last) == mark - 1 &&
	    key.data[mark - 1] == r->last.data[mark - 1] + 1;
}

/* A page tells nothing of what lies beyond its folder: a cut beyond goes to
 * the folder's end instead. */
static void
stay_near(struct keycut *c, const struct keycut_range *r)
{
	struct listplan_key k = {c->key.data, c->key.len};

	c->left = common(k, r->last) < r->mark;
	if (c->left && common(r->after, r->last) >= r->mark)
		folder_end(c, r->last.data, r->mark);
}

static bool
place_at(struct keycut *c, const struct keycut_range *r, struct line *l,
    double step, bool near)
{
	size_t page = common(r->first, r->last), digits = DIGITS;

	if (page > l->from)
		digits += page - l->from;
	if (step >= l->left || !keynum_add(&l->here, step))
		return false;
	keynum_key(c->model, r->after.data, l->from, &l->here, digits, &c->key);
	if (near)
		stay_near(c, r);
	return inside(c, r);
}

bool
keycut_place(struct keycut *c, const struct keycut_range *r, double pages)
{
	struct line l;
	size_t outer, inner;

	c->left = false;
	if (c->hints != NULL)
		return place_hint(c, r, pages);
	outer = shared(c, r, &inner);
	measure(c, r, outer, &l);
	if (!isfinite(pages))
		return place_at(c, r, &l, l.left / 2, false);
	if (l.density > 0)
		return place_at(c, r, &l, pages * l.density, true);
	if (inner == outer)
		return false;
	measure(c, r, inner, &l);
	return l.density > 0 && place_at(c, r, &l, pages * l.density, true);
}

bool
keycut_leave(struct keycut *c, const struct keycut_range *r)
{
	size_t mark = common(r->first, r->last);

	if (c->hints != NULL)
		return false;
	for (; mark > c->prefix_len; mark--) {
		if (!is_mark((unsigned char)r->last.data[mark - 1]))
			continue;
		folder_end(c, r->last.data, mark);
		if (inside(c, r))
			return true;
	}
	return false;
}

size_t
keycut_folder(const struct keycut *c, struct listplan_key key, size_t len)
{
	while (
	    len > c->prefix_len && !is_mark((unsigned char)key.data[len - 1]))
		len--;
	return len > c->prefix_len ? len : 0;
}

struct listplan_key
keycut_folder_end(struct listplan_key key, size_t len, char *room)
{
	memcpy(room, key.data, len);
	room[len - 1]++;
	return (struct listplan_key){room, len};
}
