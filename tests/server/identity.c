#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "request.h"
#include "server.h"
#include "sigv4.h"
#include "spoil.h"

#define ROLE	   "test-role"
#define IMDS_TOKEN "imds-token/2=="

static void
set(char **where, const char *value)
{
	free(*where);
	*where = value != NULL ? mem_dup(value, strlen(value)) : NULL;
}

void
identity_init(struct identity *i)
{
	memset(i, 0, sizeof(*i));
	set(&i->account, "alice");
	set(&i->key, "ASIATEMP000000000001");
	set(&i->secret, "temp-secret");
	set(&i->token, "temp-token/1");
	set(&i->sso_token, "sso-token");
	set(&i->refresh_token, "refresh-token");
	set(&i->region, "us-east-1");
	i->expires = 3600;
}

void
identity_fini(struct identity *i)
{
	free(i->account);
	free(i->key);
	free(i->secret);
	free(i->token);
	free(i->role);
	free(i->external_id);
	free(i->web_token);
	free(i->container_token);
	free(i->sso_token);
	free(i->refresh_token);
	free(i->region);
}

static bool
set_imds(struct identity *i, const char *mode)
{
	if (strcmp(mode, "v2") == 0)
		i->imds = IDENTITY_IMDS_V2;
	else if (strcmp(mode, "v1-only") == 0)
		i->imds = IDENTITY_IMDS_V1_ONLY;
	else if (strcmp(mode, "off") == 0)
		i->imds = IDENTITY_IMDS_OFF;
	else
		return false;
	return true;
}

bool
identity_option(struct identity *i, const char *word)
{
	struct {
		const char *name;
		char **where;
	} texts[] = {{"account", &i->account}, {"key", &i->key},
	    {"secret", &i->secret}, {"token", &i->token}, {"role", &i->role},
	    {"external-id", &i->external_id}, {"web-token", &i->web_token},
	    {"container-token", &i->container_token},
	    {"sso-token", &i->sso_token}, {"region", &i->region},
	    {"refresh-token", &i->refresh_token}};
	const char *value = strchr(word, '=');
	size_t n = value != NULL ? (size_t)(value - word) : strlen(word);

	if (value == NULL) {
		i->fresh = i->fresh || strcmp(word, "fresh") == 0;
		return strcmp(word, "fresh") == 0;
	}
	value++;
	for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++) {
		if (strlen(texts[k].name) == n &&
		    strncmp(texts[k].name, word, n) == 0) {
			set(texts[k].where, value);
			return true;
		}
	}
	if (strncmp(word, "expires=", 8) == 0)
		return text_signed(value, &i->expires);
	return strncmp(word, "imds=", 5) == 0 && set_imds(i, value);
}

/* One set of credentials, made known to the S3 side. */
struct issue {
	char key[64], secret[64], token[128];
	int64_t expires; /* ms */
};

static void
issue(struct server *server, struct issue *out)
{
	struct identity *i = &server->identity;
	unsigned long long n = ++i->issued;

	out->expires = server_now(server) + i->expires * 1000;
	out->expires -= out->expires % 1000;
	if (i->fresh) {
		(void)snprintf(
		    out->key, sizeof(out->key), "ASIAFRESH%011llu", n);
		(void)snprintf(
		    out->token, sizeof(out->token), "fresh/%llu+token==", n);
	} else {
		(void)snprintf(out->key, sizeof(out->key), "%s", i->key);
		(void)snprintf(out->token, sizeof(out->token), "%s", i->token);
	}
	(void)snprintf(out->secret, sizeof(out->secret), "%s", i->secret);
	access_add(&server->access, i->account, out->key, out->secret,
	    out->token, out->expires);
}

/* These services write their times without a fraction. */
static void
add_time(struct request *r, int64_t ms)
{
	text_iso(&r->reply, ms);
	r->reply.n -= strlen(".000Z");
	text_char(&r->reply, 'Z');
}

static void
json_type(struct request *r)
{
	request_reply_value(r, "Content-Type", "application/json");
}

