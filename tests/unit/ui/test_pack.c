/* SPDX-License-Identifier: MIT */
/* Bytes of curses, packed: the same picture in fewer. */
#include "ui/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void packs_to(const char *from, const char *wanted, bool repeat)
{
    struct buf to;

    buf_init(&to, 1 << 16);
    pack_bytes(&to, str_of(from), repeat);
    assert_string_equal(buf_text(&to), wanted);
    buf_fini(&to);
}

static void neighbouring_colours_become_one(void **state)
{
    (void)state;
    packs_to("\033[0;1m\033[38;5;37mx", "\033[;1;38;5;37mx", false);
    packs_to("\033[39m\033[49mx\033[1my", "\033[39;49mx\033[1my", false);
}

static void a_reset_forgets_what_came_before_it(void **state)
{
    (void)state;
    packs_to("\033[38;5;37m\033(B\033[mx", "\033[mx", false);
    packs_to("\033[1m\033[0m\033[38;5;9mx", "\033[;38;5;9mx", false);
}

static void long_runs_are_repeated_where_the_terminal_can(void **state)
{
    (void)state;
    packs_to("a────────b", "a─\033[7bb", true);
    packs_to("a────────b", "a────────b", false);
    packs_to("────", "────", true);
    packs_to("aaaaaaaaaa", "aaaaaaaaaa", true);
}

static void all_else_passes_unchanged(void **state)
{
    (void)state;
    packs_to("\033[?1049h\033[1;24r\033[H\033[2Jx\r\n\033[10dy\033[K\033=",
             "\033[?1049h\033[1;24r"
             "\033[H\033[2Jx\r\n\033[10dy\033[K\033=",
             true);
    packs_to("\033[>4;2m\033[?1m", "\033[>4;2m\033[?1m", true);
    packs_to("\033", "\033", true);
    packs_to("\033[", "\033[", true);
    packs_to("", "", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbouring_colours_become_one),
        cmocka_unit_test(a_reset_forgets_what_came_before_it),
        cmocka_unit_test(long_runs_are_repeated_where_the_terminal_can),
        cmocka_unit_test(all_else_passes_unchanged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
