#!/bin/sh
# SPDX-License-Identifier: MIT
# Can the checks fail? Plants one violation a check in a copy of the tree and expects it to be named.
set -u
root=${LINT_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${LINT_BUILD:-$root/build/dev}
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
trap 'exit 130' INT TERM

mkdir -p "$tree/build/dev"
for part in src ui tests assets .clang-format CMakeLists.txt; do
    [ ! -e "$root/$part" ] || cp -a "$root/$part" "$tree/"
done
cp -as "$(cd "$build" && pwd)/CMakeFiles" "$tree/build/dev/"
[ ! -d "$build/gen" ] || cp -a "$build/gen" "$tree/build/dev/"
LINT_ROOT=$tree LINT_BUILD=$tree/build/dev
export LINT_ROOT LINT_BUILD

passed=0
failed=0
# expect CHECK PATTERN: the check fails and a line of what it says has the pattern.
expect() {
    said=$(sh "$tree/tests/lint/run.sh" "$1")
    if [ $? -ne 0 ] && printf '%s\n' "$said" | grep -q -- "$2"; then
        passed=$((passed + 1))
        echo "ok      $1 names $2"
    else
        failed=$((failed + 1))
        echo "FAILED  $1 does not name $2"
    fi
}
source_file() { # source_file PATH: a file with what must be at its top, and standard input
    {
        printf '/* SPDX-License-Identifier: MIT */\n/* Planted. */\n'
        cat
    } >"$tree/$1"
}
object() { # object PATH: compiles it to where the build would put it
    mkdir -p "$tree/build/dev/CMakeFiles/planted.dir/$(dirname "$1")"
    "${CC:-cc}" -c -x c -o "$tree/build/dev/CMakeFiles/planted.dir/$1.o" "$tree/$1"
}

echo '#include "store/store.h"' | source_file src/core/planted_up.c
expect layers 'src/core/planted_up.c:3'
echo '#include <sqlite3.h>' | source_file src/work/planted_door.c
expect layers 'src/work/planted_door.c:3'
echo '#include <sys/mount.h>' | source_file src/net/planted_new.c
expect layers 'src/net/planted_new.c:3'

echo '#include "core/planted_b.h"' | source_file src/core/planted_a.h
echo '#include "core/planted_a.h"' | source_file src/core/planted_b.h
expect cycles 'includes go round: .*planted_a.h'
echo 'int planted_two(void); int planted_one(void); int planted_one(void) { return planted_two(); }' |
    source_file src/core/planted_one.c
echo 'int planted_two(void); int planted_one(void); int planted_two(void) { return planted_one(); }' |
    source_file src/core/planted_two.c
object src/core/planted_one.c
object src/core/planted_two.c
expect cycles 'calls go round: .*planted_one.c'

printf '#ifndef CORE_PLANTED_H\n#define CORE_PLANTED_H\nsize_t planted(void); /* lacks stddef */\n#endif\n' |
    source_file src/core/planted.h
expect headers 'src/core/planted.h: does not compile'
printf '#ifndef PLANTED\n#define PLANTED\n#endif\n' | source_file src/core/planted_guard.h
expect headers 'src/core/planted_guard.h: its guard'

echo 'void planted(char *to) { strcpy(to, "x"); }' | source_file src/cli/planted.c
expect banned 'src/cli/planted.c:3: strcpy'
echo 'void planted(void) { sleep(1); }' | source_file src/work/planted_sleep.c
expect banned 'src/work/planted_sleep.c:3: sleep'
echo 'static double planted;' | source_file src/core/money_planted.c
expect banned 'src/core/money_planted.c:3: double'
echo 'void planted(void) { uv_fs_open(l, &r, (f(1, 2)), 0, 0, NULL); }' | source_file src/net/planted_fs.c
expect banned 'src/net/planted_fs.c:3: uv_fs_'
echo '/* TODO: later */' | source_file src/net/planted_later.c
expect banned 'src/net/planted_later.c:3: TODO'
echo 'allow src/net/gone.c  sleep(): no reason any more' >>"$tree/tests/lint/banned.txt"
expect banned 'src/net/gone.c does not need'

echo 'PROVIDER(planted)' >>"$tree/src/provider/providers.def"
expect tables 'nothing defines planted'
echo 'const struct command command_planted = {
};' | source_file src/cli/cmd_planted.c
expect tables 'src/cli/cmd_planted.c:3: planted has no line'
expect tables 'command planted has no summary'
echo 'METHOD("planted.method", rpc_hello)' >>"$tree/src/daemon/rpc_methods.def"
expect tables 'method planted.method is not described'
printf -- '-- name: planted_query\nselect 1;\n' >>"$tree/assets/sql/planted.sql"
expect tables 'query planted_query is used by nobody'

printf '#ifndef CORE_PLANTED_DOC_H\n#define CORE_PLANTED_DOC_H\n\nint planted_doc(void);\n\n#endif\n' |
    source_file src/core/planted_doc.h
expect docs 'src/core/planted_doc.h:6: planted_doc has no comment'
echo 'int planted;' >"$tree/src/core/planted_spdx.c"
expect docs 'src/core/planted_spdx.c: does not begin with its SPDX'

echo 'int  planted ( void );' | source_file src/core/planted_format.c
expect format 'src/core/planted_format.c:3'

# A program that links what it must not, whether or not the real one is built.
echo 'int main(void) { return 0; }' | "${CC:-cc}" -x c - -o "$tree/build/dev/purser" -Wl,--no-as-needed -lsqlite3
expect links 'purser: links libsqlite3'
echo 'int fz_planted(void); int fz_planted(void) { return 0; } int main(void) { return fz_planted(); }' |
    "${CC:-cc}" -x c - -o "$tree/build/dev/purserd"
expect links 'purserd: contains fz_planted'

echo "selftest: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
