#include <stdint.h>
#include <string.h>

#include "endpurl.h"
#include "limit.h"
#include "num.h"

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

bool
endpurl_is_ipv4(const char *s, size_t len)
{
	size_t i, dots = 0;

	for (i = 0; i < len; i++) {
		if (s[i] == '.')
			dots++;
		else if (s[i] < '0' || s[i] > '9')
			return false;
	}
	return dots == 3;
}

/* An endpoint's host may hold underscores: container networks have such. */
static bool
is_host(const char *s, size_t len)
{
	size_t i;

	if (len == 0 || len > 253 || s[0] == '.')
		return false;
	if (s[0] == '[') {
		for (i = 1; i + 1 < len; i++)
			if (strchr("0123456789abcdefABCDEF:.", s[i]) == NULL)
				return false;
		return len > 3 && s[len - 1] == ']';
	}
	for (i = 0; i < len; i++)
		if (!is_alnum(s[i]) && s[i] != '-' && s[i] != '.' &&
		    s[i] != '_')
			return false;
	return true;
}

static const char *
parse_authority(struct endpurl *u, const char *s, size_t len)
{
	const char *end = s + len, *colon;
	uint64_t port;

	u->host = s;
	colon = end;
	while (colon > s && colon[-1] != ':' && colon[-1] != ']')
		colon--;
	if (colon == s || colon[-1] == ']') {
		u->host_len = len;
	} else {
		u->host_len = (size_t)(colon - s) - 1;
		if (!num_parse(colon, (size_t)(end - colon), 65535, &port) ||
		    port == 0)
			return "the port in the endpoint URL is not a number "
			       "from 1 to 65535";
		if (port != (u->tls ? 443 : 80))
			u->port = (unsigned)port;
	}
	if (!is_host(u->host, u->host_len))
		return "the endpoint URL has no valid host name";
	u->is_ip = s[0] == '[' || endpurl_is_ipv4(s, u->host_len);
	return NULL;
}

const char *
endpurl_parse(struct endpurl *u, const char *s)
{
	size_t i;
	const char *why;

	memset(u, 0, sizeof(*u));
	if (strlen(s) > LIMIT_URL)
		return "the endpoint URL is too long";
	u->tls = strncmp(s, "https://", 8) == 0;
	if (!u->tls && strncmp(s, "http://", 7) != 0)
		return "the endpoint URL must begin with http:// or https://";
	s += u->tls ? 8 : 7;
	if (strchr(s, '?') != NULL || strchr(s, '#') != NULL)
		return "the endpoint URL must not have a query or fragment";
	if (memchr(s, '@', strcspn(s, "/")) != NULL)
		return "the endpoint URL must not hold a user name";
	why = parse_authority(u, s, strcspn(s, "/"));
	if (why != NULL)
		return why;
	u->path = s + strcspn(s, "/");
	u->path_len = strlen(u->path);
	while (u->path_len > 0 && u->path[u->path_len - 1] == '/')
		u->path_len--;
	for (i = 0; i < u->path_len; i++)
		if (!is_alnum(u->path[i]) &&
		    strchr("-._~/%!$&'()*+,;=:@", u->path[i]) == NULL)
			return "the path of the endpoint URL holds characters "
			       "that must be percent-encoded";
	return NULL;
}
