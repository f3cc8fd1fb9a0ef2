#!/bin/sh
# The ways of stores that are not AWS, as they were seen in Ceph, Swift and in
# servers that others test with.
. "$(dirname "$0")/../lib.sh"

# --- sources that have a percent sign, in parts ---
# Asked once how the store reads their names, then copied by the store.
server 'bucket src' 'bucket dst' \
    'put src a%2541b size=12M meta.m=n tag.t=u' \
    'put src x%25y size=12M type=a/b' 'put src 100%25 size=12M' \
    'put src aAb size=12M seed=9'
run s3cp -j1 --multipart-threshold 6M --part-size 5M src dst 'a%41b' 'x%y' \
    100% aAb
status_is 0 'keys with a percent sign in parts'
quiet 'are copied without a word'
is "$(ask '/diff?a=src&b=dst')" '' 'each from its own source, with its tags'
is "$(counted GetObject)" 0 'by the store itself'
is "$(counted UploadPartCopy.404)" 1 'which was asked once'
is "$(counted UploadPartCopy)" 13 'in three parts each'

# Somebody has a key of the very name that the question is about.
say 'put src a%252541b size=12M seed=3' 'drop dst' 'bucket dst'
run s3cp --multipart-threshold 6M --part-size 5M src dst 'a%41b'
status_is 0 'the name of the question is a key'
content()
{
	ask "/object?bucket=$1&key=a%2541b" | head -n 1 | cut -d ' ' -f 4
}
is "$(content dst)" "$(content src)" 'the right one is copied'
is "$(ask /uploads)" '' 'no upload is open'

# --- an ETag that the store tells, and does not take (Swift) ---
say 'drop src' 'drop dst' 'bucket src no-part-number=405' \
    'bucket dst no-copy-if-match=parts' 'put src one size=100 meta.m=n' \
    'put src many size=12M parts=5M meta.m=n tag.t=u' \
    'put src more size=12M parts=5M'
s3ls -l src >in
run s3cp -l --preserve class src dst
status_is 0 'an ETag of parts that is refused, though nothing has changed'
quiet 'is no failure'
is "$(ask '/diff?a=src&b=dst&etag=1')" '' 'all of it is copied, in its parts'
# Known from then on; what is not told is looked at.
is "$(counted CopyObject.412)" 2 'two copies were on their way'
say 'drop dst' 'bucket dst no-copy-if-match=parts' 'log reset'
rm in
run s3cp -j1 --multipart-threshold 6M --part-size 5M src dst more many
status_is 0 'the same in parts'
is "$(ask '/diff?a=src&b=dst')" '- one' 'which are all right'
is "$(counted UploadPartCopy.412)" 1 'it is learnt by one of them'
is "$(ask /uploads)" '' 'no upload is open'
s3ls -l src >in
say 'put src many size=12M parts=5M seed=77 meta.m=n tag.t=u'
run s3cp -l src dst
status_is 1 'one that has changed fails'
err_has 'has changed since it was listed' 'it is told'
is "$(ask '/diff?a=src&b=dst')" '! many content' 'the others are copied'

# The same under -n, where what CopyObject made has to make room.
say 'drop dst' 'bucket dst no-copy-if-match=parts' 'log reset'
s3ls -l src >in
run s3cp -ln src dst
status_is 0 'under -n'
is "$(ask '/diff?a=src&b=dst&etag=1')" '' 'the same'
is "$(grep -c '^s3cp: .*: the copy' err)" 0 'no word of a copy that differs'

# Its parts are not told: they are cut as usual clients cut them.
say 'drop src' 'drop dst' 'bucket src no-part-number=405' 'bucket dst' \
    'put src many size=20M parts=8M' 'put src six size=20M parts=8M'
s3ls -l src >in
run s3cp -l --via stream src dst
status_is 0 'objects whose parts are not told, streamed'
quiet 'without a word'
is "$(ask '/diff?a=src&b=dst&etag=1')" '' 'their ETags stay'

# They are told as if each were an object by itself.
say 'bucket src reset' 'bucket src no-part-number=lone' 'drop dst' 'bucket dst'
for how in '-l' '-l --via stream' '--preserve parts'; do
	s3ls src >in
	[ "$how" = '--preserve parts' ] || s3ls -l src >in
	# shellcheck disable=SC2086
	run s3cp $how src dst
	status_is 0 "objects whose parts are told alone: $how"
	quiet "$how: without a word"
	is "$(ask '/diff?a=src&b=dst&etag=1')" '' "$how: their ETags stay"
	say 'drop dst' 'bucket dst'
done
say 'bucket src reset' 'bucket src no-part-number=405'

# --- no UploadPartCopy ---
say 'drop dst' 'bucket dst' \
    'fault UploadPartCopy always status=501 code=NotImplemented' 'log reset'
