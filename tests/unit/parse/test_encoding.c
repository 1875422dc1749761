/* SPDX-License-Identifier: MIT */
/* Whatever the encoding was, UTF-8 comes out; what is no text is refused. */
#include "parse/encoding.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    struct str bytes;
    const char *encoding, *text;
} table[] = {
    { { "plain", 5 }, "UTF-8", "plain" },
    { { "\xef\xbb\xbfmark", 7 }, "UTF-8", "mark" },
    { { "caf\xc3\xa9", 5 }, "UTF-8", "caf\xc3\xa9" },
    { { "caf\xe9 \x80 5", 8 }, "Windows-1252", "caf\xc3\xa9 \xe2\x82\xac 5" },
    { { "\xff\xfe"
        "a\0\n\0",
        6 },
      "UTF-16LE",
      "a\n" },
    { { "\xfe\xff\0a\x20\xac", 6 }, "UTF-16BE", "a\xe2\x82\xac" },
    { { "\xff\xfe\x3d\xd8\x0a\xde", 6 }, "UTF-16LE", "\xf0\x9f\x98\x8a" },
    { { "\xff\xfe\0\0a\0\0\0", 8 }, "UTF-32LE", "a" },
    { { "n\0o\0 \0m\0a\0r\0k\0", 14 }, "UTF-16LE", "no mark" },
    { { "one\r\ntwo\rthree\n", 15 }, "UTF-8", "one\ntwo\nthree\n" },
    { { "a page of words\fanother page of words", 37 },
      "UTF-8",
      "a page of words\nanother page of words" },
};

static void every_encoding_becomes_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *encoding = NULL;
        struct buf to;

        assert_true(encoding_decode(table[i].bytes, &to, &encoding, NULL));
        assert_string_equal(encoding, table[i].encoding);
        assert_string_equal(buf_text(&to), table[i].text);
        buf_fini(&to);
    }
}

static void broken_sixteen_bit_text_is_marked_and_not_lost(void **state)
{
    const char *encoding;
    struct buf to;

    (void)state; /* a lone half of a pair among enough good text, and half a unit at the end */
    assert_true(encoding_decode(
        (struct str){ "\xff\xfe"
                      "a\0b\0\x3d\xd8"
                      "c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m\0n\0o\0p\0q\0r\0"
                      "s\0t\0u\0v\0w\0x\0y\0z\0a\0b\0c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m\0n\0o\0z",
                      89 },
        &to, &encoding, NULL));
    assert_true(utf8_valid(buf_str(&to)));
    assert_true(str_starts(buf_str(&to), STR("ab\xef\xbf\xbd"
                                             "cd")));
    buf_fini(&to);
}

static void what_is_no_text_is_refused(void **state)
{
    static const char noise[] = "\1\2\3\4\5\6\x7f\x1b\0\1\2";
    const char *encoding;
    struct err err = { .code = ERR_NONE };
    struct buf to;

    (void)state;
    assert_false(encoding_decode((struct str){ noise, sizeof(noise) }, &to, &encoding, &err));
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    buf_fini(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_encoding_becomes_utf8),
        cmocka_unit_test(broken_sixteen_bit_text_is_marked_and_not_lost),
        cmocka_unit_test(what_is_no_text_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
