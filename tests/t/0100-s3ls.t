#!/bin/sh
# s3ls: what a user sees of a listing.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'fill src awkward 0' \
    'bucket flat' 'fill flat sequential 2500' \
    'bucket one' 'put one only' \
    'bucket empty' \
    'bucket tree' 'put tree a/1' 'put tree a/2' 'put tree b' 'put tree c/x/1' \
    'put tree d/1' 'put tree d0' \
    'bucket long' 'put long k size=5 class=STANDARD_IA mtime=1767323045' \
    'bucket nl' 'put nl a' 'put nl b%0Ac' 'put nl d' \
    'bucket esc' 'put esc red%1b[31m' 'put esc tab%09x'

# --- plain keys ---
run s3ls flat
status_is 0 'a listing ends with 0'
quiet 'and says nothing'
ask '/keys?bucket=flat' >want
same out want 'all keys come out, in byte order'
say 'log reset'
run s3ls -j1 flat
same out want 'page by page too'
is "$(counted ListObjectsV2)" 3 'which costs a request a page'

say 'log reset'
run s3ls one
is "$(cat out)" only 'a bucket of one key'
is "$(counted ListObjectsV2)" 1 'costs one request'
run s3ls empty
status_is 0 'an empty bucket is no error'
is "$(lines out)" 0 'and prints nothing'
run s3ls s3://flat/
same out want 's3://BUCKET/ means the same'

# --- every awkward key ---
run s3ls -0 src
status_is 0 'awkward keys under -0'
tr '\000\n' '\n\001' <out >got
ask '/keys?bucket=src' >want.enc
is "$(lines got)" "$(lines want.enc)" 'none is missing'
perl -pe 's/%([0-9A-F]{2})/chr hex $1/ge; s/\n(?!\z)/\001/g' <want.enc >want
same got want 'byte for byte, in order'

run s3ls nl
status_is 1 'a key with a newline in newline mode ends with 1'
err_has 'use -0' 'a key with a newline is told'
is "$(tr '\n' ' ' <out)" 'a d ' 'the other keys are printed'
run s3ls -0 nl
status_is 0 'under -0 it travels'
is "$(tr '\000\n' ' ^' <out)" 'a b^c d ' 'whole'

# --- prefixes ---
run s3ls tree/a/
is "$(tr '\n' ' ' <out)" '1 2 ' 'keys are relative to LOCATION'
run s3ls --prefix a tree
is "$(tr '\n' ' ' <out)" 'a/1 a/2 ' '--prefix prints keys whole'
run s3ls --prefix 1 tree/a/
is "$(cat out)" 1 '--prefix is relative to LOCATION'
run s3ls tree/d
is "$(tr '\n' ' ' <out)" '/1 0 ' 'PREFIX is a plain string'
run s3ls -d / tree
is "$(tr '\n' ' ' <out)" 'a/ b c/ d/ d0 ' '-d shows folders in order'
run s3ls -d / --prefix c/ tree
is "$(cat out)" 'c/x/' '-d below a prefix'
run s3ls -ld / tree
is "$(head -1 out)" '-	-	-	-	a/' '-l of a common prefix'
run s3ls tree/a/1
status_is 1 'a key that is LOCATION itself ends with 1'
err_has 'has no name below it' 'a key that is LOCATION itself'

# --- where to begin and end ---
run s3ls --start-after img_00002490.jpg flat
is "$(lines out)" 9 '--start-after begins after the key'
is "$(head -1 out)" img_00002491.jpg 'with the next one'
run s3ls --range img_00000001.jpg:img_00000003.jpg flat
is "$(tr '\n' ' ' <out)" 'img_00000002.jpg img_00000003.jpg ' \
    '--range excludes FROM and includes TO'
run s3ls --range :img_00000001.jpg flat
is "$(lines out)" 2 '--range without FROM'
run s3ls --range img%5F00002497.jpg: flat
is "$(lines out)" 2 '--range without TO, percent-encoded'
run s3ls --range zzz:aaa flat
is "$status $(lines out)" '0 0' 'a range that holds nothing is empty'
run s3ls --start-after nothing/like/it flat
is "$(lines out)" 0 'a start after everything prints nothing'

# --- forms of output ---
run s3ls -l long
is "$(cut -f1,2,4,5 out)" '5	2026-01-02T03:04:05.000Z	STANDARD_IA	k' \
    '-l: size, time, class, key'
ok '-l: the ETag has no quotes' grep -qE '	[0-9a-f]{32}	' out
run s3ls --json long
ok '--json' grep -qE \
    '^\{"key":"k","size":5,"mtime":"2026-01-02T03:04:05.000Z","etag":"[0-9a-f]{32}","class":"STANDARD_IA"\}$' out
run s3ls --json nl
status_is 0 '--json carries newlines'
ok '--json escapes them' grep -qF '"key":"b\u000ac"' out
run s3ls --json src
perl -MJSON::PP -ne 'decode_json($_)->{size} // die' out 2>json.err
is "$?$(head -1 json.err)" 0 '--json of every awkward key parses'

run s3ls esc
is "$(head -1 out)" "$(printf 'red\033[31m')" 'on a pipe keys are raw'
script -qec 's3ls esc' /dev/null </dev/null >screen 2>&1
ok 'on a terminal they are escaped' grep -qF 'red\x1b[31m' screen
ok 'with no escape byte left' sh -c '! grep -q "$(printf "\033")" screen'

run s3ls
status_is 0 'without LOCATION'
is "$(tr '\n' ' ' <out)" 'empty esc flat long nl one src tree ' \
    'the buckets are listed'
run s3ls -l
ok '-l: with the time of their creation' grep -qE \
    '^20[0-9-]+T[0-9:.]+Z	flat$' out

# --- order of arrival ---
run s3ls -U flat
ask '/keys?bucket=flat' >want
sort out >sorted
same sorted want '-U prints the same keys'
finish
