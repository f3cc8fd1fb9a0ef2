#!/bin/sh
# What README.md tells people to type works: each paragraph of its sh blocks is
# run, its make targets exist, its demo runs.
# shellcheck disable=SC2154,SC2086
. "$(dirname "$0")/../lib.sh"
command -v bash >/dev/null || skip_all 'bash is missing'
server 'bucket src' 'bucket dst'

awk '
/^```sh$/ { inside = 1; n++; next }
/^```/ { inside = 0 }
inside && /^$/ { n++ }
inside && !/^$/ { print >"paragraph." n }' "$root/README.md"

scene()
{
	say 'drop src' 'drop dst' 'bucket src' 'bucket dst' \
	    'fill src dated 300 prefix=logs/' 'fill src awkward 0' \
	    'delete src new%0Aline' 'delete src %0A' \
	    'delete src crlf%0D%0Ax' "$@"
}
# paragraph TEXT: runs the one that has the text, once
paragraph()
{
	file=$(grep -lF -e "$1" paragraph.* | head -n 1)
	ok "README has a paragraph with: $1" [ -n "$file" ]
	[ -z "$file" ] || mv "$file" script
	run bash -o pipefail script
}
agree()
{
	is "$(ask '/diff?a=src&b=dst' | head -n 5)" '' "$1"
}

scene
paragraph 's3ls src | s3exists -v dst | s3cp src dst'
is "$status:$(cat err)" 0: 'the pipeline works'
agree 'the pipeline copies'

scene 'put src n%0Al' 'put dst zzz' 'put src film size=11M parts=5M' \
    'put dst logs/2022'
say 'put src logs/2022 size=3'
paragraph 's3exists -0lv --same'
is "$status:$(cat err)" 0: 'new and changed objects: works'
is "$(ask '/diff?a=src&b=dst&etag=1')" '+ zzz' \
    'new and changed objects: copies, ETags and all'

scene 'put dst old/logs/2022 size=1' 'put src logs/2022 size=2'
paragraph 's3cp -n src/logs/'
is $status 0 'one subtree: works'
is "$(ask '/diff?a=src&b=dst&ap=logs/&bp=old/logs/')" \
    '! 2022 size' 'one subtree: copies, replaces nothing'

scene 'deny alice GetObject src logs/*host-2*'
paragraph '--failed again'
is "$status:$([ -s again ] && echo kept)" 1:kept 'what fails is kept'
say undeny
sed -n '/<again/p' script >second
run bash -o pipefail second
is $status 0 'what fails: the next run works'
agree 'what fails: is copied then'

paragraph 's3exists -q dst && echo yes'
is "$status:$(cat out)" 0:yes 'all is there'
say 'put src late'
run bash -o pipefail script
is "$status:$(cat out)" 1: 'all is not there'

say 'drop src' 'bucket src' 'put src a size=3000000000' 'put src b size=5'
paragraph 'printf "%d objects'
is "$status:$(cat out)" '0:2 objects, 3000000005 bytes' 'count and add up'

is "$(cat paragraph.* 2>/dev/null)" '' 'each paragraph was run'

# --- make ---
sed -n 's/^| `make *\([a-z-]*\)`.*/\1/p' "$root/README.md" >targets
ok 'README names make targets' [ "$(lines targets)" -ge 4 ]
while read -r target; do
	ok "make ${target:-all} is a target" \
	    grep -q "^${target:-all}:" "$root/Makefile" "$root"/tests/*/*.mk
done <targets
run sh "$root/tests/demo.sh"
is $status 0 'make demo works'
ok 'make demo copies all' grep -q 'as the store sees it: 0' out
finish
