/* SPDX-License-Identifier: MIT */
/* The daemon's side with the real loop and the real purser-parse: answers, limits, deaths. */
#include "work/parser.h"

#include "base/xalloc.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
    struct loop *loop;
    struct parser *parser;
    int open; /* asks without an end */
    bool closed;
};

struct heard {
    struct world *world;
    struct parse_job *job;
    int metas, blocks, images, references, warns, ends;
    size_t bytes;
    struct err err;
    struct parse_spent spent;
    void (*at_block)(struct heard *heard);
};

static void heard_meta(void *owner, const struct answer_meta *meta)
{
    struct heard *heard = owner;

    (void)meta;
    heard->metas++;
}

static void heard_block(void *owner, const struct answer_block *block)
{
    struct heard *heard = owner;

    heard->blocks++;
    heard->bytes += block->text.len;
    if (heard->at_block != NULL)
        heard->at_block(heard);
}

static void heard_image(void *owner, const struct answer_image *image)
{
    struct heard *heard = owner;

    (void)image;
    heard->images++;
}

static void heard_reference(void *owner, const struct answer_reference *reference)
{
    struct heard *heard = owner;

    (void)reference;
    heard->references++;
}

static void heard_warn(void *owner, const struct answer_warn *warn)
{
    struct heard *heard = owner;

    (void)warn;
    heard->warns++;
}

static void heard_end(void *owner, const struct err *err, const struct parse_spent *spent)
{
    struct heard *heard = owner;

    heard->ends++;
    heard->job = NULL;
    if (err != NULL)
        heard->err = *err;
    heard->spent = *spent;
    if (--heard->world->open == 0)
        loop_stop(heard->world->loop);
}

static const struct parse_events events = { .meta = heard_meta,
                                            .block = heard_block,
                                            .image = heard_image,
                                            .reference = heard_reference,
                                            .warn = heard_warn,
                                            .end = heard_end };

static void world_open(struct world *w, const char *program, int children)
{
    struct parser_spec spec = { .program = program, .children_max = children };

    *w = (struct world){ .loop = loop_new() };
    w->parser = parser_new(w->loop, &spec);
}

static void world_closed(void *owner)
{
    struct world *w = owner;

    w->closed = true;
}

/* Every test ends so: all handles are gone. */
static void world_close(struct world *w)
{
    parser_close(w->parser, world_closed, w);
    loop_run(w->loop);
    assert_true(w->closed);
    assert_true(loop_close(w->loop));
}

static void ask_with(struct world *w, const struct parse_ask *ask, const char *path,
                     struct heard *heard)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *heard = (struct heard){ .world = w };
    w->open++;
    heard->job = parser_submit(w->parser, ask, fd, &events, heard);
    assert_int_equal(heard->ends, 0); /* never from within */
    if (fd >= 0)
        close(fd);
}

static void ask_for(struct world *w, const char *path, struct heard *heard)
{
    struct parse_ask ask = { .kind = LINE_PARSE, .name = str_of(strrchr(path, '/') + 1) };

    ask_with(w, &ask, path, heard);
}

static void a_document_comes_back_in_pieces(void **state)
{
    struct world w;
    struct heard h;

    (void)state;
    world_open(&w, PROGRAM, 2);
    ask_for(&w, SAMPLES_DIR "/report.pdf", &h);
    assert_int_equal(parser_waiting(w.parser), 1);
    loop_run(w.loop);
    assert_int_equal(h.err.code, ERR_NONE);
    assert_int_equal(h.metas, 1);
    assert_int_equal(h.images, 32);
    assert_true(h.blocks > 150);
    assert_int_equal(h.ends, 1);
    assert_true(h.spent.peak_kib > 1000);
    assert_int_equal(parser_waiting(w.parser), 0);
    world_close(&w);
}

static void many_asks_share_few_children(void **state)
{
    enum { ASKS = 40 };
    struct world w;
    struct heard h[ASKS];

    (void)state;
    world_open(&w, PROGRAM, 2);
    parser_warm(w.parser);
    for (int i = 0; i < ASKS; i++)
        ask_for(&w, i % 4 == 0 ? SAMPLES_DIR "/scan.pdf" : SAMPLES_DIR "/handbook.md", &h[i]);
    loop_run(w.loop);
    for (int i = 0; i < ASKS; i++) {
        assert_int_equal(h[i].err.code, ERR_NONE);
        assert_int_equal(h[i].ends, 1);
        assert_int_equal(i % 4 == 0 ? h[i].images : h[i].references, i % 4 == 0 ? 1 : 2);
    }
    world_close(&w);
}

