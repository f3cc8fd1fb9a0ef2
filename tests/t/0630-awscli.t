#!/bin/sh
# The AWS command line, asked the same question: which keys does a profile
# give, and for which region is it signed?  Skipped where it is not installed.
# shellcheck disable=SC2154 # lib.sh sets it
. "$(dirname "$0")/../lib.sh"
aws --version >/dev/null 2>&1 || skip_all 'no aws here'
server 'bucket b public' 'put b k' 'account carol AKIACAROL c/s token=t=' \
    'bucket west region=eu-west-1' 'put west k'
umask 077
mkdir "$HOME/.aws"
arn=arn:aws:iam::123456789012:role/r

cat >"$HOME/.aws/config" <<EOF
# a comment
[default]
region = us-east-1
aws_access_key_id = AKIABOB00000000002
aws_secret_access_key = bob-secret
[profile default]
region = us-east-1

[profile indented]
  region = us-east-1
  aws_access_key_id = AKIABOB00000000002
  aws_secret_access_key = bob-secret

[profile "two words"]
aws_access_key_id=AKIABOB00000000002
aws_secret_access_key=bob-secret
[profile colon]
aws_access_key_id: AKIABOB00000000002
aws_secret_access_key: bob-secret
[profile UPPER]
AWS_ACCESS_KEY_ID = AKIABOB00000000002
aws_secret_access_key = bob-secret
[profile token]
aws_access_key_id = AKIACAROL
aws_secret_access_key = c/s
aws_session_token = t=
[profile process]
credential_process = $PWD/process 'a b' "c\"d" e\\ f
[profile role]
role_arn = $arn
source_profile = default
[profile self]
role_arn = $arn
source_profile = self
aws_access_key_id = AKIABOB00000000002
aws_secret_access_key = bob-secret
[profile chain]
role_arn = $arn
source_profile = role
[profile loop]
role_arn = $arn
source_profile = pool
[profile pool]
role_arn = $arn
source_profile = loop
[profile orphan]
role_arn = $arn
source_profile = nobody
[profile half]
aws_access_key_id = AKIABOB00000000002
[profile merged]
region = us-east-1
[profile ssoless]
sso_start_url = https://start.example
sso_region = us-east-1
sso_account_id = 1
sso_role_name = r
EOF
cat >"$HOME/.aws/credentials" <<'EOF'
[default]
aws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = alice-secret/with+odd=chars
[merged]
aws_access_key_id = AKIACAROL
aws_secret_access_key = c/s
aws_session_token = t=
EOF
cat >process <<'EOF'
#!/bin/sh
[ "$#$1$2$3" = '3a bc"de f' ] || exit 9
echo '{"Version": 1, "AccessKeyId": "AKIACAROL",
  "SecretAccessKey": "c/s", "SessionToken": "t="}'
EOF
chmod 700 process

# What the server saw of it: requests of a listing, and whose they were.
seen()
{
	ask /log | sed -n 's/^\(ListObjectsV2\|AssumeRole\) .* 200 */\1 /p' |
	    sed 's/ .*account=\([a-z-]*\).*/ \1/; t
		s/ .*/ alice/'
}

# agree CLAIM PROFILE
agree()
{
	say 'log reset'
	rm -rf "$HOME/.aws/cli"		# its cache of roles
	env AWS_DEFAULT_REGION=us-east-1 AWS_MAX_ATTEMPTS=1 aws s3api list-objects-v2 \
	    ${2:+--profile "$2"} --bucket b --output json >aws.out 2>aws.err
	theirs="$(grep -c '"Key": "k"' aws.out) $(seen)"
	say 'log reset'
	run env AWS_REGION=us-east-1 s3ls ${2:+--profile "$2"} b
	is "$(grep -c '^k$' out) $(seen)" "$theirs" "$1"
}

agree 'the environment' ''
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
agree 'nothing' ''
agree 'indented properties' indented
agree 'a quoted name' 'two words'
agree 'colons' colon
agree 'upper case' UPPER
agree 'a session token' token
agree 'a process and its words' process
agree 'a role' role
agree 'a role by keys of its own profile' self
agree 'a chain of roles' chain
agree 'a loop' loop
agree 'a source that is not there' orphan
agree 'half a pair of keys' half
agree 'keys in one file, region in the other' merged
agree 'SSO without a login' ssoless
agree 'a profile that is not there' nowhere
export AWS_ACCESS_KEY_ID=AKIABOB00000000002
export AWS_SECRET_ACCESS_KEY=bob-secret
agree 'a named profile beats the environment' merged
AWS_PROFILE=merged
export AWS_PROFILE
agree 'AWS_PROFILE does not' ''
finish
