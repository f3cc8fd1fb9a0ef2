# Peak memory at the defaults, as the bucket and the input grow.
package scene::memory;
use strict;
use warnings;

sub mib {
	my ($b, $command) = @_;
	my $m = $b->measure("exec $command", runs => 1);
	return { rss => $m->{rss} / 1024, wall => $m->{wall},
	    cpu => $m->{cpu} };
}

sub play {
	my ($b) = @_;
	$b->server('latency ListObjectsV2 20');
	for my $keys (map { $b->scaled($_) } 100_000, 1_000_000, 10_000_000) {
		$b->say('bucket b', "fill b uuid $keys");
		$b->row("s3ls of $keys", mib($b, 's3ls b >keys'));
		$b->row("s3ls -l of $keys", mib($b, 's3ls -l b >/dev/null'));
		$b->row("s3exists -v of $keys",
		    mib($b, 's3exists -v b <keys >/dev/null'));
		$b->row("s3exists -v of $keys, shuffled blocks",
		    mib($b, "s3exists -v b <shuffled >/dev/null"))
		    if $keys <= 1_000_000 && system(
		    "cd $b->{dir} && shuf keys >shuffled") == 0;
		$b->say('drop b');
	}
	my $long = $b->scaled(1_000_000);
	$b->say('bucket b', "fill b long $long", 'latency ListObjectsV2 0');
	$b->row("s3ls of $long keys of 1,024 bytes",
	    mib($b, 's3ls b >/dev/null'));
	$b->row("s3ls -l of $long keys of 1,024 bytes",
	    mib($b, 's3ls -l b >/dev/null'));
	# A reader that is slow must slow the listing, not fill memory.
	$b->row("s3ls of $long keys of 1,024 bytes, slow reader",
	    mib($b, "s3ls b | dd bs=4k of=/dev/null 2>/dev/null"));
	$b->say('drop b', 'latency ListObjectsV2 0');
	for my $keys (map { $b->scaled($_) } 10_000, 100_000) {
		$b->say('bucket src', "fill src uuid $keys", 'bucket dst');
		system("cd $b->{dir} && s3ls src >keys") == 0 or die "s3ls\n";
		$b->row("s3cp of $keys", mib($b, 's3cp src dst <keys'));
		$b->say('drop src', 'drop dst');
	}
}

{
	title => 'Peak memory at the defaults',
	columns => [
		[rss => 'peak MiB', '%.1f'],
		[wall => 'seconds', '%.1f'],
		[cpu => 'CPU s', '%.2f'],
	],
	chart => 'rss',
	play => \&play,
};
