#!/bin/sh
# compare.sh BASE RUNS SCALE [SCENE...]: builds the programs of revision BASE
# in a worktree of their own, plays the scenes with them and with ours, both
# against our server and by our harness, and prints them side by side.
set -eu
base=$1 runs=$2 scale=$3
shift 3
[ -n "$base" ] || {
	echo 'usage: make bench-compare BASE=revision [SCENES="..."]' >&2
	exit 2
}
BUILD=$(cd "$BUILD" && pwd)
export BUILD
rev=$(git rev-parse --short "$base^{commit}")
tree=$BUILD/bench/base-$rev
trap 'git worktree remove --force "$tree" 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM
[ -d "$tree" ] || git worktree add --detach "$tree" "$rev" >/dev/null
make -C "$tree" --no-print-directory BUILD="$tree/build" \
    s3ls s3exists s3cp >/dev/null

play()		# LABEL BIN
{
	# shellcheck disable=SC2086
	perl tests/bench/bench.pl --runs "$runs" --scale "$scale" \
	    --label "$1" --bin "$2" --out "$BUILD/bench/compare/$1" $scenes \
	    >/dev/null
}
scenes=$*
play "$rev" "$tree/build/bin"
play "$(git describe --always --dirty)-now" "$BUILD/bin"
perl tests/bench/bench.pl --compare "$BUILD/bench/compare/$rev/results.json" \
    "$BUILD/bench/compare/$(git describe --always --dirty)-now/results.json"
