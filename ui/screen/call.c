/* SPDX-License-Identifier: MIT */
/* One call: each attempt with its charges, units times price, and what the provider said. */
#include "ui/kit/screen.h"
#include "ui/screen/words.h"
#include "ui/widget/pane.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 400, LINE_SIZE = 512 };

struct call_state {
    char id[KEY_SIZE];
    int top;
};

extern const struct screen screen_call;

struct page { /* lines put down one after another; those in sight are drawn */
    struct canvas *to;
    struct rect area;
    int top, count;
};

static void page_line(struct page *page, enum style style, const char *name, const char *text)
{
    int y = page->area.y + page->count++ - page->top;

    if (y < page->area.y || y >= page->area.y + page->area.h)
        return;
    canvas_text(page->to, page->area.x + 1, y, 16, STYLE_LABEL, "%s", name);
    canvas_text(page->to, page->area.x + 17, y, page->area.w - 17, style, "%s", text);
}

static void page_rule(struct page *page, const char *title)
{
    int y = page->area.y + page->count++ - page->top;
    struct rect line = { page->area.x, y, page->area.w, 1 };

    if (y >= page->area.y && y < page->area.y + page->area.h)
        pane_rule(page->to, &line, false, title, "");
}

/* "input            3,001 x 0.30 / 1,000,000 = $0.0009003" */
static void charge_line(struct page *page, const struct json *charge)
{
    char bucket[WORD_SIZE], units[FIGURE_TEXT], per[FIGURE_TEXT], text[LINE_SIZE];
    struct str price = json_str(json_get(charge, "price"));
    struct str amount = json_str(json_get(charge, "amount"));

    fact_text(charge, "bucket", bucket, sizeof bucket);
    (void)show_whole(fact_count(charge, "units"), units);
    if (price.len == 0)
        (void)snprintf(text, sizeof text, "%12s x NO PRICE", units);
    else
        (void)snprintf(text, sizeof text, "%12s x $" STR_FMT " / %s = $" STR_FMT, units,
                       STR_ARG(price), show_whole(fact_count(charge, "per"), per), STR_ARG(amount));
    page_line(page, price.len == 0 ? STYLE_OVER : STYLE_PLAIN, bucket, text);
}

static void optional_line(struct page *page, const struct json *from, const char *key,
                          const char *name, enum style style)
{
    char text[LINE_SIZE];

    fact_text(from, key, text, sizeof text);
    if (text[0] != '\0')
        page_line(page, style, name, text);
}

static void money_line(struct page *page, const struct json *from, const char *key,
                       const char *name)
{
    struct str exact = json_str(json_get(from, key));
    char text[LINE_SIZE];

    (void)snprintf(text, sizeof text, "%s" STR_FMT, exact.len > 0 ? "$" : "UNKNOWN",
                   STR_ARG(exact));
    page_line(page, exact.len > 0 ? STYLE_MONEY : STYLE_OVER, name, text);
}

