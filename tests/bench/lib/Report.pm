package Report;

# Results as a table for people, JSON for programs and an SVG chart for a
# page; and two results side by side.

use strict;
use warnings;
use JSON::PP;

# A scene's columns are [KEY, HEADING, FORMAT]; a figure that is not there is
# shown as a dash.
sub cell {
	my ($column, $row) = @_;
	my $v = $row->{figures}{$column->[0]};
	return defined $v ? sprintf($column->[2], $v) : '-';
}

sub columns_used {
	my ($scene) = @_;
	my @used;
	for my $c (@{$scene->{columns}}) {
		push @used, $c
		    if grep { defined $_->{figures}{$c->[0]} } @{$scene->{rows}};
	}
	return @used;
}

sub table {
	my ($scene) = @_;
	return "$scene->{title}: no figures\n" unless @{$scene->{rows}};
	my @columns = columns_used($scene);
	my @lines = (['', map { $_->[1] } @columns]);
	for my $row (@{$scene->{rows}}) {
		push @lines, [$row->{case}, map { cell($_, $row) } @columns];
	}
	my @width;
	for my $line (@lines) {
		for my $i (0 .. $#$line) {
			my $len = length $line->[$i];
			$width[$i] = $len if $len > ($width[$i] // 0);
		}
	}
	my $text = "$scene->{title}\n";
	$text .= "$_\n" for @{$scene->{notes} // []};
	for my $line (@lines) {
		my $s = sprintf('%-*s', $width[0], $line->[0]);
		$s .= sprintf('  %*s', $width[$_], $line->[$_])
		    for 1 .. $#$line;
		$text .= "    $s\n";
	}
	return "$text\n";
}

sub json {
	my ($result) = @_;
	return JSON::PP->new->canonical->pretty->encode($result);
}

sub read_json {
	my ($path) = @_;
	open(my $f, '<', $path) or die "$path: $!\n";
	local $/;
	return JSON::PP->new->decode(scalar <$f>);
}

# --- the chart ---

sub escaped {
	my ($s) = @_;
	$s =~ s/&/&amp;/g;
	$s =~ s/</&lt;/g;
	return $s;
}

my $style = <<'END';
<style>
text { font: 12px sans-serif; fill: #222 }
.title { font-size: 14px; font-weight: bold }
.bar { fill: #2b6cb0 }
.ground { fill: #fff }
@media (prefers-color-scheme: dark) {
text { fill: #ddd }
.bar { fill: #63a4e8 }
.ground { fill: #161b22 }
}
</style>
END

# One bar a row, of the scene's chart column, on a scale that begins at 0.
sub svg {
	my ($scene) = @_;
	my ($column) = grep { $_->[0] eq $scene->{chart} } @{$scene->{columns}};
	my @rows = grep { defined $_->{figures}{$scene->{chart}} }
	    @{$scene->{rows}};
	my ($most, $label) = (0, 0);
	for my $row (@rows) {
		my $v = $row->{figures}{$scene->{chart}};
		$most = $v if $v > $most;
		$label = length $row->{case} if length $row->{case} > $label;
	}
	my $left = 20 + 7 * $label;
	my $height = 50 + 20 * @rows;
	my $width = $left + 520;
	my $svg = qq(<svg xmlns="http://www.w3.org/2000/svg" role="img" )
	    . qq(viewBox="0 0 $width $height" width="$width" )
	    . qq(height="$height">\n$style)
	    . qq(<rect class="ground" width="100%" height="100%"/>\n)
	    . qq(<text class="title" x="10" y="22">)
	    . escaped("$scene->{title}: $column->[1]") . "</text>\n";
	my $y = 38;
	for my $row (@rows) {
		my $v = $row->{figures}{$scene->{chart}};
		my $w = $most > 0 ? 420 * $v / $most : 0;
		my $at = $left - 8;
		my $base = $y + 13;
		my $after = $left + $w + 6;
		$svg .= sprintf(qq(<text x="%d" y="%d" text-anchor="end">%s)
		    . qq(</text><rect class="bar" x="%d" y="%d" width="%.1f" )
		    . qq(height="15"/><text x="%.1f" y="%d">%s</text>\n),
		    $at, $base, escaped($row->{case}), $left, $y, $w, $after,
		    $base, escaped(cell($column, $row)));
		$y += 20;
	}
	return "$svg</svg>\n";
}

# --- two revisions ---

sub rows_by_case {
	my ($result) = @_;
	my %by;
	for my $scene (@{$result->{scenes}}) {
		$by{"$scene->{name}\0$_->{case}"} = $_ for @{$scene->{rows}};
	}
	return %by;
}

# compare(BASE, NEW): each figure that is in both, as base, new and new/base.
sub compare {
	my ($base, $new) = @_;
	my %before = rows_by_case($base);
	my $text = sprintf("%s  ->  %s\n\n", $base->{revision},
	    $new->{revision});
	for my $scene (@{$new->{scenes}}) {
		$text .= "$scene->{title}\n";
		for my $row (@{$scene->{rows}}) {
			my $old = $before{"$scene->{name}\0$row->{case}"}
			    or next;
			$text .= "    $row->{case}\n";
			for my $c (@{$scene->{columns}}) {
				my $a = $old->{figures}{$c->[0]};
				my $b = $row->{figures}{$c->[0]};
				next unless defined $a && defined $b;
				$text .= sprintf("\t%-24s %12s %12s  %s\n",
				    $c->[1], sprintf($c->[2], $a),
				    sprintf($c->[2], $b),
				    $a != 0 ? sprintf('x %.2f', $b / $a) : '');
			}
		}
		$text .= "\n";
	}
	return $text;
}

1;
