#!/bin/sh
# Runs fuzz targets, some at a time, and says what each has seen.
#
#	run.sh DIR SECONDS JOBS NAME...
#
# DIR/found/NAME gets new inputs, DIR/crash-NAME-* what breaks something.
# Status 1 if anything did.
set -u

dir=$1
seconds=$2
jobs=$3
shift 3
here=$(dirname "$0")

one()
{
	name=$1
	mkdir -p "$dir/found/$name"
	set -- "$dir/found/$name"
	[ ! -d "$here/corpus/$name" ] || set -- "$@" "$here/corpus/$name"
	[ ! -f "$here/dict/$name" ] || set -- "$@" "-dict=$here/dict/$name"
	if "$dir/fuzz_$name" -max_total_time="$seconds" -timeout=20 \
	    -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
	    -artifact_prefix="$dir/crash-$name-" "$@" >"$dir/$name.log" 2>&1
	then
		verdict=clean
	else
		verdict="BROKEN, see $dir/$name.log"
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' \
	    "$dir/$name.log")
	cover=$(sed -n 's/.* cov: \([0-9]*\) ft: .*/\1/p' "$dir/$name.log" |
	    tail -n 1)
	printf '%-10s %12s runs, %6s edges, %s\n' "$name" "${runs:--}" \
	    "${cover:--}" "$verdict"
	[ "$verdict" = clean ] || : >"$dir/broken"
}

rm -f "$dir/broken"
while [ $# -gt 0 ]; do
	pids=
	for _ in $(seq "$jobs"); do
		[ $# -gt 0 ] || break
		one "$1" &
		pids="$pids $!"
		shift
	done
	# shellcheck disable=SC2086
	wait $pids
done
[ ! -e "$dir/broken" ]
