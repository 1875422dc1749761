/* SPDX-License-Identifier: MIT */
/* str, utf8, buf, arena. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static void whole_numbers_are_read_within_their_range(void **state)
{
    static const struct {
        const char *text;
        int64_t least, most;
        bool ok;
    } vectors[] = {
        { "0", 0, 9, true },
        { "-0", 0, 9, true },
        { "9", 0, 9, true },
        { "10", 0, 9, false },
        { "-1", 0, 9, false },
        { "", 0, 9, false },
        { "-", -9, 9, false },
        { "+1", 0, 9, false },
        { " 1", 0, 9, false },
        { "1 ", 0, 9, false },
        { "1a", 0, 9, false },
        { "0x1", 0, 9, false },
        { "007", 0, 9, true },
        { "9223372036854775807", INT64_MIN, INT64_MAX, true },
        { "9223372036854775808", INT64_MIN, INT64_MAX, false },
        { "-9223372036854775808", INT64_MIN, INT64_MAX, true },
        { "-9223372036854775809", INT64_MIN, INT64_MAX, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        int64_t n = 0;

        assert_int_equal(str_int(str_of(vectors[i].text), vectors[i].least, vectors[i].most, &n),
                         vectors[i].ok);
    }
}

static void strings_are_cut_and_compared_without_copies(void **state)
{
    struct str rest = STR("a,,b"), all = STR("hello");
    size_t at;
    char small[4];

    (void)state;
    assert_true(str_is(str_cut(&rest, ','), "a"));
    assert_true(str_is(str_cut(&rest, ','), ""));
    assert_true(str_is(str_cut(&rest, ','), "b"));
    assert_int_equal(rest.len, 0);
    assert_int_equal(str_cut(&rest, ',').len, 0);
    assert_true(str_is(str_from(all, 3), "lo") && str_is(str_from(all, 99), ""));
    assert_true(str_is(str_first(all, 2), "he") && str_is(str_first(all, 99), "hello"));
    assert_true(str_starts(all, STR("he")) && str_ends(all, STR("lo")));
    assert_false(str_starts(all, STR("hello!")) || str_ends(STR(""), STR("x")));
    assert_true(str_find(all, STR("ll"), &at) && at == 2);
    assert_false(str_find(all, STR(""), &at) || str_find(all, STR("hello!"), &at));
    assert_true(str_is(str_trim(STR(" \t\na b\r\n ")), "a b"));
    assert_true(str_same_letters(STR("HeLLo"), all));
    assert_int_equal(str_of(NULL).len, 0);
    assert_true(str_equal((struct str){ NULL, 0 }, STR("")));
    assert_false(str_copy(small, sizeof(small), all));
    assert_string_equal(small, "hel");
    assert_true(str_copy(small, sizeof(small), STR("abc")));
}

static void only_well_formed_utf8_is_valid(void **state)
{
    const struct str good[] = { STR(""),
                                STR("a"),
                                STR("\xC2\x80"),
                                STR("\xED\x9F\xBF"),
                                STR("\xEE\x80\x80"),
                                STR("\xF0\x90\x80\x80"),
                                STR("\xF4\x8F\xBF\xBF"),
                                STR("a\0b") };
    const struct str bad[] = { STR("\x80"),
                               STR("\xC0\x80"),
                               STR("\xC1\xBF"),
                               STR("\xC2"),
                               STR("\xE0\x9F\xBF"),
                               STR("\xED\xA0\x80"),
                               STR("\xE2\x82"),
                               STR("\xF0\x8F\xBF\xBF"),
                               STR("\xF4\x90\x80\x80"),
                               STR("\xF5\x80\x80\x80"),
                               STR("\xFF"),
                               STR("a\xC2z") };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(utf8_valid(good[i]));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(utf8_valid(bad[i]));
}

static void every_code_point_survives_the_way_there_and_back(void **state)
{
    (void)state;
    for (uint32_t p = 1; p <= 0x10FFFF; p++) {
        char bytes[4];
        struct str s;

        if (p >= 0xD800 && p <= 0xDFFF)
            continue;
        s = (struct str){ bytes, utf8_put(p, bytes) };
        assert_true(utf8_valid(s));
        assert_int_equal(utf8_next(&s), p);
        assert_int_equal(s.len, 0);
    }
}

static void malformed_bytes_cost_one_byte_each(void **state)
{
    struct str s = STR("\xE2\x82z\0");

    (void)state;
    assert_int_equal(utf8_next(&s), 0xFFFD);
    assert_int_equal(utf8_next(&s), 0xFFFD);
    assert_int_equal(utf8_next(&s), 'z');
    assert_int_equal(utf8_next(&s), 0xFFFD); /* a NUL */
    assert_int_equal(utf8_next(&s), 0);
}

