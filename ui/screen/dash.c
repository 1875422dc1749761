/* SPDX-License-Identifier: MIT */
/* The dashboard: the budget, who spent it, what runs, what happened. The panes of money along time
 * that a wide window adds stand in dash_charts.c, its head in dash_budget.c. */
#include "ui/screen/dash.h"

#include "ui/kit/screen.h"
#include "ui/screen/order.h"
#include "ui/screen/words.h"
#include "ui/widget/gauge.h"
#include "ui/widget/pane.h"
#include "ui/widget/sparkline.h"
#include "ui/widget/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PANE_PROVIDERS, PANE_MODELS, PANE_JOBS, PANE_EVENTS, PANES };
enum { WIDE = 120, CHARTS = 26 };

struct dash {
    int pane;
    struct list list[PANES];
    bool tokens; /* model bars by tokens, not by money */
};

struct order {
    const struct rows *rows;
    int count, index[ORDER_MAX];
};

static const char *order_key(void *arg, int i)
{
    const struct order *order = arg;

    return rows_at(order->rows, order->index[i]);
}

/* clang-format off */
enum { P_NAME, P_CALLS, P_ERR, P_IN, P_CACHED, P_OUT, P_USD, P_SHARE, P_CAP, P_HEALTH };
static const struct column provider_columns[] = {
    [P_NAME]   = { "", 10, 0, false, true },
    [P_CALLS]  = { "calls", 6, 0, true, false },
    [P_ERR]    = { "err%", 5, 83, true, false },
    [P_IN]     = { "in", 6, 56, true, false },
    [P_CACHED] = { "cached", 7, 64, true, false },
    [P_OUT]    = { "out", 6, 50, true, false },
    [P_USD]    = { "usd", 8, 0, true, false },
    [P_SHARE]  = { "share", 9, 76, false, false },
    [P_CAP]    = { "cap", 7, 70, true, false },
    [P_HEALTH] = { "hlt", 5, 40, false, false },
};

enum { M_NAME, M_BAR, M_IN, M_CACHED, M_OUT, M_USD };
static const struct column model_columns[] = {
    [M_NAME]   = { "", 18, 0, false, false },
    [M_BAR]    = { "", 4, 0, false, true },
    [M_IN]     = { "", 7, 50, true, false },
    [M_CACHED] = { "", 7, 83, true, false },
    [M_OUT]    = { "", 7, 50, true, false },
    [M_USD]    = { "", 9, 0, true, false },
};

enum { J_MARK, J_ID, J_KIND, J_NAME, J_DOCS, J_IMAGES, J_BAR, J_PERCENT, J_RATE, J_ETA, J_USD };
static const struct column job_columns[] = {
    [J_MARK]    = { "", 1, 0, false, false },
    [J_ID]      = { "", 4, 0, false, false },
    [J_KIND]    = { "", 6, 70, false, false },
    [J_NAME]    = { "", 10, 0, false, true },
    [J_DOCS]    = { "docs", 8, 60, true, false },
    [J_IMAGES]  = { "images", 10, 56, true, false },
    [J_BAR]     = { "", 10, 50, false, false },
    [J_PERCENT] = { "", 4, 0, true, false },
    [J_RATE]    = { "rate", 9, 90, true, false },
    [J_ETA]     = { "eta", 6, 0, true, false },
    [J_USD]     = { "usd", 7, 0, true, false },
};
/* clang-format on */

static void empty_line(struct canvas *to, struct rect area, const char *text)
{
    if (!rect_empty(area))
        canvas_text(to, area.x + 2, area.y, area.w - 2, STYLE_LABEL, "%s", text);
}

static void cap_cell(const struct table *table, int y, const struct use_row *row)
{
    char text[FIGURE_TEXT];
    int64_t percent = scale_to(row->cost.money.pico, row->limit.money.pico, 100);

    if (!row->limit.known)
        table_cell(table, P_CAP, y, STYLE_DIM, "-");
    else if (percent >= 80)
        table_cell(table, P_CAP, y, percent >= 100 ? STYLE_OVER : STYLE_NEAR, "!%" PRId64 "%%",
                   percent);
    else
        table_cell(table, P_CAP, y, STYLE_LABEL, "%s", show_column(row->limit, text));
}

