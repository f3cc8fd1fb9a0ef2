#!/bin/sh
# All three programs against a RADOS Gateway, to and from the test server, and
# what other clients read of it.  Needs what deps.sh installs.
. "$(dirname "$0")/../lib.sh"
. "$root/tests/lib/gateway.sh"
command -v radosgw >/dev/null || skip_all 'there is no radosgw here'
gateway "$root/tests/rgw/ceph-rgw.sh"
server_with '' 'bucket src' 'fill src awkward 0' 'bucket back' \
    'fill src dated 1200 prefix=year/'

# Two accounts of the gateway and one of the test server, each a profile.
alice_key=$AWS_ACCESS_KEY_ID alice_secret=$AWS_SECRET_ACCESS_KEY
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mkdir "$HOME/.aws"
umask 077
cat >"$HOME/.aws/config" <<X
[profile alice]
region = us-east-1
endpoint_url = $S3_ENDPOINT
[profile bob]
region = us-east-1
endpoint_url = $S3_ENDPOINT
[profile role]
region = us-east-1
endpoint_url = $S3_ENDPOINT
role_arn = $S3_STS_ROLE
source_profile = bob
services = gateway
[services gateway]
sts =
  endpoint_url = $S3_ENDPOINT
[profile tls]
region = us-east-1
endpoint_url = $S3_ENDPOINT_TLS
ca_bundle = $S3_CA
s3 =
  addressing_style = virtual
[profile test]
region = us-east-1
endpoint_url = $S3
X
cat >"$HOME/.aws/credentials" <<X
[alice]
aws_access_key_id = $alice_key
aws_secret_access_key = $alice_secret
[tls]
aws_access_key_id = $alice_key
aws_secret_access_key = $alice_secret
[bob]
aws_access_key_id = $S3_ACCESS_KEY_2
aws_secret_access_key = $S3_SECRET_KEY_2
[test]
aws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = alice-secret/with+odd=chars
X
umask 022

# --- from the test server to the gateway: every awkward key ---
by alice make one two odd noclobber mine acl parts kept tls
by bob make bobs given
sh_run 's3ls -0 test@src | s3exists -0v alice@one | s3cp -0 test@src alice@one'
status_is 0 '1,200 keys and every awkward one, streamed to the gateway'
quiet 'without a word'
by test digest src >want
by alice digest one >got
agree want 'another client reads what is in the test server'
sh_run 's3ls -0 test@src >a; s3ls -0 alice@one >b'
same b a 'the listings agree, byte for byte'
sh_run 's3ls -0 test@src | s3exists -0v alice@one'
is "$(wc -c <out)" 0 'every key is found'
sh_run 's3ls -0 test@src | s3exists -0v --probe head alice@one'
is "$(wc -c <out)" 0 'by HEAD, too'
sh_run 's3ls -0 test@src | s3exists -0 alice@two'
is "$(wc -c <out)" 0 'none is found where none is'

# --- inside the gateway ---
sh_run 's3ls -0 alice@one | s3exists -0v alice@two | s3cp -0 alice@one alice@two'
status_is 0 'from bucket to bucket'
quiet 'without a word'
by alice digest two >got
agree want 'contents, headers, metadata and tags are the same'
sh_run 's3ls -l0 alice@one | s3exists -lv0 --same size,etag alice@two'
is "$(wc -c <out)" 0 'so are sizes and ETags of the listings'

# --- and back ---
sh_run 's3ls -0 alice@two | s3exists -0v test@back | s3cp -0 alice@two test@back'
status_is 0 'back to the test server'
is "$(ask '/diff?a=src&b=back' | head -c 300)" '' 'all is as it was'

# --- pages that end in what XML cannot carry ---
# The gateway writes the next page's token as it is, and no XML 1.0 holds a
# control character: the decoded last key goes on in its place.
awk 'BEGIN { print "bucket control"; for (i = 0; i < 2500; i++)
    printf "put control c%%01%04d%%0B\n", i }' |
    curl -sS --data-binary @- "$ADMIN/" >/dev/null
by alice make control
sh_run 's3ls -0 test@control | s3cp -0 test@control alice@control'
status_is 0 '2,500 keys with control characters'
s3ls -0 test@control >want
for options in -j64 -j1 '-j1 -l' -U; do
	# shellcheck disable=SC2086
	run s3ls -0 $options alice@control
	status_is 0 "s3ls $options of them"
	quiet "s3ls $options: without a word"
	tr '\000' '\n' <out | cut -f 5- | sort >got.lines
	tr '\000' '\n' <want | sort >want.lines
	same got.lines want.lines "s3ls $options: all of them, once"
done

