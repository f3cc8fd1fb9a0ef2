#!/bin/sh
# s3cp: objects that must be copied in parts, and answers that get lost.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'bucket dst' \
    'put src 12g size=12G type=video/mp4 meta.a=b%20c meta.d=e tag.k=v%26w cache-control=max-age%3d3' \
    'put src 5g size=5G type=a/b' \
    'put src 5g1 size=5368709121 type=a/b' \
    'put src parts8 size=100M type=a/b parts=8M meta.x=y tag.t=u' \
    'put src one size=1M type=a/b parts=8M' \
    'put src tib size=5T type=a/b' \
    'put src awkward%20%2b%25%3f%26%0a size=6G type=a/b'

agree()
{
	ask "/digest?bucket=src" | grep -F "$1 " | head -n 1 >want
	ask "/digest?bucket=dst" | grep -F "$1 " | head -n 1 >got
	ok "$1 is there" [ -s got ]
	cut -d ' ' -f "$2" <want >want.cut
	cut -d ' ' -f "$2" <got >got.cut
	same got.cut want.cut "$1 is the same"
}
none_open()
{
	is "$(ask /uploads)" '' "no upload is open: $1"
}

# --- the store's answers repeat keys that XML cannot carry ---
say 'bucket odd' 'put odd a%EF%BF%BE size=12M' 'put odd b%FF size=12M' \
    'put odd c%01 size=12M' 'bucket odd2'
s3ls odd >in
run s3cp -j1 --multipart-threshold 6M --part-size 5M odd odd2
status_is 0 'keys that XML cannot carry, in parts'
quiet 'say nothing'
is "$(ask '/diff?a=odd&b=odd2')" '' 'and are copied'
rm in

# --- the store says too large ---
run s3cp src dst 12g 5g 5g1 tib
status_is 0 'objects larger than one request can copy'
quiet 'say nothing'
for key in 12g 5g1 tib; do
	agree $key 1,2,4-
done
agree 5g 1-
none_open 'after large copies'
printf 'awkward +%%?&\n\0' >in
run s3cp -0 src dst
status_is 0 'an odd key in parts'
agree awkward%20%2B%25%3F%26%0A 1,2,4-
rm -f in

# --- the record says so ---
s3ls -l src >all
grep 12g all >in
say 'log reset' 'delete dst 12g'
run s3cp -l src dst
status_is 0 'a long record tells the size'
is "$(counted CopyObject)" 0 'so no request is wasted'
agree 12g 1,2,4-
is "$(ask /log | grep UploadPartCopy | grep -vc copy-source-if-match)" 0 \
    'each part is pinned'

# --- parts that stay ---
for key in parts8 one; do
	grep "	$key\$" all >in
	run s3cp -l src dst
	status_is 0 "$key under -l"
	agree $key 1-
done
s3ls -l src >in
sh_run 's3exists -lv --same size,etag dst <in'
rm -f in
run s3cp src dst parts8
agree parts8 1,2,4-
ok 'without -l one request makes one part' \
    sh -c '! cut -d " " -f 3 got | grep -q -e -13'
say 'delete dst parts8' 'log reset'
run s3cp --preserve parts src dst parts8
agree parts8 1-
run s3cp --part-size 32M --multipart-threshold 10M src dst parts8
agree parts8 1,2,4-
ok '--part-size decides' sh -c 'cut -d " " -f 3 got | grep -q -e "-4$"'

# --- an object that changes in mid-copy ---
# A part is held until the change is there, and then asked for again.
say 'put src chg size=6G' 'fault UploadPartCopy nth=3 stall' 'log reset'
s3cp --part-size 512M src dst chg 2>err &
pid=$!
until_counted UploadPartCopy 3 $pid
say 'put src chg size=6G seed=77' 'faults clear'
wait $pid
is $? 1 'a source that changes in mid-copy fails'
err_has 'chg: ' 'a changed source'
none_open 'after a changed source'

# --- parts that fail ---
say 'fault UploadPartCopy nth=3 status=403 code=AccessDenied' 'delete dst 12g'
run s3cp src dst 12g
status_is 1 'a part that may not be copied fails the key'
err_has '12g: AccessDenied' 'that part'
none_open 'after a failed part'
ok 'nothing is put in place' sh -c '! curl -sSf "$1" 2>/dev/null' - \
    "$ADMIN/object?bucket=dst&key=12g"