static const char *show_error_rate(const struct use_row *row, char out[FIGURE_TEXT])
{
    int64_t tenths = scale_to(row->errors, row->calls, 1000);

    if (row->errors < 0)
        (void)snprintf(out, FIGURE_TEXT, "?");
    else
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
    return out;
}

static int64_t plain_in(const struct use_row *row)
{
    if (row->tokens_in < 0 || row->tokens_cached < 0)
        return row->tokens_in;
    return row->tokens_in - row->tokens_cached;
}

static void provider_line(const struct table *table, int y, const struct use_row *row,
                          int64_t all_pico)
{
    char text[FIGURE_TEXT];

    table_cell(table, P_NAME, y, STYLE_STRONG, "%s", row->provider);
    table_cell(table, P_CALLS, y, STYLE_PLAIN, "%s", show_count(row->calls, text));
    table_cell(table, P_ERR, y,
               scale_to(row->errors, row->calls, 1000) >= 10 ? STYLE_NEAR : STYLE_LABEL, "%s",
               show_error_rate(row, text));
    table_cell(table, P_IN, y, STYLE_TOKENS_IN, "%s", show_count(plain_in(row), text));
    table_cell(table, P_CACHED, y, STYLE_CACHED, "%s", show_count(row->tokens_cached, text));
    table_cell(table, P_OUT, y, STYLE_TOKENS_OUT, "%s", show_count(row->tokens_out, text));
    table_cell(table, P_USD, y, STYLE_MONEY, "%s%s", row->unpriced ? ">=" : "",
               show_column(row->cost, text));
    gauge_bar(table->to, table_rect(table, P_SHARE, y), STYLE_BAR, row->cost.money.pico, all_pico);
    cap_cell(table, y, row);
    table_cell(table, P_HEALTH, y, health_style(row->health), "%s", health_word(row->health));
}

static int64_t cost_sum(const struct rows *rows)
{
    int64_t sum = 0;

    for (int i = 0; i < rows->count; i++) {
        const struct use_row *row = rows_at(rows, i);

        if (row->cost.known && add_overflows(sum, row->cost.money.pico, &sum))
            return INT64_MAX;
    }
    return sum;
}

static void providers_draw(const struct desk *desk, struct dash *dash, struct canvas *to,
                           struct rect area)
{
    struct order order = { .rows = &desk->model->providers };
    struct list *list = &dash->list[PANE_PROVIDERS];
    bool focus = dash->pane == PANE_PROVIDERS;
    int64_t all = cost_sum(order.rows);

    if (area.h < 1)
        return;
    order.count = order_use(desk, order.rows, false, order.index);
    struct rect rule = rect_top(&area, 1);
    struct table table = table_of(to, area, provider_columns, COUNT_OF(provider_columns));

    table_head_in_rule(&table, rule.y, focus, "Providers", P_USD);
    list_place(list, order.count, area.h, order_key, &order);
    if (order.count == 0)
        empty_line(to, area, "no call yet this period: n starts a job, `purser ask` makes a call");
    for (int i = list->top; i < order.count && i - list->top < area.h; i++) {
        int y = area.y + i - list->top;

        provider_line(&table, y, rows_at(order.rows, order.index[i]), all);
        if (i == list->at)
            table_select(&table, y, focus);
    }
}

static int64_t model_size(const struct use_row *row, bool tokens)
{
    int64_t in = row->tokens_in < 0 ? 0 : row->tokens_in;

    return tokens ? in + (row->tokens_out < 0 ? 0 : row->tokens_out) : row->cost.money.pico;
}

