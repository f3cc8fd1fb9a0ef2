# Which of a million keys exist: by the cheaper way, by listing, by asking.
package scene::existence;
use strict;
use warnings;

# What AWS takes for a thousand requests, in dollars.
use constant { LIST => 0.005, HEAD => 0.0004 };

sub figures {
	my ($m, $times) = @_;
	my $list = $times * ($m->{ListObjectsV2} // 0);
	my $head = $times * ($m->{HeadObject} // 0);
	return {
		wall => $times * $m->{wall},
		list => $list,
		head => $head,
		price => (LIST * $list + HEAD * $head) / 1000,
		cpu => $times * $m->{cpu},
		rss => $m->{rss} / 1024,
	};
}

# One row for each way; asking for many is computed from a part of them, of
# which the head of the line says how large.
sub ways {
	my ($b, $name, $input, $bucket, $keys) = @_;
	my $part = $keys > 100_000 ? 50 : 1;
	for my $way (qw(auto list)) {
		my $m = $b->measure("exec s3exists --probe $way -v $bucket "
		    . "<$input >/dev/null");
		$b->row("$name: $way", figures($m, 1));
	}
	my $sample = $part > 1 ? 'sample' : $input;
	system("cd $b->{dir} && awk 'NR % $part == 0' $input >sample")
	    if $part > 1;
	my $m = $b->measure("exec s3exists --probe head -v $bucket "
	    . "<$sample >/dev/null", runs => 1);
	$b->row("$name: head", figures($m, $part));
}

sub play {
	my ($b) = @_;
	my $n = $b->scaled(1_000_000);
	my $sh = sub {
		system("cd $b->{dir} && $_[0]") == 0 or die "$_[0]\n";
	};
	my @slow = ('latency ListObjectsV2 40', 'latency HeadObject 20');
	$b->server('bucket all', "fill all uuid $n", 'bucket empty',
	    'bucket most', "fill most uuid $n skip=100");
	$sh->('s3ls all >all');
	my $middle = `sed -n '@{[int($n / 2)]}p' $b->{dir}/all`;
	chomp $middle;
	# A contiguous half: the input reaches beyond the bucket.
	$b->say('bucket lower', "fill lower sequential $n", 'bucket half',
	    'fill half sequential ' . int($n / 2));
	$sh->('s3ls lower >lower');
	$b->say('drop lower', @slow);
	my $m = $b->measure('exec s3ls -j64 all >/dev/null');
	$b->row('(s3ls -j64 of the same bucket)', figures($m, 1));
	ways($b, 'all there', 'all', 'all', $n);
	ways($b, 'none there', 'all', 'empty', $n);
	ways($b, 'nine in ten', 'all', 'most', $n);
	ways($b, 'one half', 'lower', 'half', $n);
	for my $step (10, 1000, 100_000) {
		next if $n / $step < 1;
		$sh->("awk 'NR % $step == 1' all >few");
		ways($b, "1 in $step of the bucket", 'few', 'all',
		    int($n / $step));
	}
	$sh->('shuf --random-source=all all >shuffled');
	my $shuffled = $b->measure('exec s3exists -v all <shuffled >/dev/null',
	    runs => 1);
	$b->row('shuffled: auto', figures($shuffled, 1));
}

{
	title => 'Which of a million keys exist, 40 ms a page, 20 ms a HEAD',
	notes => ['(head, of over 100,000 keys: from every 50th)'],
	columns => [
		[wall => 'seconds', '%.2f'],
		[list => 'pages', '%d'],
		[head => 'HEADs', '%d'],
		[price => 'dollars', '%.4f'],
		[cpu => 'CPU s', '%.2f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'price',
	play => \&play,
};
