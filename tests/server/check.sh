#!/bin/sh
# Checks the test server itself: check.sh S3SERVER. TAP on stdout. Uses curl
# only, with signatures that AWS published (or curl's own, where the query is
# simple), so that it shares no code with the programs or with the server.
set -u
server=${1:?usage: check.sh S3SERVER}
tmp=$(mktemp -d) || exit 1
pid=
trap 'test -n "$pid" && kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
count=0 failed=0

# ok CLAIM COMMAND...: the command must succeed; what it said is shown if not.
ok()
{
	claim=$1
	shift
	count=$((count + 1))
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok $count - $claim"
	else
		echo "not ok $count - $claim"
		sed 's/^/# /' "$tmp/said"
		failed=$((failed + 1))
	fi
}

# is WANTED GOT
is()
{
	test "$1" = "$2" && return
	printf 'wanted: %s\n   got: %s\n' "$1" "$2"
	return 1
}

# has TEXT COMMAND...: the command's output holds the text.
has()
{
	text=$1
	shift
	"$@" >"$tmp/out" 2>&1
	grep -qF -e "$text" "$tmp/out" && return
	cat "$tmp/out"
	return 1
}

# fails_with STATUS COMMAND...
fails_with()
{
	wanted=$1
	shift
	"$@" >"$tmp/out" 2>&1
	is "$wanted" $?
}

empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

: >"$tmp/address"
"$server" --parent $$ >"$tmp/address" &
pid=$!
until grep -q '^ready' "$tmp/address"; do
	kill -0 "$pid" || exit 1
