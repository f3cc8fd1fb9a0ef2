#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cred_job.h"
#include "cred_web.h"
#include "hash.h"
#include "limit.h"

void
cred_job_init(struct cred_job *job)
{
	memset(job, 0, sizeof(*job));
	buf_init(&job->text, LIMIT_TOKEN);
}

void
cred_job_fini(struct cred_job *job)
{
	cred_set_fini(&job->base);
	cred_set_fini(&job->out);
	hash_cleanse(job->text.data, job->text.room);
	buf_fini(&job->text);
}

void
cred_job_cancel(struct cred_job *job)
{
	cred_web_cancel(job);
	cred_process_cancel(job);
}

enum cred_step
cred_job_fail(struct cred_job *job, const char *fmt, ...)
{
	char text[sizeof(job->fail.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fail_clear(&job->fail);
	fail_set(&job->fail, FAIL_CREDENTIALS, "%s", text);
	return CRED_FAILED;
}
