/* SPDX-License-Identifier: MIT */
/* The real terminal half on a pty: what libvterm sees equals the canvas, and it costs few bytes. */
#include "ui/kit/key.h"
#include "ui/replay.h"
#include "ui/shell.h"
#include "ui/term.h"
#include "vt.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

struct line { /* a pty, our end and the UI's */
    int ours, theirs;
    char path[128];
    struct vt *vt;
    size_t bytes;
};

static void line_open(struct line *line, int w, int h)
{
    struct winsize size = { .ws_row = (unsigned short)h, .ws_col = (unsigned short)w };

    assert_int_equal(openpty(&line->ours, &line->theirs, line->path, NULL, &size), 0);
    (void)fcntl(line->ours, F_SETFL, O_NONBLOCK);
    line->vt = vt_new(w, h);
    line->bytes = 0;
}

static void line_close(struct line *line)
{
    vt_free(line->vt);
    (void)close(line->ours);
    (void)close(line->theirs);
}

/* Moves bytes until both sides are quiet; returns how many came. */
static size_t line_drain(struct line *line, struct terminal *term)
{
    char bytes[8192];
    size_t all = 0;

    for (int quiet = 0; quiet < 3;) {
        struct pollfd in = { .fd = line->ours, .events = POLLIN };
        bool left = term == NULL || term_flush(term);

        if (poll(&in, 1, 10) <= 0) {
            quiet += left ? 1 : 0;
            continue;
        }
        ssize_t n = read(line->ours, bytes, sizeof bytes);

        if (n <= 0)
            break;
        all += (size_t)n;
        vt_feed(line->vt, bytes, (size_t)n);
        quiet = 0;
    }
    return all;
}

struct stage {
    struct line line;
    struct terminal *term;
    struct shell *shell;
    struct replay replay;
};

static void stage_open(struct stage *stage, int w, int h, bool no_color)
{
    struct err err = { 0 };

    *stage = (struct stage){ 0 };
    assert_true(term_utf8());
    assert_int_equal(setenv("TERM", "xterm-256color", 1), 0);
    line_open(&stage->line, w, h);
    stage->shell = calloc(1, sizeof *stage->shell);
    assert_non_null(stage->shell);
    shell_init(stage->shell, w, h, false);
    assert_true(replay_file(&stage->replay, stage->shell, TEST_DIR "/screen/model.jsonl", &err));
    model_link(&stage->shell->model, LINK_UP, stage->replay.now, "");
    stage->term = term_open(&(struct term_config){ stage->line.path, no_color }, &err);
    if (stage->term == NULL)
        fail_msg("%s", err.text);
}

static size_t stage_frame(struct stage *stage)
{
    shell_draw(stage->shell, stage->replay.now);
    replay_letters(&stage->replay, stage->shell, stage->replay.now);
    shell_draw(stage->shell, stage->replay.now);
    term_draw(stage->term, &stage->shell->canvas);
    return line_drain(&stage->line, stage->term);
}

static void stage_close(struct stage *stage)
{
    term_close(stage->term);
    replay_fini(&stage->replay);
    shell_fini(stage->shell);
    free(stage->shell);
    line_close(&stage->line);
}

static void same_picture(struct stage *stage)
{
    struct buf canvas, seen;

    buf_init(&canvas, 1 << 20);
    buf_init(&seen, 1 << 20);
    canvas_dump(&stage->shell->canvas, &canvas);
    vt_dump(stage->line.vt, &seen);
    assert_string_equal(buf_text(&seen), buf_text(&canvas));
    buf_fini(&canvas);
    buf_fini(&seen);
}

static void the_terminal_shows_the_canvas(void **state)
{
    static const char *const screens[] = { "dash", "jobs", "ledger", "models", "providers",
                                           "log",  "help", "launch", "budgets" };
    struct stage stage;

    (void)state;
    stage_open(&stage, 140, 40, false);
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        assert_true(shell_start(stage.shell, screens[i], ""));
        (void)stage_frame(&stage);
        same_picture(&stage);
    }
    stage_close(&stage);
}

static void a_first_paint_is_at_most_8_kilobytes(void **state)
{
    struct stage stage;

    (void)state;
    stage_open(&stage, 140, 40, false);
    size_t bytes = stage_frame(&stage);

    print_message("first paint at 140x40: %zu bytes\n", bytes);
    assert_true(bytes <= 8192);
    stage_close(&stage);
    stage_open(&stage, 80, 24, false);
    bytes = stage_frame(&stage);
    print_message("first paint at 80x24: %zu bytes\n", bytes);
    assert_true(bytes <= 4608);
    stage_close(&stage);
}

static void an_unchanged_screen_costs_nothing(void **state)
{
    struct stage stage;

    (void)state;
    stage_open(&stage, 140, 40, false);
    (void)stage_frame(&stage);
    assert_int_equal(stage_frame(&stage), 0);
    stage_close(&stage);
}

static void ten_changed_numbers_cost_at_most_300_bytes(void **state)
{
    struct stage stage;
    struct canvas *canvas;

    (void)state;
    stage_open(&stage, 140, 40, false);
    (void)stage_frame(&stage);
    canvas = &stage.shell->canvas;
    for (int i = 0; i < 10; i++)
        canvas_right(canvas, 20 + i % 2 * 60, 4 + i * 3, 6, STYLE_PLAIN, "%d.%02d", 10 + i, i);
    term_draw(stage.term, canvas);
    size_t bytes = line_drain(&stage.line, stage.term);

    print_message("ten numbers: %zu bytes\n", bytes);
    assert_true(bytes <= 300);
    stage_close(&stage);
}

