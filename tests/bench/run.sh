#!/bin/sh
# Builds what measures, in the release preset, and prints its rows. tests/bench/run.sh [NAME...]
set -eu
cd "$(dirname "$0")/../.."
cmake --preset release >/dev/null
cmake --build --preset release --target bench >&2
if [ $# -eq 0 ]; then
    set -- tests/bench/bench_*.c
fi
for name in "$@"; do
    name=$(basename "$name" .c)
    "build/release/tests/bench/bench_${name#bench_}"
done
