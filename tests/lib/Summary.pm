# prove's console formatter, plus a last line that says what counted:
# "N passed, N failed".  A test file that died or lost its plan counts as one
# failure even where each of its checks passed.
package Summary;

use strict;
use warnings;
use TAP::Formatter::Console;
use TAP::Formatter::File;

our @ISA = -t STDOUT ? 'TAP::Formatter::Console' : 'TAP::Formatter::File';

sub summary {
    my ($self, $aggregate, @rest) = @_;
    my %broken = map { $_ => 1 } $aggregate->exit, $aggregate->wait,
        $aggregate->parse_errors;
    my %failed = map { $_ => 1 } $aggregate->failed;
    my $deaths = grep { !$failed{$_} } keys %broken;
    my ($passed, $failures) = (0, 0);

    $self->SUPER::summary($aggregate, @rest);
    for my $parser ($aggregate->parsers) {
        $passed += scalar(my @p = $parser->passed);
        $failures += scalar(my @f = $parser->failed);
    }
    printf "%d passed, %d failed\n", $passed, $failures + $deaths;
}

1;
