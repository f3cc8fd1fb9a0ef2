#!/bin/sh
# The test server itself, by curl alone.
. "$(dirname "$0")/../lib.sh"
sh "$root/tests/server/check.sh" "$BUILD/test/s3server"
