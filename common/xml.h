#ifndef XML_H
#define XML_H

/*
 * A document streamed through expat, handed over as bounded text at named
 * paths.  The only file that sees expat is xml.c.
 *
 * A document is hostile until read to its end: DOCTYPE is refused (so there
 * are no entities to expand), depth, the text of one element and the size of
 * the whole are bounded (limit.h), and only xml_end() tells whether it was
 * complete.  Blanks before the first < are skipped, since S3 keeps
 * connections alive with them.
 *
 * Keys may hold what XML 1.0 forbids, and stores repeat them in many places
 * as they are, or as references (&#x1;), where a parser has to stop.  Such a
 * byte or reference is read as U+FFFD and xml_replaced() tells from then on: a
 * text that holds U+FFFD is then not to be trusted, all others are.  Documents
 * are UTF-8, whatever they declare.
 */

#include <stdbool.h>
#include <stddef.h>

struct xml_path {
	const char	*path;	/* "ListBucketResult/Contents/Key" */
	int		 id;	/* 0 or more; the caller's */
};

/*
 * An element of a named path began (text is NULL) or ended (text holds all its
 * character data, NUL-terminated, len bytes; empty for an element that only
 * holds others).  Valid until the callback returns.  Elements that no path
 * names are skipped with all they hold.  Returning false stops the document,
 * which is then malformed.
 */
typedef bool xml_element_fn(void *arg, int id, const char *text, size_t len);

struct xml;

/*
 * expat looks at all bytes twice, the second time to know their lines, save
 * in the last call for a document; and a parser's tables are cold when sixty
 * others have run meanwhile.  So documents that come in pieces are gathered
 * and parsed in one call, by one parser, while there is room for it: some
 * megabytes, shared by all documents that were given the same desk.  What
 * finds no room there is parsed as it comes, and so is all that follows one
 * that was too large.  Nothing else differs, but that callbacks may run no
 * sooner than in xml_end().
 */
struct xml_desk;
struct xml_desk *xml_desk_new(void);
void	xml_desk_free(struct xml_desk *desk);	/* after its documents */

/* The table is kept by the caller; a path's parents need not be in it.
 * desk NULL: always parsed as it comes. */
struct xml *xml_new(const struct xml_path *table, size_t count,
	    size_t max_bytes, struct xml_desk *desk, xml_element_fn *fn,
	    void *arg);
void	xml_free(struct xml *x);
/* Ready for another document with the same table; arg as before. */
void	xml_reset(struct xml *x);

/* Feed bytes as they come.  False once the document cannot be believed. */
bool	xml_feed(struct xml *x, const char *p, size_t len);
/* No more bytes: true if the document was whole and well-formed. */
bool	xml_end(struct xml *x);
/* Something forbidden has been met so far; the text that holds it comes
 * after. */
bool	xml_replaced(const struct xml *x);
/* text holds U+FFFD and something was replaced: it may not be what it was. */
bool	xml_doubtful(const struct xml *x, const char *text, size_t len);
/* Why a call returned false: a phrase for a message, never NULL. */
const char *xml_error(const struct xml *x);
const char *xml_version(void);		/* for --version */

#endif
