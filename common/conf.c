/*
 * A strict reader of our own, because the libraries cannot carry this dialect.
 * Measured with Debian 12's: libini_config 1.3.1 refuses "[default] ; note"
 * ("No closing bracket") and then gives nothing of the whole file, and it joins
 * the indented lines of an "s3 =" block without a mark between them, so that
 * "a = x" and "b = y" come as one value "a = x  b = y"; inih cuts lines at 200
 * bytes (session tokens have up to 4 KB) and has no blocks at all.
 *
 * A file is read whole and cut up in place; a value continued over lines is
 * moved together, which can only make it shorter.  What continues a value is
 * as for the AWS command line: a line indented deeper than its property.
 */

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "hash.h"
#include "limit.h"
#include "xalloc.h"

#define WHY_MAX 1024

struct section {
	const char *kind; /* "profile", "sso-session", ... */
	const char *name;
	bool prefixed; /* written as [profile NAME] */
};

struct entry {
	size_t section;
	const char *block; /* NULL: none */
	const char *name;  /* lower case */
	const char *value; /* may be empty */
};

struct file {
	char *path;
	unsigned mode;
	struct buf text;
	struct section *sections;
	size_t nsections;
	struct entry *entries;
	size_t nentries;
};

struct conf {
	struct file files[2]; /* by enum conf_file */
	bool told[2];	      /* conf_first_time() */
};

