/* SPDX-License-Identifier: MIT */
/* All jobs, the active ones first, with the one under the cursor shown below or beside. */
#include "ui/kit/screen.h"
#include "ui/screen/job_parts.h"
#include "ui/screen/order.h"
#include "ui/screen/words.h"
#include "ui/widget/gauge.h"
#include "ui/widget/pane.h"
#include "ui/widget/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WIDE = 120, PREVIEW = 7 };

struct jobs_state {
    struct list list, documents;
};

extern const struct screen screen_jobs;

/* clang-format off */
enum { C_ID, C_KIND, C_SOURCE, C_STATE, C_DOCS, C_IMAGES, C_BAR, C_PERCENT, C_ETA, C_USD };
static const struct column columns[] = {
    [C_ID]      = { "ID", 3, 0, true, false },
    [C_KIND]    = { "KIND", 6, 0, false, false },
    [C_SOURCE]  = { "NAME", 8, 0, false, true },
    [C_STATE]   = { "STATE", 9, 0, false, false },
    [C_DOCS]    = { "DOCS", 7, 68, true, false },
    [C_IMAGES]  = { "IMAGES", 9, 68, true, false },
    [C_BAR]     = { "PROGRESS", 8, 54, false, false },
    [C_PERCENT] = { "", 4, 0, true, false },
    [C_ETA]     = { "ETA", 5, 0, true, false },
    [C_USD]     = { "USD", 6, 0, true, false },
};
/* clang-format on */

static void job_line(const struct desk *desk, const struct table *table, int y,
                     const struct job_row *job)
{
    char text[FIGURE_TEXT];

    table_cell(table, C_ID, y, STYLE_STRONG, "%s", job->id);
    table_cell(table, C_KIND, y, STYLE_LABEL, "%s", job->kind);
    table_cell(table, C_SOURCE, y, STYLE_PLAIN, "%s", job_title(job));
    table_cell(table, C_STATE, y, state_style(job->state), "%s", state_word(job->state));
    table_cell(table, C_DOCS, y, STYLE_PLAIN, "%s",
               show_of(job->documents_done, job->documents, text));
    table_cell(table, C_IMAGES, y, STYLE_PLAIN, "%s",
               show_of(job_images_done(job), job->found, text));
    gauge_bar(table->to, table_rect(table, C_BAR, y), STYLE_BAR, job->permille, 1000);
    table_cell(table, C_PERCENT, y, STYLE_PLAIN, "%s", show_percent(job->permille, text));
    table_cell(table, C_ETA, y, STYLE_LABEL, "%s", show_eta(job, desk->now, text));
    table_cell(table, C_USD, y, STYLE_MONEY, "%s", show_job_cost(job, text));
}

static const char *job_key(void *arg, int i)
{
    const struct desk *desk = ((void **)arg)[0];
    const int *index = ((void **)arg)[1];

    return rows_at(&desk->model->jobs, index[i]);
}

static void summary_line(const struct desk *desk, struct canvas *to, struct rect line)
{
    int running = 0, waiting = 0, failed = 0, count = desk->model->jobs.count;

    for (int i = 0; i < count; i++) {
        const struct job_row *job = rows_at(&desk->model->jobs, i);

        running += strcmp(job->state, "running") == 0;
        waiting += job_active(job) && strcmp(job->state, "running") != 0;
        failed += strcmp(job->state, "failed") == 0;
    }
    int x = line.x + 1;

    x += canvas_text(to, x, line.y, line.w - 1, STYLE_LABEL, "%d job%s  %d running  %d waiting  ",
                     count, count == 1 ? "" : "s", running, waiting);
    if (failed > 0)
        canvas_text(to, x, line.y, line.x + line.w - x, STYLE_OVER, "%d failed", failed);
}

static void list_draw(struct desk *desk, struct jobs_state *state, struct canvas *to,
                      struct rect area, const int *index, int count)
{
    struct table table = table_of(to, area, columns, COUNT_OF(columns));
    void *arg[2] = { desk, (void *)(uintptr_t)index };

