/* SPDX-License-Identifier: MIT */
/* Markdown by md4c, GitHub's dialect. A list is one block, a table is lines of cells, an image is a
 * reference: the daemon decides whether its file may be read. */
#include "parse/encoding.h"
#include "parse/format.h"

#include "base/utf8.h"

#include <md4c.h>
#include <string.h>

enum { LIST_FLUSH = 8 << 10, TARGET_MAX = 2048 };

struct state {
    struct out *out;
    struct err *err;
    struct buf text; /* of the block being read */
    struct buf target, alt;
    int lists; /* depth */
    int image; /* depth inside an image's alternative text */
    bool in_html, ok;
};

bool markdown_is(const struct document *document)
{
    return document_ends(document, ".md") || document_ends(document, ".markdown") ||
           document_ends(document, ".mdown") || document_ends(document, ".mkd");
}

/* Code keeps its indentation. */
static struct str without_last_newline(struct str s)
{
    return str_ends(s, STR("\n")) ? str_first(s, s.len - 1) : s;
}

static int say(struct state *s, enum answer_block_kind kind, unsigned level)
{
    struct answer_block block = { .kind = kind, .level = level, .image = -1 };

    block.text =
        kind == ANSWER_CODE ? without_last_newline(buf_str(&s->text)) : str_trim(buf_str(&s->text));
    s->ok = s->ok && out_block(s->out, &block, s->err);
    buf_clear(&s->text);
    return s->ok ? 0 : 1;
}

static void new_line(struct state *s)
{
    if (s->text.len > 0 && s->text.at[s->text.len - 1] != '\n')
        buf_add_char(&s->text, '\n');
}

static void list_item(struct state *s)
{
    new_line(s);
    for (int i = 1; i < s->lists; i++)
        buf_add_text(&s->text, "  ");
    buf_add_text(&s->text, "- ");
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct state *s = arg;

    (void)detail;
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL)
        s->lists++;
    else if (type == MD_BLOCK_LI)
        list_item(s);
    else if (type == MD_BLOCK_TR)
        buf_add_char(&s->text, '|');
    else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD)
        buf_add_char(&s->text, ' ');
    else if (type == MD_BLOCK_HTML)
        s->in_html = true;
    else if (type == MD_BLOCK_CODE && s->text.len > 0)
        return say(s, ANSWER_TEXT, 0); /* code inside a list stands alone */
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct state *s = arg;

    s->in_html = false;
    switch (type) {
    case MD_BLOCK_H:
        return say(s, ANSWER_HEADING, ((MD_BLOCK_H_DETAIL *)detail)->level);
    case MD_BLOCK_CODE:
        return say(s, ANSWER_CODE, 0);
    case MD_BLOCK_TABLE:
        return say(s, ANSWER_TABLE, 0);
    case MD_BLOCK_TR:
        buf_add_char(&s->text, '\n');
        return 0;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        buf_add_text(&s->text, " |");
        return 0;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        s->lists--;
        return s->lists == 0 ? say(s, ANSWER_TEXT, 0) : 0;
    case MD_BLOCK_P:
    case MD_BLOCK_LI:
        new_line(s);
        return s->lists == 0 || s->text.len > LIST_FLUSH ? say(s, ANSWER_TEXT, 0) : 0;
    case MD_BLOCK_DOC:
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_HTML:
        return say(s, ANSWER_TEXT, 0);
    case MD_BLOCK_HR:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
        return 0;
    }
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *arg)
{
    struct state *s = arg;
    const MD_SPAN_IMG_DETAIL *image = detail;

    if (type != MD_SPAN_IMG)
        return 0;
    if (s->image++ == 0) {
        buf_clear(&s->alt);
        buf_clear(&s->target);
        buf_add(&s->target, image->src.text, image->src.size);
    }
    return 0;
}

/* An image ends the block it stands in, so that it keeps its place among the text. Inside tables
 * and lists the text goes on and the image follows behind. */
static int leave_span(MD_SPANTYPE type, void *detail, void *arg)
{
    struct state *s = arg;

    (void)detail;
    if (type != MD_SPAN_IMG || --s->image > 0)
        return 0;
    if (s->lists == 0 && s->text.len > 0 && s->text.at[0] != '|' && say(s, ANSWER_TEXT, 0) != 0)
        return 1;
    s->ok = s->ok && out_reference(s->out, buf_str(&s->target), buf_str(&s->alt), s->err);
    return s->ok ? 0 : 1;
}

