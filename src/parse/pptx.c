/* SPDX-License-Identifier: MIT */
/* Slides: each is a page, its title a heading, each box a block, pictures with their alternative
 * text. Notes and masters are left out. */
#include "parse/flow.h"
#include "parse/package.h"
#include "parse/xml.h"

#include <string.h>

#define MAIN_PART "ppt/presentation.xml"

enum { SLIDES_MAX = 2000 };

struct state {
    struct package *package;
    struct flow flow;
    struct relation *relations; /* of the presentation, then of the slide */
    const char *slide[SLIDES_MAX];
    uint32_t slides;
    int tables;
    bool in_text, is_title;
    struct str alt;
};

bool pptx_is(const struct document *document)
{
    return zip_mentions(document->bytes, MAIN_PART);
}

/* ---- the order of the slides ---- */

static bool list_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;
    const char *part;

    if (strcmp(name, "sldId") != 0)
        return true;
    part = package_target(s->relations, xml_attribute(xml, "r:id"));
    if (part == NULL)
        return true;
    if (s->slides == SLIDES_MAX)
        return s->flow.ok =
                   err_set(s->flow.err, ERR_LIMIT, "there are more than %d slides", SLIDES_MAX);
    s->slide[s->slides++] = part;
    return true;
}

static bool list_close(void *owner, const char *name)
{
    (void)owner;
    (void)name;
    return true;
}

static bool list_text(void *owner, struct str text)
{
    (void)owner;
    (void)text;
    return true;
}

/* ---- one slide ---- */

static bool picture(struct state *s, struct xml *xml)
{
    const char *part = package_target(s->relations, xml_attribute(xml, "r:embed"));

    if (part == NULL)
        return true;
    flow_meet(&s->flow);
    s->flow.ok = s->flow.ok && package_say_picture(s->package, part, s->flow.page, s->alt,
                                                   s->flow.out, s->flow.err);
    return s->flow.ok;
}

static bool slide_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "cNvPr") == 0) {
        struct str alt = xml_attribute(xml, "descr");

        s->alt = (struct str){ arena_copy(&s->package->arena, alt), alt.len };
    } else if (strcmp(name, "ph") == 0) {
        struct str type = xml_attribute(xml, "type");

        s->is_title = str_is(type, "title") || str_is(type, "ctrTitle");
    } else if (strcmp(name, "t") == 0) {
        s->in_text = true;
    } else if (strcmp(name, "br") == 0) {
        flow_add(&s->flow, s->tables > 0 ? STR(" ") : STR("\n"));
    } else if (strcmp(name, "tbl") == 0) {
        s->tables++;
    } else if (strcmp(name, "tc") == 0) {
        flow_add(&s->flow, STR("| "));
    } else if (strcmp(name, "blip") == 0) {
        return picture(s, xml);
    }
    return s->flow.ok;
}

static void end_paragraph(struct state *s)
{
    if (s->tables > 0 || s->is_title)
        flow_add(&s->flow, STR(" "));
    else
        flow_newline(&s->flow);
}

static bool slide_close(void *owner, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "t") == 0) {
        s->in_text = false;
    } else if (strcmp(name, "p") == 0) {
        end_paragraph(s);
    } else if (strcmp(name, "tr") == 0) {
        flow_add(&s->flow, STR("|\n"));
    } else if (strcmp(name, "tbl") == 0) {
        s->tables--;
        flow_say(&s->flow, ANSWER_TABLE, 0);
    } else if (strcmp(name, "sp") == 0) {
        flow_say(&s->flow, s->is_title ? ANSWER_HEADING : ANSWER_TEXT, s->is_title ? 2 : 0);
        s->is_title = false;
    }
    return s->flow.ok;
}

static bool slide_text(void *owner, struct str text)
{
    struct state *s = owner;

    if (s->in_text)
        flow_add(&s->flow, text);
    return s->flow.ok;
}

/* A broken slide costs that slide. */
static void read_slide(struct state *s, const char *part)
{
    static const struct xml_events events = { slide_open, slide_close, slide_text };
    struct err err = { .code = ERR_NONE };
    struct buf xml;

    s->tables = 0;
    s->in_text = s->is_title = false;
    s->relations = package_relations(s->package, part);
    if ((!zip_part(&s->package->zip, part, &xml, &err) ||
         !xml_walk(buf_str(&xml), &events, s, &err)) &&
        s->flow.ok)
        out_warn(s->flow.out, s->flow.page, "slide %u cannot be read: %s", s->flow.page, err.text);
    buf_fini(&xml);
    flow_say(&s->flow, ANSWER_TEXT, 0);
}

static bool read_all(struct state *s, const struct document *document, struct err *err)
{
    static const struct xml_events events = { list_open, list_close, list_text };
    uint32_t first = document->page_first, last = document->page_last;
    struct buf xml = { .at = NULL };
    bool ok = zip_check(&s->package->zip, err) && zip_part(&s->package->zip, MAIN_PART, &xml, err);

    if (ok) {
        s->relations = package_relations(s->package, MAIN_PART);
        package_title(s->package, &s->flow.title);
        ok = xml_walk(buf_str(&xml), &events, s, err);
    }
    buf_fini(&xml);
    s->flow.pages = s->slides;
    for (uint32_t i = 0; ok && i < s->slides && s->flow.ok; i++) {
        s->flow.page = i + 1;
        if (s->flow.page >= first && (last == 0 || s->flow.page <= last))
            read_slide(s, s->slide[i]);
    }
    return ok && s->flow.ok;
}

bool pptx_parse(const struct document *document, struct out *out, struct err *err)
{
    struct package package;
    static struct state s; /* large, and there is one document a process */

    s = (struct state){ .package = &package };
    package_init(&package, document);
    flow_init(&s.flow, STR("pptx"), out, err);
    s.flow.ok = read_all(&s, document, err);
    package_fini(&package);
    return flow_fini(&s.flow);
}
