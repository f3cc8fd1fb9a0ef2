#!/bin/sh
# Installs clang's libFuzzer where it is missing (Debian and its kin).
set -eu

if printf 'int LLVMFuzzerTestOneInput(const char *p, unsigned long n);
int LLVMFuzzerTestOneInput(const char *p, unsigned long n)
{ (void)p; (void)n; return 0; }' |
    "${FUZZ_CC:-clang}" -fsanitize=fuzzer,address -x c - -o /dev/null \
    2>/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo 'please install clang with libFuzzer (compiler-rt)' >&2
	exit 1
fi
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo 'installing: clang-14 libclang-rt-14-dev'
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q >/dev/null || true
$sudo apt-get install -q -y --no-install-recommends clang clang-14 \
    libclang-rt-14-dev >/dev/null
