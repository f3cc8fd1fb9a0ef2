/*
 * Instance metadata, version 2 only: a token by PUT, then the name of the
 * instance's role, then its keys (Amazon EC2 User Guide, "Use the Instance
 * Metadata Service").  Version 1, which needs no token and can thus be reached
 * through a careless proxy on the instance, is never spoken.
 */

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "clock.h"
#include "conf.h"
#include "cred_job.h"
#include "cred_reply.h"
#include "cred_web.h"
#include "endpurl.h"
#include "hash.h"
#include "limit.h"
#include "num.h"
#include "uri.h"

#define ROLES	     "/latest/meta-data/iam/security-credentials/"
#define TTL	     "21600"
#define NAME_MAX_LEN 256

enum stage { TOKEN, ROLE, KEYS };

static void ask(struct cred_job *job, enum stage stage, const char *role);

static bool
find_base(struct cred_job *job, struct buf *url)
{
	const char *set = conf_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = conf_env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	const char *why;
	struct endpurl u;

	if (set == NULL)
		set = mode != NULL && strcasecmp(mode, "ipv6") == 0 ?
		    "http://[fd00:ec2::254]" :
		    "http://169.254.169.254";
	why = endpurl_parse(&u, set);
	if (why != NULL) {
		cred_job_fail(
		    job, "AWS_EC2_METADATA_SERVICE_ENDPOINT: %s", why);
		return false;
	}
	return buf_add(url, set, (size_t)(u.path - set) + u.path_len);
}

static int
number(const char *name, int otherwise, uint64_t max)
{
	const char *text = conf_env(name);
	uint64_t value;

	if (text == NULL || !num_str(text, max, &value) || value == 0)
		return otherwise;
	return (int)value;
}

/* Nothing else was configured, so the user hears what was looked for. */
static void
fail_absent(struct cred_job *job, const struct cred_answer *answer)
{
	char phrase[100];

	cred_web_phrase(answer, phrase, sizeof(phrase));
	if (job->plan->last_resort)
		cred_job_fail(job,
		    "no credentials in the environment, the "
		    "profile or a container, and no instance metadata (%s)",
		    phrase);
	else
		cred_job_fail(job, "instance metadata: %s", phrase);
}

static void
on_token(struct cred_job *job, const struct cred_answer *answer)
{
	buf_reset(&job->text);
	if (answer->status != 200 || answer->len == 0 ||
	    strpbrk(answer->body, "\r\n") != NULL ||
	    !buf_add(&job->text, answer->body, answer->len)) {
		fail_absent(job, answer);
		job->end(job, false);
		return;
	}
	ask(job, ROLE, "");
}

static void
on_role(struct cred_job *job, const struct cred_answer *answer)
{
	size_t len = strcspn(answer->body, "\r\n");
	struct buf role;

	if (answer->status == 404 || (answer->status == 200 && len == 0)) {
		cred_job_fail(job,
		    "instance metadata: this instance has no "
		    "role");
		job->end(job, false);
		return;
	}
	if (answer->status != 200 || len > NAME_MAX_LEN) {
		fail_absent(job, answer);
		job->end(job, false);
		return;
	}
	buf_init(&role, LIMIT_URL);
	uri_encode(&role, answer->body, len);
	ask(job, KEYS, role.data);
	buf_fini(&role);
}

/* Keys that have expired are given out when EC2 cannot renew them, and the
 * store takes them: use them, and ask again in ten minutes or so. */
static void
extend(struct cred_set *keys)
{
	int64_t now = clock_wall();

	if (keys->expires != 0 && keys->expires <= now)
		keys->expires = now + 600000 +
		    (int64_t)(hash_random() % 300000);
}

static void
on_keys(struct cred_job *job, const struct cred_answer *answer)
{
	bool good = false;

	if (answer->status != 200)
		fail_absent(job, answer);
	else
		good = cred_reply_metadata(job, answer->body, answer->len);
	if (good)
		extend(&job->out);
	job->end(job, good);
}

static void
ask(struct cred_job *job, enum stage stage, const char *role)
{
	static cred_answer_fn *const fns[] = {on_token, on_role, on_keys};
	struct cred_web web = {.method = stage == TOKEN ? "PUT" : "GET",
	    .flags = HTTP_NO_PROXY,
	    .fn = fns[stage]};
	struct buf url, header;

	buf_init(&url, LIMIT_URL);
	buf_init(&header, LIMIT_TOKEN + 64);
	find_base(job, &url);
	if (stage == TOKEN) {
		buf_adds(&url, "/latest/api/token");
		buf_adds(&header, "X-aws-ec2-metadata-token-ttl-seconds: " TTL);
	} else {
		buf_addf(&url, ROLES "%s", role);
		buf_addf(
		    &header, "X-aws-ec2-metadata-token: %s", job->text.data);
	}
	web.url = url.data;
	web.headers[0] = header.data;
	web.timeout = 1000 * number("AWS_METADATA_SERVICE_TIMEOUT", 1, 3600);
	web.attempts = number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 100);
	cred_web_send(job, &web);
	hash_cleanse(header.data, header.room);
	buf_fini(&header);
	buf_fini(&url);
}

enum cred_step
cred_imds_start(struct cred_job *job)
{
	struct buf url;
	bool good;

	buf_init(&url, LIMIT_URL);
	good = find_base(job, &url);
	buf_fini(&url);
	if (!good)
		return CRED_FAILED;
	ask(job, TOKEN, "");
	return CRED_WAIT;
}