static void model_line(const struct table *table, int y, const struct use_row *row, int64_t largest,
                       bool tokens)
{
    char text[FIGURE_TEXT];
    bool three = table->w[M_CACHED] > 0;
    struct split split = { .size = model_size(row, tokens),
                           .largest = largest,
                           .in = plain_in(row) < 0 ? 0 : plain_in(row),
                           .cached = row->tokens_cached < 0 ? 0 : row->tokens_cached,
                           .out = row->tokens_out < 0 ? 0 : row->tokens_out };

    table_cell(table, M_NAME, y, STYLE_STRONG, "%s", row->model);
    gauge_split(table->to, table_rect(table, M_BAR, y), &split);
    table_cell(table, M_IN, y, STYLE_TOKENS_IN, "%s",
               show_count(three ? plain_in(row) : row->tokens_in, text));
    table_cell(table, M_CACHED, y, STYLE_CACHED, "%s", show_count(row->tokens_cached, text));
    table_cell(table, M_OUT, y, STYLE_TOKENS_OUT, "%s", show_count(row->tokens_out, text));
    if (row->unpriced)
        table_cell(table, M_USD, y, STYLE_OVER, "NO PRICE");
    else
        table_cell(table, M_USD, y, STYLE_MONEY, "%s", show_column(row->cost, text));
}

static int legend_word(struct canvas *to, int x, int y, uint32_t glyph, enum style style,
                       const char *text)
{
    canvas_put(to, x, y, glyph, style);
    return 1 + canvas_text(to, x + 1, y, 12, STYLE_LABEL, " %s ", text);
}

/* The legend of the split bars, in their colours, at the right end of the rule. */
static void legend_draw(struct canvas *to, struct rect rule, bool tokens)
{
    int width = tokens ? 38 : 35, x = rule.x + rule.w - width - 1, y = rule.y;

    if (x < rule.x + 12)
        return;
    canvas_fill(to, (struct rect){ x, y, width, 1 }, ' ', STYLE_RULE);
    x += canvas_text(to, x, y, 14, STYLE_LABEL, tokens ? " bar: tokens  " : " bar: usd  ");
    x += legend_word(to, x, y, 0x2588, STYLE_TOKENS_IN, "in");
    x += legend_word(to, x, y, 0x2592, STYLE_CACHED, "cached");
    (void)legend_word(to, x, y, 0x2591, STYLE_TOKENS_OUT, "out");
}

static void models_draw(const struct desk *desk, struct dash *dash, struct canvas *to,
                        struct rect area)
{
    struct order order = { .rows = &desk->model->models };
    struct list *list = &dash->list[PANE_MODELS];
    bool focus = dash->pane == PANE_MODELS;
    struct rect rule = area;
    int64_t largest = 0;

    if (area.h < 1)
        return;
    order.count = order_use(desk, order.rows, dash->tokens, order.index);
    pane_rule(to, &area, focus, "Models", "");
    legend_draw(to, rule, dash->tokens);
    list_place(list, order.count, area.h, order_key, &order);
    for (int i = 0; i < order.count; i++) {
        int64_t size = model_size(rows_at(order.rows, order.index[i]), dash->tokens);

        largest = size > largest ? size : largest;
    }
    struct table table = table_of(to, area, model_columns, COUNT_OF(model_columns));

    for (int i = list->top; i < order.count && i - list->top < area.h; i++) {
        int y = area.y + i - list->top;

        model_line(&table, y, rows_at(order.rows, order.index[i]), largest, dash->tokens);
        if (i == list->at)
            table_select(&table, y, focus);
    }
}

static void job_line(const struct desk *desk, const struct table *table, int y,
                     const struct job_row *job)
{
    char text[FIGURE_TEXT];
    enum style style = state_style(job->state);
    bool ends = job_over(job) && strcmp(job->state, "done") != 0;

    table_cell(table, J_MARK, y, style, "%c", state_mark(job->state));
    table_cell(table, J_ID, y, STYLE_NAME, "%s", job->id);
    table_cell(table, J_KIND, y, STYLE_LABEL, "%s", job->kind);
    table_cell(table, J_NAME, y, STYLE_PLAIN, "%s", job_title(job));
    table_cell(table, J_DOCS, y, STYLE_PLAIN, "%s",
               show_of(job->documents_done, job->documents, text));
    table_cell(table, J_IMAGES, y, STYLE_PLAIN, "%s",
               show_of(job_images_done(job), job->found, text));
    if (ends || strcmp(job->state, "waiting") == 0 || strcmp(job->state, "paused") == 0) {
        struct rect cell = table_rect(table, J_BAR, y);

        canvas_text(table->to, cell.x, y, cell.w, style, "%s", state_word(job->state));
    } else {
        gauge_bar(table->to, table_rect(table, J_BAR, y), STYLE_BAR, job->permille, 1000);
    }
    table_cell(table, J_PERCENT, y, STYLE_PLAIN, "%s", show_percent(job->permille, text));
    table_cell(table, J_RATE, y, STYLE_LABEL, "%s", show_rate(job->per_minute_tenths, text));
    table_cell(table, J_ETA, y, STYLE_PLAIN, "%s", show_eta(job, desk->now, text));
    table_cell(table, J_USD, y, STYLE_MONEY, "%s", show_job_cost(job, text));
}

