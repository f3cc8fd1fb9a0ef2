/* Instance metadata, STS and SSO: what is asked of whom, and how. */

#include "cred_scene.h"

/* --- instance metadata --- */

static void
test_imds(void)
{
	char text[512], late[512];
	const struct answer answers[] = {{"/latest/api/token", 200, "TOK"},
	    {"/latest/meta-data/iam/security-credentials/", 200,
		"my role\nother"},
	    {"/security-credentials/my%20role", 200,
		metadata(text, sizeof(text), "A", 3600)}};
	const struct answer expired[] = {{"token", 200, "TOK"},
	    {"security-credentials/", 200, "r"},
	    {"security-credentials/r", 200,
		metadata(late, sizeof(late), "A", -60)}};
	const struct cred_keys *keys;

	begin("", "", NULL);
	NETWORK(answers);
	keys = wait_for_keys();
	is_str(access_key(keys), "A", "instance metadata");
	is_str(keys->token, "T", "with a token");
	ok(strstr(net.sent, "GET http://169.254.169.254/latest/meta-data/") ==
		    net.sent &&
		strstr(net.sent, "\nX-aws-ec2-metadata-token: TOK\n") != NULL,
	    "the session's token is sent");
	ok(net.flags & HTTP_NO_PROXY, "no proxy is asked");
	end();
	begin("", "", NULL);
	NETWORK(expired);
	keys = wait_for_keys();
	ok(keys != NULL && keys->expires > clock_wall() + 590000,
	    "keys that have expired are used, and for a while");
	end();
}

