/* SPDX-License-Identifier: MIT */
/* Every call, the newest first: what it asked, what it used, what it cost, how it ended. */
#include "base/json_out.h"
#include "ui/kit/screen.h"
#include "ui/screen/words.h"
#include "ui/widget/pane.h"
#include "ui/widget/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FRESH_MS = 3000, CALLS_MOST = 500 };

struct ledger_state {
    char about[KEY_SIZE]; /* "", "model=NAME", "provider=NAME", "job=ID" */
    struct list list;
};

extern const struct screen screen_ledger;

/* clang-format off */
enum { C_TIME, C_PROVIDER, C_MODEL, C_JOB, C_TASK, C_IN, C_CACHED, C_OUT, C_USD, C_MS, C_TRY, C_STATE };
static const struct column columns[] = {
    [C_TIME]     = { "TIME", 8, 0, false, false },
    [C_PROVIDER] = { "PROVIDER", 9, 60, false, false },
    [C_MODEL]    = { "MODEL", 12, 0, false, true },
    [C_JOB]      = { "JOB", 3, 70, true, false },
    [C_TASK]     = { "PURPOSE", 12, 110, false, false },
    [C_IN]       = { "IN", 6, 50, true, false },
    [C_CACHED]   = { "CACHED", 6, 96, true, false },
    [C_OUT]      = { "OUT", 6, 50, true, false },
    [C_USD]      = { "USD", 9, 0, true, false },
    [C_MS]       = { "LAT", 5, 78, true, false },
    [C_TRY]      = { "TRY", 3, 100, true, false },
    [C_STATE]    = { "STATE", 7, 0, false, false },
};
/* clang-format on */

static void ledger_enter(struct desk *desk, void *memory, const char *about)
{
    struct ledger_state *state = memory;

    UNUSED(desk);
    if (strcmp(state->about, about) != 0)
        state->list = (struct list){ 0 };
    text_keep(state->about, sizeof state->about, str_of(about));
}

static const struct json *calls_of(struct desk *desk, const struct ledger_state *state)
{
    struct buf params;
    struct str value = str_of(state->about), key = str_cut(&value, '=');
    char name[WORD_SIZE];
    int64_t id;

    text_keep(name, sizeof name, key);
    buf_init(&params, PARAMS_SIZE - 1);
    struct json_out out = json_out(&params);

    json_put_object(&out, NULL);
    json_put_int(&out, "limit", CALLS_MOST);
    if (value.len > 0 && str_is(key, "job") && str_int(value, 1, JSON_COUNT_MAX, &id))
        json_put_int(&out, name, id);
    else if (value.len > 0)
        json_put_text(&out, name, value);
    json_end(&out, '}');
    desk_want(desk, "calls", state->about, buf_text(&params), FRESH_MS);
    buf_fini(&params);
    const struct answer *answer = model_answer_of(desk->model, "calls", state->about);

    return answer == NULL ? NULL : json_get(answer->result, "calls");
}

static bool call_shows(const struct desk *desk, const struct json *call)
{
    static const char *const keys[] = { "provider", "model", "state",  "outcome",
                                        "job",      "tag",   "purpose" };
    char text[TEXT_SIZE];

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        fact_text(call, keys[i], text, sizeof text);
        if (desk_shows(desk, text))
            return true;
    }
    return false;
}

static enum style call_style(const char *state, const char *outcome)
{
    if (strcmp(state, "uncertain") == 0)
        return STYLE_NEAR;
    if (strcmp(outcome, "ok") == 0 || strcmp(outcome, "done") == 0)
        return STYLE_OK;
    return outcome[0] == '\0' ? STYLE_LABEL : STYLE_OVER;
}

static void time_cell(const struct table *table, int y, struct utc at, struct utc now)
{
    struct wall wall = wall_of(at);

    if (at.ms == 0)
        table_cell(table, C_TIME, y, STYLE_LABEL, "-");
    else if (now.ms - at.ms < 86400000)
        table_cell(table, C_TIME, y, STYLE_LABEL, "%02d:%02d:%02d", wall.hour, wall.minute,
                   wall.second);
    else
        table_cell(table, C_TIME, y, STYLE_LABEL, "%02d %s", wall.day, month_name(wall.month));
}

static void latency_cell(const struct table *table, int y, int64_t ms)
{
    if (ms >= 0)
        table_cell(table, C_MS, y, STYLE_LABEL, "%" PRId64 ".%" PRId64, ms / 1000, ms % 1000 / 100);
    else
        table_cell(table, C_MS, y, STYLE_LABEL, "-");
}

