#include <string.h>

#include "request.h"
#include "server.h"
#include "spoil.h"

static const char *
message_of(const char *code)
{
	if (strcmp(code, "SlowDown") == 0)
		return "Please reduce your request rate.";
	if (strcmp(code, "InternalError") == 0)
		return "We encountered an internal error. Please try again.";
	return "This error was asked for.";
}

/* An Error document behind a 200, with the blanks that kept it alive. */
static void
error_in_200(struct request *r, const char *code)
{
	struct text late = {0};

	(void)request_error(r, 200, code, message_of(code));
	text_str(&late, "  \n");
	text_add(&late, r->reply.p, r->reply.n);
	text_fini(&r->reply);
	r->reply = late;
}

static void
redirect(struct request *r, const char *url)
{
	struct text extra = {0};
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	text_str(&extra, "<Endpoint>");
	text_xml(&extra, host, strcspn(host, "/"));
	text_str(&extra, "</Endpoint>");
	(void)request_error_with(r, 307, "TemporaryRedirect",
	    "Please re-send this request to the specified temporary "
	    "endpoint. Continue to use the original request endpoint for "
	    "future requests.",
	    extra.p);
	request_reply_header(r, "Location", "%s%s", url, r->target);
	text_fini(&extra);
}

bool
spoil_instead(struct request *r)
{
	const struct fault *f = r->fault;
	const char *code;

	if (f == NULL)
		return false;
	if (f->action == FAULT_503) {
		(void)request_error(r, 503, "SlowDown", message_of("SlowDown"));
	} else if (f->action == FAULT_500) {
		(void)request_error(
		    r, 500, "InternalError", message_of("InternalError"));
	} else if (f->action == FAULT_STATUS) {
		code = f->argument != NULL ? f->argument : "InternalError";
		(void)request_error(r, f->status, code, message_of(code));
	} else if (f->action == FAULT_ERROR200) {
		error_in_200(r, f->argument);
	} else if (f->action == FAULT_REDIRECT) {
		redirect(r, f->argument);
	} else if (f->action == FAULT_RESET || f->action == FAULT_STALL ||
	    f->action == FAULT_GARBAGE || f->action == FAULT_HUGE_HEADER) {
		r->status = 200;
	} else {
		return false;
	}
	if (f->retry_after != NULL)
		request_reply_value(r, "Retry-After",
		    mem_pool_dup(
			&r->pool, f->retry_after, strlen(f->retry_after)));
	return true;
}

/* Where the root element begins. */
static size_t
root_of(const struct text *t)
{
	const char *p = strstr(t->p, "?>");

	return p != NULL ? (size_t)(p + 2 - t->p) : 0;
}

static void
insert(struct text *t, size_t at, const char *s)
{
	struct text all = {0};

	text_add(&all, t->p, at);
	text_str(&all, s);
	text_add(&all, t->p + at, t->n - at);
	text_fini(t);
	*t = all;
}

static const char laughs[] =
    "<!DOCTYPE lolz [<!ENTITY lol \"lollollollollollollollollollol\">"
    "<!ENTITY l1 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">"
    "<!ENTITY l2 \"&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;\">"
    "<!ENTITY l3 \"&l2;&l2;&l2;&l2;&l2;&l2;&l2;&l2;&l2;&l2;\">"
    "<!ENTITY l4 \"&l3;&l3;&l3;&l3;&l3;&l3;&l3;&l3;&l3;&l3;\">"
    "<!ENTITY l5 \"&l4;&l4;&l4;&l4;&l4;&l4;&l4;&l4;&l4;&l4;\">"
    "<!ENTITY l6 \"&l5;&l5;&l5;&l5;&l5;&l5;&l5;&l5;&l5;&l5;\">"
    "<!ENTITY l7 \"&l6;&l6;&l6;&l6;&l6;&l6;&l6;&l6;&l6;&l6;\">]>";

static void
laugh(struct text *t)
{
	size_t end = t->n;

	/* The bomb goes off where the root element ends. */
	while (end > 0 && t->p[end - 1] != '<')
		end--;
	insert(t, end > 0 ? end - 1 : 0, "<Prefix>&l7;</Prefix>");
	insert(t, root_of(t), laughs);
}

void
spoil_document(struct request *r)
{
	struct text *t = &r->reply;

	if (r->fault == NULL || r->content != NULL || t->n < 20)
		return;
	if (r->fault->action == FAULT_MALFORMED) {
		insert(t, t->n / 2, "<&</wrong>");
	} else if (r->fault->action == FAULT_TRUNCATED) {
		t->n /= 2;
	} else if (r->fault->action == FAULT_ENDLESS) {
		t->n = 0;
		text_str(t, "<Contents>");
	} else if (r->fault->action == FAULT_LAUGHS) {
		laugh(t);
	} else if (r->fault->action == FAULT_DOCTYPE) {
		insert(t, root_of(t),
		    "<!DOCTYPE ListBucketResult SYSTEM \"x.dtd\">");
	}
}

void
spoil_raw(struct request *r, struct text *out)
{
	if (r->fault->action == FAULT_GARBAGE) {
		text_str(out, "\x16\x03garbage HTP/9.x -1 what\r\n\r\n");
		return;
	}
	text_str(out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Huge: ");
	for (int i = 0; i < 15000; i++)
		text_str(out, "0123456789");
	text_str(out, "\r\n\r\n");
}
