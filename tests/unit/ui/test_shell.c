/* SPDX-License-Identifier: MIT */
/* Every screen at every size, and where keys lead. */
#include "ui/kit/key.h"
#include "ui/replay.h"
#include "ui/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct world {
    struct shell shell;
    struct replay replay;
};

static struct world *world_new(int w, int h, bool loaded)
{
    struct world *world = test_calloc(1, sizeof *world);
    struct err err = { 0 };

    shell_init(&world->shell, w, h, false);
    if (loaded && !replay_file(&world->replay, &world->shell, TEST_DIR "/screen/model.jsonl", &err))
        fail_msg("%s", err.text);
    if (loaded)
        model_link(&world->shell.model, LINK_UP, world->replay.now, "");
    world->shell.desk.now = world->replay.now;
    return world;
}

static void world_free(struct world *world)
{
    replay_fini(&world->replay);
    shell_fini(&world->shell);
    test_free(world);
}

static void world_draw(struct world *world)
{
    shell_draw(&world->shell, world->replay.now);
    replay_letters(&world->replay, &world->shell, world->replay.now);
    shell_draw(&world->shell, world->replay.now);
}

static void press(struct world *world, uint32_t key)
{
    shell_key(&world->shell, key, world->replay.now);
    replay_letters(&world->replay, &world->shell, world->replay.now);
    world_draw(world);
}

static bool shows(const struct world *world, const char *text)
{
    struct buf dump;
    size_t at;

    buf_init(&dump, 1 << 20);
    canvas_dump(&world->shell.canvas, &dump);
    bool found = str_find(buf_str(&dump), str_of(text), &at);

    buf_fini(&dump);
    return found;
}

static const char *about_of(const char *name)
{
    return strcmp(name, "job") == 0 ? "41" : strcmp(name, "call") == 0 ? "9039" : "";
}

/* The canvas is exactly as large as the window; asan and the asserts see to the rest. */
static void sizes_of(const char *name, bool loaded, bool ascii)
{
    struct world *world = world_new(80, 24, loaded);

    world->shell.canvas.ascii = ascii;
    assert_true(shell_start(&world->shell, name, about_of(name)));
    for (int w = 1; w <= 220; w += w < 100 ? 3 : 7) {
        for (int h = 1; h <= 70; h += h < 30 ? 1 : 5) {
            shell_resize(&world->shell, w, h);
            world_draw(world);
            assert_int_equal(world->shell.canvas.w, w);
            assert_int_equal(world->shell.canvas.h, h);
        }
    }
    world_free(world);
}

static void every_screen_bears_every_size(void **state)
{
    (void)state;
    for (int i = 0; i < SCREENS; i++)
        sizes_of(screen_of((enum screen_id)i)->name, true, i % 2 == 1);
}

static void every_screen_bears_an_empty_model(void **state)
{
    (void)state;
    for (int i = 0; i < SCREENS; i++)
        sizes_of(screen_of((enum screen_id)i)->name, false, false);
}

/* The header and the footer are the shell's: no screen may write there. */
static void a_screen_keeps_to_its_area(void **state)
{
    (void)state;
    for (int i = 0; i < SCREENS; i++) {
        struct world *world = world_new(97, 31, true);
        struct canvas *canvas = &world->shell.canvas;
        struct rect area = { 10, 5, 70, 18 };

        assert_true(shell_start(&world->shell, screen_of((enum screen_id)i)->name,
                                about_of(screen_of((enum screen_id)i)->name)));
        world_draw(world);
        canvas_clear(canvas);
        canvas_fill(canvas, canvas_all(canvas), '~', STYLE_PLAIN);
        canvas_fill(canvas, area, ' ', STYLE_PLAIN);
        screen_of((enum screen_id)i)->draw(&world->shell.desk, world->shell.state[i], canvas, area);
        for (int y = 0; y < canvas->h; y++) {
            for (int x = 0; x < canvas->w; x++) {
                bool inside =
                    x >= area.x && x < area.x + area.w && y >= area.y && y < area.y + area.h;

                if (!inside && canvas_at(canvas, x, y)->point != '~')
                    fail_msg("%s draws at %d,%d", screen_of((enum screen_id)i)->name, x, y);
            }
        }
        world_free(world);
    }
}