static void call_line(const struct desk *desk, const struct table *table, int y,
                      const struct json *call)
{
    char provider[NAME_SIZE], model[NAME_SIZE], job[WORD_SIZE], purpose[NAME_SIZE];
    char state[WORD_SIZE], outcome[WORD_SIZE], text[FIGURE_TEXT];
    struct figure cost = fact_money(call, "cost");

    fact_text(call, "provider", provider, sizeof provider);
    fact_text(call, "model", model, sizeof model);
    fact_text(call, "job", job, sizeof job);
    fact_text(call, "purpose", purpose, sizeof purpose);
    fact_text(call, "state", state, sizeof state);
    fact_text(call, "outcome", outcome, sizeof outcome);
    time_cell(table, y, fact_time(call, "started"), desk->now);
    table_cell(table, C_PROVIDER, y, STYLE_PLAIN, "%s", provider);
    table_cell(table, C_MODEL, y, STYLE_STRONG, "%s", model);
    table_cell(table, C_JOB, y, STYLE_LABEL, "%s", job[0] != '\0' ? job : "-");
    table_cell(table, C_TASK, y, STYLE_LABEL, "%s", purpose);
    table_cell(table, C_IN, y, STYLE_TOKENS_IN, "%s",
               show_count(fact_count(call, "tokens_in"), text));
    table_cell(table, C_CACHED, y, STYLE_CACHED, "%s",
               show_count(fact_count(call, "tokens_cached"), text));
    table_cell(table, C_OUT, y, STYLE_TOKENS_OUT, "%s",
               show_count(fact_count(call, "tokens_out"), text));
    table_cell(table, C_USD, y, cost.known ? STYLE_MONEY : STYLE_OVER, "%s",
               cost.known ? show_bare(cost, text) : "UNKNOWN");
    latency_cell(table, y, fact_count(call, "latency_ms"));
    table_cell(table, C_TRY, y, STYLE_LABEL, "%" PRId64, fact_count(call, "number"));
    table_cell(table, C_STATE, y, call_style(state, outcome), "%s",
               outcome[0] != '\0' ? outcome : state);
}

struct sums {
    int count, shown, unknown;
    int64_t in, out, pico;
};

static struct sums sums_of(const struct desk *desk, const struct json *calls)
{
    struct sums sums = { 0 };

    for (const struct json *c = json_first(calls); c != NULL; c = json_behind(c)) {
        struct figure cost = fact_money(c, "cost");
        int64_t in = fact_count(c, "tokens_in"), out = fact_count(c, "tokens_out");

        sums.count++;
        if (!call_shows(desk, c))
            continue;
        sums.shown++;
        sums.unknown += !cost.known;
        sums.in += in < 0 ? 0 : in;
        sums.out += out < 0 ? 0 : out;
        if (cost.known && add_overflows(sums.pico, cost.money.pico, &sums.pico))
            sums.unknown++;
    }
    return sums;
}

static void sums_line(struct canvas *to, struct rect line, const struct ledger_state *state,
                      const struct sums *sums)
{
    char in[FIGURE_TEXT], out[FIGURE_TEXT], cost[FIGURE_TEXT], right[160];

    canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_LABEL, "newest %d calls%s%s", sums->count,
                state->about[0] != '\0' ? ", " : "", state->about);
    (void)snprintf(right, sizeof right, "shown %d   in %s  out %s  %s%s", sums->shown,
                   show_count(sums->in, in), show_count(sums->out, out),
                   sums->unknown > 0 ? ">=" : "",
                   show_money((struct figure){ true, { sums->pico } }, cost));
    canvas_right(to, line.x + 28, line.y, line.w - 29, STYLE_STRONG, "%s", right);
}

static void ledger_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct ledger_state *state = memory;
    const struct json *calls = calls_of(desk, state);
    struct sums sums = sums_of(desk, calls);
    int i = 0;

    sums_line(to, rect_top(&area, 1), state, &sums);
    struct table table = table_of(to, area, columns, COUNT_OF(columns));

    table_head(&table, -1);
    list_place(&state->list, sums.shown, table.body.h, NULL, NULL);
    if (sums.shown == 0)
        canvas_text(to, area.x + 2, table.body.y, area.w - 2, STYLE_LABEL, "%s",
                    calls == NULL          ? "asking the daemon"
                    : desk->filter.len > 0 ? "no call matches the filter"
                                           : "no calls yet");
    for (const struct json *c = json_first(calls); c != NULL; c = json_behind(c)) {
        int y = table.body.y + i - state->list.top;

        if (!call_shows(desk, c))
            continue;
        if (i >= state->list.top && y < table.body.y + table.body.h) {
            call_line(desk, &table, y, c);
            if (i == state->list.at) {
                table_select(&table, y, true);
                fact_text(c, "id", state->list.key, sizeof state->list.key);
            }
        }
        i++;
    }
}

static bool ledger_request(struct desk *desk, void *memory, enum request request)
{
    struct ledger_state *state = memory;
    char id[KEY_SIZE];

    text_keep(id, sizeof id, str_of(state->list.key));
    if (list_request(&state->list, request))
        return true;
    switch ((int)request) {
    case REQUEST_OPEN:
    case REQUEST_RIGHT:
        if (id[0] != '\0')
            desk_open(desk, "call", id);
        return true;
    case REQUEST_BACK:
        if (state->about[0] == '\0' || desk->filter.len > 0)
            return false;
        state->about[0] = '\0';
        desk_back(desk);
        return true;
    default:
        return false;
    }
}

const struct screen screen_ledger = {
    .name = "ledger",
    .title = "Ledger",
    .brief = "Ledger",
    .tab = true,
    .state_size = sizeof(struct ledger_state),
    .hints = { REQUEST_OPEN, REQUEST_FILTER, REQUEST_FIRST, REQUEST_LAST },
    .enter = ledger_enter,
    .draw = ledger_draw,
    .request = ledger_request,
};
