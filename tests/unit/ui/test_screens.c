/* SPDX-License-Identifier: MIT */
/* Golden screens: tests/screen/NAME.keys on tests/screen/model.jsonl must show NAME.SIZE.screen.
 * UPDATE_SCREENS=1 writes them anew: look at each before it is committed. */
#include "ui/replay.h"
#include "ui/script.h"
#include "ui/shell.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NAMES_MAX = 100, SCREEN_CAP = 1 << 20 };

static void run_keys(struct shell *shell, struct replay *replay, const char *name)
{
    char path[512];
    struct script script;
    struct err err = { 0 };
    enum script_step step = SCRIPT_FAILED;

    (void)snprintf(path, sizeof path, TEST_DIR "/screen/%s.keys", name);
    if (script_open(&script, path, &err)) {
        do {
            step = script_step(&script, shell, replay->now, 0, &err);
            replay_letters(replay, shell, replay->now);
            shell_draw(shell, replay->now);
            replay_letters(replay, shell, replay->now);
        } while (step == SCRIPT_MORE);
    }
    script_fini(&script);
    if (step != SCRIPT_END)
        fail_msg("%s: %s", path, err.text);
}

static void screen_of_keys(const char *name, int w, int h, bool ascii, bool styles, struct buf *out)
{
    struct shell *shell = malloc(sizeof *shell);
    struct replay replay = { 0 };
    struct err err = { 0 };

    assert_non_null(shell);
    shell_init(shell, w, h, ascii);
    if (!replay_file(&replay, shell, TEST_DIR "/screen/model.jsonl", &err))
        fail_msg("%s", err.text);
    model_link(&shell->model, LINK_UP, replay.now, "");
    shell->desk.now = replay.now;
    run_keys(shell, &replay, name);
    shell_draw(shell, replay.now);
    canvas_dump(&shell->canvas, out);
    if (styles)
        canvas_dump_styles(&shell->canvas, out);
    replay_fini(&replay);
    shell_fini(shell);
    free(shell);
}

static void write_file(const char *path, struct str text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text.at, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static void compare(const char *name, const char *kind, int w, int h, bool ascii, bool styles)
{
    char path[512];
    struct buf now, then;
    struct err err = { 0 };

    buf_init(&now, SCREEN_CAP);
    buf_init(&then, SCREEN_CAP);
    screen_of_keys(name, w, h, ascii, styles, &now);
    (void)snprintf(path, sizeof path, TEST_DIR "/screen/%s.%s.screen", name, kind);
    if (getenv("UPDATE_SCREENS") != NULL)
        write_file(path, buf_str(&now));
    if (!file_read(path, SCREEN_CAP, &then, &err))
        fail_msg("%s", err.text);
    if (!str_equal(buf_str(&now), buf_str(&then))) {
        (void)fprintf(stderr, "%s", buf_text(&now));
        fail_msg("%s shows something else now", path);
    }
    buf_fini(&now);
    buf_fini(&then);
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int names_of(char names[NAMES_MAX][64])
{
    DIR *dir = opendir(TEST_DIR "/screen");
    const struct dirent *entry;
    int count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');

        if (dot == NULL || strcmp(dot, ".keys") != 0 || count == NAMES_MAX)
            continue;
        (void)snprintf(names[count++], 64, "%.*s", (int)(dot - entry->d_name), entry->d_name);
    }
    (void)closedir(dir);
    qsort(names, (size_t)count, 64, name_compare);
    return count;
}

static void all_of_size(const char *kind, int w, int h, bool styles)
{
    static char names[NAMES_MAX][64];
    int count = names_of(names);

    assert_true(count >= 15);
    for (int i = 0; i < count; i++)
        compare(names[i], kind, w, h, false, styles);
}

static void screens_at_80x24_show_what_was_found_good(void **state)
{
    (void)state;
    all_of_size("80x24", 80, 24, true);
}

static void screens_at_140x40_show_what_was_found_good(void **state)
{
    (void)state;
    all_of_size("140x40", 140, 40, false);
}

static void screens_in_ascii_show_what_was_found_good(void **state)
{
    (void)state;
    compare("dash", "ascii", 80, 24, true, false);
    compare("jobs", "ascii", 80, 24, true, false);
    compare("confirm", "ascii", 80, 24, true, false);
}

static void a_large_window_is_used(void **state)
{
    (void)state;
    compare("dash", "200x60", 200, 60, false, false);
    compare("jobs", "200x60", 200, 60, false, false);
    compare("ledger", "200x60", 200, 60, false, false);
}

static void in_ascii_nothing_else_leaves(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, SCREEN_CAP);
    screen_of_keys("dash", 140, 40, true, false, &text);
    for (size_t i = 0; i < text.len; i++)
        assert_true((text.at[i] >= ' ' && text.at[i] < 0x7F) || text.at[i] == '\n');
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_at_80x24_show_what_was_found_good),
        cmocka_unit_test(screens_at_140x40_show_what_was_found_good),
        cmocka_unit_test(screens_in_ascii_show_what_was_found_good),
        cmocka_unit_test(a_large_window_is_used),
        cmocka_unit_test(in_ascii_nothing_else_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
