#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

void
fail_clear(struct fail *f)
{
	memset(f, 0, sizeof(*f));
}

void
fail_set(struct fail *f, enum fail_kind kind, const char *fmt, ...)
{
	va_list ap;

	f->kind = kind;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

const char *
fail_phrase(const struct fail *f, char *to, size_t room)
{
	char where[128] = "";

	if (f->status != 0 && f->request_id[0] != '\0')
		snprintf(where, sizeof(where), " (HTTP %d, request %s)",
		    f->status, f->request_id);
	else if (f->status != 0)
		snprintf(where, sizeof(where), " (HTTP %d)", f->status);
	snprintf(to, room, "%s%s%s%s", f->code,
	    f->code[0] != '\0' && f->text[0] != '\0' ? ": " : "",
	    f->text[0] == '\0' && f->code[0] == '\0' ? fail_kind_name(f->kind) :
						       f->text,
	    where);
	return to;
}

const char *
fail_kind_name(enum fail_kind kind)
{
	switch (kind) {
	case FAIL_NONE:
		return "no failure";
	case FAIL_NOTFOUND:
		return "not found";
	case FAIL_NOBUCKET:
		return "no such bucket";
	case FAIL_DENIED:
		return "access denied";
	case FAIL_AMBIGUOUS:
		return "refused without a reason";
	case FAIL_CREDENTIALS:
		return "no valid credentials";
	case FAIL_EXPIRED:
		return "credentials expired";
	case FAIL_SKEW:
		return "clock skew";
	case FAIL_REDIRECT:
		return "bucket is elsewhere";
	case FAIL_THROTTLED:
		return "throttled";
	case FAIL_TRANSIENT:
		return "temporary failure";
	case FAIL_CONFLICT:
		return "conflict";
	case FAIL_PRECONDITION:
		return "precondition failed";
	case FAIL_TOOBIG:
		return "too large for one request";
	case FAIL_ARCHIVED:
		return "archived";
	case FAIL_UNSUPPORTED:
		return "not supported by the store";
	case FAIL_INVALID:
		return "refused";
	case FAIL_PROTOCOL:
		return "answer makes no sense";
	case FAIL_TLS:
		return "certificate not trusted";
	case FAIL_LOCAL:
		return "local failure";
	case FAIL_CANCELLED:
		return "cancelled";
	}
	return "unknown failure";
}
