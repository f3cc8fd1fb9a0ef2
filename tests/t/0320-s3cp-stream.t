#!/bin/sh
# s3cp: objects that travel from store to store through this machine.
. "$(dirname "$0")/../lib.sh"
cert
server_with '' 'bucket src' 'fill src awkward 0' \
    'bucket big' \
    'put big empty size=0 type=a/b meta.m=n tag.t=u' \
    'put big byte size=1 type=a/b' \
    'put big 8m size=8M type=a/b' \
    'put big 8m1 size=8388609 type=a/b meta.x=1' \
    'put big 20m size=20M type=a/b content-encoding=gzip tag.a=b%26c' \
    'put big parts8 size=50M parts=8M type=a/b tag.p=q' \
    'put big parts20 size=50M parts=20M type=a/b' \
    'put big part1 size=1M parts=8M type=a/b'
FROM=$S3 FROM_ADMIN=$ADMIN
server_with '--tls cert.pem key.pem' 'bucket dst' 'real-md5 1G'
TO=$S3 TO_TLS=$S3S TO_ADMIN=$ADMIN

digest()
{
	curl -sS "$1/digest?bucket=$2"
}
copy()
{
	run s3cp --source-endpoint-url "$FROM" --endpoint-url "$TO" "$@"
}
clear_dst()
{
	ADMIN=$TO_ADMIN
	say 'drop dst' 'bucket dst'
}
# The default type, which S3 gives to what has none, becomes explicit.
plain()
{
	awk '{ gsub(/content-type=binary%2Foctet-stream&?/, "", $5)
	    sub(/&$/, "", $5)
	    if ($5 == "") $5 = "-"
	    print }'
}
same_buckets()
{
	digest "$FROM_ADMIN" "$1" | plain >want
	digest "$TO_ADMIN" dst | plain >got
	same got want "$2"
}

# --- small ones ---
AWS_ENDPOINT_URL=$FROM s3ls -0 src >in
copy -0 src dst
status_is 0 'every awkward key between two stores'
quiet 'says nothing'
same_buckets src 'all of each object comes along'
rm -f in

# --- every size ---
AWS_ENDPOINT_URL=$FROM s3ls -l big >in
for url in "$TO" "$TO_TLS"; do
	clear_dst
	run s3cp -l --ca-bundle ca.pem --source-endpoint-url "$FROM" \
	    --endpoint-url "$url" big dst
	status_is 0 "every size, to ${url%%:*}"
	same_buckets big 'sizes, ETags, bytes, metadata, tags'
	is "$(curl -sS "$TO_ADMIN/uploads")" '' 'no upload is open'
done
cut -f 5 in >keys
mv keys in
clear_dst
copy big dst
same_buckets big 'without -l, too'
clear_dst
copy --part-size 5M big dst
status_is 0 'with parts of another size'
digest "$TO_ADMIN" dst | cut -d ' ' -f 1,2,4- >got
digest "$FROM_ADMIN" big | cut -d ' ' -f 1,2,4- >want
same got want 'the bytes are the same'

# --- broken on the way ---
for fault in 'GetObject p=0.5 seed=1 close' 'GetObject p=0.5 seed=1 503' \
    'GetObject p=0.5 seed=2 reset' \
    'GetObject nth=2 flip'; do
	ADMIN=$FROM_ADMIN
	say 'faults clear' "fault $fault"
	clear_dst
	copy big dst
	status_is 0 "$fault"
	same_buckets big "$fault harms nothing"
done
ADMIN=$FROM_ADMIN
say 'faults clear'
for fault in 'PutObject p=0.4 seed=1 503' 'UploadPart p=0.4 seed=1 503' \
    'UploadPart p=0.3 seed=2 lost' 'PutObject p=0.3 seed=2 lost' \
    'UploadPart p=0.3 seed=3 reset' 'CompleteMultipartUpload nth=1 lost'; do
	clear_dst
	say 'faults clear' "fault $fault"
	copy big dst
	status_is 0 "$fault"
	same_buckets big "$fault harms nothing"
	is "$(curl -sS "$TO_ADMIN/uploads")" '' 'no upload is open'
done
say 'faults clear'

