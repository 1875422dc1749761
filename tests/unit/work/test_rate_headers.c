/* SPDX-License-Identifier: MIT */
/* Durations as rate-limit headers write them. */
#include "work/rate_headers.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void durations_are_read_by_their_digits(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        { "1s", 1000 },   { "6m0s", 360000 },    { "12ms", 12 },
        { "1.5s", 1500 }, { "1h2m3s", 3723000 }, { "100us", 1 },
        { "0s", 0 },      { " 20ms ", 20 },      { "", -1 },
        { "5", -1 },      { "s", -1 },           { "1x", -1 },
        { "-1s", -1 },    { "1s2", -1 },         { "999999999999999h", INT32_MAX },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(rate_duration_read(str_of(cases[i].text)), cases[i].ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(durations_are_read_by_their_digits) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
