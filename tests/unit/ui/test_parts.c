/* SPDX-License-Identifier: MIT */
/* Layout, figures, fields, lists, keys. */
#include "ui/kit/facts.h"
#include "ui/kit/field.h"
#include "ui/kit/figure.h"
#include "ui/kit/key.h"
#include "ui/kit/layout.h"
#include "ui/kit/list.h"
#include "ui/kit/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void parts_cut_from_a_rectangle_add_up_to_it(void **state)
{
    (void)state;
    for (int h = 0; h < 40; h++) {
        for (int n = -3; n < 45; n++) {
            struct rect whole = { 2, 3, 10, h }, rest = whole, part = rect_top(&rest, n);

            assert_int_equal(part.h + rest.h, h);
            assert_int_equal(part.y + part.h, rest.y);
            rest = whole;
            part = rect_bottom(&rest, n);
            assert_int_equal(rest.y + rest.h, part.y);
            assert_int_equal(part.h + rest.h, h);
            assert_true(part.h >= 0 && rest.h >= 0);
        }
    }
}

static void shares_never_exceed_the_whole(void **state)
{
    const struct share share[] = { { 3, 9 }, { 4, 4 }, { 5, 11 }, { 6, 13 }, { 2, 2 } };
    int got[5];

    (void)state;
    for (int total = 0; total < 80; total++) {
        int sum = 0;

        layout_share(total, share, 5, got);
        for (int i = 0; i < 5; i++) {
            assert_true(got[i] == 0 || (got[i] >= share[i].least && got[i] <= share[i].most));
            sum += got[i];
        }
        assert_true(sum <= total);
    }
    layout_share(20, share, 5, got);
    assert_int_equal(got[0] + got[1] + got[2] + got[3] + got[4], 20);
}