static void an_image_is_prepared_from_bytes_in_memory(void **state)
{
    struct world w;
    struct heard h = { .world = &w };
    struct parse_ask ask = { .kind = LINE_IMAGE };
    char *bytes = xmalloc(1 << 20);
    FILE *file = fopen(SAMPLES_DIR "/camera.jpg", "rb");

    (void)state;
    world_open(&w, PROGRAM, 1);
    ask.bytes = (struct str){ bytes, fread(bytes, 1, 1 << 20, file) };
    fclose(file);
    w.open++;
    parser_submit(w.parser, &ask, -1, &events, &h);
    memset(bytes, 0, 1 << 20); /* it has its own copy */
    free(bytes);
    loop_run(w.loop);
    assert_int_equal(h.err.code, ERR_NONE);
    assert_int_equal(h.images, 1);
    world_close(&w);
}

static void ocr_starts_a_zygote_of_its_own(void **state)
{
    struct world w;
    struct heard h, plain;
    struct parse_ask ask = { .kind = LINE_OCR };

    (void)state;
    world_open(&w, PROGRAM, 2);
    ask_with(&w, &ask, SAMPLES_DIR "/screenshot.png", &h);
    ask_for(&w, SAMPLES_DIR "/notes.txt", &plain);
    loop_run(w.loop);
    assert_int_equal(h.err.code, ERR_NONE);
    assert_true(h.blocks > 3);
    assert_int_equal(plain.blocks, 4);
    world_close(&w);
}

static void failures_have_a_code_and_a_sentence(void **state)
{
    static const struct {
        const char *file;
        enum err_code code;
        const char *text;
    } table[] = {
        { EVIL_DIR "/not-a-pdf.pdf", ERR_INPUT, "the name ends in .pdf, but this is not a PDF" },
        { EVIL_DIR "/encrypted.pdf", ERR_UNSUPPORTED, "the PDF is encrypted and needs a password" },
        { EVIL_DIR "/huge-header.png", ERR_LIMIT,
          "the image is 30000x30000, more than 50 megapixels" },
    };
    struct world w;
    struct heard h[COUNT_OF(table)];

    (void)state;
    world_open(&w, PROGRAM, 2);
    for (size_t i = 0; i < COUNT_OF(table); i++)
        ask_for(&w, table[i].file, &h[i]);
    loop_run(w.loop);
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        assert_int_equal(h[i].err.code, table[i].code);
        assert_string_equal(h[i].err.text, table[i].text);
    }
    world_close(&w);
}

static void limits_end_an_ask_and_say_which(void **state)
{
    struct world w;
    struct heard slow, flood, good;
    struct parse_ask ask = { .kind = LINE_PARSE, .limits = { .wall_ms = 60 } };

    (void)state;
    world_open(&w, PROGRAM, 3);
    ask_with(&w, &ask, EVIL_DIR "/flate-bomb.pdf", &slow);
    ask.limits = (struct parse_limits){ .output_max = 150000 };
    ask_with(&w, &ask, SAMPLES_DIR "/report.pdf", &flood);
    ask_for(&w, SAMPLES_DIR "/report.pdf", &good);
    loop_run(w.loop);
    assert_int_equal(slow.err.code, ERR_TIMEOUT);
    assert_int_equal(flood.err.code, ERR_LIMIT);
    assert_true(flood.images > 0); /* what came before is good */
    assert_int_equal(good.err.code, ERR_NONE);
    world_close(&w);
}

static void canceling_works_before_and_after_sending(void **state)
{
    struct world w;
    struct heard sent, waiting;

    (void)state;
    world_open(&w, PROGRAM, 1);
    ask_for(&w, EVIL_DIR "/flate-bomb.pdf", &sent);
    ask_for(&w, SAMPLES_DIR "/report.pdf", &waiting);
    parser_cancel(waiting.job);
    parser_cancel(sent.job);
    assert_int_equal(waiting.ends, 0);
    loop_run(w.loop);
    assert_int_equal(sent.err.code, ERR_CANCELED);
    assert_int_equal(waiting.err.code, ERR_CANCELED);
    assert_int_equal(waiting.blocks, 0);
    world_close(&w);
}

static void cancel_at_block(struct heard *heard)
{
    parser_cancel(heard->job);
}

static void canceling_from_a_callback_stops_the_callbacks(void **state)
{
    struct world w;
    struct heard h;

    (void)state;
    world_open(&w, PROGRAM, 1);
    ask_for(&w, SAMPLES_DIR "/report.pdf", &h);
    h.at_block = cancel_at_block;
    loop_run(w.loop);
    assert_int_equal(h.err.code, ERR_CANCELED);
    assert_int_equal(h.blocks, 1);
    world_close(&w);
}

/* The zygote is the only child of this process with that name: found the way an admin would. */
static void kill_zygote(void)
{
    char command[128];

    snprintf(command, sizeof(command), "/proc/%d/task/%d/children", (int)getpid(), (int)getpid());
    FILE *file = fopen(command, "r");
    int pid = 0;

    assert_non_null(file);
    while (fscanf(file, "%d", &pid) == 1)
        kill(pid, SIGKILL);
    fclose(file);
}

static void kill_at_block(struct heard *heard)
{
    heard->at_block = NULL;
    kill_zygote();
}

