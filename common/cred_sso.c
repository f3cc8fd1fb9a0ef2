/*
 * IAM Identity Center (SSO): a bearer token that "aws sso login" has cached,
 * renewed where its form allows, is changed for the keys of a role at the
 * portal.  AWS SDKs and Tools Reference Guide, "IAM Identity Center credential
 * provider"; the cache is the one that the AWS command line keeps.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "conf.h"
#include "cred_file.h"
#include "cred_job.h"
#include "cred_reply.h"
#include "cred_web.h"
#include "diag.h"
#include "endp.h"
#include "endpurl.h"
#include "hash.h"
#include "json.h"
#include "limit.h"
#include "uri.h"
#include "when.h"

#define RENEW_BEFORE (INT64_C(15) * 60 * 1000)

static enum cred_step
fail_login(struct cred_job *job, const char *why)
{
	return cred_job_fail(job,
	    "SSO: %s: run: aws sso login --profile %.100s", why,
	    job->plan->profile);
}

/* ~/.aws/sso/cache/ and the SHA-1 of the session's name, or in the old form
 * of the start URL. */
static char *
cache_path(const struct cred_sso *sso)
{
	const char *name = sso->session != NULL ? sso->session : sso->start_url;
	unsigned char digest[HASH_SHA1];
	char hex[2 * HASH_SHA1 + 1], path[sizeof(hex) + 32];

	hash_sha1(name, strlen(name), digest);
	hash_hex(digest, sizeof(digest), hex);
	snprintf(path, sizeof(path), "~/.aws/sso/cache/%s.json", hex);
	return conf_expand(path);
}

static struct json *
read_cache(const struct cred_sso *sso)
{
	char *path = cache_path(sso), why[128];
	struct json *j = NULL;
	struct buf b;

	buf_init(&b, LIMIT_PROCESS_OUTPUT);
	if (cred_file_read(path, &b, why, sizeof(why)))
		j = json_parse(b.data, b.len);
	else
		diag_debug("SSO: %s: %s", path, why);
	hash_cleanse(b.data, b.room);
	buf_fini(&b);
	free(path);
	return j;
}

static void
write_cache(const struct cred_sso *sso, const struct json *j)
{
	char *path = cache_path(sso), why[128];
	struct buf b;

	buf_init(&b, LIMIT_REPLY);
	if (!json_write(j, &b) ||
	    !cred_file_replace(path, b.data, b.len, why, sizeof(why)))
		diag_warn("%s: the renewed SSO token was not saved: %s", path,
		    b.full ? "too long" : why);
	hash_cleanse(b.data, b.room);
	buf_fini(&b);
	free(path);
}

/* How long the date of a member lies ahead, ms; negative when it is over or
 * there is none.  The command line has also written dates that end in "UTC". */
static int64_t
left(const struct json *j, const char *name)
{
	const char *text = json_text(j, name);
	size_t len = text == NULL ? 0 : strlen(text);
	char iso[40];
	int64_t at;

	if (len == 0 || len >= sizeof(iso) - 1)
		return -1;
	memcpy(iso, text, len + 1);
	if (len > 3 && strcmp(iso + len - 3, "UTC") == 0) {
		memcpy(iso + len - 3, "Z", 2);
		len -= 2;
	}
	if (!when_parse_iso(iso, len, &at, NULL))
		return -1;
	return at - clock_wall();
}

/* NULL, or what is wrong with the endpoint that is set. */
static const char *
service_url(const struct cred_job *job, const char *set, const char *name,
    const char *path, struct buf *url)
{
	const char *region = job->plan->sso.region, *why;
	struct endpurl u;

	if (!endp_is_region(region))
		return "sso_region is no region's name";
	if (set == NULL) {
		buf_addf(url, "https://%s.%s.%s%s", name, region,
		    endp_suffix(region), path);
		return NULL;
	}
	why = endpurl_parse(&u, set);
	if (why == NULL)
		buf_addf(url, "%.*s%s", (int)(u.path - set) + (int)u.path_len,
		    set, path);
	return why;
}

/* --- the portal --- */

static void
on_keys(struct cred_job *job, const struct cred_answer *answer)
{
	struct json *j;
	const char *message;
	char phrase[100];

	if (answer->status == 200) {
		job->end(job, cred_reply_sso(job, answer->body, answer->len));
		return;
	}
	if (answer->status == 401) {
		fail_login(job, "the login is no longer valid");
		job->end(job, false);
		return;
	}
	j = json_parse(answer->body, answer->len);
	message = j == NULL ? NULL : json_text(j, "message");
	cred_web_phrase(answer, phrase, sizeof(phrase));
	cred_job_fail(job, "SSO: role %.60s of account %.20s: %s%s%.80s",
	    job->plan->sso.role, job->plan->sso.account, phrase,
	    message == NULL ? "" : ": ", message == NULL ? "" : message);
	json_free(j);
	job->end(job, false);
}