static void attempt_lines(struct page *page, const struct json *a)
{
    char provider[NAME_SIZE], model[NAME_SIZE], state[WORD_SIZE], outcome[WORD_SIZE];
    char title[LINE_SIZE], text[LINE_SIZE], started[FIGURE_TEXT], in[FIGURE_TEXT],
        cached[FIGURE_TEXT], out[FIGURE_TEXT];

    fact_text(a, "provider", provider, sizeof provider);
    fact_text(a, "model", model, sizeof model);
    fact_text(a, "state", state, sizeof state);
    fact_text(a, "outcome", outcome, sizeof outcome);
    (void)snprintf(title, sizeof title, "attempt %" PRId64 "  %s/%s", fact_count(a, "number"),
                   provider, model);
    page_rule(page, title);
    (void)snprintf(text, sizeof text, "%s%s%s   started %s   took %" PRId64 " ms", state,
                   outcome[0] != '\0' ? ", " : "", outcome,
                   show_clock(fact_time(a, "started"), started), fact_count(a, "latency_ms"));
    page_line(page, STYLE_PLAIN, "state", text);
    (void)snprintf(text, sizeof text, "in %s (cached %s)   out %s",
                   show_whole(fact_count(a, "tokens_in"), in),
                   show_whole(fact_count(a, "tokens_cached"), cached),
                   show_whole(fact_count(a, "tokens_out"), out));
    page_line(page, STYLE_PLAIN, "tokens", text);
    const struct json *charge = json_first(json_get(a, "charges"));

    for (; charge != NULL; charge = json_behind(charge))
        charge_line(page, charge);
    money_line(page, a, "cost", "cost");
    money_line(page, a, "held", "was held");
    optional_line(page, a, "cost_reported", "provider says", STYLE_MONEY);
    optional_line(page, a, "quality", "usage is", STYLE_PLAIN);
    optional_line(page, a, "flags", "flags", STYLE_NEAR);
    optional_line(page, a, "reason", "routed because", STYLE_PLAIN);
    optional_line(page, a, "purpose", "purpose", STYLE_PLAIN);
    optional_line(page, a, "class", "data class", STYLE_PLAIN);
    optional_line(page, a, "served_model", "served by", STYLE_PLAIN);
    optional_line(page, a, "upstream_id", "provider's id", STYLE_PLAIN);
    optional_line(page, a, "http_status", "HTTP status", STYLE_PLAIN);
    optional_line(page, a, "finish", "finished", STYLE_PLAIN);
    optional_line(page, a, "error", "error", STYLE_OVER);
    optional_line(page, a, "usage_raw", "raw usage", STYLE_LABEL);
}

static void call_enter(struct desk *desk, void *memory, const char *about)
{
    struct call_state *state = memory;

    UNUSED(desk);
    *state = (struct call_state){ 0 };
    text_keep(state->id, sizeof state->id, str_of(about));
}

static void call_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct call_state *state = memory;
    char params[64];
    struct rect line = rect_top(&area, 1);

    desk_id_params(state->id, params, sizeof params);
    desk_want(desk, "call", state->id, params, 10000);
    const struct answer *answer = model_answer_of(desk->model, "call", state->id);
    const struct json *call = answer == NULL ? NULL : json_get(answer->result, "call");

    canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_TITLE, "call %s%s%s", state->id,
                call == NULL ? ": " : "",
                call != NULL                                     ? ""
                : answer != NULL && answer->err.code != ERR_NONE ? answer->err.text
                                                                 : "asking the daemon");
    struct page page = { .to = to, .area = area, .top = state->top };
    const struct json *a = json_first(json_get(call, "attempts"));

    for (; a != NULL && page.count < LINES_MAX; a = json_behind(a))
        attempt_lines(&page, a);
    if (call != NULL) {
        page_rule(&page, "answer");
        optional_line(&page, call, "result", "", STYLE_PLAIN);
    }
    if (state->top > page.count - area.h)
        state->top = page.count > area.h ? page.count - area.h : 0;
}

static bool call_request(struct desk *desk, void *memory, enum request request)
{
    struct call_state *state = memory;
    int by = 0;

    UNUSED(desk);
    switch ((int)request) {
    case REQUEST_DOWN:
        by = 1;
        break;
    case REQUEST_UP:
        by = -1;
        break;
    case REQUEST_PAGE_DOWN:
        by = 10;
        break;
    case REQUEST_PAGE_UP:
        by = -10;
        break;
    case REQUEST_FIRST:
        by = -LINES_MAX;
        break;
    case REQUEST_LAST:
        by = LINES_MAX;
        break;
    default:
        return false;
    }
    state->top = state->top + by < 0 ? 0 : state->top + by;
    return true;
}

const struct screen screen_call = {
    .name = "call",
    .title = "Call",
    .brief = "Call",
    .state_size = sizeof(struct call_state),
    .hints = { REQUEST_FIRST, REQUEST_LAST },
    .enter = call_enter,
    .draw = call_draw,
    .request = call_request,
};
