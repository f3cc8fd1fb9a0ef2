#!/usr/bin/perl
# Stands for a machine: listens on a port of the kernel's choice on 127.0.0.1,
# prints the port, and gives each connection to a program as its stdin and
# stdout.  Killing it and its children is that machine's death; the end of its
# parent is its own.
#
#	inetd.pl PROGRAM [ARG...]
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use POSIX ':sys_wait_h';

my $socket = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => 0, Proto => 'tcp', Listen => 128)
    or die "inetd.pl: $!\n";

$| = 1;
print $socket->sockport, "\n";
open STDOUT, '>', '/dev/null' or die "inetd.pl: $!\n";
$SIG{CHLD} = sub { 1 while waitpid(-1, WNOHANG) > 0 };
my $parent = getppid;
my $select = IO::Select->new($socket);
while (getppid == $parent) {
    next if !$select->can_read(1);
    my $connection = $socket->accept or next;
    my $pid = fork;
    if (defined $pid && $pid == 0) {
        $SIG{CHLD} = 'DEFAULT';
        close $socket;
        open STDIN, '<&', $connection or die;
        open STDOUT, '>&', $connection or die;
        exec @ARGV or die "inetd.pl: $ARGV[0]: $!\n";
    }
    close $connection;
}
