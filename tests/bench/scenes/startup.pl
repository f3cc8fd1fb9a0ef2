# What it costs to begin: the version, and a bucket of one key.
package scene::startup;
use strict;
use warnings;

sub play {
	my ($b) = @_;
	my $server = $b->server('bucket one', 'put one key');
	my %tools = (
		's3ls --version' => [s3ls => 's3ls --version'],
		's3exists --version' => [s3ls => 's3exists --version'],
		's3cp --version' => [s3ls => 's3cp --version'],
		's3ls, one key' => [s3ls => 's3ls one'],
		'curl, one page' => [curl => "curl -sS $server->{http}/one"],
		'aws, one key' => [aws => 'aws s3 ls one'],
		's3cmd, one key' => [s3cmd => $b->s3cmd('ls s3://one')],
		's4cmd, one key' => [s4cmd => $b->s4cmd('ls s3://one')],
		'rclone, one key' => [rclone => 'rclone lsf s3:one'],
	);
	for my $name (sort keys %tools) {
		my ($tool, $command) = @{$tools{$name}};
		next unless $b->has($tool);
		my $m = $b->measure("exec $command >/dev/null",
		    runs => 3 * $b->{runs});
		$b->row($name, { wall => 1000 * $m->{wall},
		    cpu => 1000 * $m->{cpu}, rss => $m->{rss} / 1024,
		    requests => $m->{requests} });
	}
}

{
	title => 'Start-up',
	columns => [
		[wall => 'ms', '%.1f'],
		[cpu => 'CPU ms', '%.1f'],
		[rss => 'peak MiB', '%.1f'],
		[requests => 'requests', '%d'],
	],
	chart => 'cpu',
	play => \&play,
};
