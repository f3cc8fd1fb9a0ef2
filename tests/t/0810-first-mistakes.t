#!/bin/sh
# The mistakes of first runs: one line says what is wrong and what to do, soon,
# and in all three programs alike.
# shellcheck disable=SC2154,SC2086,SC2088
. "$(dirname "$0")/../lib.sh"
cert
server_with '--tls cert.pem key.pem' 'bucket bucket' 'put bucket k' \
    'bucket west region=eu-west-1' 'put west k' 'bucket bobs owner=bob' \
    'put bobs k' 'bucket a.dotted.name' 'put a.dotted.name k' 'bucket dst'
export AWS_ENDPOINT_URL="$S3"
echo k >in

# mistake CLAIM TEXT ADVICE COMMAND...: status 2 and one line with both
mistake()
{
	about=$1 text=$2 advice=$3
	shift 3
	run "$@"
	is "$status:$(cat out)" 2: "$about: status 2, no output"
	err_has "$text" "$about"
	ok "$about: it says: $advice" grep -qF -e "$advice" err
}
# in_all CLAIM TEXT ADVICE LOCATION [VARIABLE=VALUE...]: in each program
in_all()
{
	all=$1 what=$2 todo=$3 location=$4
	shift 4
	case $location in
	*@*) to=${location%%@*}@dst ;;
	*) to=dst ;;
	esac
	mistake "$all, s3ls" "$what" "$todo" env "$@" s3ls "$location"
	mistake "$all, s3exists" "$what" "$todo" env "$@" s3exists -v "$location"
	mistake "$all, s3cp" "$what" "$todo" env "$@" s3cp --print "$location" $to
}
# mended CLAIM NOTICE COMMAND...: it works, and one line says what was done
mended()
{
	about=$1 text=$2
	shift 2
	run "$@"
	is "$status:$(cat out)" 0:k "$about: works all the same"
	err_has "$text" "$about"
}

# --- credentials ---
in_all 'no credentials' 'no credentials: none in the environment' \
    'try --profile' bucket -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY
in_all 'half a pair of keys' 'AWS_ACCESS_KEY_ID is set' \
    'but not AWS_SECRET_ACCESS_KEY' bucket -u AWS_SECRET_ACCESS_KEY
in_all 'a wrong secret' 'SignatureDoesNotMatch' 'check the secret key' \
    bucket AWS_SECRET_ACCESS_KEY=wrong
in_all 'keys of another store' 'InvalidAccessKeyId' \
    'check the access key, the endpoint and the profile' \
    bucket AWS_ACCESS_KEY_ID=AKIANOBODY
in_all 'a left-over session token' 'InvalidToken' 'AWS_SESSION_TOKEN' \
    bucket AWS_SESSION_TOKEN=old
in_all 'a misspelt profile' 'there is no profile "prud" in' \
    "$HOME/.aws/config" prud@bucket
say 'account alice AKIAOLD secret token=t expires=-60'
in_all 'expired keys' 'expired' 'renew' bucket AWS_ACCESS_KEY_ID=AKIAOLD \
    AWS_SECRET_ACCESS_KEY=secret AWS_SESSION_TOKEN=t

mkdir -p "$HOME/.aws/sso/cache"
cat >"$HOME/.aws/config" <<END
[profile work]
sso_session = corp
sso_account_id = 1
sso_role_name = r
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.example.org/start
END
in_all 'no SSO login' 'there is no login' 'run: aws sso login --profile work' \
    work@bucket
name=$(printf corp | openssl dgst -sha1 -r | cut -d' ' -f1)
printf '{"accessToken":"t","expiresAt":"2020-01-01T00:00:00Z"}' \
    >"$HOME/.aws/sso/cache/$name.json"
in_all 'an SSO login that has expired' 'the login has expired' \
    'run: aws sso login --profile work' work@bucket
rm -r "$HOME/.aws"

# --- clock and region are mended ---
say 'clock -7200'
mended 'a clock that is off' \
    "this machine's clock differs from the store's by -7200 s" s3ls bucket
mended 'a clock that is off, s3exists' 'corrected for this run' s3exists bucket
say 'clock 0'
mended 'a bucket in another region' \
    'west is in region eu-west-1: followed (--region or the profile can say so)' \
    env AWS_REGION=us-east-1 s3ls west
mended 'no region anywhere' 'west is in region eu-west-1' s3ls west
say 'bucket west wrong-region=301'
mended 'a bucket in another region, by 301' 'west is in region eu-west-1' \
    env AWS_REGION=us-east-1 s3exists west
mistake 'a region that is none' '"eu-west-1 " is not a region' 'AWS_REGION' \
    env AWS_REGION='eu-west-1 ' s3ls west

# --- the endpoint ---
port() { echo "${1##*:}"; }
in_all 'an https endpoint that speaks http' 'SSL' \
    'or is it http://?' bucket "AWS_ENDPOINT_URL=https://127.0.0.1:$(port "$S3")"
# A proof ends it: were each failure only tried again, that would take some ten
# connections for each program, and as many seconds.
say 'log reset'
in_all 'an http endpoint that speaks https' 'speaks TLS, not plain HTTP' \
    'begin the endpoint URL with https://' bucket \
    "AWS_ENDPOINT_URL=http://127.0.0.1:$(port "$S3S")"