/* Below a running job, where there is room: what became of its images. */
static void job_second_line(struct canvas *to, struct rect area, int y, const struct job_row *job)
{
    char found[FIGURE_TEXT], described[FIGURE_TEXT], filtered[FIGURE_TEXT], same[FIGURE_TEXT],
        rate[FIGURE_TEXT];
    int64_t described_all =
        (job->described < 0 ? 0 : job->described) + (job->ocr < 0 ? 0 : job->ocr);
    int x = area.x + 9;

    x += canvas_text(to, x, y, area.x + area.w - x, STYLE_LABEL,
                     "found %s  described %s  filtered %s  dup %s  ", show_whole(job->found, found),
                     show_whole(described_all, described), show_whole(job->filtered, filtered),
                     show_whole(job->duplicate, same));
    x += canvas_text(to, x, y, area.x + area.w - x, job->failed > 0 ? STYLE_OVER : STYLE_LABEL,
                     "failed %" PRId64, job->failed < 0 ? 0 : job->failed);
    canvas_text(to, x, y, area.x + area.w - x, STYLE_LABEL, "  %s",
                show_rate(job->per_minute_tenths, rate));
}

static void jobs_title(const struct desk *desk, char title[80], char right[80])
{
    int running = 0, waiting = 0;
    int64_t done = 0, found = 0;
    char a[FIGURE_TEXT], b[FIGURE_TEXT];

    for (int i = 0; i < desk->model->jobs.count; i++) {
        const struct job_row *job = rows_at(&desk->model->jobs, i);

        running += strcmp(job->state, "running") == 0;
        waiting += job_active(job) && strcmp(job->state, "running") != 0;
        if (job_active(job)) {
            done += job_images_done(job);
            found += job->found < 0 ? 0 : job->found;
        }
    }
    (void)snprintf(title, 80, "Jobs %d running, %d waiting", running, waiting);
    right[0] = '\0';
    if (found > 0)
        (void)snprintf(right, 80, "img %s/%s", show_whole(done, a), show_whole(found, b));
}

static bool job_detailed(const struct job_row *job)
{
    return strcmp(job->state, "running") == 0;
}

static int jobs_lines(const struct desk *desk)
{
    int lines = 0;

    for (int i = 0; i < desk->model->jobs.count; i++) {
        const struct job_row *job = rows_at(&desk->model->jobs, i);

        lines += job_detailed(job) ? 2 : 1;
    }
    return lines;
}

static void jobs_draw(const struct desk *desk, struct dash *dash, struct canvas *to,
                      struct rect area)
{
    struct order order = { .rows = &desk->model->jobs };
    struct list *list = &dash->list[PANE_JOBS];
    bool focus = dash->pane == PANE_JOBS;
    char title[80], right[80];

    if (area.h < 1)
        return;
    order.count = order_jobs(desk, order.index);
    jobs_title(desk, title, right);
    pane_rule(to, &area, focus, title, right);
    bool details = jobs_lines(desk) <= area.h || order.count * 2 <= area.h;

    list_place(list, order.count, area.h, order_key, &order);
    if (order.count == 0)
        empty_line(to, area, "no jobs yet: n starts one");
    struct table table = table_of(to, area, job_columns, COUNT_OF(job_columns));
    int y = area.y;

    for (int i = list->top; i < order.count && y < area.y + area.h; i++, y++) {
        const struct job_row *job = rows_at(order.rows, order.index[i]);

        job_line(desk, &table, y, job);
        if (i == list->at)
            table_select(&table, y, focus);
        if (details && job_detailed(job) && y + 1 < area.y + area.h)
            job_second_line(to, area, ++y, job);
    }
}

