/* SPDX-License-Identifier: MIT */
/* Hostile files: each gets a sentence or a bounded answer, and the zygote goes on. */
#include "parse/drive.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct drive drive;

struct evil {
    const char *name;
    enum answer_verdict verdict;
    const char *sentence; /* what the end or a warning must say; NULL: anything */
};

static const struct evil table[] = {
    { "empty.pdf", ANSWER_BAD, "the file is empty" },
    { "not-a-pdf.pdf", ANSWER_BAD, "the name ends in .pdf, but this is not a PDF" },
    { "truncated.pdf", ANSWER_OK, "the PDF is damaged and was repaired: parts may be missing" },
    { "cut-early.pdf", ANSWER_BAD, "the PDF is damaged" },
    { "junk.pdf", ANSWER_BAD, "the PDF is damaged" },
    { "encrypted.pdf", ANSWER_UNSUPPORTED, "the PDF is encrypted and needs a password" },
    { "no-pages.pdf", ANSWER_BAD, "the PDF is damaged: it has no pages" },
    { "page-loop.pdf", ANSWER_BAD, "no page of it can be read" },
    { "count-lies.pdf", ANSWER_LIMIT, "the PDF has 2000000000 pages, more than 2000" },
    { "count-lies-a-little.pdf", ANSWER_OK, "20 pages in a row cannot be read" },
    { "huge-page.pdf", ANSWER_OK, NULL },
    { "form-loop.pdf", ANSWER_OK, NULL },
    { "xref-loop.pdf", ANSWER_OK, "was repaired" },
    { "deep-array.pdf", ANSWER_OK, NULL },
    { "negative-length.pdf", ANSWER_OK, NULL },
    { "flate-bomb.pdf", ANSWER_OK, NULL },
    { "text-flood.pdf", ANSWER_BAD, "it needs more memory than it may have" },
    { "image-lies.pdf", ANSWER_OK, "the image is 60000x60000, more than 50 megapixels" },
    { "jpx-noise.pdf", ANSWER_BAD, "no page of it can be read" },
    { "jpx-and-text.pdf", ANSWER_OK, "the images on page 1 are left out" },
    { "actions.pdf", ANSWER_OK, NULL },
    { "external-stream.pdf", ANSWER_OK, NULL },
    { "huge-header.png", ANSWER_LIMIT, "the image is 30000x30000, more than 50 megapixels" },
    { "zero.png", ANSWER_BAD, "the PNG image is damaged" },
    { "short-data.png", ANSWER_BAD, "the PNG image is damaged" },
    { "truncated.png", ANSWER_BAD, "the PNG image is damaged" },
    { "bad-crc.png", ANSWER_BAD, "the PNG image is damaged" },
    { "text-bomb.png", ANSWER_OK, NULL },
    { "large-but-allowed.png", ANSWER_OK, NULL },
    { "truncated.jpg", ANSWER_OK, "the image is damaged: part of it is missing" },
    { "huge-header.jpg", ANSWER_LIMIT, "the image is 65500x65500, more than 50 megapixels" },
    { "exif-loop.jpg", ANSWER_OK, NULL },
    { "junk.jpg", ANSWER_BAD, "the JPEG image is damaged" },
    { "junk.webp", ANSWER_BAD, "the WebP image is damaged" },
    { "bomb.zip", ANSWER_UNSUPPORTED, "ZIP archives are not read" },
    { "bomb.docx", ANSWER_LIMIT,
      "the archive's part word/document.xml unpacks to more than it may" },
    { "xxe.docx", ANSWER_UNSUPPORTED, "a part of the document has a document type" },
    { "laughs.docx", ANSWER_BAD, "the XML of the document is damaged" },
    { "deep.docx", ANSWER_BAD, "the XML of the document is damaged" },
    { "traversal.docx", ANSWER_OK, "the image etc/passwd is left out: the archive has no part" },
    { "no-body.docx", ANSWER_BAD, "the XML of the document is damaged" },
    { "cut.docx", ANSWER_BAD, "the ZIP archive is damaged" },
    { "far-cells.xlsx", ANSWER_OK, NULL },
    { "deep.html", ANSWER_OK, NULL },
    { "quotes.csv", ANSWER_OK, NULL },
    { "old-office.doc", ANSWER_UNSUPPORTED, "old Office files (.doc, .xls, .ppt) are not read" },
    { "nul.txt", ANSWER_UNSUPPORTED, "this is neither text nor a known document format" },
    { "overlong.txt", ANSWER_OK, NULL },
    { "utf16-no-mark.txt", ANSWER_OK, "the text was read as UTF-16LE" },
    { "terminal.txt", ANSWER_OK, NULL },
    { "deep.md", ANSWER_OK, NULL },
    { "links.md", ANSWER_OK, NULL },
};