static void keys_that_make_no_sense_do_no_harm(void **state)
{
    uint32_t seed = 1;
    struct world *world = world_new(80, 24, true);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1103515245u + 12345u;
        uint32_t key = (seed >> 16) % 140;

        if (key >= 127)
            key = KEY_NAMED + 1 + (key - 127);
        if (i % 500 == 0)
            shell_resize(&world->shell, 1 + (int)(seed % 150), 1 + (int)(seed % 50));
        press(world, key);
        world->shell.quit = false;
    }
    world_free(world);
}

static void escape_goes_back_and_never_quits(void **state)
{
    struct world *world = world_new(80, 24, true);

    (void)state;
    press(world, '2');
    press(world, KEY_RETURN);
    assert_int_equal(world->shell.depth, 2);
    for (int i = 0; i < 10; i++)
        press(world, KEY_ESCAPE);
    assert_int_equal(world->shell.depth, 1);
    assert_false(world->shell.quit);
    press(world, 'q');
    assert_true(world->shell.quit);
    world_free(world);
}

static void every_tab_has_its_number(void **state)
{
    struct world *world = world_new(140, 40, true);

    (void)state;
    for (int i = 0; i < SCREENS; i++) {
        if (!screen_of((enum screen_id)i)->tab)
            continue;
        press(world, (uint32_t)('1' + i));
        assert_int_equal(world->shell.stack[0].screen, i);
    }
    world_free(world);
}

static struct letter last_letter(struct world *world, uint32_t key)
{
    struct letter letter = { 0 }, next;

    shell_key(&world->shell, key, world->replay.now);
    while (shell_letter(&world->shell, &next)) {
        if (strcmp(next.method, "jobs.show") != 0)
            letter = next;
    }
    return letter;
}

static void cancel_asks_and_the_safe_answer_has_the_focus(void **state)
{
    struct world *world = world_new(80, 24, true);

    (void)state;
    press(world, '2');
    assert_string_equal(last_letter(world, 'x').method, "");
    assert_string_equal(last_letter(world, KEY_RETURN).method, "");
    assert_string_equal(last_letter(world, 'x').method, "");
    assert_string_equal(last_letter(world, KEY_ESCAPE).method, "");
    assert_string_equal(last_letter(world, 'x').method, "");
    assert_string_equal(last_letter(world, KEY_ARROW_RIGHT).method, "");
    struct letter letter = last_letter(world, KEY_RETURN);

    assert_string_equal(letter.method, "jobs.cancel");
    assert_string_equal(letter.params, "{\"id\":41}");
    world_free(world);
}

static void pause_goes_to_the_job_under_the_cursor(void **state)
{
    struct world *world = world_new(80, 24, true);

    (void)state;
    press(world, '2');
    press(world, 'j');
    assert_string_equal(last_letter(world, 'p').params, "{\"id\":42}");
    press(world, 'j');
    assert_string_equal(last_letter(world, 'p').method, "jobs.resume");
    world_free(world);
}

static void a_read_only_ui_changes_nothing(void **state)
{
    struct world *world = world_new(80, 24, true);

    (void)state;
    world->shell.desk.readonly = true;
    press(world, '2');
    assert_string_equal(last_letter(world, 'p').method, "");
    assert_string_equal(last_letter(world, 'r').method, "");
    assert_string_equal(last_letter(world, 'x').method, "");
    assert_false(world->shell.desk.question.open);
    press(world, ':');
    for (const char *c = "jobs pause 41"; *c != '\0'; c++)
        press(world, (uint32_t)(unsigned char)*c);
    assert_string_equal(last_letter(world, KEY_RETURN).method, "");
    world_free(world);
}

static void a_job_starts_only_after_its_estimate(void **state)
{
    struct world *world = world_new(80, 24, true);

    (void)state;
    press(world, 'n');
    for (const char *c = "/srv/x"; *c != '\0'; c++)
        press(world, (uint32_t)(unsigned char)*c);
    struct letter letter = last_letter(world, 19);

    assert_string_equal(letter.method, "estimate");
    assert_string_equal(letter.params, "{\"paths\":[\"/srv/x\"],\"class\":\"public\"}");
    assert_string_equal(last_letter(world, 19).method, "");
    shell_answer(&world->shell, &letter,
                 STR("{\"documents\":1,\"cost\":{\"low\":\"1\",\"likely\":\"2\","
                     "\"high\":\"2.6801\"}}"),
                 NULL, world->replay.now);
    letter = last_letter(world, 19);
    assert_string_equal(letter.method, "ingest");
    assert_non_null(strstr(letter.params, "\"cap\":\"2.69\""));
    assert_non_null(strstr(letter.params, "\"client_id\":\"ui-"));
    shell_answer(&world->shell, &letter, STR("{\"job_id\":44}"), NULL, world->replay.now);
    assert_string_equal(screen_of(world->shell.stack[0].screen)->name, "jobs");
    world_free(world);
}

