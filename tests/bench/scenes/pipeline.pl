# s3ls src | s3exists -v dst | s3cp src dst: the first run, and a second one
# that finds nothing to do.
package scene::pipeline;
use strict;
use warnings;

my $pipeline = 's3ls src | s3exists -v dst | s3cp src dst';

sub figures {
	my ($m) = @_;
	return { wall => $m->{wall}, pages => $m->{ListObjectsV2} // 0,
	    heads => $m->{HeadObject} // 0, copies => $m->{CopyObject} // 0,
	    cpu => $m->{cpu}, server => $m->{server},
	    rss => $m->{rss} / 1024 };
}

# Round trips from the start to the first copy, at 200 ms each.
sub first_copy {
	my ($b) = @_;
	$b->say('bucket few', 'fill few uuid 5000', 'bucket new',
	    'latency * 200');
	my $m = $b->measure("s3ls few | s3exists -v new | head -n 1 | "
	    . 's3cp few new', runs => 1);
	$b->row('first key of 5,000, 200 ms a request', { %{figures($m)},
	    trips => $m->{wall} / 0.2 });
}

sub play {
	my ($b) = @_;
	my $n = $b->scaled(1_000_000);
	$b->server('bucket src', "fill src uuid $n",
	    'latency ListObjectsV2 40', 'latency CopyObject 30',
	    'latency HeadObject 20');
	my $m = $b->measure($pipeline, runs => 1, before => sub {
		$b->say('drop dst') if $b->ask('/count?bucket=dst') =~ /^\d/;
		$b->say('bucket dst', "fill dst uuid $n skip=100");
	});
	$b->row('first run: one in ten is missing', figures($m));
	my $different = split /\n/, $b->ask('/diff?a=src&b=dst');
	die "$different objects differ after the first run\n" if $different;
	$b->row('second run: nothing to do', figures($b->measure($pipeline)));
	first_copy($b);
}

{
	title => 'The whole pipeline over a million keys',
	notes => ['(40 ms a page, 30 ms a copy; MiB: the largest of the three)'],
	columns => [
		[wall => 'seconds', '%.2f'],
		[trips => 'round trips', '%.1f'],
		[pages => 'pages', '%d'],
		[heads => 'HEADs', '%d'],
		[copies => 'copies', '%d'],
		[cpu => 'CPU s', '%.2f'],
		[server => 'server CPU s', '%.2f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'wall',
	play => \&play,
};
