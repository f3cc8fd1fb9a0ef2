#!/bin/sh
# s3cp: what a user sees of copies of small objects inside a store.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'fill src awkward 0' 'bucket dst' \
    'bucket many' 'fill many flat-hex 2000' 'bucket many2' \
    'bucket tree' 'put tree logs/a' 'put tree logs/b' 'put tree logs/old/c' \
    'put tree x'

# --- everything comes along ---
run s3ls -0 src
cp out in
say 'log reset'
run s3cp -0 src dst
status_is 0 'a copy of awkward keys ends with 0'
quiet 'and says nothing'
is "$(lines out)" 0 'and prints nothing'
is "$(ask '/diff?a=src&b=dst&etag=1')" '' 'the buckets agree in all'
is "$(counted requests)" "$(tr -cd '\000' <in | wc -c)" \
    'one request an object'
run s3cp -0 --print src dst
tr '\000\n' '\n\001' <in | sort >want
tr '\000\n' '\n\001' <out | sort >got
same got want '--print writes each record that was copied'

# --- operands, prefixes ---
rm -f in
run s3cp tree/logs/ dst/new/ a b nothing
status_is 1 'one of three keys is not there'
err_has 's3cp: nothing: NoSuchKey: ' 'the missing key'
is "$(ask '/keys?bucket=dst' | grep -c '^new/')" 2 'the others are copied'

# --- never replacing ---
s3ls many >in
run s3cp many many2
status_is 0 'two thousand keys'
is "$(ask '/diff?a=many&b=many2&etag=1')" '' 'are all there'
say "delete many2 $(head -n 1 in)" "delete many2 $(tail -n 1 in)" 'log reset'
run s3cp -n --print many many2
status_is 0 '-n ends with 0'
sort out >got
sed -n '1p;$p' in >want
same got want 'and copies only what is not there'
is "$(counted CopyObject)" 2 'and asks for no other copy'

# --- dry runs ---
say 'drop many2' 'bucket many2' 'put many2 zzz' 'log reset'
run s3cp --dry-run many many2
same out in 'a dry run prints what would be copied'
is "$(counted requests)" 0 'and asks for nothing'
head -n 3 in >three
s3cp many many2 <three
say 'log reset'
run s3cp -n --dry-run many many2
is "$(lines out)" 1997 'with -n, only what is not there'
is "$(counted CopyObject)" 0 'and copies nothing'

# --- failures ---
say 'drop many2' 'bucket many2' 'deny * GetObject many 0*'
grep -c '^0' in >denied
run s3cp --failed failed many many2
status_is 1 'keys that may not be read fail'
is "$(lines failed)" "$(cat denied)" 'each is in --failed'
is "$(lines err)" "$(cat denied)" 'each has its line'
is "$(ask '/count?bucket=many2')" $((2000 - $(cat denied))) 'the others go'
say undeny
cp failed in
run s3cp many many2
status_is 0 '--failed is input for the next run'
is "$(ask '/diff?a=many&b=many2')" '' 'which copies the rest'

# --- what all keys share ---
s3ls many >in
run s3cp many nowhere
status_is 2 'no such bucket ends the run'
err_has 's3cp: nowhere: NoSuchBucket' 'no destination'
run s3cp nowhere many2
status_is 2 'no such source, too'
err_has 's3cp: nowhere: NoSuchBucket' 'no source'
say 'deny * PutObject many2'
run s3cp many many2
status_is 2 'no right to write anything ends the run'
ok 'after a bounded number of lines' [ "$(lines err)" -le 1300 ]
say undeny

# --- places ---
run s3cp many many
status_is 2 'the same place is refused'
err_has 'the same place' 'the same place'
run s3cp --storage-class STANDARD_IA many many
status_is 0 'unless an option changes the objects'
is "$(ask '/digest?bucket=many' | grep -c 'STANDARD_IA$')" 2000 \
    'which it does, for all'
s3ls tree/logs/ >in
run s3cp tree/logs/ tree/logs/old/
status_is 0 'a destination inside the source'
err_has 'passed over' 'keys of the destination'
is "$(ask '/keys?bucket=tree' | tr '\n' ' ')" \
    'logs/a logs/b logs/old/a logs/old/b logs/old/c x ' 'do not breed'

# --- attributes ---
say 'bucket attr' 'put attr k type=text/css meta.a=b tag.t=v class=STANDARD_IA'
rm -f in
run s3cp --metadata drop --tags drop --acl public-read --sse AES256 \
    --storage-class ONEZONE_IA attr attr/new/ k
status_is 0 'attributes can be set'
ok 'metadata is dropped' \
    sh -c '! curl -sS "$1" | grep -q "a=b\|t=v\|css"' - \
    "$ADMIN/object?bucket=attr&key=new/k"
ask '/object?bucket=attr&key=new/k' >got
ok 'the class is set' grep -q 'ONEZONE_IA' got
ok 'the ACL is set' grep -q '^acl public-read' got

# --- long records ---
s3ls -l many >in
say 'log reset'
run s3cp -l many many2
status_is 0 'long records'
quiet 'say nothing'
is "$(ask '/log' | grep -c 'CopyObject.*copy-source-if-match=')" 2000 \
    'the source is pinned'
is "$(counted requests)" 2000 'still one request an object'
key=$(head -n 1 in | cut -f 5)
say "put many $key size=7 seed=9"
run s3cp -l many many2
status_is 1 'an object that has changed fails'
err_has 'has changed since it was listed' 'a changed object'

# --- output ---
s3ls many >in
run sh -c 's3cp --print many many2 >/dev/full'
status_is 2 'a full disk ends with 2'
finish
