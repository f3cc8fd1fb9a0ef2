# Copies between two stores: bytes a second beside curl | curl, and memory.
package scene::streaming;
use strict;
use warnings;

sub play {
	my ($b) = @_;
	my $mib = int($b->scaled(2048));
	chdir $b->{dir};
	system('openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 '
	    . '-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost '
	    . '-addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null')
	    == 0 or die "openssl\n";
	my @tls = ('--tls', 'cert.pem', 'key.pem');
	my $from = $b->server_with(\@tls, 'real-md5 4G', 'bucket src public',
	    "put src big size=${mib}M");
	my $to = $b->server_with(\@tls, 'real-md5 4G',
	    'bucket dst public');
	# Anyone may write there, so that curl needs no signature.
	$b->say_to($to, 'allow * PutObject dst');
	my $figures = sub {
		my ($m) = @_;
		return { rate => $mib / $m->{wall}, cpu => $m->{cpu},
		    perbyte => 1e9 * $m->{cpu} / $mib / 1048576,
		    server => $m->{server}, rss => $m->{rss} / 1024 };
	};
	for my $scheme (qw(http https)) {
		my $m = $b->measure(
		    "AWS_CA_BUNDLE=cert.pem AWS_ENDPOINT_URL=$to->{$scheme} "
		    . "exec s3cp --source-endpoint-url $from->{$scheme} "
		    . 'src dst big');
		$b->row("s3cp, $scheme", $figures->($m));
		$m = $b->measure(
		    "curl -sS --cacert cert.pem $from->{$scheme}/src/big | "
		    . 'curl -sSf --cacert cert.pem -X PUT -T - '
		    . "-H Content-Length:@{[$mib * 1048576]} "
		    . "-H Transfer-Encoding: $to->{$scheme}/dst/big");
		$b->row("curl | curl, $scheme", $figures->($m));
	}
	chdir '/';
}

{
	title => 'One object of 2 GiB from one store to another',
	notes => ['(the two servers share the cores with it)'],
	columns => [
		[rate => 'MiB/s', '%.0f'],
		[cpu => 'CPU s', '%.2f'],
		[perbyte => 'CPU ns a byte', '%.2f'],
		[server => 'servers CPU s', '%.2f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'rate',
	play => \&play,
};
