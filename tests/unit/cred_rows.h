/* See t_cred_plan.c.  K is a pair of keys. */
/* clang-format off */
#define K "aws_access_key_id = A\naws_secret_access_key = S\n"
#define E_KEYS "AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=S"
#define E_WEB "AWS_WEB_IDENTITY_TOKEN_FILE=/t", "AWS_ROLE_ARN=arn:env"
#define E_ECS "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x"
#define E_NO_IMDS "AWS_EC2_METADATA_DISABLED=true"
#define SSO "sso_account_id = 1\nsso_role_name = R\n"
#define SSO_OLD SSO "sso_start_url = U\nsso_region = r\n"
#define SESSION "[sso-session w]\nsso_start_url = U\nsso_region = r\n"
#define CRED_X "credentials file DIR/cred, profile x"

/* order */
{"nothing at all: instance metadata", "", "", {NULL}, "default", false, "instance metadata", NULL},
{"nothing at all, and that is off", "", "", {E_NO_IMDS}, "default", false, "!no credentials: none in the environment", NULL},
{"a container", "", "", {E_ECS, E_NO_IMDS}, "default", false, "container credentials", NULL},
{"the environment goes first", "[default]\n" K, "[default]\n" K, {E_KEYS}, "default", false, "environment variables", NULL},
{"the environment beats AWS_PROFILE", "", "[x]\n" K, {E_KEYS}, "x", false, "environment variables", NULL},
{"a named profile beats the environment", "", "[x]\n" K, {E_KEYS}, "x", true, CRED_X, NULL},
{"a secret key alone in the environment does not count", "", "[x]\n" K, {"AWS_SECRET_ACCESS_KEY=S"}, "x", false, CRED_X, NULL},
{"an access key alone is an error", "", "", {"AWS_ACCESS_KEY_ID=A"}, "default", false, "!AWS_SECRET_ACCESS_KEY", NULL},
{"a broken expiration is an error", "", "", {E_KEYS, "AWS_CREDENTIAL_EXPIRATION=soon"}, "default", false, "!no date: soon", NULL},
{"credentials file before config file", "[profile x]\n" K, "[x]\n" K, {NULL}, "x", true, CRED_X, NULL},
{"config file", "[profile x]\n" K, "", {NULL}, "x", true, "config file DIR/conf, profile x", NULL},
{"credentials file before credential_process", "[profile x]\ncredential_process = p\n", "[x]\n" K, {NULL}, "x", true, CRED_X, NULL},
{"credential_process before config file", "[profile x]\ncredential_process = p\n" K, "", {NULL}, "x", true, "credential_process of profile x", NULL},
{"SSO before the credentials file", "[profile x]\n" SSO_OLD, "[x]\n" K, {NULL}, "x", true, "SSO U, role R of account 1", NULL},
{"web identity of the environment before the profile's keys", "", "[default]\n" K, {E_WEB}, "default", false, "web identity token /t for role arn:env", NULL},
{"but not for a named profile", "", "[x]\n" K, {E_WEB}, "x", true, CRED_X, NULL},
{"a profile's role before web identity of the environment", "[profile x]\nrole_arn = a\nsource_profile = y\n", "[y]\n" K, {E_WEB}, "x", false, "credentials file DIR/cred, profile y", "x"},
{"a profile without credentials: a container", "[profile x]\nregion = r\n", "", {E_ECS}, "x", true, "container credentials", NULL},

/* profiles that are wrong */
{"a misspelt profile", "[profile x]\n", "", {NULL}, "y", true, "!no profile \"y\" in DIR/conf or DIR/cred", NULL},
{"an access key without a secret one", "", "[x]\naws_access_key_id = A\n", {NULL}, "x", true, "!no aws_secret_access_key", NULL},
{"the two keys in two files", "[profile x]\naws_secret_access_key = S\n", "[x]\naws_access_key_id = A\n", {NULL}, "x", true, "!no aws_secret_access_key", NULL},
{"login_session", "[profile x]\nlogin_session = arn:x\n", "", {NULL}, "x", true, "!login_session (aws login), which is not supported", NULL},
{"keys of the credentials file beside a login_session", "[profile x]\nlogin_session = arn:x\n", "[x]\n" K, {NULL}, "x", true, CRED_X, NULL},

