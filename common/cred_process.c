/*
 * credential_process: a command whose standard output is a JSON document with
 * the keys (AWS SDKs and Tools Reference Guide, "Process credential provider").
 *
 * Its stdin is /dev/null: ours is the key stream.  Its stdout and stderr are
 * pipes of ours, read as bytes come.  When stdout ends the child is waited for;
 * one that has closed it but lives on is asked a few times and then killed.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "cred_job.h"
#include "cred_reply.h"
#include "hash.h"
#include "limit.h"
#include "words.h"
#include "xalloc.h"

#define TIMEOUT	    (5 * 60 * 1000) /* a person may have to log in */
#define LINGER	    5000	    /* after the end of its stdout */
#define LINGER_STEP 10
#define STDERR_MAX  4096

struct cred_child {
	struct cred_job *job;
	pid_t pid;
	struct loop_fd out, err;
	struct loop_timer timer;
	struct buf output, errors;
	int lingered; /* ms since the end of stdout */
};

static void
close_pipe(struct loop *loop, struct loop_fd *w)
{
	if (w->fd < 0)
		return;
	loop_watch(loop, w, 0);
	close(w->fd);
	w->fd = -1;
}

static void
child_free(struct cred_child *child)
{
	struct cred_job *job = child->job;

	close_pipe(job->loop, &child->out);
	close_pipe(job->loop, &child->err);
	loop_timer_cancel(job->loop, &child->timer);
	hash_cleanse(child->output.data, child->output.room);
	buf_fini(&child->output);
	buf_fini(&child->errors);
	free(child);
	job->child = NULL;
}