done
s3=$(sed -n 's/^http //p' "$tmp/address")
admin=$(sed -n 's/^admin //p' "$tmp/address")
port=${s3##*:}

tell()
{
	printf '%s\n' "$@" | curl -sS --data-binary @- "$admin/"
}

# as KEY:SECRET CURL-OPTION...
as()
{
	user=$1
	shift
	curl -sS --path-as-is --aws-sigv4 aws:amz:us-east-1:s3 -u "$user" \
		-H "x-amz-content-sha256: ${sha:-UNSIGNED-PAYLOAD}" "$@"
}

alice()
{
	as 'AKIAALICE0000000001:alice-secret/with+odd=chars' "$@"
}

bob()
{
	as AKIABOB00000000002:bob-secret "$@"
}

status()
{
	"$@" -o /dev/null -w '%{http_code}'
}

# --- signatures: the vectors that AWS publishes, at the time they are of
scope=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request
vector()
{
	signed=$1 signature=$2 hash=$3
	shift 3
	curl -sS --path-as-is -o "$tmp/body" -w '%{http_code}' \
		--connect-to "::127.0.0.1:$port" \
		-H "x-amz-content-sha256: $hash" \
		-H 'x-amz-date: 20130524T000000Z' \
		-H "Authorization: AWS4-HMAC-SHA256 Credential=$scope,SignedHeaders=$signed,Signature=$signature" \
		"$@"
}
now=$(date +%s)
tell "clock $((1369353600 - now))" \
	'account alice AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' \
	'bucket examplebucket' 'put examplebucket test.txt text=0123456789abcdef' \
	'put examplebucket JX' >"$tmp/told"
ok 'directives are taken' is ok "$(cat "$tmp/told")"
common='host;x-amz-content-sha256;x-amz-date'
url=http://examplebucket.s3.amazonaws.com
ok 'vector 1: GET with a range' is 206 "$(vector "host;range;x-amz-content-sha256;x-amz-date" \
	f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41 $empty \
	-H 'Range: bytes=0-9' $url/test.txt)"
ok 'vector 1: the bytes' is 0123456789 "$(cat "$tmp/body")"
printf 'Welcome to Amazon S3.' >"$tmp/welcome"
ok 'vector 2: PUT of a key with a dollar' is 200 "$(vector \
	'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class' \
	98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd \
	44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072 \
	-H 'Date: Fri, 24 May 2013 00:00:00 GMT' \
	-H 'x-amz-storage-class: REDUCED_REDUNDANCY' \
	-T "$tmp/welcome" "$url/test%24file.text")"
ok 'vector 3: a query without value' is 501 "$(vector $common \
	fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543 \
	$empty "$url/?lifecycle")"
ok 'vector 4: a listing' is 200 "$(vector $common \
	34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7 \
	$empty "$url/?max-keys=2&prefix=J")"
ok 'vector 4: the page' has '<Key>JX</Key>' cat "$tmp/body"
ok 'vector 5: a presigned URL' is 0123456789abcdef "$(curl -sS \
	--connect-to "::127.0.0.1:$port" "$url/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")"
tell "clock $((1369353600 - now + 90000))" >/dev/null
ok 'vector 5: a day later it has expired' has 'Request has expired' curl -sS \
	--connect-to "::127.0.0.1:$port" "$url/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
tell "clock $((1369353600 - now))" >/dev/null
# Vector 6: 65,536 and 1,024 bytes of `a`, in chunks that are signed.
{
	printf '10000;chunk-signature=%s\r\n' \
		ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648
	head -c 65536 /dev/zero | tr '\0' a
	printf '\r\n400;chunk-signature=%s\r\n' \
		0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497
	head -c 1024 /dev/zero | tr '\0' a
	printf '\r\n0;chunk-signature=%s\r\n\r\n' \
		b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9
} >"$tmp/chunks"
chunked()
{
	vector 'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class' \
		4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9 \
		STREAMING-AWS4-HMAC-SHA256-PAYLOAD -X PUT \
		-H 'Content-Encoding: aws-chunked' \
		-H 'x-amz-decoded-content-length: 66560' \
		-H 'x-amz-storage-class: REDUCED_REDUNDANCY' \
		--data-binary "@$1" -H 'Content-Type:' -H 'Expect:' \
		http://s3.amazonaws.com/examplebucket/chunkObject.txt
}
ok 'vector 6: signed chunks' is 200 "$(chunked "$tmp/chunks")"
ok 'vector 6: the bytes' has 'chunkObject.txt 66560 ' \
	curl -sS "$admin/object?bucket=examplebucket&key=chunkObject.txt"
sed 's/aaaa/aaab/' "$tmp/chunks" >"$tmp/forged"
ok 'vector 6: a forged chunk is refused' is 403 "$(chunked "$tmp/forged")"
tell 'put examplebucket a%20b+c//./..//ü&=?#%25~%27()*!@:;,$"\%01/' >/dev/null
ok 'an awkward key' is 200 "$(vector $common \
	a1427fbebd00986b89a64c36884b62b2e100157e14fd5c55b0e219985fdbc8da \
	UNSIGNED-PAYLOAD \
	"$url/a%20b%2Bc//./..//%C3%BC%26%3D%3F%23%25~%27%28%29%2A%21%40%3A%3B%2C%24%22%5C%01/")"
ok 'a changed byte is noticed' is 403 "$(vector $common \
	a1427fbebd00986b89a64c36884b62b2e100157e14fd5c55b0e219985fdbc8db \
	UNSIGNED-PAYLOAD \
	"$url/a%20b%2Bc//./..//%C3%BC%26%3D%3F%23%25~%27%28%29%2A%21%40%3A%3B%2C%24%22%5C%01/")"
tell 'clock 0' 'log reset' >/dev/null

# --- accounts and rules
tell 'bucket src' 'fill src small 700' 'bucket dst' 'put src k text=hello' \
	'bucket closed owner=bob' 'put closed k' 'bucket open public' \
	'put open k' 'bucket far region=eu-west-1' 'put far k' >/dev/null
ok 'a good signature' is hello "$(alice "$s3/src/k")"
ok 'a wrong secret' has SignatureDoesNotMatch as AKIABOB00000000002:x "$s3/src/k"
ok 'the canonical request is shown' has '<CanonicalRequest>GET' \
	as AKIABOB00000000002:x "$s3/src/k"
ok 'an unknown key' has InvalidAccessKeyId as NOBODY:x "$s3/src/k"
tell 'account alice AKIASHORT s uses=2' 'account alice AKIAOLD s expires=-1' \
	>/dev/null
ok 'a key of two uses' is '200 200 400 ' "$(for _ in 1 2 3; do
	status as AKIASHORT:s "$s3/src/k"; printf ' '; done)"
ok 'is expired then' has ExpiredToken as AKIASHORT:s "$s3/src/k"
ok 'as one is whose time is over' has ExpiredToken as AKIAOLD:s "$s3/src/k"
ok 'somebody else' is 403 "$(status bob "$s3/src/k")"
tell 'allow bob GetObject src k*' >/dev/null
ok 'somebody else, allowed' is 200 "$(status bob "$s3/src/k")"
tell 'deny bob * *' >/dev/null
ok 'a denial wins' is 403 "$(status bob "$s3/src/k")"
tell undeny >/dev/null
ok 'no signature, not public' is 403 "$(status curl -sS "$s3/src/k")"
ok 'no signature, public' is 200 "$(status curl -sS "$s3/open/k")"
ok 'a missing key' has NoSuchKey alice "$s3/src/nothing"
tell 'allow bob GetObject src' >/dev/null
ok 'a missing key, to one who may not list' is 403 \
	"$(status bob "$s3/src/nothing")"
ok 'the wrong region' has '<Region>eu-west-1</Region>' alice "$s3/far/k"
ok 'no such bucket' has NoSuchBucket alice "$s3/nowhere/k"
ok 'a body that is not what was signed' is 400 "$(sha=$empty
	status alice -T "$tmp/welcome" "$s3/dst/w")"

