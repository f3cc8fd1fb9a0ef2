#!/bin/sh
# s3exists: what looking costs.  A page of a listing counts as 12.5 HEADs.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'fill src flat-hex 100000' \
    'bucket most' 'fill most flat-hex 100000 skip=100' \
    'bucket empty' 'bucket ten' 'fill ten flat-hex 1000000'
s3ls src >all
s3ls most >most
grep -vxF -f most all >rest
awk 'NR % 2' all | sort -R --random-source=all >shuffled
s3ls ten | awk 'NR % 10 == 1' >tenth

# price PROBE BUCKET: of looking up the keys in `in', into $price; the right
# answers are in `want'
price()
{
	say 'log reset'
	run s3exists -v --probe "$1" "$2"
	ok "$name, $1: the answers are right" cmp -s out want
	pages=$(counted ListObjectsV2)
	price=$(((125 * pages + 10 * $(counted HeadObject)) / 10))
}

# compare NAME BUCKET: auto costs at most 1.15 times the cheaper of the two,
# and two pages for looking
compare()
{
	name=$1
	price list "$2"
	cheaper=$price
	[ "$cheaper" -le "$(lines in)" ] || cheaper=$(lines in)
	price auto "$2"
	ok "$name: auto $price, the cheaper of list and HEAD $cheaper" \
	    [ "$price" -le $((cheaper * 115 / 100 + 25)) ]
}

cp all in
: >want
compare 'all there' src
ok "all there: $pages pages, at most 1.1 a thousand keys" [ "$pages" -le 110 ]
cp rest want
compare 'nine in ten there' most
ok "nine in ten: $pages pages, at most 1.1 a thousand keys" [ "$pages" -le 110 ]
cp all want
compare 'none there' empty
cp tenth in
: >want
compare 'a bucket ten times larger' ten
awk 'NR % 10 == 1' all >in
compare 'one in 10 of the bucket' src
awk 'NR % 1000 == 1' tenth >in
compare 'one in 10,000 of the bucket' ten
awk 'NR % 500 == 1' all >in
compare 'one in 500 of the bucket' src
cp shuffled in
grep -xF -f rest in >want
compare 'shuffled' most

name='equal keys'
head -n 12 all | sed 'p;p;p;p' >in
: >want
price auto src
is "$price" 12 'equal keys share one HEAD'
finish
