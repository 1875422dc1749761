#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs every check: sh tests/lint/run.sh [NAME...]. Needs the preset `dev` built (LINT_BUILD, LINT_ROOT: see
# sources.py). `sizes` reports figures and never fails. Prints `ok` or `FAILED` a check, its findings, and `lint: N passed, N failed`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
LINT_ROOT=${LINT_ROOT:-$(cd "$here/../.." && pwd)}
LINT_BUILD=${LINT_BUILD:-$LINT_ROOT/build/dev}
PYTHONDONTWRITEBYTECODE=1
export LINT_ROOT LINT_BUILD PYTHONDONTWRITEBYTECODE

passed=0
failed=0
[ $# -gt 0 ] || set -- layers cycles headers banned tables docs format links
for name in "$@"; do
    if [ "$name" = sizes ]; then
        python3 "$here/report_sizes.py"
        exit 0
    fi
    if [ -f "$here/check_$name.py" ]; then
        found=$(python3 "$here/check_$name.py" 2>&1)
    else
        found=$(sh "$here/check_$name.sh" 2>&1)
    fi
    if [ $? -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
    fi
    [ -z "$found" ] || printf '%s\n' "$found" | sed 's/^/        /'
done
echo "lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
