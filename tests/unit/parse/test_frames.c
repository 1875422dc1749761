/* SPDX-License-Identifier: MIT */
/* Frames come back as they were put; anything else is refused. */
#include "parse/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct answer read_back(const struct answer *put, struct buf *bytes)
{
    struct answer got;
    size_t used;

    buf_init(bytes, 1 << 20);
    answer_put(bytes, put);
    assert_true(answer_read(buf_str(bytes), &used, &got, NULL));
    assert_int_equal(used, bytes->len);
    assert_int_equal(got.kind, put->kind);
    return got;
}

static struct answer some_image(void)
{
    struct answer a = { .kind = ANSWER_IMAGE };

    a.as.image = (struct answer_image){ .ordinal = 7,
                                        .page = 3,
                                        .box = { -100, 200, 300, 400 },
                                        .width = 640,
                                        .height = 480,
                                        .colors = 4096,
                                        .scanned_page = true,
                                        .same_as = -1,
                                        .dhash = UINT64_C(0xfedcba9876543210),
                                        .mime = STR("image/png"),
                                        .prepared_width = 320,
                                        .prepared_height = 240,
                                        .bytes = STR("\0pixels\0") };
    memset(a.as.image.pixels.byte, 0xab, HASH_BYTES);
    return a;
}

static void an_image_comes_back_whole(void **state)
{
    struct answer put = some_image(), got;
    struct buf bytes;

    (void)state;
    got = read_back(&put, &bytes);
    assert_int_equal(got.as.image.ordinal, 7);
    assert_int_equal(got.as.image.box[0], -100);
    assert_int_equal(got.as.image.same_as, -1);
    assert_true(got.as.image.scanned_page);
    assert_true(got.as.image.dhash == put.as.image.dhash);
    assert_true(hash_equal(&got.as.image.pixels, &put.as.image.pixels));
    assert_true(str_equal(got.as.image.bytes, put.as.image.bytes));
    buf_fini(&bytes);
}

static void a_block_a_warning_and_an_end_come_back(void **state)
{
    struct answer block = { .kind = ANSWER_BLOCK,
                            .as.block = { .kind = ANSWER_HEADING,
                                          .level = 2,
                                          .page = 9,
                                          .image = -1,
                                          .text = STR("Tides") } };
    struct answer warn = { .kind = ANSWER_WARN, .as.warn = { .page = 4, .text = STR("w") } };
    struct answer end = { .kind = ANSWER_END,
                          .as.end = { .verdict = ANSWER_LIMIT, .text = STR("too large") } };
    struct buf bytes;
    struct answer got = read_back(&block, &bytes);

    (void)state;
    assert_int_equal(got.as.block.kind, ANSWER_HEADING);
    assert_int_equal(got.as.block.level, 2);
    assert_int_equal(got.as.block.image, -1);
    assert_true(str_is(got.as.block.text, "Tides"));
    buf_fini(&bytes);
    assert_int_equal(read_back(&warn, &bytes).as.warn.page, 4);
    buf_fini(&bytes);
    got = read_back(&end, &bytes);
    assert_int_equal(got.as.end.verdict, ANSWER_LIMIT);
    assert_true(str_is(got.as.end.text, "too large"));
    buf_fini(&bytes);
}

static void an_ask_comes_back_with_its_limits(void **state)
{
    struct parse_ask ask = { .kind = LINE_PARSE,
                             .page_first = 1,
                             .page_last = 200,
                             .limits = { .wall_ms = 1000, .image_min_px = 100 },
                             .name = STR("a.pdf"),
                             .bytes = STR("%PDF-") };
    struct parse_ask got;
    struct line_header header;
    struct buf bytes;

    (void)state;
    buf_init(&bytes, 4096);
    line_put_ask(&bytes, 5, &ask, 0);
    assert_true(line_read_header(buf_str(&bytes), &header, NULL));
    assert_int_equal(header.id, 5);
    assert_int_equal(header.len, bytes.len - LINE_HEADER);
    assert_true(line_read_ask(header.kind, str_from(buf_str(&bytes), LINE_HEADER), &got, NULL));
    assert_int_equal(got.page_last, 200);
    assert_int_equal(got.limits.wall_ms, 1000);
    assert_int_equal(got.limits.cpu_s, parse_limits_default().cpu_s); /* 0 means the default */
    assert_true(str_is(got.bytes, "%PDF-"));
    buf_fini(&bytes);
}

