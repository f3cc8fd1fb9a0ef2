#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "mem.h"
#include "record.h"
#include "request.h"

bool
record_init(struct record *rec, const char *path)
{
	memset(rec, 0, sizeof(*rec));
	if (path == NULL)
		return true;
	rec->file = fopen(path, "we");
	return rec->file != NULL;
}

void
record_fini(struct record *rec)
{
	record_reset(rec);
	text_fini(&rec->log);
	if (rec->file != NULL)
		(void)fclose(rec->file);
}

void
record_reset(struct record *rec)
{
	rec->log.n = 0;
	rec->requests = rec->connections = 0;
	rec->inflight_peak = rec->inflight;
	for (int i = 0; i < OP_COUNT; i++) {
		rec->count[i] = 0;
		free(rec->status[i]);
		rec->status[i] = NULL;
	}
	if (rec->file != NULL) {
		rewind(rec->file);
		rec->file = freopen(NULL, "we", rec->file);
	}
}

void
record_connection(struct record *rec)
{
	rec->connections++;
}

void
record_begin(struct record *rec)
{
	if (++rec->inflight > rec->inflight_peak)
		rec->inflight_peak = rec->inflight;
}

void
record_end(struct record *rec)
{
	rec->inflight--;
}

static void
add_value(struct text *t, const char *name, const char *s, size_t n)
{
	text_char(t, ' ');
	text_str(t, name);
	text_char(t, '=');
	text_uri(t, s, n, true);
}

/* A header's value: only what would break the line is encoded. */
static void
add_header_value(struct text *t, const char *name, const char *s)
{
	text_fmt(t, " %s=", name);
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= ' ' || c == '%' || c >= 127)
			text_fmt(t, "%%%02X", c);
		else
			text_char(t, *s);
	}
}

/* The parameters and headers worth a word, sorted by the name logged. */
static const struct {
	const char *name, *header; /* header NULL: a query parameter */
	bool secret;		   /* only that it is there */
} word[] = {
    {"acl", "x-amz-acl", false},
    {"continuation-token", NULL, true},
    {"copy-source", "x-amz-copy-source", false},
    {"copy-source-if-match", "x-amz-copy-source-if-match", false},
    {"copy-source-if-none-match", "x-amz-copy-source-if-none-match", false},
    {"copy-source-range", "x-amz-copy-source-range", false},
    {"create-session-mode", "x-amz-create-session-mode", false},
    {"delimiter", NULL, false},
    {"encoding-type", NULL, false},
    {"if-match", "if-match", false},
    {"if-none-match", "if-none-match", false},
    {"key-marker", NULL, false},
    {"marker", NULL, false},
    {"max-keys", NULL, false},
    {"metadata-directive", "x-amz-metadata-directive", false},
    {"partNumber", NULL, false},
    {"prefix", NULL, false},
    {"range", "range", false},
    {"request-payer", "x-amz-request-payer", false},
    {"server-side-encryption", "x-amz-server-side-encryption", false},
    {"session-token", "x-amz-s3session-token", true},
    {"start-after", NULL, false},
    {"storage-class", "x-amz-storage-class", false},
    {"tagging", "x-amz-tagging", false},
    {"tagging-directive", "x-amz-tagging-directive", false},
    {"uploadId", NULL, true},
};

static void
add_words(struct text *t, struct request *r)
{
	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++) {
		const struct request_param *p;
		const char *value;

		if (word[i].header != NULL) {
			value = request_header(r, word[i].header);
			if (value == NULL)
				continue;
			/* A copy source comes encoded; once is enough. */
			if (word[i].secret)
				text_fmt(t, " %s=yes", word[i].name);
			else if (strcmp(word[i].name, "copy-source") == 0)
				text_fmt(t, " copy-source=%s", value);
			else
				add_header_value(t, word[i].name, value);
			continue;
		}
		p = request_param_of(r, word[i].name);
		if (p != NULL && word[i].secret)
			text_fmt(t, " %s=yes", word[i].name);
		else if (p != NULL)
			add_value(t, word[i].name, p->value, p->value_length);
	}
}

static void
count(struct record *rec, enum op op, unsigned status)
{
	rec->requests++;
	rec->count[op]++;
	if (rec->status[op] == NULL)
		rec->status[op] = mem_alloc(
		    RECORD_STATUS * sizeof(*rec->status[op]));
	if (status < RECORD_STATUS)
		rec->status[op][status]++;
}

void
record_answer(struct record *rec, struct request *r, unsigned seen)
{
	struct text *t = &rec->log;
	size_t start = t->n;

	count(rec, r->op, seen);
	if (rec->off)
		return;
	text_fmt(t, "%s %s ", op_name(r->op),
	    r->bucket_name != NULL ? r->bucket_name : "-");
	if (r->key != NULL)
		text_uri(t, r->key, r->key_length, true);
	else
		text_char(t, '-');
	text_fmt(t, " %u", seen);
	if (r->code != NULL && seen != 0)
		text_fmt(t, " %s", r->code);
	if (r->account == NULL || strcmp(r->account, "alice") != 0)
		text_fmt(
		    t, " account=%s", r->account != NULL ? r->account : "-");
	add_words(t, r);
	if (r->fault != NULL)
		text_fmt(t, " fault=%s", fault_name(r->fault->action));
	text_char(t, '\n');
	if (rec->file != NULL)
		(void)fwrite(t->p + start, 1, t->n - start, rec->file);
}

void
record_counts(const struct record *rec, struct text *out)
{
	for (int i = 0; i < OP_COUNT; i++) {
		if (rec->count[i] == 0)
			continue;
		text_fmt(out, "%s %llu\n", op_name((enum op)i),
		    (unsigned long long)rec->count[i]);
		for (int k = 0; k < RECORD_STATUS; k++)
			if (rec->status[i][k] > 0)
				text_fmt(out, "%s.%d %llu\n",
				    op_name((enum op)i), k,
				    (unsigned long long)rec->status[i][k]);
	}
	text_fmt(out,
	    "connections %llu\ninflight %llu\ninflight-peak %llu\n"
	    "requests %llu\n",
	    (unsigned long long)rec->connections,
	    (unsigned long long)rec->inflight,
	    (unsigned long long)rec->inflight_peak,
	    (unsigned long long)rec->requests);
}

void
record_flush(struct record *rec)
{
	if (rec->file != NULL)
		(void)fflush(rec->file);
}
