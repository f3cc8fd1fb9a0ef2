#!/bin/sh
# Every size class of S3 is copied faithfully, inside a store and streamed
# between two, which two test servers play: they make up what is read and know
# it again when it is written.  LARGEST (100G): the largest object that is
# streamed, at least 1G.  A row for each copy tells what it took; nothing hangs on that.
. "$(dirname "$0")/../lib.sh"
: "${LARGEST:=100G}"
sh "$root/tests/server/check.sh" "$BUILD/test/s3server" >check.out 2>&1
is "$? $(grep -c '^not ok' check.out)" '0 0' \
    'the test server is as it should be, large bodies included'
cert
export AWS_CA_BUNDLE="$scratch/ca.pem"
for side in A B; do
	server_with '--tls cert.pem key.pem' 'real-md5 5G' 'bucket src' \
	    'bucket near' 'bucket far'
	eval "$side=\$S3 ${side}_TLS=\$S3S ${side}_ADMIN=\$ADMIN"
done

# --- what a copy is held against ---

bytes()		# SIZE: 5G, 5G+1
{
	echo $(($(printf %s "$1" |
	    sed 's/T/*1024G/; s/G/*1024M/; s/M/*1024*1024/')))
}
fits()		# SIZE: is that to be streamed?
{
	[ "$(bytes "$1")" -le "$(bytes "$LARGEST")" ] && return
	echo "# $1 is not streamed: LARGEST=$LARGEST"
	return 1
}
at()		# A|B: speak of that server's admin calls
{
	eval "ADMIN=\$${1}_ADMIN"
}

# describe A|B BUCKET KEY: size, ETag, bytes, all attributes; then the parts
describe()
{
	at "$1"
	ask "/object?bucket=$2&key=$3" | grep -v ^mtime
}
part_sizes()	# [FILE]
{
	sed -n 's/^parts *//p' "$@"
}

# put A|B KEY SIZE [OPTION]: a source, with all that an object can bring
put()
{
	at "$1"
	say "put src $2 size=$(bytes "$3") type=a/b cache-control=max-age=9 \
content-language=de meta.m=v meta.long=a%20b tag.t=u tag.w=x%26y ${4:-}"
}
# The same, digested: a store has its digests long since.
make()
{
	put "$@"
	describe "$1" src "$2" >/dev/null
}

# row WORD...: the table, also in BUILD/large.table while it grows
row()
{
	printf '%-9s %-25s %8s %8s %8s %-11s %s\n' "$@" |
	    tee -a "$BUILD/large.table" | sed 's/^/# /'
}

figure()	# DIGITS EXPRESSION
{
	awk "BEGIN { printf \"%.$1f\", $2 }"
}

# timed S3CP-OPTION...: into status, seconds and peak (KiB)
timed()
{
	timeout -k 5 10800 "$BUILD/bench/measure" took s3cp "$@" </dev/null \
	    >out 2>err
	status=$? seconds=0 peak=999999
	[ "$status" -ne 0 ] || read -r status seconds _ _ peak <took
	sane
}

# faithful CLASS WAY MIB FROM TO BUCKET KEY [PARTS]: what `timed' has copied
# from src in FROM to BUCKET in TO is the same; with PARTS: but has so many
# parts, and so another ETag.
faithful()
{
	class=$1 way=$2 most=$3 what="$1, $2"
	status_is 0 "$what: copied"
	quiet "$what: without a word"
	describe "$4" src "$7" >want
	describe "$5" "$6" "$7" >got
	read -r _ size etag _ <want
	read -r _ _ copied _ <got
	agrees=yes parts_agree=yes
	if [ -z "${8:-}" ]; then
		[ "$etag" = "$copied" ] || agrees=NO
		[ "$(part_sizes want)" = "$(part_sizes got)" ] ||
		    parts_agree=NO
		same got want "$what: bytes, ETag, parts, metadata, tags, headers"
	else
		agrees='other parts' parts_agree=$8
		for file in want got; do
			sed '/^parts/d' $file | cut -d ' ' -f 1,2,4- >$file.bare
		done
		same got.bare want.bare "$what: bytes, metadata, tags, headers"
		is "$(part_sizes got | wc -w)" "$8" "$what: $8 parts"
		is "${copied##*-}" "$8" "$what: its ETag tells them"
	fi
	is "$(ask /uploads)" '' "$what: no upload is open"
	ok "$what: $((peak / 1024)) MiB of memory, under $most" \
	    [ "$peak" -lt $((most * 1024)) ]
	row "$class" "$way" "$(figure 2 "$seconds")" \
	    "$(figure 0 "$size / 1048576 / $seconds")" \
	    "$(figure 1 "$peak / 1024")" "$agrees" "$parts_agree"
}

