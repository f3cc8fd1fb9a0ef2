#!/bin/sh
# Every command of the manual pages is run as the reader sees it, and does what
# its page says.
# shellcheck disable=SC2154,SC2086
. "$(dirname "$0")/../lib.sh"
. "$root/tests/recipe.sh"
command -v bash >/dev/null || skip_all 'bash is missing'
command -v mandoc >/dev/null || skip_all 'mandoc is missing'
server 'bucket src' 'bucket dst'
: >finished

# scene [DIRECTIVE...]: fresh buckets src and dst, then these
scene()
{
	say 'faults clear' undeny 'drop src' 'drop dst' 'bucket src' \
	    'bucket dst' "$@" 'log reset'
	rm -f f1 f2 again still extra missing
}
# chapter FILE HEADING: its commands, and a note that they were run
chapter()
{
	about="$2"
	recipes "$1" "$2"
	echo "$1: $2" >>finished
}
# works N CLAIM
works()
{
	recipe "$1"
	is "$status:$(head -n 1 err)" 0: "$about: $2"
}
agree()
{
	is "$(ask '/diff?a=src&b=dst' | head -n 5)" '' "$about: the buckets agree"
}
prints()	# WANTED CLAIM
{
	is "$(cat out)" "$1" "$about: $2"
}
many='fill src dated 1500 prefix=logs/'

# --- s3keys(7) ---
page=common/s3keys.7

chapter $page PROGRESS
scene "$many"
recipe 1
is $status 0 "$about: works"
is "$(sed 's/:.*//' err | sort | tr '\n' ' ')" 's3cp s3exists s3ls ' \
    "$about: each says its line"
agree

chapter $page 'First copy, and resuming it'
scene "$many" 'fill dst dated 700 prefix=logs/'
works 1 'copies'
agree
scene "$many"
say "deny alice GetObject src $(s3ls src | sed -n 3p)"
recipe 2
is "$status:$(lines f1):$(lines f2)" 1:0:1 "$about: what failed is kept"
say undeny
works 3 'and tried again'
agree

chapter $page 'Nightly sync of new and changed objects'
scene 'fill src dated 300' 'fill dst dated 200' \
    'put src film size=11M parts=5M' 'put src 2022 size=7' \
    'put dst 2022 size=8'
works 1 'copies'
is "$(ask '/diff?a=src&b=dst&etag=1')" '' "$about: ETags, too"
say 'log reset'
works 1 'the next night'
is "$(counted CopyObject)$(counted UploadPartCopy)" 00 \
    "$about: finds no difference"

chapter $page 'Verify two buckets'
scene 'fill src dated 300' 'fill dst dated 300'
works 1 'two equal ones'
works 2 'no difference'
prints '' 'is printed'
works 3 'comm, too'
prints '' 'prints nothing'
say 'put src k size=1' 'put dst k size=2'
recipe 1
is $status 1 "$about: an object that differs"
recipe 2
is "$(grep -c '^[<>]' out)" 2 "$about: is shown"
say 'delete src k' 'put dst k'
recipe 1
is $status 1 "$about: one key too many"
works 3 'comm'
prints '	k' 'shows it'

chapter $page 'Put a subtree under another prefix'
scene 'fill src dated 300 prefix=logs/' 'put src other'
works 1 'copies'
is "$(ask '/diff?a=src&b=dst&ap=logs/&bp=old/logs/')" '' "$about: it is there"
is "$(ask '/count?bucket=dst')" 300 "$about: and nothing else"

chapter $page 'One day of logs'
scene 'put src logs/2026-01-01/a' 'put src logs/2026-01-02/b' \
    'put src logs/2026-01-02T23' 'put src 2026-01-02'
works 1 'copies'
is "$(ask '/keys?bucket=dst' | tr '\n' ' ')" '2026-01-02/b 2026-01-02T23 ' \
    "$about: that day and no other"

profiles()	# PROFILE-OF-ALICE PROFILE-OF-BOB [LINE]
{
	mkdir -p "$HOME/.aws"
	printf '[profile %s]\nregion = us-east-1\nendpoint_url = %s\n' "$1" \
	    "$S3" "$2" "${3:-$S3}" >"$HOME/.aws/config"
	(
		umask 077
		printf '[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n' \
		    "$1" AKIAALICE0000000001 'alice-secret/with+odd=chars' \
		    "$2" AKIABOB00000000002 bob-secret >"$HOME/.aws/credentials"
	)
}
chapter $page 'Two accounts'
scene "$many" 'drop dst' 'bucket dst owner=bob' \
    'allow bob GetObject src' 'allow bob GetObjectTagging src'
profiles old new
works 1 'copies'
agree

chapter $page 'Two providers'
scene 'fill src dated 200' 'put src film size=11M parts=5M' 'drop dst' \
    'bucket dst owner=bob'
profiles aws r2 "$(echo "$S3" | sed 's/127\.0\.0\.1/localhost/')"
works 1 'copies'
agree
is "$(counted CopyObject)" 0 "$about: the bytes pass through this machine"
rm -r "$HOME/.aws"

chapter $page 'Only the keys of an inventory file'
if command -v python3 >/dev/null; then
	scene "$many" 'put src a%0Ab%20%25%2B+c' 'put src d,%22'
	s3ls --prefix logs/ src | sed -n '1,20p' | sed 's/.*/"src","&","12"/' >inventory.csv
	printf '%s\n' '"src","a%0Ab+%25%2B%2Bc","1"' '"src","d%2C%22","1"' \
	    >>inventory.csv
	gzip -c inventory.csv >inventory.csv.gz
	works 1 'copies'
	is "$(ask '/count?bucket=dst')" 22 "$about: as many as it holds"
