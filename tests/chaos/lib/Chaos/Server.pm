# The test server, started and spoken to.
package Chaos::Server;

use strict;
use warnings;
use IO::Socket::INET;

sub new
{
	my ($class) = @_;
	my $self = bless {}, $class;
	$self->{pid} = open($self->{out}, '-|', 's3server', '--parent', $$)
	    or die "s3server: $!\n";
	while (my $line = readline $self->{out}) {
		my ($word, $url) = split ' ', $line;
		$self->{url} = $url if $word eq 'http';
		$self->{admin} = $url if $word eq 'admin';
		last if $word eq 'ready';
	}
	$self->{admin} or die "the test server does not start\n";
	($self->{peer}) = $self->{admin} =~ m{^http://([^/]+)};
	return $self;
}

sub speak
{
	my ($self, $method, $path, $body) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => $self->{peer})
	    or die "the test server is gone: $!\n";
	print $socket "$method $path HTTP/1.0\r\nHost: $self->{peer}\r\n",
	    'Content-Length: ', length($body), "\r\n\r\n", $body;
	local $/;
	my $answer = readline($socket) // '';
	$answer =~ s/^.*?\r\n\r\n//s;
	return $answer;
}

sub say
{
	my ($self, @directives) = @_;
	my $answer = $self->speak('POST', '/', join("\n", @directives, ''));
	$answer =~ /^ok/ or die "the test server says: $answer";
}

sub ask { return $_[0]->speak('GET', $_[1], '') }

sub count
{
	my ($self, $name) = @_;
	return $self->ask('/counts') =~ /^\Q$name\E (\d+)/m ? $1 : 0;
}

sub end
{
	my ($self) = @_;
	local $?;
	kill 'TERM', $self->{pid};
	close $self->{out};
}

1;
