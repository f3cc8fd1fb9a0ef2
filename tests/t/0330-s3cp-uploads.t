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
