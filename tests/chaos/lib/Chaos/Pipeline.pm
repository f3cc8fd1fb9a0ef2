# Programs that run with their streams joined; each one's stderr is a file.
package Chaos::Pipeline;

use strict;
use warnings;
use Config;
use POSIX qw(WNOHANG);

my @signals = split ' ', $Config{sig_name};

sub new
{
	my ($class, $dir, @commands) = @_;
	my $self = bless {programs => []}, $class;
	my $in;
	mkdir $dir;
	open($in, '<', '/dev/null') or die "/dev/null: $!\n";
	for my $i (0 .. $#commands) {
		my ($next, $out);
		if ($i < $#commands) {
			pipe($next, $out) or die "pipe: $!\n";
		} else {
			open($out, '>', "$dir/out") or die "$dir/out: $!\n";
		}
		push @{$self->{programs}},
		    start($commands[$i], $in, $out, $next, $dir);
		close $in;
		close $out;
		$in = $next;
	}
	return $self;
}

sub start
{
	my ($command, $in, $out, $next, $dir) = @_;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		close $next if $next;
		open(STDIN, '<&', $in) or exit 99;
		open(STDOUT, '>&', $out) or exit 99;
		open(STDERR, '>', "$dir/$command->[0].err") or exit 99;
		$SIG{INT} = $SIG{TERM} = 'DEFAULT';
		exec @$command or exit 99;
	}
	return {name => $command->[0], pid => $pid, peak => 0,
	    command => $command};
}

# Statuses of those that have ended, most memory of those that have not.
sub look
{
	my ($self) = @_;
	for my $p (grep { !defined $_->{status} } @{$self->{programs}}) {
		if (open(my $f, '<', "/proc/$p->{pid}/status")) {
			while (my $line = readline $f) {
				$p->{peak} = $1 if $line =~ /^VmHWM:\s*(\d+)/ &&
				    $1 > $p->{peak};
			}
		}
		next if waitpid($p->{pid}, WNOHANG) != $p->{pid};
		$p->{status} = $? & 127 ? 'signal ' . $signals[$? & 127] :
		    $? >> 8;
	}
}

sub ended
{
	my ($self) = @_;
	$self->look;
	return !grep { !defined $_->{status} } @{$self->{programs}};
}

# Between two looks; how long does not matter.
sub wait_a_little { select(undef, undef, undef, .02) }

sub kill_all
{
	my ($self) = @_;
	kill 'KILL', $_->{pid} for grep { !defined $_->{status} }
	    @{$self->{programs}};
}

1;
