#!/bin/sh
# Takes what fuzzing has found over into the corpora: the fewest and smallest
# inputs that reach all that is reached; no more than 60 and 40 KB of a target.
#
#	merge.sh DIR NAME...
set -eu

dir=$1
shift
here=$(dirname "$0")
for name in "$@"; do
	new=$dir/merged/$name
	rm -rf "$new"
	mkdir -p "$new" "$dir/found/$name" "$here/corpus/$name"
	"$dir/fuzz_$name" -merge=1 -max_len=4096 "$new" "$here/corpus/$name" \
	    "$dir/found/$name" >"$dir/merge-$name.log" 2>&1
	# Named ones are seeds and findings: they stay.  The rest gives way, the
	# smallest first.
	find "$here/corpus/$name" -type f -name '????????????????????????????????????????' \
	    -exec rm -f {} +
	bytes=0
	kept=0
	find "$new" -type f -printf '%s %p\n' | sort -n >"$dir/merged/sizes"
	while read -r size file; do
		bytes=$((bytes + size))
		kept=$((kept + 1))
		[ $kept -le 60 ] || break
		[ $bytes -le 20000 ] || break
		cp "$file" "$here/corpus/$name/"
	done <"$dir/merged/sizes"
	printf '%-10s %s files\n' "$name" \
	    "$(find "$here/corpus/$name" -type f | wc -l)"
done
