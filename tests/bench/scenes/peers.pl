# The same jobs by the tools of the field, each at settings that suit it.
package scene::peers;
use strict;
use warnings;
use FindBin;

# job(BENCH, NAME, {TOOL => COMMAND}, OBJECTS, BEFORE, CHECK): ours comes
# first, the others as ratios to it; a tool that fails or does not do the
# whole job is shown as such, not left out.
sub job {
	my ($b, $name, $tools, $n, $before, $check) = @_;
	my $ours;
	for my $tool ('ours', sort grep { $_ ne 'ours' } keys %$tools) {
		my ($program) = split ' ', $tools->{$tool};
		next unless $tool eq 'ours' || $b->has($program);
		my $m = eval {
			$b->measure($tools->{$tool}, before => $before,
			    runs => $tool eq 'ours' ? $b->{runs} : 1);
		};
		my $why = $@ ? 'FAILED' : $check->() ? '' : 'INCOMPLETE';
		if ($why) {
			print STDERR $@ if $@;
			$b->row("$name: $tool $why", {});
			next;
		}
		$ours //= $m;
		$b->row("$name: $tool", {
			wall => $m->{wall},
			slower => $m->{wall} / $ours->{wall},
			micro => 1e6 * $m->{cpu} / $n,
			heavier => $m->{cpu} / $ours->{cpu},
			requests => $m->{requests},
			price => price($m),
			rss => $m->{rss} / 1024,
		});
	}
}

# By AWS's list prices of a thousand requests.
sub price {
	my ($m) = @_;
	my %dear = map { $_ => 1 } qw(ListObjectsV2 ListObjects CopyObject
	    PutObject CreateMultipartUpload UploadPart UploadPartCopy
	    CompleteMultipartUpload ListBuckets);
	my $sum = 0;
	for my $op (keys %$m) {
		next unless $op =~ /^[A-Z][A-Za-z0-9]+$/;
		$sum += $m->{$op} * ($dear{$op} ? 0.005 : 0.0004) / 1000;
	}
	return $sum;
}

sub play {
	my ($b) = @_;
	my $keys = $b->scaled(100_000);
	my $python = "/usr/bin/python3 $FindBin::Bin/sequential.py";
	$b->server('bucket b', "fill b uuid $keys",
	    'latency ListObjectsV2 40', 'latency ListObjects 40',
	    'latency HeadObject 20', 'latency CopyObject 30');
	my $lines = sub {
		my $n = `grep -c . $b->{dir}/out`;
		return $n >= $keys;
	};
	job($b, "list $keys", {
		ours => 's3ls b >out',
		aws => 'aws s3 ls --recursive s3://b >out',
		'boto3, one by one' => "$python list b >out",
		rclone => 'rclone lsf -R --fast-list s3:b >out',
		s3cmd => $b->s3cmd('ls --recursive s3://b') . ' >out',
		s4cmd => $b->s4cmd('ls -r s3://b') . ' >out',
	}, $keys, undef, $lines);

	my $n = $b->scaled(4_000);
	my $missing = int($n / 2);
	$b->say('drop b', 'bucket src', "fill src uuid $n", 'bucket dst');
	my $anew = sub {
		$b->say('drop dst', 'bucket dst', "fill dst uuid $n every=2");
	};
	my $same = sub {
		return $b->ask('/count?bucket=dst') == $n;
	};
	open(my $f, '>', $b->path('aws')) or die;
	print $f "[default]\ns3 =\n  max_concurrent_requests = 64\n";
	close $f;
	$ENV{AWS_CONFIG_FILE} = $b->path('aws');
	job($b, "sync, $missing of $n missing", {
		ours => 's3ls src | s3exists -v dst | s3cp src dst',
		aws => 'aws s3 sync --size-only s3://src s3://dst >out',
		'boto3, one by one' => "$python copy src dst",
		rclone => 'rclone copy --fast-list --ignore-existing '
		    . '--transfers 256 --checkers 256 s3:src s3:dst',
		s3cmd => $b->s3cmd('sync s3://src/ s3://dst/') . ' >out',
		s4cmd => $b->s4cmd('sync -c 64 s3://src/ s3://dst/')
		    . ' >out',
	}, $n, $anew, $same);
	delete $ENV{AWS_CONFIG_FILE};
}

{
	title => 'The same jobs by other tools',
	notes => ['(40 ms a page, 20 ms a HEAD, 30 ms a copy)'],
	columns => [
		[wall => 'seconds', '%.2f'],
		[slower => 'x ours', '%.1f'],
		[micro => 'CPU us an object', '%.1f'],
		[heavier => 'x ours', '%.1f'],
		[requests => 'requests', '%d'],
		[price => 'dollars', '%.4f'],
		[rss => 'peak MiB', '%.1f'],
	],
	chart => 'wall',
	play => \&play,
};
