# The ten shapes of keys, page after page and in parallel.
package scene::listing;
use strict;
use warnings;

my @shapes = qw(flat-hex sequential unpadded dated deep-prefix uuid zipf-dirs
    words unicode long);

# -j1 takes what it takes: a tenth of the keys, and ten times the seconds.
sub one_by_one {
	my ($b, $shape, $keys) = @_;
	my $tenth = int($keys / 10);
	$b->say('bucket tenth', "fill tenth $shape $tenth",
	    'latency ListObjectsV2 40');
	my $m = $b->measure('exec s3ls -j1 tenth >/dev/null', runs => 1);
	$b->say('drop tenth');
	return { wall => 10 * $m->{wall}, cpu => 10 * $m->{cpu},
	    rss => $m->{rss} / 1024, requests => 10 * $m->{requests},
	    extra => 0 };
}

sub play {
	my ($b) = @_;
	my $keys = $b->scaled(1_000_000);
	my $least = $keys / 1000;
	$b->apart;
	$b->server;
	for my $shape (@shapes) {
		my $one = one_by_one($b, $shape, $keys);
		$b->row("$shape -j1", $one);
		$b->say('bucket b', "fill b $shape $keys");
		my @cases = map { [$_, ''] } 16, 64, 256;
		for my $case (@cases, [64, 'heavy']) {
			my ($jobs, $heavy) = @$case;
			$b->say("latency ListObjectsV2 40 $heavy");
			my $m = $b->measure("exec s3ls -j$jobs b >/dev/null");
			$b->row("$shape -j$jobs" . ($heavy && ' heavy'), {
				wall => $m->{wall},
				faster => $one->{wall} / $m->{wall},
				cpu => $m->{cpu},
				server => $m->{server},
				rss => $m->{rss} / 1024,
				requests => $m->{requests},
				extra => 100 * ($m->{requests} / $least - 1),
			});
		}
		$b->say('drop b');
	}
}

{
	title => 'Listing a million keys, 40 ms a page',
	notes => ['(-j1: from a tenth of the keys)'],
	columns => [
		[wall => 'seconds', '%.2f'],
		[faster => 'x -j1', '%.1f'],
		[requests => 'requests', '%d'],
		[extra => 'extra %', '%.0f'],
		[cpu => 'CPU s', '%.2f'],
		[server => 'server CPU s', '%.2f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'faster',
	play => \&play,
};
