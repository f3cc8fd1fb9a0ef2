#!/bin/sh
# S3 Express directory buckets: sessions, and what such buckets lack.
# shellcheck disable=SC2154 # lib.sh sets it
. "$(dirname "$0")/../lib.sh"
D=base--usw2-az1--x-s3
E=other--usw2-az1--x-s3
server "bucket $D directory region=us-west-2 page=50" \
    "bucket $E directory region=us-west-2 max-copy=8M" \
    'bucket src region=us-west-2' 'bucket back region=us-west-2' \
    "fill $D small 200 prefix=a/k" "fill $D small 30 prefix=a/b/" \
    "fill $D small 70 prefix=z/"

# log OP [BUCKET]: its lines
log()
{
	ask /log | grep "^$1 ${2:-}"
}
sorted()	# FILE
{
	sort "$1" >"$1.sorted"
}

# --- listing; the region is known by the zone ---
run s3ls --debug $D
status_is 0 's3ls lists a directory bucket'
sorted out
ask "/keys?bucket=$D" | sort >want
same out.sorted want 'every key of it'
is "$(counted CreateSession)" 1 'with one session for many pages'
ok 'which asks for no more than reading' \
    [ -n "$(log CreateSession | grep 'create-session-mode=ReadOnly')" ]
is "$(log ListObjectsV2 | grep -vc 'session-token=yes')" 0 \
    'every page is signed with its keys'
is "$(counted HeadBucket)" 0 'nobody has to be asked for the region'
ok '--debug tells of the session' grep -q 'a session to read, which expires in' err
ok 'and where requests go' \
    grep -q "requests go to $S3/$D/, signed for s3express in us-west-2" err
is "$(grep -cE 'session-secret|session-token/|alice-secret' err)" 0 \
    'and no secret'
say 'log reset'
run s3ls $D/a/k
status_is 0 'a prefix that is no whole folder is listed'
is "$(lines out)" 200 'by its folder, without what is beside it'
is "$(log ListObjectsV2 | grep -vc ' prefix=a/ ')" 0 'which is what is asked for'
run s3ls -d / $D/a/
sorted out
(echo b/; ask "/keys?bucket=$D" | sed -n 's|^a/k|k|p') | sort >want
same out.sorted want '-d / gives a folder view'
run s3ls --start-after a/k $D
ask "/keys?bucket=$D" | awk '$0 > "a/k"' | sort >want
sorted out
same out.sorted want '--start-after leaves out what is before it'
is "$(ask /log | grep -c start-after)" 0 'but is nothing to ask such a bucket for'
run s3ls -d x $D
status_is 2 'another delimiter is refused'
err_has 'no other delimiter than /' 'saying why'
run s3ls --split 3 $D
status_is 2 '--split is refused'
err_has 'lists in no order' 'saying why'

# --- existence ---
say 'log reset'
(ask "/keys?bucket=$D"; echo nope; echo a/nope) >in
run s3exists $D
status_is 0 's3exists looks keys up there'
ask "/keys?bucket=$D" >want
same out want 'and finds them'
quiet 'without a word'
is "$(counted HeadObject)" 302 'by HEAD'
is "$(counted CreateSession)" 1 'in one session'
run s3exists -v $D
is "$(tr '\n' ' ' <out)" 'nope a/nope ' '-v finds what is missing'
run s3exists --probe list $D
status_is 2 '--probe list is refused'
err_has 'lists in no order' 'saying why'

# --- no session, no answer ---
printf 'nope\n' >in
say 'deny alice CreateSession *'
run s3exists -v $D
status_is 2 'without the right to a session the run ends with 2'
is "$(lines out)" 0 'and calls nothing missing'
err_has 's3express:CreateSession is needed (ReadOnly)' 'it says what is needed'
say undeny 'fault CreateSession always status=404 code=NoSuchKey'
run s3exists -v $D
status_is 2 'nor does a 404 to CreateSession'
is "$(lines out)" 0 'say that a key is missing'
say 'faults clear' 'fault CreateSession nth=1 503' 'log reset'
run s3exists -v $D
status_is 0 'a throttled CreateSession is tried again'
is "$(counted CreateSession)" 2 'once'
say 'faults clear' 'fault CreateSession nth=1 error200=InternalError'
run s3exists -v $D
is "$status $(cat out)" '0 nope' 'an error with a good status is none'
say 'faults clear' 'fault ListObjectsV2 nth=2 status=400 code=ExpiredToken' \
    'log reset'
