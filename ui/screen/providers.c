/* SPDX-License-Identifier: MIT */
/* Providers: health, the window of calls, latency along time, where the key came from. */
#include "base/json_out.h"
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

enum { FRESH_MS = 10000, DETAIL = 8 };

struct providers_state {
    struct list list;
};

extern const struct screen screen_providers;

/* clang-format off */
enum { C_NAME, C_HEALTH, C_CALLS, C_ERR, C_MS, C_WINDOW, C_USD, C_CAP, C_TREND };
static const struct column columns[] = {
    [C_NAME]   = { "PROVIDER", 14, 0, false, false },
    [C_HEALTH] = { "STATE", 5, 0, false, false },
    [C_CALLS]  = { "CALLS", 6, 0, true, false },
    [C_ERR]    = { "ERR%", 5, 50, true, false },
    [C_MS]     = { "LAT", 5, 0, true, false },
    [C_WINDOW] = { "IN FLIGHT", 9, 0, true, false },
    [C_USD]    = { "USD", 8, 50, true, false },
    [C_CAP]    = { "CAP", 8, 90, true, false },
    [C_TREND]  = { "LATENCY SEEN", 10, 70, false, true },
};
/* clang-format on */

static void trend_cell(const struct table *table, int y, const struct use_row *row)
{
    int64_t value[TREND];
    struct rect cell = table_rect(table, C_TREND, y);

    for (int i = 0; i < row->trend_count; i++)
        value[i] = row->trend[(row->trend_at - row->trend_count + i + TREND) % TREND];
    if (!rect_empty(cell))
        sparkline(table->to, cell, value, row->trend_count, 1);
}

static void provider_line(const struct table *table, int y, const struct use_row *row)
{
    char text[FIGURE_TEXT];
    int64_t tenths = scale_to(row->errors, row->calls, 1000);

    table_cell(table, C_NAME, y, STYLE_STRONG, "%s", row->provider);
    table_cell(table, C_HEALTH, y, health_style(row->health), "%s", health_word(row->health));
    table_cell(table, C_CALLS, y, STYLE_PLAIN, "%s", show_count(row->calls, text));
    table_cell(table, C_ERR, y, row->errors > 0 ? STYLE_NEAR : STYLE_LABEL, "%" PRId64 ".%" PRId64,
               tenths / 10, tenths % 10);
    if (row->latency_ms >= 0)
        table_cell(table, C_MS, y, STYLE_PLAIN, "%" PRId64 ".%" PRId64, row->latency_ms / 1000,
                   row->latency_ms % 1000 / 100);
    else
        table_cell(table, C_MS, y, STYLE_LABEL, "-");
    table_cell(table, C_WINDOW, y, STYLE_PLAIN, "%s", show_of(row->in_flight, row->window, text));
    table_cell(table, C_USD, y, STYLE_MONEY, "%s%s", row->unpriced ? ">=" : "",
               show_column(row->cost, text));
    table_cell(table, C_CAP, y, STYLE_LABEL, "%s",
               row->limit.known ? show_column(row->limit, text) : "-");
    trend_cell(table, y, row);
}

static const struct json *configured(struct desk *desk, const char *name)
{
    desk_want(desk, "providers.list", "", "{}", FRESH_MS);
    const struct answer *answer = model_answer_of(desk->model, "providers.list", "");
    const struct json *p =
        json_first(json_get(answer == NULL ? NULL : answer->result, "providers"));

    while (p != NULL && !str_is(json_str(json_get(p, "name")), name))
        p = json_behind(p);
    return p;
}

static void fact(struct canvas *to, struct rect *area, const struct json *from, const char *key,
                 const char *name)
{
    char text[TEXT_SIZE];

    fact_text(from, key, text, sizeof text);
    if (text[0] == '\0' || area->h <= 0)
        return;
    struct rect line = rect_top(area, 1);

    canvas_text(to, line.x + 1, line.y, 12, STYLE_LABEL, "%s", name);
    canvas_text(to, line.x + 13, line.y, line.w - 13, STYLE_PLAIN, "%s", text);
}

