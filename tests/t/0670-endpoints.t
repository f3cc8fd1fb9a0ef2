#!/bin/sh
# Where requests go, and through what: the names of AWS by way of a proxy, the
# switches for its other endpoints, trust, who pays and whose a bucket is.
# shellcheck disable=SC2154,SC2046 # lib.sh sets it; words are wanted
. "$(dirname "$0")/../lib.sh"
umask 077
mkdir "$HOME/.aws"
config=$HOME/.aws/config
cert
server_with '--tls cert.pem key.pem' \
    'bucket bkt region=us-west-2' 'fill bkt small 3' \
    'bucket my.dotted.name region=us-west-2' 'put my.dotted.name k' \
    'bucket ap-123456789012 region=us-west-2' 'put ap-123456789012 k' \
    'bucket d--usw2-az1--x-s3 directory region=us-west-2' \
    'put d--usw2-az1--x-s3 k' 'bucket dst region=us-west-2'
export AWS_REGION=us-west-2
AP=arn:aws:s3:us-west-2:123456789012:accesspoint/ap

# gives CLAIM WANTED COMMAND...: the command prints just that
gives()
{
	claim=$1 wanted=$2
	shift 2
	run "$@"
	is "$status:$(tr '\n' ' ' <out)$(cat err)" "0:$wanted " "$claim"
}
# at HOST: the words for env(1) that reach a host of AWS, the server as a proxy
at()
{
	echo "http_proxy=$S3 AWS_ENDPOINT_URL=http://$1"
}
W=s3.us-west-2.amazonaws.com

# --- the names of AWS, by http_proxy ---
gives 'a bucket in the host name' 'k000 k001 k002' env $(at $W) s3ls bkt
gives 'a bucket in the path' 'k000 k001 k002' \
    env $(at $W) s3ls --addressing-style path bkt
gives 'a name with dots, without TLS' k env $(at $W) s3ls my.dotted.name
gives 'an access point' k \
    env $(at s3-accesspoint.us-west-2.amazonaws.com) s3ls $AP
run env $(at s3express-usw2-az1.us-west-2.amazonaws.com) s3ls d--usw2-az1--x-s3
is "$status:$(cat out)" 0:k 'a directory bucket'
run env $(at $W) s3cp --print $AP dst k
is "$status:$(cat out)$(cat err)" 0:k 'the store copies from an access point'
ok 'by its ARN' [ -n "$(ask /log | grep "copy-source=$(echo $AP |
    sed 's/:/%3A/g')/object/k")" ]

# --- proxies ---
export AWS_ENDPOINT_URL="$S3"
run env http_proxy=http://127.0.0.1:1 s3ls --retries 1 bkt
status_is 2 'a proxy that is not there is no way'
ok 'and is said to be looked at' grep -q proxy err
gives 'no_proxy leads past it' 'k000 k001 k002' \
    env http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 s3ls bkt
gives 'https_proxy is for https alone' 'k000 k001 k002' \
    env https_proxy=http://127.0.0.1:1 s3ls bkt
run env https_proxy=http://127.0.0.1:1 AWS_ENDPOINT_URL="$S3S" \
    s3ls --retries 1 --ca-bundle ca.pem bkt
status_is 2 'but for that it counts'

# A proxy that tunnels (RFC 9110, 9.3.6), for who knows its password.
cat >tunnel.pl <<'END'
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
$SIG{CHLD} = 'IGNORE';
$| = 1;
my $listen = IO::Socket::INET->new(Listen => 9, LocalAddr => '127.0.0.1')
    or die;
print $listen->sockport, "\n";
while (my $c = $listen->accept) {
	next if fork;
	my ($head, $to) = ('');
	1 while $head !~ /\r\n\r\n/ && sysread $c, $head, 4096, length $head;
	open my $log, '>>', 'tunnel.log' or die;
	syswrite $log, $head;
	if ($head !~ m{^CONNECT ([\d.]+:\d+) } ||
	    $head !~ m{^Proxy-Authorization: Basic dTpwcm94eS1zZWNyZXQ=\r}m) {
		syswrite $c, "HTTP/1.1 407 Who are you\r\n" .
		    "Proxy-Authenticate: Basic realm=\"x\"\r\n" .
		    "Content-Length: 0\r\n\r\n";
		exit;
	}
	$head =~ /^CONNECT (\S+)/;
	$to = IO::Socket::INET->new(PeerAddr => $1) or exit;
	syswrite $c, "HTTP/1.1 200 Go on\r\n\r\n";
	my $both = IO::Select->new($c, $to);
	while (my @ready = $both->can_read) {
		for my $from (@ready) {
			sysread($from, my $data, 65536) or exit;
			syswrite $from == $c ? $to : $c, $data or exit;
		}
	}
}
END
mkfifo port
perl tunnel.pl >port &
servers="$servers $!"
read -r tunnel <port
export AWS_ENDPOINT_URL="$S3S" AWS_CA_BUNDLE=ca.pem
gives 'https goes through a tunnel' 'k000 k001 k002' \
    env https_proxy="http://u:proxy-secret@127.0.0.1:$tunnel" s3ls bkt
ok 'which was asked for' grep -q "^CONNECT ${S3S#https://} " tunnel.log
is "$(grep -ci '^\(authorization\|x-amz\)' tunnel.log)" 0 \
    'and sees nothing of the request'
run env https_proxy="http://u:wrong-secret@127.0.0.1:$tunnel" \
    s3ls --debug --retries 2 bkt
status_is 2 'a tunnel that refuses is no way'
ok 'the line says where to look' \
    grep -q 'bkt: .*response 407: check the proxy (https_proxy' err
