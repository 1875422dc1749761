/* SPDX-License-Identifier: MIT */
/* Models in use and what they are charged at. One without a price is loud. */
#include "base/json_out.h"
#include "ui/kit/screen.h"
#include "ui/screen/order.h"
#include "ui/screen/words.h"
#include "ui/widget/gauge.h"
#include "ui/widget/pane.h"
#include "ui/widget/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PRICES_FRESH_MS = 60000, DETAIL = 9 };

struct models_state {
    struct list list;
    bool tokens;
};

extern const struct screen screen_models;

/* clang-format off */
enum { C_MODEL, C_PROVIDER, C_CALLS, C_ERR, C_BAR, C_IN, C_CACHED, C_OUT, C_USD, C_MS };
static const struct column columns[] = {
    [C_MODEL]    = { "MODEL", 16, 0, false, true },
    [C_PROVIDER] = { "PROVIDER", 12, 60, false, false },
    [C_CALLS]    = { "CALLS", 6, 0, true, false },
    [C_ERR]      = { "ERR", 4, 100, true, false },
    [C_BAR]      = { "", 20, 110, false, false },
    [C_IN]       = { "IN", 6, 50, true, false },
    [C_CACHED]   = { "CACHED", 6, 70, true, false },
    [C_OUT]      = { "OUT", 6, 50, true, false },
    [C_USD]      = { "USD", 8, 0, true, false },
    [C_MS]       = { "LAT", 5, 78, true, false },
};
/* clang-format on */

static int64_t or_zero(int64_t n)
{
    return n < 0 ? 0 : n;
}

static void model_line(const struct table *table, int y, const struct use_row *row, int64_t largest,
                       bool tokens)
{
    char text[FIGURE_TEXT];
    int64_t in = or_zero(row->tokens_in), cached = or_zero(row->tokens_cached);
    struct split split = { .size = tokens ? in + or_zero(row->tokens_out) : row->cost.money.pico,
                           .largest = largest,
                           .in = in - cached,
                           .cached = cached,
                           .out = or_zero(row->tokens_out) };

    table_cell(table, C_MODEL, y, STYLE_STRONG, "%s", row->model);
    table_cell(table, C_PROVIDER, y, STYLE_LABEL, "%s", row->provider);
    table_cell(table, C_CALLS, y, STYLE_PLAIN, "%s", show_count(row->calls, text));
    table_cell(table, C_ERR, y, row->errors > 0 ? STYLE_NEAR : STYLE_LABEL, "%s",
               show_count(row->errors, text));
    gauge_split(table->to, table_rect(table, C_BAR, y), &split);
    table_cell(table, C_IN, y, STYLE_TOKENS_IN, "%s", show_count(row->tokens_in, text));
    table_cell(table, C_CACHED, y, STYLE_CACHED, "%s", show_count(row->tokens_cached, text));
    table_cell(table, C_OUT, y, STYLE_TOKENS_OUT, "%s", show_count(row->tokens_out, text));
    if (row->unpriced)
        table_cell(table, C_USD, y, STYLE_OVER, "NO PRICE");
    else
        table_cell(table, C_USD, y, STYLE_MONEY, "%s", show_column(row->cost, text));
    if (row->latency_ms >= 0)
        table_cell(table, C_MS, y, STYLE_LABEL, "%" PRId64 ".%" PRId64, row->latency_ms / 1000,
                   row->latency_ms % 1000 / 100);
}

/* "input   $0.30 for 1,000,000   from 2026-06-17   bundled" */
static void price_line(struct canvas *to, struct rect line, const struct json *price)
{
    char provider[NAME_SIZE], bucket[WORD_SIZE], amount[FIGURE_TEXT], from[WORD_SIZE],
        source[NAME_SIZE], currency[WORD_SIZE], per[FIGURE_TEXT], tier[FIGURE_TEXT];
    int64_t above = fact_count(price, "tier_above");
    int x = line.x + 1;

    fact_text(price, "provider", provider, sizeof provider);
    fact_text(price, "bucket", bucket, sizeof bucket);
    fact_text(price, "price", amount, sizeof amount);
    fact_text(price, "from", from, sizeof from);
    fact_text(price, "source", source, sizeof source);
    fact_text(price, "currency", currency, sizeof currency);
    x += canvas_text(to, x, line.y, 14, STYLE_LABEL, "%s", bucket);
    x = line.x + 16;
    canvas_right(to, x, line.y, 10, STYLE_MONEY, "%s", amount);
    x += 11;
    x += canvas_text(
        to, x, line.y, line.x + line.w - x, STYLE_LABEL, "%s / %s",
        currency[0] != '\0' ? currency : "USD",
        fact_count(price, "per") == 1000000 ? "1M" : show_whole(fact_count(price, "per"), per));
    if (above > 0)
        x += canvas_text(to, x, line.y, line.x + line.w - x, STYLE_NEAR, " above %s tokens",
                         show_count(above, tier));
    canvas_text(to, x, line.y, line.x + line.w - x, STYLE_LABEL, "  from %.10s  %s%s%s",
                from[0] != '\0' ? from : "ever", source, line.w >= 100 ? "  as " : "",
                line.w >= 100 ? provider : "");
}