static bool says(const struct drive_result *r, const char *sentence)
{
    size_t at;

    if (str_find(r->end.text, str_of(sentence), &at))
        return true;
    for (size_t i = 0; i < r->warns; i++)
        if (str_find(r->warn[i].text, str_of(sentence), &at))
            return true;
    return false;
}

static void everything_is_utf8_and_harmless(const struct drive_result *r)
{
    for (size_t i = 0; i < r->blocks; i++) {
        assert_true(utf8_valid(r->block[i].text));
        for (size_t k = 0; k < r->block[i].text.len; k++)
            assert_true((unsigned char)r->block[i].text.at[k] >= ' ' ||
                        r->block[i].text.at[k] == '\n' || r->block[i].text.at[k] == '\t');
    }
}

static void a_good_document_is_still_read(void)
{
    struct drive_result r;

    assert_true(drive_file(&drive, LINE_PARSE, EVIL_DIR "/good.pdf", &r));
    assert_int_equal(r.exit.how, EXIT_DONE);
    assert_int_equal(r.blocks, 1);
    drive_result_fini(&r);
}

static void each_hostile_file_gets_its_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        char path[512];
        struct drive_result r;

        if (!drive.hello.seccomp && strcmp(table[i].name, "text-flood.pdf") == 0)
            continue; /* a sanitizer's build has no limit on memory */
        snprintf(path, sizeof(path), "%s/%s", EVIL_DIR, table[i].name);
        assert_true(drive_file(&drive, LINE_PARSE, path, &r));
        if (r.exit.how != EXIT_DONE || r.end.verdict != table[i].verdict ||
            (table[i].sentence != NULL && !says(&r, table[i].sentence)))
            fail_msg("%s: how %d signal %u verdict %d \"" STR_FMT "\"", table[i].name,
                     (int)r.exit.how, r.exit.signum, (int)r.end.verdict, STR_ARG(r.end.text));
        everything_is_utf8_and_harmless(&r);
        drive_result_fini(&r);
        a_good_document_is_still_read();
    }
}

static void every_hostile_file_is_in_the_table(void **state)
{
    DIR *dir = opendir(EVIL_DIR);
    struct dirent *entry;
    size_t files = 0;

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        files += entry->d_name[0] != '.' && strcmp(entry->d_name, "make.py") != 0 &&
                 strcmp(entry->d_name, "good.pdf") != 0;
    closedir(dir);
    assert_int_equal(files, COUNT_OF(table));
}

static void the_wall_clock_ends_a_slow_one(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "flate-bomb.pdf");
    struct drive_result r;

    (void)state;
    ask.limits.wall_ms = 50;
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, EVIL_DIR "/flate-bomb.pdf"), &r));
    assert_int_equal(r.exit.how, EXIT_WALL);
    drive_result_fini(&r);
    a_good_document_is_still_read();
}

static void the_processor_limit_ends_a_busy_one(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "flate-bomb.pdf");
    struct drive_result r;

    (void)state;
    ask.limits.cpu_s = 1;
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, EVIL_DIR "/flate-bomb.pdf"), &r));
    if (r.exit.how == EXIT_DONE)
        skip(); /* this machine does it within a second */
    assert_int_equal(r.exit.how, EXIT_DIED);
    assert_int_equal(r.exit.signum, SIGXCPU);
    drive_result_fini(&r);
    a_good_document_is_still_read();
}

static void too_much_output_ends_a_flood(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "report.pdf");
    struct drive_result r;

    (void)state;
    ask.limits.output_max = 50000;
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, SAMPLES_DIR "/report.pdf"), &r));
    assert_int_equal(r.exit.how, EXIT_OUTPUT);
    assert_true(r.output <= 50000);
    drive_result_fini(&r);
    a_good_document_is_still_read();
}