run s3ls $D
is "$status $(lines out)" '0 300' 'keys that the store calls expired are renewed'
is "$(counted CreateSession)" 2 'once'
say 'faults clear'

# --- without sessions ---
say 'log reset'
run env AWS_S3_DISABLE_EXPRESS_SESSION_AUTH=true s3ls $D
is "$status $(lines out)" '0 300' 'sessions can be switched off'
is "$(counted CreateSession)" 0 'then there are none'

# --- temporary credentials of the account ---
say 'account alice ASIAALICE s token=account-token' 'log reset'
rm in
run env AWS_ACCESS_KEY_ID=ASIAALICE AWS_SECRET_ACCESS_KEY=s \
    AWS_SESSION_TOKEN=account-token s3ls --debug $D
is "$status $(lines out)" '0 300' "their token stays out of a session's requests"
is "$(grep -cE 'session-secret|session-token/|account-token' err)" 0 \
    'and out of --debug'

# --- copying ---
export AWS_REGION=us-west-2
say 'fill src small 40' 'put src tagged tag.a=b' 'put src big size=20M parts=5M'
say 'log reset'
ask '/keys?bucket=src' >in
run s3cp src $E
status_is 1 'tagged objects cannot be copied into a directory bucket'
ok 'what to do is said' grep -q -e '--tags drop copies tagged objects' err
is "$(grep -c -e '--tags drop' err)" 1 'once'
say 'log reset'
run s3cp --tags drop --part-size 8M src $E
status_is 0 'without tags all are'
quiet 'without a word'
is "$(ask "/diff?a=src&b=$E" | grep -v ' tags$')" '' 'and are the same'
is "$(counted CopyObject.200) $(counted UploadPartCopy.200)" '41 3' \
    'by the store'
is "$(ask /log | grep -E '^(CopyObject|UploadPartCopy)' | grep -c session)" 0 \
    'copies are signed with the credentials of the account'
is "$(log CompleteMultipartUpload | grep -c 'session-token=yes')" 1 \
    'the rest with those of the session'
ok 'which may write' \
    [ -n "$(log CreateSession | grep 'create-session-mode=ReadWrite')" ]
say "drop $E" "bucket $E directory region=us-west-2"
run s3cp --via stream --tags drop src $E
status_is 0 'objects can be streamed into it'
is "$(ask "/diff?a=src&b=$E" | grep -v ' tags$')" '' 'and are the same'
is "$(ask /log | grep -E '^(PutObject|UploadPart) ' | grep -vc session)" 0 \
    'in a session'
say "put $E odd etag=00000000000000000000000000000000 text=odd" 'log reset'
run s3ls -l $E
cp out in
run s3cp -l --via stream $E back
status_is 0 'and back, though ETags there say nothing about the bytes'
is "$(ask "/diff?a=$E&b=back" | grep -v ' tags$')" '' 'nothing is lost'
is "$(log CreateSession | grep -c ReadOnly)" 2 'a source is only read'
say 'log reset'
run s3cp -l $E back
status_is 0 'the store copies out of it, too'
is "$(counted CopyObject.200)" 42 'object by object'
run s3cp --acl private src $E
status_is 2 'an ACL is refused'
err_has 'have no ACLs' 'saying why'

# --- renewal ---
ask "/keys?bucket=$D" >in
# Keys are asked for, over and over, until so many sessions were wanted.
until_sessions()	# NUMBER
{
	exec 3>pipe
	cat in >&3
	while [ "$(counted CreateSession)" -lt "$1" ]; do
		head -n 1 in >&3 || break
	done
	exec 3>&-
	wait $pid
	status=$?
	sort -u out >found
	sort in >want
}
mkfifo pipe
say "bucket $D session=4" 'log reset'
s3exists -j 4 --debug $D <pipe >out 2>err &
pid=$!
until_sessions 2
is $status 0 'a run over several sessions'
same found want 'finds every key'
ok 'the session was renewed' [ "$(counted CreateSession)" -gt 1 ]
say 'fault CreateSession nth=2 503' 'log reset'
s3exists -j 4 $D <pipe >out 2>err &
pid=$!
until_sessions 3
is $status 0 'a renewal that fails is made again'
same found want 'and every key is found'
finish
