/* SPDX-License-Identifier: MIT */
/* err, hash, clock. */
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"

#include "test.h"

#include <errno.h>
#include <string.h>

static void an_error_gathers_its_context(void **state)
{
    struct err err = { 0 };

    (void)state;
    assert_false(err_set(&err, ERR_IO, "no %s", "luck"));
    assert_false(err_wrap(&err, "file %d", 7));
    assert_string_equal(err.text, "file 7: no luck");
    assert_int_equal(err.code, ERR_IO);
    assert_false(err_set(NULL, ERR_IO, "x") || err_wrap(NULL, "x") || err_errno(NULL, 1, "x"));
    err_clear(NULL);
    err_clear(&err);
    assert_int_equal(err.code, ERR_NONE);
    assert_string_equal(err.text, "");
}

static void a_long_error_is_cut_and_stays_terminated(void **state)
{
    struct err err = { 0 };
    char word[600];

    (void)state;
    memset(word, 'x', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    err_set(&err, ERR_IO, "%s", word);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    err_wrap(&err, "%s", word);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    err_errno(&err, ENOENT, "%s", word);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void errno_becomes_a_code(void **state)
{
    static const int vectors[][2] = {
        { ENOSPC, ERR_NO_SPACE },   { ENOENT, ERR_NOT_FOUND }, { ECONNREFUSED, ERR_UNREACHABLE },
        { ETIMEDOUT, ERR_TIMEOUT }, { EPERM, ERR_IO },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct err err = { 0 };

        err_errno(&err, vectors[i][0], "x");
        assert_int_equal(err.code, vectors[i][1]);
        assert_true(strncmp(err.text, "x: ", 3) == 0);
    }
}

static void codes_have_names_and_exit_statuses(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_CODES; i++) {
        enum err_code code = (enum err_code)i;

        assert_int_equal(err_code_of_rpc(0, err_code_name(code)), code);
        assert_non_null(err_code_hint(code));
        for (int other = 0; other < i; other++)
            assert_string_not_equal(err_code_name(code), err_code_name((enum err_code)other));
    }
    assert_int_equal(err_code_exit(ERR_NONE), 0);
    assert_int_equal(err_code_exit(ERR_USAGE), 2);
    assert_int_equal(err_code_exit(ERR_BUDGET), 3);
    assert_int_equal(err_code_exit(ERR_UNREACHABLE), 4);
    assert_int_equal(err_code_exit(ERR_PARTIAL), 5);
    assert_int_equal(err_code_exit(ERR_CANCELED), 130);
    assert_int_equal(err_code_of_rpc(-32601, NULL), ERR_METHOD);
    assert_int_equal(err_code_of_rpc(12345, "unheard of"), ERR_INTERNAL);
}

static void hashes_are_sha_256(void **state)
{
    static const char *const vectors[][2] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct str text = str_of(vectors[i][0]);
        struct hash hash = hash_of(text), read, pieces;
        struct hasher *hasher = hasher_new();
        char hex[HASH_TEXT];

        assert_string_equal(hash_text(&hash, hex), vectors[i][1]);
        assert_true(hash_read(str_of(hex), &read) && hash_equal(&hash, &read));
        for (size_t at = 0; at < text.len; at++)
            hasher_add(hasher, text.at + at, 1);
        pieces = hasher_end_take(hasher);
        assert_true(hash_equal(&hash, &pieces));
    }
}

static void fields_do_not_run_into_each_other(void **state)
{
    const struct str one[] = { STR("ab"), STR("c") }, other[] = { STR("a"), STR("bc") };
    struct hash a = hash_of_fields(one, 2), b = hash_of_fields(other, 2),
                again = hash_of_fields(one, 2), fewer = hash_of_fields(one, 1);

    (void)state;
    assert_false(hash_equal(&a, &b));
    assert_false(hash_equal(&a, &fewer));
    assert_true(hash_equal(&a, &again));
}

static void only_64_hex_digits_are_a_hash(void **state)
{
    char hex[66];
    struct hash hash;

    (void)state;
    memset(hex, 'F', sizeof(hex));
    assert_true(hash_read((struct str){ hex, 64 }, &hash));
    assert_false(hash_read((struct str){ hex, 63 }, &hash));
    assert_false(hash_read((struct str){ hex, 65 }, &hash));
    hex[63] = 'g';
    assert_false(hash_read((struct str){ hex, 64 }, &hash));
}

static void times_are_written_in_utc(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } vectors[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { 123, "1970-01-01T00:00:00.123Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { -1000, "1969-12-31T23:59:59Z" },
        { INT64_C(1795329067000), "2026-11-22T06:31:07Z" },
        { INT64_C(1835395200007), "2028-02-29T00:00:00.007Z" },
    };
    char text[UTC_TEXT];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        assert_string_equal(utc_text((struct utc){ vectors[i].ms }, text), vectors[i].text);
}

static void a_clock_set_by_hand_moves_by_hand(void **state)
{
    struct clock clock = clock_by_hand((struct utc){ 5000 }), real = clock_system();
    int64_t before = clock.mono_ms(&clock), mono;

    (void)state;
    assert_int_equal(clock.now(&clock).ms, 5000);
    clock.set.ms += 1000;
    assert_int_equal(clock.now(&clock).ms, 6000);
    assert_int_equal(clock.mono_ms(&clock) - before, 1000);
    mono = real.mono_ms(&real);
    assert_true(real.mono_ms(&real) >= mono);
    assert_true(real.now(&real).ms > INT64_C(1700000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_gathers_its_context),
        cmocka_unit_test(a_long_error_is_cut_and_stays_terminated),
        cmocka_unit_test(errno_becomes_a_code),
        cmocka_unit_test(codes_have_names_and_exit_statuses),
        cmocka_unit_test(hashes_are_sha_256),
        cmocka_unit_test(fields_do_not_run_into_each_other),
        cmocka_unit_test(only_64_hex_digits_are_a_hash),
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(a_clock_set_by_hand_moves_by_hand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
