#!/bin/sh
# make demo: a source of 20,000 objects with awkward keys among them, a
# destination that has some of them, and the pipeline between them, against
# the test server on free ports.  Leaves nothing running and no files behind.
#
# STORE=rgw: against a real Ceph RADOS Gateway, with 2,000 objects, which are
# streamed into it from the test server first.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
STORE=${STORE:-}
BUILD=$(cd "${BUILD:-build}" && pwd)
PATH=$BUILD/bin:$BUILD/test:$PATH
scratch=$(mktemp -d)
cd "$scratch"
cleanup()
{
	[ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true
	[ "$STORE" != rgw ] ||
	    sh "$here/rgw/ceph-rgw.sh" destroy "$scratch/ceph" >/dev/null 2>&1 ||
	    true
	cd / && rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

say()
{
	curl -sSf --data-binary @- "$ADMIN/" >/dev/null
}

show()		# print a command, then run it
{
	printf '\n$ %s\n' "$1"
	sh -c "$1"
}

requests()	# since the last reset, by operation
{
	curl -sS "$ADMIN/counts" | awk '
		$1 ~ /^[A-Z][A-Za-z0-9]*$/ && $2 > 0 { printf "%s%s %s", s, $2, $1; s = ", " }
		END { print "" }'
}

for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do
	unset "$name"
done
export HOME="$scratch" AWS_ACCESS_KEY_ID=AKIAALICE0000000001
export AWS_SECRET_ACCESS_KEY=alice-secret/with+odd=chars

mkfifo addresses
s3server --parent $$ >addresses &
pid=$!
while read -r word url; do
	case $word in
	http) export AWS_ENDPOINT_URL="$url" ;;
	admin) ADMIN=$url ;;
	ready) break ;;
	esac
done <addresses

pipeline()
{
	show 's3ls -0 src | s3exists -0v dst | s3cp -0 --stats src dst'
}

listings()
{
	show 's3ls -0 src | sort -z >a; s3ls -0 dst | sort -z >b; cmp a b && echo "src and dst hold the same $(tr -dc "\000" <b | wc -c) keys"'
}

gateway()	# two buckets in a gateway of our own
{
	sh "$here/rgw/ceph-rgw.sh" start "$scratch/ceph" >/dev/null
	test_server=$AWS_ENDPOINT_URL
	printf '[profile test]\nendpoint_url = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n' \
	    "$test_server" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >"$scratch/config"
	eval "$(sh "$here/rgw/ceph-rgw.sh" env "$scratch/ceph")"
	export AWS_CONFIG_FILE="$scratch/config" AWS_ENDPOINT_URL="$S3_ENDPOINT"
	export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	for bucket in src dst; do
		curl -sSf -X PUT --aws-sigv4 aws:amz:us-east-1:s3 \
		    -H "x-amz-content-sha256: $(printf '' | openssl sha256 -r | cut -c1-64)" \
		    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
		    "$S3_ENDPOINT/$bucket" >/dev/null
	done
	say <<-END
	bucket seed
	fill seed dated 1850 prefix=year/
	fill seed awkward 0
	END
	echo "A Ceph RADOS Gateway on this machine, $S3_ENDPOINT; from the test server into it:"
	show 's3ls -0 test@seed | s3cp -0 --stats test@seed src'
	pipeline
	listings
	pipeline
	echo '  the second run found nothing to do'
}

if [ "$STORE" = rgw ]; then
	gateway
	exit 0
fi

say <<END
bucket src
fill src dated 19800 prefix=year/
fill src awkward 0
put src photos/caf%C3%A9%20%E2%98%95.jpg type=image/jpeg meta.camera=M6 tag.album=paris
put src big/film.mov size=12G type=video/quicktime
bucket dst
fill dst dated 19800 prefix=year/ skip=600
log reset
END

echo "Two buckets at a store on this machine, $AWS_ENDPOINT_URL:"
echo "  src: $(curl -sS "$ADMIN/count?bucket=src") objects, $(
	curl -sS "$ADMIN/keys?bucket=src" | grep -c % ) of them with awkward keys"
echo "  dst: $(curl -sS "$ADMIN/count?bucket=dst") of them already"

pipeline
echo "  requests: $(requests)"

listings
different=$(curl -sS "$ADMIN/diff?a=src&b=dst" | wc -l)
echo "  objects that differ in bytes, headers, metadata or tags, as the store sees it: $different"

echo log reset | say
pipeline
echo "  the second run found nothing to do; requests: $(requests)"
[ "$different" -eq 0 ]