static void without_colour_no_colour_leaves(void **state)
{
    struct stage stage;

    (void)state;
    stage_open(&stage, 80, 24, true);
    (void)stage_frame(&stage);
    same_picture(&stage);
    for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 80; x++) {
            struct vt_cell cell;

            vt_cell(stage.line.vt, x, y, &cell);
            assert_true(cell.default_fore && cell.default_back);
        }
    }
    stage_close(&stage);
}

static void keys_come_in_whole(void **state)
{
    static const char typed[] = "j\033OB\033[5~é日\033[Z\033OP\x13";
    static const uint32_t wanted[] = { 'j',    KEY_ARROW_DOWN, KEY_PAGE_UP, 0xE9,
                                       0x65E5, KEY_BACK_TAB,   KEY_F_FIRST, 19 };
    struct stage stage;
    uint32_t key;

    (void)state;
    stage_open(&stage, 80, 24, false);
    (void)stage_frame(&stage);
    assert_int_equal(write(stage.line.ours, typed, strlen(typed)), strlen(typed));
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct pollfd in = { .fd = term_key_fd(stage.term), .events = POLLIN };

        while (!term_read_key(stage.term, &key))
            assert_true(poll(&in, 1, 1000) > 0);
        assert_int_equal(key, wanted[i]);
    }
    stage_close(&stage);
}

static void pasted_line_ends_press_no_enter(void **state)
{
    static const char typed[] = "\033[200~a\rb\033[201~\r";
    static const uint32_t wanted[] = { 'a', ' ', 'b', KEY_RETURN };
    struct stage stage;
    uint32_t key;

    (void)state;
    stage_open(&stage, 80, 24, false);
    (void)stage_frame(&stage);
    assert_int_equal(write(stage.line.ours, typed, strlen(typed)), strlen(typed));
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct pollfd in = { .fd = term_key_fd(stage.term), .events = POLLIN };

        while (!term_read_key(stage.term, &key))
            assert_true(poll(&in, 1, 1000) > 0);
        assert_int_equal(key, wanted[i]);
    }
    stage_close(&stage);
}

static void a_stalled_terminal_is_not_waited_for(void **state)
{
    struct stage stage;

    (void)state;
    stage_open(&stage, 140, 40, false);
    for (int i = 0; i < 200; i++) { /* nobody reads */
        if (term_wants_frame(stage.term)) {
            term_repaint(stage.term);
            shell_draw(stage.shell, stage.replay.now);
            term_draw(stage.term, &stage.shell->canvas);
        }
        (void)term_flush(stage.term);
    }
    assert_false(term_wants_frame(stage.term));
    (void)line_drain(&stage.line, stage.term);
    assert_true(term_wants_frame(stage.term));
    (void)stage_frame(&stage);
    same_picture(&stage);
    stage_close(&stage);
}

static void another_size_is_taken_over(void **state)
{
    struct stage stage;
    static const int sizes[][2] = { { 100, 30 }, { 60, 16 }, { 20, 5 }, { 1, 1 }, { 140, 40 } };

    (void)state;
    stage_open(&stage, 80, 24, false);
    (void)stage_frame(&stage);
    for (size_t i = 0; i < 5; i++) {
        struct winsize size = { .ws_row = (unsigned short)sizes[i][1],
                                .ws_col = (unsigned short)sizes[i][0] };

        assert_int_equal(ioctl(stage.line.ours, TIOCSWINSZ, &size), 0);
        vt_resize(stage.line.vt, sizes[i][0], sizes[i][1]);
        term_resized(stage.term);
        shell_resize(stage.shell, sizes[i][0], sizes[i][1]);
        (void)stage_frame(&stage);
        if (sizes[i][0] > 1)
            same_picture(&stage);
    }
    stage_close(&stage);
}

static void the_terminal_is_given_back_as_it_was(void **state)
{
    struct stage stage;
    struct termios before, after;

    (void)state;
    stage_open(&stage, 80, 24, false);
    (void)stage_frame(&stage);
    assert_false(vt_left(stage.line.vt));
    struct line line = stage.line;

    assert_int_equal(tcgetattr(line.theirs, &after), 0);
    assert_int_equal(after.c_lflag & ECHO, 0);
    before = after;
    term_close(stage.term);
    stage.term = NULL;
    (void)line_drain(&stage.line, NULL);
    assert_true(vt_left(stage.line.vt));
    assert_int_equal(tcgetattr(line.theirs, &after), 0);
    assert_int_not_equal(after.c_lflag & ECHO, 0);
    assert_int_not_equal(after.c_lflag, before.c_lflag);
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_shows_the_canvas),
        cmocka_unit_test(a_first_paint_is_at_most_8_kilobytes),
        cmocka_unit_test(an_unchanged_screen_costs_nothing),
        cmocka_unit_test(ten_changed_numbers_cost_at_most_300_bytes),
        cmocka_unit_test(without_colour_no_colour_leaves),
        cmocka_unit_test(keys_come_in_whole),
        cmocka_unit_test(pasted_line_ends_press_no_enter),
        cmocka_unit_test(a_stalled_terminal_is_not_waited_for),
        cmocka_unit_test(another_size_is_taken_over),
        cmocka_unit_test(the_terminal_is_given_back_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