    table_head(&table, -1);
    list_place(&state->list, count, table.body.h, job_key, arg);
    if (count == 0)
        canvas_text(to, area.x + 2, table.body.y, area.w - 2, STYLE_LABEL, "%s",
                    desk->filter.len > 0 ? "no job matches the filter"
                                         : "no jobs yet: n starts one");
    for (int i = state->list.top; i < count && i - state->list.top < table.body.h; i++) {
        int y = table.body.y + i - state->list.top;

        job_line(desk, &table, y, rows_at(&desk->model->jobs, index[i]));
        if (i == state->list.at)
            table_select(&table, y, true);
    }
}

static void preview_rule(struct canvas *to, struct rect *area, const struct job_row *job)
{
    char title[NAME_SIZE + 64];

    (void)snprintf(title, sizeof title, "job %s %s %s", job->id, job->kind, job_title(job));
    pane_rule(to, area, false, title, "Enter shows all");
}

static void preview_draw(struct desk *desk, struct canvas *to, struct rect area,
                         const struct job_row *job)
{
    if (area.h < 2)
        return;
    preview_rule(to, &area, job);
    job_facts_draw(desk, to, rect_top(&area, JOB_FACTS), job);
    if (area.h > 0)
        canvas_text(to, area.x + 1, area.y, area.w - 1, STYLE_LABEL, "source   %s", job->source);
}

static void side_draw(struct desk *desk, struct jobs_state *state, struct canvas *to,
                      struct rect area, const struct job_row *job)
{
    const struct json *detail = job_detail(desk, job);

    pane_divide(to, &area);
    preview_rule(to, &area, job);
    job_facts_draw(desk, to, rect_top(&area, JOB_FACTS), job);
    struct rect rule = rect_top(&area, 1);

    pane_rule(to, &rule, false, "Stages", "");
    (void)rect_top(&area, job_stages_draw(to, area, detail));
    if (area.h < 3)
        return;
    pane_rule(to, &area, false, "Documents", "");
    job_documents_draw(desk, to, area, &state->documents, detail, false);
}

static void jobs_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct jobs_state *state = memory;
    int index[ORDER_MAX], count = order_jobs(desk, index);
    struct rect line = rect_top(&area, 1), side = { 0 };
    bool wide = area.w >= WIDE;

    summary_line(desk, to, line);
    if (wide)
        side = rect_right(&area, area.w * 57 / 100);
    else if (area.h > PREVIEW + 4)
        side = rect_bottom(&area, PREVIEW);
    list_draw(desk, state, to, area, index, count);
    if (count == 0)
        return;
    const struct job_row *job = rows_at(&desk->model->jobs, index[state->list.at]);

    if (wide)
        side_draw(desk, state, to, side, job);
    else
        preview_draw(desk, to, side, job);
}

static void jobs_enter(struct desk *desk, void *memory, const char *about)
{
    struct jobs_state *state = memory;

    UNUSED(desk);
    if (about[0] != '\0')
        text_keep(state->list.key, sizeof state->list.key, str_of(about));
}

static bool jobs_request(struct desk *desk, void *memory, enum request request)
{
    struct jobs_state *state = memory;
    const struct job_row *job = rows_find(&desk->model->jobs, state->list.key);

    if (list_request(&state->list, request))
        return true;
    if (job == NULL)
        return false;
    if (request == REQUEST_OPEN || request == REQUEST_RIGHT) {
        desk_open(desk, "job", job->key);
        return true;
    }
    return job_act(desk, job, request);
}

const struct screen screen_jobs = {
    .name = "jobs",
    .title = "Jobs",
    .brief = "Jobs",
    .tab = true,
    .state_size = sizeof(struct jobs_state),
    .hints = { REQUEST_NEW, REQUEST_OPEN, REQUEST_PAUSE, REQUEST_CANCEL, REQUEST_RETRY,
               REQUEST_FILTER },
    .enter = jobs_enter,
    .draw = jobs_draw,
    .request = jobs_request,
};
