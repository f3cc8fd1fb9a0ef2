#ifndef CRED_JOB_H
#define CRED_JOB_H

/*
 * What cred.c and the providers (cred_process.c, cred_sso.c, ...) share: one
 * step of a fetch, from a plan to a set of keys.
 *
 * A provider's start function either has the keys at once (CRED_READY, in
 * out), or fails at once (CRED_FAILED, fail is set), or goes on and calls
 * job->end once, from the loop and never from inside start (CRED_WAIT).  A
 * failure's kind is FAIL_CREDENTIALS and its text says all that there is to
 * say. cred_job_cancel() ends a step without a call of end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "cred_plan.h"
#include "cred_set.h"
#include "fail.h"
#include "http.h"
#include "loop.h"

enum cred_step { CRED_WAIT, CRED_READY, CRED_FAILED };

struct cred_call;  /* a web request under way: cred_web.c */
struct cred_child; /* a process under way: cred_process.c */
struct cred_job;

typedef void cred_end_fn(struct cred_job *job, bool good);

struct cred_job {
	/* set by cred.c */
	struct loop *loop;
	struct http *http;
	const struct cred_plan *plan;
	const struct cred_role *role; /* to assume: cred_sts.c */
	const char *region;	      /* where STS is asked, or NULL */
	const char *ca_bundle;	      /* or NULL */
	bool insecure;
	bool patient;	      /* a renewal: work waits for it that
			       * should not die of a short outage */
	struct cred_set base; /* keys to assume the role with */
	struct cred_set out;
	struct fail fail;
	cred_end_fn *end;
	void *arg;
	/* the step's own */
	struct cred_call *call;
	struct cred_child *child;
	int stage;
	struct buf text; /* a bearer or session token */
};

void cred_job_init(struct cred_job *job);
void cred_job_fini(struct cred_job *job);
void cred_job_cancel(struct cred_job *job);
/* Sets fail and returns CRED_FAILED. */
enum cred_step cred_job_fail(struct cred_job *job, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The providers. */
enum cred_step cred_process_start(struct cred_job *job);
void cred_process_cancel(struct cred_job *job);
enum cred_step cred_sts_start(struct cred_job *job); /* job->role, base */
enum cred_step cred_sts_web_start(struct cred_job *job);
enum cred_step cred_sso_start(struct cred_job *job);
enum cred_step cred_container_start(struct cred_job *job);
enum cred_step cred_imds_start(struct cred_job *job);

#endif