else
	ok "$about # SKIP no python3" true
fi

chapter $page 'Count and add up'
scene 'put src a/x size=5' 'put src a/y size=2000000000000' 'put src b/z size=1'
works 1 'works'
prints '3 objects, 2000000000006 bytes' 'counts and adds'
works 2 'works by folder'
prints '1	b
2000000000005	a' 'adds by folder'

chapter $page 'Delete what the source no longer has'
if command -v jq >/dev/null; then
	mkdir -p bin
	cat >bin/aws <<-'END'
	#!/bin/sh
	# stands for: aws s3api delete-objects --bucket dst --delete file://...
	[ "$1 $2 $3 $4 $5" = 's3api delete-objects --bucket dst --delete' ] ||
	    exit 1
	jq -r '.Objects[].Key | @uri' <"${6#file://}" |
	    sed 's/^/delete dst /' | curl -sS --data-binary @- "$ADMIN/" |
	    grep -vx ok
	exit 0
	END
	printf '#!/bin/sh\ncat "$1"\n' >bin/less
	chmod +x bin/aws bin/less
	scene 'fill src dated 50' 'fill dst dated 50' \
	    'fill dst sequential 2500 prefix=old/'
	export ADMIN PATH="$PWD/bin:$PATH"
	works 1 'looks'
	is "$(lines extra)" 2500 "$about: what is too much"
	works 2 'deletes'
	agree
else
	ok "$about # SKIP no jq" true
fi

chapter $page 'Several processes on one machine'
scene "$many"
recipe 1
is $status 0 "$about: copies"
agree

# Run over real ssh by 0820-machines.t.
chapter $page 'Ship keys'
chapter $page 'Ship ranges'

chapter $page 'Job arrays of Slurm, Kubernetes and AWS Batch'
works 1 'makes ranges'
ok "$about: of the form FROM:TO" grep -qx '[^:]*:[^:]*' ranges

# --- s3ls(1) ---
page=s3ls/s3ls.1
chapter $page EXAMPLES
scene 'put src logs/2026-01-01/a' 'put src logs/2026-01-02/b size=3' \
    'put src logs/x' 'put dst logs/x'
works 1 'copies'
agree
works 2 'copies with NUL'
works 3 'the buckets'
prints 'dst
src' 'are named'
works 4 'one folder'
prints '2026-01-01/
2026-01-02/
x' 'as a view'
works 5 'one day'
is "$(cut -f1,5 out)" '3	2026-01-02/b' "$about: in long form"
works 6 'adds up'
prints '3 objects, 43 bytes' 'correctly'
works 7 'the largest'
is "$(cut -f1 out | tr '\n' ' ')" '20 20 3 ' "$about: come first"
scene "$many"
works 8 'shares a bucket among processes'
agree
works 9 'keeps a sample'
is "$(lines sample)" 1 "$about: of one key in a thousand"
works 10 'lists with hints'
same out keys "$about: with the same result"

# --- s3exists(1) ---
page=s3exists/s3exists.1
chapter $page EXAMPLES
scene "$many" 'put dst reports/2026.csv'
works 1 'copies'
works 2 'finds nothing to do'
works 3 'is it there'
prints yes 'it is'
works 5 'is all there'
prints all 'it is'
say 'put src late'
recipe 5
is "$status:$(cat out)" 1: "$about: not all is there"
works 6 'what is too much'
prints reports/2026.csv 'is named'
works 7 'what is missing'
works 8 'and again what failed'
is "$(cat missing)" late "$about: is named"

# --- s3cp(1) ---
page=s3cp/s3cp.1
chapter $page EXAMPLES
scene "$many"
works 1 'copies'
agree
scene "$many" 'put src film size=11M parts=5M'
works 2 'copies with checks'
is "$(ask '/diff?a=src&b=dst&etag=1')" '' "$about: ETags stay"
scene 'put src reports/2026.csv' 'put src reports/2025.csv' 'put src x'
works 3 'two keys'
is "$(ask '/keys?bucket=dst' | tr '\n' ' ')" \
    'reports/2025.csv reports/2026.csv ' "$about: are copied"
say 'deny alice GetObject src x'
recipe 4
is "$status:$(cat again)" 1:x "$about: what failed is kept"
say undeny
works 5 'and tried again'
agree
scene 'put src logs/a size=1' 'put src logs/b size=1' 'put dst old/logs/a size=2'
recipe 6
is $status 0 "$about: a subtree"
is "$(ask '/digest?bucket=dst' | cut -d' ' -f1,2 | tr '\n' ' ')" \
    'old/logs/a 2 old/logs/b 1 ' "$about: nothing is replaced"
scene 'fill src dated 100' 'drop dst' 'bucket dst owner=bob'
profiles aws r2 "$(echo "$S3" | sed 's/127\.0\.0\.1/localhost/')"
works 7 'between providers'
agree
rm -r "$HOME/.aws"
scene 'put src a/x' 'put src b'
works 8 'for another account'
is "$(ask '/object?bucket=dst&key=b' | sed -n 's/^acl //p')" \
    bucket-owner-full-control "$about: the ACL is set"
works 9 'another storage class'
is "$(ask '/digest?bucket=src' | sed 's/ .* / /' | tr '\n' ' ')" \
    'a/x STANDARD_IA b STANDARD ' "$about: below the prefix only"
works 10 'clears up'

# --- nothing was left out ---
for page in common/s3keys.7 s3ls/s3ls.1 s3exists/s3exists.1 s3cp/s3cp.1; do
	headings $page | sed "s|^|$page: |"
done | LC_ALL=C sort -u >all
LC_ALL=C sort -u finished >ran
same ran all 'each heading that has commands was run'
finish
