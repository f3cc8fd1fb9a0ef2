#ifndef CRED_SCENE_H
#define CRED_SCENE_H

/*
 * A stage for credentials: a fake network that gives its answers in order
 * (it stands in for http.c), a fake clock that lets time pass at once, and
 * the two configuration files in a directory of this run.
 */

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "buf.h"
#include "clock.h"
#include "conf.h"
#include "cred.h"
#include "diag.h"
#include "fake_clock.h"
#include "http.h"
#include "loop.h"
#include "when.h"

/* --- the network: answers are given in order --- */

struct answer {
	const char *url; /* a part of it */
	int status;	 /* 0: no answer */
	const char *body;
};

static struct network {
	struct loop *loop;
	const struct answer *answers;
	size_t n, next;
	struct http_req *open;
	bool cancelled;
	struct loop_call call;
	char sent[8192]; /* the last request, as lines */
	unsigned requests, flags;
} net;

static void
deliver(void *arg)
{
	static const struct fail none;
	struct http_req *req = net.open;
	const struct answer *a;
	struct fail f = none;

	(void)arg;
	net.open = NULL;
	if (net.cancelled || net.next == net.n) {
		fail_set(&f, net.cancelled ? FAIL_CANCELLED : FAIL_LOCAL,
		    "nobody answers");
		req->done(req, &f);
		return;
	}
	a = &net.answers[net.next++];
	ok(strstr(req->url, a->url) != NULL, "asked: %s", a->url);
	if (a->status == 0) {
		fail_set(&f, FAIL_LOCAL, "connection refused");
	} else {
		req->status = a->status;
		req->data(req, a->body, strlen(a->body));
	}
	req->done(req, &f);
}

void
http_submit(struct http *h, struct http_req *req)
{
	size_t i, n;

	(void)h;
	net.open = req;
	net.cancelled = false;
	net.requests++;
	net.flags = req->flags;
	n = (size_t)snprintf(
	    net.sent, sizeof(net.sent), "%s %s\n", req->method, req->url);
	for (i = 0; i < req->nheaders; i++)
		n += (size_t)snprintf(net.sent + n, sizeof(net.sent) - n,
		    "%s\n", req->headers[i]);
	if (req->body != NULL)
		snprintf(net.sent + n, sizeof(net.sent) - n, "\n%s",
		    (const char *)req->body);
	net.call.fn = deliver;
	loop_defer(net.loop, &net.call);
}

void
http_cancel(struct http *h, struct http_req *req)
{
	(void)h;
	(void)req;
	net.cancelled = true;
}

static void
network(const struct answer *answers, size_t n)
{
	net.answers = answers;
	net.n = n;
	net.next = 0;
	net.requests = 0;
}
#define NETWORK(a) network((a), sizeof(a) / sizeof((a)[0]))

/* --- a scene --- */

static char dir[] = "/tmp/t_cred.XXXXXX";
static char config[64], credentials[64];
static struct loop *loop;
static struct conf *conf;
static struct cred *cred;
static struct cred_waiter waiter;
static struct fail fail;
static unsigned woken;

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	chmod(path, 0600);
}

static void
on_wake(void *arg)
{
	(void)arg;
	woken++;
	loop_stop(loop);
}

static void
begin(
    const char *config_text, const char *credentials_text, const char *profile)
{
	char *why;

	put(config, config_text);
	put(credentials, credentials_text);
	loop = loop_new(fake_wait, NULL, fake_clock);
	net.loop = loop;
	if ((conf = conf_new(&why)) == NULL)
		abort();
	cred = cred_new(loop, NULL, conf, profile, profile != NULL, NULL);
	memset(&waiter, 0, sizeof(waiter));
	waiter.fn = on_wake;
	woken = 0;
}

static void
pass(int64_t ms)
{
	fake_pass(loop, ms);
}

static void
end(void)
{
	cred_free(cred);
	pass(0);
	conf_free(conf);
	loop_free(loop);
}

static const struct cred_keys *
get(void)
{
	fail_clear(&fail);
	return cred_get(cred, &waiter, &fail);
}

/* Wait until there are keys, or there never will be. */
static const struct cred_keys *
wait_for_keys(void)
{
	const struct cred_keys *keys = get();

	if (keys != NULL || fail.kind != FAIL_NONE)
		return keys;
	loop_run(loop);
	return get();
}

static const char *
access_key(const struct cred_keys *keys)
{
	return keys == NULL ? fail.text : keys->access_key;
}

/* A date so many seconds from now. */
static const char *
after(int64_t seconds)
{
	static char text[4][WHEN_ISO_SIZE];
	static unsigned i;

	i = (i + 1) % 4;
	when_format_iso(clock_wall() + seconds * 1000, false, text[i]);
	return text[i];
}

static const char *
metadata(char *to, size_t room, const char *key, int64_t seconds)
{
	snprintf(to, room,
	    "{\"Code\":\"Success\",\"AccessKeyId\":\"%s\","
	    "\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"%s\"}",
	    key, after(seconds));
	return to;
}

static char sso_cache[128];

static void
scene_init(void)
{
	char path[128];

	diag_init("t_cred");
	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(config, sizeof(config), "%s/conf", dir);
	snprintf(credentials, sizeof(credentials), "%s/cred", dir);
	setenv("AWS_CONFIG_FILE", config, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", credentials, 1);
	setenv("HOME", dir, 1);
	unsetenv("AWS_PROFILE");
	snprintf(path, sizeof(path), "%s/.aws", dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/.aws/sso", dir);
	mkdir(path, 0700);
	snprintf(sso_cache, sizeof(sso_cache), "%s/.aws/sso/cache", dir);
	mkdir(sso_cache, 0700);
}

static void
scene_fini(void)
{
	char path[128];

	unlink(config);
	unlink(credentials);
	rmdir(sso_cache);
	snprintf(path, sizeof(path), "%s/.aws/sso", dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/.aws", dir);
	rmdir(path);
	rmdir(dir);
}

#endif
