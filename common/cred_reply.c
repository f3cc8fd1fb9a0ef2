#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cred_reply.h"
#include "hash.h"
#include "json.h"
#include "limit.h"
#include "reply.h"
#include "when.h"

static bool
wrong(struct cred_job *job, const char *what)
{
	cred_job_fail(job, "%.120s: the answer %s", job->plan->source, what);
	return false;
}

static bool
put(struct cred_job *job, const char *access, const char *secret,
    const char *token, int64_t expires)
{
	if (access == NULL || secret == NULL)
		return wrong(job, "lacks the access key or the secret key");
	cred_set_put(&job->out, access, secret, token, expires);
	return true;
}

/* A date, which may be missing. */
static bool
parse_date(struct cred_job *job, const char *text, int64_t *expires)
{
	*expires = 0;
	if (text == NULL || when_parse_iso(text, strlen(text), expires, NULL))
		return true;
	return wrong(job, "has an expiration that is no date");
}

static bool
take_process(struct cred_job *job, const struct json *j)
{
	int64_t version, expires;

	if (!json_int(j, "Version", &version) || version != 1)
		return wrong(job, "lacks \"Version\": 1");
	return parse_date(job, json_text(j, "Expiration"), &expires) &&
	    put(job, json_text(j, "AccessKeyId"),
		json_text(j, "SecretAccessKey"), json_text(j, "SessionToken"),
		expires);
}

static bool
take_metadata(struct cred_job *job, const struct json *j)
{
	const char *code = json_text(j, "Code");
	int64_t expires;
	char text[100];

	if (code != NULL && strcmp(code, "Success") != 0) {
		snprintf(text, sizeof(text), "says %.80s", code);
		return wrong(job, text);
	}
	return parse_date(job, json_text(j, "Expiration"), &expires) &&
	    put(job, json_text(j, "AccessKeyId"),
		json_text(j, "SecretAccessKey"), json_text(j, "Token"),
		expires);
}

static bool
take_sso(struct cred_job *job, const struct json *j)
{
	int64_t expires;

	if (!json_int(j, "roleCredentials.expiration", &expires) ||
	    expires <= 0)
		return wrong(job, "lacks the expiration");
	return put(job, json_text(j, "roleCredentials.accessKeyId"),
	    json_text(j, "roleCredentials.secretAccessKey"),
	    json_text(j, "roleCredentials.sessionToken"), expires);
}

static bool
read_json(struct cred_job *job, const char *p, size_t len,
    bool (*take)(struct cred_job *, const struct json *))
{
	struct json *j = json_parse(p, len);
	bool good;

	if (j == NULL)
		return wrong(job, "is no JSON object");
	good = take(job, j);
	json_free(j);
	return good;
}

bool
cred_reply_process(struct cred_job *job, const char *p, size_t len)
{
	return read_json(job, p, len, take_process);
}

bool
cred_reply_metadata(struct cred_job *job, const char *p, size_t len)
{
	return read_json(job, p, len, take_metadata);
}

bool
cred_reply_sso(struct cred_job *job, const char *p, size_t len)
{
	return read_json(job, p, len, take_sso);
}

enum { ACCESS, SECRET, TOKEN, EXPIRATION, FIELDS };

bool
cred_reply_sts(
    struct cred_job *job, const char *action, const char *p, size_t len)
{
	static const char *const names[] = {
	    "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
	struct reply_field fields[FIELDS] = {{NULL, NULL, false}};
	char paths[FIELDS][128];
	struct buf texts[FIELDS];
	const char *why;
	int64_t expires;
	bool good;
	int i;

	for (i = 0; i < FIELDS; i++) {
		snprintf(paths[i], sizeof(paths[i]),
		    "%sResponse/%sResult/Credentials/%s", action, action,
		    names[i]);
		buf_init(&texts[i], LIMIT_TOKEN);
		fields[i].path = paths[i];
		fields[i].text = &texts[i];
	}
	good = reply_read(p, len, fields, FIELDS, &why);
	if (!good)
		wrong(job, "is no well-formed XML");
	else
		good = parse_date(job,
			   fields[EXPIRATION].found ? texts[EXPIRATION].data :
						      NULL,
			   &expires) &&
		    put(job, fields[ACCESS].found ? texts[ACCESS].data : NULL,
			fields[SECRET].found ? texts[SECRET].data : NULL,
			fields[TOKEN].found ? texts[TOKEN].data : NULL,
			expires);
	for (i = 0; i < FIELDS; i++) {
		hash_cleanse(texts[i].data, texts[i].room);
		buf_fini(&texts[i]);
	}
	return good;
}
