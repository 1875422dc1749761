/* SPDX-License-Identifier: MIT */
/* Keys to where they belong: a question, a line being typed, the screen on top, or the shell. */
#include "ui/shell.h"

#include "base/xalloc.h"
#include "ui/kit/key.h"
#include "ui/palette.h"
#include "ui/shell_draw.h"

#include <stdlib.h>
#include <string.h>

void shell_init(struct shell *shell, int w, int h, bool ascii)
{
    *shell = (struct shell){ .dirty = true, .depth = 1 };
    model_init(&shell->model);
    canvas_init(&shell->canvas, w, h);
    shell->canvas.ascii = ascii;
    shell->desk.model = &shell->model;
    for (int i = 0; i < SCREENS; i++)
        shell->state[i] = xcalloc(1, screen_of((enum screen_id)i)->state_size + 1);
}

void shell_fini(struct shell *shell)
{
    for (int i = 0; i < SCREENS; i++)
        free(shell->state[i]);
    canvas_fini(&shell->canvas);
    model_fini(&shell->model);
    *shell = (struct shell){ 0 };
}

void shell_resize(struct shell *shell, int w, int h)
{
    bool ascii = shell->canvas.ascii;

    canvas_resize(&shell->canvas, w, h);
    shell->canvas.ascii = ascii;
    shell->dirty = true;
}

static void filter_put_away(struct shell *shell)
{
    shell->filter[shell->stack[shell->depth - 1].screen] = shell->desk.filter;
}

static void top_enter(struct shell *shell)
{
    enum screen_id id = shell->stack[shell->depth - 1].screen;

    shell->desk.filter = shell->filter[id];
    shell->mode = MODE_SCREEN;
    shell->dirty = true;
    if (screen_of(id)->enter != NULL)
        screen_of(id)->enter(&shell->desk, shell->state[id], shell->stack[shell->depth - 1].about);
}

/* `fresh`: nothing stays below it, for tabs chosen by key. */
static void put_on_top(struct shell *shell, enum screen_id id, const char *about, bool fresh)
{
    filter_put_away(shell);
    shell->desk.under = shell_top(shell);
    if (fresh)
        shell->depth = 0;
    else if (shell->stack[shell->depth - 1].screen == id || shell->depth == DEPTH_MAX)
        shell->depth--; /* not twice on top of itself */
    shell->stack[shell->depth].screen = id;
    text_keep(shell->stack[shell->depth].about, KEY_SIZE, str_of(about));
    shell->depth++;
    top_enter(shell);
}

bool shell_open(struct shell *shell, const char *screen, const char *about)
{
    enum screen_id id;

    if (!screen_find(screen, &id))
        return false;
    put_on_top(shell, id, about, false);
    shell_wishes(shell);
    return true;
}

bool shell_start(struct shell *shell, const char *screen, const char *about)
{
    enum screen_id id;

    if (!screen_find(screen, &id))
        return false;
    put_on_top(shell, id, about, screen_of(id)->tab);
    shell_wishes(shell);
    return true;
}

static void go_back(struct shell *shell)
{
    if (shell->depth == 1)
        return;
    filter_put_away(shell);
    shell->depth--;
    enum screen_id id = shell->stack[shell->depth - 1].screen;

    shell->desk.filter = shell->filter[id];
    shell->dirty = true;
}

void shell_wishes(struct shell *shell)
{
    enum wish wish = shell->desk.wish;

    shell->desk.wish = WISH_NOTHING;
    enum screen_id id;

    if (wish == WISH_OPEN)
        (void)shell_open(shell, shell->desk.wish_screen, shell->desk.wish_about);
    else if (wish == WISH_TAB && screen_find(shell->desk.wish_screen, &id))
        put_on_top(shell, id, shell->desk.wish_about, true);
    else if (wish == WISH_BACK)
        go_back(shell);
    else if (wish == WISH_QUIT)
        shell->quit = true;
}

static void question_end(struct shell *shell, bool yes)
{
    struct question *q = &shell->desk.question;

    q->open = false;
    if (yes)
        desk_send(&shell->desk, q->letter.method, q->letter.about, q->letter.params,
                  q->letter.done);
}

static void question_key(struct shell *shell, uint32_t key)
{
    struct question *q = &shell->desk.question;

    switch (key) {
    case KEY_ARROW_LEFT:
    case KEY_ARROW_RIGHT:
    case KEY_TABULATOR:
    case KEY_BACK_TAB:
    case 'h':
    case 'l':
        q->yes = !q->yes;
        break;
    case KEY_RETURN:
        question_end(shell, q->yes);
        break;
    case 'y':
        question_end(shell, true);
        break;
    case 'n':
    case 'q':
    case KEY_ESCAPE:
        question_end(shell, false);
        break;
    default:
        break;
    }
}

static void filter_key(struct shell *shell, uint32_t key)
{
    if (key == KEY_ESCAPE)
        field_set(&shell->line, STR(""));
    if (key == KEY_ESCAPE || key == KEY_RETURN)
        shell->mode = MODE_SCREEN;
    else
        (void)field_key(&shell->line, key);
    shell->desk.filter = shell->line;
}

static void palette_key(struct shell *shell, uint32_t key)
{
    enum request request = request_of_key(key);

    if (key == KEY_ESCAPE || (key == KEY_RUBOUT && shell->line.len == 0)) {
        shell->mode = MODE_SCREEN;
    } else if (key == KEY_RETURN) {
        if (palette_run(&shell->desk, &shell->choices, &shell->line))
            shell->mode = MODE_SCREEN;
        else
            shell->choices.at = 0;
    } else if (key == KEY_TABULATOR) {
        palette_complete(&shell->choices, &shell->line);
    } else if (key == KEY_ARROW_UP || key == KEY_ARROW_DOWN) {
        (void)list_request(&shell->choices, request);
    } else if (field_key(&shell->line, key)) {
        shell->choices.at = 0;
    }
}

