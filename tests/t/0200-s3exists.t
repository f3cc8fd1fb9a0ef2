#!/bin/sh
# s3exists: what a user sees.
. "$(dirname "$0")/../lib.sh"
server 'bucket b' 'put b a size=3 mtime=1767323045' 'put b c size=5 etag=eee' \
    'put b dir/x' 'put b dir/y%0Az' 'put b new%20name' 'put b z' \
    'bucket big' 'fill big sequential 3000' 'bucket empty' \
    'bucket bobs owner=bob' 'put bobs k'

# --- selecting ---
printf '%s\n' b z a c b >in
run s3exists b
status_is 0 'keys looked up end with 0'
quiet 'and nothing is said'
is "$(tr '\n' ' ' <out)" 'z a c ' 'those that exist are printed, in input order'
run s3exists -v b
status_is 0 'with -v too'
is "$(tr '\n' ' ' <out)" 'b b ' '-v prints those that do not exist, repeated ones too'
for probe in list head; do
	run s3exists --probe $probe b
	is "$(tr '\n' ' ' <out)" 'z a c ' "--probe $probe finds the same"
	run s3exists -v --probe $probe b
	is "$(tr '\n' ' ' <out)" 'b b ' "--probe $probe misses the same"
done
printf '%s\n' x nope >in
run s3exists b/dir/
is "$(cat out)" x 'keys are relative to LOCATION'
run s3exists --probe list b/dir/
is "$(cat out)" x 'when listing too'
run s3exists --probe list -v empty
is "$(lines out)" 2 'in an empty bucket every key is missing'
rm -f in
run s3exists b
status_is 0 'empty input ends with 0'
is "$(lines out)" 0 'and prints nothing'
printf 'a\nnope' >in
run s3exists b
is "$(cat out)" a 'an unterminated last record counts'
run s3exists -v b
is "$(cat out)" nope 'whichever it is'
printf 'dir/y\nz\0a\0' >in
run s3exists -0 b
is "$(tr '\n\0' '^ ' <out)" 'dir/y^z a ' '-0 reads and writes NULs'
run s3exists -0 --probe list b
is "$(tr '\n\0' '^ ' <out)" 'dir/y^z a ' 'listing finds odd keys'

# --- operands ---
echo nonsense >in
run s3exists b z nope a
is "$(tr '\n' ' ' <out)" 'z a ' 'KEY operands are taken instead of stdin'
run s3exists b 'new name'
is "$(cat out)" 'new name' 'a blank in a KEY'

# --- -q ---
run s3exists -q b a z
status_is 0 '-q: every key exists'
is "$(lines out)" 0 '-q prints nothing'
run s3exists -q b a nope z
status_is 1 '-q: one does not'
run s3exists -qv b nope
status_is 0 '-q -v: none exists'
run s3exists -qv b nope a
status_is 1 '-q -v: one does'
run s3exists -q nobucket a
status_is 2 '-q: an error is no answer'
say 'fault HeadObject always 500 bucket=b'
run s3exists -q --retries 2 b a
status_is 2 '-q: a failed key is no answer'
say 'faults clear'

# --- long records and --same ---
t=2026-01-02T03:04:05Z
s3ls -l --prefix a b >a.long
etag=$(cut -f3 a.long)
for probe in list head; do
	long() { printf '%s\t%s\t%s\tSTANDARD\ta\n' "$1" "$2" "$3"; }
	long 3 $t "$etag" >in
	run s3exists -l --probe $probe --same size,etag,mtime b
	same out in "--same, $probe: all agree"
	quiet "--same, $probe: and nothing is said"
	long 4 $t "$etag" >in
	run s3exists -l --probe $probe --same size,etag,mtime b
	is "$(lines out)" 0 "--same, $probe: another size"
	run s3exists -lv --probe $probe --same size b
	same out in "--same, $probe: is what -v selects, unchanged"
	run s3exists -l --probe $probe --same etag,mtime b
	same out in "--same, $probe: only what is named counts"
	run s3exists -l --probe $probe b
	same out in "$probe: without --same the key alone counts"
	long 3 $t "x$etag" >in
	run s3exists -l --probe $probe --same etag b
	is "$(lines out)" 0 "--same, $probe: another ETag"
	long 3 2026-01-02T03:04:06Z "$etag" >in
	run s3exists -l --probe $probe --same mtime b
	is "$(lines out)" 0 "--same, $probe: there it is older"
	long 3 2026-01-02T03:04:04.999Z "$etag" >in
	run s3exists -l --probe $probe --same mtime b
	same out in "--same, $probe: there it is newer"
	long - $t "$etag" >in
	run s3exists -l --probe $probe --failed failed --same size b
	status_is 1 "--same, $probe: a record without the field fails"
	err_has 'no size' "--same, $probe: which is told"
	same failed in "--same, $probe: and kept"
	run s3exists -l --probe $probe --same mtime b
	status_is 0 "--same, $probe: a field that is not named may be unknown"