static void a_dead_zygote_is_replaced(void **state)
{
    struct world w;
    struct heard h, next;

    (void)state;
    world_open(&w, PROGRAM, 1);
    ask_for(&w, SAMPLES_DIR "/notes.txt", &h);
    loop_run(w.loop);
    kill_zygote();
    ask_for(&w, SAMPLES_DIR "/notes.txt", &next);
    loop_run(w.loop);
    assert_int_equal(next.err.code, ERR_NONE); /* sent to the dead one or not: nothing was heard */
    assert_int_equal(next.blocks, 4);
    world_close(&w);
}

static void one_that_died_in_the_middle_is_not_told_twice(void **state)
{
    struct world w;
    struct heard h, next;
    struct parse_ask ask = { .kind = LINE_PARSE };

    (void)state;
    world_open(&w, PROGRAM, 1);
    ask_with(&w, &ask, SAMPLES_DIR "/report.pdf", &h);
    h.at_block = kill_at_block;
    ask_for(&w, SAMPLES_DIR "/notes.txt", &next);
    loop_run(w.loop);
    assert_int_equal(h.ends, 1);
    assert_int_equal(h.metas, 1);
    assert_true(h.err.code == ERR_IO || h.err.code == ERR_NONE); /* all may have been on its way */
    assert_int_equal(next.err.code, ERR_NONE);
    world_close(&w);
}

static void a_program_that_is_not_there_is_said_once(void **state)
{
    struct world w;
    struct heard h;

    (void)state;
    world_open(&w, "/nowhere/purser-parse", 1);
    ask_for(&w, SAMPLES_DIR "/notes.txt", &h);
    loop_run(w.loop);
    assert_int_equal(h.ends, 1);
    assert_true(h.err.code == ERR_NOT_FOUND || h.err.code == ERR_IO);
    world_close(&w);
}

static void a_program_that_speaks_otherwise_is_given_up(void **state)
{
    static const char *const programs[] = { "/bin/true", "/bin/cat", "/bin/false" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        struct world w;
        struct heard h;

        if (i == 1)
            continue; /* cat says nothing until it is spoken to: the hello's clock, 20 s */
        world_open(&w, programs[i], 1);
        ask_for(&w, SAMPLES_DIR "/notes.txt", &h);
        loop_run(w.loop);
        assert_int_equal(h.ends, 1);
        assert_int_equal(h.err.code, ERR_IO);
        world_close(&w);
    }
}

static void not_a_regular_file_is_refused(void **state)
{
    struct world w;
    struct heard h;
    struct parse_ask ask = { .kind = LINE_PARSE };
    int ends[2];

    (void)state;
    world_open(&w, PROGRAM, 1);
    assert_int_equal(pipe(ends), 0);
    h = (struct heard){ .world = &w };
    w.open++;
    parser_submit(w.parser, &ask, ends[0], &events, &h);
    loop_run(w.loop);
    assert_int_equal(h.err.code, ERR_INPUT);
    close(ends[0]);
    close(ends[1]);
    world_close(&w);
}

static void closing_in_the_middle_leaves_nothing(void **state)
{
    struct world w;
    struct heard h[4];

    (void)state;
    world_open(&w, PROGRAM, 2);
    for (size_t i = 0; i < 4; i++)
        ask_for(&w, EVIL_DIR "/flate-bomb.pdf", &h[i]);
    parser_warm(w.parser);
    world_close(&w);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(h[i].ends, 0);
}

static void close_at_block(struct heard *heard)
{
    heard->at_block = NULL;
    parser_close(heard->world->parser, world_closed, heard->world);
}

static void closing_from_a_callback_ends_the_callbacks(void **state)
{
    struct world w;
    struct heard h;

    (void)state;
    world_open(&w, PROGRAM, 2);
    ask_for(&w, SAMPLES_DIR "/report.pdf", &h);
    h.at_block = close_at_block;
    loop_run(w.loop);
    assert_true(w.closed);
    assert_int_equal(h.blocks, 1);
    assert_int_equal(h.ends, 0);
    assert_true(loop_close(w.loop));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_comes_back_in_pieces),
        cmocka_unit_test(many_asks_share_few_children),
        cmocka_unit_test(an_image_is_prepared_from_bytes_in_memory),
        cmocka_unit_test(ocr_starts_a_zygote_of_its_own),
        cmocka_unit_test(failures_have_a_code_and_a_sentence),
        cmocka_unit_test(limits_end_an_ask_and_say_which),
        cmocka_unit_test(canceling_works_before_and_after_sending),
        cmocka_unit_test(canceling_from_a_callback_stops_the_callbacks),
        cmocka_unit_test(a_dead_zygote_is_replaced),
        cmocka_unit_test(one_that_died_in_the_middle_is_not_told_twice),
        cmocka_unit_test(a_program_that_is_not_there_is_said_once),
        cmocka_unit_test(a_program_that_speaks_otherwise_is_given_up),
        cmocka_unit_test(not_a_regular_file_is_refused),
        cmocka_unit_test(closing_in_the_middle_leaves_nothing),
        cmocka_unit_test(closing_from_a_callback_ends_the_callbacks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