static void prices_draw(struct desk *desk, struct canvas *to, struct rect area,
                        const struct use_row *row)
{
    struct buf params;
    char title[KEY_SIZE + 16];

    buf_init(&params, PARAMS_SIZE - 1);
    struct json_out out = json_out(&params);

    json_put_object(&out, NULL);
    json_put_cstr(&out, "model", row->model);
    json_end(&out, '}');
    desk_want(desk, "prices.list", row->model, buf_text(&params), PRICES_FRESH_MS);
    buf_fini(&params);
    (void)snprintf(title, sizeof title, "prices of %s", row->model);
    pane_rule(to, &area, false, title, "Enter shows its calls");
    const struct answer *answer = model_answer_of(desk->model, "prices.list", row->model);
    const struct json *price =
        json_first(json_get(answer == NULL ? NULL : answer->result, "prices"));

    if (row->unpriced && !rect_empty(area))
        canvas_text(to, area.x + 1, area.y, area.w - 1, STYLE_OVER,
                    "NO PRICE: purser prices set %s --input USD --output USD (for 1M tokens)",
                    row->key);
    else if (price == NULL && !rect_empty(area))
        canvas_text(to, area.x + 1, area.y, area.w - 1, STYLE_LABEL, "%s",
                    answer == NULL || answer->waiting ? "asking the daemon"
                    : row->local                      ? "local: free"
                                                      : "no price in the book");
    for (int y = area.y; price != NULL && y < area.y + area.h; price = json_behind(price), y++)
        price_line(to, (struct rect){ area.x, y, area.w, 1 }, price);
}

static const char *model_key(void *arg, int i)
{
    const struct desk *desk = ((void **)arg)[0];
    const int *index = ((void **)arg)[1];

    return rows_at(&desk->model->models, index[i]);
}

static void summary_line(const struct desk *desk, struct canvas *to, struct rect line)
{
    int unpriced = 0, count = desk->model->models.count;

    for (int i = 0; i < count; i++)
        unpriced += ((const struct use_row *)rows_at(&desk->model->models, i))->unpriced;
    canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_LABEL,
                "%d model%s used this period, by spend", count, count == 1 ? "" : "s");
    if (unpriced > 0)
        canvas_right(to, line.x, line.y, line.w - 1, STYLE_OVER,
                     "! %d in use without a price: totals are >=", unpriced);
}

static void models_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct models_state *state = memory;
    int index[ORDER_MAX];
    int count = order_use(desk, &desk->model->models, state->tokens, index);
    void *arg[2] = { desk, index };
    struct rect detail = { 0 };
    int64_t largest = 0;

    summary_line(desk, to, rect_top(&area, 1));
    if (area.h > DETAIL + 4)
        detail = rect_bottom(&area, DETAIL);
    struct table table = table_of(to, area, columns, COUNT_OF(columns));

    table_head(&table, state->tokens ? C_IN : C_USD);
    list_place(&state->list, count, table.body.h, model_key, arg);
    if (count == 0)
        canvas_text(to, area.x + 2, table.body.y, area.w - 2, STYLE_LABEL,
                    "no model has been used this period");
    for (int i = 0; i < count; i++) {
        const struct use_row *row = rows_at(&desk->model->models, index[i]);
        int64_t size = state->tokens ? or_zero(row->tokens_in) + or_zero(row->tokens_out)
                                     : row->cost.money.pico;

        largest = size > largest ? size : largest;
    }
    for (int i = state->list.top; i < count && i - state->list.top < table.body.h; i++) {
        int y = table.body.y + i - state->list.top;

        model_line(&table, y, rows_at(&desk->model->models, index[i]), largest, state->tokens);
        if (i == state->list.at)
            table_select(&table, y, true);
    }
    if (count > 0 && !rect_empty(detail))
        prices_draw(desk, to, detail, rows_at(&desk->model->models, index[state->list.at]));
}

static void models_enter(struct desk *desk, void *memory, const char *about)
{
    struct models_state *state = memory;

    UNUSED(desk);
    if (about[0] != '\0')
        text_keep(state->list.key, sizeof state->list.key, str_of(about));
}

static bool models_request(struct desk *desk, void *memory, enum request request)
{
    struct models_state *state = memory;
    const struct use_row *row = rows_find(&desk->model->models, state->list.key);
    char about[KEY_SIZE];

    if (list_request(&state->list, request))
        return true;
    switch ((int)request) {
    case REQUEST_BARS:
        state->tokens = !state->tokens;
        return true;
    case REQUEST_OPEN:
    case REQUEST_RIGHT:
        if (row == NULL)
            return true;
        (void)snprintf(about, sizeof about, "model=%s", row->model);
        desk_open(desk, "ledger", about);
        return true;
    default:
        return false;
    }
}

const struct screen screen_models = {
    .name = "models",
    .title = "Models",
    .brief = "Models",
    .tab = true,
    .state_size = sizeof(struct models_state),
    .hints = { REQUEST_OPEN, REQUEST_BARS, REQUEST_FILTER },
    .enter = models_enter,
    .draw = models_draw,
    .request = models_request,
};
