package Bench;

# The ground that the scenes stand on: scratch folder, servers, measuring.
# Nothing here judges a figure: a benchmark has no pass and no failure, but a
# command that ends with another status than the one expected ends the scene.

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use IPC::Open3;
use POSIX qw(sysconf _SC_CLK_TCK);
use Time::HiRes qw(time);

my $tick = sysconf(_SC_CLK_TCK);

# new(build => DIR, bin => DIR, runs => N, scale => X, on_row => CODE)
sub new {
	my ($class, %o) = @_;
	my $self = bless {
		%o,
		rows => [],
		servers => [],
		dir => tempdir('s3bench.XXXXXX', TMPDIR => 1, CLEANUP => 1),
	}, $class;
	delete @ENV{grep { /^AWS_/ } keys %ENV};
	delete @ENV{qw(http_proxy https_proxy HTTPS_PROXY ALL_PROXY)};
	$ENV{LC_ALL} = 'C';
	$ENV{HOME} = $self->{dir};
	$ENV{AWS_ACCESS_KEY_ID} = 'AKIAALICE0000000001';
	$ENV{AWS_SECRET_ACCESS_KEY} = 'alice-secret/with+odd=chars';
	$ENV{AWS_REGION} = $ENV{AWS_DEFAULT_REGION} = 'us-east-1';
	$ENV{AWS_EC2_METADATA_DISABLED} = 'true';
	$ENV{PATH} = join(':', $o{bin}, "$o{build}/test", "$o{build}/bench",
	    $ENV{PATH});
	return $self;
}

sub path {
	my ($self, $name) = @_;
	return "$self->{dir}/$name";
}

# How large a scene is: its number of keys, smaller where SCALE says so.
sub scaled {
	my ($self, $n) = @_;
	my $scaled = int($n * $self->{scale});
	return $scaled < 1000 ? 1000 : $scaled;
}

# Every other scene leaves it to the kernel where processes run.  It likes to
# put a client and the server that it wakes on one core, where they wait for
# each other while another core idles; no store is on its client's machine.
# After apart() servers have the first core and what is measured the others.
sub apart {
	my ($self) = @_;
	my ($list) = `taskset -cp $$` =~ /: (\S+)$/ or return;
	my ($first, @rest) = map { /(\d+)-(\d+)/ ? $1 .. $2 : $_ }
	    split /,/, $list;
	return unless @rest;
	$self->{server_cores} = ['taskset', '-c', $first];
	$self->{client_cores} = ['taskset', '-c', join(',', @rest)];
}

# --- servers ---

# server(DIRECTIVE...) starts one; the first becomes AWS_ENDPOINT_URL.
sub server {
	my ($self, @directives) = @_;
	return $self->server_with([], @directives);
}

sub server_with {
	my ($self, $options, @directives) = @_;
	my %s;
	my $pid = open(my $out, '-|', @{$self->{server_cores} // []},
	    's3server', '--parent', $$, @$options)
	    or die "s3server: $!\n";
	while (my $line = <$out>) {
		my ($word, $url) = split(' ', $line);
		last if $word eq 'ready';
		$s{$word} = $url;
	}
	die "the test server does not start\n" unless $s{admin};
	@s{qw(pid out)} = ($pid, $out);
	push @{$self->{servers}}, \%s;
	if (@{$self->{servers}} == 1) {
		$ENV{AWS_ENDPOINT_URL} = $s{http};
		$self->rclone_env;
	}
	$self->say_to(\%s, 'log off', @directives);
	return \%s;
}

sub stop {
	my ($self) = @_;
	for my $s (splice @{$self->{servers}}) {
		kill 'TERM', $s->{pid};
		close $s->{out};
	}
	delete $ENV{AWS_ENDPOINT_URL};
}

sub say_to {
	my ($self, $server, @directives) = @_;
	my $file = $self->path('directives');
	open(my $f, '>', $file) or die "$file: $!\n";
	print $f map { "$_\n" } @directives;
	close $f;
	my $answer = `curl -sS --data-binary \@$file $server->{admin}/`;
	die "the server does not take '@directives': $answer\n"
	    unless $answer =~ /^ok/;
}

sub say {
	my ($self, @directives) = @_;
	$self->say_to($self->{servers}[0], @directives);
}

sub ask {
	my ($self, $what) = @_;
	return scalar `curl -sS '$self->{servers}[0]{admin}$what'`;
}

sub counts {
	my ($self) = @_;
	return map { split ' ' } split /\n/, $self->ask('/counts');
}

# Seconds of processor time that the servers have taken so far.
sub server_cpu {
	my ($self) = @_;
	my $sum = 0;
	for my $s (@{$self->{servers}}) {
		open(my $f, '<', "/proc/$s->{pid}/stat") or next;
		my $line = <$f>;
		$line =~ s/^.*\) //;
		my @w = split ' ', $line;
		$sum += ($w[11] + $w[12]) / $tick;
	}
	return $sum;
}

