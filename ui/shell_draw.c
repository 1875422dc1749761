/* SPDX-License-Identifier: MIT */
/* The frame around a screen: tabs above, keys below, what lies over both. */
#include "ui/shell_draw.h"

#include "ui/palette.h"
#include "ui/screen/dash.h"
#include "ui/widget/box.h"
#include "ui/widget/prompt.h"

#include <stdio.h>
#include <string.h>

enum { ROOMY = 100 };

static int open_alerts(const struct model *model)
{
    int open = 0;

    for (int i = 0; i < model->alerts.count; i++)
        open += !((const struct alert_row *)rows_at(&model->alerts, i))->acknowledged;
    return open;
}

static bool anything_runs(const struct model *model)
{
    const struct daemon_row *daemon = model_daemon(model);

    return daemon != NULL && (daemon->jobs_running > 0 || daemon->calls_in_flight > 0);
}

/* Seconds only while something runs and there is room: an idle screen costs nothing. */
static void clock_text(const struct shell *shell, char *out, size_t size)
{
    struct wall now = wall_of(shell->desk.now);
    bool roomy = shell->canvas.w >= ROOMY;

    if (roomy && anything_runs(&shell->model))
        (void)snprintf(out, size, "%s %02d %s %02d:%02d:%02d UTC", weekday_name(now.weekday),
                       now.day, month_name(now.month), now.hour, now.minute, now.second);
    else if (roomy)
        (void)snprintf(out, size, "%s %02d %s %02d:%02d UTC", weekday_name(now.weekday), now.day,
                       month_name(now.month), now.hour, now.minute);
    else
        (void)snprintf(out, size, "%02d:%02d", now.hour, now.minute);
}

/* "OFFLINE 42s": how old the figures are. */
static bool stale_text(const struct shell *shell, char *out, size_t size)
{
    char age[FIGURE_TEXT];
    const struct model *model = &shell->model;

    if (model->link == LINK_UP)
        return false;
    int64_t s = (shell->desk.now.ms - model->link_since.ms) / 1000;

    if (s >= 10 && s < 60)
        s -= s % 10;
    if (model->link == LINK_CONNECTING && !model->loaded)
        (void)snprintf(out, size, " connecting ");
    else
        (void)snprintf(out, size, " OFFLINE %s ", show_span(s, age));
    return true;
}

static int right_end(struct shell *shell, int x, enum style style, const char *text)
{
    int cells = text_cells(text);

    canvas_text(&shell->canvas, x - cells, 0, cells, style, "%s", text);
    return x - cells - 1;
}

/* From the right: clock, what is wrong, the host. */
static int header_right(struct shell *shell)
{
    const struct daemon_row *daemon = model_daemon(&shell->model);
    char text[NAME_SIZE + 32];
    bool roomy = shell->canvas.w >= ROOMY;
    int x = shell->canvas.w, alerts = open_alerts(&shell->model);

    clock_text(shell, text, sizeof text);
    x = right_end(shell, x - (roomy ? 1 : 0), STYLE_LABEL, text);
    if (stale_text(shell, text, sizeof text))
        x = right_end(shell, x, STYLE_STALE, text);
    if (alerts > 0) {
        (void)snprintf(text, sizeof text, roomy ? "! %d alert%s" : "!%d", alerts,
                       alerts == 1 ? "" : "s");
        x = right_end(shell, roomy ? x - 1 : x, STYLE_NEAR, text);
    }
    if (daemon != NULL && daemon->simulated && x > 78)
        x = right_end(shell, x - 1, STYLE_NEAR, roomy ? "SIMULATED" : "SIM");
    if (shell->desk.host[0] != '\0' && roomy) {
        (void)snprintf(text, sizeof text, "%.40s via ssh", shell->desk.host);
        x = right_end(shell, x - 1, STYLE_LABEL, text);
    }
    return x;
}

static const char *tab_title(const struct shell *shell, const struct screen *screen)
{
    return shell->canvas.w >= ROOMY ? screen->title : screen->brief;
}

/* Neighbours share the cell between them where space is short. */
static int tabs_width(const struct shell *shell, int gap)
{
    int width = 1;

    for (int i = 0; i < SCREENS; i++) {
        const struct screen *screen = screen_of((enum screen_id)i);

        if (screen->tab)
            width += text_cells(tab_title(shell, screen)) + 2 + gap;
    }
    return width;
}

static void tabs_draw(struct shell *shell, int x, int end, int gap)
{
    enum screen_id lit = screen_below(shell->stack[shell->depth - 1].screen);

    for (int i = 0, n = 1; i < SCREENS; i++) {
        const struct screen *screen = screen_of((enum screen_id)i);
        int cells = text_cells(tab_title(shell, screen)) + 2;

        if (!screen->tab)
            continue;
        if (x + cells + 1 > end)
            break;
        if ((int)lit == i)
            canvas_text(&shell->canvas, x, 0, cells + 2, STYLE_TAB_ON, "[%d %s]", n++,
                        tab_title(shell, screen));
        else
            canvas_text(&shell->canvas, x + 1, 0, cells, STYLE_TAB, "%d %s", n++,
                        tab_title(shell, screen));
        x += cells + gap;
    }
}

static void header_draw(struct shell *shell)
{
    int gap = shell->canvas.w >= ROOMY ? 2 : 1, end = header_right(shell) + 1, x = 0;

    if (tabs_width(shell, gap) + 7 <= end) {
        canvas_text(&shell->canvas, 0, 0, 7, STYLE_NAME, " purser");
        x = 6 + gap;
    }
    tabs_draw(shell, x, end, gap);
}