static void
add_json(struct request *r, const char *name, const char *value)
{
	text_fmt(&r->reply, "\"%s\":\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			text_char(&r->reply, '\\');
		text_char(&r->reply, *value);
	}
	text_char(&r->reply, '"');
}

static void
json_error(
    struct request *r, unsigned status, const char *code, const char *message)
{
	r->status = status;
	r->code = code;
	r->reply.n = 0;
	json_type(r);
	text_char(&r->reply, '{');
	add_json(r, "error", code);
	text_char(&r->reply, ',');
	add_json(r, "message", message);
	text_char(&r->reply, '}');
}

static void
plain(struct request *r, unsigned status, const char *body)
{
	r->status = status;
	request_reply_value(r, "Content-Type", "text/plain");
	text_str(&r->reply, body);
}

/* ----------------------------------------------------------------- STS */

static void
sts_error(
    struct request *r, unsigned status, const char *code, const char *message)
{
	r->status = status;
	r->code = code;
	r->reply.n = 0;
	text_str(&r->reply,
	    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/"
	    "\"><Error><Type>Sender</Type>");
	request_element(r, "Code", code);
	request_element(r, "Message", message);
	text_fmt(&r->reply,
	    "</Error><RequestId>%llu</RequestId></ErrorResponse>",
	    (unsigned long long)r->number);
}

static void
sts_credentials(struct request *r, const char *action, const char *session)
{
	const struct identity *i = &r->server->identity;
	struct issue c;

	issue(r->server, &c);
	text_fmt(&r->reply,
	    "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
	    "<%sResult><Credentials>",
	    action, action);
	request_element(r, "AccessKeyId", c.key);
	request_element(r, "SecretAccessKey", c.secret);
	request_element(r, "SessionToken", c.token);
	text_str(&r->reply, "<Expiration>");
	add_time(r, c.expires);
	text_str(&r->reply,
	    "</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>");
	text_fmt(&r->reply, "AROATEST:%s</AssumedRoleId>", i->account);
	request_element(r, "Arn", session);
	text_fmt(&r->reply, "</AssumedRoleUser></%sResult></%sResponse>",
	    action, action);
}

static bool
good_session(const char *name)
{
	size_t n = name != NULL ? strlen(name) : 0;

	return n >= 2 && n <= 64 &&
	    strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_+=,.@-") == n;
}

static bool
differs(const char *wanted, const char *given)
{
	return wanted != NULL && (given == NULL || strcmp(wanted, given) != 0);
}

static void
assume(struct request *r, const struct pairs *form)
{
	const struct identity *i = &r->server->identity;
	const char *role = pairs_get(form, "RoleArn");
	const char *session = pairs_get(form, "RoleSessionName");
	bool web = r->op == OP_ASSUME_ROLE_WITH_WEB_IDENTITY;
	const char *version = pairs_get(form, "Version");

	if (!web && r->account == NULL)
		sts_error(r, 403, "MissingAuthenticationToken",
		    "Request is missing Authentication Token");
	else if (role == NULL || !good_session(session) || version == NULL ||
	    strcmp(version, "2011-06-15") != 0)
		sts_error(r, 400, "ValidationError",
		    "RoleArn, RoleSessionName or Version is missing or bad");
	else if (differs(i->role, role) ||
	    (!web && differs(i->external_id, pairs_get(form, "ExternalId"))))
		sts_error(r, 403, "AccessDenied",
		    "Not authorized to perform sts:AssumeRole");
	else if (web &&
	    (pairs_get(form, "WebIdentityToken") == NULL ||
		differs(i->web_token, pairs_get(form, "WebIdentityToken"))))
		sts_error(r, 400, "InvalidIdentityToken",
		    "The web identity token could not be validated");
	else
		sts_credentials(r, op_name(r->op), session);
}

