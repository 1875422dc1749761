#!/bin/sh
# Builds what measures, in the release preset, and prints its rows. tests/bench/run.sh [NAME...]
# where NAME is one of bench_NAME.c, or start_up, memory, images (programs.py).
set -eu
cd "$(dirname "$0")/../.."
echo "machine: $(uname -sr), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
cmake --preset release >/dev/null
cmake --build --preset release >&2
cmake --build --preset release --target bench >&2
export PURSER_BUILD="$PWD/build/release" PURSER_SOURCE="$PWD" PYTHONDONTWRITEBYTECODE=1
if [ $# -eq 0 ]; then
    for program in tests/bench/bench_*.c; do
        name=$(basename "$program" .c)
        "build/release/tests/bench/$name"
    done
    python3 tests/bench/programs.py
    exit
fi
for name in "$@"; do
    name=$(basename "$name" .c)
    if [ -f "tests/bench/bench_${name#bench_}.c" ]; then
        "build/release/tests/bench/bench_${name#bench_}"
    else
        python3 tests/bench/programs.py "$name"
    fi
done