/* With the token in job->text. */
static enum cred_step
ask_portal(struct cred_job *job)
{
	const struct cred_sso *sso = &job->plan->sso;
	struct cred_web web = {.method = "GET", .fn = on_keys};
	struct buf url, header;
	const char *why;

	buf_init(&url, LIMIT_URL);
	buf_init(&header, LIMIT_TOKEN + 64);
	why = service_url(job, job->plan->sso_url, "portal.sso",
	    "/federation/credentials", &url);
	if (why != NULL) {
		cred_job_fail(job, "SSO: %s", why);
	} else {
		buf_adds(&url, "?account_id=");
		uri_encode(&url, sso->account, strlen(sso->account));
		buf_adds(&url, "&role_name=");
		uri_encode(&url, sso->role, strlen(sso->role));
		buf_addf(&header, "x-amz-sso_bearer_token: %s", job->text.data);
		web.url = url.data;
		web.headers[0] = header.data;
		cred_web_send(job, &web);
	}
	hash_cleanse(header.data, header.room);
	buf_fini(&header);
	buf_fini(&url);
	return why == NULL ? CRED_WAIT : CRED_FAILED;
}

/* The token that is cached, if it is valid still. */
static enum cred_step
use_cached(struct cred_job *job, const struct json *j, const char *otherwise)
{
	const char *token = j == NULL ? NULL : json_text(j, "accessToken");

	if (token == NULL || left(j, "expiresAt") <= 0)
		return fail_login(job, otherwise);
	buf_reset(&job->text);
	if (strpbrk(token, "\r\n") != NULL || !buf_adds(&job->text, token))
		return fail_login(job, "the cached token is not valid");
	return ask_portal(job);
}

/* --- renewing the token --- */

static bool
renew_cache(struct cred_job *job, const struct json *reply)
{
	const char *token = json_text(reply, "accessToken");
	const char *refresh = json_text(reply, "refreshToken");
	struct json *j = read_cache(&job->plan->sso);
	char until[WHEN_ISO_SIZE];
	int64_t seconds;

	if (j == NULL || token == NULL ||
	    !json_int(reply, "expiresIn", &seconds) || seconds <= 0 ||
	    seconds > INT32_MAX) {
		json_free(j);
		return false;
	}
	when_format_iso(clock_wall() + seconds * 1000, false, until);
	json_put_text(j, "accessToken", token);
	json_put_text(j, "expiresAt", until);
	if (refresh != NULL)
		json_put_text(j, "refreshToken", refresh);
	write_cache(&job->plan->sso, j);
	buf_reset(&job->text);
	buf_adds(&job->text, token);
	json_free(j);
	return buf_ok(&job->text) && strpbrk(token, "\r\n") == NULL;
}

/* When it failed, another program may have renewed the token before us (three
 * of ours in a pipeline do so at once), or the old one is good for a while. */
static void
on_renewed(struct cred_job *job, const struct cred_answer *answer)
{
	struct json *reply = NULL, *j;
	enum cred_step step;

	if (answer->status == 200)
		reply = json_parse(answer->body, answer->len);
	if (reply != NULL && renew_cache(job, reply)) {
		step = ask_portal(job);
	} else {
		j = read_cache(&job->plan->sso);
		step = use_cached(
		    job, j, "the login has expired and could not be renewed");
		json_free(j);
	}
	json_free(reply);
	if (step == CRED_FAILED)
		job->end(job, false);
}

static bool
is_renewable(const struct cred_job *job, const struct json *j)
{
	return job->plan->sso.session != NULL &&
	    left(j, "expiresAt") < RENEW_BEFORE &&
	    json_text(j, "refreshToken") != NULL &&
	    json_text(j, "clientId") != NULL &&
	    json_text(j, "clientSecret") != NULL &&
	    (json_text(j, "registrationExpiresAt") == NULL ||
		left(j, "registrationExpiresAt") > 0);
}

static enum cred_step
renew(struct cred_job *job, const struct json *j)
{
	struct cred_web web = {.method = "POST",
	    .fn = on_renewed,
	    .headers = {"Content-Type: application/json"}};
	struct json *form = json_new();
	struct buf url, body;
	const char *why;

	buf_init(&url, LIMIT_URL);
	buf_init(&body, LIMIT_REPLY);
	why = service_url(job, job->plan->oidc_url, "oidc", "/token", &url);
	json_put_text(form, "grantType", "refresh_token");
	json_put_text(form, "clientId", json_text(j, "clientId"));
	json_put_text(form, "clientSecret", json_text(j, "clientSecret"));
	json_put_text(form, "refreshToken", json_text(j, "refreshToken"));
	json_write(form, &body);
	json_free(form);
	web.url = url.data;
	web.body = body.data;
	web.body_len = body.len;
	if (why == NULL)
		cred_web_send(job, &web);
	else
		cred_job_fail(job, "SSO: %s", why);
	hash_cleanse(body.data, body.room);
	buf_fini(&body);
	buf_fini(&url);
	return why == NULL ? CRED_WAIT : CRED_FAILED;
}

enum cred_step
cred_sso_start(struct cred_job *job)
{
	struct json *j = read_cache(&job->plan->sso);
	enum cred_step step;

	if (j == NULL)
		step = fail_login(job, "there is no login");
	else if (is_renewable(job, j))
		step = renew(job, j);
	else
		step = use_cached(job, j, "the login has expired");
	json_free(j);
	return step;
}
