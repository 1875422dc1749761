/* SPDX-License-Identifier: MIT */
/* Plain text: paragraphs are what stands between empty lines. */
#include "parse/encoding.h"
#include "parse/format.h"

bool text_is(const struct document *document)
{
    (void)document;
    return true;
}

/* Takes the next paragraph off *rest: lines up to an empty one. */
static struct str paragraph(struct str *rest)
{
    struct str start = *rest;
    size_t end = 0;

    while (rest->len > 0) {
        struct str line = str_cut(rest, '\n');

        if (str_trim(line).len == 0 && end > 0)
            break;
        if (str_trim(line).len == 0)
            start = *rest; /* empty lines in front */
        else
            end = (size_t)(line.at + line.len - start.at);
    }
    return str_first(start, end);
}

bool text_parse(const struct document *document, struct out *out, struct err *err)
{
    struct answer_block block = { .kind = ANSWER_TEXT, .image = -1 };
    struct buf utf8;
    const char *encoding;
    struct str rest;
    bool ok = encoding_decode(document->bytes, &utf8, &encoding, err);

    if (ok) {
        out_meta(out, STR("text"), 0, STR(""));
        if (!str_is(STR("UTF-8"), encoding))
            out_warn(out, 0, "the text was read as %s", encoding);
    }
    rest = buf_str(&utf8);
    while (ok && rest.len > 0) {
        block.text = paragraph(&rest);
        ok = out_block(out, &block, err);
    }
    buf_fini(&utf8);
    return ok;
}