static void too_much_text_is_a_limit_with_a_sentence(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "notes.txt");
    struct drive_result r;

    (void)state;
    ask.limits.text_max = 100;
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, SAMPLES_DIR "/notes.txt"), &r));
    assert_int_equal(r.end.verdict, ANSWER_LIMIT);
    drive_result_fini(&r);
}

static void a_canceled_one_says_so(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "flate-bomb.pdf");
    struct drive_result r;
    uint32_t id;

    (void)state;
    id = drive_send(&drive, &ask, EVIL_DIR "/flate-bomb.pdf");
    drive_cancel(&drive, id);
    assert_true(drive_wait(&drive, id, &r));
    assert_int_equal(r.exit.how, EXIT_CANCELED);
    drive_result_fini(&r);
    a_good_document_is_still_read();
}

static void one_endless_line_is_linear_work(void **state)
{
    enum { SIZE = 8 << 20 };
    struct parse_ask ask = drive_ask(LINE_PARSE, "line.txt");
    struct drive_result r;
    char *line = xmalloc(SIZE);
    size_t text = 0;

    (void)state;
    memset(line, 'a', SIZE);
    ask.bytes = (struct str){ line, SIZE };
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, NULL), &r));
    for (size_t i = 0; i < r.blocks; i++)
        text += r.block[i].text.len;
    assert_int_equal(r.end.verdict, ANSWER_OK);
    assert_int_equal(text, SIZE); /* nothing is dropped in silence */
    assert_int_equal(r.blocks, SIZE / ANSWER_TEXT_MAX);
    drive_result_fini(&r);
    memset(line, '\n', SIZE);
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, NULL), &r));
    assert_int_equal(r.blocks, 0);
    drive_result_fini(&r);
    free(line);
}

/* Every 40th byte of a good PDF turned over, one at a time: no crash of the zygote, ever. */
static void flipped_bits_cost_their_own_child_at_most(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "flipped.pdf");
    static char bytes[4096];
    FILE *file = fopen(EVIL_DIR "/good.pdf", "rb");
    size_t len;

    (void)state;
    assert_non_null(file);
    len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    for (size_t i = 0; i < len; i += 9) {
        struct drive_result r;

        bytes[i] = (char)(bytes[i] ^ (1 << (i % 8)));
        ask.bytes = (struct str){ bytes, len };
        assert_true(drive_wait(&drive, drive_send(&drive, &ask, NULL), &r));
        assert_int_equal(r.exit.how, EXIT_DONE);
        drive_result_fini(&r);
        bytes[i] = (char)(bytes[i] ^ (1 << (i % 8)));
    }
    a_good_document_is_still_read();
}

static void an_ask_without_its_descriptor_is_refused(void **state)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, "nothing.pdf");
    struct drive_result r;

    (void)state;
    assert_true(drive_wait(&drive, drive_send(&drive, &ask, EVIL_DIR "/not-there.pdf"), &r));
    assert_int_equal(r.exit.how, EXIT_REFUSED);
    drive_result_fini(&r);
    a_good_document_is_still_read();
}

static void start_again(void)
{
    assert_true(drive_open(&drive, PROGRAM, NULL));
}

static void a_line_that_breaks_the_protocol_ends_the_zygote(void **state)
{
    (void)state;
    assert_int_equal(drive_close(&drive), 0);
    start_again();
    drive_send(&drive, &(struct parse_ask){ .kind = (enum line_kind)'?' }, NULL);
    assert_int_equal(drive_close(&drive), 0);
    start_again();
    a_good_document_is_still_read();
}

static int start(void **state)
{
    (void)state;
    return drive_open(&drive, PROGRAM, NULL) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return drive_close(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hostile_file_gets_its_sentence),
        cmocka_unit_test(every_hostile_file_is_in_the_table),
        cmocka_unit_test(the_wall_clock_ends_a_slow_one),
        cmocka_unit_test(the_processor_limit_ends_a_busy_one),
        cmocka_unit_test(too_much_output_ends_a_flood),
        cmocka_unit_test(too_much_text_is_a_limit_with_a_sentence),
        cmocka_unit_test(a_canceled_one_says_so),
        cmocka_unit_test(one_endless_line_is_linear_work),
        cmocka_unit_test(flipped_bits_cost_their_own_child_at_most),
        cmocka_unit_test(an_ask_without_its_descriptor_is_refused),
        cmocka_unit_test(a_line_that_breaks_the_protocol_ends_the_zygote),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
