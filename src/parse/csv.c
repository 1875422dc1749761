/* SPDX-License-Identifier: MIT */
/* Separated values: tables of some rows each, the first row on top of each of them. */
#include "parse/encoding.h"
#include "parse/flow.h"
#include "parse/format.h"

enum { ROWS_A_BLOCK = 40, COLUMNS_MAX = 256 };

bool csv_is(const struct document *document)
{
    return document_ends(document, ".csv") || document_ends(document, ".tsv");
}

/* Whatever of , ; and tab stands most often in the first line. */
static char separator_of(struct str text)
{
    struct str line = str_cut(&text, '\n');
    static const char marks[] = { ',', ';', '\t' };
    size_t most = 0;
    char best = ',';

    for (size_t k = 0; k < sizeof(marks); k++) {
        size_t n = 0;

        for (size_t i = 0; i < line.len; i++)
            n += line.at[i] == marks[k];
        if (n > most) {
            most = n;
            best = marks[k];
        }
    }
    return best;
}

/* Takes one cell; *last: it ends its row. Quotes around a cell may hold separators, line ends and
 * doubled quotes. */
static void take_cell(struct str *rest, char separator, struct flow *flow, bool *last)
{
    bool quoted = str_starts(*rest, STR("\""));
    size_t at = quoted, start = at;

    while (at < rest->len) {
        char c = rest->at[at];

        if (quoted ? c == '"' : c == separator || c == '\n') {
            flow_add_collapsed(flow, str_first(str_from(*rest, start), at - start));
            if (!quoted)
                break;
            quoted = at + 1 < rest->len && rest->at[at + 1] == '"';
            start = at + 1; /* of a doubled quote the second one stays */
            at += quoted ? 2 : 1;
            continue;
        }
        at++;
    }
    if (at == rest->len && start < at)
        flow_add_collapsed(flow, str_first(str_from(*rest, start), at - start));
    *last = at >= rest->len || rest->at[at] == '\n';
    *rest = str_from(*rest, at < rest->len ? at + 1 : at);
}

static void take_row(struct str *rest, char separator, struct flow *flow)
{
    bool last = false;

    for (int column = 0; !last; column++) {
        if (column < COLUMNS_MAX)
            flow_add(flow, STR("| "));
        take_cell(rest, separator, flow, &last);
        flow_add(flow, STR(" "));
    }
    flow_add(flow, STR("|\n"));
}

bool csv_parse(const struct document *document, struct out *out, struct err *err)
{
    struct flow flow;
    struct buf utf8, head;
    const char *encoding;
    struct str rest;
    int rows = 0;

    flow_init(&flow, STR("csv"), out, err);
    flow.ok = encoding_decode(document->bytes, &utf8, &encoding, err);
    rest = buf_str(&utf8);
    buf_init(&head, 64 << 10);
    while (flow.ok && rest.len > 0) {
        if (rows > 1 && flow.text.len == 0)
            flow_add(&flow, buf_str(&head));
        take_row(&rest, separator_of(buf_str(&utf8)), &flow);
        if (rows++ == 0)
            buf_add_str(&head, buf_str(&flow.text));
        if (rows % ROWS_A_BLOCK == 0)
            flow_say(&flow, ANSWER_TABLE, 0);
    }
    flow_say(&flow, ANSWER_TABLE, 0);
    buf_fini(&utf8);
    buf_fini(&head);
    return flow_fini(&flow);
}