# --- objects
ok 'PUT answers the MD5' has '"d447d0e8f289f16a12ff6027ce77c258"' alice -i \
	-T "$tmp/welcome" "$s3/dst/w"
ok 'HEAD of 5 TiB' has 'Content-Length: 5497558138880' sh -c "
	printf 'put src huge size=5T\n' | curl -sS --data-binary @- $admin/
	curl -sSI --aws-sigv4 aws:amz:us-east-1:s3 -H 'x-amz-content-sha256: $empty' \
	-u 'AKIAALICE0000000001:alice-secret/with+odd=chars' $s3/src/huge"
ok 'a copy' has CopyObjectResult alice -X PUT -H 'x-amz-copy-source: /src/k' \
	-H 'Content-Length: 0' "$s3/dst/k"
ok 'a copy keeps the bytes' is hello "$(alice "$s3/dst/k")"
ok 'a copy onto itself' has InvalidRequest alice -X PUT \
	-H 'x-amz-copy-source: /dst/k' -H 'Content-Length: 0' "$s3/dst/k"
ok 'a copy of too much' has InvalidRequest alice -X PUT \
	-H 'x-amz-copy-source: /src/huge' -H 'Content-Length: 0' "$s3/dst/h"
ok 'If-None-Match on what is there' is 412 "$(status alice -X PUT \
	-H 'x-amz-copy-source: /src/k' -H 'If-None-Match: *' \
	-H 'Content-Length: 0' "$s3/dst/k")"
ok 'a range' is ell "$(alice -r 1-3 "$s3/src/k")"
ok 'a range beyond the end' is 416 "$(status alice -r 5- "$s3/src/k")"
ok 'a length must be told' is 501 "$(printf x |
	status alice -T - "$s3/dst/unknown")"
ok '/diff sees nothing between equals' is '' "$(curl -sS \
	"$admin/diff?a=src&b=dst&ap=k&bp=k" | grep -v '^- ')"

head -c 3000000 /dev/zero >"$tmp/large"
ok 'Expect: refused without the body' is '403 0' "$(as AKIABOB00000000002:x \
	-o /dev/null -w '%{http_code} %{size_upload}' -T "$tmp/large" "$s3/dst/l")"
ok 'Expect: the body is taken' is '200 3000000' "$(alice -o /dev/null \
	-w '%{http_code} %{size_upload}' -T "$tmp/large" "$s3/dst/l")"
tell 'bucket ap-123 region=us-east-1' 'put ap-123 dir/k text=point' >/dev/null
ok 'a copy from an access point' has CopyObjectResult alice -X PUT \
	-H 'x-amz-copy-source: arn:aws:s3:us-east-1:123:accesspoint/ap/object/dir/k' \
	-H 'Content-Length: 0' "$s3/dst/point"
ok 'the bytes of that copy' is point "$(alice "$s3/dst/point")"

# --- large bodies: the server knows what it generates itself, by the bytes
# Digests of contents over real-md5 tell the seed: equal if it was recognised.
tell 'real-md5 1M' 'bucket gen' 'put gen a seed=7 size=6300001' \
	'put gen b seed=8 size=6300001' >/dev/null
alice "$s3/gen/a" >"$tmp/a"
alice "$s3/gen/b" >"$tmp/b"
content_of()
{
	curl -sS "$admin/object?bucket=gen&key=$1" | sed -n '1s/ /&/;1p' |
		cut -d ' ' -f 2,4
}
etag_is()		# FILE KEY
{
	is "$(md5sum <"$1" | cut -d ' ' -f 1)" "$(curl -sS \
		"$admin/object?bucket=gen&key=$2" | sed -n 1p | cut -d ' ' -f 3)"
}
ok 'a large body is taken' is 200 "$(status alice -T "$tmp/a" "$s3/gen/a1")"
ok 'its ETag is its MD5' etag_is "$tmp/a" a1
ok 'it is known by its seed' is "$(content_of a)" "$(content_of a1)"
ok 'another seed is another' test "$(content_of b)" != "$(content_of a1)"
ok 'signed with its hash' is 200 "$(sha=$(sha256sum <"$tmp/a" | cut -d ' ' -f 1)
	status alice -T "$tmp/a" "$s3/gen/a2")"
ok 'what is signed with another is refused' is 400 "$(
	sha=$(sha256sum <"$tmp/b" | cut -d ' ' -f 1)
	status alice -T "$tmp/a" "$s3/gen/a3")"
