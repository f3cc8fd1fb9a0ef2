#!/bin/sh
# The services that give credentials are verified as the store is; and a
# profile's endpoint for them counts as its endpoint for S3 does.
# shellcheck disable=SC2154 # lib.sh sets it
. "$(dirname "$0")/../lib.sh"
umask 077
mkdir "$HOME/.aws"
cert
server_with '--tls cert.pem key.pem' 'bucket b' 'put b k' \
    'bucket many' 'fill many sequential 7'
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
cat >"$HOME/.aws/config" <<EOF
[profile r]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = s
endpoint_url = $S3S
ca_bundle = $PWD/ca.pem
[profile bare]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = s
endpoint_url = $S3S
[profile s]
aws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = alice-secret/with+odd=chars
EOF

run s3ls r@b
is "$status:$(cat out)$(cat err)" 0:k "STS is trusted by the profile's CA"
run s3ls --ca-bundle ca.pem bare@b
is "$status:$(cat out)$(cat err)" 0:k 'by that of the command line'
run s3ls --no-verify-ssl bare@b
is "$status:$(cat out)" 0:k 'or unseen, where that is asked for'
run s3ls bare@b
status_is 2 'and else not at all'
err_has 'cannot be assumed' 'which is said'
run env AWS_ENDPOINT_URL=http://127.0.0.1:1 s3ls r@b
is "$status:$(cat out)$(cat err)" 0:k \
    "a LOCATION's profile goes before the environment for STS, too"

finish