/* The reader's place in a file. */
struct reader {
	struct file *file;
	enum conf_file which;
	size_t line;
	bool in_property;  /* a continuation may follow */
	size_t indent;	   /* of the last section or property */
	char *end;	   /* of the last property's value */
	const char *block; /* the open block's name, or NULL */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static bool
is_comment(char c)
{
	return c == '#' || c == ';';
}

/* Cut the blanks off both ends of a string, in place. */
static char *
trim(char *s)
{
	size_t len;

	while (is_blank(*s))
		s++;
	for (len = strlen(s); len > 0 && is_blank(s[len - 1]); len--)
		;
	s[len] = '\0';
	return s;
}

static void
lower(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

/* Arrays grow by doubling: at each power of two. */
static void *
grown(void *old, size_t count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return old;
	return xreallocarray(old, count == 0 ? 1 : count * 2, size);
}

__attribute__((format(printf, 2, 3))) static char *
reason(const char *path, const char *fmt, ...)
{
	struct buf b;
	va_list ap;
	char *why;

	buf_init(&b, WHY_MAX);
	buf_addf(&b, "%.400s: ", path);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	why = buf_take(&b);
	buf_fini(&b);
	return why;
}

/* A name may stand in quotes, which then are no part of it. */
static char *
unquote(char *s)
{
	size_t len = strlen(s);

	if (len >= 2 && (s[0] == '"' || s[0] == '\'') && s[len - 1] == s[0]) {
		s[len - 1] = '\0';
		s++;
	}
	return s;
}

/* "profile NAME" into its kind and name. */
static void
add_section(struct reader *r, char *text)
{
	static const char *const kinds[] = {
	    "profile", "sso-session", "services"};
	struct file *file = r->file;
	struct section s = {"", text, false};
	size_t i, len;

	if (r->which == CONF_CREDENTIALS) {
		s.kind = "profile";
		s.name = unquote(text);
	} else if (strcmp(unquote(text), "default") == 0) {
		s.kind = "profile";
		s.name = "default";
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = strlen(kinds[i]);
		if (r->which == CONF_CONFIG &&
		    strncmp(text, kinds[i], len) == 0 && is_blank(text[len])) {
			s.kind = kinds[i];
			s.name = unquote(trim(text + len));
			s.prefixed = true;
		}
	}
	file->sections = grown(file->sections, file->nsections, sizeof(s));
	file->sections[file->nsections++] = s;
}

static const char *
read_section(struct reader *r, char *s)
{
	char *end;
	char quote = '\0';

	for (end = s; *end != '\0' && (quote != '\0' || *end != ']'); end++) {
		if (quote == *end)
			quote = '\0';
		else if (quote == '\0' && (*end == '"' || *end == '\''))
			quote = *end;
	}
	if (*end == '\0')
		return "the section's name has no end (])";
	*end++ = '\0';
	while (is_blank(*end))
		end++;
	if (*end != '\0' && !is_comment(*end))
		return "something follows the section's name";
	s = trim(s);
	if (*s == '\0')
		return "the section has no name";
	add_section(r, s);
	r->in_property = false;
	r->block = NULL;
	return NULL;
}

/* Where name and value part: the first = or :, as the command line does. */
static char *
split(char *s)
{
	size_t n = strcspn(s, "=:");

	if (s[n] == '\0')
		return NULL;
	s[n] = '\0';
	return s + n + 1;
}

/* A blank before # or ; begins a comment. */
static void
cut_comment(char *s)
{
	for (; *s != '\0'; s++)
		if (is_comment(*s) && is_blank(s[-1])) {
			*s = '\0';
			return;
		}
}

static const char *
add_entry(struct reader *r, const char *block, char *s, char *value)
{
	struct file *file = r->file;
	struct entry e = {file->nsections - 1, block, NULL, NULL};

	s = trim(s);
	if (*s == '\0')
		return "there is no name before the =";
	lower(s);
	e.name = s;
	e.value = value;
	file->entries = grown(file->entries, file->nentries, sizeof(e));
	file->entries[file->nentries++] = e;
	return NULL;
}

static const char *
read_property(struct reader *r, char *s)
{
	const char *why;
	char *value = split(s);

	if (r->file->nsections == 0)
		return "a property stands before the first [section]";
	if (value == NULL)
		return "neither a [section] nor a property (name = value)";
	cut_comment(value);
	value = trim(value);
	if ((why = add_entry(r, NULL, s, value)) != NULL)
		return why;
	r->in_property = true;
	r->end = value + strlen(value);
	r->block = *value == '\0' ? trim(s) : NULL;
	return NULL;
}

/* A deeper line: a sub-property where the property's own value was empty,
 * and otherwise more of the value. */
static const char *
read_continuation(struct reader *r, char *s)
{
	size_t len;
	char *value;

	if (r->block != NULL) {
		if ((value = split(s)) == NULL)
			return "an indented line without =";
		return add_entry(r, r->block, s, trim(value));
	}
	s = trim(s);
	len = strlen(s);
	*r->end++ = '\n';
	memmove(r->end, s, len + 1);
	r->end += len;
	return NULL;
}

static const char *
read_line(struct reader *r, char *line)
{
	char *s = line;
	size_t indent;

	while (is_blank(*s))
		s++;
	if (*s == '\0' || is_comment(*s))
		return NULL;
	indent = (size_t)(s - line);
	if (r->in_property && indent > r->indent)
		return read_continuation(r, s);
	r->indent = indent;
	if (*s == '[')
		return read_section(r, s + 1);
	if (indent > 0 && r->file->nsections == 0)
		return "an indented line continues nothing";
	return read_property(r, s);
}

static bool
parse(struct file *file, enum conf_file which, char **why)
{
	struct reader r = {.file = file, .which = which};
	const char *wrong = NULL;
	char *line = file->text.data, *next;

	if (strlen(line) != file->text.len) {
		*why = reason(file->path, "it holds a NUL byte");
		return false;
	}
	if (strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	for (; line != NULL && wrong == NULL; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		r.line++;
		wrong = read_line(&r, line);
	}
	if (wrong != NULL)
		*why = reason(file->path, "line %zu: %s", r.line, wrong);
	return wrong == NULL;
}

/* Into a buffer that has its final size from the start where that is known:
 * growing would leave copies of secrets behind. */
static bool
read_all(struct file *file, int fd, size_t size, char **why)
{
	char *to;
	size_t room = size + 1;
	ssize_t n;

	for (;;) {
		if ((to = buf_space(&file->text, room)) == NULL) {
			*why = reason(file->path, "it is over %d bytes long",
			    LIMIT_CONFIG);
			return false;
		}
		n = read(fd, to, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*why = reason(file->path, "%s", strerror(errno));
			return false;
		}
		buf_grew(&file->text, (size_t)n);
		if (n == 0)
			return true;
		room = (size_t)n < room ? room - (size_t)n : 4096;
	}
}

static bool
read_file(struct file *file, enum conf_file which, char **why)
{
	struct stat st;
	off_t size;
	bool good;
	int fd;

	fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (fd < 0) {
		*why = reason(file->path, "%s", strerror(errno));
		return false;
	}
	if (fstat(fd, &st) != 0)
		memset(&st, 0, sizeof(st));
	file->mode = (unsigned)st.st_mode & 07777;
	size = st.st_size > 0 && st.st_size < LIMIT_CONFIG ? st.st_size : 4096;
	good = read_all(file, fd, (size_t)size, why);
	close(fd);
	return good && parse(file, which, why);
}

char *
conf_expand(const char *path)
{
	const char *home;
	struct passwd *pw;
	struct buf b;
	char *expanded;

	if (path[0] != '~' || (path[1] != '/' && path[1] != '\0'))
		return xstrdup(path);
	home = conf_env("HOME");
	if (home == NULL && (pw = getpwuid(getuid())) != NULL)
		home = pw->pw_dir;
	buf_init(&b, LIMIT_CONFIG);
	buf_adds(&b, home == NULL ? "" : home);
	buf_adds(&b, path + 1);
	expanded = buf_take(&b);
	buf_fini(&b);
	return expanded;
}

static void
file_init(struct file *file, const char *variable, const char *otherwise)
{
	const char *path = conf_env(variable);

	memset(file, 0, sizeof(*file));
	file->path = conf_expand(path == NULL ? otherwise : path);
	buf_init(&file->text, LIMIT_CONFIG);
}

static void
file_fini(struct file *file)
{
	hash_cleanse(file->text.data, file->text.room);
	buf_fini(&file->text);
	free(file->sections);
	free(file->entries);
	free(file->path);
}

static bool
read_both(struct file files[2], char **why)
{
	file_init(&files[CONF_CONFIG], "AWS_CONFIG_FILE", "~/.aws/config");
	file_init(&files[CONF_CREDENTIALS], "AWS_SHARED_CREDENTIALS_FILE",
	    "~/.aws/credentials");
	return read_file(&files[CONF_CONFIG], CONF_CONFIG, why) &&
	    read_file(&files[CONF_CREDENTIALS], CONF_CREDENTIALS, why);
}

struct conf *
conf_new(char **why)
{
	struct conf *c = xcalloc(1, sizeof(*c));

	if (!read_both(c->files, why)) {
		conf_free(c);
		return NULL;
	}
	return c;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	file_fini(&c->files[CONF_CONFIG]);
	file_fini(&c->files[CONF_CREDENTIALS]);
	free(c);
}

bool
conf_reload(struct conf *c, char **why)
{
	struct conf *new = conf_new(why), old = *c;

	if (new == NULL)
		return false;
	memcpy(c->files, new->files, sizeof(c->files));
	memcpy(new->files, old.files, sizeof(old.files));
	conf_free(new);
	return true;
}

bool
conf_first_time(struct conf *c, enum conf_file file)
{
	bool first = !c->told[file];

	c->told[file] = true;
	return first;
}

const char *
conf_env(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* [profile default] hides [default] in the config file. */
static bool
default_is_prefixed(const struct file *file)
{
	size_t i;

	for (i = 0; i < file->nsections; i++)
		if (file->sections[i].prefixed &&
		    strcmp(file->sections[i].kind, "profile") == 0 &&
		    strcmp(file->sections[i].name, "default") == 0)
			return true;
	return false;
}

static bool
is_section(const struct file *file, const struct section *s, const char *kind,
    const char *name)
{
	if (strcmp(s->kind, kind) != 0 || strcmp(s->name, name) != 0)
		return false;
	return s->prefixed || strcmp(name, "default") != 0 ||
	    !default_is_prefixed(file);
}

static bool
has_section(const struct file *file, const char *kind, const char *name)
{
	size_t i;

	for (i = 0; i < file->nsections; i++)
		if (is_section(file, &file->sections[i], kind, name))
			return true;
	return false;
}

/* The last one counts. */
static const char *
find(const struct file *file, const char *kind, const char *section,
    const char *block, const char *name)
{
	const struct entry *e;
	size_t i;

	for (i = file->nentries; i-- > 0;) {
		e = &file->entries[i];
		if (strcmp(e->name, name) == 0 && same(e->block, block) &&
		    is_section(
			file, &file->sections[e->section], kind, section))
			return *e->value == '\0' ? NULL : e->value;
	}
	return NULL;
}

bool
conf_has_profile(const struct conf *c, const char *profile)
{
	return has_section(&c->files[CONF_CONFIG], "profile", profile) ||
	    has_section(&c->files[CONF_CREDENTIALS], "profile", profile);
}

const char *
conf_get_from(const struct conf *c, enum conf_file file, const char *profile,
    const char *name)
{
	return find(&c->files[file], "profile", profile, NULL, name);
}

const char *
conf_get_sub(const struct conf *c, const char *profile, const char *block,
    const char *name)
{
	const char *value;

	value = find(
	    &c->files[CONF_CREDENTIALS], "profile", profile, block, name);
	if (value != NULL)
		return value;
	return find(&c->files[CONF_CONFIG], "profile", profile, block, name);
}

const char *
conf_get(const struct conf *c, const char *profile, const char *name)
{
	return conf_get_sub(c, profile, NULL, name);
}

bool
conf_has_section(const struct conf *c, const char *kind, const char *name)
{
	return has_section(&c->files[CONF_CONFIG], kind, name);
}

const char *
conf_get_section(const struct conf *c, const char *kind, const char *name,
    const char *block, const char *property)
{
	return find(&c->files[CONF_CONFIG], kind, name, block, property);
}

const char *
conf_path(const struct conf *c, enum conf_file file)
{
	return c->files[file].path;
}

unsigned
conf_mode(const struct conf *c, enum conf_file file)
{
	return c->files[file].mode;
}