static void every_cut_frame_waits_or_is_refused(void **state)
{
    struct answer put = some_image(), got;
    struct buf bytes;
    size_t used;

    (void)state;
    read_back(&put, &bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        assert_true(answer_read(str_first(buf_str(&bytes), len), &used, &got, NULL));
        assert_int_equal(used, 0); /* not whole yet */
    }
    for (size_t less = 1; less < bytes.len - ANSWER_HEADER; less++) {
        uint32_t len = (uint32_t)(bytes.len - ANSWER_HEADER - less);

        memcpy(bytes.at + 1, &len, 4); /* a frame that says it is shorter than its fields */
        assert_false(
            answer_read(str_first(buf_str(&bytes), ANSWER_HEADER + len), &used, &got, NULL));
    }
    buf_fini(&bytes);
}

static bool refused(const struct answer *put)
{
    struct answer got;
    struct buf bytes;
    size_t used;
    bool ok;

    buf_init(&bytes, 1 << 24);
    answer_put(&bytes, put);
    ok = answer_read(buf_str(&bytes), &used, &got, NULL);
    buf_fini(&bytes);
    return !ok;
}

static void values_out_of_range_are_refused(void **state)
{
    struct answer a;

    (void)state;
    a = some_image();
    a.as.image.width = PARSE_SIDE_MAX + 1;
    assert_true(refused(&a));
    a = some_image();
    a.as.image.colors = PARSE_COLORS_MAX + 1;
    assert_true(refused(&a));
    a = some_image();
    a.as.image.mime = STR("text/html");
    assert_true(refused(&a));
    a = some_image();
    a.as.image.same_as = -2;
    assert_true(refused(&a));
    a = some_image();
    a.as.image.box[2] = INT32_MIN;
    assert_true(refused(&a));
    a = (struct answer){ .kind = ANSWER_BLOCK, .as.block = { .kind = ANSWER_BLOCK_KINDS } };
    assert_true(refused(&a));
    a = (struct answer){ .kind = ANSWER_BLOCK, .as.block = { .level = 7 } };
    assert_true(refused(&a));
    a = (struct answer){ .kind = ANSWER_END, .as.end = { .verdict = ANSWER_VERDICTS } };
    assert_true(refused(&a));
}

static void unknown_kinds_and_long_frames_are_refused(void **state)
{
    static const char unknown[ANSWER_HEADER] = { '?', 0, 0, 0, 0 };
    static const char huge[ANSWER_HEADER] = { 'b', '\xff', '\xff', '\xff', '\x7f' };
    static const char line_huge[LINE_HEADER] = { 'D', 1, 0, 0, 0, 1, 0, 1, 0 };
    static const char line_unknown[LINE_HEADER] = { 'Z', 1, 0, 0, 0, 0, 0, 0, 0 };
    struct line_header header;
    struct answer got;
    size_t used;

    (void)state;
    assert_false(answer_read((struct str){ unknown, ANSWER_HEADER }, &used, &got, NULL));
    assert_false(answer_read((struct str){ huge, ANSWER_HEADER }, &used, &got, NULL));
    assert_false(line_read_header((struct str){ line_huge, LINE_HEADER }, &header, NULL));
    assert_false(line_read_header((struct str){ line_unknown, LINE_HEADER }, &header, NULL));
    assert_false(line_read_header((struct str){ line_huge, 3 }, &header, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_comes_back_whole),
        cmocka_unit_test(a_block_a_warning_and_an_end_come_back),
        cmocka_unit_test(an_ask_comes_back_with_its_limits),
        cmocka_unit_test(every_cut_frame_waits_or_is_refused),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(unknown_kinds_and_long_frames_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
