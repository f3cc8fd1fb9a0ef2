#!/bin/sh
# Memory of s3ls: under 64 MiB at the defaults, whatever the number and the
# length of the keys, and no larger for more of them.
. "$(dirname "$0")/../lib.sh"
case $BUILD in *asan*) skip_all 'sanitizers have a memory of their own' ;; esac
server 'bucket hex' 'fill hex flat-hex 50000' \
    'bucket hex4' 'fill hex4 flat-hex 200000' \
    'bucket deep' 'fill deep deep-prefix 50000' \
    'bucket deep4' 'fill deep4 deep-prefix 200000' \
    'bucket long' 'fill long long 10000' \
    'bucket long4' 'fill long4 long 40000' \
    'latency ListObjectsV2 5 heavy'
most=57344	# 56 MiB: something is left for other C libraries

# peak FILE COMMAND...: stdout goes to FILE; its peak resident memory, in KiB
peak()
{
	perl -e '
		my $file = shift;
		my $pid = fork // die;
		if (!$pid) { open STDOUT, ">", $file; exec @ARGV }
		my $peak = 0;
		while (waitpid($pid, 1) == 0) {
			open my $f, "<", "/proc/$pid/status" or last;
			while (<$f>) { $peak = $1 if /^VmHWM:\s+(\d+)/ && $1 > $peak }
			select undef, undef, undef, 0.005;
		}
		exit 1 if $?;
		print "$peak\n"' "$@"
}

check()		# SHAPE OPTION...
{
	shape=$1
	shift
	few=$(peak /dev/null s3ls "$@" "$shape")
	many=$(peak /dev/null s3ls "$@" "${shape}4")
	ok "s3ls $* $shape: $few KiB" [ "${few:-99999}" -lt $most ]
	ok "and $many KiB for four times the keys" \
	    [ "${many:-99999}" -lt $most ]
}

for shape in hex deep long; do
	check "$shape"
	check "$shape" -l -U
done
check hex -d 7
check hex -j 256

s3ls hex4 | awk 'NR % 100 == 0' >sample
many=$(peak out s3ls --hints sample hex4)
ok "with hints $many KiB" [ "${many:-99999}" -lt $most ]
is "$(lines out)" 200000 'all of them'

# A reader that does not read yet: what waits for it is the window, no more.
# It begins when the program sleeps, and slept while nothing was asked for.
switches()
{
	awk '/ctxt_switches/ { n += $2 } /^State:/ { s = $2 } END { print s, n }' \
	    /proc/$pid/status
}
mkfifo pipe
s3ls -l long4 >pipe &
pid=$!
exec 3<pipe
before=
until case $before in S*) true ;; *) false ;; esac &&
    [ "$(counted inflight)" -eq 0 ] && [ "$(switches)" = "$before" ]; do
	before=$(switches)
	kill -0 $pid || break
done
peak=$(awk '/^VmHWM:/ { print $2 }' /proc/$pid/status)
ok "behind a reader that waits $peak KiB" [ "$peak" -lt $most ]
is "$(wc -l <&3)" 40000 'and then all comes'
exec 3<&-
ok 'with status 0' wait $pid
finish
