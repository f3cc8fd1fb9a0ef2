/*
 * The life of credentials, over a fake network and a fake clock: who waits,
 * when keys are renewed, and what is said in the end.
 */

#include "cred_scene.h"

/* --- static keys --- */

static void
test_static(void)
{
	const struct cred_keys *keys;
	struct fail f;

	begin(
	    "", "[x]\naws_access_key_id = A\naws_secret_access_key = S\n", "x");
	keys = get();
	is_str(access_key(keys), "A", "keys of a file are there at once");
	is_str(keys->token, NULL, "without a token");
	is_int(keys->serial, 1, "serial 1");
	ok(strstr(cred_source(cred), "profile x") != NULL, "source");
	put(credentials,
	    "[x]\naws_access_key_id = B\n"
	    "aws_secret_access_key = S2\naws_session_token = T\n");
	is_str(access_key(get()), "A", "a changed file is not read unasked");
	ok(cred_expired(cred, 1), "but when the keys have expired");
	keys = get();
	is_str(access_key(keys), "B", "the new keys");
	is_int(keys->serial, 2, "serial 2");
	ok(cred_expired(cred, 1), "the old serial again is no renewal");
	is_str(access_key(get()), "B", "the keys stay");
	ok(!cred_expired(cred, 2), "an unchanged file cannot renew");
	ok(get() == NULL && fail.kind == FAIL_CREDENTIALS &&
		strstr(fail.text, "have expired, and credentials file") != NULL,
	    "which is final: %s", fail.text);
	end();

	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	begin("", "", NULL);
	is_str(access_key(get()), "E", "keys of the environment");
	ok(!cred_expired(cred, 1), "cannot be renewed");
	ok(cred_get(cred, &waiter, &f) == NULL &&
		strstr(f.text, "environment have expired") != NULL,
	    "and that is said");
	end();
	setenv("AWS_ACCESS_KEY_ID", "E\nX-Evil: 1", 1);
	begin("", "", NULL);
	ok(get() == NULL && strstr(fail.text, "no keys have") != NULL,
	    "keys that would break header lines are refused");
	end();
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
}

/* --- renewal, by way of a container --- */

/* Who asks while a fetch is under way waits for that one. */
static void
test_first(void)
{
	struct cred_waiter others[3] = {
	    {.fn = on_wake}, {.fn = on_wake}, {.fn = on_wake}};
	const struct cred_keys *keys;
	unsigned i;

	ok(get() == NULL && fail.kind == FAIL_NONE, "the first one waits");
	for (i = 0; i < 3; i++)
		cred_get(cred, &others[i], &fail);
	cred_cancel(cred, &others[1]);
	pass(0);
	is_int(net.requests, 1, "one fetch for all who wait");
	is_int(woken, 3, "all are woken but who went away");
	ok(net.flags & HTTP_NO_PROXY, "no proxy is asked");
	keys = get();
	is_str(access_key(keys), "A", "the keys");
	ok(keys->expires > clock_wall() + 990000, "their expiration");
}

/* Fails once, and is tried again. */
static void
test_renewal_again(void)
{
	pass(760000);
	get();
	pass(0);
	is_int(net.requests, 3, "a renewal that fails");
	is_str(access_key(get()), "B", "leaves the old keys in use");
	pass(1000);
	get();
	is_int(net.requests, 3, "and is not repeated at once");
	pass(60000);
	get();
	pass(0);
	is_int(net.requests, 4, "but after a while");
	is_str(access_key(get()), "C", "with success");
}

static void
test_renewal(void)
{
	char first[512], second[512], third[512];
	const struct answer answers[] = {
	    {"/creds", 200, metadata(first, sizeof(first), "A", 1000)},
	    {"/creds", 200, metadata(second, sizeof(second), "B", 1000)},
	    {"/creds", 403, "no"},
	    {"/creds", 200, metadata(third, sizeof(third), "C", 1000)},
	    {"/creds", 403, "no"}, {"/creds", 403, "no"}};
	const struct cred_keys *keys;

	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/creds",
	    1);
	begin("", "", NULL);
	NETWORK(answers);
	test_first();
	pass(740000);
	is_str(access_key(get()), "A", "before the last quarter");
	is_int(net.requests, 1, "nothing is renewed");
	pass(15000);
	is_str(access_key(get()), "A", "in the last quarter: old keys");
	is_str(access_key(get()), "A", "for everybody");
	is_int(net.requests, 2, "while one renewal is under way");
	pass(0);
	keys = get();
	is_str(access_key(keys), "B", "then the new ones");
	is_int(keys->serial, 2, "with a new serial");
	test_renewal_again();

	pass(945000);
	ok(get() == NULL && fail.kind == FAIL_NONE,
	    "in the last minute everybody waits");
	pass(0);
	ok(get() == NULL && fail.kind == FAIL_CREDENTIALS,
	    "a failure then is final");
	is_str(fail.text, "container credentials: HTTP 403", "with its reason");
	is_int(net.requests, 5, "nothing more is asked");
	end();
}

