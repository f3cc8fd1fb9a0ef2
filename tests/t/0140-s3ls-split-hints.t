#!/bin/sh
# --split and --hints: maps of a bucket, made and used.
. "$(dirname "$0")/../lib.sh"
shapes='flat-hex sequential dated deep-prefix zipf-dirs unicode words'
server
for shape in $shapes; do
	say "bucket $shape" "fill $shape $shape 30000"
done

# pieces SPLIT-OPTIONS LOCATION: the parts of each range, put together; the
# largest share and the mean on stdout
pieces()
{
	: >whole
	while read -r range; do
		s3ls --range "$range" "$1" >part
		cat part >>whole
		wc -l <part
	done <ranges | awk '{ n++; sum += $1; if ($1 > most) most = $1 }
	    END { printf "%d %.3f\n", n, most / (sum / n) }'
}

for shape in $shapes; do
	s3ls "$shape" >want
	say 'log reset'
	run s3ls --split 16 "$shape"
	status_is 0 "$shape: --split 16"
	ok "$shape: at most 20 requests a range" \
	    [ "$(counted ListObjectsV2)" -le 320 ]
	mv out ranges
	result=$(pieces "$shape")
	same whole want "$shape: the ranges together are the bucket"
	is "${result% *}" 16 "$shape: 16 ranges"
	case $shape in zipf-dirs | unicode | words) most=3 ;; *) most=1.5 ;; esac
	ok "$shape: the largest is ${result#* } times the mean, $most allowed" \
	    awk -v r="${result#* }" -v m=$most 'BEGIN { exit !(r <= m) }'
done

# --- more pages than requests: the sizes are estimates ---
for shape in dated zipf-dirs words; do
	say "bucket large-$shape" "fill large-$shape $shape 250000" 'log reset'
	run s3ls --split 8 "large-$shape"
	ok "large $shape: $(counted ListObjectsV2) requests for 250 pages" \
	    [ "$(counted ListObjectsV2)" -le 160 ]
	mv out ranges
	result=$(pieces "large-$shape")
	is "$(wc -l <whole)" "$(ask "/count?bucket=large-$shape")" \
	    "large $shape: each key in one range"
	case $shape in dated) most=1.5 ;; *) most=3 ;; esac
	ok "large $shape: the largest is ${result#* } times the mean, $most allowed" \
	    awk -v r="${result#* }" -v m=$most 'BEGIN { exit !(r <= m) }'
done

# The plan takes answers in the order of its questions.
mv ranges before
say 'latency ListObjectsV2 5 heavy'
run s3ls --split 8 large-words
say 'latency ListObjectsV2 0'
same before out 'the cuts are the same, whichever answer comes first'

s3ls --range 4:c flat-hex >want
run s3ls --split 5 --range 4:c flat-hex
mv out ranges
pieces flat-hex >/dev/null
same whole want '--split obeys --range'
s3ls dated/logs/2023/ >want
run s3ls --split 7 dated/logs/2023/
mv out ranges
pieces dated/logs/2023/ >/dev/null
same whole want '--split below a prefix'
say 'bucket none' 'bucket one' 'put one a%20b'
run s3ls --split 4 none
is "$(cat out)" ':' 'an empty bucket is one range'
run s3ls --split 4 one
mv out ranges
s3ls one >want
pieces one >/dev/null
same whole want 'so is a bucket of one key'
run s3ls --split 1 flat-hex
is "$(cat out)" ':' '--split 1 is the whole'
say 'bucket home page=2'
for n in 1 2 3 4 5 6; do
	say "put home ~/$n" "put home ~root/$n"
done
s3ls home >want
sh_run "s3ls --split 4 home | xargs -I{} sh -c 's3ls --range {} home'"
same out want 'ranges that begin with a tilde are safe in a shell'
say 'fault ListObjectsV2 nth=3 status=403 code=AccessDenied bucket=home'
run s3ls -j1 home
mv out first
say 'faults clear'
sh_run "s3ls $(sed -n 's/.* go on with //p' err) home"
cat first out >whole
same whole want 'so is the word to go on with'

# --- hints: good, old, wrong, unsorted, binary ---
s3ls flat-hex >want
awk 'NR % 500 == 0' want >sample
awk 'NR % 7 == 0 || NR > 20000' want >old
tac want >backwards
shuf -n 3000 --random-source=want want >shuffled
head -c 300000 "$BUILD/bin/s3ls" >binary
: >empty
s3ls -l flat-hex | awk 'NR % 100 == 0' >long
for hints in want sample old backwards shuffled binary empty long; do
	say 'log reset'
	run s3ls --hints $hints flat-hex
	same out want "hints that are $hints: the same keys"
	ok "$hints: $(counted ListObjectsV2) requests for 30 pages" \
	    [ "$(counted ListObjectsV2)" -le 120 ]
done
say 'log reset'
run s3ls --hints sample flat-hex
ok "good hints save requests: $(counted ListObjectsV2) for 30 pages" \
    [ "$(counted ListObjectsV2)" -le 40 ]
s3ls flat-hex | awk 'NR % 1000 == 0' >pages
say 'log reset'
run s3ls --hints pages flat-hex
ok "every 1,000th key for hints: $(counted ListObjectsV2) for 30 pages" \
    [ "$(counted ListObjectsV2)" -le 31 ]
run s3ls -l --hints long flat-hex
s3ls -l flat-hex >want.long
same out want.long 'long hints for a long listing'
s3ls dated/logs/ >want
awk 'NR % 100 == 0' want >below
run s3ls --hints below dated/logs/
same out want 'hints are relative to LOCATION'
finish
