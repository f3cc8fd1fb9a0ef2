# A store that allows 500 copies a second: how near to it, at what refusals.
package scene::throttled;
use strict;
use warnings;

sub play {
	my ($b) = @_;
	my $n = $b->scaled(20_000);
	$b->server('bucket src', "fill src uuid $n", 'bucket dst',
	    'latency CopyObject 30', 'limit CopyObject 500');
	system("s3ls src >" . $b->path('keys')) == 0 or die "s3ls\n";
	my $anew = sub { $b->say('drop dst', 'bucket dst') };
	for my $jobs (64, 256) {
		my $m = $b->measure("exec s3cp -j$jobs src dst <keys",
		    runs => 1, before => $anew);
		my $refused = $m->{'CopyObject.503'} // 0;
		$b->row("-j$jobs", {
			wall => $m->{wall},
			rate => $n / $m->{wall},
			achieved => 100 * $n / $m->{wall} / 500,
			refused => 100 * $refused / $m->{CopyObject},
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
		[micro => 'CPU us an object', '%.1f'],
	],
	chart => 'achieved',
	play => \&play,
};
