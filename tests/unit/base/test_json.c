/* SPDX-License-Identifier: MIT */
/* Reading with checks, writing without a tree, and digits as text. */
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/json_scan.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP = 1 << 20 };

static void what_is_not_json_is_refused(void **state)
{
    const struct str bad[] = {
        STR(""),
        STR(" "),
        STR("{} {}"),
        STR("{}x"),
        STR("1 2"),
        STR("nul"),
        STR("True"),
        STR("'a'"),
        STR("{a:1}"),
        STR("{\"a\":1,}"),
        STR("[1,]"),
        STR("[,1]"),
        STR("[1 2]"),
        STR("{\"a\" 1}"),
        STR("{\"a\":}"),
        STR("{,}"),
        STR("["),
        STR("{"),
        STR("[1"),
        STR("]"),
        STR("\"a"),
        STR("\""),
        STR("\"\\\""),
        STR("// x\n1"),
        STR("/*x*/1"),
        /* numbers */
        STR("01"),
        STR("-"),
        STR("+1"),
        STR(".5"),
        STR("1."),
        STR("1.e3"),
        STR("1e"),
        STR("1e+"),
        STR("0x10"),
        STR("NaN"),
        STR("Infinity"),
        STR("-Infinity"),
        STR("1_000"),
        STR("--1"),
        /* texts */
        STR("\"\x01\""),
        STR("\"a\nb\""),
        STR("\"\\u0000\""),
        STR("\"a\\u0000b\""),
        STR("\"\\x41\""),
        STR("\"\\u12\""),
        STR("\"\\ud800\""),
        STR("\"\\udc00\\ud800\""),
        STR("{\"\\u0000\":1}"),
        /* UTF-8 */
        STR("\"\xFF\""),
        STR("\"\xC0\x80\""),
        STR("\"\xED\xA0\x80\""),
        STR("\"\xE2\x82\""),
        STR("\xEF\xBB\xBF{}"),
        STR("\"a\0b\""),
        /* doubled keys, also deep down and also by way of an escape */
        STR("{\"a\":1,\"a\":2}"),
        STR("[{\"b\":{\"a\":1,\"c\":0,\"a\":2}}]"),
        STR("{\"a\":1,\"\\u0061\":2}"),
        STR("{\"\":1,\"\":2}"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct err err = { 0 };
        struct json *root = json_parse(bad[i], CAP, &err);

        if (root != NULL)
            fail_msg("accepted: " STR_FMT, STR_ARG(bad[i]));
        assert_int_equal(err.code, ERR_PARSE);
        assert_true(err.text[0] != '\0');
    }
}

static void what_is_json_is_taken(void **state)
{
    const struct str good[] = {
        STR("0"),
        STR(" -0.5e-3 \r\n\t"),
        STR("null"),
        STR("\"\\ud83d\\ude00 \\/ \\\\ \\\"\""),
        STR("{\"a\":[],\"A\":{}}"),
        STR("[1,[2,[3]]]"),
        STR("1e400"),
        STR("\"\\\\u0000\""),
        STR("\"\x7F\""),
        STR("{ \"a\" : [ true , false , null ] }"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct err err = { 0 };
        struct json *root = json_parse(good[i], CAP, &err);

        if (root == NULL)
            fail_msg("refused: " STR_FMT ": %s", STR_ARG(good[i]), err.text);
        json_free(root);
    }
    json_free(NULL);
}

static void doubled_keys_are_found_among_many(void **state)
{
    (void)state;
    for (int members = 15; members <= 4097; members = members < 20 ? members + 1 : members * 3) {
        for (int twice = 0; twice < 2; twice++) {
            struct json *root;
            struct buf text;

            buf_init(&text, CAP);
            buf_add_char(&text, '{');
            for (int i = 0; i < members; i++)
                buf_addf(&text, "%s\"k%d\":%d", i > 0 ? "," : "",
                         twice && i == members - 1 ? members / 2 : i, i);
            buf_add_char(&text, '}');
            root = json_parse(buf_str(&text), CAP, NULL);
            assert_int_equal(root != NULL, !twice && members <= 4096);
            json_free(root);
            buf_fini(&text);
        }
    }
}

static void depth_and_length_have_caps(void **state)
{
    struct err err = { 0 };
    char text[2 * JSON_DEPTH + 4];
    struct json *root;

    (void)state;
    memset(text, '[', JSON_DEPTH + 1);
    memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
    assert_null(json_parse((struct str){ text, 2 * (JSON_DEPTH + 1) }, CAP, &err));
    assert_int_equal(err.code, ERR_PARSE);
    root = json_parse((struct str){ text + 1, 2 * JSON_DEPTH }, CAP, &err);
    assert_non_null(root);
    json_free(root);
    assert_null(json_parse(STR("[1,2]"), 4, &err));
    assert_int_equal(err.code, ERR_LIMIT);
}

static void counts_are_whole_and_exact(void **state)
{
    static const struct {
        const char *text;
        int64_t n; /* -1: refused */
    } vectors[] = {
        { "0", 0 },
        { "1e3", 1000 },
        { "9007199254740991", JSON_COUNT_MAX },
        { "9007199254740992", -1 },
        { "-1", -1 },
        { "1.5", -1 },
        { "1e400", -1 },
        { "\"1\"", -1 },
        { "true", -1 },
        { "null", -1 },
        { "[]", -1 },
        { "2.0", 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct err err = { 0 };
        struct json_in in;
        struct json *root;
        char text[64];

        snprintf(text, sizeof(text), "{\"n\":%s}", vectors[i].text);
        root = json_parse(str_of(text), CAP, &err);
        in = json_in(root, &err);
        assert_int_equal(json_count(&in, "n"), vectors[i].n < 0 ? 0 : vectors[i].n);
        assert_int_equal(in.ok, vectors[i].n >= 0);
        if (!in.ok)
            assert_non_null(strstr(err.text, "\"n\""));
        json_free(root);
    }
}

static void a_reader_remembers_its_first_failure(void **state)
{
    struct json *root =
        json_parse(STR("{\"a\":\"x\",\"b\":2,\"c\":true,\"d\":{},\"e\":[1]}"), CAP, NULL);
    struct err err = { 0 };
    struct json_in in = json_in(root, &err);

    (void)state;
    assert_true(str_is(json_text(&in, "a"), "x"));
    assert_int_equal(json_int(&in, "b", -5, 5), 2);
    assert_true(json_bool(&in, "c"));
    assert_non_null(json_object(&in, "d"));
    assert_int_equal(json_length(json_list(&in, "e")), 1);
    assert_int_equal(json_count_or(&in, "none", 7), 7);
    assert_true(in.ok);
    assert_int_equal(json_int(&in, "b", 3, 5), 0);
    assert_false(in.ok);
    assert_non_null(strstr(err.text, "\"b\" is out of range"));
    assert_int_equal(json_text(&in, "a").len, 0); /* nothing is answered any more */
    assert_int_equal(json_count_or(&in, "none", 7), 0);
    assert_non_null(strstr(err.text, "\"b\""));
    json_free(root);
}

static void optional_members_may_be_null_but_not_of_another_kind(void **state)
{
    struct json *root = json_parse(STR("{\"a\":null,\"b\":\"x\"}"), CAP, NULL);
    struct err err = { 0 };
    struct json_in in = json_in(root, &err);

    (void)state;
    assert_true(str_is(json_text_or(&in, "a", "other"), "other"));
    assert_true(json_bool_or(&in, "a", true));
    assert_null(json_list_or_null(&in, "a"));
    assert_true(json_real_or(&in, "zz", 0.5) > 0.4);
    assert_true(in.ok);
    assert_int_equal(json_count_or(&in, "b", 3), 0);
    assert_false(in.ok);
    json_free(root);
    root = json_parse(STR("[]"), CAP, NULL);
    assert_false(json_in(root, &err).ok);
    json_free(root);
}

static void names_match_with_case_and_unknown_ones_are_refused(void **state)
{
    static const char *const known[] = { "Total", "b", NULL };
    struct json *root = json_parse(STR("{\"Total\":1,\"b\":2,\"C\":3}"), CAP, NULL);
    struct err err = { 0 };
    struct json_in in = json_in(root, &err);

    (void)state;
    assert_null(json_get(root, "total"));
    assert_non_null(json_get(root, "Total"));
    assert_false(json_only(&in, known));
    assert_non_null(strstr(err.text, "\"C\""));
    json_free(root);
}

static void members_are_walked_in_order(void **state)
{
    struct json *root = json_parse(STR("{\"b\":1,\"a\":2}"), CAP, NULL);
    const struct json *at = json_first(root);

    (void)state;
    assert_string_equal(json_key(at), "b");
    at = json_behind(at);
    assert_string_equal(json_key(at), "a");
    assert_null(json_behind(at));
    assert_null(json_first(NULL));
    assert_int_equal(json_kind(NULL), JSON_NULL);
    assert_null(json_item(root, 5));
    json_free(root);
}

static void written_json_reads_back(void **state)
{
    struct json_out out;
    struct err err = { 0 };
    struct json *root;
    struct buf text;

    (void)state;
    buf_init(&text, CAP);
    out = json_out(&text);
    json_put_object(&out, NULL);
    json_put_text(&out, "text", STR("a\"b\\c\nd\te\x01\xFFz"));
    json_put_cstr(&out, "none", NULL);
    json_put_int(&out, "least", INT64_MIN);
    json_put_list(&out, "list");
    json_put_bool(&out, NULL, true);
    json_put_real(&out, NULL, 0.25, 2);
    json_put_raw(&out, NULL, STR("{\"raw\":1}"));
    json_put_list(&out, NULL);
    json_end(&out, ']');
    json_end(&out, ']');
    json_end(&out, '}');
    assert_string_equal(buf_text(&text),
                        "{\"text\":\"a\\\"b\\\\c\\nd\\te\\u0001\xEF\xBF\xBDz\",\"none\":null,"
                        "\"least\":-9223372036854775808,"
                        "\"list\":[true,0.25,{\"raw\":1},[]]}");
    root = json_parse(buf_str(&text), CAP, &err);
    assert_non_null(root);
    json_free(root);
    buf_fini(&text);
}

static void any_bytes_become_a_text_that_is_json(void **state)
{
    (void)state;
    for (int i = 0; i < 65536; i++) {
        char bytes[2] = { (char)(i >> 8), (char)i };
        struct json *root;
        struct buf text;

        buf_init(&text, 64);
        json_quote(&text, (struct str){ bytes, 2 });
        root = json_parse(buf_str(&text), 64, NULL);
        assert_non_null(root);
        json_free(root);
        buf_fini(&text);
    }
}

static void digits_are_found_by_their_path(void **state)
{
    const struct str json =
        STR(" { \"a\" : { \"b\" : [ 1 , {\"c\":0.10} , \"x,]}\" ] , \"d\\\"\" : -2e5 } ,\"e\":[] ,"
            "\"n\":null}");
    static const struct {
        const char *path, *raw; /* NULL: there is none */
    } vectors[] = {
        { "a.b.0", "1" },        { "a.b.1.c", "0.10" },
        { "a.b.2", "\"x,]}\"" }, { "a.b.1", "{\"c\":0.10}" },
        { "a.d\\\"", "-2e5" },   { "e", "[]" },
        { "n", "null" },         { "a.b.3", NULL },
        { "a.x", NULL },         { "a.b.-1", NULL },
        { "a.b.0.c", NULL },     { "e.0", NULL },
        { "b", NULL },           { "a.b.1.c.d", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct str raw;
        bool found = json_scan(json, vectors[i].path, &raw);

        assert_int_equal(found, vectors[i].raw != NULL);
        if (found && !str_is(raw, vectors[i].raw))
            fail_msg("%s: " STR_FMT, vectors[i].path, STR_ARG(raw));
    }
}

static void money_may_come_as_text_or_as_a_number(void **state)
{
    struct str digits;

    (void)state;
    assert_true(json_scan_digits(STR("0.25"), &digits) && str_is(digits, "0.25"));
    assert_true(json_scan_digits(STR("\"0.25\""), &digits) && str_is(digits, "0.25"));
    assert_true(json_scan_digits(STR("-1"), &digits));
    assert_false(json_scan_digits(STR("\"0\\u002e25\""), &digits));
    assert_false(json_scan_digits(STR("null"), &digits));
    assert_false(json_scan_digits(STR("{}"), &digits));
    assert_false(json_scan_digits(STR(""), &digits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(what_is_json_is_taken),
        cmocka_unit_test(doubled_keys_are_found_among_many),
        cmocka_unit_test(depth_and_length_have_caps),
        cmocka_unit_test(counts_are_whole_and_exact),
        cmocka_unit_test(a_reader_remembers_its_first_failure),
        cmocka_unit_test(optional_members_may_be_null_but_not_of_another_kind),
        cmocka_unit_test(names_match_with_case_and_unknown_ones_are_refused),
        cmocka_unit_test(members_are_walked_in_order),
        cmocka_unit_test(written_json_reads_back),
        cmocka_unit_test(any_bytes_become_a_text_that_is_json),
        cmocka_unit_test(digits_are_found_by_their_path),
        cmocka_unit_test(money_may_come_as_text_or_as_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
