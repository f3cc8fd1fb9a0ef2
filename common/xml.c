#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define XML_DTD 1 /* expat.h declares the amplification limits only then */
#include <expat.h>

#include "buf.h"
#include "diag.h"
#include "limit.h"
#include "xalloc.h"
#include "xml.h"
#include "xmlchar.h"

#define MAX_FEED	 (1 << 30) /* XML_Parse() counts in int */
#define REPLACEMENT	 "&#xFFFD;"
#define REPLACEMENT_UTF8 "\xef\xbf\xbd"
#define AMPLIFICATION	 2.0f /* no DTD, no entities: nothing to amplify */
#define ACTIVATION	 (1 << 20)

/* A page of a thousand keys has 250 to 600 KB.  Twice as many sheets save
 * another 2 %.  expat's own buffer will be the next power of two. */
#define SHEET  1000000
#define SHEETS 8
#define PIECE  (16 << 10)

struct sheet {
	struct sheet *next;
	size_t len;
	char data[SHEET];
};

struct xml_desk {
	XML_Parser parser; /* NULL: not needed so far */
	struct sheet *idle;
	int count;  /* sheets that were made */
	bool small; /* so are they: some document found too little room */
};

/* The table's paths as a tree; node 0 is the document. */
struct node {
	const char *name; /* in the table, not terminated */
	size_t len;
	int id; /* -1: only on the way to others */
	struct node *parent, *child, *next;
	/* The child to try first, that of last time: it repeats, or the
	 * next one follows. */
	struct node *hint;
};

struct xml {
	XML_Parser parser; /* its own or the desk's; NULL: not needed so far */
	struct xml_desk *desk;
	struct sheet *sheet; /* what is gathered, or NULL */
	bool streams;	     /* its own parser is at work */
	xml_element_fn *fn;
	void *arg;
	struct node *nodes;
	size_t nnodes;
	struct node *at; /* innermost named element that is open */
	int depth;	 /* elements open */
	int skipped;	 /* of those, inside one not named */
	struct buf text; /* of the leaf that is open */
	size_t fed, max;
	bool begun; /* past leading blanks */
	bool replaced, cdata;
	char pending[XMLCHAR_MAX]; /* a cut reference or character */
	size_t npending;
	const char *error;
};

static void
stop(struct xml *x, const char *error)
{
	if (x->error != NULL)
		return;
	x->error = error;
	XML_StopParser(x->parser, XML_FALSE);
}

static struct node *
find(struct node *parent, const char *name)
{
	struct node *first = parent->hint, *n = first;

	if (n == NULL)
		return NULL;
	do {
		if (*n->name == *name && strncmp(n->name, name, n->len) == 0 &&
		    name[n->len] == '\0') {
			parent->hint = n;
			return n;
		}
		n = n->next != NULL ? n->next : parent->child;
	} while (n != first);
	return NULL;
}

static void XMLCALL
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct xml *x = arg;
	struct node *n;

	(void)attributes;
	if (x->error != NULL)
		return;
	if (++x->depth > LIMIT_XML_DEPTH) {
		stop(x, "elements nest too deep");
		return;
	}
	if (x->skipped > 0 || (n = find(x->at, name)) == NULL) {
		x->skipped++;
		return;
	}
	x->at = n;
	buf_reset(&x->text);
	if (n->id >= 0 && !x->fn(x->arg, n->id, NULL, 0))
		stop(x, "an element is not what it should be");
}

static void XMLCALL
on_end(void *arg, const XML_Char *name)
{
	struct xml *x = arg;
	struct node *n = x->at;

	(void)name;
	if (x->error != NULL)
		return;
	x->depth--;
	if (x->skipped > 0) {
		x->skipped--;
		return;
	}
	x->at = n->parent;
	if (n->child != NULL)
		buf_reset(&x->text);
	if (n->id >= 0 && !x->fn(x->arg, n->id, x->text.data, x->text.len))
		stop(x, "an element is not what it should be");
}

static void XMLCALL
on_text(void *arg, const XML_Char *text, int len)
{
	struct xml *x = arg;

	if (x->skipped > 0 || x->at->child != NULL || x->error != NULL)
		return;
	if (!buf_add(&x->text, text, (size_t)len))
		stop(x, "an element's text is too long");
}

static void XMLCALL
on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	stop(arg, "it has a document type, which S3's replies never have");
}

/* References mean nothing in a CDATA section, yet were replaced there. */
static void XMLCALL
on_cdata(void *arg)
{
	struct xml *x = arg;

	x->cdata = true;
}

/* A parser that is as new, for x. */
static XML_Parser
renew(XML_Parser parser)
{
	if (parser != NULL)
		XML_ParserReset(parser, NULL);
	else if ((parser = XML_ParserCreate(NULL)) == NULL)
		diag_oom();
	return parser;
}

