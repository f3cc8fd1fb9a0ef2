#!/bin/sh
# Many machines: the two ways of s3keys(7), over real ssh by the real GNU
# parallel.  `make check-reach' runs it with 200,000 keys, `make check' with few,
# and only where parallel and sshd are installed.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
. "$root/tests/reach/hosts.sh"
. "$root/tests/recipe.sh"
: "${REACH_KEYS:=}"
keys=${REACH_KEYS:-4000}
command -v bash >/dev/null || skip_all 'bash is missing'
command -v mandoc >/dev/null || skip_all 'mandoc is missing'
server 'bucket src' "fill src dated $keys prefix=logs/" 'bucket dst' 'log off'
if ! hosts host1 host2 host3; then
	[ -n "$REACH_KEYS" ] || skip_all "$why"
	ok "machines can be reached ($why)" false
	finish
fi
trap 'hosts_end; cleanup' EXIT
export SHELL=/bin/bash

empty()		# BUCKET
{
	say "drop $1" "bucket $1"
}
agree()		# CLAIM
{
	is "$(ask '/diff?a=src&b=dst' | head -n 5)" '' "$1"
}
count()		# BUCKET
{
	ask "/count?bucket=$1"
}
# Some keys are held, so that no job can be over until they are let go, when
# they are asked for again.  Every job has some of them.
hold='fault CopyObject always stall bucket=dst key=*7.gz'
[ "$keys" -le 10000 ] || hold='fault CopyObject always stall bucket=dst key=*777.gz'
# Waits until a bucket has so many keys, or the job in the background is over.
reaches()	# BUCKET NUMBER
{
	until [ "$(count "$1")" -ge "$2" ]; do
		kill -0 "$job" 2>/dev/null || return 1
	done
}
copy='set -o pipefail; s3ls --range {} src | s3exists -v dst | s3cp src dst'

# --- ship keys ---
recipes common/s3keys.7 'Ship keys'
bash -o pipefail cmd.1 >out 2>err
is $? 0 'ship keys: parallel ends with 0'
ok 'ship keys: without a word' sh -c '! grep -E "^s3(ls|exists|cp): " err'
agree 'ship keys: all are copied'

# A machine dies; what it had is lost, and a second run brings it.
empty dst
ship()		# LOG HOSTS
{
	bash -c 's3ls src | parallel --joblog "$1" --pipe --block "$3" -S "$2" \
	    "set -o pipefail; s3exists -v dst | s3cp src dst"' ship "$1" "$2" \
	    $((keys * 2))
}
say "$hold"
ship log1 2/host1,2/host2,2/host3 >out 2>err &
job=$!
ok 'ship keys: it is in the middle when a machine dies' \
    reaches dst $((keys / 8))
host_dies host2
say 'faults clear'
wait "$job"
ok 'ship keys: parallel tells that jobs failed' [ $? -ne 0 ]
ok 'ship keys: those on the dead machine' \
    [ "$(awk 'NR > 1 && $7 != 0 && $2 == "host2"' log1 | wc -l)" -ge 1 ]
is "$(awk 'NR > 1 && $7 != 0 && $2 != "host2"' log1)" '' \
    'ship keys: and none elsewhere'
ok 'ship keys: keys are missing' [ "$(count dst)" -lt "$keys" ]
ship log2 host1,host3 >out 2>err
is $? 0 'ship keys: a second run ends with 0'
agree 'ship keys: and has brought them'
host_begins host2

# --- ship ranges ---
empty dst
recipes common/s3keys.7 'Ship ranges'
bash -o pipefail cmd.1 >out 2>err
is $? 0 'ship ranges: parallel ends with 0'
is "$(awk 'NR > 1 && $7 == 0' log | wc -l)" "$(s3ls --split 64 src | wc -l)" \
    'ship ranges: so do all jobs'
agree 'ship ranges: all are copied'
bash -o pipefail cmd.2 >out 2>err
is $? 0 'ship ranges: --retry-failed finds nothing to do'
empty dst
say "$hold"
s3ls --split 16 src >ranges
is "$(lines ranges)" 16 'ship ranges: 16 of them'
parallel --joblog log3 -S 1/host1,1/host2,1/host3 "$copy" <ranges >out 2>err &
job=$!
ok 'ship ranges: it is in the middle when a machine dies' \
    reaches dst $((keys / 8))
host_dies host2
say 'faults clear'
wait "$job"
ok 'ship ranges: parallel tells that jobs failed' [ $? -ne 0 ]
ok 'ship ranges: those on the dead machine' \
    [ "$(awk 'NR > 1 && $7 != 0 && $2 == "host2"' log3 | wc -l)" -ge 1 ]
is "$(awk 'NR > 1 && $7 != 0 && $2 != "host2"' log3)" '' \
    'ship ranges: and none elsewhere'
ok 'ship ranges: keys are missing' [ "$(count dst)" -lt "$keys" ]
before=$(counted CopyObject)
missing=$((keys - $(count dst)))
parallel --retry-failed --joblog log3 -S host1,host3 >out 2>err
is $? 0 'ship ranges: --retry-failed ends with 0'
agree 'ship ranges: and all are copied'
is $(($(counted CopyObject) - before)) "$missing" \
    'ship ranges: what was there already was not copied again'
host_begins host2

# With --retries, parallel itself takes what failed to another machine.
empty dst
say "$hold"
parallel --retries 4 -S 1/host1,1/host2,1/host3 "$copy" <ranges >out 2>err &
job=$!
ok 'ship ranges: --retries: it is in the middle' reaches dst $((keys / 8))
host_dies host2
say 'faults clear'
wait "$job"
is $? 0 'ship ranges: --retries survives a machine'
agree 'ship ranges: --retries: all are copied'

# --- one machine, several processes ---
empty dst
s3ls -0 src | xargs -0 -P 4 -n 500 s3cp -n -- src dst >out 2>err
is $? 0 'xargs -P ends with 0'
agree 'xargs -P: all are copied'
say "deny * GetObject src $(s3ls src | sed -n 7p)"
empty dst
s3ls -0 src | xargs -0 -P 4 -n 500 s3cp -n -- src dst >out 2>err
is $? 123 'xargs -P: one key that cannot be read makes it 123'
is "$(count dst)" $((keys - 1)) 'xargs -P: all others are copied'
say undeny
s3ls -0 src | parallel -0 --pipe --recend '\0' --block 50k -j 3 \
    's3exists -0v dst | s3cp -0 src dst' >out 2>err
is $? 0 'parallel --pipe with NUL on this machine ends with 0'
agree 'parallel --pipe: all are copied'

# --- a job array ---
empty dst
sed -n '/^#!\/bin\/bash/,/^\.Ed/p' "$root/common/s3keys.7" | sed '/^\.Ed/d' >job.sh
is "$(grep -c SLURM_ARRAY_TASK_ID job.sh)" 1 's3keys(7) has job.sh'
failed=0
for task in $(seq "$(lines ranges)"); do
	if [ $((task % 2)) -eq 0 ]; then
		SLURM_ARRAY_TASK_ID=$task bash job.sh
	else
		JOB_COMPLETION_INDEX=$((task - 1)) bash job.sh
	fi || failed=$((failed + 1))
done
is $failed 0 'job arrays: each task ends with 0'
agree 'job arrays: all are copied'
finish
