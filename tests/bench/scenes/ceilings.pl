# What the machine allows: raw requests by wrk and curl, raw bytes by cat.
package scene::ceilings;
use strict;
use warnings;

sub requests {
	my ($b) = @_;
	my $n = $b->scaled(20_000);
	my $server = $b->server('bucket b public', "fill b uuid $n");
	my $put = sub {
		my ($name, $m, $done) = @_;
		$b->row($name, { rate => $done / $m->{wall},
		    micro => 1e6 * $m->{cpu} / $done,
		    server => 1e6 * $m->{server} / $done,
		    rss => $m->{rss} / 1024 });
	};
	system("cd $b->{dir} && s3ls b >keys") == 0 or die "s3ls\n";
	my ($key) = split /\n/, `head -n 1 $b->{dir}/keys`;
	for my $jobs (64, 256, 1000) {
		my $m = $b->measure("exec s3exists --probe head -j$jobs b "
		    . '<keys >/dev/null');
		$put->("HEAD by s3exists, signed, -j$jobs", $m,
		    $m->{HeadObject});
		next unless $b->has('wrk');
		$m = $b->measure("exec wrk -t1 -c$jobs -d3s "
		    . "$server->{http}/b/$key >/dev/null");
		$put->("one GET again and again by wrk, unsigned, $jobs "
		    . 'connections', $m, $m->{requests});
	}
	system("cd $b->{dir} && sed 's|.*|url = \"$server->{http}/b/&\"|' "
	    . '<keys >curl') == 0 or die "sed\n";
	my $m = $b->measure('exec curl -sSI --parallel --parallel-max 256 '
	    . '--parallel-immediate -K curl >/dev/null');
	$put->('HEAD by curl --parallel, unsigned, 256', $m,
	    $m->{requests});
}

sub streams {
	my ($b) = @_;
	my $n = $b->scaled(1_000_000);
	$b->say('bucket million', "fill million uuid $n", 'bucket dst');
	system("cd $b->{dir} && s3ls million >keys") == 0 or die "s3ls\n";
	for my $case (['cat', 'cat'], ['sort -c', 'LC_ALL=C sort -c'],
	    ['s3cp --dry-run', 's3cp --dry-run million dst']) {
		my ($name, $command) = @$case;
		my $m = $b->measure("cat keys | $command >/dev/null 2>&1");
		$b->row("a million keys through $name",
		    { rate => $n / $m->{wall}, micro => 1e6 * $m->{cpu} / $n,
		    rss => $m->{rss} / 1024 });
	}
}

sub play {
	my ($b) = @_;
	requests($b);
	streams($b);
}

{
	title => 'Ceilings: requests and keys a second, without latency',
	columns => [
		[rate => 'a second', '%.0f'],
		[micro => 'CPU us each', '%.2f'],
		[server => 'server us', '%.1f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'micro',
	play => \&play,
};