# libcurl sends once more what went out on a kept connection that was dead,
# here that of the CreateMultipartUpload: the part must go whole.
clear_dst
say 'fault UploadPart nth=1 reset' 'log reset'
copy -j 1 --debug big dst part1
status_is 0 'a part on a dead connection'
is "$(digest "$TO_ADMIN" dst)" "$(digest "$FROM_ADMIN" big | grep '^part1 ')" \
    'goes once more'
is "$(ask /log | grep -c '^UploadPart')" 2 'is sent twice'
is "$(grep -c 'UploadPart.*attempt 1, good' err)" 1 'by libcurl itself'
say 'faults clear'

# --- -n ---
clear_dst
say 'put dst 20m size=3' 'fault PutObject nth=2 lost'
copy -n --print big dst
status_is 0 '-n'
is "$(lines out)" 7 'skips what is there, counts what is ours'
ok 'and leaves it alone' sh -c 'curl -sS "$1" | grep -q "^20m 3 "' - \
    "$TO_ADMIN/object?bucket=dst&key=20m"
say 'faults clear'

# --- failures ---
clear_dst
ADMIN=$FROM_ADMIN
say 'deny * GetObject big 8m*' 'deny * GetObject big parts8'
copy --failed failed big dst
status_is 1 'what may not be read'
sort failed >got
printf '8m\n8m1\nparts8\n' >want
same got want 'is each key'"'"'s failure'
say undeny
cp failed in
copy big dst
same_buckets big 'and is copied when it may be'
is "$(curl -sS "$TO_ADMIN/uploads")" '' 'no upload is open'
copy nowhere dst
status_is 2 'no such source'
err_has 'nowhere: NoSuchBucket' 'no source'
copy big nowhere
status_is 2 'no such destination'
err_has 'nowhere: NoSuchBucket' 'no destination'

# --- a store that sends in chunks does not tell the size with the bytes ---
ADMIN=$FROM_ADMIN
say 'fault GetObject always chunked' 'log reset'
clear_dst
for key in empty byte 8m 20m; do
	echo "$key"
done >in
copy big dst
status_is 0 'objects without Content-Length'
quiet 'say nothing'
digest "$FROM_ADMIN" big | grep -E '^(empty|byte|8m|20m) ' | plain >want
digest "$TO_ADMIN" dst | plain >got
same got want 'have all their bytes: a HEAD has told how many'
ADMIN=$FROM_ADMIN
is "$(counted HeadObject)" 4 'one for each'
say 'fault HeadObject always chunked'
copy big dst
status_is 1 'where no HEAD tells it either'
ok 'that is said of each' \
    [ "$(grep -c ': the store does not tell its size$' err)" = 4 ]
digest "$TO_ADMIN" dst | plain >got
same got want 'and what was there stays'
say 'faults clear'

# --- asked for within one store ---
export AWS_ENDPOINT_URL="$FROM"
ADMIN=$FROM_ADMIN
say 'bucket dst2' 'log reset'
AWS_ENDPOINT_URL=$FROM s3ls -l big >in
run s3cp -l --via stream big dst2
status_is 0 '--via stream within one store'
is "$(ask '/diff?a=big&b=dst2&etag=1')" '' 'makes the same'
is "$(counted CopyObject)" 0 'without the store copying'

# --- the end of a run ---
# Some parts are there; others, and an object, are held.
say 'put big 300m size=300M parts=8M' 'fault UploadPart every=3 stall' \
    'fault PutObject always stall' 'drop dst2' 'bucket dst2'
s3cp -j 4 --via stream big dst2 300m 20m 2>err &
pid=$!
until ask /uploads | awk '{ n = $4 } END { exit n < 2 }'; do
	kill -0 $pid || break
done
kill -TERM $pid
wait $pid
is $? 143 'SIGTERM in mid-stream ends the program by that signal'
is "$(ask /uploads)" '' 'and leaves no upload open'
is "$(ask '/count?bucket=dst2')" 0 'nor half an object'
say 'faults clear'
case $BUILD in
*asan*) most=unlimited ;;	# a sanitizer wants terabytes of addresses
*) most=400000 ;;
esac
run sh -c "ulimit -v $most; exec s3cp --via stream big dst2 300m"
status_is 0 'streaming needs little memory'
is "$(ask '/diff?a=big&b=dst2&etag=1' | grep -c 300m)" 0 'and brings all'
finish