static void event_line(struct canvas *to, struct rect line, const struct event *event)
{
    char text[FIGURE_TEXT], in[FIGURE_TEXT], out[FIGURE_TEXT];
    bool wide = line.w >= WIDE;
    int x = line.x + 1, end = line.x + line.w;

    x += canvas_text(to, x, line.y, 9, STYLE_LABEL, "%s ", show_clock(event->at, text));
    x += canvas_text(to, x, line.y, 2, level_style(event->level), "%c ", event->level);
    if (event->job[0] != '\0')
        x += canvas_text(to, x, line.y, end - x, STYLE_NAME, "%s ", event->job);
    if (wide && event->model[0] != '\0' && event->tokens_in > 0) {
        canvas_right(to, end - 60, line.y, 26, STYLE_LABEL, "%s", event->model);
        canvas_right(to, end - 33, line.y, 22, STYLE_LABEL, "%s in %s out",
                     show_count(event->tokens_in, in), show_count(event->tokens_out, out));
        canvas_right(to, end - 10, line.y, 10, STYLE_MONEY, "%s", show_money(event->cost, text));
        end -= 61;
    }
    bool named = event->document[0] != '\0' && strstr(event->text, event->document) == NULL;

    canvas_text(to, x, line.y, end - x, event->level == 'x' ? STYLE_OVER : STYLE_PLAIN,
                "%s%s%s%s%s", named ? event->document : "", named ? " " : "",
                named ? event->unit : "", named && event->unit[0] != '\0' ? " " : "", event->text);
}

static void events_draw(const struct desk *desk, struct dash *dash, struct canvas *to,
                        struct rect area)
{
    int index[ORDER_MAX], count = order_events(desk, index, ORDER_MAX), open = 0;
    struct list *list = &dash->list[PANE_EVENTS];
    bool focus = dash->pane == PANE_EVENTS;
    char right[80] = "";

    if (area.h < 1)
        return;
    for (int i = 0; i < desk->model->alerts.count; i++)
        open += !((const struct alert_row *)rows_at(&desk->model->alerts, i))->acknowledged;
    if (open > 0)
        (void)snprintf(right, sizeof right, "%d alert%s open, 7 shows", open, open == 1 ? "" : "s");
    pane_rule(to, &area, focus, "Events", right);
    list_place(list, count, area.h, NULL, NULL);
    if (count == 0)
        empty_line(to, area, "nothing has happened yet");
    for (int i = list->top; i < count && i - list->top < area.h; i++) {
        struct rect line = { area.x, area.y + i - list->top, area.w, 1 };

        event_line(to, line, model_event(desk->model, index[i]));
        if (focus && i == list->at) {
            canvas_put(to, line.x, line.y, '>', STYLE_NAME);
            canvas_select(to, line);
        }
    }
}

