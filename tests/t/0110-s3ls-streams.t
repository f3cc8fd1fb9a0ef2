#!/bin/sh
# s3ls among other programs: readers that go away, full disks, slow readers.
. "$(dirname "$0")/../lib.sh"
server 'bucket big' 'fill big flat-hex 200000'

sh_run 's3ls big | head -1'
quiet '| head -1 ends quietly'
is "$(lines out)" 1 'after one line'
bash -c 's3ls big | head -1 >/dev/null; echo ${PIPESTATUS[0]}' >out 2>err
is "$(cat out)" 141 'and s3ls dies by SIGPIPE, as ls does'

s3ls big >/dev/full 2>err
is $? 2 'a full output ends with 2'
err_has 'cannot write to standard output: No space left on device' 'a full disk'
s3ls big >&- 2>err
is $? 2 'a closed output ends with 2'
err_has 'cannot write to standard output' 'a closed output'
s3ls big <&- >out 2>err
is "$?$(lines out)" 0200000 'a closed stdin is no matter'
s3ls nosuch 2>&-
is $? 2 'a closed stderr is no matter'

# A reader that does not read: the listing stops, memory stays.
most=65536
case $BUILD in *asan*) most=1000000 ;; esac
mkfifo slow
s3ls big >slow 2>err &
pid=$!
exec 3<slow
read -r first <&3
# A third is read, and the rest has had all that time to pile up.
head -c 2000000 <&3 >rest
peak=$(awk '/VmHWM/ { print $2 }' /proc/$pid/status)
ok "a slow reader does not make s3ls grow ($peak KiB)" [ "$peak" -lt "$most" ]
cat <&3 >>rest
exec 3<&-
wait $pid
is "$?" 0 'and when the reader goes on, so does s3ls'
is $(($(lines rest) + 1)) 200000 'with nothing lost'
ok 'the first key came first' [ "$first" "<" "$(head -1 rest)" ]
finish