static uint32_t entity_point(struct str e)
{
    static const struct {
        const char *name;
        uint32_t point;
    } known[] = { { "&amp;", '&' },      { "&lt;", '<' },       { "&gt;", '>' },
                  { "&quot;", '"' },     { "&apos;", '\'' },    { "&nbsp;", ' ' },
                  { "&ndash;", 0x2013 }, { "&mdash;", 0x2014 }, { "&copy;", 0xa9 },
                  { "&hellip;", 0x2026 } };
    int64_t n;

    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_is(e, known[i].name))
            return known[i].point;
    if (e.len > 3 && e.at[1] == '#' &&
        str_int(str_first(str_from(e, 2), e.len - 3), 32, 0x10ffff, &n))
        return (uint32_t)n;
    return 0;
}

static void add_entity(struct buf *to, struct str e)
{
    uint32_t point = entity_point(e);
    char bytes[4];

    if (point == 0)
        buf_add_str(to, e);
    else
        buf_add(to, bytes, utf8_put(point, bytes));
}

/* Text between tags; the tags themselves say nothing to a reader. */
static void add_without_tags(struct buf *to, struct str html)
{
    while (html.len > 0) {
        buf_add_str(to, str_cut(&html, '<'));
        str_cut(&html, '>');
    }
}

static int text(MD_TEXTTYPE type, const MD_CHAR *at, MD_SIZE size, void *arg)
{
    struct state *s = arg;
    struct buf *to = s->image > 0 ? &s->alt : &s->text;
    struct str bytes = { at, size };

    if (type == MD_TEXT_BR || (type == MD_TEXT_SOFTBR && s->image == 0))
        buf_add_char(to, '\n');
    else if (type == MD_TEXT_SOFTBR)
        buf_add_char(to, ' ');
    else if (type == MD_TEXT_ENTITY)
        add_entity(to, bytes);
    else if (type == MD_TEXT_HTML && s->in_html)
        add_without_tags(to, bytes);
    else if (type != MD_TEXT_HTML && type != MD_TEXT_NULLCHAR)
        buf_add_str(to, bytes);
    return 0;
}

/* YAML in front, between two lines of "---": only its title is of use. */
static struct str without_front_matter(struct str md, struct str *title)
{
    struct str rest = md;

    if (!str_is(str_cut(&rest, '\n'), "---"))
        return md;
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');

        if (str_is(line, "---") || str_is(line, "..."))
            return rest;
        if (str_starts(line, STR("title:")))
            *title = str_trim(str_from(line, 6));
    }
    return md;
}

static struct str first_heading(struct str md)
{
    while (md.len > 0) {
        struct str line = str_cut(&md, '\n');

        if (str_starts(line, STR("# ")))
            return str_trim(str_from(line, 2));
    }
    return STR("");
}

static bool run(struct str md, struct out *out, struct err *err)
{
    static const MD_PARSER parser = { .flags = MD_DIALECT_GITHUB,
                                      .enter_block = enter_block,
                                      .leave_block = leave_block,
                                      .enter_span = enter_span,
                                      .leave_span = leave_span,
                                      .text = text };
    struct state s = { .out = out, .err = err, .ok = true };
    int result;

    buf_init(&s.text, 2 * md.len + 4096);
    buf_init(&s.target, TARGET_MAX);
    buf_init(&s.alt, TARGET_MAX);
    result = md_parse(md.at, (MD_SIZE)md.len, &parser, &s);
    buf_fini(&s.text);
    buf_fini(&s.target);
    buf_fini(&s.alt);
    if (result != 0 && s.ok)
        return err_set(err, ERR_INPUT, "the Markdown cannot be read");
    return s.ok;
}

bool markdown_parse(const struct document *document, struct out *out, struct err *err)
{
    struct buf utf8;
    const char *encoding;
    struct str md, title = { NULL, 0 };
    bool ok = encoding_decode(document->bytes, &utf8, &encoding, err);

    if (ok) {
        md = without_front_matter(buf_str(&utf8), &title);
        out_meta(out, STR("markdown"), 0, title.len > 0 ? title : first_heading(md));
        ok = run(md, out, err);
    }
    buf_fini(&utf8);
    return ok;
}
