#!/bin/sh
# Installs the gateway and the other clients, where missing (Debian and its
# kin): 67 MB for Ceph.
set -eu

missing=
want()		# PACKAGE TEST...
{
	package=$1
	shift
	"$@" >/dev/null 2>&1 || missing="$missing $package"
}
want radosgw command -v radosgw
want ceph-mon command -v ceph-mon
want ceph-osd command -v ceph-osd
want awscli test -x /usr/bin/aws
want python3-botocore /usr/bin/python3 -c 'import botocore'
want s3cmd command -v s3cmd
want rclone command -v rclone
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
