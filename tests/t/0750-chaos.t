#!/bin/sh
# A short fault campaign with fixed seeds; make chaos goes on for longer.
cd "$(dirname "$0")/../.." || exit 1
SEED=1 ROUNDS=12
export SEED ROUNDS
exec perl tests/chaos/chaos.pl