# inside CLASS WAY SERVER KEY PARTS [OPTION...]
inside()
{
	class=$1 way=$2 side=$3 key=$4 parts=$5
	shift 5
	at "$side"
	say 'drop near' 'bucket near' 'log reset'
	eval "url=\$$side"
	timed --endpoint-url "$url" "$@" src near "$key"
	faithful "$class" "$way" 32 "$side" "$side" near "$key" "$parts"
}

# streamed CLASS WAY MIB FROM TO KEY PARTS [OPTION...]; FROM and TO: A, B,
# A_TLS, B_TLS
streamed()
{
	class=$1 way=$2 mib=$3 from=$4 to=$5 key=$6 parts=$7
	shift 7
	fits "$class" || return
	at "${to%_TLS}"
	say 'drop far' 'bucket far' 'log reset'
	eval "from_url=\$$from to_url=\$$to"
	timed --source-endpoint-url "$from_url" --endpoint-url "$to_url" "$@" \
	    src far "$key"
	faithful "$class" "$way" "$mib" "${from%_TLS}" "${to%_TLS}" far "$key" \
	    "$parts"
}

# What s3cp(1) tells of memory when parts are streamed; one piece takes less.
MANY=96 ONE=32

rm -f "$BUILD/large.table"
row class way seconds MiB/s 'peak MiB' ETag parts

# --- what one request brings ---
for small in 0 1 5M; do
	make A $small $small
	inside $small CopyObject A $small ''
	is "$(counted CopyObject) $(counted UploadPartCopy)" '1 0' \
	    "$small: one request"
	streamed $small 'stream, one piece' $ONE A B $small ''
	is "$(counted PutObject) $(counted UploadPart)" '1 0' "$small: one PUT"
done

# --- 5 GiB: the most that one request can copy ---
make A 5g 5G
inside 5G CopyObject A 5g ''
is "$(counted CopyObject) $(counted UploadPartCopy)" '1 0' '5G: one request'
inside 5G '128 MiB parts' A 5g 40 --multipart-threshold 4G
streamed 5G 'stream, one piece' $ONE A B 5g '' &&
    is "$(counted PutObject) $(counted UploadPart)" '1 0' '5G: one PUT'

# --- and a byte more ---
make A one 5G+1
inside 5G+1 'from one piece, refused' A one 41
is "$(counted CopyObject.400) $(counted UploadPartCopy.200)" '1 41' \
    '5G+1: CopyObject is refused'
make A two 5G+1 parts=5G
inside 5G+1 '5 GiB, 1 byte' A two '' --preserve parts
is "$(counted UploadPartCopy)" 2 '5G+1: two parts'
inside 5G+1 '128 MiB parts' A two 41
streamed 5G+1 'stream, 5 GiB, 1 byte' $ONE A B two '' &&
    is "$(counted UploadPart)" 2 '5G+1: two parts'
streamed 5G+1 'stream, 8 MiB parts' $MANY A B one 641
make A many 5G+1 parts=64M
streamed 5G+1 'stream, TLS to plain' $MANY A_TLS B many ''
streamed 5G+1 'stream, plain to TLS' $MANY A B_TLS many ''

# --- 12 GiB, in parts of all kinds ---
signed()
{
	curl -sS --aws-sigv4 aws:amz:us-east-1:s3 \
	    -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
	    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}
# uneven KEY SIZE...: of the bytes of `whole', in A
uneven()
{
	key=$1 number=0 from=0
	shift
	id=$(signed -X POST -H 'x-amz-meta-m: v' -H 'x-amz-tagging: t=u' \
	    -H 'Content-Type: a/b' "$A/src/$key?uploads=" |
	    sed -n 's,.*<UploadId>\(.*\)</UploadId>.*,\1,p')
	printf '<CompleteMultipartUpload>' >document
	for size; do
		number=$((number + 1)) to=$((from + size - 1))
		etag=$(signed -X PUT -H 'Content-Length: 0' \
		    -H 'x-amz-copy-source: /src/whole' \
		    -H "x-amz-copy-source-range: bytes=$from-$to" \
		    "$A/src/$key?partNumber=$number&uploadId=$id" |
		    sed -n 's,.*<ETag>&quot;\(.*\)&quot;</ETag>.*,\1,p')
		from=$((to + 1))
		printf '<Part><PartNumber>%s</PartNumber><ETag>%s</ETag></Part>' \
		    $number "$etag" >>document
	done
	printf '</CompleteMultipartUpload>' >>document
	signed -X POST -H 'Content-Type: application/xml' \
	    --data-binary @document "$A/src/$key?uploadId=$id" >complete.out
	ok "$number parts of odd sizes are made" \
	    grep -q CompleteMultipartUploadResult complete.out
}
make A whole 12G
make A five 12G parts=5G
make A odd 12G parts=1234567891
# The last of 7,000,001 bytes, after what leaves so many of 12 GiB.
uneven uneven 104857601 5368709120 5242880 5242881 5368709120 2025140285 \
    7000001
