# One object of 100 GiB beside 10,000 small ones: neither may starve.
package scene::mixed;
use strict;
use warnings;

sub play {
	my ($b) = @_;
	my $n = $b->scaled(10_000);
	# Computing 100 GiB of true MD5s would take the server minutes.
	$b->server('real-md5 1M', 'bucket src', "fill src uuid $n",
	    'put src 0-large size=100G parts=64M', 'latency CopyObject 30',
	    'latency UploadPartCopy 200', 'bucket dst');
	my $anew = sub { $b->say('drop dst', 'bucket dst') };
	my $case = sub {
		my ($name, $make) = @_;
		system("cd $b->{dir} && $make >keys") == 0 or die "$make\n";
		my $m = $b->measure('exec s3cp -l src dst <keys',
		    before => $anew);
		$b->row($name, { wall => $m->{wall}, cpu => $m->{cpu},
		    copies => $m->{CopyObject} // 0,
		    parts => $m->{UploadPartCopy} // 0,
		    rss => $m->{rss} / 1024 });
	};
	$case->('small ones alone', 's3ls -l src | grep -v 0-large');
	$case->('the large one alone', 's3ls -l src | grep 0-large');
	$case->('both, the large one first', 's3ls -l src');
}

{
	title => 'One object of 100 GiB and 10,000 small ones',
	columns => [
		[wall => 'seconds', '%.2f'],
		[copies => 'CopyObject', '%d'],
		[parts => 'UploadPartCopy', '%d'],
		[cpu => 'CPU s', '%.2f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'wall',
	play => \&play,
};
