/* JSON, and the credentials that come in it (or, from STS, in XML). */

#include "buf.h"
#include "cred_job.h"
#include "cred_plan.h"
#include "cred_reply.h"
#include "cred_set.h"
#include "fuzz.h"
#include "json.h"

static void
read_json(const char *body, size_t len)
{
	static const char *const paths[] = {"Version", "AccessKeyId",
	    "roleCredentials.secretAccessKey", "roleCredentials.expiration",
	    "a.b.c.d", ".", "", "startUrl"};
	struct json *j = json_parse(body, len), *again;
	struct buf out;
	int64_t n;
	size_t i;

	if (j == NULL)
		return;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *text = json_text(j, paths[i]);

		FUZZ_CHECK(text == NULL || *text != '\0');
		FUZZ_CHECK(!json_int(j, paths[i], &n) || text == NULL);
	}
	json_put_text(j, "accessToken", "new");
	FUZZ_CHECK(strcmp(json_text(j, "accessToken"), "new") == 0);
	buf_init(&out, 8 << 20);
	if (json_write(j, &out)) {
		again = json_parse(out.data, out.len);
		FUZZ_CHECK(again != NULL);
		json_free(again);
	}
	buf_fini(&out);
	json_free(j);
}

static bool
read_credentials(unsigned how, struct cred_job *job, const char *p, size_t len)
{
	switch (how % 5) {
	case 0:
		return cred_reply_process(job, p, len);
	case 1:
		return cred_reply_metadata(job, p, len);
	case 2:
		return cred_reply_sso(job, p, len);
	case 3:
		return cred_reply_sts(job, "AssumeRole", p, len);
	}
	return cred_reply_sts(job, "AssumeRoleWithWebIdentity", p, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {data, size};
	unsigned how = fuzz_byte(&f);
	struct cred_plan plan;
	struct cred_job job;
	size_t len;
	char *body = fuzz_take(&f, SIZE_MAX, &len), source[] = "a source";

	memset(&plan, 0, sizeof(plan));
	plan.source = source;
	cred_job_init(&job);
	job.plan = &plan;
	if (read_credentials(how, &job, body, len)) {
		FUZZ_CHECK(job.out.access_key != NULL);
		FUZZ_CHECK(job.out.secret != NULL);
		cred_set_sane(&job.out);
	} else {
		FUZZ_CHECK(job.fail.kind == FAIL_CREDENTIALS);
		FUZZ_CHECK(job.fail.text[0] != '\0');
	}
	cred_job_fini(&job);
	read_json(body, len);
	free(body);
	return 0;
}
