# What a listing costs in processor time, without latency, beside expat alone
# on the very same pages.
package scene::parsing;
use strict;
use warnings;

# Saves the bucket's pages as s3ls asks for them; returns their files.
sub save_pages {
	my ($b, $keys) = @_;
	my $url = "$b->{servers}[0]{http}/b?list-type=2&encoding-type=url";
	my @names = split /\n/, `s3ls b`;
	my $config = $b->path('curl');
	my @files;
	open(my $f, '>', $config) or die "$config: $!\n";
	for (my $i = 0; $i < $keys; $i += 1000) {
		my $after = $i > 0 ? $names[$i - 1] : '';
		$after =~ s/([^A-Za-z0-9._~-])/sprintf('%%%02X', ord $1)/ge;
		push @files, $b->path("page-$i.xml");
		print $f "url = \"$url&start-after=$after\"\n",
		    "output = \"$files[-1]\"\n";
	}
	close $f;
	system("curl -sSf -K $config") == 0 or die "cannot save the pages\n";
	return @files;
}

sub play {
	my ($b) = @_;
	my $keys = $b->scaled(200_000);
	$b->server;
	for my $shape (qw(flat-hex dated unicode)) {
		$b->say('bucket b public', "fill b $shape $keys");
		my @pages = save_pages($b, $keys);
		my $bytes = 0;
		$bytes += -s $_ for @pages;
		my %figures;
		my $expat = $b->measure("exec expatonly page-*.xml >/dev/null",
		    runs => 5);
		my $floor = $expat->{cpu};
		my $micro = sub {
			my ($m) = @_;
			my $pages = $m->{requests} || @pages;
			return { cpu => 1e6 * $m->{cpu} / $keys,
			    user => 1e6 * $m->{user} / $keys,
			    ratio => $m->{cpu} / $floor,
			    pages => $pages,
			    same => $m->{cpu} / $floor * @pages / $pages,
			    bytes => $bytes / $keys };
		};
		$b->row("$shape: expat alone", $micro->($expat));
		for my $options ('-j1', '-l -j1', '-j64') {
			my $m = $b->measure("exec s3ls $options b >/dev/null",
			    runs => 5);
			$b->row("$shape: s3ls $options", $micro->($m));
		}
		my $curl = $b->measure('exec curl -sSf -K curl', runs => 5);
		$b->row("$shape: curl, to files", $micro->($curl));
		unlink @pages;
		$b->say('drop b');
	}
}

{
	title => 'Processor time of a listing, without latency',
	notes => ['(of 200 pages that differ, what is read twice counts as '
	    . 'work in the first ratio, as a page in the second)'],
	columns => [
		[cpu => 'us a key', '%.2f'],
		[user => 'us user', '%.2f'],
		[ratio => 'x expat', '%.2f'],
		[pages => 'pages', '%d'],
		[same => 'x expat on as many', '%.2f'],
		[bytes => 'bytes a key', '%.0f'],
	],
	chart => 'ratio',
	play => \&play,
};