static void typing_start(struct shell *shell, enum shell_mode mode, struct str text)
{
    shell->mode = mode;
    shell->choices = (struct list){ 0 };
    field_set(&shell->line, text);
}

static void tab_step(struct shell *shell, int by)
{
    int id = (int)screen_below(shell->stack[shell->depth - 1].screen);

    do
        id = (id + by + SCREENS) % SCREENS;
    while (!screen_of((enum screen_id)id)->tab);
    put_on_top(shell, (enum screen_id)id, "", true);
}

static bool shell_back(struct shell *shell)
{
    if (shell->desk.filter.len > 0)
        field_set(&shell->desk.filter, STR(""));
    else
        go_back(shell);
    return true;
}

/* The requests that are the same on every screen. */
static bool shell_request(struct shell *shell, enum request request)
{
    switch ((int)request) {
    case REQUEST_TAB_NEXT:
        tab_step(shell, 1);
        return true;
    case REQUEST_TAB_PREV:
        tab_step(shell, -1);
        return true;
    case REQUEST_FILTER:
        typing_start(shell, MODE_FILTER, str_of(shell->desk.filter.text));
        return true;
    case REQUEST_PALETTE:
        typing_start(shell, MODE_PALETTE, STR(""));
        return true;
    case REQUEST_HELP:
        if (strcmp(shell_top(shell)->name, "help") == 0)
            go_back(shell);
        else
            (void)shell_open(shell, "help", shell_top(shell)->name);
        return true;
    case REQUEST_NEW:
        (void)shell_open(shell, "launch", "");
        return true;
    case REQUEST_BACK:
    case REQUEST_LEFT:
        return shell_back(shell);
    case REQUEST_REFRESH:
        model_expire(&shell->model);
        return true;
    case REQUEST_REPAINT:
        shell->repaint = true;
        return true;
    case REQUEST_SUSPEND:
        shell->suspend = true;
        return true;
    case REQUEST_QUIT:
    case REQUEST_LEAVE:
        shell->quit = true;
        return true;
    default:
        return false;
    }
}

static void request_run(struct shell *shell, enum request request)
{
    const struct screen *screen = shell_top(shell);
    void *state = shell->state[shell->stack[shell->depth - 1].screen];

    if (request >= REQUEST_TAB_1 && request <= REQUEST_TAB_8) {
        put_on_top(shell, (enum screen_id)(request - REQUEST_TAB_1), "", true);
        return;
    }
    if (shell->desk.readonly && request_changes(request)) {
        desk_say(&shell->desk, STYLE_NEAR, "read-only: this UI changes nothing");
        return;
    }
    if (screen->request != NULL && screen->request(&shell->desk, state, request))
        return;
    (void)shell_request(shell, request);
}

static void screen_key(struct shell *shell, uint32_t key)
{
    const struct screen *screen = shell_top(shell);
    void *state = shell->state[shell->stack[shell->depth - 1].screen];
    enum request request = request_of_key(key);

    if (key == 3) /* Ctrl-C leaves, whatever is typed */
        shell->quit = true;
    else if (screen->key != NULL && screen->key(&shell->desk, state, key))
        return;
    else if (request != REQUEST_NONE)
        request_run(shell, request);
}

void shell_key(struct shell *shell, uint32_t key, struct utc now)
{
    shell->desk.now = now;
    shell->dirty = true;
    bool small = shell->canvas.w < SMALL_W || shell->canvas.h < SMALL_H;

    if (small) { /* nothing that is not seen may be done */
        enum request request = request_of_key(key);

        if (request == REQUEST_QUIT || request == REQUEST_LEAVE || request == REQUEST_SUSPEND)
            (void)shell_request(shell, request);
    } else if (shell->desk.question.open) {
        question_key(shell, key);
    } else if (shell->mode == MODE_FILTER) {
        filter_key(shell, key);
    } else if (shell->mode == MODE_PALETTE) {
        palette_key(shell, key);
    } else {
        screen_key(shell, key);
    }
    shell_wishes(shell);
}

void shell_draw(struct shell *shell, struct utc now)
{
    shell->desk.now = now;
    if (shell->desk.toast.until.ms != 0 && now.ms >= shell->desk.toast.until.ms)
        shell->desk.toast.until.ms = 0;
    shell_frame_draw(shell);
    shell->dirty = false;
}

bool shell_letter(struct shell *shell, struct letter *out)
{
    struct desk *desk = &shell->desk;

    if (desk->letters == 0)
        return false;
    *out = desk->letter[0];
    desk->letters--;
    memmove(desk->letter, desk->letter + 1, (size_t)desk->letters * sizeof desk->letter[0]);
    return true;
}

void shell_answer(struct shell *shell, const struct letter *letter, struct str raw,
                  const struct err *err, struct utc now)
{
    shell->desk.now = now;
    shell->dirty = true;
    model_answer(&shell->model, letter->method, letter->about, raw, err, now);
    if (err != NULL && err->code != ERR_CANCELED)
        desk_say(&shell->desk, STYLE_OVER, "%s: %s", letter->method, err->text);
    else if (err == NULL && letter->done[0] != '\0')
        desk_say(&shell->desk, STYLE_OK, "%s", letter->done);
    enum screen_id id = shell->stack[shell->depth - 1].screen;

    if (screen_of(id)->answered != NULL)
        screen_of(id)->answered(&shell->desk, shell->state[id], letter->method, letter->about);
    shell_wishes(shell);
}
