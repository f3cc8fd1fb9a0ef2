#!/bin/sh
# Memory does not depend on the number of keys.
. "$(dirname "$0")/../lib.sh"
case $BUILD in *asan*) skip_all 'sanitizers have a memory of their own' ;; esac
server 'bucket few' 'fill few sequential 10000' \
    'bucket many' 'fill many sequential 300000' 'bucket none'

peak()		# COMMAND...: its peak resident memory, in KiB
{
	perl -e '
		my $pid = fork // die;
		if (!$pid) { open STDOUT, ">", "/dev/null"; exec @ARGV }
		my $peak = 0;
		while (waitpid($pid, 1) == 0) {
			open my $f, "<", "/proc/$pid/status" or last;
			while (<$f>) { $peak = $1 if /^VmHWM:\s+(\d+)/ && $1 > $peak }
			select undef, undef, undef, 0.01;
		}
		print "$peak\n"' "$@"
}

s3ls few >few
s3ls many >many
for command in 's3exists -v none' 's3exists none' 's3exists --probe head -v none' \
    's3cp --dry-run many none'; do
	# shellcheck disable=SC2086
	a=$(peak $command <few)
	# shellcheck disable=SC2086
	b=$(peak $command <many)
	ok "$command: $a KiB at 10,000 keys, $b KiB at 300,000" \
	    [ "$b" -lt 65536 ]
done
a=$(peak s3ls few)
b=$(peak s3ls many)
ok "s3ls: $a KiB at 10,000 keys, $b KiB at 300,000" [ "$b" -lt 65536 ]
a=$(peak s3cp few none <few)
say 'drop none' 'bucket none'
b=$(peak s3cp many none <few)
say 'drop none' 'bucket none'
head -n 60000 many >some
c=$(peak s3cp many none <some)
ok "s3cp: $a KiB at 10,000 keys, $c KiB at 60,000" \
    [ "$c" -lt $((b + 2048)) ]
ok 's3cp: under 32 MiB' [ "$c" -lt 32768 ]

# What is streamed takes 64 MiB, however it is cut into pieces, and however many
# of them wait for an answer.
say 'bucket large' 'put large 16m size=320M parts=16M' \
    'put large 17m size=1190M parts=17M' 'put large one size=512M' \
    'latency UploadPart 1000'
for key in 16m 17m one; do
	a=$(peak s3cp --via stream large none $key)
	ok "s3cp --via stream: $a KiB, $key" [ "$a" -lt 90112 ]
done
say 'faults clear'
finish
