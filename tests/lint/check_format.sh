#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-format changes nothing: CLANG_FORMAT (default clang-format) over the C of src, ui and tests.
set -u
cd "${LINT_ROOT:-$(dirname "$0")/../..}" || exit 1
find src ui tests \( -name '*.c' -o -name '*.h' \) -type f 2>/dev/null | sort |
    xargs -P "$(nproc)" -n 24 "${CLANG_FORMAT:-clang-format}" --dry-run -Werror 2>&1 |
    awk '/: error: code should be clang-formatted/ { split($0, part, ":"); lines[part[1]]++; if (!first[part[1]]) first[part[1]] = part[2] }
         /^error:|not found/ { print; bad = 1 }
         END { for (file in lines) { print file ":" first[file] ": clang-format differs here (" lines[file] " places)"; bad = 1 }
               exit bad }'
