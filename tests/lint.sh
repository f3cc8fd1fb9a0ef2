#!/bin/sh
# make lint: each check prints a line; the first words say what to run again.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0

check()		# NAME COMMAND...
{
	name=$1
	shift
	if "$@" >"$log" 2>&1; then
		echo "lint: $name: good"
	else
		echo "lint: $name: FAILED"
		head -n 60 "$log"
		failed=1
	fi
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

all_c=$(git ls-files '*.c')
scripts=$(git ls-files '*.sh' '*.t' .ci/run)
pages=$(git ls-files '*.1' '*.7')

format()
{
	# shellcheck disable=SC2086
	clang-format --dry-run --Werror $all_c
}

tidy()
{
	flags="-std=c11 -D_POSIX_C_SOURCE=200809L -iquote common"
	# shellcheck disable=SC2086
	printf '%s\n' $all_c | xargs -P "$(nproc)" -n 8 sh -c '
		clang-tidy --quiet "$@" -- '"$flags"' 2>/dev/null' sh
}

cpp()
{
	# shellcheck disable=SC2086
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	    --enable=warning,performance,portability -j "$(nproc)" \
	    --suppress=missingIncludeSystem --suppress=nullPointerArithmetic --suppress=nullPointerRedundantCheck \
	    -DLIBCURL_VERSION_NUM=0x075801 -I common $all_c
}

man()
{
	for page in $pages; do
		mandoc -Tlint -Wwarning "$page" || return 1
	done
}

spelling()
{
	# mdoc's .Nd and names of S3 are no misspellings
	git ls-files | grep -vE '^tests/(data|fuzz|server/shape)' |
	    xargs codespell --ignore-words-list=nd,te,ect,ser,fo,ket,ans,siz,upto,inflight
}

shell()
{
	# shellcheck disable=SC2086
	shellcheck -x -S warning $scripts
}

check 'format (make format)' format
check layers sh tests/t/0010-layers.t
check 'man pages (mandoc -Tlint)' man
check shellcheck shell
check codespell spelling
check cppcheck cpp
check clang-tidy tidy
exit $failed