static void
prepare(struct xml *x)
{
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	XML_SetStartCdataSectionHandler(x->parser, on_cdata);
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 4
	XML_SetBillionLaughsAttackProtectionMaximumAmplification(
	    x->parser, AMPLIFICATION);
	XML_SetBillionLaughsAttackProtectionActivationThreshold(
	    x->parser, ACTIVATION);
#endif
}

static void
clear(struct xml *x)
{
	x->streams = false;
	x->at = x->nodes;
	x->depth = x->skipped = 0;
	x->fed = x->npending = 0;
	x->begun = x->replaced = x->cdata = false;
	x->error = NULL;
	buf_reset(&x->text);
}

/* --- the desk --- */

struct xml_desk *
xml_desk_new(void)
{
	return xcalloc(1, sizeof(struct xml_desk));
}

static void
free_sheets(struct xml_desk *desk)
{
	struct sheet *s;

	while ((s = desk->idle) != NULL) {
		desk->idle = s->next;
		free(s);
	}
}

void
xml_desk_free(struct xml_desk *desk)
{
	if (desk == NULL)
		return;
	free_sheets(desk);
	if (desk->parser != NULL)
		XML_ParserFree(desk->parser);
	free(desk);
}

static struct sheet *
take_sheet(struct xml_desk *desk)
{
	struct sheet *s = desk->idle;

	if (s != NULL) {
		desk->idle = s->next;
	} else {
		if (desk->count == SHEETS)
			return NULL;
		desk->count++;
		s = xmalloc(sizeof(*s));
	}
	s->len = 0;
	return s;
}

static void
give_sheet(struct xml *x)
{
	if (x->sheet == NULL)
		return;
	x->sheet->next = x->desk->idle;
	x->desk->idle = x->sheet;
	x->sheet = NULL;
	if (x->desk->small)
		free_sheets(x->desk);
}

/* --- paths --- */

/* The child of that name, made if it is new; children keep their order. */
static struct node *
add_node(struct xml *x, struct node *parent, const char *name, size_t len)
{
	struct node **to, *n;

	for (to = &parent->child; *to != NULL; to = &(*to)->next)
		if ((*to)->len == len && memcmp((*to)->name, name, len) == 0)
			return *to;
	n = &x->nodes[x->nnodes++];
	n->name = name;
	n->len = len;
	n->id = -1;
	n->parent = parent;
	*to = n;
	parent->hint = parent->child;
	return n;
}

static void
compile(struct xml *x, const struct xml_path *table, size_t count)
{
	struct node *n;
	const char *p;
	size_t i, len, most = 1;

	for (i = 0; i < count; i++)
		for (p = table[i].path, most++; *p != '\0'; p++)
			most += *p == '/';
	x->nodes = xcalloc(most, sizeof(*x->nodes));
	x->nnodes = 1;
	x->nodes[0].id = -1;
	for (i = 0; i < count; i++) {
		n = x->nodes;
		for (p = table[i].path;; p += len + 1) {
			len = strcspn(p, "/");
			n = add_node(x, n, p, len);
			if (p[len] == '\0')
				break;
		}
		n->id = table[i].id;
	}
}

struct xml *
xml_new(const struct xml_path *table, size_t count, size_t max_bytes,
    struct xml_desk *desk, xml_element_fn *fn, void *arg)
{
	struct xml *x = xcalloc(1, sizeof(*x));

	x->desk = desk;
	x->fn = fn;
	x->arg = arg;
	x->max = max_bytes < MAX_FEED ? max_bytes : MAX_FEED;
	buf_init(&x->text, LIMIT_XML_TEXT);
	compile(x, table, count);
	clear(x);
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	give_sheet(x);
	if (x->parser != NULL)
		XML_ParserFree(x->parser);
	buf_fini(&x->text);
	free(x->nodes);
	free(x);
}

void
xml_reset(struct xml *x)
{
	give_sheet(x);
	clear(x);
}

static bool
parse(struct xml *x, const char *p, size_t len, bool last)
{
	enum XML_Error code;

	if (XML_Parse(x->parser, p, (int)len, last) == XML_STATUS_OK)
		return true;
	if (x->error != NULL)
		return false;
	code = XML_GetErrorCode(x->parser);
	if (last &&
	    (code == XML_ERROR_NO_ELEMENTS ||
		code == XML_ERROR_UNCLOSED_TOKEN ||
		code == XML_ERROR_PARTIAL_CHAR ||
		code == XML_ERROR_UNCLOSED_CDATA_SECTION))
		x->error = x->begun ? "it is cut short" : "it is empty";
	else
		x->error = XML_ErrorString(code);
	if (x->error == NULL)
		x->error = "it is not XML";
	return false;
}

static bool
replace(struct xml *x)
{
	x->replaced = true;
	return parse(x, REPLACEMENT, sizeof(REPLACEMENT) - 1, false);
}

