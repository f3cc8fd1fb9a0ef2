#!/bin/sh
# s3cp --abort-uploads: what killed runs have left.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'bucket dst' 'put src big size=12G type=a/b' \
    'put src odd%20%2b%25%26 size=12G' 'put src b/big size=12G' 'bucket many'

# A run that is killed leaves an upload behind.
leave()
{
	say 'latency UploadPartCopy 60000'
	s3cp "$@" 2>/dev/null &
	victim=$!
	until [ "$(ask /uploads | wc -l)" -ge "$wanted" ]; do
		kill -0 $victim || break
	done
	kill -9 $victim
	wait $victim 2>/dev/null
	say 'faults clear'
}
wanted=3
leave src dst/p/ big 'odd +%&' b/big
wanted=4
leave src dst big
is "$(ask /uploads | wc -l)" 4 'killed runs leave uploads'

run s3cp --abort-uploads --dry-run dst/p/
status_is 0 'a dry run'
printf 'b/big\nbig\nodd +%%&\n' >want
sort out >got
same got want 'shows them'
is "$(ask /uploads | wc -l)" 4 'and ends none'
run s3cp --abort-uploads --print dst/p/ 'odd +%&' bi
status_is 0 'of given keys'
is "$(cat out)" 'odd +%&' 'only those are ended'
run s3cp --abort-uploads --print dst/p/
sort out >got
printf 'b/big\nbig\n' >want
same got want 'under a prefix, all there'
is "$(ask /uploads | wc -l)" 1 'and no other'
run s3cp --abort-uploads dst
status_is 0 'in a bucket'
quiet 'says nothing'
is "$(ask /uploads)" '' 'none is left'
run s3cp --abort-uploads dst
status_is 0 'none to end is no error'

# Pages of them.
curl -sS --aws-sigv4 aws:amz:us-east-1:s3 \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -X POST \
    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
    "$S3/many/k[0-1099]?uploads=" >curl.out
before=$(ask /uploads | wc -l)
ok 'more than a page of uploads' [ "$before" -gt 1000 ]
run s3cp --abort-uploads --print many
status_is 0 'all are ended'
is "$(lines out)" "$before" 'and each is told'
is "$(ask /uploads)" '' 'none is left'

# A copy in the source's parts goes on where a killed run has left it.
say 'put src many size=600M parts=5M type=a/b meta.x=y tag.t=u'
some()
{
	say 'drop dst' 'bucket dst' 'fault UploadPartCopy every=2 stall'
	s3cp -j 8 --preserve parts "$@" src dst many 2>/dev/null &
	victim=$!
	# Eight of the first sixteen, and what marks the upload.
	tries=0
	until ask /uploads | grep -q ' 9$' || [ $tries -eq 3000 ]; do
		tries=$((tries + 1))
	done
	kill -9 $victim
	wait $victim 2>/dev/null
	say 'faults clear' 'log reset'
	ok 'some parts are left' sh -c "echo '$(ask /uploads)' |
	    grep -q ' 9\$'"
}
copied()
{
	status_is 0 "$2"
	quiet 'says nothing'
	is "$(counted UploadPartCopy)" "$1" 'as many parts are copied'
	is "$(ask '/diff?a=src&b=dst&etag=1' | grep many)" '' 'it is the same'
}
some
run s3cp --preserve parts src dst many
copied 112 'what a killed run left is gone on with'
is "$(counted CreateMultipartUpload)" 0 'in the upload that it began'
is "$(ask /uploads)" '' 'which is open no more'
some --metadata drop
run s3cp --preserve parts src dst many
copied 120 'but not what was to have other metadata'
is "$(ask /uploads | wc -l)" 1 'which stays'
some
say 'put src many size=600M parts=5M seed=9 type=a/b'
run s3cp --preserve parts src dst many
copied 120 'nor what was another source'
some
say 'deny * ListBucketMultipartUploads dst'
run s3cp --preserve parts src dst many
copied 120 'nor where it may not be looked for'
is "$(counted UploadPart)" 0 'where nothing is marked, either'
say undeny
some
say 'deny * ListMultipartUploadParts dst'
run s3cp --preserve parts src dst many
copied 120 'nor where parts are not told'
say undeny
some
run s3cp src dst many
status_is 0 'one request copies it without the parts'
is "$(counted ListMultipartUploads)" 0 'and nothing is looked for'
say 'drop dst' 'bucket dst'


# Streamed, too.
say 'put src many size=600M parts=5M type=a/b meta.x=y tag.t=u' \
    'fault UploadPart every=2 stall'
s3cp -j 8 --via stream src dst many 2>/dev/null &
victim=$!
tries=0
until ask /uploads | grep -qE ' ([5-9]|[1-9][0-9]+)$' || [ $tries -eq 3000 ]; do
	tries=$((tries + 1))
done
kill -9 $victim
wait $victim 2>/dev/null
say 'faults clear' 'log reset'
left=$(ask /uploads | sed 's/.* //')
ok 'some streamed parts are left' [ "${left:-0}" -ge 5 ]
run s3cp --via stream src dst many
status_is 0 'what a killed stream left is gone on with'
quiet 'says nothing'
ok 'no part of it is sent again' [ "$(counted UploadPart)" -le $((121 - left)) ]
is "$(counted CreateMultipartUpload)" 0 'in the upload that it began'
is "$(ask '/diff?a=src&b=dst&etag=1' | grep many)" '' 'it is the same'
is "$(ask /uploads)" '' 'no upload is open'

# Failures.
wanted=1
leave src dst big
say 'deny * AbortMultipartUpload dst'
run s3cp --abort-uploads --failed failed dst
status_is 1 'an upload that may not be ended'
err_has 'big: AccessDenied' 'that'
is "$(cat failed)" big 'goes to --failed'
say undeny 'deny * ListBucketMultipartUploads dst'
run s3cp --abort-uploads dst
status_is 2 'a list that may not be read'
err_has 'dst: AccessDenied' 'no list'
run s3cp --abort-uploads
status_is 2 'no DESTINATION'
run s3cp --abort-uploads nowhere
status_is 2 'no such bucket'
finish