static void foreign_text_cannot_drive_the_terminal(void **state)
{
    struct buf safe, valid;

    (void)state;
    buf_init(&safe, 4096);
    utf8_add_safe(&safe, STR("a\x1b[31m\n\tb\x7F\xC2\x9B\xFF\xE2\x80\xAE\xEF\xBB\xBF\xC3\xA9"));
    assert_string_equal(buf_text(&safe), "a\\x1b[31m  b\\x7f\\x9b\\xff<U+202E><U+FEFF>\xC3\xA9");
    buf_fini(&safe);
    buf_init(&valid, 4096);
    utf8_add_valid(&valid, STR("a\0b\xFF"));
    assert_string_equal(buf_text(&valid), "ab\xEF\xBF\xBD");
    buf_fini(&valid);
}

static void a_buf_stops_at_its_cap_and_says_so(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 5);
    assert_string_equal(buf_text(&buf), "");
    assert_true(buf_add_text(&buf, "abc"));
    assert_false(buf_addf(&buf, "%d", 123));
    assert_false(buf_add_char(&buf, 'x')); /* it would fit, but something is missing already */
    assert_false(buf_ok(&buf));
    assert_string_equal(buf_text(&buf), "abc");
    buf_clear(&buf);
    assert_true(buf_ok(&buf));
    assert_true(buf_add_text(&buf, "12345"));
    assert_true(buf_add(&buf, "", 0));
    buf_drop_front(&buf, 2);
    assert_string_equal(buf_text(&buf), "345");
    buf_drop_front(&buf, 99);
    assert_int_equal(buf.len, 0);
    buf_fini(&buf);
    buf_fini(NULL);
}

static void a_huge_length_does_not_wrap_a_cap(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, SIZE_MAX / 2);
    assert_true(buf_add_text(&buf, "x"));
    assert_false(buf_add(&buf, "x", SIZE_MAX - 4));
    assert_int_equal(buf.len, 1);
    buf_fini(&buf);
}

static void detached_bytes_are_the_caller_s(void **state)
{
    struct buf buf;
    char *bytes;

    (void)state;
    buf_init(&buf, 100);
    buf_addf(&buf, "%s-%d", "a", 7);
    bytes = buf_detach(&buf);
    assert_string_equal(bytes, "a-7");
    free(bytes);
    bytes = buf_detach(&buf);
    assert_string_equal(bytes, "");
    free(bytes);
    buf_fini(&buf);
}

static void an_arena_hands_out_zeroed_aligned_memory(void **state)
{
    struct arena arena = { 0 };
    unsigned char *last = NULL;

    (void)state;
    for (size_t size = 1; size < 40000; size = size * 3 / 2 + 1) {
        unsigned char *at = arena_alloc(&arena, size);

        assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0xAA, size);
        assert_true(last == NULL || last[0] == 0xAA);
        last = at;
    }
    assert_string_equal(arena_copy(&arena, STR("abc")), "abc");
    assert_string_equal(arena_copy(&arena, (struct str){ NULL, 0 }), "");
    assert_string_equal(arena_printf(&arena, "%d/%s", 5, "x"), "5/x");
    arena_fini(&arena);
    assert_null(arena.first);
    arena_fini(&arena);
    arena_fini(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_within_their_range),
        cmocka_unit_test(strings_are_cut_and_compared_without_copies),
        cmocka_unit_test(only_well_formed_utf8_is_valid),
        cmocka_unit_test(every_code_point_survives_the_way_there_and_back),
        cmocka_unit_test(malformed_bytes_cost_one_byte_each),
        cmocka_unit_test(foreign_text_cannot_drive_the_terminal),
        cmocka_unit_test(a_buf_stops_at_its_cap_and_says_so),
        cmocka_unit_test(a_huge_length_does_not_wrap_a_cap),
        cmocka_unit_test(detached_bytes_are_the_caller_s),
        cmocka_unit_test(an_arena_hands_out_zeroed_aligned_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
