#!/bin/sh
# Signals and kills: what is in flight ends well, a new run makes it right.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'fill src flat-hex 3000' 'bucket dst'
s3ls src >keys

# The server's count is the clock.  Many more keys are left, at that pace, than
# can be copied before the signal comes.
for signal in INT TERM; do
	say 'drop dst' 'bucket dst' 'latency CopyObject 100' 'log reset'
	start s3cp -j 8 --failed failed src dst <keys >out 2>err &
	pid=$!
	until_counted CopyObject 100 $pid
	kill -$signal $pid
	wait $pid
	got=$?
	case $signal in INT) want=130 ;; TERM) want=143 ;; esac
	is "$got" "$want" "SIG$signal: dies by that signal"
	is "$(ask '/uploads')" '' 'no upload is left open'
	quiet 'without a word'
	done_so_far=$(ask '/count?bucket=dst')
	ok "it ended early ($done_so_far)" [ "$done_so_far" -lt 3000 ]
	say 'latency CopyObject 0'
	sh_run 's3exists -v dst <keys | s3cp src dst'
	status_is 0 'the next run'
	is "$(ask '/diff?a=src&b=dst' | head -c 300)" '' 'makes it complete'
done

# What waits to be tried again is not in flight, and is not waited for.
say 'fault * always 503'
for how in 's3exists --probe head' 's3exists --probe list' 's3cp src' \
    's3cp --via stream src'; do
	say 'log reset'
	# shellcheck disable=SC2086
	start $how --failed failed dst k >out 2>err &
	pid=$!
	until_counted requests 1 $pid
	kill -TERM $pid
	wait $pid
	is $? 143 "$how, the store refusing: dies by SIGTERM"
	ok "$how: it has not tried to the end ($(counted requests))" \
	    [ "$(counted requests)" -lt 10 ]
	is "$(cat failed)" k "$how: what was not done is in --failed"
done
say 'faults clear'

# In the middle of a multipart copy: two parts are there, two under way.
say 'put src film size=40M' 'bucket dst max-copy=10M' 'drop dst' \
    'bucket dst max-copy=10M' 'bucket src max-copy=10M' 'log reset' \
    'fault UploadPartCopy nth=3 stall' 'fault UploadPartCopy nth=4 stall'
start s3cp --part-size 5M --multipart-threshold 5M -j 2 src dst film \
    >out 2>err &
pid=$!
until_counted UploadPartCopy 4 $pid
kill -INT $pid
say 'faults clear'
wait $pid
is $? 130 'SIGINT in a multipart copy'
is "$(ask '/uploads')" '' 'leaves no open upload'
say 'drop dst' 'bucket dst' 'log reset' 'latency UploadPartCopy 500' \
    'fault UploadPartCopy always 503'
start s3cp --part-size 5M --multipart-threshold 5M -j 2 src dst film \
    >out 2>err &
pid=$!
until_counted CreateMultipartUpload 1 $pid
until_counted inflight 1 $pid
kill -TERM $pid
wait $pid
is $? 143 'SIGTERM where no part can be copied'
ok "no part is tried to the end ($(counted UploadPartCopy))" \
    [ "$(counted UploadPartCopy)" -lt 10 ]
is "$(ask '/uploads')" '' 'and no upload stays open'

# The same where all parts were begun: none is soon done.
for via in server stream; do
	op=UploadPartCopy
	[ $via = server ] || op=UploadPart
	say 'drop dst' 'bucket dst' 'faults clear' 'log reset' "fault $op always 503"
	start s3cp --via $via --part-size 5M --multipart-threshold 5M src dst \
	    film >out 2>err &
	pid=$!
	until_counted $op 16 $pid
	kill -TERM $pid
	wait $pid
	is $? 143 "SIGTERM where all parts wait to be tried again, $via"
	ok "and none is tried to the end ($(counted $op))" \
	    [ "$(counted $op)" -lt 60 ]
	is "$(ask '/uploads')" '' 'and no upload is left open'
done
say 'faults clear' 'delete src film'

# kill -9 at any moment, and again.  A request that is held keeps the run from
# ending before.
for after in 1 50 400 1500; do
	say 'drop dst' 'bucket dst' 'log reset' 'latency CopyObject 5' \
	    "fault CopyObject nth=$after stall"
	sh -c 's3ls src | s3exists -v dst | s3cp -j 16 src dst' >out 2>err &
	pid=$!
	until_counted CopyObject $after $pid
	pkill -9 -P $pid
	wait $pid
	say 'faults clear'
	sh_run 's3ls src | s3exists -v dst | s3cp src dst'
	is "$status$(ask '/diff?a=src&b=dst' | head -c 300)" 0 \
	    "killed after $after copies, a new run completes it"
done

# A stopped and continued run goes on.
say 'drop dst' 'bucket dst' 'log reset' 'fault CopyObject nth=50 stall'
s3cp -j 8 src dst <keys >out 2>err &
pid=$!
until_counted CopyObject 50 $pid
kill -STOP $pid
kill -CONT $pid
say 'faults clear'
wait $pid
is "$?$(ask '/diff?a=src&b=dst' | head -c 300)" 0 'SIGSTOP and SIGCONT are harmless'

# SIGUSR1 says where we are.
say 'drop dst' 'bucket dst' 'latency CopyObject 100' 'log reset'
mkfifo said
s3cp -j 8 src dst <keys >out 2>said &
pid=$!
exec 3<said
until_counted CopyObject 50 $pid
kill -USR1 $pid
head -n 1 <&3 >got
kill -TERM $pid
wait $pid
ok 'SIGUSR1 prints the progress line' grep -qE \
    '^s3cp: .*[0-9]+ in, [0-9]+ out, 0 failed, .* in flight' got
finish
