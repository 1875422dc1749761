/* SPDX-License-Identifier: MIT */
/* What the sample documents hold is what comes out. */
#include "parse/drive.h"

#include "core/image_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct drive drive;

static void read_sample(const char *name, enum line_kind kind, struct drive_result *out)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", SAMPLES_DIR, name);
    assert_true(drive_file(&drive, kind, path, out));
    assert_false(out->broken);
    assert_true(out->ended);
    assert_int_equal(out->exit.how, EXIT_DONE);
    assert_int_equal(out->end.verdict, ANSWER_OK);
    assert_true(!drive.hello.seccomp || out->exit.peak_kib <= 300 * 1024);
}

static size_t count_kind(const struct drive_result *r, enum answer_block_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < r->blocks; i++)
        n += r->block[i].kind == kind;
    return n;
}

static void the_jail_is_shut(void **state)
{
    (void)state;
    if (!drive.hello.seccomp)
        skip(); /* built with a sanitizer */
    assert_int_equal(drive.hello.protocol, PARSE_PROTOCOL);
    assert_true(drive.hello.seccomp);
}

static void a_report_gives_its_pages_headings_and_figures(void **state)
{
    struct drive_result r;
    const struct answer_block *b;

    (void)state;
    read_sample("report.pdf", LINE_PARSE, &r);
    assert_true(str_is(r.meta.format, "pdf"));
    assert_true(str_is(r.meta.title, "Northpier Harbour: the year in figures"));
    assert_int_equal(r.meta.pages, 20);
    assert_int_equal(r.images, 32); /* 12 figures, and the logo on each page */
    assert_int_equal(count_kind(&r, ANSWER_PICTURE), 32);
    assert_int_equal(count_kind(&r, ANSWER_HEADING), 21 + 20);
    b = drive_find(&r, "4 Quays");
    assert_non_null(b);
    assert_int_equal(b->kind, ANSWER_HEADING);
    assert_int_equal(b->level, 1);
    assert_int_equal(b->page, 4);
    assert_true(b->box[0] > 0 && b->box[2] > b->box[0] && b->box[3] > b->box[1]);
    b = drive_find(&r, "Details");
    assert_int_equal(b->level, 2);
    b = drive_find(&r, "select quay");
    assert_int_equal(b->kind, ANSWER_CODE);
    assert_int_equal(r.warns, 0);
    drive_result_fini(&r);
}

/* 12 to describe, 20 times the same logo: the rule of core on what really comes out of a PDF. */
static void a_logo_on_every_page_is_a_decoration(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts[32];
    struct image_verdict verdict[32];
    size_t described = 0, decorations = 0, sent = 0;
    struct drive_result r;

    (void)state;
    read_sample("report.pdf", LINE_PARSE, &r);
    assert_int_equal(r.images, 32);
    for (size_t i = 0; i < r.images; i++) {
        facts[i] = (struct image_facts){ .width = r.image[i].width,
                                         .height = r.image[i].height,
                                         .colors = r.image[i].colors,
                                         .page = r.image[i].page,
                                         .pixels = r.image[i].pixels,
                                         .dhash = r.image[i].dhash };
        sent += r.image[i].bytes.len > 0;
    }
    image_rule_judge(&rule, facts, r.images, verdict);
    for (size_t i = 0; i < r.images; i++) {
        described += verdict[i].fate == IMAGE_DESCRIBE;
        decorations += strcmp(verdict[i].reason, "decoration: same image on 20 pages") == 0;
    }
    assert_int_equal(described, 12);
    assert_int_equal(decorations, 20);
    assert_int_equal(sent, 13); /* the logo's bytes come once */
    drive_result_fini(&r);
}

static void a_range_of_pages_is_read_alone(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "report.pdf");
    struct drive_result r;

    (void)state;
    ask.page_first = 3;
    ask.page_last = 4;
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, SAMPLES_DIR "/report.pdf"), &r));
    assert_int_equal(r.meta.pages, 20);
    assert_int_equal(r.images, 4);
    assert_int_equal(r.block[0].page, 3);
    assert_int_equal(r.block[r.blocks - 1].page, 4);
    drive_result_fini(&r);
}

static void a_scan_becomes_a_picture_of_its_page(void **state)
{
    struct drive_result r;

    (void)state;
    read_sample("scan.pdf", LINE_PARSE, &r);
    assert_int_equal(r.images, 1);
    assert_true(r.image[0].scanned_page);
    assert_true(r.image[0].prepared_height > 1700); /* 150 dpi */
    assert_true(r.image[0].bytes.len > 10000);
    assert_int_equal(r.blocks, 1);
    drive_result_fini(&r);
}