static void hours_draw(const struct desk *desk, struct canvas *to, struct rect area)
{
    int64_t pico[24], most = 0;
    int at = 0, per = area.w >= 76 ? 3 : area.w >= 52 ? 2 : 1;
    const struct total_row *total = model_total(desk->model);
    char title[80], right[80] = "", money[FIGURE_TEXT];

    if (area.h < 1)
        return;
    series_hours(desk->model, desk->now, pico, 24);
    for (int i = 0; i < 24; i++) {
        at = pico[i] > most ? i : at;
        most = pico[i] > most ? pico[i] : most;
    }
    (void)snprintf(title, sizeof title, "Spend per hour, last 24 h, today %s",
                   show_money(total == NULL ? (struct figure){ 0 } : total->today, money));
    if (most > 0)
        (void)snprintf(right, sizeof right, "peak %s at %02dh",
                       show_money((struct figure){ true, { most } }, money),
                       (wall_of(desk->now).hour + at + 1) % 24);
    pane_rule(to, &area, false, title, right);
    area.x += 2;
    area.w -= 2;
    sparkline(to, area, pico, 24, per);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int at_least_one(int n)
{
    return n < 1 ? 1 : n;
}

/* One column: providers, models, hours, jobs, events; what is left over goes to the events. */
static void narrow_draw(struct desk *desk, struct dash *dash, struct canvas *to, struct rect area)
{
    const struct model *m = desk->model;
    int providers = at_least_one(m->providers.count), models = at_least_one(m->models.count);
    int jobs = at_least_one(m->jobs.count), lines = at_least_one(jobs_lines(desk));
    int tall = area.h >= 25 ? 4 : 2;
    /* In the order they get room. */
    const struct share share[] = {
        { 1 + least(jobs, 2), 1 + least(lines, 8) },
        { 4, 4 },
        { 1 + least(providers, 4), 1 + least(providers, 10) },
        { 1 + least(models, 5), 1 + least(models, 12) },
        { 2, tall },
    };
    int got[5];

    layout_share(area.h, share, 5, got);
    providers_draw(desk, dash, to, rect_top(&area, got[2]));
    models_draw(desk, dash, to, rect_top(&area, got[3]));
    hours_draw(desk, to, rect_top(&area, got[4]));
    jobs_draw(desk, dash, to, rect_top(&area, got[0]));
    events_draw(desk, dash, to, area);
}

/* Two columns above the events: who and what on the left, money along time on the right. The
 * events take what neither needs, and a quarter at least. */
static void wide_draw(struct desk *desk, struct dash *dash, struct canvas *to, struct rect area)
{
    const struct model *m = desk->model;
    int lines = at_least_one(jobs_lines(desk));
    const struct share share[] = {
        { 2, 1 + least(lines, 10) },
        { 2, 1 + at_least_one(m->providers.count) },
        { 2, 1 + at_least_one(m->models.count) },
    };
    int want = share[0].most + share[1].most + share[2].most + 2;
    int got[3];

    want = least(want < CHARTS ? CHARTS : want, area.h - area.h / 4);
    struct rect left = rect_top(&area, want), right = rect_right(&left, left.w * 2 / 5);

    layout_share(left.h, share, 3, got);
    int over = left.h - got[0] - got[1] - got[2] > 1 ? 1 : 0; /* a blank line between them */

    providers_draw(desk, dash, to, rect_top(&left, got[1] + over));
    models_draw(desk, dash, to, rect_top(&left, got[2] + over));
    jobs_draw(desk, dash, to, left);
    pane_divide(to, &right);
    dash_charts_draw(desk, to, right);
    events_draw(desk, dash, to, area);
}

static void dash_draw(struct desk *desk, void *state, struct canvas *to, struct rect area)
{
    struct dash *dash = state;

    dash_budget_draw(desk, to, rect_top(&area, 2));
    if (area.w >= WIDE && area.h >= 26)
        wide_draw(desk, dash, to, area);
    else
        narrow_draw(desk, dash, to, area);
}

static void dash_enter_row(struct desk *desk, const struct dash *dash)
{
    const char *key = dash->list[dash->pane].key;
    const struct event *event;

    switch (dash->pane) {
    case PANE_PROVIDERS:
        desk_open(desk, "providers", key);
        break;
    case PANE_MODELS:
        desk_open(desk, "models", key);
        break;
    case PANE_JOBS:
        if (key[0] != '\0')
            desk_open(desk, "job", key);
        break;
    default:
        event = model_event(desk->model, dash->list[PANE_EVENTS].at);
        if (event != NULL && event->job[0] != '\0')
            desk_open(desk, "job", event->job);
        else
            desk_open(desk, "log", "");
        break;
    }
}

static bool dash_request(struct desk *desk, void *state, enum request request)
{
    struct dash *dash = state;

    if (list_request(&dash->list[dash->pane], request))
        return true;
    switch ((int)request) {
    case REQUEST_PANE:
        dash->pane = (dash->pane + 1) % PANES;
        return true;
    case REQUEST_PANE_BACK:
        dash->pane = (dash->pane + PANES - 1) % PANES;
        return true;
    case REQUEST_BARS:
        dash->tokens = !dash->tokens;
        return true;
    case REQUEST_OPEN:
    case REQUEST_RIGHT:
        dash_enter_row(desk, dash);
        return true;
    default:
        return false;
    }
}

const struct screen screen_dash = {
    .name = "dash",
    .title = "Dash",
    .brief = "Dash",
    .tab = true,
    .state_size = sizeof(struct dash),
    .hints = { REQUEST_NEW, REQUEST_OPEN, REQUEST_PANE, REQUEST_BARS, REQUEST_FILTER },
    .draw = dash_draw,
    .request = dash_request,
};
