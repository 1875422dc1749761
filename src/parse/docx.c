/* SPDX-License-Identifier: MIT */
/* Word documents: paragraphs, headings by style or outline level, tables, pictures with their
 * alternative text. There are no page numbers in the file: headings are the place. */
#include "parse/flow.h"
#include "parse/package.h"
#include "parse/xml.h"

#include <string.h>

#define MAIN_PART "word/document.xml"

/* A style that makes headings, whatever it is called in the language of the writer. */
struct style {
    struct style *next;
    struct str id;
    unsigned level;
};

struct state {
    struct package *package;
    struct flow flow;
    struct relation *relations;
    struct style *styles;
    unsigned level; /* of the paragraph; 0: text */
    int tables;     /* depth */
    bool in_properties, in_text, listed;
    struct str alt; /* of the picture to come, arena */
};

bool docx_is(const struct document *document)
{
    return zip_mentions(document->bytes, MAIN_PART);
}

/* ---- styles ---- */

struct style_reader {
    struct package *package;
    struct style *first;
};

static unsigned level_of_name(struct str name)
{
    int64_t n;

    if (str_same_letters(name, STR("title")))
        return 1;
    if (name.len == 9 && str_same_letters(str_first(name, 8), STR("heading ")) &&
        str_int(str_from(name, 8), 1, 9, &n))
        return n > 6 ? 6 : (unsigned)n;
    return 0;
}

static bool style_open(void *owner, struct xml *xml, const char *name)
{
    struct style_reader *reader = owner;
    struct style *style = reader->first;
    int64_t n;

    if (strcmp(name, "style") == 0) {
        struct str id = xml_attribute(xml, "styleId");

        style = ARENA_NEW(&reader->package->arena, struct style);
        *style = (struct style){ .next = reader->first,
                                 .id = { arena_copy(&reader->package->arena, id), id.len } };
        reader->first = style;
    } else if (style != NULL && strcmp(name, "name") == 0 && style->level == 0) {
        style->level = level_of_name(xml_attribute(xml, "val"));
    } else if (style != NULL && strcmp(name, "outlineLvl") == 0 &&
               str_int(xml_attribute(xml, "val"), 0, 5, &n)) {
        style->level = (unsigned)n + 1;
    }
    return true;
}

static bool no_close(void *owner, const char *name)
{
    (void)owner;
    (void)name;
    return true;
}

static bool no_text(void *owner, struct str text)
{
    (void)owner;
    (void)text;
    return true;
}

static struct style *read_styles(struct package *package)
{
    static const struct xml_events events = { style_open, no_close, no_text };
    struct style_reader reader = { .package = package };
    struct err err = { .code = ERR_NONE };
    struct buf xml;

    if (zip_part(&package->zip, "word/styles.xml", &xml, &err) &&
        !xml_walk(buf_str(&xml), &events, &reader, &err))
        reader.first = NULL; /* without styles all is text */
    buf_fini(&xml);
    return reader.first;
}

static unsigned level_of_style(const struct state *s, struct str id)
{
    for (const struct style *style = s->styles; style != NULL; style = style->next)
        if (str_equal(style->id, id))
            return style->level;
    return 0;
}

/* ---- the text ---- */

static bool picture(struct state *s, struct xml *xml)
{
    const char *part = package_target(s->relations, xml_attribute(xml, "r:embed"));

    if (part == NULL)
        return true;
    if (s->tables == 0)
        flow_say(&s->flow, ANSWER_TEXT, 0);
    flow_meet(&s->flow);
    s->flow.ok =
        s->flow.ok && package_say_picture(s->package, part, 0, s->alt, s->flow.out, s->flow.err);
    s->alt = (struct str){ NULL, 0 };
    return s->flow.ok;
}

static void open_property(struct state *s, struct xml *xml, const char *name)
{
    int64_t n;

    if (strcmp(name, "pStyle") == 0)
        s->level = level_of_style(s, xml_attribute(xml, "val"));
    else if (strcmp(name, "outlineLvl") == 0 && str_int(xml_attribute(xml, "val"), 0, 5, &n))
        s->level = (unsigned)n + 1;
    else if (strcmp(name, "numPr") == 0)
        s->listed = true;
}

static void open_text(struct state *s, struct xml *xml, const char *name)
{
    if (strcmp(name, "t") == 0) {
        s->in_text = true;
    } else if (strcmp(name, "tab") == 0) {
        flow_add(&s->flow, STR("\t"));
    } else if (strcmp(name, "br") == 0 || strcmp(name, "cr") == 0) {
        flow_add(&s->flow, s->tables > 0 ? STR(" ") : STR("\n"));
    } else if (strcmp(name, "docPr") == 0) {
        struct str alt = xml_attribute(xml, "descr");

        s->alt = (struct str){ arena_copy(&s->package->arena, alt), alt.len };
    }
}

static bool docx_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "p") == 0) {
        s->level = 0;
        s->listed = false;
    } else if (strcmp(name, "pPr") == 0) {
        s->in_properties = true;
    } else if (strcmp(name, "tbl") == 0) {
        if (s->tables++ == 0)
            flow_say(&s->flow, ANSWER_TEXT, 0);
    } else if (strcmp(name, "tc") == 0 && s->tables == 1) {
        flow_add(&s->flow, STR("| "));
    } else if (strcmp(name, "blip") == 0) {
        return picture(s, xml);
    } else if (s->in_properties) {
        open_property(s, xml, name);
    } else {
        open_text(s, xml, name);
    }
    return s->flow.ok;
}

static void end_paragraph(struct state *s)
{
    if (s->tables > 0)
        flow_add(&s->flow, STR(" "));
    else if (s->level > 0)
        flow_say(&s->flow, ANSWER_HEADING, s->level);
    else
        flow_say(&s->flow, ANSWER_TEXT, 0);
}

static bool docx_close(void *owner, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "t") == 0) {
        s->in_text = false;
    } else if (strcmp(name, "pPr") == 0) {
        s->in_properties = false;
        if (s->listed && s->level == 0 && s->tables == 0)
            flow_add(&s->flow, STR("- "));
    } else if (strcmp(name, "p") == 0) {
        end_paragraph(s);
    } else if (strcmp(name, "tr") == 0 && s->tables == 1) {
        flow_add(&s->flow, STR("|\n"));
    } else if (strcmp(name, "tbl") == 0 && --s->tables == 0) {
        flow_say(&s->flow, ANSWER_TABLE, 0);
    }
    return s->flow.ok;
}

static bool docx_text(void *owner, struct str text)
{
    struct state *s = owner;

    if (s->in_text)
        flow_add(&s->flow, text);
    return s->flow.ok;
}

bool docx_parse(const struct document *document, struct out *out, struct err *err)
{
    static const struct xml_events events = { docx_open, docx_close, docx_text };
    struct package package;
    struct state s = { .package = &package };
    struct buf xml = { .at = NULL };
    bool ok;

    package_init(&package, document);
    flow_init(&s.flow, STR("docx"), out, err);
    ok = zip_check(&package.zip, err) && zip_part(&package.zip, MAIN_PART, &xml, err);
    if (ok) {
        s.relations = package_relations(&package, MAIN_PART);
        s.styles = read_styles(&package);
        package_title(&package, &s.flow.title);
        ok = xml_walk(buf_str(&xml), &events, &s, err);
    }
    s.flow.ok = s.flow.ok && ok;
    ok = flow_fini(&s.flow);
    buf_fini(&xml);
    package_fini(&package);
    return ok;
}