static void a_photograph_is_turned_upright_and_fitted(void **state)
{
    struct drive_result r;

    (void)state;
    read_sample("camera.jpg", LINE_PARSE, &r);
    assert_int_equal(r.image[0].width, 1280);
    assert_int_equal(r.image[0].height, 960);
    assert_int_equal(r.image[0].prepared_width, 1024);
    assert_int_equal(r.image[0].prepared_height, 768);
    assert_true(str_is(r.image[0].mime, "image/jpeg"));
    assert_int_equal(r.image[0].colors, PARSE_COLORS_MAX);
    drive_result_fini(&r);
}

static void metadata_does_not_pass(void **state)
{
    struct drive_result r;
    size_t at;

    (void)state;
    read_sample("camera.jpg", LINE_IMAGE, &r);
    assert_int_equal(r.images, 1);
    assert_int_equal(r.blocks, 0);
    assert_false(str_find(r.image[0].bytes, STR("Exif"), &at));
    assert_false(str_find(r.image[0].bytes, STR("Northpier"), &at));
    drive_result_fini(&r);
}

static void every_kind_of_image_is_read(void **state)
{
    static const struct {
        const char *name, *format;
        uint32_t width, height, colors_least, colors_most;
    } samples[] = {
        { "print-cmyk.jpg", "jpeg", 640, 480, 1000, 4096 },
        { "harbour.webp", "webp", 500, 375, 1000, 4096 },
        { "depth-16bit.png", "png", 240, 160, 250, 256 },
        { "quays-palette.png", "png", 550, 330, 60, 64 },
        { "logo-alpha.png", "png", 240, 120, 100, 300 },
        { "icon.png", "png", 32, 32, 16, 1024 },
        { "rule.png", "png", 1, 400, 1, 1 },
        { "flat.png", "png", 300, 200, 1, 1 },
        { "screenshot.png", "png", 960, 540, 100, 1000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct drive_result r;

        read_sample(samples[i].name, LINE_PARSE, &r);
        assert_true(str_is(r.meta.format, samples[i].format));
        assert_int_equal(r.images, 1);
        assert_int_equal(r.image[0].width, samples[i].width);
        assert_int_equal(r.image[0].height, samples[i].height);
        assert_in_range(r.image[0].colors, samples[i].colors_least, samples[i].colors_most);
        assert_true(r.image[0].bytes.len > 0);
        drive_result_fini(&r);
    }
}

static void the_same_image_gives_the_same_answer_every_time(void **state)
{
    struct drive_result a, b;

    (void)state;
    read_sample("camera.jpg", LINE_IMAGE, &a);
    read_sample("camera.jpg", LINE_IMAGE, &b);
    assert_true(hash_equal(&a.image[0].pixels, &b.image[0].pixels));
    assert_true(a.image[0].dhash == b.image[0].dhash);
    assert_true(str_equal(a.image[0].bytes, b.image[0].bytes));
    drive_result_fini(&a);
    drive_result_fini(&b);
}

static void a_small_image_is_described_by_its_facts_alone(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "icon.png");
    struct drive_result r;

    (void)state;
    ask.limits.image_min_px = 100;
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, SAMPLES_DIR "/icon.png"), &r));
    assert_int_equal(r.image[0].bytes.len, 0);
    assert_int_equal(r.image[0].width, 32);
    assert_true(r.image[0].colors > 16);
    drive_result_fini(&r);
}

static void markdown_keeps_headings_code_tables_and_what_stands_first(void **state)
{
    struct drive_result r;

    (void)state;
    read_sample("handbook.md", LINE_PARSE, &r);
    assert_true(str_is(r.meta.format, "markdown"));
    assert_true(str_is(r.meta.title, "Pilot's handbook"));
    assert_int_equal(r.block[0].kind, ANSWER_TEXT); /* text before the first heading */
    assert_true(str_starts(r.block[0].text, STR("This handbook")));
    assert_int_equal(count_kind(&r, ANSWER_HEADING), 5);
    assert_int_equal(count_kind(&r, ANSWER_TABLE), 1);
    assert_int_equal(count_kind(&r, ANSWER_CODE), 1);
    assert_true(
        str_is(drive_find(&r, "log --channel")->text, "log --channel 12 \\\n    --since 06:00"));
    assert_non_null(drive_find(&r, "| white over red | a vessel is turning |"));
    assert_non_null(drive_find(&r, "the chart & the survey"));
    assert_int_equal(r.references, 2);
    assert_true(str_is(r.reference[0].target, "screenshot.png"));
    assert_true(str_is(r.reference[1].alt, "Survey of the inner basin"));
    drive_result_fini(&r);
}

