/* What to do about the failures that a first run meets most: a phrase after the
 * failure's own.  Most such runs fail for a word in a configuration file. */

#include <string.h>

#include "app.h"
#include "app_private.h"

/* libcurl's codes, part of its ABI; see libcurl-errors(3). */
enum {
	CURL_UNSUPPORTED_PROTOCOL = 1, /* of answers: HTTP/0.9 or none */
	CURL_COULDNT_RESOLVE_PROXY = 5,
	CURL_COULDNT_RESOLVE_HOST = 6,
	CURL_COULDNT_CONNECT = 7,
	CURL_WEIRD_SERVER_REPLY = 8,
	CURL_OPERATION_TIMEDOUT = 28,
	CURL_SSL_CONNECT_ERROR = 35,
	CURL_GOT_NOTHING = 52,
	CURL_RECV_ERROR = 56
};

/* No connection, or none that speaks HTTP. */
static const char *
about_connection(int code)
{
	switch (code) {
	case CURL_COULDNT_RESOLVE_PROXY:
		return ": check the proxy (https_proxy, http_proxy)";
	case CURL_COULDNT_RESOLVE_HOST:
		return ": check the endpoint and the region; a store without "
		       "host names for buckets wants --addressing-style path";
	case CURL_COULDNT_CONNECT:
	case CURL_OPERATION_TIMEDOUT:
		return ": check the endpoint, its port, and the proxy";
	case CURL_SSL_CONNECT_ERROR:
		return ": does the endpoint speak TLS, or is it http://?";
	case CURL_UNSUPPORTED_PROTOCOL:
	case CURL_WEIRD_SERVER_REPLY:
	case CURL_GOT_NOTHING:
	case CURL_RECV_ERROR:
		return ": does the endpoint speak plain HTTP, or is it "
		       "https://?";
	default:
		return "";
	}
}

static const struct {
	const char *code;
	const char *advice;
} by_code[] = {
    {"SignatureDoesNotMatch", ": check the secret key"},
    {"InvalidAccessKeyId",
	": check the access key, the endpoint and the profile"},
    {"InvalidToken",
	": check the session token (AWS_SESSION_TOKEN): it "
	"belongs to one access key and one provider"},
    {"ExpiredToken", ": log in again, or renew the session token"},
    {"TokenRefreshRequired", ": log in again, or renew the session token"},
    {"RequestTimeTooSkewed", ": set this machine's clock"},
};

static const char *
about_rights(const struct app_program *p)
{
	if (p->two_sides)
		return ": s3:GetObject at the source and s3:PutObject at the "
		       "destination are needed: check profiles and policies";
	if (p->filter)
		return ": s3:ListBucket or s3:GetObject is needed: check the "
		       "profile and the bucket's policy";
	return ": s3:ListBucket is needed: check the profile and the bucket's "
	       "policy";
}

const char *
app_advice(const struct app_program *program, const struct fail *f)
{
	size_t i;

	for (i = 0; i < sizeof(by_code) / sizeof(by_code[0]); i++)
		if (strcmp(f->code, by_code[i].code) == 0)
			return by_code[i].advice;
	if (f->kind == FAIL_TLS)
		return ": check the endpoint's name and the CA bundle "
		       "(--ca-bundle, AWS_CA_BUNDLE)";
	if (f->kind == FAIL_NOBUCKET)
		return ": check the name, the endpoint and the profile";
	if (f->kind == FAIL_NOTFOUND)
		return ": check the endpoint: it has no bucket in it";
	if (f->kind == FAIL_DENIED)
		return about_rights(program);
	if (f->kind == FAIL_PROTOCOL && f->curl == 0)
		return ": check the endpoint";
	return about_connection(f->curl);
}