# --- listings of any shape ---
s3ls test@src/year/ >want
run s3ls -U alice@one/year/
sort out >got
agree want 's3ls -U'
for shape in '-d / one' '-d / --prefix year/ one' '--start-after year/2 one' \
    '--range year/2:year/3 one' '--prefix %% one'; do
	# shellcheck disable=SC2086
	set -- $shape
	eval "bucket=\${$#}"
	options=${shape% *}
	# shellcheck disable=SC2086
	s3ls -0 $options "test@src" >want 2>/dev/null
	# shellcheck disable=SC2086
	run s3ls -0 $options "alice@$bucket"
	same out want "s3ls $options"
done
run s3ls --split 5 alice@one
status_is 0 's3ls --split'
: >got
while read -r range; do
	s3ls -0 --range "$range" alice@one >>got
done <out
s3ls -0 alice@one >want
agree want 'the ranges hold all keys once'
run s3ls alice@
ok 'a bucket is wanted' [ "$status" -eq 2 ]
run s3ls --profile bob
is "$(tr '\n' ' ' <out)" 'bobs given ' 'the buckets of an account'

# --- objects in parts ---
for key in plain a%2541b x%25y sp%20ace%2B; do
	by alice parts parts "$key" 5242880 5242880 "$(printf %s "$key" | wc -c)"
done
printf '%s\n' '{"key":"12m","size":12000000,"Metadata":{"m":"n"},
"Tagging":"t=u","ContentType":"a/b"}' | tr -d '\n' | by alice put parts
# Another key's name is what the gateway makes of a%41b where it is careless.
printf '{"key":"aAb","size":10486000}' | by alice put parts
by alice digest parts >want
sh_run 's3ls -0 alice@parts | s3cp -0 alice@parts alice@kept'
status_is 0 'objects that have parts'
by alice digest kept >got
agree want 'keep them in the gateway'
sh_run 's3ls -0 alice@parts | s3cp -0 --multipart-threshold 6M --part-size 5M \
    alice@parts alice@kept'
status_is 0 'copied in parts'
quiet 'copied in parts: without a word'
by alice digest kept | cut -d ' ' -f 1,2,4- >got
cut -d ' ' -f 1,2,4- want >bare
agree bare 'contents, headers, metadata and tags are the same'
is "$(by alice uploads kept)" '' 'no upload is left open'
sh_run 's3ls -0 alice@parts | s3cp -0 --via stream --part-size 5M \
    alice@parts alice@kept'
status_is 0 'streamed in parts'
by alice digest kept | cut -d ' ' -f 1,2,4- >got
agree bare 'it is the same'
is "$(by alice uploads kept)" '' 'no upload is left open then, too'
sh_run 's3ls -l0 alice@parts | s3cp -l0 alice@parts alice@noclobber &&
    s3ls -l0 alice@parts | s3exists -lv0 --same size,etag alice@noclobber'
is "$status$(wc -c <out)" 00 'with -l ETags stay, so nothing is copied again'

# --- -n, which the gateway does not know in copies ---
printf '{"key":"theirs","text":"theirs"}' | by alice put mine
printf '{"key":"theirs","text":"ours"}' | by alice put odd
printf '{"key":"new","text":"ours","Tagging":"t=u"}' | by alice put odd
for way in '--via server' '--via stream' '--multipart-threshold 0'; do
	# shellcheck disable=SC2086
	run s3cp -n --print $way alice@odd alice@mine theirs new
	status_is 0 "-n $way"
	is "$(by alice digest mine | cut -d ' ' -f 1,2 | tr '\n' ' ')" \
	    'new 4 theirs 6 ' "replaces nothing"
done

# --- two accounts ---
run s3ls bob@one
status_is 2 'no right to list'
err_has 'AccessDenied' 'no right to list'
run s3exists bob@one year
ok 'no right to look: not told as missing' [ "$status" -ge 1 ]
is "$(cat out)" '' 'nor as there'
run s3exists -v bob@one year
is "$(cat out)" '' 'nor with -v'
run s3cp --failed failed bob@odd bob@bobs new theirs
ok 'no right to read' [ "$status" -ge 1 ]
ok 'says so' grep -q AccessDenied err
is "$(by bob digest bobs)" '' 'and copies nothing'
run s3cp --via stream alice@odd bob@bobs new
status_is 0 'streamed from account to account: each side by its own right'
is "$(by bob digest bobs | cut -d ' ' -f 1,2,7)" 'new 4 t=u' 'it is there'
printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":
{"AWS":["arn:aws:iam:::user/bob"]},"Action":["s3:GetObject","s3:ListBucket",
"s3:GetObjectTagging"],"Resource":["arn:aws:s3:::one","arn:aws:s3:::one/*"]}]}' |
    tr -d '\n' | by alice policy one
sh_run 's3ls -0 bob@one/year/ | s3cp -0 alice@one/year/ bob@given/'
status_is 0 'by the gateway, once a policy lets bob read'
by bob digest given | sed 's/^/year%2F/' >got
by alice digest one year/ >want
agree want 'all of it'

