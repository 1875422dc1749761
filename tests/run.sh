#!/bin/sh
# SPDX-License-Identifier: MIT
# Everything a change must pass, from a bare Debian 12 with nothing but apt:
#   sh tests/run.sh          builds (gcc and clang, -Werror), lint, ctest plain and with ASan + UBSan,
#                            the command blocks of the documents: about ten minutes on two cores
#   sh tests/run.sh long     the same, then a thousand kills, torture, soak and fuzz
#   sh tests/run.sh quick    gcc, lint, ctest plain
# Its last line is `N passed, N failed`: tests of ctest (once a build), checks of lint, builds and
# blocks, each counted once; its exit status is 0 when none failed. Logs are in build/run.
# JOBS (default: the number of cores) and FUZZ_SECONDS (a target, default 60) may be set.
set -u
cd "$(dirname "$0")/.." || exit 1
. assets/packages.sh
need_packages assets/packages.txt tests/packages.txt || exit 1

what=${1:-all}
case $what in
all | long | quick) ;;
*)
    echo "usage: sh tests/run.sh [long|quick]" >&2
    exit 2
    ;;
esac
jobs=${JOBS:-$(nproc)}
logs=build/run
mkdir -p "$logs"
passed=0
failed=0
wrong=

# The tests bring their own; a user's keys and proxies must not reach them.
unset PURSER_HOME NO_COLOR OPENAI_API_KEY ANTHROPIC_API_KEY GEMINI_API_KEY DASHSCOPE_API_KEY OLLAMA_HOST
export LC_ALL=C.UTF-8

count() { # count PASSED FAILED NAME
    passed=$((passed + $1))
    failed=$((failed + $2))
    [ "$2" -eq 0 ] || wrong="$wrong $3"
}

say() {
    printf '== %s (%s s)\n' "$1" "$(($(date +%s) - start))"
}

# build PRESET [TARGET...]: one thing that passes or fails.
build() {
    preset=$1
    shift
    say "build $preset"
    launcher=
    ! command -v ccache >/dev/null 2>&1 || launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache
    # shellcheck disable=SC2086
    if cmake --preset "$preset" $launcher >"$logs/build-$preset.log" 2>&1 &&
        cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"} -- -k 0 >>"$logs/build-$preset.log" 2>&1; then
        count 1 0 "build-$preset"
    else
        count 0 1 "build-$preset"
        grep -E 'error|undefined|FAILED|Error' "$logs/build-$preset.log" | head -20
    fi
}

# tests PRESET [CTEST-ARGUMENT...]: every test of ctest counts.
tests() {
    preset=$1
    shift
    say "ctest $preset"
    log=$logs/ctest-$preset.log
    ctest --test-dir "build/$preset" -j "$jobs" --timeout 300 --output-on-failure "$@" >"$log" 2>&1
    good=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' "$log")
    bad=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Failed|Timeout|Exception|Not Run)' "$log")
    if [ "$good" -eq 0 ] && [ "$bad" -eq 0 ]; then # ctest itself did not come to it
        tail -5 "$log"
        bad=1
    fi
    count "$good" "$bad" "ctest-$preset"
    grep -E '^ *[0-9]+/[0-9]+ Test .*\*\*\*' "$log"
    echo "   $good passed, $bad failed"
}

# script NAME COMMAND...: one thing that passes or fails; what it says goes to its log.
script() {
    name=$1
    shift
    say "$name"
    if "$@" >"$logs/$name.log" 2>&1; then
        count 1 0 "$name"
    else
        count 0 1 "$name"
        tail -20 "$logs/$name.log"
    fi
}

lint() {
    say "lint"
    sh tests/lint/run.sh >"$logs/lint.log" 2>&1
    grep -v '^ok ' "$logs/lint.log" | head -60
    good=$(grep -c '^ok ' "$logs/lint.log")
    bad=$(grep -c '^FAILED ' "$logs/lint.log")
    count "$good" "$bad" lint
    script lint-selftest sh tests/lint/selftest.sh
    sh tests/lint/run.sh sizes >"$logs/sizes.log" 2>&1
}

start=$(date +%s)
build dev
lint
tests dev
if [ "$what" != quick ]; then
    build clang
    # Leaks are errors too; jailed children cannot be looked at by ptrace, so they are not asked.
    export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
    build asan
    tests asan
    unset ASAN_OPTIONS UBSAN_OPTIONS
    build release
    script docs python3 tests/doc/run.py build/release
    script demo env PURSER_BUILD=build/release DEMO_UI=0 sh assets/demo.sh
fi
if [ "$what" = long ]; then
    script kill env PURSER_BUILD=build/release PURSER_SOURCE=. python3 tests/flow/long_kill.py
    for long in tests/torture/run.sh tests/soak/run.sh; do
        [ ! -f "$long" ] || script "$(basename "$(dirname "$long")")" sh "$long"
    done
    build fuzz
    for target in build/fuzz/tests/fuzz/fuzz_*; do
        [ -x "$target" ] && [ -f "$target" ] || continue
        name=$(basename "$target")
        work=$(mktemp -d)
        script "$name" "$target" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 \
            -artifact_prefix="$logs/" "$work" "tests/fuzz/inputs/${name#fuzz_}"
        rm -rf "$work"
    done
    build tsan
    tests tsan -LE flow
fi
say "done"
[ -z "$wrong" ] || echo "failed in:$wrong (see $logs)"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
