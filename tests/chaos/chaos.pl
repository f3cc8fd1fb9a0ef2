#!/usr/bin/perl
# The fault campaign: whole pipelines against a server that fails, while they
# are stopped, killed and starved; then the same again in peace.
#
#	make chaos SECONDS=600			until so much time has passed
#	make chaos SEED=12345 ROUNDS=1		one round again, as told by it
#
# A round draws from its seed: what the buckets hold, which pipeline runs,
# which requests fail and how, and what befalls the programs.  What must hold,
# whatever was drawn:
#
#	- a status is true: 0 means that all was done, 1 that what is missing is
#	  in a --failed file and has its line, 2 or a signal that it says so;
#	- nothing in the destination but what the source has, byte for byte, and
#	  what was there under -n is as it was;
#	- no multipart upload is left open after an orderly end, or it is told;
#	- nobody follows a redirect, tells a secret, or grows;
#	- the same command in peace makes the copy complete.
#
# The clock is the server's count of requests: nothing here is timed, but that
# a run which makes no progress for HANG seconds is a failure.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use lib dirname(abs_path($0)) . '/lib';
use Chaos::Draw;
use Chaos::Pipeline;
use Chaos::Server;

use constant HANG => 180;

my $build = abs_path($ENV{BUILD} // 'build');
my $seconds = $ENV{SECONDS} // 60;
my $rounds = $ENV{ROUNDS};
my $seed = $ENV{SEED} // int(rand(1e9));
my $scratch = tempdir('s3chaos.XXXXXX', TMPDIR => 1);
my $secret = 'alice-secret/with+odd=chars';

delete $ENV{$_} for grep { /^AWS_|_proxy$|_PROXY$/ } keys %ENV;
$ENV{PATH} = "$build/bin:$build/test:$ENV{PATH}";
$ENV{HOME} = $scratch;
$ENV{LC_ALL} = 'C';
$ENV{AWS_EC2_METADATA_DISABLED} = 'true';
$ENV{AWS_ACCESS_KEY_ID} = 'AKIAALICE0000000001';
$ENV{AWS_SECRET_ACCESS_KEY} = $secret;
chdir $scratch or die "$scratch: $!\n";

# A sanitizer's shadow is no memory of ours.
my $sanitized = system("grep -q __asan_init '$build/bin/s3cp'") == 0;
my $server = Chaos::Server->new;
my $elsewhere = Chaos::Server->new;	# where redirects lead to
$ENV{AWS_ENDPOINT_URL} = $server->{url};
$server->say('bucket src', 'bucket dst');
END { $_->end for grep { defined } $server, $elsewhere }

my (%total, @complaints);

sub complain { push @complaints, @_ }
sub check { $_[0] or complain($_[1]) }

sub slurp
{
	my ($file) = @_;
	open(my $f, '<:raw', $file) or return '';
	local $/;
	return <$f> // '';
}

# The keys of a --failed file, percent-encoded as the server tells them.
sub failed_keys
{
	my ($file, $round) = @_;
	my @records = split($round->{null} ? "\0" : "\n", slurp($file));
	if ($round->{long}) {
		s/^(?:[^\t]*\t){4}// for @records;
	}
	return map { s/([^A-Za-z0-9._~\/-])/sprintf('%%%02X', ord($1))/gesr }
	    @records;
}

# --- a round: setting, pipeline, faults, fate ---

sub set_stage
{
	my ($draw) = @_;
	my %r = (
		null => $draw->chance(60), long => $draw->chance(35),
		clobber => !$draw->chance(30), stream => $draw->chance(25),
		retries => $draw->one(2, 4, 10, 10),
		parts => $draw->chance(50), keys => $draw->between(100, 900),
	);
	my $shape = $draw->one(qw(flat-hex sequential dated uuid zipf-dirs
	    unicode words));
	my $skip = $draw->between(1, 999);
	my @say = ('faults clear', 'drop src', 'drop dst', 'bucket src',
	    'bucket dst', "fill src $shape $r{keys}");
	push @say, 'fill src awkward 0 prefix=odd/'
	    if $r{null} && $draw->chance(50);
	push @say, "fill dst $shape $r{keys} skip=$skip";
	$r{big} = $draw->between(0, 4);
	for my $i (1 .. $r{big}) {
		my $size = $draw->between(1, 30);
		my $parts = $draw->chance(40) ? 'parts=5M ' : '';
		push @say, "put src big$i size=${size}M ${parts}tag.n=$i " .
		    "meta.big=yes type=text/big";
	}
	# Somebody else's objects where ours should go.
	for my $i (1 .. 3) {
		push @say, "put src theirs$i size=20";
		push @say, "put dst theirs$i text=theirs" if !$r{clobber};
	}
	# Slow enough for what befalls the programs to find them at work.
	push @say, 'latency * ' . $draw->between(0, 8);
	$server->say(@say);
	return \%r;
}

sub commands
{
	my ($r, $dir) = @_;
	my @form = (($r->{null} ? '-0' : ()), ($r->{long} ? '-l' : ()));
	my @common = ('--retries', $r->{retries});
	my @copy = ('s3cp', @form, @common, '--failed',
	    $r->{full} ? '/dev/full' : "$dir/s3cp.failed");
	push @copy, '-n' if !$r->{clobber};
	push @copy, qw(--via stream) if $r->{stream};
	push @copy, qw(--multipart-threshold 6M --part-size 5M)
	    if $r->{parts};
	my @list = (['s3ls', @form, @common, 'src']);
	push @list, ['s3exists', '-v', @form, @common,
	    ($r->{long} ? qw(--same size) : ()),
	    '--failed', "$dir/s3exists.failed", 'dst'] if $r->{clobber};
	return (@list, [@copy, 'src', 'dst']);
}

my @anywhere = ('503', '500', 'reset', 'close', 'lost', 'garbage',
	'huge-header', 'REDIRECT', 'error200=InternalError',
	'error200=SlowDown', 'wrong-length', 'skew=1000', 'malformed',
	'truncated', 'laughs', 'doctype', 'status=429 code=TooManyRequests',
	'status=503 code=SlowDown retry-after=1',
	'status=403 code=AccessDenied', 'status=400 code=RequestTimeout',
	'status=409 code=OperationAborted', 'status=502 code=BadGateway',
	'FEW trickle', 'FEW endless', 'FEW stall');
my @pages = qw(empty-page repeat-token unsorted-page dup-page);

# The operations that this round's pipeline makes.
sub operations
{
	my ($r) = @_;
	my @ops = (qw(* * * ListObjectsV2 HeadObject),
	    $r->{stream} ? qw(GetObject PutObject GetObjectTagging) :
	    qw(CopyObject));
	push @ops, qw(CreateMultipartUpload CompleteMultipartUpload
	    AbortMultipartUpload), $r->{stream} ? 'UploadPart' :
	    'UploadPartCopy' if $r->{parts} && $r->{big};
	return @ops;
}

sub draw_faults
{
	my ($draw, $r) = @_;
	my @ops = operations($r);
	my @faults;
	my $count = $draw->chance(50) ? 1 : $draw->between(2, 4);
	for (1 .. $count) {
		my $p = $draw->between(1, 30) / 100;
		my $action = $draw->one(@anywhere);
		my $op = $draw->one(@ops);
		my $few = '';
		if ($draw->chance(15)) {
			($op, $action) = ('ListObjectsV2', $draw->one(@pages));
		} elsif ($r->{stream} && $draw->chance(30)) {
			# Not twice for one key: the same wrong bytes again
			# are taken for right ones, with an ETag that is no MD5.
			push @faults, 'fault GetObject nth=' .
			    $draw->between(1, 200) . ' flip';
			next;
		}
		$action =~ s/^REDIRECT/redirect=$elsewhere->{url}\//;
		$few = ' count=' . $draw->between(1, 3)
		    if $action =~ s/^FEW //;
		# A listing that trickles takes half an hour.
		$op = $r->{stream} ? 'PutObject' : 'CopyObject'
		    if $action eq 'trickle';
		push @faults, sprintf('fault %s p=%.2f seed=%d %s%s', $op, $p,
		    $draw->between(1, 1e6), $action, $few);
	}
	return @faults;
}

# What befalls the programs, and after how many requests.
sub draw_fate
{
	my ($draw, $r) = @_;
	my $what = $draw->one(qw(none none none none KILL KILL INT INT TERM
	    STOP));
	my $whom = $draw->one(qw(all s3ls s3exists s3cp s3cp));
	$whom = 's3cp' if $whom eq 's3exists' && $r->{clobber} == 0;
	$r->{full} = $what eq 'none' && $draw->chance(15);
	return {what => $what, whom => $whom,
	    after => $draw->between(1, 3 + $r->{keys})};
}

sub strike
{
	my ($pipeline, $fate) = @_;
	my @them = $fate->{whom} eq 'all' ? @{$pipeline->{programs}} :
	    grep { $_->{name} eq $fate->{whom} } @{$pipeline->{programs}};
	for my $program (grep { !defined $_->{status} } @them) {
		kill $fate->{what}, $program->{pid};
		$total{signals}++;
		$program->{struck} = $fate->{what};
	}
	return if $fate->{what} ne 'STOP';
	kill 'CONT', $_->{pid} for grep { !defined $_->{status} } @them;
}

# Runs to the end; a stall is let go when nothing else moves any more.
sub run
{
	my ($pipeline, $fate) = @_;
	my ($last, $moved, $let_go) = (-1, time, 0);
	my $struck = $fate->{what} eq 'none';
	while (!$pipeline->ended) {
		$pipeline->look;
		my $count = $server->count('requests');
		if (!$struck && $count >= $fate->{after}) {
			strike($pipeline, $fate);
			$struck = 1;
		}
		($last, $moved, $let_go) = ($count, time, 0)
		    if $count != $last;
		if (!$let_go && time - $moved >= 2) {
			$server->say('faults clear');
			$let_go = 1;
		}
		if (time - $moved >= HANG) {
			complain('no progress');
			$pipeline->kill_all;
			$moved = time;
		}
		$pipeline->wait_a_little;
	}
}

# --- what must hold ---

sub check_words
{
	my ($dir, $pipeline) = @_;
	for my $program (@{$pipeline->{programs}}) {
		my $name = $program->{name};
		my $err = slurp("$dir/$name.err");
		check($err !~ /Sanitizer|runtime error:/, "$name: sanitizer");
		check(index($err, $secret) < 0, "$name tells the secret");
		check($err !~ /[^\n\x20-\x7e\x80-\xff]/,
		    "$name prints control characters");
		for my $line (split /\n/, $err) {
			check($line =~ /^\Q$name\E: /, "$name: odd line: $line");
		}
		$total{lines} += ($err =~ tr/\n//);
	}
}

# Each program's own status against what befell it and what it says.
sub check_status
{
	my ($dir, $r, $program) = @_;
	my ($name, $status) = @$program{qw(name status)};
	my $struck = $program->{struck} // '';
	my $err = slurp("$dir/$name.err");
	my $failed = -s "$dir/$name.failed" // 0;

	if ($status =~ /^signal (\w+)$/) {
		my $by = $1;
		check($struck eq $by || $by eq 'PIPE', "$name died by $by");
		return;
	}
	check($status =~ /^[012]$/, "$name ended with $status");
	check($status == 0 || $err ne '', "$name: $status without a word");
	check($status != 0 || !$failed, "$name: 0, but keys failed");
	return if $r->{full} && $name eq 's3cp';
	check($status != 1 || $failed || $name eq 's3ls',
	    "$name: 1, but no key failed");
}

# The destination against the source.
sub check_copy
{
	my ($r, $orderly, $whole, $failed) = @_;
	my %known = map { $_ => 1 } @$failed;
	for my $line (split /\n/, $server->ask('/diff?a=src&b=dst')) {
		my ($sign, $key, @what) = split / /, $line;
		if ($sign eq '-') {
			check(!$whole || $known{$key}, "lost: $key");
		} elsif ($key =~ /^theirs/ && !$r->{clobber}) {
			my $is = $server->ask("/object?bucket=dst&key=$key");
			check($is =~ /^\S+ 6 /, "replaced under -n: $key");
		} else {
			complain("wrong: $line");
		}
	}
}

sub check_uploads
{
	my ($dir, $r, $orderly) = @_;
	my $open = $server->ask('/uploads');
	my $told = slurp("$dir/s3cp.err") =~ /--abort-uploads ends it/;
	if ($open ne '' && $orderly && !$told) {
		complain('open: ' . (split /\n/, $open)[0]);
	}
	return if $open eq '';
	system('s3cp', '--abort-uploads', 'dst') == 0 or
	    complain('--abort-uploads fails');
	check($server->ask('/uploads') eq '', '--abort-uploads leaves some');
}

my %most = (s3ls => 64, s3exists => 64, s3cp => 32);
sub check_memory
{
	my ($r, $pipeline) = @_;
	return if $sanitized;
	for my $program (@{$pipeline->{programs}}) {
		my $mib = $program->{peak} / 1024;
		my $most = $most{$program->{name}};
		$most = 300 if $program->{name} eq 's3cp' && $r->{stream};
		check($mib <= $most, sprintf('%s grows to %.0f MiB',
		    $program->{name}, $mib));
	}
}

sub again_in_peace
{
	my ($r, $dir) = @_;
	$server->say('faults clear');
	$r->{full} = 0;
	my $pipeline = Chaos::Pipeline->new("$dir/again", commands($r,
	    "$dir/again"));
	run($pipeline, {what => 'none'});
	for my $program (@{$pipeline->{programs}}) {
		check($program->{status} eq '0',
		    "in peace $program->{name} ends with $program->{status}");
	}
	check_words("$dir/again", $pipeline);
	check_copy($r, 1, 1, []);
	check($server->ask('/uploads') eq '', 'in peace an upload stays open');
}

sub round
{
	my ($number, $seed) = @_;
	my $draw = Chaos::Draw->new($seed);
	my $dir = "$scratch/$number";
	my $r = set_stage($draw);
	my $fate = draw_fate($draw, $r);
	my @faults = draw_faults($draw, $r);
	@complaints = ();
	mkdir $dir or die "$dir: $!\n";
	$server->say('log reset', @faults);
	my $pipeline = Chaos::Pipeline->new($dir, commands($r, $dir));
	run($pipeline, $fate);
	$server->say('faults clear');

	my @programs = @{$pipeline->{programs}};
	my $orderly = !grep { ($_->{struck} // '') eq 'KILL' } @programs;
	# Did each do all, but for keys that it named?
	my $whole = !$r->{full} && !grep { $_->{status} !~ /^[01]$/ } @programs;
	my @failed = map { failed_keys("$dir/$_->{name}.failed", $r) }
	    @programs;
	check_words($dir, $pipeline);
	check_status($dir, $r, $_) for @programs;
	check_copy($r, $orderly, $whole, \@failed);
	check_uploads($dir, $r, $orderly);
	check_memory($r, $pipeline);
	my $log = $server->ask('/log');
	my $hit = () = $log =~ / fault=/g;
	$total{requests} += $server->count('requests');
	$total{faults} += $hit;
	$total{failed} += @failed;
	again_in_peace($r, $dir);
	check($elsewhere->count('requests') == 0, 'a redirect was followed');

	my $told = join(', ', map { s/^fault //r } @faults) .
	    "; $fate->{what}" . ($fate->{what} eq 'none' ? '' :
	    " $fate->{whom} after $fate->{after}") .
	    ($r->{full} ? '; disk full' : '') . '; ended ' .
	    join(' ', map { $_->{status} } @programs) .
	    ", $hit faults, " . scalar(@failed) . ' keys failed';
	$told =~ s/http:\S+/elsewhere/g;
	printf "%s %d - seed %d: %s\n", @complaints ? 'not ok' : 'ok', $number,
	    $seed, $told;
	for my $complaint (@complaints[0 .. ($#complaints < 9 ?
	    $#complaints : 9)]) {
		print "#   $complaint\n";
	}
	if (@complaints) {
		print "#   ", join(' ', @{$_->{command}}), "\n" for @programs;
		print "#   kept: $dir\n";
		return 0;
	}
	system('rm', '-rf', $dir);
	return 1;
}

$| = 1;
print "# seed $seed\n";
my ($number, $bad, $began) = (0, 0, time);
while (defined $rounds ? $number < $rounds : time - $began < $seconds) {
	$number++;
	round($number, $seed + $number - 1) or $bad++;
}
print "1..$number\n";
printf "# %d rounds, %d requests, %d faults, %d signals, %d keys failed, " .
    "%d lines on stderr\n", $number,
    map { $total{$_} // 0 } qw(requests faults signals failed lines);
system('rm', '-rf', $scratch) if !$bad;
exit($bad ? 1 : 0);