static void
test_imds_in_vain(void)
{
	static const struct answer
	    v1[] = {{"token", 404, ""}},
	    gone[] = {{"token", 0, ""}},
	    no_role[] = {{"token", 200, "TOK"},
		{"security-credentials/", 404, ""}},
	    failed[] = {{"token", 200, "TOK"},
		{"security-credentials/", 200, "r"},
		{"/r", 200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}"}};
	static const struct {
		const char *what;
		const struct answer *answers;
		unsigned n; /* all of which are wanted */
		const char *why;
	} rows[] = {
	    {"version 1 is never spoken", v1, 1,
		"no credentials in the environment, the profile or a "
		"container, and no instance metadata (HTTP 404)"},
	    {"no answer", gone, 1, "refused)"},
	    {"an instance without a role", no_role, 2, "has no role"},
	    {"a code that is not Success", failed, 3,
		"says AssumeRoleUnauthorizedAccess"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin("", "", NULL);
		network(rows[i].answers, rows[i].n);
		ok(wait_for_keys() == NULL && net.requests == rows[i].n, "%s",
		    rows[i].what);
		ok(strstr(fail.text, rows[i].why) != NULL, "is told: %s",
		    fail.text);
		end();
	}
}

static void
test_imds_elsewhere(void)
{
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6", 1);
	begin("", "", NULL);
	network(NULL, 0);
	get();
	ok(strstr(net.sent,
	       "PUT http://[fd00:ec2::254]/latest/api/token\n"
	       "X-aws-ec2-metadata-token-ttl-seconds: 21600\n") == net.sent,
	    "by IPv6, for six hours");
	end();
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://h:1/", 1);
	begin("", "", NULL);
	get();
	ok(strstr(net.sent, "PUT http://h:1/latest/api/token\n") == net.sent,
	    "at the endpoint that is set");
	end();
	unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
}

/* --- STS --- */

static const char *
sts_answer(char *to, size_t room, const char *action, const char *key)
{
	snprintf(to, room,
	    "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/"
	    "2011-06-15/\"><%sResult><Credentials><AccessKeyId>%s"
	    "</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>"
	    "T%s</SessionToken><Expiration>%s</Expiration></Credentials>"
	    "</%sResult></%sResponse>",
	    action, action, key, key, after(3600), action, action);
	return to;
}

#define BASE "[s]\naws_access_key_id = A\naws_secret_access_key = S\n"

static void
test_roles(void)
{
	char one[1024], two[1024];
	const struct answer answers[] = {
	    {"https://sts.eu-west-1.amazonaws.com/", 200,
		sts_answer(one, sizeof(one), "AssumeRole", "B")},
	    {"https://sts.", 200,
		sts_answer(two, sizeof(two), "AssumeRole", "C")}};
	static const struct answer denied[] = {{"https://sts.", 403,
	    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied"
	    "</Code><Message>not you</Message></Error><RequestId>r1"
	    "</RequestId></ErrorResponse>"}};
	const struct cred_keys *keys;

	begin("[profile x]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = "
	      "y\nexternal_id = e&e\nduration_seconds = 900\n"
	      "role_session_name = me\nregion = eu-west-1\n[profile y]\n"
	      "role_arn = arn:y\nsource_profile = s\nregion = eu-west-1\n",
	    BASE, "x");
	NETWORK(answers);
	ok(get() == NULL, "a chain of two roles");
	ok(strstr(net.sent, "Credential=A/") != NULL &&
		strstr(net.sent,
		    "/eu-west-1/sts/aws4_request, "
		    "SignedHeaders=content-type;host;"
		    "x-amz-date, Signature=") != NULL,
	    "the first is signed with the source's keys");
	ok(strstr(net.sent,
	       "Action=AssumeRole&Version=2011-06-15&RoleArn="
	       "arn%3Ay&RoleSessionName=") != NULL,
	    "the first form");
	loop_run(loop);
	keys = get();
	is_str(access_key(keys), "C", "the keys of the last role");
	is_str(keys->token, "TC", "and its token");
	ok(strstr(net.sent, "Credential=B/") != NULL &&
		strstr(net.sent, "\nX-Amz-Security-Token: TB\n") != NULL &&
		strstr(net.sent,
		    "SignedHeaders=content-type;host;x-amz-date;x-amz-security-"
		    "token") != NULL,
	    "the second is signed with the first one's keys");
	ok(strstr(net.sent,
	       "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx&"
	       "RoleSessionName=me&DurationSeconds=900&ExternalId=e%26e") !=
		NULL,
	    "the second form");
	ok(strstr(cred_source(cred),
	       "role arn:aws:iam::1:role/x of profile x,"
	       " by role arn:y of profile y, by credentials file ") ==
		cred_source(cred),
	    "source: %s", cred_source(cred));
	end();
	begin("[profile x]\nrole_arn = arn:x\nsource_profile = s\n", BASE, "x");
	NETWORK(denied);
	ok(wait_for_keys() == NULL && fail.kind == FAIL_CREDENTIALS,
	    "a role that may not be assumed");
	is_str(fail.text,
	    "role arn:x cannot be assumed: AccessDenied: not "
	    "you (HTTP 403, request r1)",
	    "with STS's reason");
	end();
}

static void
test_sts_places(void)
{
	static const char role[] = "[profile x]\nrole_arn = arn:x\n"
				   "source_profile = s\n%s";
	char text[256];

	network(NULL, 0);
	snprintf(text, sizeof(text), role, "");
	begin(text, BASE, "x");
	get();
	ok(strstr(net.sent, "POST https://sts.us-east-1.amazonaws.com/\n") ==
		net.sent,
	    "no region: us-east-1");
	end();
	snprintf(text, sizeof(text), role, "region = cn-north-1\n");
	begin(text, BASE, "x");
	get();
	ok(strstr(net.sent,
	       "POST https://sts.cn-north-1.amazonaws.com.cn/\n") == net.sent,
	    "China");
	end();
	setenv("AWS_ENDPOINT_URL_STS", "http://h:9/base/", 1);
	begin(text, BASE, "x");
	get();
	ok(strstr(net.sent, "POST http://h:9/base/\n") == net.sent,
	    "AWS_ENDPOINT_URL_STS");
	end();
	setenv("AWS_ENDPOINT_URL_STS", "h:9", 1);
	begin(text, BASE, "x");
	ok(get() == NULL &&
		strstr(fail.text, "STS: the endpoint URL must") == fail.text,
	    "a broken one is refused");
	end();
	unsetenv("AWS_ENDPOINT_URL_STS");
}

static void
test_web_identity(void)
{
	char one[1024], two[1024], token[64];
	const struct answer answers[] = {{"https://sts.", 500, "busy"},
	    {"https://sts.", 200,
		sts_answer(one, sizeof(one), "AssumeRoleWithWebIdentity", "W")},
	    {"https://sts.", 200,
		sts_answer(
		    two, sizeof(two), "AssumeRoleWithWebIdentity", "X")}};

	snprintf(token, sizeof(token), "%s/jwt", dir);
	put(token, "a.b+c\n");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", token, 1);
	setenv("AWS_ROLE_ARN", "arn:w", 1);
	begin("", "", NULL);
	NETWORK(answers);
	is_str(access_key(wait_for_keys()), "W", "web identity");
	is_int(net.requests, 2, "a 500 is asked again");
	ok(strstr(net.sent, "Authorization") == NULL, "it is not signed");
	ok(strstr(net.sent, "RoleArn=arn%3Aw&RoleSessionName=") != NULL &&
		strstr(net.sent, "&WebIdentityToken=a.b%2Bc") != NULL,
	    "form");
	put(token, "new\n");
	cred_expired(cred, 1);
	pass(0);
	is_str(access_key(get()), "X", "renewed");
	ok(strstr(net.sent, "&WebIdentityToken=new") != NULL,
	    "with the token that the file holds by then");
	end();
	unlink(token);
	begin("", "", NULL);
	ok(get() == NULL && strstr(fail.text, "No such file") != NULL,
	    "no token file");
	end();
	unsetenv("AWS_WEB_IDENTITY_TOKEN_FILE");
	unsetenv("AWS_ROLE_ARN");
}

/* --- SSO --- */

/* SHA-1 of "w" and of "U" */
#define CACHE_W "aff024fe4ab0fece4091de044c58c9ae4233383a"
#define CACHE_U "b2c7c0caa10a0cca5ea7d69e54018ae0c0389dd6"
#define SSO	"sso_account_id = 1 2\nsso_role_name = R&R\n"

static char cache_w[256], cache_u[256];

static const char *
sso_answer(char *to, size_t room)
{
	snprintf(to, room,
	    "{\"roleCredentials\":{\"accessKeyId\":\"O\","
	    "\"secretAccessKey\":\"S\",\"sessionToken\":\"T\","
	    "\"expiration\":%" PRId64 "}}",
	    clock_wall() + 3600000);
	return to;
}

static void
put_cache(
    const char *path, const char *token, int64_t seconds, const char *more)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{\"accessToken\":\"%s\",\"expiresAt\":"
	    "\"%s\"%s}",
	    token, after(seconds), more);
	put(path, text);
}

static const char old_form[] = "[profile x]\n" SSO "sso_start_url = U\n"
			       "sso_region = eu-west-1\n";
static const char new_form[] =
    "[profile x]\nsso_session = w\n" SSO
    "[sso-session w]\nsso_start_url = U\nsso_region = eu-west-1\n";

static void
test_sso(void)
{
	char text[512];
	const struct answer good[] = {
	    {"https://portal.sso.eu-west-1."
	     "amazonaws.com/federation/credentials?account_id=1%202&"
	     "role_name=R%26R",
		200, sso_answer(text, sizeof(text))}};
	static const struct answer refused[] = {{"portal", 401, "{}"}},
				   denied[] = {{"portal", 403,
				       "{\"message\":\"No access\"}"}};

	begin(old_form, "", "x");
	ok(get() == NULL, "SSO without a login");
	is_str(fail.text,
	    "SSO: there is no login: run: aws sso login "
	    "--profile x",
	    "says what to do");
	end();
	put_cache(cache_u, "TOKEN", 3600, "");
	begin(old_form, "", "x");
	NETWORK(good);
	is_str(access_key(wait_for_keys()), "O", "SSO, the old form");
	ok(strstr(net.sent, "\nx-amz-sso_bearer_token: TOKEN\n") != NULL,
	    "with the cached token");
	end();
	begin(old_form, "", "x");
	NETWORK(refused);
	ok(wait_for_keys() == NULL &&
		strstr(fail.text, "aws sso login") != NULL,
	    "a token that is refused");
	end();
	begin(old_form, "", "x");
	NETWORK(denied);
	ok(wait_for_keys() == NULL &&
		strstr(fail.text,
		    "role R&R of account 1 2: HTTP 403: No access") != NULL,
	    "a role that is refused");
	end();
	put_cache(cache_u, "TOKEN", -5, ",\"refreshToken\":\"R\"");
	begin(old_form, "", "x");
	ok(get() == NULL && strstr(fail.text, "has expired: run") != NULL,
	    "the old form is not renewed");
	end();
	put(cache_u, "nonsense");
	begin(old_form, "", "x");
	ok(get() == NULL && strstr(fail.text, "no login") != NULL,
	    "nonsense in the cache is no login");
	end();
}

#define CLIENT                                        \
	",\"refreshToken\":\"R\",\"clientId\":\"C\"," \
	"\"clientSecret\":\"CS\",\"region\":\"eu-west-1\""

static void
test_sso_renewal(void)
{
	char text[512], saved[1024] = "";
	const struct answer renewed[] = {
	    {"https://oidc.eu-west-1.amazonaws.com/token", 200,
		"{\"accessToken\":\"NEW\",\"expiresIn\":3600,"
		"\"refreshToken\":\"R2\"}"},
	    {"portal", 200, sso_answer(text, sizeof(text))}};
	const struct answer kept[] = {{"oidc", 400, "{}"},
	    {"portal", 200, sso_answer(text, sizeof(text))}};
	static const struct answer lost[] = {{"oidc", 400, "{}"}};
	FILE *f;

	put_cache(cache_w, "OLD", -5, CLIENT);
	begin(new_form, "", "x");
	NETWORK(renewed);
	ok(get() == NULL && strstr(net.sent, "\"refresh_token\"") != NULL &&
		strstr(net.sent, "\"CS\"") != NULL,
	    "an expired token is renewed");
	loop_run(loop);
	is_str(access_key(get()), "O", "SSO, the new form");
	ok(strstr(net.sent, "\nx-amz-sso_bearer_token: NEW\n") != NULL,
	    "with the new token");
	f = fopen(cache_w, "r");
	ok(f != NULL && fread(saved, 1, sizeof(saved) - 1, f) > 0 &&
		strstr(saved, "NEW") != NULL && strstr(saved, "R2") != NULL &&
		strstr(saved, "eu-west-1") != NULL,
	    "the new token is saved, beside all else");
	if (f != NULL)
		fclose(f);
	end();
	put_cache(cache_w, "OLD", 600, CLIENT);
	begin(new_form, "", "x");
	NETWORK(kept);
	is_str(access_key(wait_for_keys()), "O",
	    "a token that lives on is used when it cannot be renewed");
	end();
	put_cache(cache_w, "OLD", -5, CLIENT);
	begin(new_form, "", "x");
	NETWORK(lost);
	ok(wait_for_keys() == NULL &&
		strstr(fail.text,
		    "could not be renewed: run: aws sso login --profile x") !=
		    NULL,
	    "else it is over");
	end();
	put_cache(cache_w, "OLD", 3600, CLIENT);
	begin(new_form, "", "x");
	network(&renewed[1], 1);
	is_str(access_key(wait_for_keys()), "O", "a fresh token");
	is_int(net.requests, 1, "is not renewed");
	end();
}

int
main(void)
{
	scene_init();
	snprintf(cache_w, sizeof(cache_w), "%s/%s.json", sso_cache, CACHE_W);
	snprintf(cache_u, sizeof(cache_u), "%s/%s.json", sso_cache, CACHE_U);
	test_imds();
	test_imds_in_vain();
	test_imds_elsewhere();
	test_roles();
	test_sts_places();
	test_web_identity();
	test_sso();
	test_sso_renewal();
	unlink(cache_w);
	unlink(cache_u);
	scene_fini();
	return tap_done();
}
