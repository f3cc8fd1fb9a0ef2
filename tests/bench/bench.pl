#!/usr/bin/perl
# make bench: plays scenes against the test server and tells what they took.
#
#	bench.pl [--runs N] [--scale X] [--out DIR] [--bin DIR] [--label TEXT]
#	    [SCENE...]
#	bench.pl --compare BASE.json NEW.json
#
# A scene is a file in scenes/ that returns a hash: title, columns, chart, and
# play, a function that is given the Bench object and calls row() on it.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename;
use File::Path qw(make_path);
use Getopt::Long;
use FindBin;
use lib "$FindBin::Bin/lib";
use Bench;
use Report;

my %o = (runs => 3, scale => 1, build => $ENV{BUILD} // 'build');
GetOptions(\%o, qw(runs=i scale=f out=s bin=s label=s compare list))
    or exit 2;

if ($o{compare}) {
	die "usage: bench.pl --compare BASE NEW\n" unless @ARGV == 2;
	print Report::compare(map { Report::read_json($_) } @ARGV);
	exit 0;
}

my @known = map { basename($_, '.pl') } sort glob "$FindBin::Bin/scenes/*.pl";
if ($o{list}) {
	print "$_\n" for @known;
	exit 0;
}
my @names = @ARGV ? @ARGV : @known;
my %known = map { $_ => 1 } @known;
for (@names) {
	die "no scene $_; there are: @known\n" unless $known{$_};
}
$o{build} = abs_path($o{build});
$o{bin} = abs_path($o{bin} // "$o{build}/bin");
$o{out} //= "$o{build}/bench/results";
make_path($o{out});
$o{out} = abs_path($o{out});

sub first_line {
	my ($command) = @_;
	my ($line) = split /\n/, `$command 2>/dev/null` // '';
	return $line // '';
}

sub machine {
	my $cpu = first_line("sed -n 's/^model name.*: //p' /proc/cpuinfo");
	return {
		date => first_line('date -u +%Y-%m-%dT%H:%M:%SZ'),
		revision => $o{label} //
		    first_line('git describe --always --dirty'),
		kernel => first_line('uname -sr'),
		cpu => $cpu,
		cores => first_line('nproc') + 0,
		compiler => first_line('${CC:-cc} --version'),
		versions => first_line("$o{bin}/s3ls --version"),
		load => first_line('cut -d" " -f1-3 /proc/loadavg'),
		runs => $o{runs},
		scale => $o{scale},
	};
}

sub play {
	my ($name) = @_;
	my $file = "$FindBin::Bin/scenes/$name.pl";
	my $scene = do $file;
	die $@ || "$file: $!\n" unless ref $scene eq 'HASH';
	my $bench = Bench->new(%o, on_row => sub {
		print STDERR "    $_[0]{case}\n";
	});
	print STDERR "$name: $scene->{title}\n";
	eval {
		local $SIG{INT} = local $SIG{TERM} = sub { die "stopped\n" };
		$scene->{play}->($bench);
	};
	my $why = $@;
	$bench->stop;
	my $done = { %$scene, name => $name, rows => $bench->take_rows };
	delete $done->{play};
	$done->{error} = $why if $why;
	return $done;
}

sub save {
	my ($path, $text) = @_;
	open(my $f, '>', "$o{out}/$path") or die "$o{out}/$path: $!\n";
	print $f $text;
	close $f or die "$o{out}/$path: $!\n";
}

my $result = { %{machine()}, scenes => [] };
my $head = "$result->{date}  $result->{revision}\n$result->{cpu}, "
    . "$result->{cores} cores, $result->{kernel}, load $result->{load}\n"
    . "$result->{versions}\n$result->{compiler}\n"
    . "median of $result->{runs} runs, sizes x $result->{scale}\n\n";
my ($text, $failed) = ($head, 0);
print $head;
for my $name (@names) {
	my $scene = play($name);
	my $part = Report::table($scene);
	if ($scene->{error}) {
		$part .= "    ENDED EARLY: $scene->{error}\n";
		$failed = 1;
	}
	print $part;
	$text .= $part;
	push @{$result->{scenes}}, $scene;
	save('results.txt', $text);
	save('results.json', Report::json($result));
	save("$name.svg", Report::svg($scene)) if @{$scene->{rows}};
	last if $scene->{error} && $scene->{error} eq "stopped\n";
}
print "results in $o{out}\n";
exit $failed;