static void office_files_and_books_keep_headings_tables_and_pictures(void **state)
{
    static const struct {
        const char *name, *format;
        uint32_t pages;
        size_t images, tables;
        const char *heading;
    } table[] = {
        { "handbook.docx", "docx", 0, 2, 1, "When the radio fails" },
        { "handbook.pptx", "pptx", 5, 2, 1, "Pilot" },
        { "handbook.epub", "epub", 0, 2, 1, "When the radio fails" },
        { "berths.xlsx", "xlsx", 0, 0, 4, "June" },
        { "notice.html", "html", 0, 0, 1, "Notice 14" },
        { "berths.csv", "csv", 0, 0, 1, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct drive_result r;

        read_sample(table[i].name, LINE_PARSE, &r);
        assert_true(str_is(r.meta.format, table[i].format));
        assert_int_equal(r.meta.pages, table[i].pages);
        assert_int_equal(r.images, table[i].images);
        assert_int_equal(count_kind(&r, ANSWER_TABLE), table[i].tables);
        assert_int_equal(r.warns, 0);
        if (table[i].heading != NULL)
            assert_non_null(drive_find(&r, table[i].heading));
        drive_result_fini(&r);
    }
}

static void a_picture_keeps_its_alternative_text(void **state)
{
    struct drive_result r;
    const struct answer_block *b;

    (void)state;
    read_sample("handbook.docx", LINE_PARSE, &r);
    b = drive_find(&r, "A call at the port");
    assert_int_equal(b->kind, ANSWER_PICTURE);
    assert_int_equal(b->image, 0);
    drive_result_fini(&r);
}

static void cells_are_what_the_quotes_say(void **state)
{
    struct drive_result r;

    (void)state;
    read_sample("berths.csv", LINE_PARSE, &r);
    assert_non_null(drive_find(&r, "| calls \"twice\"; on Mondays |"));
    assert_non_null(drive_find(&r, "| two lines |"));
    drive_result_fini(&r);
    read_sample("berths.xlsx", LINE_PARSE, &r);
    assert_true(str_is(r.meta.title, "Berths"));
    assert_non_null(drive_find(&r, "| 1 | MV Brine | 7.5 | | | far right |"));
    for (size_t i = 0; i < r.blocks; i++) /* each piece of a sheet has its head */
        assert_true(r.block[i].kind != ANSWER_TABLE ||
                    str_starts(r.block[i].text, STR("| berth |")) ||
                    str_starts(r.block[i].text, STR("| vessel |")));
    drive_result_fini(&r);
}

static void what_a_page_hides_is_left_out(void **state)
{
    struct drive_result r;

    (void)state;
    read_sample("notice.html", LINE_PARSE, &r);
    assert_true(str_is(r.meta.title, "Notice to mariners"));
    assert_null(drive_find(&r, "not this"));
    assert_null(drive_find(&r, "color"));
    assert_non_null(
        drive_find(&r, "The lamp on the north pier is out of order until Friday.\nKeep"));
    assert_non_null(drive_find(&r, "- Channel 12.\n  - Day and night."));
    assert_non_null(drive_find(&r, "until further notice"));
    assert_int_equal(r.references, 1);
    drive_result_fini(&r);
}

static void text_is_read_in_the_encoding_it_has(void **state)
{
    struct drive_result utf8, windows;

    (void)state;
    read_sample("notes.txt", LINE_PARSE, &utf8);
    read_sample("notes-1252.txt", LINE_PARSE, &windows);
    assert_int_equal(utf8.blocks, 4);
    assert_int_equal(windows.blocks, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(str_equal(utf8.block[i].text, windows.block[i].text));
    assert_true(str_is(windows.warn[0].text, "the text was read as Windows-1252"));
    drive_result_fini(&utf8);
    drive_result_fini(&windows);
}

static void bytes_may_come_inline(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "a.md");
    struct drive_result r;

    (void)state;
    ask.bytes = STR("# One\n\ntext\n");
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, NULL), &r));
    assert_int_equal(r.blocks, 2);
    drive_result_fini(&r);
}