done
printf '3\t%s\t-\t-\tkey\twith\ttabs\n' $t >in
run s3exists -lv b
same out in '-l: the key is all after the fourth tab'
run s3exists -l b "$(printf '3\t-\t-\t-\ta')"
is "$(lines out)" 1 '-l: KEY operands are long records'
rm -f in
run s3exists --same size b a
status_is 2 '--same without -l is wrong usage'
run s3exists -l --same size,color b
status_is 2 '--same with an unknown field is wrong usage'
err_has 'size, etag and mtime' '--same with an unknown field'
run s3exists --probe guess b
status_is 2 '--probe knows three words'
run s3exists
status_is 2 'no LOCATION is wrong usage'

# --- what must never pass for an answer ---
rm -f in
for probe in auto list head; do
	run s3exists -v --probe $probe nobucket x
	status_is 2 "$probe: no such bucket"
	err_has NoSuchBucket "$probe: no such bucket"
	is "$(lines out)" 0 "$probe: nothing is missing from it"
done
printf '%s\n' k nope >in
no_rights()	# PROBE STATUS LINES
{
	run s3exists -v --probe "$1" --failed failed bobs
	status_is "$2" "$1: a bucket without any rights"
	is "$(lines out)" 0 "$1: nothing is missing from it"
	is "$(lines err)" "$3" "$1: lines on stderr"
	is "$(sort failed)" "$(sort in)" "$1: both keys are kept"
}
no_rights head 1 2 # a key each: others may be allowed
no_rights list 2 1 # what is refused is to look at all
seq 1 40 >in
run s3exists -v --failed failed bobs
status_is 1 'listing refused, HEAD refused: all keys fail'
is "$(grep -c 'asking key by key' err)" 1 'the listing is told once'
is "$(sort failed)" "$(sort in)" 'all are kept, as they failed'
say 'deny alice ListBucket big' 'log reset'
ask '/keys?bucket=big' | head -n 500 >in
run s3exists big
status_is 0 'listing refused, HEAD allowed: auto asks by HEAD'
same out in 'and finds all'
err_has 'asking key by key' 'which is told'
is "$(counted ListObjectsV2)" 1 'after one refused request'
ask '/keys?bucket=big' >in
say 'log reset'
run s3exists --probe list --failed failed big
status_is 2 '--probe list does not'
is "$(lines out)" 0 'and finds nothing'
err_has 's3:ListBucket' 'which is told, and not of each key'
ok 'after a few refused requests' [ "$(counted ListObjectsV2)" -le 8 ]
sort in >want
sort failed | comm -13 want - >not-ours
is "$(lines not-ours)$([ -s failed ] && echo some)" 0some 'what was read is kept'
say undeny 'log reset' \
    'fault ListObjectsV2 nth=3 status=403 code=AccessDenied bucket=big'
run s3exists --probe list -j1 --failed failed big
status_is 1 'a page that is refused among others'
is "$(($(lines out) + $(lines failed)))" "$(lines in)" 'fails alone'
is "$(lines err)" "$(lines failed)" 'its keys have a line each'
say 'faults clear'

# --- the store's error repeats a key that XML cannot carry ---
rm -f in
for name in '\001' '\0377' '\0357\0277\0276' '\0355\0240\0200'; do
	key=$(printf '%b' "$name")
	run s3exists -v --probe head b "$key"
	status_is 0 "a first key that is $name, and missing"
	is "$(cat out)" "$key" 'is known to be missing'
done

# --- operands that would be two lines ---
newline=$(printf 'a\nc.') newline=${newline%.}
run s3exists --failed failed b "$newline" z
status_is 1 'an operand with a newline is that key'"'"'s failure'
err_has 'use -0' 'it names the option'
is "$(cat out)$(lines failed)" z0 'and it is not printed as two keys'
run s3exists -0 -v b "$newline"
is "$(tr '\0' '!' <out)" "$newline!" 'under -0 it is one'

# --- records that are too long for any key ---
awk 'BEGIN { for (i = 0; i < 9000; i++) printf "a"; print "\nnope\na"
    for (i = 0; i < 300000; i++) printf "b"; print "\nc" }' >in
for option in '' -v; do
	run s3exists $option --failed failed b
	status_is 1 "records that are too long: status 1 $option"
	is "$(grep -c 'too long.*left out of --failed' err)" 2 \
	    'each has a line, which tells that --failed has it not'
	is "$(lines failed)" 0 'nor has it a part of them, which would be a key'
done
is "$(cat out)" nope 'all other records are looked up'

# --- streaming ---
mkfifo keys stream
s3exists b <keys >stream &
exec 3>keys 4<stream
printf 'a\n' >&3
read -r key <&4
is "$key" a 'a key is answered while input is idle'
printf 'c\n' >&3
read -r key <&4
is "$key" c 'and the next one'
exec 3>&- 4<&-
wait $!
is $? 0 'the end of input ends it'

# --- outputs that break ---
ask '/keys?bucket=big' >in
run sh -c 's3exists big >/dev/full'
status_is 2 'a full device ends with 2'
# shellcheck disable=SC2016
sh_run '(s3exists big; echo $? >piped) | head -n 1'
is "$(lines out)" 1 '| head -n 1 gets its line'
is "$(cat piped)" 141 'and s3exists ends by SIGPIPE, quietly'
quiet 'which is no complaint'
finish
