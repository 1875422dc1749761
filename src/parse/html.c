/* SPDX-License-Identifier: MIT */
/* HTML by libxml2's SAX interface: no tree, so depth costs nothing. Scripts, styles and what they
 * would show are left out; nothing is fetched. */
#include "parse/html.h"

#include "parse/encoding.h"
#include "parse/format.h"

#include <libxml/HTMLparser.h>
#include <string.h>

enum { PIECE = 1 << 20, LOOK = 1024 };

struct state {
    struct flow *flow;
    void (*picture)(void *owner, struct str target, struct str alt);
    void *owner;
    int hidden, code, tables, lists; /* depths */
    unsigned heading;
    bool in_title;
};

/* What a tag does to the flow. */
enum tag_does {
    TAG_NOTHING,
    TAG_HIDES,
    TAG_BREAKS,
    TAG_LINES,
    TAG_CODES,
    TAG_LISTS,
    TAG_ITEM,
    TAG_TABLES,
    TAG_ROW,
    TAG_CELL
};

static const struct {
    const char *name;
    enum tag_does does;
} tags[] = {
    { "script", TAG_HIDES },   { "style", TAG_HIDES },       { "template", TAG_HIDES },
    { "noscript", TAG_HIDES }, { "svg", TAG_HIDES },         { "p", TAG_BREAKS },
    { "div", TAG_BREAKS },     { "section", TAG_BREAKS },    { "article", TAG_BREAKS },
    { "header", TAG_BREAKS },  { "footer", TAG_BREAKS },     { "main", TAG_BREAKS },
    { "nav", TAG_BREAKS },     { "aside", TAG_BREAKS },      { "blockquote", TAG_BREAKS },
    { "figure", TAG_BREAKS },  { "figcaption", TAG_BREAKS }, { "address", TAG_BREAKS },
    { "form", TAG_BREAKS },    { "hr", TAG_BREAKS },         { "body", TAG_BREAKS },
    { "dl", TAG_BREAKS },      { "dt", TAG_LINES },          { "dd", TAG_LINES },
    { "br", TAG_LINES },       { "pre", TAG_CODES },         { "ul", TAG_LISTS },
    { "ol", TAG_LISTS },       { "li", TAG_ITEM },           { "table", TAG_TABLES },
    { "tr", TAG_ROW },         { "td", TAG_CELL },           { "th", TAG_CELL },
};

static enum tag_does tag_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(tags); i++)
        if (strcmp(tags[i].name, name) == 0)
            return tags[i].does;
    return TAG_NOTHING;
}

/* The block that is open: text, unless a table, code or a list still gathers. */
static void break_block(struct state *s)
{
    if (s->tables > 0)
        flow_add_collapsed(s->flow, STR(" "));
    else if (s->lists > 0)
        flow_newline(s->flow);
    else if (s->code == 0)
        flow_say(s->flow, ANSWER_TEXT, 0);
}

static unsigned heading_of(const char *name)
{
    return name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && name[2] == '\0'
               ? (unsigned)(name[1] - '0')
               : 0;
}

static struct str attribute(const xmlChar **attributes, const char *name)
{
    for (; attributes != NULL && attributes[0] != NULL; attributes += 2)
        if (strcmp((const char *)attributes[0], name) == 0)
            return str_of((const char *)attributes[1]);
    return STR("");
}

static void image(struct state *s, const xmlChar **attributes)
{
    if (s->tables == 0 && s->lists == 0 && s->code == 0 && s->heading == 0)
        flow_say(s->flow, ANSWER_TEXT, 0);
    flow_meet(s->flow);
    if (s->flow->ok && attribute(attributes, "src").len > 0)
        s->picture(s->owner, attribute(attributes, "src"), attribute(attributes, "alt"));
}

static void open_tag(struct state *s, enum tag_does does)
{
    switch (does) {
    case TAG_BREAKS:
        break_block(s);
        break;
    case TAG_LINES:
        flow_newline(s->flow);
        break;
    case TAG_CODES:
        break_block(s);
        s->code++;
        break;
    case TAG_LISTS:
        if (s->lists++ == 0)
            break_block(s);
        break;
    case TAG_ITEM:
        flow_newline(s->flow);
        for (int i = 1; i < s->lists && i < 16; i++)
            flow_add(s->flow, STR("  "));
        flow_add(s->flow, STR("- "));
        break;
    case TAG_TABLES:
        if (s->tables == 0)
            break_block(s);
        s->tables++;
        break;
    case TAG_CELL:
        flow_add(s->flow, STR("| "));
        break;
    case TAG_HIDES:
        s->hidden++;
        break;
    case TAG_ROW:
    case TAG_NOTHING:
        break;
    }
}

