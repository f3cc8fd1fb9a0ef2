/*
 * STS: AssumeRole, signed with the keys of the step before, and
 * AssumeRoleWithWebIdentity, which is not signed (AWS STS API Reference,
 * version 2011-06-15).
 */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "cred_file.h"
#include "cred_job.h"
#include "cred_reply.h"
#include "cred_web.h"
#include "diag.h"
#include "endp.h"
#include "endpurl.h"
#include "hash.h"
#include "limit.h"
#include "reply.h"
#include "sign.h"
#include "uri.h"
#include "when.h"

#define FORM "application/x-www-form-urlencoded; charset=utf-8"

/* Where STS is, and what it is signed for. */
struct place {
	struct buf url, host, path;
	const char *region;
};

static void
place_init(struct place *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->url, LIMIT_URL);
	buf_init(&p->host, LIMIT_URL);
	buf_init(&p->path, LIMIT_URL);
}

static void
place_fini(struct place *p)
{
	buf_fini(&p->url);
	buf_fini(&p->host);
	buf_fini(&p->path);
}

static const char *
region_of(const struct cred_job *job, const struct cred_role *role)
{
	const char *region = job->region != NULL ? job->region : role->region;

	if (region == NULL || strcmp(region, "aws-global") == 0 ||
	    !endp_is_region(region))
		return "us-east-1";
	return region;
}

static const char *
place_find(
    struct place *p, const struct cred_job *job, const struct cred_role *role)
{
	struct endpurl u;
	const char *why;

	p->region = region_of(job, role);
	if (job->plan->sts_url == NULL) {
		buf_addf(
		    &p->host, "sts.%s.%s", p->region, endp_suffix(p->region));
		buf_addf(&p->url, "https://%s/", p->host.data);
		buf_adds(&p->path, "/");
		return NULL;
	}
	why = endpurl_parse(&u, job->plan->sts_url);
	if (why != NULL)
		return why;
	buf_add(&p->host, u.host, u.host_len);
	if (u.port != 0)
		buf_addf(&p->host, ":%u", u.port);
	buf_addf(&p->path, "%.*s/", (int)u.path_len, u.path);
	buf_addf(&p->url, "%s://%s%s", u.tls ? "https" : "http", p->host.data,
	    p->path.data);
	return NULL;
}

/* --- the form --- */

static void
add_field(struct buf *form, const char *name, const char *value, size_t len)
{
	buf_addf(form, "%s%s=", form->len > 0 ? "&" : "", name);
	uri_encode(form, value, len);
}

static void
add_text(struct buf *form, const char *name, const char *value)
{
	if (value != NULL)
		add_field(form, name, value, strlen(value));
}

static void
add_role(struct buf *form, const struct cred_role *role)
{
	char text[128];

	add_text(form, "Version", "2011-06-15");
	add_text(form, "RoleArn", role->arn);
	snprintf(text, sizeof(text), "%s-%" PRId64, diag_program(),
	    clock_wall() / 1000);
	add_text(form, "RoleSessionName",
	    role->session_name != NULL ? role->session_name : text);
	if (role->duration != 0) {
		snprintf(text, sizeof(text), "%u", role->duration);
		add_text(form, "DurationSeconds", text);
	}
	add_text(form, "ExternalId", role->external_id);
}

/* --- answers --- */

static void
take_answer(struct cred_job *job, const struct cred_role *role,
    const char *action, const struct cred_answer *answer)
{
	struct fail f;
	char region[64], phrase[200];

	if (answer->status == 200) {
		job->end(job,
		    cred_reply_sts(job, action, answer->body, answer->len));
		return;
	}
	fail_clear(&f);
	f.status = answer->status;
	if (answer->status != 0 &&
	    reply_error(answer->body, answer->len, &f, region, sizeof(region)))
		fail_phrase(&f, phrase, sizeof(phrase));
	else
		cred_web_phrase(answer, phrase, sizeof(phrase));
	cred_job_fail(
	    job, "role %.100s cannot be assumed: %s", role->arn, phrase);
	job->end(job, false);
}

static void
on_role(struct cred_job *job, const struct cred_answer *answer)
{
	take_answer(job, job->role, "AssumeRole", answer);
}

static void
on_web_identity(struct cred_job *job, const struct cred_answer *answer)
{
	take_answer(job, &job->plan->web, "AssumeRoleWithWebIdentity", answer);
}

/* --- requests --- */

