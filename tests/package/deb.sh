#!/bin/sh
# Builds the Debian package from the source archive, as a user would who has
# nothing else, then lets lintian look.  debian/ lies in tests/package, and
# comes to stand where Debian wants it only in the copy.
#
#	deb.sh BUILD NAME-VERSION
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
name=$2
tree=$build/deb/$name

rm -rf "$build/deb"
mkdir -p "$build/deb"
tar -xzf "$build/$name.tar.gz" -C "$build/deb"
cp -R "$here/debian" "$tree/debian"
# The date is that of the commit: the package is the same whenever it is built.
SOURCE_DATE_EPOCH=$(stat -c %Y "$tree/Makefile")
export SOURCE_DATE_EPOCH
sed -e "s/@VERSION@/${name##*-}/" \
    -e "s/@DATE@/$(date -R -d "@$SOURCE_DATE_EPOCH")/" \
    "$tree/debian/changelog.in" >"$tree/debian/changelog"
rm "$tree/debian/changelog.in"

cd "$tree"
if ! dpkg-buildpackage -us -uc -F >"$build/deb/log" 2>&1; then
	tail -n 40 "$build/deb/log"
	exit 1
fi
cd ..
lintian --fail-on error,warning --display-info --info ./*.changes
printf '%s\n' "$build"/deb/*.deb