/* roles */
{"a role with a source", "[profile x]\nrole_arn = a\nsource_profile = y\n", "[y]\n" K, {NULL}, "x", true, "credentials file DIR/cred, profile y", "x"},
{"a chain of roles", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\nrole_arn = b\nsource_profile = z\n", "[z]\n" K, {NULL}, "x", true, "credentials file DIR/cred, profile z", "y x"},
{"three roles", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\nrole_arn = b\nsource_profile = z\n[profile z]\nrole_arn = c\ncredential_source = Environment\n", "", {E_KEYS}, "x", true, "environment variables", "z y x"},
{"a profile may be its own source", "[profile x]\nrole_arn = a\nsource_profile = x\n", "[x]\n" K, {NULL}, "x", true, CRED_X, "x"},
{"a source with keys and a role gives its keys", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\nrole_arn = b\nsource_profile = z\n", "[y]\n" K, {NULL}, "x", true, "credentials file DIR/cred, profile y", "x"},
{"a source that is a process", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\ncredential_process = p\n", "", {NULL}, "x", true, "credential_process of profile y", "x"},
{"a source that is SSO", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\n" SSO_OLD, "", {NULL}, "x", true, "SSO U, role R of account 1", "x"},
{"a source that is a web identity", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\nrole_arn = b\nweb_identity_token_file = /u\n", "", {NULL}, "x", true, "web identity token /u for role b", "x"},
{"its own source without keys", "[profile x]\nrole_arn = a\nsource_profile = x\n", "", {NULL}, "x", true, "!goes round: x -> x", NULL},
{"a loop of three", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\nrole_arn = b\nsource_profile = z\n[profile z]\nrole_arn = c\nsource_profile = y\n", "", {NULL}, "x", true, "!goes round: x -> y -> z -> y", NULL},
{"a source that does not exist", "[profile x]\nrole_arn = a\nsource_profile = y\n", "", {NULL}, "x", true, "!source_profile y, which does not exist", NULL},
{"a source without credentials", "[profile x]\nrole_arn = a\nsource_profile = y\n[profile y]\n", "", {NULL}, "x", true, "!source_profile y of profile x has no credentials", NULL},
{"neither source_profile nor credential_source", "[profile x]\nrole_arn = a\n", "", {NULL}, "x", true, "!neither of source_profile and credential_source", NULL},
{"both of them", "[profile x]\nrole_arn = a\nsource_profile = y\ncredential_source = Environment\n", "", {NULL}, "x", true, "!both source_profile and credential_source", NULL},
{"credential_source = Environment, although named", "[profile x]\nrole_arn = a\ncredential_source = Environment\n", "", {E_KEYS}, "x", true, "environment variables", "x"},
{"credential_source = Environment, which is empty", "[profile x]\nrole_arn = a\ncredential_source = Environment\n", "", {NULL}, "x", true, "!which has no credentials", NULL},
{"credential_source = EcsContainer", "[profile x]\nrole_arn = a\ncredential_source = EcsContainer\n", "", {E_ECS}, "x", true, "container credentials", "x"},
{"credential_source = Ec2InstanceMetadata", "[profile x]\nrole_arn = a\ncredential_source = Ec2InstanceMetadata\n", "", {NULL}, "x", true, "instance metadata", "x"},
{"credential_source = Ec2InstanceMetadata, switched off", "[profile x]\nrole_arn = a\ncredential_source = Ec2InstanceMetadata\n", "", {E_NO_IMDS}, "x", true, "!which has no credentials", NULL},
{"credential_source is misspelt", "[profile x]\nrole_arn = a\ncredential_source = environment\n", "", {NULL}, "x", true, "!none of Environment", NULL},
{"mfa_serial", "[profile x]\nrole_arn = a\nsource_profile = y\nmfa_serial = m\n", "[y]\n" K, {NULL}, "x", true, "!MFA code (mfa_serial)", NULL},
{"duration_seconds too short", "[profile x]\nrole_arn = a\nsource_profile = y\nduration_seconds = 899\n", "[y]\n" K, {NULL}, "x", true, "!from 900 to 43200", NULL},
{"duration_seconds is no number", "[profile x]\nrole_arn = a\nsource_profile = y\nduration_seconds = 1h\n", "[y]\n" K, {NULL}, "x", true, "!from 900 to 43200", NULL},

/* web identity */
{"web identity of a profile", "[profile x]\nrole_arn = a\nweb_identity_token_file = /u\n", "", {NULL}, "x", true, "web identity token /u for role a", NULL},
{"the environment's beats the profile's", "[default]\nrole_arn = a\nweb_identity_token_file = /u\n", "", {E_WEB}, "default", false, "web identity token /t for role arn:env", NULL},
{"a token file without a role in the environment", "", "", {"AWS_WEB_IDENTITY_TOKEN_FILE=/t"}, "default", false, "!AWS_ROLE_ARN", NULL},
{"a token file without a role in the profile", "[profile x]\nweb_identity_token_file = /u\n", "", {NULL}, "x", true, "!no role_arn", NULL},

/* SSO */
{"SSO by session", "[profile x]\nsso_session = w\n" SSO SESSION, "", {NULL}, "x", true, "SSO w, role R of account 1", NULL},
{"SSO by session with a blank in its name", "[profile x]\nsso_session = w w\n" SSO "[sso-session w w]\nsso_start_url = U\nsso_region = r\n", "", {NULL}, "x", true, "SSO w w, role R of account 1", NULL},
{"values agree", "[profile x]\nsso_session = w\nsso_region = r\n" SSO SESSION, "", {NULL}, "x", true, "SSO w, role R of account 1", NULL},
{"values differ", "[profile x]\nsso_session = w\nsso_region = s\n" SSO SESSION, "", {NULL}, "x", true, "!different values for sso_region", NULL},
{"no such session", "[profile x]\nsso_session = v\n" SSO SESSION, "", {NULL}, "x", true, "!sso-session v, which does not exist", NULL},
{"a session that lacks its region", "[profile x]\nsso_session = w\n" SSO "[sso-session w]\nsso_start_url = U\n", "", {NULL}, "x", true, "!sso-session w lacks sso_region", NULL},
{"a profile that lacks its start URL", "[profile x]\nsso_region = r\n" SSO, "", {NULL}, "x", true, "!profile x lacks sso_start_url", NULL},
{"an account without a role", "[profile x]\nsso_account_id = 1\nsso_start_url = U\nsso_region = r\n", "", {NULL}, "x", true, "!not both", NULL},
{"a session alone is no SSO profile", "[profile x]\nsso_session = w\n" SESSION, "[x]\n" K, {NULL}, "x", true, CRED_X, NULL},