struct signature {
	char date[WHEN_BASIC_SIZE];
	char hash[2 * HASH_SHA256 + 1];
	struct buf authorization;
};

static bool
make_signature(struct signature *s, const struct cred_job *job,
    const struct place *place, const struct buf *form)
{
	struct sign_header headers[4] = {{"content-type", FORM},
	    {"host", place->host.data}, {"x-amz-date", s->date},
	    {"x-amz-security-token", job->base.token}};
	struct sign_request req = {"POST", place->path.data, "", headers,
	    job->base.token != NULL ? 4 : 3, s->hash, s->date, place->region,
	    "sts", job->base.access_key, job->base.secret};
	unsigned char digest[HASH_SHA256];
	struct sign *sign = sign_new();
	bool good;

	when_format_basic(clock_wall(), s->date);
	hash_sha256(form->data, form->len, digest);
	hash_hex(digest, sizeof(digest), s->hash);
	good = sign_authorization(sign, &req, &s->authorization);
	sign_free(sign);
	return good;
}

static void
send_signed(
    struct cred_job *job, const struct place *place, const struct buf *form)
{
	struct signature s;
	struct buf date, authorization, token;
	struct cred_web web = {.method = "POST",
	    .url = place->url.data,
	    .body = form->data,
	    .body_len = form->len,
	    .fn = on_role};

	buf_init(&s.authorization, LIMIT_REQUEST_HEADERS);
	buf_init(&date, LIMIT_REQUEST_HEADERS);
	buf_init(&authorization, LIMIT_REQUEST_HEADERS);
	buf_init(&token, LIMIT_REQUEST_HEADERS);
	make_signature(&s, job, place, form);
	buf_addf(&date, "X-Amz-Date: %s", s.date);
	buf_addf(&authorization, "Authorization: %s", s.authorization.data);
	web.headers[0] = "Content-Type: " FORM;
	web.headers[1] = date.data;
	web.headers[2] = authorization.data;
	if (job->base.token != NULL) {
		buf_addf(&token, "X-Amz-Security-Token: %s", job->base.token);
		web.headers[3] = token.data;
	}
	cred_web_send(job, &web);
	hash_cleanse(token.data, token.room);
	buf_fini(&token);
	buf_fini(&authorization);
	buf_fini(&date);
	buf_fini(&s.authorization);
}

enum cred_step
cred_sts_start(struct cred_job *job)
{
	struct place place;
	struct buf form;
	const char *why;
	enum cred_step step = CRED_WAIT;

	place_init(&place);
	buf_init(&form, LIMIT_REPLY);
	why = place_find(&place, job, job->role);
	if (why != NULL) {
		step = cred_job_fail(job, "STS: %s", why);
	} else {
		add_text(&form, "Action", "AssumeRole");
		add_role(&form, job->role);
		send_signed(job, &place, &form);
	}
	buf_fini(&form);
	place_fini(&place);
	return step;
}

static void
send_web_identity(
    struct cred_job *job, const struct place *place, const struct buf *token)
{
	struct buf form;
	struct cred_web web = {.method = "POST",
	    .url = place->url.data,
	    .headers = {"Content-Type: " FORM},
	    .fn = on_web_identity};

	buf_init(&form, LIMIT_REPLY);
	add_text(&form, "Action", "AssumeRoleWithWebIdentity");
	add_role(&form, &job->plan->web);
	add_field(&form, "WebIdentityToken", token->data, token->len);
	web.body = form.data;
	web.body_len = form.len;
	cred_web_send(job, &web);
	hash_cleanse(form.data, form.room);
	buf_fini(&form);
}

/* The token is read anew each time: whoever issues it replaces the file. */
enum cred_step
cred_sts_web_start(struct cred_job *job)
{
	struct place place;
	struct buf token;
	const char *why;
	char reason[128];
	enum cred_step step = CRED_WAIT;

	place_init(&place);
	buf_init(&token, LIMIT_PROCESS_OUTPUT);
	why = place_find(&place, job, &job->plan->web);
	if (why != NULL)
		step = cred_job_fail(job, "STS: %s", why);
	else if (!cred_file_line(
		     job->plan->token_file, &token, reason, sizeof(reason)))
		step = cred_job_fail(job, "web identity token %.120s: %s",
		    job->plan->token_file, reason);
	else
		send_web_identity(job, &place, &token);
	hash_cleanse(token.data, token.room);
	buf_fini(&token);
	place_fini(&place);
	return step;
}
