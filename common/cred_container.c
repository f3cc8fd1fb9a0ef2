/*
 * Credentials of a container: ECS (relative URI) and EKS Pod Identity (full
 * URI with a token file).  AWS SDKs and Tools Reference Guide, "Container
 * credential provider", which also lists the hosts that may be asked.
 */

#include <string.h>

#include "buf.h"
#include "conf.h"
#include "cred_file.h"
#include "cred_job.h"
#include "cred_reply.h"
#include "cred_web.h"
#include "endpurl.h"
#include "hash.h"
#include "limit.h"

#define ECS_HOST "http://169.254.170.2"
#define TIMEOUT	 2000
#define ATTEMPTS 3

static void
on_answer(struct cred_job *job, const struct cred_answer *answer)
{
	char phrase[200];

	if (answer->status == 200) {
		job->end(
		    job, cred_reply_metadata(job, answer->body, answer->len));
		return;
	}
	cred_job_fail(job, "container credentials: %s",
	    cred_web_phrase(answer, phrase, sizeof(phrase)));
	job->end(job, false);
}

/* Plain HTTP only to this machine and to the services of ECS and EKS: the
 * token in the request must not travel. */
static bool
is_allowed(const struct endpurl *u)
{
	static const char *const hosts[] = {"localhost", "[::1]",
	    "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
	size_t i;

	if (u->tls)
		return true;
	if (u->is_ip && u->host_len > 4 && memcmp(u->host, "127.", 4) == 0)
		return true;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (strlen(hosts[i]) == u->host_len &&
		    memcmp(hosts[i], u->host, u->host_len) == 0)
			return true;
	return false;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return true;
	return false;
}

/* The URL to ask, from the environment; NULL with fail set. */
static bool
find_url(struct cred_job *job, struct buf *url)
{
	const char *relative = conf_env(
	    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = conf_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *why;
	struct buf origin;
	struct endpurl u;
	size_t scheme;

	if (relative != NULL)
		buf_addf(url, ECS_HOST "%s", relative);
	else
		buf_adds(url, full == NULL ? "" : full);
	if (has_control(url->data) || (relative != NULL && *relative != '/')) {
		cred_job_fail(job,
		    "container credentials: the URI in the "
		    "environment is not valid");
		return false;
	}
	buf_init(&origin, LIMIT_URL);
	scheme = strncmp(url->data, "https://", 8) == 0 ? 8 : 7;
	if (url->len > scheme)
		buf_add(&origin, url->data,
		    scheme + strcspn(url->data + scheme, "/?#"));
	why = endpurl_parse(&u, origin.data);
	if (why == NULL && !is_allowed(&u))
		why = "plain HTTP is allowed to this machine and the "
		      "addresses of ECS and EKS only";
	if (why != NULL)
		cred_job_fail(
		    job, "AWS_CONTAINER_CREDENTIALS_FULL_URI: %s", why);
	buf_fini(&origin);
	return why == NULL;
}

/* The token file is read anew each time: EKS replaces it. */
static bool
find_token(struct cred_job *job, struct buf *token)
{
	const char *file = conf_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *value = conf_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	char why[128];

	if (file != NULL) {
		if (cred_file_line(file, token, why, sizeof(why)))
			return true;
		cred_job_fail(job,
		    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE "
		    "%.100s: %s",
		    file, why);
		return false;
	}
	if (value == NULL)
		return true;
	if (strpbrk(value, "\r\n") == NULL && buf_adds(token, value))
		return true;
	cred_job_fail(job, "AWS_CONTAINER_AUTHORIZATION_TOKEN is not valid");
	return false;
}

enum cred_step
cred_container_start(struct cred_job *job)
{
	struct cred_web web = {.method = "GET",
	    .flags = HTTP_NO_PROXY,
	    .timeout = TIMEOUT,
	    .attempts = ATTEMPTS,
	    .fn = on_answer};
	struct buf url, token, header;
	bool good;

	buf_init(&url, LIMIT_URL);
	buf_init(&token, LIMIT_TOKEN);
	buf_init(&header, LIMIT_TOKEN + 64);
	good = find_url(job, &url) && find_token(job, &token);
	if (good) {
		web.url = url.data;
		web.headers[0] = "Accept: application/json";
		if (token.len > 0) {
			buf_addf(&header, "Authorization: %s", token.data);
			web.headers[1] = header.data;
		}
		cred_web_send(job, &web);
	}
	hash_cleanse(token.data, token.room);
	hash_cleanse(header.data, header.room);
	buf_fini(&token);
	buf_fini(&header);
	buf_fini(&url);
	return good ? CRED_WAIT : CRED_FAILED;
}
