#!/bin/sh
# Credentials that run out while the work goes on.
# shellcheck disable=SC2154 # lib.sh sets it
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'fill src sequential 160' 'bucket one' 'bucket two' \
    'bucket three' 'bucket four'
ask '/keys?bucket=src' >in
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mkdir -m 700 "$HOME/.aws"
umask 077

copied()	# BUCKET CLAIM: it holds what src holds
{
	is "$(ask "/diff?a=src&b=$1")" '' "$2"
}

# --- keys that say when they end: renewed before that ---
# Names are given, over and over, until that was seen: however fast or slow the
# machine is, the run has two lives of its keys.
say 'identity fresh expires=6' 'log reset'
mkfifo names
AWS_CONTAINER_CREDENTIALS_FULL_URI="$CONTAINER" \
    s3cp -j 4 --debug src one <names >out 2>err &
pid=$!
exec 3>names
cat in >&3
while [ "$(counted ContainerCredentials)" -lt 2 ]; do
	head -n 1 in >&3 || break
done
exec 3>&-
wait $pid
is $? 0 'a run over several lives of its keys ends with 0'
copied one 'and copies every key'
ok 'the keys were renewed' [ "$(counted ContainerCredentials)" -gt 1 ]
ok '--debug tells how long keys live' grep -q 'which expire in [0-6]\.' err

# --- keys that do not say so: the store does ---
cat >process <<'EOF'
#!/bin/sh
# The first keys run out after some requests, the others never do.
n=$(cat calls)
echo $((n + 1)) >calls
[ $n -lt "$1" ] || { echo "no more keys" >&2; exit 1; }
[ $n = 0 ] && key=AKIAFIRST || key=AKIALATER
echo '{"Version": 1, "AccessKeyId": "'$key'", "SecretAccessKey": "s",
  "SessionToken": "t"}'
EOF
chmod 700 process
printf '[profile p]\ncredential_process = %s/process 9
[profile once]\ncredential_process = %s/process 1\n' "$PWD" "$PWD" \
    >"$HOME/.aws/config"
echo 0 >calls
say 'account alice AKIAFIRST s token=t uses=20' \
    'account alice AKIALATER s token=t' 'log reset'
run s3cp -j 4 --profile p src two
status_is 0 'keys that the store calls expired are renewed'
quiet 'without a word'
copied two 'and every key is copied'
is "$(cat calls)" 2 'by one renewal, however many requests were refused'
ok 'some were' [ "$(ask /log | grep -c ExpiredToken)" -gt 0 ]

# --- no new keys: the run ends, and says what is left ---
echo 0 >calls
say 'account alice AKIAFIRST s token=t uses=20'
run s3cp -j 4 --profile once --failed failed --print src three
status_is 2 'without new keys the run ends with 2'
ok 'and says why' grep -q \
    'credential_process of profile once ended with status 1: no more keys' err
is "$(cat calls)" 2 'after one attempt'
sort out failed >both
ok 'some were copied' [ -s out ]
ok 'some were not' [ -s failed ]
same both in 'what was read and not copied is in --failed'
ask '/keys?bucket=three' >got
sort out >printed
same printed got 'and what was printed was copied'

# The same of s3exists, which reads ahead.
mv in keys
seq -f 'key-%.0f' 1 20000 >in
say 'bucket five' 'put five there' \
    'account alice AKIAFIRST s token=t' \
    'fault HeadObject always key=key-300 status=400 code=ExpiredToken' \
    'fault GetObject always key=key-300 status=400 code=ExpiredToken'
echo 0 >calls
run s3exists -v --probe head -j 8 --profile once --failed failed five
status_is 2 's3exists ends with 2 as well'
ok 'and says why' grep -q 'no more keys' err
ok 'some keys were told to be missing' [ -s out ]
ok 'of some nothing is known' [ -s failed ]
sort in >want
sort out failed >both
same both want 'what was read and not answered is in --failed'
awk 'NR == FNR { f[$0]; next } !($0 in f)' failed in >want
same out want 'what was printed was answered, in order'
say 'faults clear'

# A pipe is read no further than there is work: what was read is copied or in
# --failed, the rest is still there for the next program.
mkfifo pipe
mv in many
echo 0 >calls
say 'fault CopyObject nth=50 status=400 code=ExpiredToken'
# shellcheck disable=SC2016
run sh -c 'cat many >pipe & exec 3<pipe
    s3cp -j 4 --profile once --failed failed src three <&3
    status=$?; cat <&3 >rest; exit $status'
status_is 2 's3cp ends with 2'
ok 'some were read' [ -s failed ]
ok 'some were left unread' [ -s rest ]
head -n "$(lines failed)" many | sort >want
sort failed >both
same both want 'what was read is in --failed'
mv keys in
say 'faults clear'

# Operands that were not begun are in --failed, too.
run s3cp -j 1 --profile once --failed failed src nowhere one two three
status_is 2 'a run with operands ends as well'
is "$(sort failed | tr '\n' ' ')" 'one three two ' 'and has them all in --failed'

# --- static keys: their file is read again ---
keys()		# KEY
{
	printf '[f]\naws_access_key_id = %s\naws_secret_access_key = s
aws_session_token = t\n' "$1"
}
keys AKIASTATIC >"$HOME/.aws/credentials"
keys AKIALATER >later
# One request is held until the new keys lie there and the old ones are over.
say 'account alice AKIASTATIC s token=t' 'fault CopyObject nth=20 stall' \
    'log reset'
s3cp -j 1 --profile f src four <in >out 2>err &
pid=$!
until_counted CopyObject 20 $pid
mv later "$HOME/.aws/credentials"
say 'account alice AKIASTATIC s token=t expires=-1' 'faults clear'
wait $pid
is $? 0 'new keys in the credentials file are found'
copied four 'and every key is copied'
ok 'when the store calls the old ones expired' \
    [ "$(ask /log | grep -c ExpiredToken)" -gt 0 ]
finish
