#!/bin/sh
# --progress on a terminal: three programs in one pipeline, with messages among
# them, leave whole lines; nothing is written over anything else.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
command -v script >/dev/null || skip_all 'script (for a terminal) is missing'
keys=6000
server 'bucket src' "fill src dated $keys" 'bucket dst' \
    'latency CopyObject 60'
s3ls src >list
for n in 7 1500 5999; do
	printf 'deny * GetObject src %s\n' "$(sed -n ${n}p list)"
done | curl -sS --data-binary @- "$ADMIN/" >/dev/null

# What a terminal shows after all those bytes, for \r, \n and clear to the end
# of the row; a row that was written over comes out garbled.
cat >rows.pl <<'END'
my ($row, $at, $drawn) = ('', 0, 0);
local $/;
for (<STDIN> =~ /\e\[K|[^\e]|\e/g) {
	if ($_ eq "\e[K") { $row = substr($row, 0, $at); $drawn++; }
	elsif ($_ eq "\r") { $at = 0; }
	elsif ($_ eq "\n") { print "$row\n"; ($row, $at) = ('', 0); }
	else { substr($row, $at++, 1) = $_; }
}
print "unended: $row\n" if $row ne '';
print STDERR $drawn, "\n";
END

# on_terminal COMMAND: the rows that stay in `rows', the number of times that
# one was cleared in $drawn
on_terminal()
{
	timeout -k 5 60 script -qec "$1" /dev/null </dev/null >bytes 2>&1
	status=$?
	drawn=$(perl rows.pl <bytes 2>&1 >rows)
}
plain='^s3[a-z]*: [0-9]* in, [0-9]* out, [0-9]* failed, [0-9]*/s, [0-9]* in flight, [0-9]* retries$'

on_terminal 's3ls --progress src | s3exists --progress -v dst |
    s3cp --progress src dst'
is $status 1 'three in one pipeline: three keys fail'
is "$(grep -c "$plain" rows)" 3 'three in one pipeline: each says its line at the end'
is "$(grep "$plain" rows | sed 's/:.*//' | sort | tr '\n' ' ')" \
    's3cp s3exists s3ls ' 'three in one pipeline: one each'
is "$(grep -c ': AccessDenied: .*)$' rows)" 3 \
    'three in one pipeline: failures have whole rows'
is "$(lines rows)" 6 'three in one pipeline: and nothing else stays'
is "$(ask '/count?bucket=dst')" $((keys - 3)) 'all others are copied'

# The last one alone draws, and tells how long it will take.
say 'drop dst' 'bucket dst' undeny
on_terminal 's3cp --progress src dst <list'
is "$status:$(lines rows)" 0:1 'one program: its line stays'
ok 'one program: it was redrawn meanwhile' [ "$drawn" -ge 2 ]
ok 'one program: with the share that is done, and an ETA' \
    grep -q 's3cp: [0-9]* %, ETA 0:00:[0-9][0-9], [0-9]* in, ' bytes

# What is printed on the same terminal is not written over.
say 'latency ListObjectsV2 300'
on_terminal 's3ls --progress src'
is "$status:$(sed '$d' rows | cmp - list)" 0: 'keys on the same terminal: all are seen'
ok 'keys on the same terminal: then the line' sh -c "tail -n 1 rows | grep -q '$plain'"

# --- elsewhere ---
run s3ls --progress src
is "$(grep -c "$plain" err):$(lines err)" 1:1 'no terminal: one line at the end'
ok 'no terminal: and no control character' sh -c "! grep -q '[[:cntrl:]]' err"
run s3ls src
quiet 'without --progress: nothing'
finish