ok 'it takes few connections' [ "$(counted connections)" -le 15 ]
is "$(counted HeadBucket)" 3 'each program asks once over TLS'
is "$(ask /log | grep -c '^HeadBucket .* account=-')" 3 'and does not sign that'
run env AWS_ENDPOINT_URL="http://127.0.0.1:$(port "$S3S")" \
    s3ls --retries 1 bucket
status_is 2 'a single attempt'
err_has 'or is it https://?' 'asks nothing else, and guesses'
# Servers that say something to plain HTTP: a web server, and Java.
cat >front.pl <<'END'
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Socket qw(MSG_PEEK);
my ($to, $words) = @ARGV;
my $l = IO::Socket::INET->new(Listen => 9, LocalAddr => '127.0.0.1') or die;
$| = 1;
print $l->sockport, "\n";
close STDOUT;
$SIG{CHLD} = 'IGNORE';
while (my $c = $l->accept) {
	next if fork;
	recv $c, my $first, 1, MSG_PEEK;
	if ($first ne "\x16") {
		sysread $c, my $request, 65536;
		syswrite $c, pack('H*', $words);
		exit;
	}
	my $s = IO::Socket::INET->new(PeerAddr => $to) or exit;
	my $both = IO::Select->new($c, $s);
	while (my @ready = $both->can_read) {
		for my $from (@ready) {
			sysread($from, my $data, 65536) or exit;
			syswrite $from == $c ? $s : $c, $data or exit;
		}
	}
}
END
mkfifo port
front()
{
	perl front.pl "${S3S#https://}" "$1" >port &
	servers="$servers $!"
	read -r front <port
}
front "$(printf 'HTTP/1.0 400 Bad Request\r\n\r\nThis is HTTPS.\n' |
    od -An -v -tx1 | tr -d ' \n')"
in_all 'an https port that says 400' 'speaks TLS, not plain HTTP' \
    'begin the endpoint URL with https://' bucket \
    "AWS_ENDPOINT_URL=http://127.0.0.1:$front"
front 1503030002020a
in_all 'an https port that sends an alert' 'speaks TLS, not plain HTTP' \
    'begin the endpoint URL with https://' bucket \
    "AWS_ENDPOINT_URL=http://127.0.0.1:$front"
# A store that speaks no TLS is merely ill.
say 'log reset' 'fault ListObjectsV2 nth=1 reset'
run s3ls bucket
is "$status:$(cat out)$(cat err)" 0:k 'a reset at first is no reason to end'
say 'log reset' 'faults clear' 'fault ListObjectsV2 always reset'
run s3ls --retries 3 bucket
is "$status:$(counted ListObjectsV2)" 2:3 'nor takes it an attempt away'
say 'faults clear'
in_all 'nobody there' 'connect to 127.0.0.1 port 1' 'check the endpoint' \
    bucket AWS_ENDPOINT_URL=http://127.0.0.1:1
in_all 'another web server' 'no S3 store answers there' 'check the endpoint' \
    bucket "AWS_ENDPOINT_URL=$ADMIN"
in_all 'an endpoint without http' 'the endpoint URL must begin with' \
    'http:// or https://' bucket "AWS_ENDPOINT_URL=${S3#http://}"
mistake 'an endpoint with the bucket in it' NoSuchKey \
    'it has no bucket in it' env "AWS_ENDPOINT_URL=$S3/bucket" s3ls bucket
mistake 'a store that wants path style' 'resolve host: bucket.store.invalid' \
    '--addressing-style path' env AWS_ENDPOINT_URL=http://store.invalid \
    s3ls --addressing-style virtual bucket
in_all 'a certificate that nobody knows' 'certificate' \
    '--ca-bundle, AWS_CA_BUNDLE' bucket "AWS_ENDPOINT_URL=$S3S"
sh_run "AWS_ENDPOINT_URL=$S3S s3ls --ca-bundle ca.pem bucket"
is "$status:$(cat out)$(cat err)" 0:k 'the advice helps: --ca-bundle'
sh_run "AWS_ENDPOINT_URL=https://localhost:$(port "$S3S") \
    s3ls --ca-bundle ca.pem a.dotted.name"
is "$status:$(cat out)$(cat err)" 0:k 'a dotted bucket with TLS works'

# --- buckets and rights ---
in_all 'no such bucket' 'NoSuchBucket' \
    'check the name, the endpoint and the profile' buckte
mistake 'a bucket that one may not list' 'AccessDenied: Access Denied (HTTP 403' \
    's3:ListBucket is needed: check the profile' s3ls bobs
say 'fill bobs sequential 1500'
ask '/keys?bucket=bobs' >in
run s3cp bobs dst
is "$status" 2 'no right to any key: status 2'
is "$(tail -n 1 err | grep -c 's3:GetObject at the source and s3:PutObject')" 1 \
    'no right to any key: the last line says what is needed'
ok 'no right to any key: it does not try them all' \
    [ "$(counted CopyObject)" -le 1400 ]
echo k >in
for word in /tmp ./dir '~/dir' ../x; do
	in_all "a local path, $word" "$word: it looks like a local path" \
	    'only buckets are understood: [s3://][PROFILE@]BUCKET[/PREFIX]' \
	    "$word"
done
mistake 'no DESTINATION' 'a SOURCE and a DESTINATION are wanted' \
    '(s3cp --help explains)' s3cp bucket
mistake 'two LOCATIONs for s3ls' 'one LOCATION at most' \
    '(s3ls --help explains)' s3ls bucket dst
mistake 'an unknown option' 'option --recursive' '(s3ls --help explains)' \
    s3ls --recursive bucket
finish
