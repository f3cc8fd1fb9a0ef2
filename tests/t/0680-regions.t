#!/bin/sh
# Buckets of other regions: each form in which a store says so is followed once
# and remembered.
# shellcheck disable=SC2154,SC2046 # lib.sh sets it; words are wanted
. "$(dirname "$0")/../lib.sh"
server 'bucket here' 'fill here small 30' 'bucket west'
ask '/keys?bucket=here' >keys

# refused BUCKET: how many requests went to the wrong region
refused()
{
	ask /log | grep -cE " $1 [^ ]+ (301|400)"
}
told()		# BUCKET CLAIM
{
	err_has "$1 is in region eu-west-1: followed" "$2"
}

for form in 400 301; do
	option=
	[ $form = 400 ] || option=wrong-region=$form
	say 'drop west' "bucket west region=eu-west-1 $option" \
	    'fill west small 30' 'log reset'
	run s3ls -j 1 west
	is "$status:$(lines out)" 0:30 "$form to a listing is followed"
	told west "$form"
	is "$(refused west)" 1 'once'

	cp keys in
	say 'log reset'
	run s3exists -j 1 --probe head west
	is "$status:$(lines out)" 0:30 "$form to a HEAD is followed"
	told west "$form, HEAD"
	ok 'once' [ "$(refused west)" -le 2 ]

	say 'log reset'
	run s3cp -j 1 --print here west
	is "$status:$(lines out)" 0:30 "$form to CopyObject is followed"
	told west "$form, CopyObject"
	is "$(refused west)" 1 'once'

	say 'log reset'
	run s3cp -j 1 --via stream --print west here
	is "$status:$(lines out)" 0:30 "$form to a GET is followed"
	told west "$form, GET"
	is "$(refused west)" 1 'once'

	say 'drop west' "bucket west region=eu-west-1 $option" \
	    'log reset'
	run s3cp -j 1 --via stream --print here west
	is "$status:$(lines out)" 0:30 "$form to a PUT is followed"
	told west "$form, PUT"
	is "$(refused west)" 1 'once'
	is "$(ask '/diff?a=here&b=west')" '' 'and nothing is lost by it'

	# Many are in flight when the region is learnt: still one line.
	say 'log reset'
	run s3exists -j 16 --probe head west
	is "$status:$(lines out)" 0:30 "$form to many at once is followed"
	told west "$form, many"
	rm in
done
run env AWS_REGION=eu-west-1 s3ls west
is "$status:$(lines out)$(cat err)" 0:30 'the right region needs no word'

# --- a store that sends away without naming a region ---
say 'fault ListObjectsV2 nth=1 redirect=http://elsewhere.example/here'
run s3ls here
status_is 2 'a redirect to a foreign host is not followed'
err_has 'redirects to http://elsewhere.example/here/here?' \
    'and said'
# AWS does so while a new bucket's name spreads: the bucket itself is asked.
say 'faults clear' 'log reset' \
    'fault ListObjectsV2 nth=1 redirect=http://elsewhere.example/here'
run env http_proxy="$S3" AWS_ENDPOINT_URL=http://s3.us-east-1.amazonaws.com \
    s3ls here
is "$status:$(lines out)" 0:30 'at AWS the bucket is asked where it is'
is "$(counted HeadBucket)" 1 'once'
is "$(counted ListObjectsV2)" 2 'and the request repeated'
say 'faults clear' 'log reset' \
    'fault ListObjectsV2 always redirect=http://elsewhere.example/here'
run env http_proxy="$S3" AWS_ENDPOINT_URL=http://s3.us-east-1.amazonaws.com \
    s3ls here
status_is 2 'but not for ever'
is "$(counted HeadBucket)" 1 'once for a request'
say 'faults clear'
finish
