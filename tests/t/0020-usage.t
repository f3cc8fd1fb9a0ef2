#!/bin/sh
# Options and operands: help, version, and what is wrong with the rest.
. "$(dirname "$0")/../lib.sh"
server 'bucket b' 'put b k'

for program in s3ls s3exists s3cp; do
	run $program --help
	status_is 0 "$program --help"
	quiet "$program --help says it on stdout"
	for option in --null --long --jobs --profile --region --endpoint-url \
	    --ca-bundle --no-verify-ssl --no-sign-request --request-payer \
	    --addressing-style --retries --max-rate --progress --stats \
	    --debug --version; do
		ok "$program --help names $option" grep -qF -e "$option" out
	done
	# each option of the help stands in the man page, and the other way round
	page=$root/$program/$program.1
	grep -oE -e '--[a-z-]+[a-z]' out | sort -u >help
	mandoc -Tascii "$page" | sed 's/.\x08//g' |
	    sed -n '/^SYNOPSIS/,/^ENVIRONMENT/p' |
	    grep -oE -e '--[a-z]+(-[a-z]+)*' | sort -u >page
	is "$(comm -23 help page | tr '\n' ' ')" '' \
	    "$program: the man page has every option of --help"
	for option in --help --version; do
		sh_run "$program $option >/dev/full"
		status_is 2 "$program $option on a full disk"
		err_has 'cannot write' "$program $option says so"
	done
	run $program --null=1 b
	err_has ' --null=1 ' "$program: an option that takes no value is named"
	run $program --version
	status_is 0 "$program --version"
	ok "$program --version names its libraries" grep -qE \
	    "^$program [0-9.]+ \(libcurl [0-9.]+, OpenSSL [0-9A-Za-z. ]+, expat [0-9.]+\)" out
	for words in '--nonsense' '-j 0' '-j x' '-j -1' '-j 99999' '-j 1k' \
	    '--retries 0' '--max-rate none' '--addressing-style round' \
	    '--stats=xml' '--profile=' '--request-payer=me' '-j'; do
		# shellcheck disable=SC2086
		run $program b $words
		status_is 2 "$program $words: status 2"
		is "$(lines err)$(lines out)" 10 \
		    "$program $words: one line on stderr, none on stdout"
	done
	for location in ./b /b '~/b' '' 's3://' '@b' 'p@' 'b ucket' \
	    'https://b/' 'arn:aws:s3:::b' 'a/../b@c'; do
		if [ $program = s3cp ]; then
			run $program "$location" b k
		else
			run $program "$location"
		fi
		case $location in a/*) continue ;; esac
		status_is 2 "$program '$location': status 2"
		is "$(lines err)" 1 "$program '$location': one line"
	done
	other=
	[ $program != s3cp ] || other=b
	# shellcheck disable=SC2086
	run $program ./b $other
	ok "$program: a local path is told apart" grep -q buckets err
done

run s3ls b b
status_is 2 's3ls takes one LOCATION'
for words in '--prefix k' '-d /' '--start-after k' '--range a:' '--split 3' \
    '--hints in'; do
	# shellcheck disable=SC2086
	run s3ls $words
	status_is 2 "s3ls $words needs a LOCATION"
	is "$(lines err)$(lines out)" 10 "s3ls $words prints no buckets"
done
run s3exists
status_is 2 's3exists needs a LOCATION'
run s3cp b
status_is 2 's3cp needs two'
for words in '--split 0' '--split x' '--range a' '--range a:b:c' '--range %zz:' \
    '--extra-requests -1' '--hints /nonexistent' '--hints /dev/null' '-d '; do
	# shellcheck disable=SC2086
	run s3ls b $words
	status_is 2 "s3ls $words: status 2"
	is "$(lines err)" 1 "s3ls $words: one line"
done
for words in '--probe maybe' '--same colour' '--same size' \
    '--failed /nonexistent/x'; do
	# shellcheck disable=SC2086
	run s3exists b $words
	status_is 2 "s3exists $words: status 2"
	is "$(lines err)" 1 "s3exists $words: one line"
done
for words in '--via air' '--metadata some' '--tags all' '--preserve dust' \
    '--part-size 1' '--part-size 6G' '--multipart-threshold x'; do
	# shellcheck disable=SC2086
	run s3cp b c $words
	status_is 2 "s3cp $words: status 2"
	is "$(lines err)" 1 "s3cp $words: one line"
done

# the file that is being read may not be emptied
echo k >in
cp in keep
run s3exists --failed in b
status_is 2 '--failed may not be the file that is read'
same in keep 'and it is left alone'
rm in
cp keep failed
for words in 's3exists' 's3exists --same size b' 's3exists ./b' \
    's3exists --endpoint-url x b' 's3cp b' 's3cp b b' 's3cp --profile no b c'
do
	# shellcheck disable=SC2086
	run $words --failed failed
	status_is 2 "$words: wrong usage"
	same failed keep "$words: and what is in --failed stays"
done
finish