static void several_asks_run_at_once(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "report.pdf");
    struct drive_result r;
    uint32_t last = 0;

    (void)state;
    for (int i = 0; i < 8; i++)
        last = drive_send(&drive, &ask, SAMPLES_DIR "/report.pdf");
    assert_true(drive_wait(&drive, last, &r));
    assert_int_equal(r.images, 32);
    drive_result_fini(&r);
    read_sample("notes.txt", LINE_PARSE, &r);
    drive_result_fini(&r);
}

static void the_text_of_a_scan_is_recognised(void **state)
{
    static const char *const args[] = { "--ocr", NULL };
    struct drive ocr;
    struct drive_result page, text;
    struct parse_ask ask = drive_ask(LINE_OCR, "page");

    (void)state;
    assert_true(drive_open(&ocr, PROGRAM, args));
    assert_true(ocr.hello.ocr);
    read_sample("scan.pdf", LINE_PARSE, &page);
    ask.bytes = page.image[0].bytes;
    assert_true(drive_wait(&ocr, drive_send(&ocr, &ask, NULL), &text));
    assert_int_equal(text.end.verdict, ANSWER_OK);
    assert_non_null(drive_find(&text, "15 Environment"));
    assert_non_null(drive_find(&text, "Nobody was hurt"));
    assert_true(!drive.hello.seccomp || text.exit.peak_kib <= 300 * 1024);
    drive_result_fini(&page);
    drive_result_fini(&text);
    assert_int_equal(drive_close(&ocr), 0);
}

/* The engine complains of an icon; in the jail it may write that to a silent stderr only. */
static void a_picture_without_text_is_read_as_nothing(void **state)
{
    static const char *const args[] = { "--ocr", NULL };
    struct parse_ask ask = drive_ask(LINE_OCR, "icon.png");
    struct drive_result text;
    struct drive ocr;

    (void)state;
    assert_true(drive_open(&ocr, PROGRAM, args));
    assert_true(drive_wait(&ocr, drive_send(&ocr, &ask, SAMPLES_DIR "/icon.png"), &text));
    assert_true(text.ended);
    assert_int_equal(text.end.verdict, ANSWER_OK);
    assert_int_equal(text.blocks, 0);
    drive_result_fini(&text);
    assert_int_equal(drive_close(&ocr), 0);
}

static void without_ocr_the_ask_for_it_is_refused_with_a_sentence(void **state)
{
    struct drive_result r;

    (void)state;
    assert_true(drive_file(&drive, LINE_OCR, SAMPLES_DIR "/screenshot.png", &r));
    assert_int_equal(r.end.verdict, ANSWER_UNSUPPORTED);
    drive_result_fini(&r);
}

static int start(void **state)
{
    (void)state;
    return drive_open(&drive, PROGRAM, NULL) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return drive_close(&drive); /* stdin closes: the zygote ends by itself, with 0 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_jail_is_shut),
        cmocka_unit_test(a_report_gives_its_pages_headings_and_figures),
        cmocka_unit_test(a_logo_on_every_page_is_a_decoration),
        cmocka_unit_test(a_range_of_pages_is_read_alone),
        cmocka_unit_test(a_scan_becomes_a_picture_of_its_page),
        cmocka_unit_test(a_photograph_is_turned_upright_and_fitted),
        cmocka_unit_test(metadata_does_not_pass),
        cmocka_unit_test(every_kind_of_image_is_read),
        cmocka_unit_test(the_same_image_gives_the_same_answer_every_time),
        cmocka_unit_test(a_small_image_is_described_by_its_facts_alone),
        cmocka_unit_test(markdown_keeps_headings_code_tables_and_what_stands_first),
        cmocka_unit_test(office_files_and_books_keep_headings_tables_and_pictures),
        cmocka_unit_test(a_picture_keeps_its_alternative_text),
        cmocka_unit_test(cells_are_what_the_quotes_say),
        cmocka_unit_test(what_a_page_hides_is_left_out),
        cmocka_unit_test(text_is_read_in_the_encoding_it_has),
        cmocka_unit_test(bytes_may_come_inline),
        cmocka_unit_test(several_asks_run_at_once),
        cmocka_unit_test(the_text_of_a_scan_is_recognised),
        cmocka_unit_test(a_picture_without_text_is_read_as_nothing),
        cmocka_unit_test(without_ocr_the_ask_for_it_is_refused_with_a_sentence),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
