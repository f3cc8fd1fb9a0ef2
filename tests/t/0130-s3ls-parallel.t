#!/bin/sh
# The parallel listing gives what the sequential one gives, byte for byte:
# over shapes, options, faults, odd stores, and while keys come and go.
. "$(dirname "$0")/../lib.sh"
shapes='flat-hex sequential unpadded dated deep-prefix uuid zipf-dirs unicode
words long'
server
for shape in $shapes; do
	say "bucket $shape" "fill $shape $shape 12000"
done

decode()	# percent-encoded lines on stdin
{
	perl -pe 's/%([0-9A-F]{2})/chr hex $1/ge'
}

for shape in $shapes; do
	ask "/keys?bucket=$shape" | decode >want
	say 'log reset'
	run s3ls "$shape"
	same out want "$shape: all keys, in order"
	used=$(counted ListObjectsV2)
	ok "$shape: 12 pages cost $used requests" [ "$used" -le 36 ]
done

# --- options mean in parallel what they mean at -j1 ---
for words in '-l flat-hex' '--json dated' '-0 unicode' '-d / zipf-dirs' \
    '-d - uuid' '--prefix 7 flat-hex' '--start-after 8 flat-hex' \
    '--range 3f:c1 flat-hex' '-d / --start-after home/5 zipf-dirs/home/' \
    '-l --range logs%2F2023: dated' '--prefix Photos words'; do
	# shellcheck disable=SC2086
	run s3ls -j1 $words
	mv out want
	# shellcheck disable=SC2086
	run s3ls $words
	same out want "$words: as with -j1"
done

# --- faults cost time, not keys ---
seed=1
for shape in flat-hex dated words long; do
	ask "/keys?bucket=$shape" | decode >want
	for action in 503 500 reset close malformed truncated; do
		seed=$((seed + 1))
		say 'faults clear' \
		    "fault ListObjectsV2 p=0.15 seed=$seed $action"
		run s3ls --retries 30 "$shape"
		same out want "$shape under 15 % $action"
		is "$status" 0 "$shape under 15 % $action ends with 0"
	done
done
say 'faults clear'

# --- all of it mixed, by chance: SEEDS=100 tries more ---
# pick WORDS...: one of them, by the seed
pick()
{
	state=$(((state * 1103515245 + 12345) % 2147483648))
	shift $((state / 65536 % $#))
	picked=$1
}

seed=${SEED:-1}
last=$((seed + ${SEEDS:-16}))
while [ "$seed" -lt "$last" ]; do
	state=$((seed * 7919))
	# shellcheck disable=SC2086
	pick $shapes
	shape=$picked
	pick '' -l --json -0 '-d /' '-d -' '-d e' '--prefix 3' '-l -0' \
	    '--start-after 8' '--start-after logs/2023/02' '--range :c1' \
	    '--range 3f:' '--range home%2F3:home%2Fc' '--prefix logs/2024'
	options=$picked
	pick 64 3 17 256
	jobs=$picked
	pick 503 reset close malformed truncated 500 empty-page dup-page
	action=$picked
	pick 0 0.05 0.1 0.2
	share=$picked
	pick 100 0 20
	extra=$picked
	pick 1000 1000 330
	page=$picked
	pick 0 0 2
	latency=$picked
	say "bucket $shape page=$page"
	# shellcheck disable=SC2086
	run s3ls -j1 $options "$shape"
	mv out want
	say "fault ListObjectsV2 p=$share seed=$seed $action"
	[ "$latency" = 0 ] || say "latency ListObjectsV2 $latency heavy"
	# shellcheck disable=SC2086
	run s3ls -j "$jobs" --extra-requests "$extra" --retries 30 $options \
	    "$shape"
	what="seed $seed: $options $shape, $jobs in flight, $page a page, "
	what="$what$share $action, $latency ms, extra $extra"
	same out want "$what"
	is "$status" 0 "seed $seed: status 0"
	say 'faults clear' "bucket $shape page=1000"
	seed=$((seed + 1))
done

# --- the governor ---
for words in '0 20' '25 25' '100 40'; do
	for shape in flat-hex dated words; do
		say 'log reset'
		run s3ls --extra-requests "${words% *}" "$shape"
		used=$(counted ListObjectsV2)
		ok "$shape: --extra-requests ${words% *}: $used for 12 pages" \
		    [ "$used" -le "${words#* }" ]
	done
done

# --- short pages, empty pages, repeated tokens ---
say 'bucket flat-hex page=170'
ask '/keys?bucket=flat-hex' >want
run s3ls flat-hex
same out want 'a store with short pages'
say 'bucket flat-hex page=1000'
for action in empty-page repeat-token dup-page unsorted-page; do
	say 'faults clear' "fault ListObjectsV2 p=0.1 seed=5 $action"
	run s3ls flat-hex
	same out want "now and then a page is $action: nothing is lost"
	is "$status" 0 "$action now and then: status 0"
done
say 'faults clear' 'fault ListObjectsV2 always repeat-token'
run s3ls -j1 flat-hex
same out want 'tokens that repeat for ever: listed by start-after'
say 'faults clear'

# --- stores that do not sort, or ignore start-after ---
say 'bucket odd unsorted' 'fill odd flat-hex 5000'
ask '/keys?bucket=odd' >want
run s3ls odd
status_is 0 'a store that does not sort'
err_has 'does not list in order' 'it is told'
LC_ALL=C sort out >sorted
same sorted want 'no key is lost or doubled'
say 'bucket blind ignore-start-after' 'fill blind flat-hex 5000'
run s3ls blind
status_is 0 'a store that ignores start-after'
same out want 'no key is lost or doubled there either'
run s3ls --start-after 8 blind
awk '$0 > "8"' want >want.8
same out want.8 '--start-after holds there too'

# --- a listing that cannot be finished ---
say 'fault ListObjectsV2 always status=403 code=AccessDenied bucket=flat-hex token'
run s3ls flat-hex
status_is 2 'a listing that cannot be finished ends with 2'
ok 'it says how to go on' grep -q 'go on with --start-after' err
next=$(sed -n 's/.*--start-after //p' err)
ask '/keys?bucket=flat-hex' | awk -v n="$(lines out)" 'NR <= n' >begin
same out begin 'what was printed is the beginning'
is "$(tail -n 1 out)" "$next" 'up to the key that it names'
say 'faults clear'
mv out first
run s3ls --start-after "$next" flat-hex
cat first out >whole
ask '/keys?bucket=flat-hex' >want
same whole want 'going on from there completes it'

# --- keys come and go meanwhile: those that stay are there once ---
for seed in 1 2 3; do
	say "mutate flat-hex add 20 $seed" "mutate flat-hex remove 10 $seed"
	run s3ls flat-hex
	say 'mutate flat-hex off'
	grep -v '~mut' out >stayed
	same stayed want "while keys come and go (seed $seed)"
	is "$(LC_ALL=C sort -u out | wc -l)" "$(lines out)" 'none comes twice'
	ok 'in order' sort -c out
done
finish
