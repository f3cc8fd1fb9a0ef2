#!/bin/sh
# The layers of common/ARCHITECTURE.md: a file includes only lower ones, each
# library is seen by one file, and only few may end the program.
set -u
cd "$(dirname "$0")/../.." || exit 1
n=0
bad=0

claim()		# CLAIM OFFENDERS
{
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
		bad=1
	fi
}

only()		# HEADER-PATTERN FILE...: nobody else includes it
{
	pattern=$1
	shift
	grep -lE "^#include <$pattern" common/*.[ch] s3*/*.[ch] 2>/dev/null |
	    grep -vxF "$(printf 'common/%s\n' "$@")"
}

claim 'only http sees libcurl' "$(only 'curl/' http.c http_options.c http_private.h)"
claim 'only hash.c sees OpenSSL' "$(only 'openssl/' hash.c)"
claim 'only xml.c sees expat' "$(only 'expat' xml.c)"
claim 'only json.c sees jansson' "$(only 'jansson' json.c)"

# The layer of each module; its files may include lower layers, and its own.
layers='0 xalloc buf diag fail clock num visible limit version
1 uri location hash sign when record xml xmlchar reply reply_page conf endp endpurl
1 retry window keynum keymodel keyname keycut keypage words json settings
1 listplan listpick listseg splitplan splitgap splitnode
2 loop http keyio engine cred
3 s3bucket s3op s3session s3req s3verdict s3page s3list s3split s3price
4 app app_private input'
layer_of()
{
	printf '%s\n' "$layers" | awk -v name="$1" '{
		for (i = 2; i <= NF; i++)
			if ($i == name || ($1 >= 2 && index(name, $i "_") == 1))
				{ print $1; exit } }'
}

unknown=
upward=
for file in common/*.[ch]; do
	name=$(basename "${file%.*}")
	own=$(layer_of "$name")
	[ -n "$own" ] || { unknown="$unknown $file"; continue; }
	for header in $(sed -n 's/^#include "\(.*\)\.h"/\1/p' "$file"); do
		theirs=$(layer_of "$header")
		[ -n "$theirs" ] && [ "$theirs" -le "$own" ] ||
			upward="$upward $file:$header"
	done
done
claim 'every file of common has its layer' "$unknown"
claim 'no file includes a higher layer' "$upward"
claim 'nothing in common includes a program' \
    "$(grep -lE '#include "(s3ls|s3exists|s3cp|copy|plan)\.h"' common/*.[ch])"
claim 'only app, diag and xalloc may end the program' \
    "$(grep -lE '[^a-z_](_?exit)\(|diag_die\(' common/*.c |
	grep -vE 'common/(app|app_[a-z]+|diag|xalloc|hash|cred_process)\.c')"
claim 'no banned function is called' \
    "$(grep -nE '[^a-z_](strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|sscanf|gets|gmtime|localtime|ctime)\(' \
	common/*.[ch] s3*/*.[ch])"
echo "1..$n"
exit $bad