# --- a role, from the gateway's own STS ---
run s3ls role@odd
is "$status$(tr '\n' ' ' <out)" '0new theirs ' 'a role that bob takes may list'
run s3cp --via stream role@odd bob@bobs theirs
is "$status$(by bob digest bobs | cut -d ' ' -f 1 | tr '\n' ' ')" \
    '0new theirs ' 'and read'

# --- ACLs ---
printf '{"key":"pub","text":"public","ACL":"public-read"}' | by alice put odd
run s3cp --preserve acl alice@odd alice@acl pub new
status_is 0 '--preserve acl'
by alice acl acl pub >got
ok 'public stays public' grep -q 'AllUsers READ' got
by alice acl acl new >got
is "$(lines got)" 1 'private stays private'
run s3cp --preserve acl --multipart-threshold 0 alice@odd alice@acl pub
status_is 0 '--preserve acl in parts'
by alice acl acl pub >got
ok 'public stays public in parts' grep -q 'AllUsers READ' got
run s3ls --no-sign-request --endpoint-url "$S3_ENDPOINT" odd
ok 'nobody may list' [ "$status" -eq 2 ]
run s3exists --no-sign-request --probe head --endpoint-url "$S3_ENDPOINT" acl pub
is "$status$(cat out)" 0pub 'anybody may look at what is public'

# --- TLS, and the bucket in the name ---
run s3cp --storage-class STANDARD_IA alice@odd tls@tls new pub
status_is 0 'over TLS, the bucket in the host name'
is "$(by alice digest tls | cut -d ' ' -f 1,2,8 | tr '\n' ' ')" \
    'new 4 STANDARD_IA pub 6 STANDARD_IA ' 'in another class'
run s3ls --ca-bundle /etc/ssl/certs/ca-certificates.crt tls@tls
status_is 2 'an unknown certificate is not trusted'

# --- no such thing ---
run s3ls alice@nowhere
status_is 2 'no such bucket'
err_has NoSuchBucket 'no such bucket'
run s3exists alice@one nokey
is "$status$(cat out)" 0 'no such key: no word'
run s3cp alice@one alice@two nokey year/
status_is 1 'no such key is a failure of that key'

# --- a run that is stopped and run again ---
by alice make again
s3ls -0 alice@one >keys
(exec s3cp -0 -j 4 alice@one alice@again <keys >out 2>err) &
pid=$!
until [ "$(s3ls -0 alice@again | tr -cd '\000' | wc -c)" -gt 20 ]; do
	kill -0 $pid 2>/dev/null || break
done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
sh_run 's3ls -0 alice@one | s3exists -0v alice@again | s3cp -0 alice@one alice@again'
status_is 0 'killed, and run again'
by alice digest one >want
by alice digest again >got
agree want 'all is there'

# --- other clients read what was copied ---
export AWS_ACCESS_KEY_ID="$alice_key" AWS_SECRET_ACCESS_KEY="$alice_secret"
s3ls alice@two/year/ | sort >want
/usr/bin/aws --region us-east-1 --endpoint-url "$S3_ENDPOINT" s3api \
    list-objects-v2 --bucket two --prefix year/ --query 'Contents[].[Key]' \
    --output text 2>err | sed 's,^year/,,' | sort >got
agree want 'aws lists the same keys'
key=$(sed -n 7p want)
by alice digest two "year/$key" | cut -d ' ' -f 4 >want.sum
/usr/bin/aws --region us-east-1 --endpoint-url "$S3_ENDPOINT" s3 cp \
    "s3://two/year/$key" - 2>err | sha256sum | cut -d ' ' -f 1 >got.sum
ok 'that object is there' [ -s want.sum ]
same got.sum want.sum 'aws reads the same bytes'
cat >s3cfg <<X
[default]
access_key = $alice_key
secret_key = $alice_secret
host_base = ${S3_ENDPOINT#http://}
host_bucket = ${S3_ENDPOINT#http://}
use_https = False
X
s3cmd -c s3cfg ls s3://two/year/ --recursive 2>err |
    sed 's,.*s3://two/year/,,' | sort >got
agree want 's3cmd lists the same keys'
s3cmd -c s3cfg get --quiet --no-progress "s3://two/year/$key" - 2>err |
    sha256sum | cut -d ' ' -f 1 >got.sum
same got.sum want.sum 's3cmd reads the same bytes'
cat >rclone.conf <<X
[gw]
type = s3
provider = Ceph
access_key_id = $alice_key
secret_access_key = $alice_secret
endpoint = $S3_ENDPOINT
X
rclone --config rclone.conf lsf -R --files-only gw:two/year 2>err | sort >got
agree want 'rclone lists the same keys'
run rclone --config rclone.conf check gw:one/year gw:two/year
status_is 0 'rclone finds no difference'
finish