static void counts_keep_three_figures(void **state)
{
    char text[FIGURE_TEXT];
    static const struct {
        int64_t n;
        const char *shown;
    } cases[] = { { -1, "?" },           { 0, "0" },
                  { 999, "999" },        { 1000, "1.00k" },
                  { 9814, "9.81k" },     { 31049, "31.0k" },
                  { 999994, "999k" },    { 31000000, "31.0M" },
                  { 999995000, "1.00G" } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(show_count(cases[i].n, text), cases[i].shown);
    assert_string_equal(show_whole(1234567, text), "1,234,567");
    assert_string_equal(show_whole(123, text), "123");
}

static void unknown_money_is_not_zero(void **state)
{
    char text[FIGURE_TEXT];
    struct figure unknown = { 0 }, none = { true, { 0 } }, little = { true, { 1000000 } };

    (void)state;
    assert_string_equal(show_money(unknown, text), "?");
    assert_string_equal(show_column(unknown, text), "?");
    assert_string_equal(show_column(none, text), "0.00");
    assert_string_equal(show_column(little, text), "<.0001");
    assert_string_equal(show_column((struct figure){ true, { 1512000000 } }, text), "0.0015");
    assert_string_equal(show_column((struct figure){ true, { 68410000000000 } }, text), "68.41");
    assert_string_equal(show_bare((struct figure){ true, { 1870300000 } }, text), "0.001870");
}

static void spans_are_calm(void **state)
{
    char text[FIGURE_TEXT];

    (void)state;
    assert_string_equal(show_span(-1, text), "-");
    assert_string_equal(show_span(42, text), "42s");
    assert_string_equal(show_span(364, text), "6m");
    assert_string_equal(show_span(11100, text), "3h05");
    assert_string_equal(show_span(190000, text), "2d04h");
}

static void times_are_read_or_refused(void **state)
{
    struct utc at;

    (void)state;
    assert_true(time_read(STR("2026-11-22T06:31:07Z"), &at));
    assert_int_equal(at.ms, INT64_C(1795329067000));
    assert_true(time_read(STR("2026-11-22T06:31:07.250Z"), &at));
    assert_int_equal(at.ms, INT64_C(1795329067250));
    assert_false(time_read(STR("2026-11-22 06:31:07Z"), &at));
    assert_false(time_read(STR("2026-13-22T06:31:07Z"), &at));
    assert_false(time_read(STR("2026-11-22T06:31:07+01:00"), &at));
    assert_false(time_read(STR(""), &at));
}

static void kept_text_ends_at_a_whole_character(void **state)
{
    char out[6];

    (void)state;
    text_keep(out, sizeof out, STR("abcd日"));
    assert_string_equal(out, "abcd");
    text_keep(out, sizeof out, STR("ab日"));
    assert_string_equal(out, "ab日");
}

static void a_field_edits_whole_characters(void **state)
{
    struct field field;

    (void)state;
    field_set(&field, STR("aé日"));
    assert_true(field_key(&field, KEY_RUBOUT));
    assert_string_equal(field.text, "aé");
    assert_true(field_key(&field, KEY_ARROW_LEFT));
    assert_true(field_key(&field, 0x65E5));
    assert_string_equal(field.text, "a日é");
    assert_true(field_key(&field, KEY_TO_HOME));
    assert_true(field_key(&field, KEY_DELETE_CHAR));
    assert_string_equal(field.text, "日é");
    assert_true(field_key(&field, 11));
    assert_string_equal(field.text, "");
    field_set(&field, STR("/srv/scans/letters"));
    assert_true(field_key(&field, 23));
    assert_string_equal(field.text, "/srv/scans/");
}

static void a_full_field_takes_no_more(void **state)
{
    struct field field;

    (void)state;
    field_set(&field, STR(""));
    for (int i = 0; i < 3 * FIELD_SIZE; i++)
        assert_true(field_key(&field, 0x65E5));
    assert_true(field.len < FIELD_SIZE);
    assert_int_equal(field.len % 3, 0);
}

static const char *key_of(void *arg, int i)
{
    const char *const *keys = arg;

    return keys[i];
}

static void a_cursor_stays_on_its_row_when_rows_move(void **state)
{
    const char *first[] = { "a", "b", "c" }, *second[] = { "z", "a", "b", "c" };
    struct list list = { 0 };

    (void)state;
    list_place(&list, 3, 2, key_of, first);
    assert_true(list_request(&list, REQUEST_DOWN));
    list_place(&list, 3, 2, key_of, first);
    assert_string_equal(list.key, "b");
    list_place(&list, 4, 2, key_of, second);
    assert_int_equal(list.at, 2);
    assert_string_equal(list.key, "b");
    assert_true(list.at >= list.top && list.at < list.top + 2);
    list_place(&list, 0, 2, key_of, second);
    assert_int_equal(list.at, 0);
}

static void every_key_in_the_table_is_a_key_and_means_one_thing(void **state)
{
    (void)state;
    for (int i = 1; i < REQUESTS; i++) {
        char shown[48];

        assert_true(request_help((enum request)i)[0] != '\0');
        assert_true(request_keys((enum request)i, shown)[0] != '\0');
    }
    for (uint32_t key = 1; key < 128; key++) {
        char shown[16];

        if (key == 8 || key == '\n')
            continue;
        if (request_of_key(key) != REQUEST_NONE)
            assert_true(key_show(key, shown)[0] != '\0');
    }
    assert_int_equal(request_of_key('q'), REQUEST_QUIT);
    assert_int_equal(request_of_key(KEY_ESCAPE), REQUEST_BACK);
    assert_int_equal(request_of_key('h'), REQUEST_LEFT);
    assert_int_equal(request_of_key('?'), REQUEST_HELP);
    assert_int_equal(request_of_key('n'), REQUEST_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_cut_from_a_rectangle_add_up_to_it),
        cmocka_unit_test(shares_never_exceed_the_whole),
        cmocka_unit_test(counts_keep_three_figures),
        cmocka_unit_test(unknown_money_is_not_zero),
        cmocka_unit_test(spans_are_calm),
        cmocka_unit_test(times_are_read_or_refused),
        cmocka_unit_test(kept_text_ends_at_a_whole_character),
        cmocka_unit_test(a_field_edits_whole_characters),
        cmocka_unit_test(a_full_field_takes_no_more),
        cmocka_unit_test(a_cursor_stays_on_its_row_when_rows_move),
        cmocka_unit_test(every_key_in_the_table_is_a_key_and_means_one_thing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
