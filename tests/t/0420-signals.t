#!/bin/sh
# Signals and kills: what is in flight ends well, a new run makes it right.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'fill src flat-hex 3000' 'bucket dst'
s3ls src >keys

# until COUNT of OP is reached: the server's count is the clock
until_counted()
{
	while [ "$(counted "$1")" -lt "$2" ]; do
		kill -0 "$pid" 2>/dev/null || break
	done
}

for signal in INT TERM; do
	say 'drop dst' 'bucket dst' 'latency CopyObject 20' 'log reset'
	start s3cp -j 8 --failed failed src dst <keys >out 2>err &
	pid=$!
	until_counted CopyObject 100
	kill -$signal $pid
	wait $pid
	got=$?
	case $signal in INT) want=130 ;; TERM) want=143 ;; esac
	is $got $want "SIG$signal: dies by that signal"
	is "$(ask '/uploads')" '' 'no upload is left open'
	quiet 'without a word'
	done_so_far=$(ask '/count?bucket=dst')
	ok "it ended early ($done_so_far)" [ "$done_so_far" -lt 3000 ]
	say 'latency CopyObject 0'
	sh_run 's3exists -v dst <keys | s3cp src dst'
	status_is 0 'the next run'
	is "$(ask '/diff?a=src&b=dst' | head -c 300)" '' 'makes it complete'
done

# In the middle of a multipart copy.
say 'put src film size=40M' 'bucket dst max-copy=10M' 'drop dst' \
    'bucket dst max-copy=10M' 'bucket src max-copy=10M' \
    'latency UploadPartCopy 30' 'log reset'
start s3cp --part-size 5M --multipart-threshold 5M -j 2 src dst film \
    >out 2>err &
pid=$!
until_counted UploadPartCopy 2
kill -INT $pid
wait $pid
is $? 130 'SIGINT in a multipart copy'
is "$(ask '/uploads')" '' 'leaves no open upload'
say 'latency UploadPartCopy 0' 'delete src film'

# kill -9 at any moment, and again.
say 'latency CopyObject 5'
for after in 1 50 400 1500; do
	say 'drop dst' 'bucket dst' 'log reset'
	sh -c 's3ls src | s3exists -v dst | s3cp -j 16 src dst' >out 2>err &
	pid=$!
	until_counted CopyObject $after
	pkill -9 -P $pid
	wait $pid
	say 'latency CopyObject 0'
	sh_run 's3ls src | s3exists -v dst | s3cp src dst'
	is "$status$(ask '/diff?a=src&b=dst' | head -c 300)" 0 \
	    "killed after $after copies, a new run completes it"
	say 'latency CopyObject 5'
done

# A stopped and continued run goes on.
say 'drop dst' 'bucket dst' 'log reset'
s3cp -j 8 src dst <keys >out 2>err &
pid=$!
until_counted CopyObject 50
kill -STOP $pid
kill -CONT $pid
say 'latency CopyObject 0'
wait $pid
is "$?$(ask '/diff?a=src&b=dst' | head -c 300)" 0 'SIGSTOP and SIGCONT are harmless'

# SIGUSR1 says where we are.
say 'drop dst' 'bucket dst' 'latency CopyObject 20' 'log reset'
s3cp -j 8 src dst <keys >out 2>err &
pid=$!
until_counted CopyObject 50
kill -USR1 $pid
until grep -q . err; do kill -0 $pid || break; done
kill -TERM $pid
wait $pid
ok 'SIGUSR1 prints the progress line' grep -qE \
    '^s3cp: .*[0-9]+ in, [0-9]+ out, 0 failed, .* in flight' err
finish
