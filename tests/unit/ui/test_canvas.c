/* SPDX-License-Identifier: MIT */
/* Cells: what is cut, wide, combining, hostile, outside. */
#include "ui/kit/canvas.h"
#include "ui/kit/glyph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void dump_is(const struct canvas *canvas, const char *wanted)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    canvas_dump(canvas, &text);
    assert_string_equal(buf_text(&text), wanted);
    buf_fini(&text);
}

static void text_is_cut_with_an_ellipsis(void **state)
{
    struct canvas canvas;

    (void)state;
    canvas_init(&canvas, 8, 2);
    assert_int_equal(canvas_text(&canvas, 0, 0, 8, STYLE_PLAIN, "%s", "exactly8"), 8);
    assert_int_equal(canvas_text(&canvas, 0, 1, 8, STYLE_PLAIN, "%s", "longer than 8"), 8);
    dump_is(&canvas, "exactly8\nlonger …\n");
    canvas_fini(&canvas);
}

static void a_wide_character_never_stands_half_outside(void **state)
{
    struct canvas canvas;

    (void)state;
    canvas_init(&canvas, 4, 1);
    (void)canvas_text(&canvas, 0, 0, 4, STYLE_PLAIN, "%s", "a日本語");
    dump_is(&canvas, "a日…\n");
    canvas_put(&canvas, 3, 0, 0x65E5, STYLE_PLAIN);
    assert_int_equal(canvas_at(&canvas, 3, 0)->point, ' ');
    canvas_fini(&canvas);
}

static void overwriting_half_of_a_wide_character_blanks_the_other(void **state)
{
    struct canvas canvas;

    (void)state;
    canvas_init(&canvas, 4, 1);
    (void)canvas_text(&canvas, 0, 0, 4, STYLE_PLAIN, "日本");
    canvas_put(&canvas, 1, 0, 'x', STYLE_PLAIN);
    dump_is(&canvas, " x本\n");
    canvas_put(&canvas, 2, 0, 'y', STYLE_PLAIN);
    dump_is(&canvas, " xy\n");
    canvas_fini(&canvas);
}

static void a_combining_mark_takes_no_cell(void **state)
{
    struct canvas canvas;

    (void)state;
    canvas_init(&canvas, 4, 1);
    assert_int_equal(canvas_text(&canvas, 0, 0, 4, STYLE_PLAIN, "e\xCC\x81t"), 2);
    assert_int_equal(canvas_at(&canvas, 0, 0)->mark, 0x301);
    dump_is(&canvas, "e\xCC\x81t\n");
    canvas_fini(&canvas);
}

static void foreign_text_is_made_harmless(void **state)
{
    struct canvas canvas;

    (void)state;
    canvas_init(&canvas, 60, 1);
    (void)canvas_text(&canvas, 0, 0, 60, STYLE_PLAIN, "%s", "a\033]0;x\007b\xE2\x80\xAE\xFFz");
    for (int x = 0; x < 60; x++) {
        uint32_t point = canvas_at(&canvas, x, 0)->point;

        assert_true(point >= ' ' && point != 0x7F && point != 0x202E);
    }
    dump_is(&canvas, "a\\x1b]0;x\\x07b<U+202E>\\xffz\n");
    canvas_fini(&canvas);
}

static void nothing_is_drawn_outside_the_clip(void **state)
{
    struct canvas canvas;

    (void)state;
    canvas_init(&canvas, 6, 3);
    (void)canvas_clip(&canvas, (struct rect){ 1, 1, 3, 1 });
    canvas_fill(&canvas, (struct rect){ -5, -5, 50, 50 }, '#', STYLE_PLAIN);
    (void)canvas_text(&canvas, -2, 1, 20, STYLE_PLAIN, "abcdefgh");
    canvas_select(&canvas, (struct rect){ 0, 0, 9, 9 });
    dump_is(&canvas, "\n def\n\n");
    assert_false(canvas_at(&canvas, 0, 1)->selected);
    assert_true(canvas_at(&canvas, 1, 1)->selected);
    canvas_fini(&canvas);
}

static void an_ascii_canvas_holds_only_ascii(void **state)
{
    struct canvas canvas;

    (void)state;
    canvas_init(&canvas, 12, 1);
    canvas.ascii = true;
    (void)canvas_text(&canvas, 0, 0, 12, STYLE_PLAIN, "█▌░─│é日 e\xCC\x81");
    dump_is(&canvas, "#+.-|?? e\n");
    canvas_fini(&canvas);
}

static void every_glyph_of_the_screens_has_a_substitute(void **state)
{
    static const uint32_t glyphs[] = { 0x2588, 0x2589, 0x258A, 0x258B, 0x258C, 0x258D, 0x258E,
                                       0x258F, 0x2591, 0x2592, 0x2500, 0x2502, 0x250C, 0x2510,
                                       0x2514, 0x2518, 0x2524, 0x2581, 0x2582, 0x2583, 0x2584,
                                       0x2585, 0x2586, 0x2587, 0x00B7, 0x2026 };

    (void)state;
    for (size_t i = 0; i < sizeof glyphs / sizeof glyphs[0]; i++) {
        assert_int_not_equal(glyph_ascii(glyphs[i]), '?');
        assert_int_equal(glyph_width(glyphs[i]), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_with_an_ellipsis),
        cmocka_unit_test(a_wide_character_never_stands_half_outside),
        cmocka_unit_test(overwriting_half_of_a_wide_character_blanks_the_other),
        cmocka_unit_test(a_combining_mark_takes_no_cell),
        cmocka_unit_test(foreign_text_is_made_harmless),
        cmocka_unit_test(nothing_is_drawn_outside_the_clip),
        cmocka_unit_test(an_ascii_canvas_holds_only_ascii),
        cmocka_unit_test(every_glyph_of_the_screens_has_a_substitute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