# --- measuring ---

sub median {
	my @v = sort { $a <=> $b } @_;
	return undef unless @v;
	return @v % 2 ? $v[$#v / 2] : ($v[@v / 2 - 1] + $v[@v / 2]) / 2;
}

sub once {
	my ($self, $command, $status) = @_;
	my $file = $self->path('measured');
	my $before = $self->server_cpu;
	system(@{$self->{client_cores} // []}, 'measure', $file, 'sh', '-c',
	    $command);
	open(my $f, '<', $file) or die "measure: $command\n";
	my %m;
	@m{qw(status wall user sys rss)} = split ' ', scalar <$f>;
	close $f;
	unlink $file;
	die "status $m{status}, not $status: $command\n"
	    if $m{status} != $status;
	$m{cpu} = $m{user} + $m{sys};
	$m{server} = $self->server_cpu - $before;
	return \%m;
}

# measure(COMMAND, runs => N, status => S, before => CODE): medians of wall,
# user, sys, cpu, server (all seconds) and rss (KiB), and of what the first
# server counted: requests, connections, inflight-peak and each operation.
# A COMMAND of one program should begin with exec, so that no shell is counted.
sub measure {
	my ($self, $command, %o) = @_;
	my (%all, %median);
	for (1 .. ($o{runs} // $self->{runs})) {
		$o{before}->() if $o{before};
		$self->say('log reset') if @{$self->{servers}};
		my $m = $self->once("cd $self->{dir} && $command",
		    $o{status} // 0);
		my %c = @{$self->{servers}} ? $self->counts : ();
		delete $c{inflight};
		push @{$all{$_}}, $m->{$_} for keys %$m;
		push @{$all{$_}}, $c{$_} for keys %c;
	}
	$median{$_} = median(@{$all{$_}}) for keys %all;
	return \%median;
}

# --- the tools beside ours: what they need to find the first server ---

# rclone takes its settings of the remote "s3:" from the environment.
sub rclone_env {
	my ($self) = @_;
	$ENV{RCLONE_CONFIG_S3_TYPE} = 's3';
	$ENV{RCLONE_CONFIG_S3_PROVIDER} = 'Other';
	$ENV{RCLONE_CONFIG_S3_ENV_AUTH} = 'true';
	$ENV{RCLONE_CONFIG_S3_ENDPOINT} = $ENV{AWS_ENDPOINT_URL};
	$ENV{RCLONE_CONFIG} = '/dev/null';
}

sub s3cmd {
	my ($self, $words) = @_;
	my $host = $ENV{AWS_ENDPOINT_URL} =~ s{^http://}{}r;
	return "s3cmd --no-ssl --host=$host --host-bucket=$host "
	    . "--access_key=$ENV{AWS_ACCESS_KEY_ID} "
	    . "--secret_key=$ENV{AWS_SECRET_ACCESS_KEY} $words";
}

sub s4cmd {
	my ($self, $words) = @_;
	$ENV{S3_ACCESS_KEY} = $ENV{AWS_ACCESS_KEY_ID};
	$ENV{S3_SECRET_KEY} = $ENV{AWS_SECRET_ACCESS_KEY};
	return "s4cmd --endpoint-url $ENV{AWS_ENDPOINT_URL} $words";
}

sub has {
	my ($self, $tool) = @_;
	return -x $tool if $tool =~ m{/};
	return grep { -x "$_/$tool" } split /:/, $ENV{PATH};
}

# --- results ---

# row(CASE, {COLUMN => FIGURE...}): one line of the scene's table.
sub row {
	my ($self, $case, $figures) = @_;
	my $row = { case => $case, figures => $figures };
	push @{$self->{rows}}, $row;
	$self->{on_row}->($row) if $self->{on_row};
	return $row;
}

sub take_rows {
	my ($self) = @_;
	return [splice @{$self->{rows}}];
}

1;
