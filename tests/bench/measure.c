/*
 * Runs a command and says what it took, as wait4(2) tells it: the processor
 * time of the command and of all that it waited for, and the largest memory
 * that any one of them held.
 *
 *	measure FILE COMMAND [ARG...]
 *
 * FILE gets one line: status, seconds, user seconds, system seconds, KiB.
 * A small program of its own, because a child's peak begins with what its
 * parent held when it forked.
 */

#define _DEFAULT_SOURCE /* wait4() */

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <err.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double
seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
status_of(int wait_status)
{
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) :
					128 + WTERMSIG(wait_status);
}

int
main(int argc, char **argv)
{
	struct rusage used;
	double began, took;
	FILE *out;
	pid_t pid;
	int status;

	if (argc < 3)
		errx(2, "usage: measure file command [arg ...]");
	began = now();
	if ((pid = fork()) == -1)
		err(2, "fork");
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (wait4(pid, &status, 0, &used) == -1)
		err(2, "wait4");
	took = now() - began;
	if ((out = fopen(argv[1], "w")) == NULL)
		err(2, "%s", argv[1]);
	fprintf(out, "%d %.6f %.6f %.6f %ld\n", status_of(status), took,
	    seconds(&used.ru_utime), seconds(&used.ru_stime), used.ru_maxrss);
	if (fclose(out) != 0)
		err(2, "%s", argv[1]);
	return 0;
}
