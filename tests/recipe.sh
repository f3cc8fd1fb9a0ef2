# The commands of the manual pages, as the reader sees them, for tests that
# run them.
#
#	recipes common/s3keys.7 'Verify two buckets'	# -> cmd.1, cmd.2, ...
#	recipe 1; status_is 0 'it works'
# shellcheck shell=sh disable=SC2154

# page FILE: its text, without overstriking
page()
{
	mandoc -T ascii -O width=80 "$root/$1" | sed "s/.$(printf '\b')//g"
}

# headings FILE: those (of sections, and below them) that have commands
headings()
{
	page "$1" | awk '
	/^(   )?[^ ]/ { sub(/^ +/, ""); heading = $0; next }
	/^ +\$ / && heading != last && heading != "SYNOPSIS" {
		print heading
		last = heading
	}'
}

# recipes FILE HEADING: writes each command there to a file; a command begins
# with "$ " and ends with the next, or with its paragraph.  The first words of
# an awk or python program may look as they like.
recipes()
{
	rm -f cmd.*
	page "$1" | awk -v heading="$2" '
	/^(   )?[^ ]/ {
		text = $0
		sub(/^ +/, "", text)
		here = text == heading
		file = ""
		next
	}
	!here { next }
	/^ *$/ { file = ""; next }
	/^ +\$ / {
		indent = match($0, /\$/) - 1
		file = "cmd." ++n
		print substr($0, indent + 3) >file
		next
	}
	file != "" { print substr($0, indent + 1) >file }'
}

# recipe N: runs one, as the page says: in bash, with pipefail
recipe()
{
	run bash -o pipefail "cmd.$1"
}
