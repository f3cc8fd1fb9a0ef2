#!/bin/sh
# Two profiles with stores, regions, accounts and CAs of their own meet in one
# pipeline.
# shellcheck disable=SC2154,SC2034 # lib.sh sets and reads them
. "$(dirname "$0")/../lib.sh"
umask 077
mkdir "$HOME/.aws"
for side in old new; do
	cert
	mkdir $side
	mv ca.pem cert.pem key.pem $side/
done
server_with "--tls old/cert.pem old/key.pem" \
    'bucket src owner=alice region=eu-west-1' 'fill src small 40' \
    'put src big size=300000'
old=$S3S old_admin=$ADMIN
server_with "--tls new/cert.pem new/key.pem" \
    'account carol AKIACAROL c/s token=t=' \
    'bucket dst owner=carol region=ap-south-1' 'put dst only-here'
new=$S3S new_admin=$ADMIN
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
cat >"$HOME/.aws/config" <<EOF
[profile old]
endpoint_url = $old
region = eu-west-1
ca_bundle = $PWD/old/ca.pem
[profile new]
services = new
region = ap-south-1
ca_bundle = $PWD/new/ca.pem
[services new]
s3 =
  endpoint_url = $new
EOF
cat >"$HOME/.aws/credentials" <<'EOF'
[old]
aws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = alice-secret/with+odd=chars
[new]
aws_access_key_id = AKIACAROL
aws_secret_access_key = c/s
aws_session_token = t=
EOF

sh_run 's3ls old@src | s3exists -v new@dst | s3cp old@src new@dst'
status_is 0 'a pipeline between two profiles'
quiet 'without a word'
ADMIN=$old_admin
ask '/digest?bucket=src' >want
ADMIN=$new_admin
ask '/digest?bucket=dst' | grep -v '^only-here' >got
is "$(lines got)" 41 'copies every key'
is "$(cut -d' ' -f1,2,3 got)" "$(cut -d' ' -f1,2,3 want)" \
    'with its size and its ETag'
is "$(ask /log | grep -c ' 4[0-9][0-9] ')" 0 'nothing was refused'
sh_run 's3ls old@src | s3exists -v new@dst'
is "$status:$(cat out)" 0: 'nothing is missing then'
sh_run 's3ls new@dst | s3exists -v old@src'
is "$(cat out)" only-here 'and the other way round'

# Nothing of one profile reaches the other.
run s3ls --profile old --endpoint-url "$new" src
status_is 2 'the CA of one does not do for the other'
run s3ls --profile new --endpoint-url "$old" --ca-bundle old/ca.pem src
status_is 2 'nor do its keys'
run env AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y AWS_REGION=us-west-2 \
    AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_CA_BUNDLE=/dev/null \
    s3ls new@dst/only
is "$status:$(cat out)" 0:-here 'the environment does not reach them either'
finish