/* Nothing is left behind: SIGKILL cannot be refused. */
static void
kill_child(struct cred_child *child)
{
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void
cred_process_cancel(struct cred_job *job)
{
	if (job->child == NULL)
		return;
	kill_child(job->child);
	child_free(job->child);
}

static void
end(struct cred_child *child, bool good)
{
	struct cred_job *job = child->job;

	child_free(child);
	job->end(job, good);
}

static void
give_up(struct cred_child *child, const char *why)
{
	kill_child(child);
	cred_job_fail(child->job, "credential_process of profile %.60s %s",
	    child->job->plan->profile, why);
	end(child, false);
}

/* Its first line, for the message. */
static const char *
first_error(struct cred_child *child, int status)
{
	char *s = child->errors.data + strspn(child->errors.data, " \r\n\t");

	s[strcspn(s, "\r\n")] = '\0';
	if (*s == '\0' && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return "there is no such command";
	if (*s == '\0' && WIFEXITED(status) && WEXITSTATUS(status) == 126)
		return "it cannot be executed";
	return s;
}

static void
died(struct cred_child *child, int status)
{
	struct cred_job *job = child->job;
	const char *profile = job->plan->profile;
	const char *error = first_error(child, status);
	const char *colon = *error == '\0' ? "" : ": ";

	if (WIFSIGNALED(status))
		cred_job_fail(job,
		    "credential_process of profile %.60s died "
		    "of signal %d%s%s",
		    profile, WTERMSIG(status), colon, error);
	else
		cred_job_fail(job,
		    "credential_process of profile %.60s ended "
		    "with status %d%s%s",
		    profile, WEXITSTATUS(status), colon, error);
	end(child, false);
}

static void
read_output(struct cred_child *child)
{
	struct cred_job *job = child->job;
	bool good = cred_reply_process(
	    job, child->output.data, child->output.len);

	end(child, good);
}

/* What is there now, and whether that was the end. */
static bool
drain(struct loop_fd *w, struct buf *b, bool *ended)
{
	char piece[4096];
	ssize_t n;
	bool fits = true;

	*ended = false;
	while (w->fd >= 0) {
		n = read(w->fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		*ended = n == 0 || (n < 0 && errno != EAGAIN);
		if (n <= 0)
			break;
		fits = buf_add(b, piece, (size_t)n) && fits;
	}
	hash_cleanse(piece, sizeof(piece));
	return fits;
}

static void
on_timer(void *arg)
{
	struct cred_child *child = arg;
	bool ended;
	int status;
	pid_t pid;

	if (child->out.fd >= 0 || child->lingered >= LINGER) {
		give_up(child,
		    child->out.fd >= 0 ? "did not end within 5 minutes" :
					 "closed its output but did not end");
		return;
	}
	do
		pid = waitpid(child->pid, &status, WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid == 0) {
		child->lingered += LINGER_STEP;
		loop_timer_set(child->job->loop, &child->timer, LINGER_STEP);
		return;
	}
	drain(&child->err, &child->errors, &ended);
	/* where SIGCHLD is ignored nobody knows the status */
	if (pid < 0 || status == 0)
		read_output(child);
	else
		died(child, status);
}

static void
on_output(void *arg, int events)
{
	struct cred_child *child = arg;
	bool ended;

	(void)events;
	if (!drain(&child->out, &child->output, &ended)) {
		give_up(child, "printed too much");
		return;
	}
	if (!ended)
		return;
	close_pipe(child->job->loop, &child->out);
	loop_timer_set(child->job->loop, &child->timer, 0);
}

/* More than the buffer holds is read and forgotten. */
static void
on_errors(void *arg, int events)
{
	struct cred_child *child = arg;
	bool ended;

	(void)events;
	drain(&child->err, &child->errors, &ended);
	if (ended)
		close_pipe(child->job->loop, &child->err);
}

/* In the child: async-signal-safe calls only. */
static void
become(char **words, int out, int err)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(127);
	if (null > STDERR_FILENO)
		close(null);
	execvp(words[0], words);
	_exit(errno == ENOENT ? 127 : 126);
}

static bool
make_pipe(int fds[2])
{
	int i;

	if (pipe(fds) != 0)
		return false;
	for (i = 0; i < 2; i++) {
		/* dup2() must not meet its own target in the child */
		if (fds[i] <= STDERR_FILENO) {
			int higher = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);

			close(fds[i]);
			fds[i] = higher;
		}
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	return fds[0] >= 0 && fds[1] >= 0;
}

static struct cred_child *
child_new(struct cred_job *job, pid_t pid, int out, int err)
{
	struct cred_child *child = xcalloc(1, sizeof(*child));

	child->job = job;
	child->pid = pid;
	child->out.fd = out;
	child->out.fn = on_output;
	child->out.arg = child;
	child->err.fd = err;
	child->err.fn = on_errors;
	child->err.arg = child;
	child->timer.fn = on_timer;
	child->timer.arg = child;
	buf_init(&child->output, LIMIT_PROCESS_OUTPUT);
	buf_init(&child->errors, STDERR_MAX);
	return child;
}

static enum cred_step
spawn(struct cred_job *job, char **words)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	pid_t pid = -1;

	if (make_pipe(out) && make_pipe(err))
		pid = fork();
	if (pid == 0)
		become(words, out[1], err[1]);
	if (pid < 0)
		cred_job_fail(job,
		    "credential_process of profile %.60s cannot "
		    "be started: %s",
		    job->plan->profile, strerror(errno));
	if (out[1] >= 0)
		close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	if (pid < 0) {
		if (out[0] >= 0)
			close(out[0]);
		if (err[0] >= 0)
			close(err[0]);
		return CRED_FAILED;
	}
	job->child = child_new(job, pid, out[0], err[0]);
	loop_watch(job->loop, &job->child->out, LOOP_READ);
	loop_watch(job->loop, &job->child->err, LOOP_READ);
	loop_timer_set(job->loop, &job->child->timer, TIMEOUT);
	return CRED_WAIT;
}

enum cred_step
cred_process_start(struct cred_job *job)
{
	char **words = words_split(job->plan->command);
	enum cred_step step;

	if (words == NULL || words[0] == NULL)
		step = cred_job_fail(job,
		    "credential_process of profile "
		    "%.60s: a quote is not closed, or there is no command",
		    job->plan->profile);
	else
		step = spawn(job, words);
	words_free(words);
	return step;
}