is "$(grep -c 'wrong-secret' err)" 0 'its password stays out of --debug'
unset AWS_CA_BUNDLE

# --- trust ---
export AWS_ENDPOINT_URL="$S3S"
gives 'AWS_CA_BUNDLE is trusted' 'k000 k001 k002' env AWS_CA_BUNDLE=ca.pem s3ls bkt
printf '[profile p]\nca_bundle = %s\n' "$PWD/ca.pem" >"$config"
gives 'ca_bundle of a profile is' 'k000 k001 k002' env AWS_PROFILE=p s3ls bkt
gives '--no-verify-ssl trusts all' 'k000 k001 k002' s3ls --no-verify-ssl bkt
run env -u AWS_CA_BUNDLE s3ls --retries 1 bkt
status_is 2 'nothing else is'
ok 'and the CA bundle is named' grep -q AWS_CA_BUNDLE err
unset AWS_ENDPOINT_URL

# --- what the settings come to; nothing leaves this machine ---
export https_proxy=http://127.0.0.1:1
goes()		# CLAIM URL COMMAND...
{
	claim=$1 url=$2
	shift 2
	run "$@" --debug --retries 1 --no-sign-request
	is "$(sed -n 's/.*: requests go to \(.*\), unsigned/\1/p' err)" "$url" \
	    "$claim"
}
goes 'AWS itself' "https://bkt.$W/" s3ls bkt
goes 'another region' https://bkt.s3.eu-north-1.amazonaws.com/ \
    s3ls --region eu-north-1 bkt
goes 'China' https://bkt.s3.cn-north-1.amazonaws.com.cn/ \
    s3ls --region cn-north-1 bkt
goes 'GovCloud, FIPS' https://bkt.s3-fips.us-gov-west-1.amazonaws.com/ \
    env AWS_USE_FIPS_ENDPOINT=true s3ls --region us-gov-west-1 bkt
goes 'dual-stack' https://bkt.s3.dualstack.us-west-2.amazonaws.com/ \
    env AWS_USE_DUALSTACK_ENDPOINT=true s3ls bkt
goes 'dots under TLS' "https://$W/my.dotted.name/" s3ls my.dotted.name
goes 'an access point' \
    https://ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com/ s3ls $AP
goes "an access point's alias" "https://ap-x1-s3alias.$W/" s3ls ap-x1-s3alias
printf '[profile a]\ns3 =\n  use_accelerate_endpoint = true
[profile d]\nuse_dualstack_endpoint = true\nregion = eu-west-3\n' >"$config"
goes 'acceleration, by a profile' https://bkt.s3-accelerate.amazonaws.com/ s3ls a@bkt
goes 'dual-stack and region, by a profile' \
    https://bkt.s3.dualstack.eu-west-3.amazonaws.com/ s3ls d@bkt
ok 'and where that came from is told' grep -q \
    "use_dualstack_endpoint true, from profile d of $config" err
refused()	# TEXT COMMAND...
{
	text=$1
	shift
	run "$@"
	status_is 2 "refused: $*"
	err_has "$text" 'saying why'
}
refused 'Outposts are not supported' \
    s3ls arn:aws:s3-outposts:us-west-2:1:outpost/op-1/accesspoint/ap
refused 'multi-region access points are not supported' \
    s3ls arn:aws:s3::123456789012:accesspoint/x.mrap
refused 'Object Lambda access points are not supported' \
    s3ls arn:aws:s3-object-lambda:us-west-2:1:accesspoint/ap
refused 'an endpoint URL excludes' \
    env AWS_USE_FIPS_ENDPOINT=true s3ls --endpoint-url "$S3" bkt
refused 'no FIPS endpoints in this region' \
    env AWS_USE_FIPS_ENDPOINT=true s3ls --region cn-north-1 bkt
unset https_proxy
rm "$config"

# --- who pays ---
export AWS_ENDPOINT_URL="$S3"
say 'bucket paid owner=bob requester-pays region=us-west-2' \
    'fill paid small 3' 'allow alice * paid' 'log reset'
run s3ls paid
status_is 2 'a bucket whose requester pays is closed'
gives 'but to who pays' 'k000 k001 k002' s3ls --request-payer requester paid
ask '/keys?bucket=paid' >in
gives 's3exists pays' 'k000 k001 k002' s3exists --request-payer requester paid
gives 's3exists pays for HEAD' 'k000 k001 k002' \
    s3exists --probe head --request-payer requester paid
gives 's3cp pays' 'k000 k001 k002' \
    sh -c 's3cp --print --request-payer requester paid dst | sort'
gives 's3cp pays for bytes' 'k000 k001 k002' sh -c \
    's3cp --via stream --print --request-payer requester paid dst | sort'
run s3cp paid dst
status_is 1 'and fails where it does not'
rm in

# --- whose bucket ---
gives 'the owner that was expected' 'k000 k001 k002' \
    s3ls --expected-bucket-owner alice bkt
run s3ls --expected-bucket-owner bob bkt
status_is 2 'another owner ends the run'
printf 'k000\nnope\n' >in
run s3exists -v --expected-bucket-owner bob bkt
is "$(lines out)" 0 'and says nothing of any key'
gives 'the destination of a copy' k000 \
    s3cp --print --expected-bucket-owner alice bkt dst k000
run s3cp --expected-bucket-owner bob bkt dst k000
status_is 1 'is not written if it is another'
for via in server stream; do
	gives "the source of a copy, $via" k000 s3cp --via $via --print \
	    --source-expected-bucket-owner alice bkt dst k000
	run s3cp --via $via --source-expected-bucket-owner bob bkt dst k000
	status_is 1 'is not read if it is another'
done
finish
