#!/bin/sh
# s3exists: stores that cannot be listed, listings that fail, signals.
. "$(dirname "$0")/../lib.sh"
server 'bucket u unsorted' 'fill u sequential 3000' \
    'bucket i ignore-start-after' 'fill i sequential 3000' \
    'bucket raw no-url-encoding' 'fill raw words 3000' \
    'bucket full' 'fill full sequential 10000' \
    'bucket half' 'fill half sequential 10000 every=2'
ask '/keys?bucket=full' >full
ask '/keys?bucket=half' >half
grep -vxF -f half full >rest

# --- keys that lie between a key and where its page starts ---
say 'bucket between page=1' 'put between k2%F4%8F%BF%BFa' \
    'put between k2%F4%8F%BF%BFb' 'put between k3'
printf '%s\n' k3 >in
run s3exists --probe list between
same out in 'keys behind U+10FFFF do not hold a listing up'

# --- stores without order ---
cp full in
for bucket in u i; do
	ask "/keys?bucket=$bucket" >want
	tail -n +1500 full >in
	tail -n +1500 want >wanted
	run s3exists $bucket
	status_is 0 "bucket $bucket: auto ends with 0"
	same out wanted "bucket $bucket: and finds all by HEAD"
	ok "bucket $bucket: the reason is told once" \
	    [ "$(grep -c 'asking key by key' err)" = 1 ]
	run s3exists --probe list --failed failed -v $bucket
	ok "bucket $bucket: --probe list fails" [ "$status" -ge 1 ]
	is "$(lines out)" 0 "bucket $bucket: and calls no key missing"
	sort failed >sorted
	same sorted in "bucket $bucket: every key is kept"
done
ask '/keys?bucket=raw' | perl -pe 's/%(..)/chr hex $1/ge' >in
run s3exists --probe list raw
same out in 'keys that come without encoding are found'

# --- pages that fail ---
# With one request at a time and none tried again, one page fails.
cp full in
say 'fault ListObjectsV2 nth=3 500'
run s3exists -j 1 --retries 1 --probe list --failed failed half
status_is 1 'a page that fails: status 1'
n=$(lines failed)
ok 'some keys failed, but not all' [ "$n" -gt 100 -a "$n" -lt 5000 ]
is "$(lines err)" "$n" 'each has a line on stderr'
grep -nxF -f failed full | cut -d: -f1 >places
is "$(($(tail -n 1 places) - $(head -n 1 places) + 1))" "$n" \
    'they are one stretch of the input'
grep -vxF -f failed half >wanted
same out wanted 'all others have their answers'
say 'faults clear' 'fault ListObjectsV2 nth=3 500'
cp failed failed.first
run s3exists -v -j 1 --retries 1 --probe list --failed failed half
status_is 1 'a page that fails, -v: status 1'
grep -vxF -f failed rest >wanted
same out wanted 'and unknown keys are not missing keys'
same failed failed.first 'the same keys failed'
say 'faults clear'
cp failed in
run s3exists -v half
grep -xF -f failed rest >wanted
same out wanted 'what failed is valid input for the next run'

# Every listing fails from some moment on.
cp full in
say 'fault ListObjectsV2 nth=1 500' 'faults clear' \
    'fault ListObjectsV2 always 500 token'
run s3exists -v --retries 2 --failed failed half
status_is 1 'all listings fail: status 1'
is "$(lines out)" 0 'no key is called missing'
sort failed >sorted
same sorted in 'all keys are kept'
say 'faults clear'

# --- an endpoint that goes away ---
say 'fault * always reset'
run s3exists -v --retries 2 --failed failed half
status_is 2 'an endpoint that does not answer: status 2'
is "$(lines err)" 1 'one line for all keys'
is "$(lines out)" 0 'none is missing'
sort failed >sorted
same sorted in 'all are kept'
say 'faults clear'

# --- signals ---
say 'fault * always stall' 'log reset'
s3exists -v --failed failed half <full >out 2>err &
pid=$!
until ask /counts | grep -q '^inflight [1-9]'; do kill -0 $pid || break; done
while kill -TERM $pid 2>/dev/null; do :; done
wait $pid
is $? 143 'the second SIGTERM ends it at once, by that signal'
is "$(lines out)" 0 'and nothing is called missing'
say 'faults clear' 'latency HeadObject 100'
s3exists -v --probe head --failed failed half <full >out 2>err &
pid=$!
until ask /counts | grep -q '^inflight [1-9]'; do kill -0 $pid || break; done
kill -TERM $pid
wait $pid
is $? 143 'the first one ends it when what is in flight has ended'
ok 'what was not looked up is kept' [ "$(lines failed)" -gt 0 ]
is "$(cat out failed | sort | uniq -d | wc -l)" 0 'and not answered'
is "$(grep -cvxF -f rest out)" 0 'what was answered is right'
is "$(lines err)" 0 'nothing else is said'
finish