static void
test_expired(void)
{
	char first[512], second[512], third[512];
	const struct answer answers[] = {
	    {"/creds", 200, metadata(first, sizeof(first), "A", 1000)},
	    {"/creds", 200, metadata(second, sizeof(second), "B", 1000)},
	    {"/creds", 200, metadata(third, sizeof(third), "B", 1000)}};

	begin("", "", NULL);
	NETWORK(answers);
	is_str(access_key(wait_for_keys()), "A", "keys");
	ok(cred_expired(cred, 1), "the store called them expired");
	ok(cred_expired(cred, 1), "twice");
	ok(get() == NULL && fail.kind == FAIL_NONE,
	    "nobody gets them any more");
	pass(0);
	is_int(net.requests, 2, "they are renewed once");
	is_str(access_key(get()), "B", "new keys");
	ok(cred_expired(cred, 2), "expired again");
	pass(0);
	ok(get() == NULL && fail.kind == FAIL_CREDENTIALS &&
		strstr(fail.text, "has no new ones") != NULL,
	    "the same keys once more are an end: %s", fail.text);
	end();

	begin("", "", NULL);
	network(answers, 0);
	get();
	cred_free(cred);
	pass(0);
	is_int(woken, 0, "freed during a fetch: nobody is called");
	cred = NULL;
	end();
}

/* A service that is out of order for a moment. */
static void
test_outage(void)
{
	char first[512], second[512];
	const struct answer answers[] = {{"/creds", 503, ""},
	    {"/creds", 429, ""},
	    {"/creds", 200, metadata(first, sizeof(first), "A", 1000)},
	    {"/creds", 500, ""}, {"/creds", 500, ""}, {"/creds", 500, ""},
	    {"/creds", 500, ""}, {"/creds", 500, ""}, {"/creds", 500, ""},
	    {"/creds", 200, metadata(second, sizeof(second), "B", 1000)}};
	static const struct answer down[] = {{"/creds", 500, ""},
	    {"/creds", 500, ""}, {"/creds", 500, ""}, {"/creds", 500, ""}};

	begin("", "", NULL);
	NETWORK(answers);
	is_str(access_key(wait_for_keys()), "A",
	    "throttled and failing answers are asked again");
	cred_expired(cred, 1);
	is_str(access_key(wait_for_keys()), "B",
	    "and more often when work waits for a renewal");
	is_int(net.requests, 10, "in all");
	end();
	begin("", "", NULL);
	NETWORK(down);
	ok(wait_for_keys() == NULL && net.requests == 3,
	    "a container is asked three times at first");
	end();
}

static void
test_container(void)
{
	char text[512];
	const struct answer old[] = {
	    {"/creds", 200, metadata(text, sizeof(text), "A", -5)}};
	static const struct answer nonsense[] = {{"/creds", 200, "<html>"}},
				   lacking[] = {{"/creds", 200,
				       "{\"AccessKeyId\":\"A\"}"}},
				   absent[] = {{"/creds", 0, ""}};
	char token[64];

	begin("", "", NULL);
	NETWORK(old);
	ok(wait_for_keys() == NULL &&
		strstr(fail.text, "expired already") != NULL,
	    "keys that have expired already are no keys");
	end();
	begin("", "", NULL);
	NETWORK(nonsense);
	ok(wait_for_keys() == NULL, "nonsense");
	is_str(fail.text, "container credentials: the answer is no JSON object",
	    "is said");
	end();
	begin("", "", NULL);
	NETWORK(lacking);
	ok(wait_for_keys() == NULL && strstr(fail.text, "lacks") != NULL,
	    "an answer without a secret key");
	end();
	begin("", "", NULL);
	NETWORK(absent);
	ok(wait_for_keys() == NULL && strstr(fail.text, "refused") != NULL,
	    "no answer");
	end();
	snprintf(token, sizeof(token), "%s/token", dir);
	put(token, "file-token\n");
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "env-token", 1);
	begin("", "", NULL);
	network(nonsense, 0);
	wait_for_keys();
	ok(strstr(net.sent, "\nAuthorization: env-token\n") != NULL,
	    "the token of the environment");
	end();
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token, 1);
	begin("", "", NULL);
	wait_for_keys();
	ok(strstr(net.sent, "\nAuthorization: file-token\n") != NULL,
	    "the token of a file goes first");
	end();
	put(token, "a\nb\n");
	begin("", "", NULL);
	ok(get() == NULL && strstr(fail.text, "control characters") != NULL,
	    "a token of two lines is refused");
	end();
	unlink(token);
	begin("", "", NULL);
	ok(get() == NULL && strstr(fail.text, "No such file") != NULL,
	    "a token file that does not exist");
	end();
	unsetenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	unsetenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
}

static void
test_container_hosts(void)
{
	static const struct {
		const char *uri;
		bool good;
	} rows[] = {{"http://localhost/x", true}, {"http://127.9.9.9/x", true},
	    {"http://[::1]:80/x?y", true}, {"http://169.254.170.23/v1", true},
	    {"http://[fd00:ec2::23]/v1", true}, {"https://example.com/x", true},
	    {"http://example.com/x", false}, {"http://169.254.170.3/x", false},
	    {"http://127.evil.com/", false},
	    {"http://localhost.evil.com/", false}, {"ftp://localhost/", false},
	    {"http://localhost@evil.com/", false}, {"http:", false},
	    {"http://localhost/a b", false}};
	size_t i;

	network(NULL, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", rows[i].uri, 1);
		begin("", "", NULL);
		net.requests = 0;
		get();
		ok((net.requests == 1) == rows[i].good &&
			(fail.kind == FAIL_NONE) == rows[i].good,
		    "%s: %s", rows[i].uri, rows[i].good ? "asked" : "refused");
		end();
	}
	setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/creds", 1);
	begin("", "", NULL);
	get();
	ok(strncmp(net.sent, "GET http://169.254.170.2/v2/creds\n", 34) == 0,
	    "the relative URI goes first");
	end();
	unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

int
main(void)
{
	scene_init();
	test_static();
	test_renewal();
	test_expired();
	test_outage();
	test_container();
	test_container_hosts();
	scene_fini();
	return tap_done();
}
