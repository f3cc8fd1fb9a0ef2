#!/bin/sh
# Installs what building and testing need, on Debian and its kin: nothing where
# nothing is missing, and by sudo only where it must.
#
#	deps.sh build|test|lint|package|reach|rgw|swift [...]
set -eu

missing=
want()		# PACKAGE TEST...
{
	package=$1
	shift
	"$@" >/dev/null 2>&1 || missing="$missing $package"
}
tool()		# PACKAGE COMMAND
{
	want "$1" command -v "$2"
}
lib()		# PACKAGE PKG-CONFIG-NAME
{
	want "$1" pkg-config --exists "$2"
}

build()
{
	tool gcc cc
	tool make make
	tool pkg-config pkg-config
	want libc6-dev test -e /usr/include/stdio.h
	lib libcurl4-openssl-dev libcurl
	lib libssl-dev openssl
	lib libexpat1-dev expat
	lib libjansson-dev jansson
	want ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
}

check()
{
	build
	lib libmicrohttpd-dev libmicrohttpd
	lib libgnutls28-dev gnutls
	tool curl curl
	tool openssl openssl
	tool perl prove
	tool procps pgrep
	tool mandoc mandoc
}

lint()
{
	tool clang-format clang-format
	tool clang-tidy clang-tidy
	tool cppcheck cppcheck
	tool shellcheck shellcheck
	tool codespell codespell
	tool mandoc mandoc
}

package()
{
	tool git git
	tool dpkg-dev dpkg-buildpackage
	tool debhelper dh
	tool fakeroot fakeroot
	tool lintian lintian
	tool perl prove
}

reach()
{
	tool parallel parallel
	want openssh-server test -x /usr/sbin/sshd
	tool openssh-client ssh
}

# 67 MB
rgw()
{
	tool radosgw radosgw
	tool ceph-mon ceph-mon
	tool ceph-osd ceph-osd
	want awscli test -x /usr/bin/aws
	want python3-botocore /usr/bin/python3 -c 'import botocore'
	tool s3cmd s3cmd
	tool rclone rclone
}

swift()
{
	for name in account container object proxy; do
		tool "swift-$name" "swift-$name-server"
	done
	tool swift swift-ring-builder
	tool memcached memcached
	want python3-botocore /usr/bin/python3 -c 'import botocore'
}

for what in "$@"; do
	case $what in
	build) build ;;
	test) check ;;
	lint) lint ;;
	package) package ;;
	reach) reach ;;
	rgw) rgw ;;
	swift) swift ;;
	*) echo "deps.sh: unknown set $what" >&2; exit 2 ;;
	esac
done
[ -n "$missing" ] || exit 0

# pkg-config itself may have been the reason that the rest seemed missing;
# installing what is there already does no harm.
if ! command -v apt-get >/dev/null 2>&1; then
	echo "deps.sh: please install, by your system's names:$missing" >&2
	exit 1
fi
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q >/dev/null || true
# shellcheck disable=SC2086
$sudo apt-get install -q -y --no-install-recommends $missing >/dev/null
