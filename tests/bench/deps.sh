#!/bin/sh
# Installs the tools that the benchmarks are played beside (Debian).
set -eu
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
missing=
for pair in rclone:rclone s3cmd:s3cmd awscli:aws s4cmd:s4cmd wrk:wrk \
    curl:curl openssl:openssl; do
	command -v "${pair#*:}" >/dev/null 2>&1 ||
		missing="$missing ${pair%%:*}"
done
/usr/bin/python3 -c 'import boto3' 2>/dev/null ||
	missing="$missing python3-boto3"
[ -n "$missing" ] || exit 0
echo "installing:$missing"
$sudo apt-get update -q >/dev/null || true
# shellcheck disable=SC2086
$sudo apt-get install -q -y --no-install-recommends $missing >/dev/null