static void
sts(struct request *r)
{
	struct pairs *form = NULL;

	if (!sigv4_check(r, "sts") || !sigv4_check_body(r)) {
		const char *code = r->code;

		sts_error(r, r->status, code, "The signature is not good");
		return;
	}
	if (pairs_read(&form, r->body.p != NULL ? r->body.p : ""))
		assume(r, form);
	else
		sts_error(r, 400, "MalformedQueryString", "Not a form");
	pairs_drop(form);
}

/* ----------------------------------------------------- SSO and its tokens */

static void
role_credentials(struct request *r)
{
	const struct identity *i = &r->server->identity;
	const char *token = request_header(r, "x-amz-sso_bearer_token");
	struct issue c;

	if (differs(i->sso_token, token)) {
		json_error(r, 401, "UnauthorizedException",
		    "Session token not found or invalid");
		return;
	}
	if (request_param(r, "role_name") == NULL ||
	    request_param(r, "account_id") == NULL) {
		json_error(r, 400, "InvalidRequestException",
		    "role_name and account_id are needed");
		return;
	}
	issue(r->server, &c);
	json_type(r);
	text_str(&r->reply, "{\"roleCredentials\":{");
	add_json(r, "accessKeyId", c.key);
	text_char(&r->reply, ',');
	add_json(r, "secretAccessKey", c.secret);
	text_char(&r->reply, ',');
	add_json(r, "sessionToken", c.token);
	text_fmt(&r->reply, ",\"expiration\":%lld}}", (long long)c.expires);
}

/* The value of a string member, without regard to nesting; in the pool. */
static const char *
json_member(struct request *r, const char *name)
{
	struct text quoted = {0};
	const char *at;

	text_fmt(&quoted, "\"%s\"", name);
	at = r->body.p != NULL ? strstr(r->body.p, quoted.p) : NULL;
	if (at != NULL) {
		at += quoted.n;
		at += strspn(at, " :\t\r\n");
		at = *at == '"' ?
		    mem_pool_dup(&r->pool, at + 1, strcspn(at + 1, "\"")) :
		    NULL;
	}
	text_fini(&quoted);
	return at;
}

static void
create_token(struct request *r)
{
	struct identity *i = &r->server->identity;
	const char *grant = json_member(r, "grantType");
	char next[64];

	if (grant == NULL || strcmp(grant, "refresh_token") != 0 ||
	    json_member(r, "clientId") == NULL ||
	    json_member(r, "clientSecret") == NULL) {
		json_error(r, 400, "invalid_request",
		    "clientId, clientSecret and grantType refresh_token");
		return;
	}
	if (differs(i->refresh_token, json_member(r, "refreshToken"))) {
		json_error(r, 400, "invalid_grant", "Invalid refresh token");
		return;
	}
	(void)snprintf(next, sizeof(next), "refresh-token-%llu",
	    (unsigned long long)++i->refreshed);
	set(&i->refresh_token, next);
	json_type(r);
	text_char(&r->reply, '{');
	add_json(r, "accessToken", i->sso_token);
	text_char(&r->reply, ',');
	add_json(r, "refreshToken", next);
	text_fmt(&r->reply, ",\"tokenType\":\"Bearer\",\"expiresIn\":%lld}",
	    (long long)i->expires);
}

/* ---------------------------------------------------- container and IMDS */

static void
metadata_credentials(struct request *r)
{
	struct issue c;

	issue(r->server, &c);
	json_type(r);
	text_str(&r->reply, "{\"Code\":\"Success\",");
	add_json(r, "AccessKeyId", c.key);
	text_char(&r->reply, ',');
	add_json(r, "SecretAccessKey", c.secret);
	text_char(&r->reply, ',');
	add_json(r, "Token", c.token);
	text_str(&r->reply, ",\"Expiration\":\"");
	add_time(r, c.expires);
	text_str(&r->reply, "\"}");
}

static void
container(struct request *r)
{
	if (differs(r->server->identity.container_token,
		request_header(r, "authorization")))
		json_error(r, 401, "Unauthorized", "Authorization is wrong");
	else
		metadata_credentials(r);
}

