#!/bin/sh
# The main job: s3ls src | s3exists -v dst | s3cp src dst.
. "$(dirname "$0")/../lib.sh"
server 'bucket src' 'fill src awkward 0' 'fill src dated 19800 prefix=year/' \
    'put src big size=12M parts=5M meta.kind=film tag.a=b' \
    'put src one size=1' 'put src zero size=0' \
    'bucket dst' 'fill dst dated 19800 prefix=year/ skip=500'

before=$(ask '/count?bucket=dst')
whole=$(ask '/count?bucket=src')
say 'log reset'
sh_run 's3ls -0 src | s3exists -0v dst | s3cp -0 src dst'
status_is 0 '20,000 keys, every awkward one among them, are copied'
quiet 'without a word'
is "$(ask '/diff?a=src&b=dst' | head -c 300)" '' \
    'the buckets agree in bytes, headers, metadata and tags'
is "$(counted CopyObject)" $((whole - before)) 'one request for each object'
# (s3exists may ask for a few keys of dst by HEAD)
is "$(ask /log | grep -c '^HeadObject src ')" 0 'and none to look first'
s3ls -0 src >a
s3ls -0 dst >b
same a b 'a second listing finds the same keys'

say 'log reset'
sh_run 's3ls -0 src | s3exists -0v dst | s3cp -0 src dst'
status_is 0 'a second run ends with 0'
is "$(counted CopyObject)" 0 'and copies nothing'
ok "for $(counted ListObjectsV2) requests" [ "$(counted requests)" -le 120 ]

# Full sync of new and changed objects, ETags kept.
say 'bucket sync' 'log reset'
sh_run 's3ls -l0 src | s3exists -lv0 --same size,etag sync | s3cp -l0 src sync'
status_is 0 'with -l: all is copied'
quiet 'with -l: without a word'
is "$(ask '/diff?a=src&b=sync&etag=1' | head -c 300)" '' \
    'with -l: the buckets agree, ETags of parts included'
say 'log reset'
sh_run 's3ls -l0 src | s3exists -lv0 --same size,etag sync | s3cp -l0 src sync'
status_is 0 'with -l: the second run'
is "$(counted CopyObject)$(counted UploadPartCopy)" 00 'copies nothing'
say 'put src one size=2' 'put src zero size=0 meta.x=y'
sh_run 's3ls -l0 src | s3exists -lv0 --same size,etag sync | s3cp -l0 --print src sync |
    cut -f5 -z | tr "\0" "\n"'
is "$(cat out)" one 'a changed object is copied again'

# 100 unreadable keys among 5,000.
say 'bucket rights' 'fill rights sequential 5000' 'bucket got'
s3ls rights | awk 'NR % 50 == 7' >unreadable
while read -r key; do
	printf 'deny * GetObject rights %s\n' "$key"
done <unreadable | curl -sS --data-binary @- "$ADMIN/" >/dev/null
sh_run 's3ls rights | s3exists -v got | s3cp --failed again rights got'
status_is 1 '100 unreadable keys of 5,000 end with 1'
is "$(ask '/count?bucket=got')" 4900 '4,900 are copied'
is "$(grep -c 'AccessDenied' err)" 100 'each has its line'
is "$(lines err)" 100 'and there is no other'
LC_ALL=C sort again >sorted
same sorted unreadable 'they are in --failed'
say 'undeny'
mv again in
say 'log reset'
run s3cp --failed again rights got
rm in
status_is 0 'fed back after the rights are mended, they are copied'
is "$(counted CopyObject)" 100 'and only they'
is "$(lines again)" 0 'none failed again'
is "$(ask '/diff?a=rights&b=got' | head -c 300)" '' 'now the buckets agree'

# Subtrees can be re-parented.
say 'bucket parent' 'put parent keep/x' 'put src logs/a' 'put src logs/b/c'
sh_run 's3ls src/logs/ | s3exists -v parent/old/logs/ | s3cp src/logs/ parent/old/logs/'
status_is 0 'a subtree is re-parented'
is "$(ask '/keys?bucket=parent' | tr '\n' ' ')" \
    'keep/x old/logs/a old/logs/b/c ' 'under its new name'
finish
