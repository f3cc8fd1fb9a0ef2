#!/bin/sh
# Each provider of credentials over the wire: alone, in its place of the
# chain, and failing.
# shellcheck disable=SC2154 # lib.sh sets it
. "$(dirname "$0")/../lib.sh"
server 'bucket b' 'put b k'
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mkdir -m 700 "$HOME/.aws"
config=$HOME/.aws/config
umask 077

alice='aws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = alice-secret/with+odd=chars'

gives()		# CLAIM COMMAND...: it lists the bucket
{
	claim=$1
	shift
	say 'log reset'
	run "$@"
	is "$status:$(cat out)$(cat err)" 0:k "$claim"
}

fails()		# TEXT CLAIM COMMAND...
{
	text=$1 claim=$2
	shift 2
	say 'log reset'
	run "$@"
	status_is 2 "$claim: status 2"
	err_has "$text" "$claim"
}

asked()		# OPERATION COUNT CLAIM
{
	is "$(counted "$1")" "$2" "$3"
}

# --- credential_process ---
cat >process <<'EOF'
#!/bin/sh
[ "$1 $2" = 'two words' ] || { echo "wrong words" >&2; exit 4; }
read -r x && { echo "stdin is not empty" >&2; exit 5; }
echo chatter >&2
echo '{"Version": 1, "AccessKeyId": "AKIAALICE0000000001",
  "SecretAccessKey": "alice-secret/with+odd=chars"}'
EOF
chmod 700 process
printf '[default]\ncredential_process = "%s/process" two '\''words'\''\n' \
    "$PWD" >"$config"
gives 'credential_process' s3ls b
printf '[default]\ncredential_process = "%s/process" two\n' "$PWD" >"$config"
fails 'ended with status 4: wrong words' 'a process that fails' s3ls b
printf '[default]\ncredential_process = echo "{\\"Version\\": 1}"\n' >"$config"
fails 'lacks the access key' 'a process without keys' s3ls b
printf '[default]\ncredential_process = /nonexistent/x\n' >"$config"
fails 'there is no such command' 'a process that is not there' s3ls b

# --- assume-role ---
arn=arn:aws:iam::123456789012:role/reader
say "identity role=$arn external-id=e%3D1"
printf '[profile r]\nrole_arn = %s\nsource_profile = s\nexternal_id = e=1
region = eu-west-1\n[profile s]\n%s\n[profile two]\nrole_arn = %s
source_profile = r\nexternal_id = e=1\n[profile env]\nrole_arn = %s
credential_source = Environment\nexternal_id = e=1\n[profile ecs]\nrole_arn = %s
credential_source = EcsContainer\nexternal_id = e=1\n[profile no]
role_arn = %s\nsource_profile = s\n' \
    "$arn" "$alice" "$arn" "$arn" "$arn" "$arn" >"$config"
gives 'a role' s3ls --region us-east-1 r@b
asked AssumeRole 1 'costs one request of STS'
is "$(ask /log | grep -c '^ListObjectsV2.* 200')" 1 'and none is tried twice'
gives 'a chain of two roles' s3ls --region us-east-1 two@b
asked AssumeRole 2 'costs two'
as_alice
gives 'a role by the keys of the environment' s3ls env@b
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
gives 'a role by those of a container' \
    env AWS_CONTAINER_CREDENTIALS_FULL_URI="$CONTAINER" s3ls ecs@b
asked ContainerCredentials 1 'which is asked'
asked AssumeRole 1 'before STS'
fails 'cannot be assumed: AccessDenied' 'a role without its external id' \
    s3ls no@b
gives 'STS at an address of its own' env AWS_ENDPOINT_URL_STS="$STS" \
    s3ls --region us-east-1 r@b
fails 'cannot be assumed' 'an STS that is not there' \
    env AWS_ENDPOINT_URL_STS=http://127.0.0.1:1 s3ls r@b

# --- web identity ---
say 'identity web-token=jwt.a%2Bb'
printf 'jwt.a+b\n' >token
printf '[profile w]\nrole_arn = %s\nweb_identity_token_file = %s/token\n' \
    "$arn" "$PWD" >"$config"
gives 'web identity of a profile' s3ls w@b
asked AssumeRoleWithWebIdentity 1 'costs one request'
gives 'web identity of the environment' env AWS_ROLE_ARN=$arn \
    AWS_WEB_IDENTITY_TOKEN_FILE="$PWD/token" s3ls b
printf 'other\n' >token
fails 'cannot be assumed: InvalidIdentityToken' 'a token that is refused' \
    s3ls w@b
rm token
fails 'token: No such file' 'no token file' s3ls w@b

