#!/bin/sh
# s3exists against a plain set: random buckets and inputs, of odd keys in dense
# and sparse stretches, in several orders, with duplicates, with short pages
# and with requests that fail.  RANDOM_SEEDS="7 8" tries others.
. "$(dirname "$0")/../lib.sh"
server

# Writes, for a seed: puts (directives), in, want (those in the bucket), rest.
cat >make.pl <<'END'
use strict;
my ($seed, $order, $bucket) = @ARGV;
srand($seed);
my @alphabet = ('a' .. 'f', '0' .. '9', '/', '/', '-', ' ', '%', '+', '.',
    '&', '<', '~', "\x01", "\n", "\r", "\t", "\x7f", "\xc3\xa9", "\xed\x9f\xbf",
    "\xee\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf");
sub word { join '', map { $alphabet[rand @alphabet] } 1 .. 1 + int rand shift }
my (%there, %asked);
for (1 .. 2 + int rand 12) {
	my $stem = rand() < .2 ? '' : word(rand() < .1 ? 200 : 6);
	my $count = 1 + int 600 ** rand;
	my ($in_bucket, $in_input) = (rand(1.3), rand(1.3));
	$in_bucket = 0 if rand() < .2;
	$in_input **= 5 if rand() < .4;
	for (1 .. $count) {
		my $key = $stem . word(4);
		$there{$key} = 1 if rand() < $in_bucket;
		$asked{$key} = 1 if rand() < $in_input;
	}
}
my @in = sort keys %asked;
push @in, map { $in[rand @in] } 1 .. int rand @in if $seed % 3 == 0;
if ($order eq 'sorted') {
	@in = sort @in;
} elsif ($order eq 'reverse') {
	@in = reverse sort @in;
} elsif ($order eq 'shuffled') {
	for (my $i = @in; --$i > 0;) {
		my $j = int rand($i + 1);
		@in[$i, $j] = @in[$j, $i];
	}
} else {		# sorted pieces, one after the other
	my @piece;
	push @{$piece[rand 4]}, $_ for sort @in;
	@in = map { $_ ? @$_ : () } @piece;
}
sub save {
	my $name = shift;
	open my $f, '>', $name or die;
	print $f @_;
	close $f or die;
}
sub code { my $k = shift; $k =~ s/([^a-z0-9])/sprintf '%%%02X', ord $1/ge; $k }
my $page = (1, 3, 10, 100, 1000)[rand 5];
save('puts', "drop $bucket\nbucket $bucket page=$page\n",
    map { "put $bucket " . code($_) . "\n" } sort keys %there);
save('in', map { "$_\0" } @in);
save('want', map { "$_\0" } grep { $there{$_} } @in);
save('rest', map { "$_\0" } grep { !$there{$_} } @in);
END

# The records of `failed', `out' and the other answer make up the input again,
# and `out' holds nothing that is not wanted.
cat >account.pl <<'END'
use strict;
local $/ = "\0";
sub records { open my $f, '<', shift or die; my @r = <$f>; @r }
my (%failed, $bad);
$failed{$_}++ for records('failed');
my @out = records('out');
my @want = records('want');
while (@want) {
	my $key = shift @want;
	if (@out && $out[0] eq $key) { shift @out }
	elsif ($failed{$key}) { $failed{$key}-- }
	else { $bad = 1; last }
}
$bad = 1 if @out;
my %rest;
$rest{$_}++ for records('rest');
for (keys %failed) { $bad = 1 if $failed{$_} > ($rest{$_} || 0) }
exit($bad ? 1 : 0);
END

trial()
{
	perl make.pl "$1" "$2" b
	sed 's/^drop.*/bucket b/;1q' puts | cat - puts >all
	[ "$(curl -sS --data-binary @all "$ADMIN/")" = ok ] ||
	    ok 'the server takes the keys' false
	for probe in auto list head; do
		run s3exists -0 --probe $probe b
		[ "$status" = 0 ] && cmp -s out want && [ ! -s err ] ||
		    wrong="$wrong $1/$2/$probe"
		run s3exists -0v --probe $probe b
		[ "$status" = 0 ] && cmp -s out rest && [ ! -s err ] ||
		    wrong="$wrong $1/$2/$probe/v"
	done
}

for order in sorted shuffled reverse pieces; do
	wrong=
	for seed in ${RANDOM_SEEDS:-1 2 3 4 5 6 7 8 9 10}; do
		trial "$seed" $order
	done
	is "$wrong" '' "random buckets, $order input: the answers of a plain set"
done

# Half of all requests fail, and nothing is tried twice.
faulty()
{
	perl make.pl "$1" "$2" b
	sed 's/^drop.*/bucket b/;1q' puts | cat - puts >all
	[ "$(curl -sS --data-binary @all "$ADMIN/")" = ok ] ||
	    ok 'the server takes the keys' false
	say "fault ListObjectsV2 p=0.4 seed=$1 $3 bucket=b" \
	    "fault HeadObject p=0.3 seed=$1 500 bucket=b"
	for probe in auto list head; do
		run s3exists -0 --retries 1 --failed failed --probe $probe b
		tell "$status" || wrong="$wrong $1/$3/$probe"
		mv want keep && mv rest want && mv keep rest
		run s3exists -0v --retries 1 --failed failed --probe $probe b
		tell "$status" || wrong="$wrong $1/$3/$probe/v"
		mv want keep && mv rest want && mv keep rest
	done
	say 'faults clear'
}

# The status says whether a key failed, each with one line.
tell()
{
	perl account.pl || return 1
	n=$(tr -cd '\0' <failed | wc -c)
	[ "$n" -eq 0 ] && [ "$1" -eq 0 ] && return
	[ "$n" -gt 0 ] && [ "$1" -ge 1 ]
}

for fault in 500 truncated error200=InternalError reset; do
	wrong=
	for seed in ${RANDOM_SEEDS:-11 12 13 14 15}; do
		faulty "$seed" shuffled $fault
		faulty "$seed" sorted $fault
	done
	is "$wrong" '' "failing requests ($fault): unknown keys are never answers"
done

# Pages that make no sense.
for fault in unsorted-page empty-page repeat-token dup-page; do
	wrong=
	for seed in ${RANDOM_SEEDS:-21 22 23 24 25}; do
		perl make.pl "$seed" sorted b
		sed 's/^drop.*/bucket b/;1q' puts | cat - puts >all
		[ "$(curl -sS --data-binary @all "$ADMIN/")" = ok ] ||
		    ok 'the server takes the keys' false
		say "fault ListObjectsV2 p=0.5 seed=$seed $fault"
		run s3exists -0 b
		[ "$status" = 0 ] && cmp -s out want ||
		    wrong="$wrong $seed/$status"
		say 'faults clear'
	done
	is "$wrong" '' "$fault: the answers are those of a plain set"
done
finish