for key in five odd uneven; do
	inside 12G "$key parts" A $key '' --preserve parts
	is "$(counted UploadPartCopy)" \
	    "$(part_sizes want | wc -w)" \
	    "12G: in $key parts"
	streamed 12G "stream, $key parts" $MANY A B "$key" ''
done
inside 12G '128 MiB parts' A whole 96
streamed 12G 'stream, 5 GiB parts' $MANY A B whole 3 --part-size 5G

# --- the largest that is streamed: one from A to B, one from B to A ---
put A 64m "$LARGEST" parts=64M
put B 16m "$LARGEST" parts=16M
describe B src 16m >b16 &
describe A src 64m >a64
wait $!
for pair in A:64 B:16; do
	side=${pair%:*} m=${pair#*:}
	inside "$LARGEST" "$m MiB parts" "$side" "${m}m" '' --preserve parts
	# Parts that are not compared need no true MD5.
	say 'real-md5 64M'
	inside "$LARGEST" '5 GiB parts' "$side" "${m}m" \
	    $((($(bytes "$LARGEST") + 5368709119) / 5368709120)) \
	    --multipart-threshold 5M --part-size 5G
	say 'real-md5 5G'
done
streamed "$LARGEST" 'stream, 64 MiB parts' $MANY A B 64m ''
streamed "$LARGEST" 'stream, 16 MiB parts' $MANY B A 16m ''

# --- 5 TiB: the largest there is ---
# So large a part has no MD5 here, but what depends on the bytes as well.
at A
say 'real-md5 64M'
make A all 5T
inside 5T '525 MiB parts' A all 9987
make A limit 5T parts=525M
inside 5T 'the same 9,987 parts' A limit '' --preserve parts
make A wide 5T parts=5G
inside 5T '1,024 parts of 5 GiB' A wide '' --preserve parts
say 'real-md5 5G'

# --- killed in the middle, and begun again ---
big=12G
[ "$(bytes "$LARGEST")" -ge "$(bytes 12G)" ] || big=$LARGEST
make A again "$big" parts=$(($(bytes "$big") / 192))
make A afresh "$big" parts=$(($(bytes "$big") / 12))
# kill_at KEY PARTS [OPTION...]: once so many parts are there
kill_at()
{
	at B
	say 'drop far' 'bucket far'
	key=$1 wanted=$2
	shift 2
	s3cp --source-endpoint-url "$A" --endpoint-url "$B" "$@" src far "$key" \
	    2>err &
	victim=$!
	until [ "$(ask /uploads | sed 's/.* //')" -ge "$wanted" ] 2>/dev/null; do
		kill -0 $victim 2>/dev/null || break
	done
	kill -9 $victim 2>/dev/null
	wait $victim 2>/dev/null
	# What it had sent to its end still becomes a part: the server reads
	# at least once from each connection for each question.
	rounds=300
	while [ $rounds -gt 0 ]; do
		left=$(ask /uploads | sed 's/.* //')
		rounds=$((rounds - 1))
	done
	ok "$key: killed with $left parts there" [ "${left:-0}" -ge "$wanted" ]
	say 'log reset'
}
again()		# KEY
{
	timed --source-endpoint-url "$A" --endpoint-url "$B" src far "$1"
}
count_parts=$(describe A src again | part_sizes | wc -w)
kill_at again $((count_parts / 3))
again again
faithful "$big" 'stream, gone on with' $MANY A B far again
is "$(counted CreateMultipartUpload)" 0 'in the upload that was left'
ok "none of the $((left - 1)) parts that were there is sent again" \
    [ "$(counted UploadPart)" -le $((count_parts - left + 1)) ]
# Few parts: not worth a mark.
kill_at afresh 1 -j 8
again afresh
status_is 0 'without a mark it is begun anew'
is "$(counted CreateMultipartUpload)" 1 'in an upload of its own'
is "$(ask /uploads | wc -l)" 1 'what was left stays'
run s3cp --endpoint-url "$B" --abort-uploads --print far
status_is 0 '--abort-uploads'
is "$(cat out)" afresh 'finds it'
again afresh
faithful "$big" 'stream, unmarked' $MANY A B far afresh
finish