rm in
run s3cp --multipart-threshold 6M --part-size 5M src dst many six
status_is 0 'a store without UploadPartCopy'
quiet 'is no failure'
is "$(ask '/diff?a=src&b=dst')" '' 'the parts are streamed'
is "$(ask /uploads)" '' 'no upload is open'
is "$(counted AbortMultipartUpload)" 0 'nor was one begun in vain'
say 'faults clear' 'drop dst' 'bucket dst no-part-copy' 'log reset'
run s3cp -j1 --multipart-threshold 6M --part-size 5M src dst many six
status_is 0 'a store that takes it for UploadPart'
quiet 'is no failure'
is "$(ask '/diff?a=src&b=dst')" '' 'has the parts streamed over its empty ones'
is "$(counted UploadPartCopy)" 1 'once it was asked a single time'
say 'drop dst' 'bucket dst' 'fault UploadPartCopy always truncated' 'log reset'
run s3cp --retries 2 --multipart-threshold 6M --part-size 5M src dst six
status_is 1 'answers that are cut short are failures'
is "$(counted GetObject)" 0 'and prove nothing: nothing is streamed'
ok 'but each is tried once more' [ "$(counted UploadPartCopy)" -gt 4 ]
is "$(ask /uploads)" '' 'nor is an upload left'
say 'faults clear' 'drop dst' 'bucket dst no-copy-if-match=501' 'log reset'
run s3cp --multipart-threshold 6M --part-size 5M src dst many six
status_is 0 'a store that only lacks the condition'
is "$(ask '/diff?a=src&b=dst')" '' 'gets all of it'
is "$(counted GetObject)" 0 'and nothing is streamed'

# --- ETags of uploads that are not like those of S3 (s3rver) ---
say 'drop dst' 'bucket dst part-etags=own'
run s3cp --multipart-threshold 6M --part-size 5M src dst many six
status_is 0 'a store that makes ETags of uploads in its own way'
quiet 'is believed by the size'
is "$(ask '/diff?a=src&b=dst')" '' 'and rightly'

# --- what CopyObject does not find, or does not know (s3rver) ---
say 'drop src' 'drop dst' 'bucket src' 'bucket dst copy-source=uri' 'log reset' \
    'fill src awkward 0' 'put src a+b=c,d size=12M type=t/u tag.a=b meta.c=d' \
    'put src e@f size=0'
s3ls -0 src >in
run s3cp -0 src dst
status_is 0 'names that a store does not decode'
quiet 'are no failure'
is "$(ask '/diff?a=src&b=dst')" '' 'those are streamed'
rm in
run s3cp src dst 'a+gone'
status_is 1 'what is not there'
err_has 'NoSuchKey' 'fails all the same'
say 'drop dst' 'bucket dst' \
    'fault CopyObject always status=501 code=NotImplemented bucket=dst'
run s3cp src dst 'a+b=c,d'
status_is 0 'a store without CopyObject'
is "$(ask '/object?bucket=dst&key=a%2bb%3dc%2cd' | head -n 1)" \
    "$(ask '/object?bucket=src&key=a%2bb%3dc%2cd' | head -n 1)" \
    'gets all of the object'
run s3cp --via server src dst 'a+b=c,d'
status_is 1 'but not against --via server'
say 'faults clear'

# --- tags that are taken and forgotten, or not taken ---
say 'drop src' 'drop dst' 'bucket src' 'bucket dst no-tagging=ignore' \
    'fill src small 5' 'put src t1 tag.a=b tag.c=%25' 'put src t2 tag.d=e' \
    'put src t3 size=12M tag.f=g' 'log reset'
s3ls src >in
run s3cp -j1 --via stream src dst
status_is 0 'a store that forgets the tags of PutObject'
quiet 'without a word'
is "$(ask '/diff?a=src&b=dst')" '' 'gets them by themselves'
is "$(ask /log | grep -c '^GetObjectTagging dst')" 1 'it was asked once'
say 'drop dst' 'bucket dst' 'log reset'
run s3cp -j1 --via stream src dst
is "$(ask '/diff?a=src&b=dst')" '' 'one that does not'
is "$(ask /log | grep -c '^GetObjectTagging dst')" 1 'was asked once, too'
is "$(counted PutObjectTagging)" 0 'and is not given them twice'
say 'drop dst' 'bucket dst no-tagging'
run s3cp -j1 --via stream src dst
status_is 1 'a store without tags'
is "$(grep -c NotImplemented err)" "$(ask '/digest?bucket=src' |
    awk '$7 != "-"' | wc -l)" 'takes no tagged object'
is "$(grep -c -- '--tags drop' err)" 1 'and the way out is told once'
say 'deny alice GetObjectTagging src'
run s3cp -j1 --via stream src dst
status_is 1 'tags that may not be read'
is "$(grep -c -- '--tags drop' err)" 1 'are told with the same way out'

# --- a name that the store takes for none (Swift wants three letters) ---
say 'faults clear' 'undeny' 'drop dst' \
    'fault * always status=400 code=InvalidBucketName bucket=dst'
run s3ls dst
status_is 2 'a name that is none'
err_has 'check the name' 'is told with advice'
run s3cp src dst t1 t2
status_is 2 'and ends a run'
finish