ok 'with a wrong Content-MD5, too' is 400 "$(status alice -T "$tmp/a" \
	-H 'Content-MD5: XrY7u+Ae7tCTyyK7j1rNww==' "$s3/gen/a3")"
{
	head -c 4000000 "$tmp/a"
	printf x
	tail -c +4000002 "$tmp/a"
} >"$tmp/x"
ok 'a wrong byte in the middle' is 200 "$(status alice -T "$tmp/x" "$s3/gen/x")"
ok 'its ETag is its MD5' etag_is "$tmp/x" x
ok 'it is another content' test "$(content_of a)" != "$(content_of x)"
ok '/diff sees it' is '! a content' "$(curl -sS \
	"$admin/diff?a=gen&b=gen&ap=a&bp=x" | sed -n '/^! /s/^! /! a/p')"
alice "$s3/gen/x" >"$tmp/got"
ok 'it comes back as it was sent' cmp "$tmp/x" "$tmp/got"
printf y | cat - "$tmp/a" >"$tmp/y"
ok 'one byte too early' is 200 "$(status alice -T "$tmp/y" "$s3/gen/y")"
alice "$s3/gen/y" >"$tmp/got"
ok 'it comes back as it was sent' cmp "$tmp/y" "$tmp/got"
for first in 5242883 6300000; do
	upload=$(alice -X POST "$s3/gen/p?uploads=" |
		sed -n 's,.*<UploadId>\(.*\)</UploadId>.*,\1,p')
	head -c $first "$tmp/a" >"$tmp/1"
	tail -c +$((first + 1)) "$tmp/a" >"$tmp/2"
	{
		echo '<CompleteMultipartUpload>'
		for part in 1 2; do
			alice -o /dev/null -T "$tmp/$part" \
				"$s3/gen/p?partNumber=$part&uploadId=$upload"
			printf '<Part><PartNumber>%s</PartNumber>' $part
			printf '<ETag>%s</ETag></Part>' \
				"$(md5sum <"$tmp/$part" | cut -d ' ' -f 1)"
		done
		echo '</CompleteMultipartUpload>'
	} >"$tmp/complete"
	ok "parts, the first of $first bytes" \
		has CompleteMultipartUploadResult alice -X POST \
		-H 'Content-Type: application/xml' \
		--data-binary "@$tmp/complete" "$s3/gen/p?uploadId=$upload"
	ok 'they are known by their seed together' is "$(content_of a)" \
		"$(content_of p)"
done
tell 'real-md5 64M' >/dev/null

# --- faults
ok 'reset: curl 56 or 52' sh -c "
	printf 'fault GetObject nth=1 reset\n' | curl -sS --data-binary @- $admin/
	curl -sS $s3/open/k; rc=\$?; echo \$rc; test \$rc -eq 56 || test \$rc -eq 52"
tell 'faults clear' 'fault GetObject nth=1 close' 'put open big size=100000' \
	>/dev/null
ok 'close: curl 18' fails_with 18 curl -sS "$s3/open/big"
tell 'faults clear' 'fault GetObject always close' \
	'put open byte size=1' 'put open none size=0' >/dev/null
ok 'close before the first byte: curl 18' fails_with 18 \
	curl -sS -m 60 "$s3/open/byte"
tell 'faults clear' 'fault GetObject nth=1 wrong-length' >/dev/null
ok 'wrong-length of no bytes: curl 18' fails_with 18 \
	curl -sS -m 60 "$s3/open/none"
tell 'faults clear' 'fault GetObject nth=1 garbage' >/dev/null
ok 'garbage: curl 1 or 8' sh -c "curl -sS $s3/open/k; rc=\$?
	echo \$rc; test \$rc -eq 1 || test \$rc -eq 8"
tell 'faults clear' 'fault GetObject nth=1 stall' >/dev/null
ok 'stall: curl 28' fails_with 28 curl -sS -m 1 "$s3/open/k"
tell 'faults clear' 'fault GetObject nth=1 hang' >/dev/null
ok 'hang: curl 28 with half of it' is 50000 \
	"$(curl -s -m 1 -o /dev/null -w '%{size_download}' "$s3/open/big")"
tell 'faults clear' 'fault GetObject every=2 503 count=1' >/dev/null
ok 'every second, once' is '200 503 200 200 ' "$(for _ in 1 2 3 4; do
	status curl -sS "$s3/open/k"; printf ' '; done)"
tell 'faults clear' 'fault ListObjectsV2 always truncated' >/dev/null
ok 'truncated' sh -c "! curl -sS '$s3/open?list-type=2' | grep -q '</ListBucketResult>'"
tell 'faults clear' >/dev/null
ok 'the log' has 'GetObject open big 200 account=- fault=close' \
	curl -sS "$admin/log"
ok 'a bad directive' is "line 2: no such directive: nonsense" \
	"$(tell 'log on' nonsense)"
ok 'awkward keys' is 165 "$(tell 'bucket odd' 'fill odd awkward 0' >/dev/null
	curl -sS "$admin/count?bucket=odd")"

kill "$pid"
wait "$pid"
ok 'SIGTERM ends it with 0' is 0 $?
pid=
echo "1..$count"
test $failed -eq 0
