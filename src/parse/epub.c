/* SPDX-License-Identifier: MIT */
/* Books: the chapters in the order of the spine, each of them HTML in the archive. */
#include "parse/encoding.h"
#include "parse/flow.h"
#include "parse/html.h"
#include "parse/package.h"
#include "parse/xml.h"

#include <string.h>

#define CONTAINER "META-INF/container.xml"

struct item {
    struct item *next;
    struct str id;
    const char *part;
};

struct state {
    struct package *package;
    struct flow flow;
    const char *book; /* the part that lists the others */
    struct item *items;
    const char *chapter; /* the part being read */
    bool in_title;
    uint32_t chapters;
};

bool epub_is(const struct document *document)
{
    return zip_mentions(document->bytes, CONTAINER);
}

static void picture(void *owner, struct str target, struct str alt)
{
    struct state *s = owner;

    s->flow.ok = package_say_picture(s->package, package_resolve(s->package, s->chapter, target), 0,
                                     alt, s->flow.out, s->flow.err);
}

/* A broken chapter costs that chapter. */
static void read_chapter(struct state *s, const char *part)
{
    struct err err = { .code = ERR_NONE };
    struct buf bytes, utf8 = { .at = NULL };
    const char *encoding;

    s->chapter = part;
    if (zip_part(&s->package->zip, part, &bytes, &err) &&
        encoding_decode(buf_str(&bytes), &utf8, &encoding, &err))
        (void)html_read(buf_str(&utf8), &s->flow, picture, s);
    else
        out_warn(s->flow.out, 0, "the chapter %s cannot be read: %s", part, err.text);
    buf_fini(&bytes);
    buf_fini(&utf8);
}

/* ---- the list of parts ---- */

static bool container_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "rootfile") == 0 && s->book == NULL)
        s->book = arena_copy(&s->package->arena, xml_attribute(xml, "full-path"));
    return true;
}

static bool nothing_close(void *owner, const char *name)
{
    (void)owner;
    (void)name;
    return true;
}

static bool nothing_text(void *owner, struct str text)
{
    (void)owner;
    (void)text;
    return true;
}

static void add_item(struct state *s, struct xml *xml)
{
    struct item *item = ARENA_NEW(&s->package->arena, struct item);
    struct str id = xml_attribute(xml, "id");

    item->id = (struct str){ arena_copy(&s->package->arena, id), id.len };
    item->part = package_resolve(s->package, s->book, xml_attribute(xml, "href"));
    item->next = s->items;
    s->items = item;
}

static bool book_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;
    struct item *item = s->items;

    if (strcmp(name, "title") == 0) {
        s->in_title = s->flow.title.len == 0;
    } else if (strcmp(name, "item") == 0) {
        add_item(s, xml);
    } else if (strcmp(name, "itemref") == 0 && ++s->chapters <= ZIP_ENTRIES_MAX) {
        struct str id = xml_attribute(xml, "idref");

        while (item != NULL && !str_equal(item->id, id))
            item = item->next;
        if (item != NULL)
            read_chapter(s, item->part);
    }
    return s->flow.ok;
}

static bool book_close(void *owner, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "title") == 0)
        s->in_title = false;
    return s->flow.ok;
}

static bool book_text(void *owner, struct str text)
{
    struct state *s = owner;

    if (s->in_title)
        buf_add_str(&s->flow.title, text);
    return true;
}

static bool read_all(struct state *s, struct err *err)
{
    static const struct xml_events container = { container_open, nothing_close, nothing_text };
    static const struct xml_events book = { book_open, book_close, book_text };
    struct buf list = { .at = NULL }, xml = { .at = NULL };
    bool ok = zip_check(&s->package->zip, err) &&
              zip_part(&s->package->zip, CONTAINER, &list, err) &&
              xml_walk(buf_str(&list), &container, s, err);

    if (ok && s->book == NULL)
        ok = err_set(err, ERR_INPUT, "the book does not say what is in it");
    ok = ok && zip_part(&s->package->zip, s->book, &xml, err) &&
         xml_walk(buf_str(&xml), &book, s, err);
    buf_fini(&list);
    buf_fini(&xml);
    return ok && s->flow.ok;
}

bool epub_parse(const struct document *document, struct out *out, struct err *err)
{
    struct package package;
    struct state s = { .package = &package };

    package_init(&package, document);
    flow_init(&s.flow, STR("epub"), out, err);
    s.flow.ok = read_all(&s, err);
    package_fini(&package);
    return flow_fini(&s.flow);
}
