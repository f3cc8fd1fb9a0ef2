#!/bin/sh
# Configuration files: what a profile brings, and what is said when it cannot.
# shellcheck disable=SC2154 # lib.sh sets it
. "$(dirname "$0")/../lib.sh"
server 'bucket b' 'put b k' 'bucket bobs owner=bob' 'put bobs of-bob' \
    'account carol AKIACAROL 0123+/=secret token=tok+en/=='  \
    'bucket carols owner=carol' 'put carols of-carol' \
    'bucket west region=eu-west-1' 'put west of-west'
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mkdir -m 700 "$HOME/.aws"
config=$HOME/.aws/config
credentials=$HOME/.aws/credentials
umask 077

alice='aws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = alice-secret/with+odd=chars'
bob='aws_access_key_id = AKIABOB00000000002
aws_secret_access_key = bob-secret'

# gives CLAIM WANTED COMMAND...: the command prints just that
gives()
{
	claim=$1 wanted=$2
	shift 2
	run "$@"
	is "$status:$(cat out)$(cat err)" "0:$wanted" "$claim"
}

# --- the two files ---
printf '[default]\n%s\n' "$alice" >"$credentials"
gives 'the default profile of the credentials file' k s3ls b
printf '[default]\r\n%s\r\n' "$(printf %s "$alice" | tr -d '\r' |
    sed 's/$/\r/')" >"$credentials"
gives 'with CRLF' k s3ls b
printf '[profile x]\n%s\n' "$bob" >"$config"
gives 'a profile of the config file' of-bob s3ls --profile x bobs
gives 'by AWS_PROFILE' of-bob env AWS_PROFILE=x s3ls bobs
gives 'by LOCATION' of-bob s3ls x@bobs
gives 'LOCATION beats the option' of-bob s3ls --profile default x@bobs
run s3ls bobs
status_is 2 'alice may not see the bucket of bob'
printf '[profile c]\naws_access_key_id = AKIACAROL ; hers
aws_secret_access_key=0123+/=secret\naws_session_token = tok+en/==\n' >"$config"
gives 'a session token, and comments' of-carol s3ls c@carols
printf '[profile "c d"]\n%s\n' "$bob" >"$config"
gives 'a quoted name with a blank' of-bob s3ls --profile 'c d' bobs

printf '[elsewhere]\n%s\n' "$bob" >other
gives 'AWS_SHARED_CREDENTIALS_FILE' of-bob \
    env AWS_SHARED_CREDENTIALS_FILE=other s3ls elsewhere@bobs

as_alice
gives 'keys of the environment' k s3ls b
printf '[x]\n%s\n' "$bob" >"$credentials"
gives 'a named profile beats them' of-bob s3ls x@bobs
gives 'AWS_PROFILE does not' k env AWS_PROFILE=x s3ls b
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY

# --- settings of a profile ---
unset AWS_ENDPOINT_URL
printf '[profile x]\nendpoint_url = %s\nregion = eu-west-1\n[profile y]
services = mine\nregion = eu-west-1\n[services mine]\ns3 =
  # here
  endpoint_url = %s\n' "$S3" "$S3" >"$config"
printf '[x]\n%s\n[y]\n%s\n' "$alice" "$alice" >"$credentials"
gives 'endpoint and region of a profile' of-west s3ls x@west
gives 'endpoint of a services section' of-west s3ls y@west
gives 'LOCATION goes before the environment' of-west \
    env AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_REGION=us-east-1 \
    s3ls x@west
run env AWS_ENDPOINT_URL_S3=http://127.0.0.1:1 s3ls --retries 1 --profile x west
status_is 2 'which goes before the option'
run s3ls --debug x@west
ok '--debug tells where the endpoint came from' \
    grep -q "endpoint $S3, from profile x" err
ok '--debug tells where the region came from' \
    grep -q 'region eu-west-1, from profile x of .*/config' err
ok '--debug tells where the keys came from' \
    grep -q 'credentials from credentials file .*, profile x' err
ok '--debug tells no secret' sh -c '! grep -q alice-secret err'
export AWS_ENDPOINT_URL="$S3"

# --- what cannot be ---
fails()		# TEXT CLAIM COMMAND...
{
	text=$1 claim=$2
	shift 2
	run "$@"
	status_is 2 "$claim: status 2"
	err_has "$text" "$claim"
}
fails 'there is no profile "z" in' 'a misspelt profile' s3ls z@b
fails "$config" 'names the files' s3ls z@b
fails 'there is no profile "z" (from AWS_PROFILE)' 'a misspelt AWS_PROFILE' \
    env AWS_PROFILE=z s3ls b
rm -f "$config" "$credentials"
fails 'no credentials: none in the environment, profile default' \
    'no credentials at all' s3ls b
printf '[default]\nnonsense\n' >"$config"
fails "$config: line 2: neither" 'a broken file' s3ls b
printf '[default]\naws_access_key_id = x\n' >"$config"
fails 'but no aws_secret_access_key' 'half a pair of keys' s3ls b
printf '[default]\nregion = not_one\n' >"$config"
fails '"not_one" is not a region' 'a region that is none' s3ls b
printf '[default]\nca_bundle = /nonexistent\n' >"$config"
fails 'CA bundle /nonexistent: No such file' 'a CA bundle that is not there' \
    s3ls b
printf '[default]\ns3 =\n  addressing_style = host\n' >"$config"
fails 'auto, path or virtual' 'an addressing style that is none' s3ls b
printf '[profile p]\nrole_arn = a\nsource_profile = q\n[profile q]
role_arn = b\nsource_profile = p\n' >"$config"
fails 'source_profile goes round: p -> q -> p' 'a loop' s3ls p@b
printf '[default]\nlogin_session = arn:x\n' >"$config"
fails 'login_session (aws login), which is not supported' 'aws login' s3ls b
printf '[default]\nrole_arn = a\nsource_profile = default
mfa_serial = m\n%s\n' "$alice" >"$config"
fails 'mfa_serial' 'an MFA code' s3ls b
printf '[default]\naws_access_key_id = AKIANOBODY\n%s\n' \
    'aws_secret_access_key = s' >"$config"
fails InvalidAccessKeyId 'keys that nobody knows' s3ls b
printf '[default]\naws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = wrong\n' >"$config"
fails SignatureDoesNotMatch 'a wrong secret' s3ls b

# --- a file that others may read ---
rm -f "$config"
printf '[default]\n%s\n' "$alice" >"$credentials"
chmod 644 "$credentials"
run s3ls b
is "$status:$(cat out)" 0:k 'keys that others may read are used'
err_has 'others may read or write it (mode 0644)' 'which is told once'
printf '[x]\n%s\n' "$bob" >>"$credentials"
run s3cp --via stream b x@bobs k
err_has 'chmod 600' 'also where two profiles have their keys there'
chmod 600 "$credentials"
gives 'and not of a private file' k s3ls b
finish