static int hint(struct shell *shell, int x, int end, enum request request)
{
    char key[16];
    int y = shell->canvas.h - 1;
    const char *label = request_label(request);
    int cells = text_cells(request_key(request, key)) + 1 + text_cells(label);

    if (x + cells > end || label[0] == '\0')
        return 0;
    int used = canvas_text(&shell->canvas, x, y, cells, STYLE_KEY, "%s", key);

    canvas_text(&shell->canvas, x + used + 1, y, cells - used, STYLE_LABEL, "%s", label);
    return cells + 2;
}

static void footer_keys(struct shell *shell)
{
    const struct screen *screen = shell_top(shell);
    static const enum request always[] = { REQUEST_PALETTE, REQUEST_HELP, REQUEST_QUIT };
    int end = shell->canvas.w - 1, x = 1, tail = 0;
    char key[16];

    for (size_t i = 0; i < COUNT_OF(always); i++)
        tail +=
            text_cells(request_key(always[i], key)) + 1 + text_cells(request_label(always[i])) + 2;
    int right = end - tail + 2 > x ? end - tail + 2 : x;

    for (size_t i = 0, at = (size_t)right; i < COUNT_OF(always); i++)
        at += (size_t)hint(shell, (int)at, end + 1, always[i]);
    if (shell->depth > 1)
        x += hint(shell, x, right - 1, REQUEST_BACK);
    for (int i = 0; screen->hints[i] != REQUEST_NONE; i++)
        x += hint(shell, x, right - 1, screen->hints[i]);
}

static void footer_draw(struct shell *shell)
{
    struct canvas *canvas = &shell->canvas;
    struct rect line = { 0, canvas->h - 1, canvas->w, 1 };

    if (shell->mode == MODE_FILTER) {
        canvas_text(canvas, 1, line.y, 1, STYLE_KEY, "/");
        prompt_draw(canvas, (struct rect){ 2, line.y, line.w - 26, 1 }, &shell->line, true);
        canvas_right(canvas, 0, line.y, line.w - 1, STYLE_LABEL, "Enter keeps  Esc clears");
        return;
    }
    footer_keys(shell);
    if (shell->desk.filter.len > 0) {
        canvas_fill(canvas, (struct rect){ 0, line.y, line.w - 28, 1 }, ' ', STYLE_PLAIN);
        canvas_text(canvas, 1, line.y, line.w - 30, STYLE_NEAR, "filter: %s  (Esc clears)",
                    shell->desk.filter.text);
    }
}

static void small_jobs(struct shell *shell, struct rect area)
{
    int running = 0, waiting = 0, x = area.x;

    if (rect_empty(area))
        return;
    for (int i = 0; i < shell->model.jobs.count; i++) {
        const struct job_row *job = rows_at(&shell->model.jobs, i);

        running += strcmp(job->state, "running") == 0;
        waiting += job_active(job) && strcmp(job->state, "running") != 0;
    }
    x += canvas_text(&shell->canvas, x, area.y, area.w, STYLE_PLAIN,
                     "%d running  %d waiting  %d alerts  ", running, waiting,
                     open_alerts(&shell->model));
    for (int i = 0; i < shell->model.jobs.count; i++) {
        const struct job_row *job = rows_at(&shell->model.jobs, i);

        if (strcmp(job->state, "running") == 0)
            x += canvas_text(&shell->canvas, x, area.y, area.x + area.w - x, STYLE_LABEL,
                             "%s %d%%  ", job->id, (int)(job->permille / 10));
    }
}

/* The least a window can say: what the size lacks, the budget, the jobs, the keys that work. */
static void small_draw(struct shell *shell)
{
    struct rect area = canvas_all(&shell->canvas), first = rect_top(&area, 1);
    char size[64];

    (void)snprintf(size, sizeof size, "This window is %d x %d; purser needs %d x %d.",
                   shell->canvas.w, shell->canvas.h, SMALL_W, SMALL_H);
    canvas_text(&shell->canvas, first.x + 1, first.y, first.w - 1, STYLE_NEAR, "%s", size);
    (void)rect_top(&area, 1);
    dash_budget_draw(&shell->desk, &shell->canvas, rect_top(&area, 2));
    (void)rect_top(&area, 1);
    small_jobs(shell, (struct rect){ area.x + 1, area.y, area.w > 0 ? area.w - 1 : 0, area.h });
    if (shell->canvas.h > 7)
        canvas_text(&shell->canvas, 1, shell->canvas.h - 1, shell->canvas.w - 1, STYLE_LABEL,
                    "q quit; jobs go on");
}

void shell_frame_draw(struct shell *shell)
{
    struct canvas *canvas = &shell->canvas;
    struct rect area = canvas_all(canvas);
    enum screen_id id = shell->stack[shell->depth - 1].screen;

    canvas_clear(canvas);
    if (canvas->w < SMALL_W || canvas->h < SMALL_H) {
        small_draw(shell);
        return;
    }
    header_draw(shell);
    footer_draw(shell);
    (void)rect_top(&area, 1);
    (void)rect_bottom(&area, 1);
    struct rect all = canvas_clip(canvas, area);

    screen_of(id)->draw(&shell->desk, shell->state[id], canvas, area);
    toast_draw(canvas, area, &shell->desk.toast);
    if (shell->mode == MODE_PALETTE)
        palette_draw(canvas, area, &shell->choices, &shell->line);
    if (shell->desk.question.open)
        question_draw(canvas, area, &shell->desk.question);
    (void)canvas_clip(canvas, all);
}
