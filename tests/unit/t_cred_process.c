/* credential_process, with real processes. */

#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "clock.h"
#include "conf.h"
#include "cred.h"
#include "diag.h"
#include "loop.h"

static char dir[] = "/tmp/t_cred_process.XXXXXX";
static char config[64], script[64];
static struct fail fail;
static struct loop *loop;
static bool hurry; /* timers run out at once */
static int64_t skipped;

static void
put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	chmod(path, mode);
}

static int64_t
now(void)
{
	return clock_mono() + skipped;
}

static void
wait_for(void *arg, struct pollfd *fds, size_t count, int timeout)
{
	(void)arg;
	if (hurry && timeout > 0) {
		skipped += timeout;
		timeout = 0;
	}
	poll(fds, (nfds_t)count, timeout);
}

static void
on_wake(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

/* Run the script that has these lines as the profile's process.  The access
 * key, or what failed. */
static const char *
run_as(const char *command, char *to, size_t room)
{
	struct cred_waiter w = {.fn = on_wake};
	const struct cred_keys *keys;
	struct conf *conf;
	struct cred *cred;
	char text[512], *why;

	snprintf(text, sizeof(text), "[profile x]\ncredential_process = %s\n",
	    command);
	put(config, text, 0600);
	if ((conf = conf_new(&why)) == NULL)
		abort();
	loop = loop_new(wait_for, NULL, now);
	cred = cred_new(loop, NULL, conf, "x", true, NULL);
	fail_clear(&fail);
	keys = cred_get(cred, &w, &fail);
	if (keys == NULL && fail.kind == FAIL_NONE) {
		loop_run(loop);
		keys = cred_get(cred, &w, &fail);
	}
	snprintf(to, room, "%s%s%s",
	    keys == NULL ? fail.text : keys->access_key,
	    keys == NULL || keys->token == NULL ? "" : " ",
	    keys == NULL || keys->token == NULL ? "" : keys->token);
	cred_free(cred);
	conf_free(conf);
	loop_free(loop);
	return to;
}

static const char *
run(const char *lines)
{
	static char result[512];
	char text[2048];

	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", lines);
	put(script, text, 0700);
	return run_as(script, result, sizeof(result));
}

#define JSON(more)                                        \
	"echo '{\"Version\": 1, \"AccessKeyId\": \"A\", " \
	"\"SecretAccessKey\": \"S\"" more "}'"
#define OF "credential_process of profile x"

static void
test_good(void)
{
	char result[512], command[256];

	is_str(run(JSON("")), "A", "keys");
	is_str(run(JSON(", \"SessionToken\": \"T\"")), "A T", "with a token");
	is_str(run(JSON(", \"Expiration\": \"2099-01-01T00:00:00Z\"")), "A",
	    "with an expiration");
	is_str(run("echo noise >&2; " JSON("") "; echo more >&2"), "A",
	    "what it says on stderr does not matter");
	is_str(run("if read x; then exit 9; fi; " JSON("")), "A",
	    "its stdin is empty");
	is_str(
	    run("dd if=/dev/zero bs=1024 count=200 >&2 2>/dev/null; " JSON("")),
	    "A", "much on stderr does not block it");
	is_str(run(JSON("") "; exec >&-; i=0; while [ $i -lt 2000 ]; do "
			    "i=$((i+1)); done; exit 0"),
	    "A", "it may close its output before it ends");
	put(script,
	    "#!/bin/sh\n[ $# = 2 ] && [ \"$2\" = 'a b' ] && " JSON("") "\n",
	    0700);
	snprintf(command, sizeof(command), "\"%s\" --for 'a b'", script);
	is_str(run_as(command, result, sizeof(result)), "A",
	    "words in quotes are one argument");
}

static void
test_bad(void)
{
	char result[512];

	is_str(run("echo first line >&2; echo second >&2; exit 3"),
	    OF " ended with status 3: first line",
	    "a failure has its status and the first line of stderr");
	is_str(run(JSON("") "; exit 1"), OF " ended with status 1",
	    "keys of one that failed do not count");
	is_str(run("kill -9 $$"), OF " died of signal 9", "death by signal");
	is_str(
	    run("echo hello"), OF ": the answer is no JSON object", "nonsense");
	is_str(run("exit 0"), OF ": the answer is no JSON object", "nothing");
	is_str(run("echo '{\"Version\": 2}'"),
	    OF ": the answer lacks \"Version\": 1", "another version");
	is_str(run("echo '{\"Version\": 1, \"AccessKeyId\": \"A\"}'"),
	    OF ": the answer lacks the access key or the secret key",
	    "a key is missing");
	is_str(run(JSON(", \"Expiration\": \"soon\"")),
	    OF ": the answer has an expiration that is no date", "no date");
	ok(strstr(run(JSON(", \"Expiration\": \"2001-01-01T00:00:00Z\"")),
	       "expired already") != NULL,
	    "expired keys");
	is_str(run("dd if=/dev/zero bs=1024 count=300 2>/dev/null"),
	    OF " printed too much", "too much output");
	is_str(run_as("/nonexistent/tool", result, sizeof(result)),
	    OF " ended with status 127: there is no such command",
	    "a command that does not exist");
	put(script, "", 0600);
	is_str(run_as(script, result, sizeof(result)),
	    OF " ended with status 126: it cannot be executed",
	    "one that cannot be executed");
	ok(strstr(run_as("tool 'a", result, sizeof(result)),
	       "quote is not closed") != NULL,
	    "an open quote");
}

static void
test_slow(void)
{
	hurry = true;
	is_str(run("exec sleep 1000"), OF " did not end within 5 minutes",
	    "one that never ends is ended");
	hurry = false;
	ok(waitpid(-1, NULL, WNOHANG) < 0, "no child is left behind");
}

/* Freed while it runs. */
static void
test_cancel(void)
{
	struct cred_waiter w = {.fn = on_wake};
	struct conf *conf;
	struct cred *cred;
	char *why;

	put(script, "#!/bin/sh\nexec sleep 1000\n", 0700);
	conf = conf_new(&why);
	loop = loop_new(wait_for, NULL, now);
	cred = cred_new(loop, NULL, conf, "x", true, NULL);
	ok(cred_get(cred, &w, &fail) == NULL, "one that is under way");
	cred_free(cred);
	ok(waitpid(-1, NULL, WNOHANG) < 0, "is ended when nobody wants it");
	conf_free(conf);
	loop_free(loop);
}

int
main(void)
{
	diag_init("t_cred_process");
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(config, sizeof(config), "%s/conf", dir);
	snprintf(script, sizeof(script), "%s/script", dir);
	setenv("AWS_CONFIG_FILE", config, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/cred", 1);
	test_good();
	test_bad();
	test_slow();
	test_cancel();
	unlink(config);
	unlink(script);
	rmdir(dir);
	return tap_done();
}