say 'faults clear' 'fault UploadPartCopy p=0.3 seed=5 503' \
    'fault UploadPartCopy p=0.2 seed=6 error200=InternalError' \
    'fault UploadPartCopy p=0.2 seed=7 lost'
run s3cp src dst 12g
status_is 0 'parts that are refused at times, or whose answers are lost'
agree 12g 1,2,4-
none_open 'after refused parts'

# --- answers that are lost ---
for op in CopyObject CreateMultipartUpload CompleteMultipartUpload; do
	for fault in lost reset 500 503 close truncated; do
		# Half an error document is no word of an S3 store.
		[ $op.$fault != CopyObject.truncated ] || continue
		say 'faults clear' "fault $op nth=1 $fault" 'drop dst' \
		    'bucket dst'
		run s3cp src dst 5g1 5g
		status_is 0 "$op $fault"
		agree 5g1 1,2,4-
		agree 5g 1-
		none_open "$op $fault"
	done
done
say 'faults clear'

# --- -n ---
say 'drop dst' 'bucket dst' 'put dst 5g1 size=3' 'log reset'
run s3cp -n src dst 5g1 5g
status_is 0 '-n with a large object that is there'
is "$(counted CopyObject)" 1 'it is not begun'
say 'faults clear' 'fault CopyObject nth=1 lost' 'delete dst 5g'
run s3cp -n --print src dst 5g
status_is 0 '-n, and the answer was lost'
is "$(cat out)" 5g 'the copy is counted as ours'
say 'fault CompleteMultipartUpload nth=1 lost' 'delete dst 5g1'
run s3cp -n --print src dst 5g1
is "$(cat out)" 5g1 'that of a large one, too'
agree 5g1 1,2,4-
none_open 'with -n'
for how in ignore 501; do
	say 'drop dst' "bucket dst no-if-none-match=$how" 'put dst 5g size=3'
	run s3cp -n src dst 5g 5g1 one
	status_is 0 "a store that answers If-None-Match with $how"
	ask '/object?bucket=dst&key=5g' >got
	ok "replaces nothing ($how)" grep -q '^5g 3 ' got
	agree 5g1 1,2,4-
	none_open "$how"
done

# --- what else is kept ---
say 'drop dst' 'bucket dst' \
    'put src kept size=6G type=a/b class=STANDARD_IA sse=aws:kms kms=key-1' \
    'put src small size=6 type=a/b class=ONEZONE_IA sse=AES256'
curl -sS -o /dev/null -X PUT -H 'x-amz-acl: public-read' --aws-sigv4 \
    aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    "$S3/src/small?acl"
run s3cp --preserve class,sse src dst kept small
status_is 0 'class and encryption are kept on demand'
agree kept 1,2,4-
agree small 1-
run s3cp --tags drop --metadata drop src dst 12g
agree 12g 1,2,4
ok 'metadata and tags of large ones can be dropped' \
    grep -q ' - - STANDARD$' got

# --- one large object alone has the whole window ---
say 'drop dst' 'bucket dst' 'put src wide size=3000M parts=5M' \
    'latency UploadPartCopy 500' 'log reset'
run s3cp --preserve parts src dst wide
status_is 0 'an object of 600 parts is copied'
ok 'with more of them in flight than its share beside others' \
    [ "$(counted inflight-peak)" -gt 64 ]
ok 'and no more than -j' [ "$(counted inflight-peak)" -le 256 ]
agree wide 1-

# --- the end of a run ---
# Four parts are there; four are under way, and are waited for.
say 'drop dst' 'bucket dst' 'log reset' 'fault UploadPartCopy nth=5 stall' \
    'fault UploadPartCopy nth=6 stall' 'fault UploadPartCopy nth=7 stall' \
    'fault UploadPartCopy nth=8 stall'
start s3cp -j 4 --part-size 5M src dst 12g 2>err &
pid=$!
until_counted UploadPartCopy 8 $pid
kill -INT $pid
say 'faults clear'
wait $pid
is $? 130 'SIGINT in mid-copy ends the program by that signal'
none_open 'after SIGINT'
is "$(ask '/count?bucket=dst')" 0 'nor is anything half done'
finish
