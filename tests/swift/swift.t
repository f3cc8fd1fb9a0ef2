#!/bin/sh
# All three programs against OpenStack Swift, to and from the test server, and
# what another client reads of it.  Needs what deps.sh installs.
. "$(dirname "$0")/../lib.sh"
. "$root/tests/lib/gateway.sh"
command -v swift-proxy-server >/dev/null || skip_all 'there is no Swift here'
gateway "$root/tests/swift/swift.sh"
server_with '' 'bucket src' 'fill src awkward 0' 'bucket back' \
    'fill src dated 1200 prefix=year/' 'put src many size=12M parts=5M' \
    'put src big%2541 size=20M parts=8M meta.m=n type=a/b'

unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mkdir "$HOME/.aws"
umask 077
cat >"$HOME/.aws/config" <<X
[profile swift]
region = us-east-1
endpoint_url = $S3_ENDPOINT
[profile bob]
region = us-east-1
endpoint_url = $S3_ENDPOINT
[profile test]
region = us-east-1
endpoint_url = $S3
X
cat >"$HOME/.aws/credentials" <<X
[swift]
aws_access_key_id = test:alice
aws_secret_access_key = alice-secret
[bob]
aws_access_key_id = $S3_ACCESS_KEY_2
aws_secret_access_key = wrong
[test]
aws_access_key_id = AKIAALICE0000000001
aws_secret_access_key = alice-secret/with+odd=chars
X
umask 022

# A digest without ETags and tags: of parts there are some, of tags none.
short()
{
	cut -d ' ' -f 1,2,4,5,6
}

# --- from the test server: every awkward key ---
by swift make one two whole parts noclobber
sh_run 's3ls -0 test@src | s3cp -0 test@src swift@noclobber'
status_is 1 'tagged objects are refused'
is "$(grep -c -- '--tags drop' err)" 1 'and the way out is named once'
sh_run 's3ls -0l test@src | s3exists -0lv swift@one |
    s3cp -0l --tags drop test@src swift@one'
status_is 0 '1,200 keys and every awkward one, streamed to Swift'
quiet 'without a word'
by test digest src | short >want
by swift digest one | short >got
agree want 'another client reads what is in the test server'
for options in -j64 -j1 -U; do
	run s3ls -0 $options swift@one
	status_is 0 "s3ls $options"
	tr '\000' '\n' <out | sort >got
	s3ls -0 test@src | tr '\000' '\n' | sort >want.lines
	agree want.lines "s3ls $options: all keys, once"
done
run s3ls -d / swift@one
s3ls -d / test@src >want.lines 2>/dev/null
same out want.lines 'as folders'
for probe in list head auto; do
	sh_run "s3ls -0 test@src | s3exists -0v --probe $probe swift@one"
	is "$(wc -c <out)" 0 "every key is found by $probe"
	sh_run "s3ls -0 test@src | s3exists -0 --probe $probe swift@two"
	is "$(wc -c <out)" 0 "none is found by $probe where none is"
done
sh_run 's3ls -0l test@src | s3exists -0lv --same size,etag swift@one'
is "$(wc -c <out)" 0 'sizes and ETags are the same, those of parts, too'

# --- inside Swift, with ETags of parts that it tells and does not take ---
sh_run 's3ls -0l swift@one | s3exists -0lv swift@two |
    s3cp -0l swift@one swift@two'
status_is 0 'from bucket to bucket'
quiet 'without a word'
by swift digest two | short >got
agree want 'contents, headers and metadata are the same'
run s3cp --multipart-threshold 6M --part-size 5M swift@one swift@parts \
    many big%41
status_is 0 'in parts'
quiet 'without a word'
grep -E '^(many|big)' want >want.parts
by swift digest parts | short >got
agree want.parts 'they are the same'
is "$(by swift uploads parts)" '' 'no upload is left'
sh_run 's3ls -0 swift@one | s3cp -0n swift@one swift@two'
status_is 0 'a second run under -n'
is "$(cat err)" "s3cp: two is not known to honour If-None-Match: -n looks \
before each copy, too" 'replaces nothing'

# --- and back ---
sh_run 's3ls -0 swift@two | s3exists -0v test@back |
    s3cp -0 swift@two test@back'
status_is 0 'back to the test server'
by test digest back | short >got
agree want 'all is as it was, but for tags'

# --- what is wrong is told ---
run s3ls swift@nowhere
status_is 2 'no such bucket'
err_has NoSuchBucket 'it is told'
run s3ls bob@one
status_is 2 'a wrong secret'
err_has SignatureDoesNotMatch 'it is told'
run s3cp swift@one swift@two nothing
status_is 1 'no such key'
err_has NoSuchKey 'it is told'
finish
