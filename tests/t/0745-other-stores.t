#!/bin/sh
# s3cp: parts whose sources have a percent sign, on a store that may not be
# AWS: asked once how the store reads their names, then copied by the store.
. "$(dirname "$0")/../lib.sh"
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
finish
