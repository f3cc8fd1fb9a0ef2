#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "s3.h"
#include "server.h"

void
s3_get_tagging(struct request *r)
{
	struct tree_record *record;
	struct object o;

	if (!request_allowed(r, "GetObjectTagging") ||
	    (record = s3_find(r)) == NULL)
		return;
	if (r->bucket->options.no_tagging || r->bucket->options.directory) {
		(void)request_error(
		    r, 501, "NotImplemented", "This bucket has no tags");
		return;
	}
	store_object(&r->server->store, record, &o);
	request_xml(r, "Tagging");
	text_str(&r->reply, "<TagSet>");
	for (size_t i = 0; o.tags != NULL && i < o.tags->n; i++) {
		text_str(&r->reply, "<Tag>");
		request_element(r, "Key", o.tags->item[i].name);
		request_element(r, "Value", o.tags->item[i].value);
		text_str(&r->reply, "</Tag>");
	}
	text_str(&r->reply, "</TagSet></Tagging>");
	store_object_fini(&o);
}

static void
set_tags(struct request *r, struct tree_record *record, struct pairs *tags)
{
	struct object o;

	store_object(&r->server->store, record, &o);
	pairs_drop(o.tags);
	o.tags = tags;
	store_put(r->bucket, r->key, r->key_length, &o);
}

void
s3_put_tagging(struct request *r)
{
	struct tree_record *record;
	struct pairs *tags = NULL;
	size_t at = 0, n;
	char *key;

	if (!request_allowed(r, "PutObjectTagging") ||
	    (record = s3_find(r)) == NULL)
		return;
	if (r->bucket->options.no_tagging || r->bucket->options.directory) {
		(void)request_error(
		    r, 501, "NotImplemented", "This bucket has no tags");
		return;
	}
	while ((key = s3_next_element(r, "Key", &at, &n)) != NULL) {
		char *value = s3_next_element(r, "Value", &at, &n);

		pairs_add(&tags, key, value != NULL ? value : "");
	}
	if (r->body.n == 0 || (tags != NULL && tags->n > 10)) {
		(void)request_error(r, 400, "MalformedXML",
		    "The XML you provided was not well-formed or did not "
		    "validate against our published schema");
		pairs_drop(tags);
		return;
	}
	set_tags(r, record, tags);
}

void
s3_delete_tagging(struct request *r)
{
	struct tree_record *record;

	if (!request_allowed(r, "DeleteObjectTagging") ||
	    (record = s3_find(r)) == NULL)
		return;
	set_tags(r, record, NULL);
	r->status = 204;
}

/* A grant to an account, or to one of the groups that have URIs. */
static void
add_grant(
    struct request *r, const char *who, bool group, const char *permission)
{
	text_fmt(&r->reply,
	    "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/"
	    "XMLSchema-instance\" xsi:type=\"%s\">",
	    group ? "Group" : "CanonicalUser");
	request_element(r, group ? "URI" : "ID", who);
	text_str(&r->reply, "</Grantee>");
	request_element(r, "Permission", permission);
	text_str(&r->reply, "</Grant>");
}

static void
add_grants(struct request *r, const char *acl)
{
	static const char all[] =
	    "http://acs.amazonaws.com/groups/global/AllUsers";
	static const char known[] =
	    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
	const char *owner = r->bucket->options.owner;

	add_grant(r, owner, false, "FULL_CONTROL");
	if (strncmp(acl, "public-read", 11) == 0)
		add_grant(r, all, true, "READ");
	if (strcmp(acl, "public-read-write") == 0)
		add_grant(r, all, true, "WRITE");
	if (strcmp(acl, "authenticated-read") == 0)
		add_grant(r, known, true, "READ");
}

void
s3_get_acl(struct request *r)
{
	struct tree_record *record;
	struct object o;

	if (!request_allowed(r, "GetObjectAcl") ||
	    (record = s3_find(r)) == NULL)
		return;
	store_object(&r->server->store, record, &o);
	request_xml(r, "AccessControlPolicy");
	text_str(&r->reply, "<Owner>");
	request_element(r, "ID", r->bucket->options.owner);
	text_str(&r->reply, "</Owner><AccessControlList>");
	add_grants(r, o.acl);
	text_str(&r->reply, "</AccessControlList></AccessControlPolicy>");
	store_object_fini(&o);
}

void
s3_put_acl(struct request *r)
{
	struct tree_record *record;
	struct object o, wanted;

	if (!request_allowed(r, "PutObjectAcl") ||
	    (record = s3_find(r)) == NULL)
		return;
	if (request_header(r, "x-amz-acl") == NULL) {
		(void)request_error(r, 501, "NotImplemented",
		    "Only canned ACLs in x-amz-acl are implemented");
		return;
	}
	store_object_init(&r->server->store, &wanted);
	if (s3_read_attributes(r, &wanted)) {
		store_object(&r->server->store, record, &o);
		o.acl = wanted.acl;
		store_put(r->bucket, r->key, r->key_length, &o);
	}
	store_object_fini(&wanted);
}
