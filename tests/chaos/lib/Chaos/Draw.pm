# Random draws that are the same on every machine (xorshift64*, low bits cut).
package Chaos::Draw;

use strict;
use warnings;
no warnings 'portable';	# 64-bit numbers
use integer;

sub new
{
	my ($class, $seed) = @_;
	my $self = bless {state => $seed * 2654435761 + 88172645463325252},
	    $class;
	$self->next for 1 .. 8;
	return $self;
}

sub next
{
	my ($self) = @_;
	my $x = $self->{state};
	$x ^= ($x >> 12) & 0x000fffffffffffff;
	$x ^= $x << 25;
	$x ^= ($x >> 27) & 0x0000001fffffffff;
	$self->{state} = $x;
	return ($x * 2685821657736338717 >> 33) & 0x7fffffff;
}

sub between
{
	my ($self, $low, $high) = @_;
	return $low + $self->next % ($high - $low + 1);
}

sub chance
{
	my ($self, $percent) = @_;
	return $self->between(1, 100) <= $percent ? 1 : 0;
}

sub one
{
	my ($self, @from) = @_;
	return $from[$self->between(0, $#from)];
}

1;
