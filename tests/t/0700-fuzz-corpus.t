#!/bin/sh
# What fuzzing once reached or broke is fed to the parsers again (make fuzz
# looks for more).  A target ends with the number of inputs that it was fed.
. "$(dirname "$0")/../lib.sh"

for source in "$root"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	corpus=$root/tests/fuzz/corpus/${name#fuzz_}
	run "$name" "$corpus"
	status_is 0 "$name: nothing breaks it"
	is "$(cat out)" "$(find "$corpus" -type f | wc -l)" \
	    "$name: all of its inputs were fed"
done
finish