static void a_changed_form_is_estimated_again(void **state)
{
    struct world *world = world_new(80, 24, true);

    (void)state;
    press(world, 'n');
    press(world, '/');
    struct letter letter = last_letter(world, KEY_RETURN);

    shell_answer(&world->shell, &letter, STR("{}"), NULL, world->replay.now);
    press(world, 'a');
    assert_string_equal(last_letter(world, KEY_RETURN).method, "estimate");
    world_free(world);
}

static void a_lost_daemon_is_said_with_the_age_of_the_figures(void **state)
{
    struct world *world = world_new(140, 40, true);

    (void)state;
    world_draw(world);
    assert_false(shows(world, "OFFLINE"));
    model_link(&world->shell.model, LINK_DOWN, world->replay.now, "gone");
    world->replay.now.ms += 42000;
    world_draw(world);
    assert_true(shows(world, "OFFLINE 40s"));
    assert_true(shows(world, "$68.41"));
    world_free(world);
}

static void a_small_window_says_what_it_lacks(void **state)
{
    struct world *world = world_new(59, 16, true);

    (void)state;
    world_draw(world);
    assert_true(shows(world, "59 x 16"));
    assert_true(shows(world, "$68.41"));
    press(world, '2');
    press(world, 'x');
    assert_false(world->shell.desk.question.open);
    shell_resize(&world->shell, 60, 16);
    world_draw(world);
    assert_false(shows(world, "60 x 16"));
    assert_true(shows(world, "Providers"));
    world_free(world);
}

static void the_filter_narrows_and_escape_clears_it(void **state)
{
    struct world *world = world_new(80, 24, true);

    (void)state;
    press(world, '2');
    press(world, '/');
    for (const char *c = "site"; *c != '\0'; c++)
        press(world, (uint32_t)(unsigned char)*c);
    press(world, KEY_RETURN);
    assert_true(shows(world, "site-pdfs"));
    assert_false(shows(world, "q4-scans"));
    press(world, '3');
    assert_int_equal(world->shell.desk.filter.len, 0);
    press(world, '2');
    assert_false(shows(world, "q4-scans"));
    press(world, KEY_ESCAPE);
    assert_true(shows(world, "q4-scans"));
    world_free(world);
}

static void every_hint_of_every_screen_is_in_the_help(void **state)
{
    struct world *world = world_new(200, 60, true);

    (void)state;
    press(world, '?');
    for (int i = 0; i < SCREENS; i++) {
        for (int k = 0; screen_of((enum screen_id)i)->hints[k] != REQUEST_NONE; k++)
            assert_true(shows(world, request_help(screen_of((enum screen_id)i)->hints[k])));
    }
    world_free(world);
}

static void hostile_names_reach_no_cell_raw(void **state)
{
    struct world *world = world_new(140, 40, true);

    (void)state;
    world_draw(world);
    assert_true(shows(world, "evil\\x1b]0;pwned\\x07<U+202E>"));
    for (int i = 0; i < 140 * 40; i++)
        assert_true(world->shell.canvas.cell[i].point == 0 ||
                    world->shell.canvas.cell[i].point >= ' ');
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_screen_bears_every_size),
        cmocka_unit_test(every_screen_bears_an_empty_model),
        cmocka_unit_test(a_screen_keeps_to_its_area),
        cmocka_unit_test(keys_that_make_no_sense_do_no_harm),
        cmocka_unit_test(escape_goes_back_and_never_quits),
        cmocka_unit_test(every_tab_has_its_number),
        cmocka_unit_test(cancel_asks_and_the_safe_answer_has_the_focus),
        cmocka_unit_test(pause_goes_to_the_job_under_the_cursor),
        cmocka_unit_test(a_read_only_ui_changes_nothing),
        cmocka_unit_test(a_job_starts_only_after_its_estimate),
        cmocka_unit_test(a_changed_form_is_estimated_again),
        cmocka_unit_test(a_lost_daemon_is_said_with_the_age_of_the_figures),
        cmocka_unit_test(a_small_window_says_what_it_lacks),
        cmocka_unit_test(the_filter_narrows_and_escape_clears_it),
        cmocka_unit_test(every_hint_of_every_screen_is_in_the_help),
        cmocka_unit_test(hostile_names_reach_no_cell_raw),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