/* Bytes are taken from *p until what the last chunk's end had cut is whole. */
static bool
finish_pending(struct xml *x, const char **p, const char *end)
{
	enum xmlchar kind = XMLCHAR_CUT;
	size_t used;

	while (kind == XMLCHAR_CUT && *p < end) {
		x->pending[x->npending++] = *(*p)++;
		kind = xmlchar_look(x->pending, x->npending, &used);
	}
	if (kind == XMLCHAR_CUT)
		return true;
	/* If the last byte is no part of it, it may begin another one. */
	if (*x->pending == '&' && kind == XMLCHAR_FINE)
		used = x->npending - 1;
	*p -= x->npending - used;
	x->npending = 0;
	return kind == XMLCHAR_FORBIDDEN ? replace(x) :
					   parse(x, x->pending, used, false);
}

/* Hand bytes to expat, those that XML forbids replaced.  Most references are
 * named ones, and most chunks hold nothing that must be touched. */
static bool
filter(struct xml *x, const char *p, const char *end, bool last)
{
	const char *from;
	size_t used = 0;

	if (x->npending > 0 && !finish_pending(x, &p, end))
		return false;
	from = p;
	while ((p = xmlchar_odd(p, end)) < end) {
		switch (xmlchar_look(p, (size_t)(end - p), &used)) {
		case XMLCHAR_FINE:
			p += used;
			continue;
		case XMLCHAR_CUT:
			if (last) { /* the parser will say so */
				p += used;
				continue;
			}
			x->npending = (size_t)(end - p);
			memcpy(x->pending, p, x->npending);
			end = p;
			break;
		case XMLCHAR_FORBIDDEN:
			if ((p > from &&
				!parse(x, from, (size_t)(p - from), false)) ||
			    !replace(x))
				return false;
			p += used;
			from = p;
			break;
		}
	}
	return (from == end && !last) ||
	    parse(x, from, (size_t)(end - from), last);
}

/* --- bytes that come: gathered, or parsed at once --- */

static bool
gather(struct xml *x, const char *p, size_t len)
{
	if (x->streams || x->desk == NULL || x->desk->small)
		return false;
	if (x->sheet == NULL)
		x->sheet = take_sheet(x->desk);
	if (x->sheet == NULL || len > SHEET - x->sheet->len)
		return false;
	memcpy(x->sheet->data + x->sheet->len, p, len);
	x->sheet->len += len;
	return true;
}

/* No room to gather it: what has come goes to a parser of its own, in pieces,
 * for which it needs less memory. */
static bool
stream(struct xml *x)
{
	const char *p, *end;
	bool good = true;

	if (x->streams)
		return true;
	x->streams = true;
	x->parser = renew(x->parser);
	prepare(x);
	if (x->sheet == NULL)
		return true;
	p = x->sheet->data;
	for (end = p + x->sheet->len; p < end && good; p += PIECE)
		good = filter(x, p, end - p < PIECE ? end : p + PIECE, false);
	x->desk->small = true;
	give_sheet(x);
	return good;
}

bool
xml_feed(struct xml *x, const char *p, size_t len)
{
	const char *end = p + len;

	if (x->error != NULL)
		return false;
	if (len > x->max - x->fed) {
		x->error = "it is too large";
		return false;
	}
	x->fed += len;
	while (!x->begun && p < end) {
		if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
			p++;
		else
			x->begun = true;
	}
	len = (size_t)(end - p);
	return len == 0 || gather(x, p, len) ||
	    (stream(x) && filter(x, p, end, false));
}

/* All at once, by the desk's parser. */
static bool
end_gathered(struct xml *x)
{
	XML_Parser own = x->parser;
	bool good;

	x->parser = x->desk->parser = renew(x->desk->parser);
	prepare(x);
	good = filter(x, x->sheet->data, x->sheet->data + x->sheet->len, true);
	give_sheet(x);
	x->parser = own;
	return good;
}

static bool
end_streamed(struct xml *x)
{
	return stream(x) &&
	    (x->npending == 0 || parse(x, x->pending, x->npending, false)) &&
	    parse(x, "", 0, true);
}

bool
xml_end(struct xml *x)
{
	if (x->error != NULL)
		return false;
	if (!(x->sheet != NULL ? end_gathered(x) : end_streamed(x)))
		return false;
	if (x->replaced && x->cdata) {
		x->error = "it refers to characters that XML forbids";
		return false;
	}
	return true;
}

bool
xml_replaced(const struct xml *x)
{
	return x->replaced;
}

bool
xml_doubtful(const struct xml *x, const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	if (!x->replaced)
		return false;
	while (end - p >= 3 && (p = memchr(p, 0xef, (size_t)(end - p) - 2))) {
		if (memcmp(p, REPLACEMENT_UTF8, 3) == 0)
			return true;
		p++;
	}
	return false;
}

const char *
xml_error(const struct xml *x)
{
	return x->error != NULL ? x->error : "no error";
}

const char *
xml_version(void)
{
	const char *version = XML_ExpatVersion(); /* "expat_2.5.0" */
	const char *number = strchr(version, '_');

	return number == NULL ? version : number + 1;
}