static void on_open(void *arg, const xmlChar *tag, const xmlChar **attributes)
{
    struct state *s = arg;
    const char *name = (const char *)tag;
    unsigned heading = heading_of(name);

    if (s->hidden > 0 && tag_find(name) != TAG_HIDES)
        return;
    if (strcmp(name, "title") == 0) {
        s->in_title = s->flow->title.len == 0 && !s->flow->met;
    } else if (strcmp(name, "img") == 0) {
        image(s, attributes);
    } else if (heading > 0 && s->tables == 0) {
        break_block(s);
        s->heading = heading;
    } else {
        open_tag(s, tag_find(name));
    }
}

static void close_tag(struct state *s, enum tag_does does)
{
    switch (does) {
    case TAG_BREAKS:
        break_block(s);
        break;
    case TAG_CODES:
        if (s->code > 0 && --s->code == 0)
            flow_say(s->flow, ANSWER_CODE, 0);
        break;
    case TAG_LISTS:
        if (s->lists > 0 && --s->lists == 0)
            break_block(s);
        break;
    case TAG_TABLES:
        if (s->tables > 0 && --s->tables == 0)
            flow_say(s->flow, ANSWER_TABLE, 0);
        break;
    case TAG_ROW:
        if (s->tables > 0)
            flow_add(s->flow, STR("|\n"));
        break;
    case TAG_CELL:
        flow_add(s->flow, STR(" "));
        break;
    case TAG_HIDES:
        s->hidden -= s->hidden > 0;
        break;
    case TAG_LINES:
    case TAG_ITEM:
    case TAG_NOTHING:
        break;
    }
}

static void on_close(void *arg, const xmlChar *tag)
{
    struct state *s = arg;
    const char *name = (const char *)tag;

    if (s->hidden > 0 && tag_find(name) != TAG_HIDES)
        return;
    if (strcmp(name, "title") == 0) {
        s->in_title = false;
    } else if (s->heading > 0 && heading_of(name) > 0) {
        flow_say(s->flow, ANSWER_HEADING, s->heading);
        s->heading = 0;
    } else {
        close_tag(s, tag_find(name));
    }
}

static void on_text(void *arg, const xmlChar *at, int len)
{
    struct state *s = arg;
    struct str text = { (const char *)at, (size_t)len };

    if (s->hidden > 0)
        return;
    if (s->in_title)
        buf_add_str(&s->flow->title, text);
    else if (s->code > 0)
        flow_add(s->flow, text);
    else
        flow_add_collapsed(s->flow, text);
}

static bool feed(htmlParserCtxtPtr parser, struct str utf8, struct flow *flow)
{
    while (utf8.len > 0 && flow->ok) {
        struct str piece = str_first(utf8, PIECE);

        htmlParseChunk(parser, piece.at, (int)piece.len, 0);
        utf8 = str_from(utf8, piece.len);
    }
    htmlParseChunk(parser, NULL, 0, 1);
    return flow->ok;
}

bool html_read(struct str utf8, struct flow *flow,
               void (*picture)(void *owner, struct str target, struct str alt), void *owner)
{
    struct state s = { .flow = flow, .picture = picture, .owner = owner };
    htmlSAXHandler sax;
    htmlParserCtxtPtr parser;

    memset(&sax, 0, sizeof(sax));
    sax.startElement = on_open;
    sax.endElement = on_close;
    sax.characters = on_text;
    parser = htmlCreatePushParserCtxt(&sax, &s, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (parser == NULL)
        return flow->ok = err_set(flow->err, ERR_LIMIT, "no memory to read HTML");
    htmlCtxtUseOptions(parser, HTML_PARSE_IGNORE_ENC | HTML_PARSE_NONET | HTML_PARSE_NOERROR |
                                   HTML_PARSE_NOWARNING | HTML_PARSE_RECOVER);
    feed(parser, utf8, flow);
    flow_say(flow, s.tables > 0 ? ANSWER_TABLE : ANSWER_TEXT, 0);
    htmlFreeParserCtxt(parser);
    return flow->ok;
}

/* ---- a page of its own ---- */

static bool starts_as_html(struct str bytes)
{
    struct str head = str_trim(str_first(bytes, LOOK));

    return str_same_letters(str_first(head, 14), STR("<!doctype html")) ||
           str_same_letters(str_first(head, 5), STR("<html"));
}

bool html_is(const struct document *document)
{
    return starts_as_html(document->bytes) || document_ends(document, ".html") ||
           document_ends(document, ".htm") || document_ends(document, ".xhtml");
}

static void refer(void *owner, struct str target, struct str alt)
{
    struct flow *flow = owner;

    if (!str_starts(target, STR("data:"))) /* bytes in an address are left out */
        flow->ok = out_reference(flow->out, target, alt, flow->err);
}

bool html_parse(const struct document *document, struct out *out, struct err *err)
{
    struct flow flow;
    struct buf utf8;
    const char *encoding;

    flow_init(&flow, STR("html"), out, err);
    flow.ok = encoding_decode(document->bytes, &utf8, &encoding, err);
    if (flow.ok)
        (void)html_read(buf_str(&utf8), &flow, refer, &flow);
    buf_fini(&utf8);
    return flow_fini(&flow);
}