static void
imds_token(struct request *r)
{
	const char *ttl = request_header(
	    r, "x-aws-ec2-metadata-token-ttl-seconds");
	uint64_t seconds;

	if (r->server->identity.imds != IDENTITY_IMDS_V2)
		plain(r, 404, "not found");
	else if (ttl == NULL || !text_number(ttl, false, &seconds) ||
	    seconds < 1 || seconds > 21600)
		plain(r, 400, "bad request");
	else
		plain(r, 200, IMDS_TOKEN);
}

static bool
imds_open(struct request *r)
{
	const struct identity *i = &r->server->identity;
	const char *token = request_header(r, "x-aws-ec2-metadata-token");

	if (i->imds == IDENTITY_IMDS_OFF)
		plain(r, 404, "not found");
	else if (i->imds == IDENTITY_IMDS_V2 && differs(IMDS_TOKEN, token))
		plain(r, 401, "unauthorized");
	else
		return true;
	return false;
}

static void
imds_get(struct request *r)
{
	if (!imds_open(r))
		return;
	if (r->op == OP_IMDS_CREDENTIALS)
		metadata_credentials(r);
	else if (strstr(r->raw_path, "placement/region") != NULL)
		plain(r, 200, r->server->identity.region);
	else
		plain(r, 200, ROLE "\n");
}

/* ------------------------------------------------------------------- all */

#define IMDS_BASE "/latest/meta-data/iam/security-credentials/"

void
identity_parse(struct request *r)
{
	const char *p;

	request_parse(r);
	p = r->raw_path;
	r->bucket_name = r->key = NULL;
	r->key_length = 0;
	r->op = OP_UNKNOWN;
	if (strcmp(r->method, "PUT") == 0) {
		if (strcmp(p, "/latest/api/token") == 0)
			r->op = OP_IMDS_TOKEN;
	} else if (strcmp(r->method, "POST") == 0) {
		if (strcmp(p, "/token") == 0)
			r->op = OP_CREATE_TOKEN;
		else if (strcmp(p, "/") == 0 && r->body.p != NULL &&
		    strstr(r->body.p, "Action=AssumeRoleWithWebIdentity"))
			r->op = OP_ASSUME_ROLE_WITH_WEB_IDENTITY;
		else if (strcmp(p, "/") == 0 && r->body.p != NULL &&
		    strstr(r->body.p, "Action=AssumeRole"))
			r->op = OP_ASSUME_ROLE;
	} else if (strcmp(p, "/federation/credentials") == 0) {
		r->op = OP_GET_ROLE_CREDENTIALS;
	} else if (strcmp(p, "/creds") == 0) {
		r->op = OP_CONTAINER_CREDENTIALS;
	} else if (strcmp(p, IMDS_BASE ROLE) == 0) {
		r->op = OP_IMDS_CREDENTIALS;
	} else if (strcmp(p, IMDS_BASE) == 0 ||
	    strcmp(p, "/latest/meta-data/placement/region") == 0) {
		r->op = OP_IMDS_ROLE;
	}
}

void
identity_handle(struct request *r)
{
	r->status = 200;
	r->fault = fault_strike(&r->server->faults, r);
	if (r->fault != NULL && r->fault->action == FAULT_SKEW)
		r->skew = r->fault->skew * 1000;
	if (spoil_instead(r))
		return;
	if (r->op == OP_ASSUME_ROLE ||
	    r->op == OP_ASSUME_ROLE_WITH_WEB_IDENTITY)
		sts(r);
	else if (r->op == OP_GET_ROLE_CREDENTIALS)
		role_credentials(r);
	else if (r->op == OP_CREATE_TOKEN)
		create_token(r);
	else if (r->op == OP_CONTAINER_CREDENTIALS)
		container(r);
	else if (r->op == OP_IMDS_TOKEN)
		imds_token(r);
	else if (r->op == OP_IMDS_ROLE || r->op == OP_IMDS_CREDENTIALS)
		imds_get(r);
	else
		plain(r, 404, "not found");
	spoil_document(r);
}