static void detail_draw(struct desk *desk, struct canvas *to, struct rect area, const char *name)
{
    const struct json *p = configured(desk, name);
    const struct answer *test = model_answer_of(desk->model, "providers.test", name);

    pane_rule(to, &area, false, name, "t tests it, Enter shows its calls");
    fact(to, &area, p, "kind", "speaks");
    fact(to, &area, p, "base_url", "at");
    fact(to, &area, p, "key_from", "key from");
    fact(to, &area, p, "priced_as", "priced as");
    fact(to, &area, p, "detail", "now");
    if (p == NULL && area.h > 0)
        canvas_text(to, area.x + 1, area.y, area.w - 1, STYLE_LABEL,
                    "not in the configuration any more; its calls are kept");
    if (test != NULL && area.h > 0)
        canvas_text(to, area.x + 1, area.y, area.w - 1,
                    test->err.code != ERR_NONE ? STYLE_OVER : STYLE_OK, "test        %s",
                    test->waiting                ? "running"
                    : test->err.code != ERR_NONE ? test->err.text
                                                 : "answered");
}

static const char *provider_key(void *arg, int i)
{
    const struct desk *desk = ((void **)arg)[0];
    const int *index = ((void **)arg)[1];

    return rows_at(&desk->model->providers, index[i]);
}

static void providers_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct providers_state *state = memory;
    int index[ORDER_MAX], count = order_use(desk, &desk->model->providers, false, index);
    void *arg[2] = { desk, index };
    struct rect detail = { 0 };

    if (area.h > DETAIL + 4)
        detail = rect_bottom(&area, DETAIL);
    struct table table = table_of(to, area, columns, COUNT_OF(columns));

    table_head(&table, -1);
    list_place(&state->list, count, table.body.h, provider_key, arg);
    if (count == 0)
        canvas_text(to, area.x + 2, table.body.y, area.w - 2, STYLE_LABEL,
                    "no provider: set a key such as OPENAI_API_KEY, or start Ollama");
    for (int i = state->list.top; i < count && i - state->list.top < table.body.h; i++) {
        int y = table.body.y + i - state->list.top;

        provider_line(&table, y, rows_at(&desk->model->providers, index[i]));
        if (i == state->list.at)
            table_select(&table, y, true);
    }
    if (count > 0 && !rect_empty(detail))
        detail_draw(desk, to, detail, state->list.key);
}

static void providers_enter(struct desk *desk, void *memory, const char *about)
{
    struct providers_state *state = memory;

    UNUSED(desk);
    if (about[0] != '\0')
        text_keep(state->list.key, sizeof state->list.key, str_of(about));
}

static void test_send(struct desk *desk, const char *name)
{
    struct buf params;
    char done[TEXT_SIZE];

    buf_init(&params, PARAMS_SIZE - 1);
    struct json_out out = json_out(&params);

    json_put_object(&out, NULL);
    json_put_cstr(&out, "name", name);
    json_end(&out, '}');
    (void)snprintf(done, sizeof done, "%.80s answered", name);
    desk_send(desk, "providers.test", name, buf_text(&params), done);
    buf_fini(&params);
}

static bool providers_request(struct desk *desk, void *memory, enum request request)
{
    struct providers_state *state = memory;
    char about[KEY_SIZE + 16];

    if (request == REQUEST_TEST && state->list.key[0] != '\0') {
        test_send(desk, state->list.key);
        return true;
    }
    if ((request == REQUEST_OPEN || request == REQUEST_RIGHT) && state->list.key[0] != '\0') {
        (void)snprintf(about, sizeof about, "provider=%s", state->list.key);
        desk_open(desk, "ledger", about);
        return true;
    }
    return list_request(&state->list, request);
}

const struct screen screen_providers = {
    .name = "providers",
    .title = "Providers",
    .brief = "Prov",
    .tab = true,
    .state_size = sizeof(struct providers_state),
    .hints = { REQUEST_OPEN, REQUEST_TEST, REQUEST_FILTER },
    .enter = providers_enter,
    .draw = providers_draw,
    .request = providers_request,
};
