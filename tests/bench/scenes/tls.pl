# The same over TLS, with connections that end as those of S3 do.
package scene::tls;
use strict;
use warnings;

sub play {
	my ($b) = @_;
	my $n = $b->scaled(20_000);
	chdir $b->{dir};
	system('openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 '
	    . '-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost '
	    . '-addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null')
	    == 0 or die "openssl\n";
	$b->apart;
	my $server = $b->server_with(['--tls', 'cert.pem', 'key.pem'],
	    'bucket src', "fill src uuid $n", 'bucket dst');
	my $anew = sub { $b->say('drop dst', 'bucket dst') };
	system('s3ls src >keys') == 0 or die "s3ls\n";
	my $plain;
	for my $case (['plain', 'http', 0, 256], ['plain', 'http', 100, 256],
	    ['TLS', 'https', 0, 256], ['TLS', 'https', 100, 256],
	    ['TLS', 'https', 100, 64]) {
		my ($name, $scheme, $every, $jobs) = @$case;
		$b->say("close-every $every");
		my $m = $b->measure('AWS_CA_BUNDLE=cert.pem '
		    . "AWS_ENDPOINT_URL=$server->{$scheme} "
		    . "exec s3cp -j$jobs src dst <keys", before => $anew);
		$plain //= $m->{cpu};
		$b->row("$name, closed after "
		    . ($every || 'no') . " requests, -j$jobs", {
			rate => $n / $m->{wall},
			micro => 1e6 * $m->{cpu} / $n,
			ratio => $m->{cpu} / $plain,
			connections => $m->{connections},
			server => 1e6 * $m->{server} / $n,
			rss => $m->{rss} / 1024,
		});
	}
	chdir '/';
}

{
	title => 'Copying 20,000 small objects over TLS',
	columns => [
		[rate => 'objects/s', '%.0f'],
		[micro => 'CPU us an object', '%.1f'],
		[ratio => 'x plain', '%.2f'],
		[connections => 'connections', '%d'],
		[server => 'server us', '%.1f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'micro',
	play => \&play,
};