# --- SSO ---
export AWS_ENDPOINT_URL_SSO="$SSO" AWS_ENDPOINT_URL_SSO_OIDC="$OIDC"
cache=$HOME/.aws/sso/cache
mkdir -p "$cache"
old=$cache/$(printf %s https://start.example | sha1sum | cut -c1-40).json
new=$cache/$(printf %s corp | sha1sum | cut -c1-40).json
cached()	# FILE TOKEN SECONDS [MORE]
{
	printf '{"startUrl": "https://start.example", "region": "us-east-1",
	    "accessToken": "%s", "expiresAt": "%s"%s}\n' "$2" \
	    "$(date -u -d "@$(($(date +%s) + $3))" +%Y-%m-%dT%H:%M:%SZ)" \
	    "${4-}" >"$1"
}
client=', "clientId": "id", "clientSecret": "cs", "refreshToken": "refresh-token"'
printf '[profile old]\nsso_start_url = https://start.example
sso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = r
[profile new]\nsso_session = corp\nsso_account_id = 123456789012
sso_role_name = r\n[sso-session corp]\nsso_region = us-east-1
sso_start_url = https://start.example\n' >"$config"
fails 'SSO: there is no login: run: aws sso login --profile old' \
    'SSO without a login' s3ls old@b
cached "$old" sso-token 3600
gives 'SSO, the old form' s3ls old@b
asked GetRoleCredentials 1 'costs one request of the portal'
cached "$old" sso-token -5 "$client"
fails 'the login has expired: run: aws sso login --profile old' \
    'an expired login of the old form' s3ls old@b
cached "$old" bad-token 3600
fails 'no longer valid: run: aws sso login --profile old' \
    'a login that is refused' s3ls old@b
cached "$new" sso-token 3600
gives 'SSO, the new form' s3ls new@b
cached "$new" stale -5 "$client"
gives 'an expired login of the new form is renewed' s3ls new@b
asked CreateToken 1 'by one request'
ok 'and saved' grep -q '"sso-token"' "$new"
is "$(stat -c %a "$new")" 600 'for nobody else to read'
ok 'with all else that was there' grep -q startUrl "$new"
gives 'the next run uses it' s3ls new@b
asked CreateToken 0 'without a renewal'
cached "$new" stale -5 \
    ', "clientId": "id", "clientSecret": "cs", "refreshToken": "bad"'
fails 'could not be renewed: run: aws sso login --profile new' \
    'a login that cannot be renewed' s3ls new@b
cached "$new" sso-token 60 \
    ', "clientId": "id", "clientSecret": "cs", "refreshToken": "bad"'
gives 'but is used to its end' s3ls new@b

# --- container ---
rm "$config"
say 'identity container-token=Bearer%20x'
printf 'Bearer x\n' >token
export AWS_CONTAINER_CREDENTIALS_FULL_URI="$CONTAINER"
gives 'a container with a token file' \
    env AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="$PWD/token" s3ls b
gives 'a container with a token' \
    env AWS_CONTAINER_AUTHORIZATION_TOKEN='Bearer x' s3ls b
fails 'container credentials: HTTP 40' 'a container without its token' s3ls b
# The S3 server is a proxy, too, but knows no container.
gives 'no proxy is asked for it' env http_proxy="$S3" \
    AWS_CONTAINER_AUTHORIZATION_TOKEN='Bearer x' s3ls b
fails 'plain HTTP is allowed to' 'a container elsewhere' \
    env AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/ s3ls b
fails 'not valid' 'a token of two lines' \
    env AWS_CONTAINER_AUTHORIZATION_TOKEN="a
b" s3ls b
fails 'container credentials' 'a container that is not there' \
    env AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/ s3ls b
unset AWS_CONTAINER_CREDENTIALS_FULL_URI

# --- instance metadata ---
unset AWS_EC2_METADATA_DISABLED
export AWS_EC2_METADATA_SERVICE_ENDPOINT="$IMDS"
gives 'instance metadata' s3ls b
is "$(counted ImdsToken) $(counted ImdsRole) $(counted ImdsCredentials)" \
    '1 1 1' 'a token, the role, its keys'
printf '[profile i]\nrole_arn = %s\ncredential_source = Ec2InstanceMetadata
external_id = e=1\n' "$arn" >"$config"
gives 'a role by instance metadata' s3ls i@b
gives 'no proxy is asked for it' env http_proxy="$S3" s3ls b
say 'identity imds=v1-only'
fails 'no instance metadata (HTTP 404)' 'version 1 is not spoken' s3ls b
say 'identity imds=off'
fails 'no credentials in the environment, the profile or a container' \
    'no instance metadata' s3ls b
fails 'instance metadata is switched off' 'instance metadata, switched off' \
    env AWS_EC2_METADATA_DISABLED=true s3ls b
export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1
fails 'no instance metadata' 'nobody at its address' s3ls b

# --- keys that have run out ---
unset AWS_EC2_METADATA_SERVICE_ENDPOINT
export AWS_EC2_METADATA_DISABLED=true
cat >process <<'EOF'
#!/bin/sh
echo '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b",
  "Expiration": "2001-01-01T00:00:00Z"}'
EOF
printf '[default]\ncredential_process = %s/process\n' "$PWD" >"$config"
fails 'gave credentials that have expired already' 'keys of long ago' s3ls b
say 'account dora AKIADORA d-secret token=t expires=-1'
export AWS_ACCESS_KEY_ID=AKIADORA AWS_SECRET_ACCESS_KEY=d-secret
export AWS_SESSION_TOKEN=t
fails Expired 'an expired token of the environment' s3ls b
finish
