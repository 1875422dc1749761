/* SPDX-License-Identifier: MIT */
/* Meta is said late, with the first block: titles often stand behind the first tags. */
#include "parse/flow.h"

enum { FLOW_MAX = 32 << 20, TITLE_MAX = 1024 };

void flow_init(struct flow *flow, struct str format, struct out *out, struct err *err)
{
    *flow = (struct flow){ .out = out, .err = err, .format = format, .ok = true };
    buf_init(&flow->text, FLOW_MAX);
    buf_init(&flow->title, TITLE_MAX);
}

void flow_meet(struct flow *flow)
{
    if (flow->met)
        return;
    flow->met = true;
    out_meta(flow->out, flow->format, flow->pages, buf_str(&flow->title));
}

bool flow_fini(struct flow *flow)
{
    if (flow->ok)
        flow_meet(flow);
    buf_fini(&flow->text);
    buf_fini(&flow->title);
    return flow->ok;
}

void flow_add(struct flow *flow, struct str text)
{
    if (!buf_add_str(&flow->text, text) && flow->ok)
        flow->ok =
            err_set(flow->err, ERR_LIMIT, "a paragraph is longer than %d MiB", FLOW_MAX >> 20);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

void flow_add_collapsed(struct flow *flow, struct str text)
{
    size_t at = 0;

    while (at < text.len) {
        size_t start = at;
        char last = flow->text.len == 0 ? '\n' : flow->text.at[flow->text.len - 1];

        while (at < text.len && is_space(text.at[at]))
            at++;
        if (at > start && !is_space(last))
            flow_add(flow, STR(" "));
        start = at;
        while (at < text.len && !is_space(text.at[at]))
            at++;
        flow_add(flow, str_first(str_from(text, start), at - start));
    }
}

void flow_newline(struct flow *flow)
{
    while (flow->text.len > 0 && flow->text.at[flow->text.len - 1] == ' ')
        flow->text.at[--flow->text.len] = '\0';
    if (flow->text.len > 0 && flow->text.at[flow->text.len - 1] != '\n')
        flow_add(flow, STR("\n"));
}

void flow_say(struct flow *flow, enum answer_block_kind kind, unsigned level)
{
    struct answer_block block = { .kind = kind, .level = level, .page = flow->page, .image = -1 };

    while (kind == ANSWER_CODE && str_ends(buf_str(&flow->text), STR("\n")))
        flow->text.at[--flow->text.len] = '\0'; /* code keeps its indentation */
    block.text = kind == ANSWER_CODE ? buf_str(&flow->text) : str_trim(buf_str(&flow->text));
    if (block.text.len > 0 && flow->ok) {
        flow_meet(flow);
        flow->ok = out_block(flow->out, &block, flow->err);
    }
    buf_clear(&flow->text);
}
