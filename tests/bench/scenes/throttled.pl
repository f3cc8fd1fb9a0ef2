# A store that allows 500 copies a second: how near to it, at what refusals.
package scene::throttled;
use strict;
use warnings;

sub share {
	my ($refused, $all) = @_;
	return $all > 0 ? 100 * $refused / $all : 0;
}

sub play {
	my ($b) = @_;
	my $n = $b->scaled(20_000);
	my $s = $b->server('bucket src', "fill src uuid $n", 'bucket dst',
	    'latency CopyObject 30', 'limit CopyObject 500');
	system("s3ls src >" . $b->path('keys')) == 0 or die "s3ls\n";
	my $anew = sub { $b->say('drop dst', 'bucket dst') };
	for my $jobs (64, 256, 1000) {
		my $m = $b->measure("{ s3cp -j$jobs src dst <keys & pid=\$!; "
		    . "sleep 10; curl -sS $s->{admin}/counts >ten; "
		    . 'wait $pid; }', runs => 1, before => $anew);
		open(my $f, '<', $b->path('ten')) or die "ten: $!\n";
		my %ten = map { split ' ' } <$f>;
		close $f;
		my @all = map { $_->{CopyObject} // 0 } $m, \%ten;
		my @no = map { $_->{'CopyObject.503'} // 0 } $m, \%ten;
		$b->row("-j$jobs", {
			wall => $m->{wall},
			rate => $n / $m->{wall},
			achieved => 100 * $n / $m->{wall} / 500,
			refused => share($no[0], $all[0]),
			first => share($no[1], $all[1]),
			later => share($no[0] - $no[1], $all[0] - $all[1]),
			micro => 1e6 * $m->{cpu} / $n,
		});
	}
}

{
	title => 'Copying 20,000 objects where 500 a second are allowed',
	columns => [
		[wall => 'seconds', '%.1f'],
		[rate => 'objects/s', '%.0f'],
		[achieved => '% of 500/s', '%.0f'],
		[refused => 'refused %', '%.1f'],
		[first => 'of the first 10 s', '%.1f'],
		[later => 'after them', '%.1f'],
		[micro => 'CPU us an object', '%.1f'],
	],
	chart => 'achieved',
	play => \&play,
};
