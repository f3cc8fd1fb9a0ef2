#!/bin/sh
# Good statuses whose answers are none: an error document with status 200, an
# object without an ETag.  None of them is believed.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'put src a text=one meta.m=n tag.t=u' 'put src b text=two' \
    'bucket dst'

for code in InternalError SlowDown; do
	say 'faults clear' "fault HeadObject nth=1 error200=$code"
	run s3exists --probe head dst a
	is "$(cat out)" '' "HEAD $code with 200: the key is not there"
	say 'faults clear' "fault HeadObject nth=1 error200=$code"
	run s3exists --probe head src a
	is "$status$(cat out)" 0a "HEAD $code with 200: it is where it is"
done

say 'faults clear' 'fault CopyObject nth=1 500' \
    'fault HeadObject nth=1 error200=InternalError'
run s3cp -n --print src dst a
is "$status$(cat out)" 0a 'looking after a lost copy finds none by such a HEAD'
is "$(ask '/count?bucket=dst')" 1 'and copies'

say 'faults clear' 'fault ListObjectsV2 always huge-header'
run s3ls --retries 1 src
is "$status$(cat out)" 2 'a header line of 150,000 bytes ends a listing'
err_has 'header is too long' 'and is told as what it is'

for op in GetObject GetObjectTagging PutObject; do
	say 'faults clear' 'drop dst' 'bucket dst' \
	    "fault $op nth=1 error200=InternalError"
	run s3cp --via stream src dst a b
	status_is 0 "$op, an error with 200"
	is "$(ask '/diff?a=src&b=dst')" '' 'is tried again, and nothing is lost'
	say 'faults clear' 'drop dst' 'bucket dst' \
	    "fault $op always error200=InternalError"
	run s3cp --retries 2 --via stream src dst a
	ok "$op, always an error with 200: a failure ($status)" \
	    [ "$status" -gt 0 ]
	ok "$op: it is told" [ -s err ]
	is "$(ask '/count?bucket=dst')" 0 'nothing is copied'
done
finish
