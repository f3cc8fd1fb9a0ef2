# Small objects inside a store: rate beside the window's, processor time.
package scene::copying;
use strict;
use warnings;

my @columns = (
	[wall => 'seconds', '%.2f'],
	[rate => 'objects/s', '%.0f'],
	[of_window => '% of window/latency', '%.0f'],
	[micro => 'CPU us an object', '%.1f'],
	[user => 'user us', '%.1f'],
	[server => 'server us', '%.1f'],
	[requests => 'requests an object', '%.3f'],
	[connections => 'connections', '%d'],
	[rss => 'peak MiB', '%.1f'],
);

sub figures {
	my ($m, $n, $jobs, $latency) = @_;
	my $rate = $n / $m->{wall};
	return {
		wall => $m->{wall},
		rate => $rate,
		of_window => $latency ?
		    100 * $rate * $latency / 1000 / $jobs : undef,
		micro => 1e6 * $m->{cpu} / $n,
		user => 1e6 * $m->{user} / $n,
		server => 1e6 * $m->{server} / $n,
		requests => $m->{requests} / $n,
		connections => $m->{connections},
		rss => $m->{rss} / 1024,
	};
}

sub play {
	my ($b) = @_;
	my $n = $b->scaled(20_000);
	$b->apart;
	my $server = $b->server('bucket src', "fill src uuid $n");
	my $anew = sub { $b->say('drop dst', 'bucket dst') };
	$b->say('bucket dst');
	system("s3ls src >" . $b->path('keys')) == 0 or die "s3ls\n";
	for my $latency (0, 30) {
		$b->say("latency CopyObject $latency");
		for my $jobs (64, 256, 1000) {
			my $m = $b->measure("exec s3cp -j$jobs src dst <keys",
			    before => $anew);
			$b->row("$latency ms -j$jobs",
			    figures($m, $n, $jobs, $latency));
		}
	}
}

{
	title => 'Copying 20,000 small objects inside a store',
	columns => \@columns,
	chart => 'rate',
	play => \&play,
};
