#!/bin/sh
# Installs Swift and the other client, where missing (Debian and its kin).
set -eu

missing=
want()		# PACKAGE TEST...
{
	package=$1
	shift
	"$@" >/dev/null 2>&1 || missing="$missing $package"
}
for name in account container object proxy; do
	want swift-$name command -v swift-$name-server
done
want swift command -v swift-ring-builder
want memcached command -v memcached
want python3-botocore /usr/bin/python3 -c 'import botocore'
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "please install, by your system's names:$missing" >&2
	exit 1
fi
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q >/dev/null || true
# shellcheck disable=SC2086
$sudo apt-get install -q -y --no-install-recommends $missing >/dev/null
