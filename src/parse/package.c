/* SPDX-License-Identifier: MIT */
/* Relationships and pictures of Office and EPUB files. External targets are never followed: a part
 * of that name is not in the archive. */
#include "parse/package.h"

#include "parse/codec.h"
#include "parse/picture_answer.h"
#include "parse/xml.h"

#include <string.h>

enum { PART_NAME = 512 };

void package_init(struct package *package, const struct document *document)
{
    *package = (struct package){ .document = document, .zip = { .bytes = document->bytes } };
}

void package_fini(struct package *package)
{
    arena_fini(&package->arena);
}

static struct str folder_of(struct str part)
{
    while (part.len > 0 && part.at[part.len - 1] != '/')
        part.len--;
    return part;
}

const char *package_resolve(struct package *package, const char *part, struct str target)
{
    struct str folder = folder_of(str_of(part));

    if (str_starts(target, STR("/")))
        return arena_copy(&package->arena, str_from(target, 1));
    while (str_starts(target, STR("../"))) {
        folder = folder_of(str_first(folder, folder.len > 0 ? folder.len - 1 : 0));
        target = str_from(target, 3);
    }
    return arena_printf(&package->arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(target));
}

/* ---- relationships ---- */

struct rels {
    struct package *package;
    const char *part;
    struct relation *first;
};

static bool rels_open(void *owner, struct xml *xml, const char *name)
{
    struct rels *rels = owner;
    struct relation *relation;

    if (strcmp(name, "Relationship") != 0)
        return true;
    relation = ARENA_NEW(&rels->package->arena, struct relation);
    relation->id.len = xml_attribute(xml, "Id").len;
    relation->id.at = arena_copy(&rels->package->arena, xml_attribute(xml, "Id"));
    relation->target = package_resolve(rels->package, rels->part, xml_attribute(xml, "Target"));
    relation->next = rels->first;
    rels->first = relation;
    return true;
}

static bool ignore_close(void *owner, const char *name)
{
    (void)owner;
    (void)name;
    return true;
}

static bool ignore_text(void *owner, struct str text)
{
    (void)owner;
    (void)text;
    return true;
}

static const struct xml_events rels_events = { rels_open, ignore_close, ignore_text };

struct relation *package_relations(struct package *package, const char *part)
{
    struct rels rels = { .package = package, .part = part };
    struct str folder = folder_of(str_of(part));
    const char *name =
        arena_printf(&package->arena, STR_FMT "_rels/%s.rels", STR_ARG(folder), part + folder.len);
    struct err err = { .code = ERR_NONE };
    struct buf xml;

    if (zip_part(&package->zip, name, &xml, &err) &&
        !xml_walk(buf_str(&xml), &rels_events, &rels, &err))
        rels.first = NULL;
    buf_fini(&xml);
    return rels.first;
}

const char *package_target(const struct relation *first, struct str id)
{
    for (; first != NULL; first = first->next)
        if (str_equal(first->id, id))
            return first->target;
    return NULL;
}

/* ---- the title ---- */

struct titler {
    struct buf *to;
    bool in_title;
};

static bool title_open(void *owner, struct xml *xml, const char *name)
{
    struct titler *titler = owner;

    (void)xml;
    titler->in_title = strcmp(name, "title") == 0;
    return true;
}

static bool title_close(void *owner, const char *name)
{
    struct titler *titler = owner;

    (void)name;
    titler->in_title = false;
    return true;
}

static bool title_text(void *owner, struct str text)
{
    struct titler *titler = owner;

    if (titler->in_title)
        buf_add_str(titler->to, text);
    return true;
}

void package_title(struct package *package, struct buf *to)
{
    static const struct xml_events events = { title_open, title_close, title_text };
    struct titler titler = { .to = to };
    struct err err = { .code = ERR_NONE };
    struct buf xml;

    if (zip_part(&package->zip, "docProps/core.xml", &xml, &err) &&
        !xml_walk(buf_str(&xml), &events, &titler, &err))
        buf_clear(to);
    buf_fini(&xml);
}

/* ---- pictures ---- */

static struct shown *shown_before(const struct package *package, const char *part)
{
    struct shown *shown = package->shown;

    while (shown != NULL && strcmp(shown->part, part) != 0)
        shown = shown->next;
    return shown;
}

/* The same pixels in another part: the bytes are not sent again. */
static int32_t same_pixels(const struct package *package, const struct answer_image *image)
{
    for (const struct shown *shown = package->shown; shown != NULL; shown = shown->next)
        if (shown->answer.same_as < 0 && hash_equal(&shown->answer.pixels, &image->pixels))
            return (int32_t)shown->answer.ordinal;
    return -1;
}

static void say_image(struct answer_image *image, uint32_t page, struct out *out)
{
    image->ordinal = out->ordinals++;
    image->page = page;
    out_image(out, image);
    image->bytes = image->mime = (struct str){ NULL, 0 };
}

static bool say_first_time(struct package *package, const char *part, struct str bytes,
                           uint32_t page, struct out *out, struct err *err)
{
    const struct parse_limits *limits = package->document->limits;
    const struct codec *codec = codec_of(bytes);
    struct picture picture = { .width = 0 };
    struct answer_image image = { .same_as = -1 };
    struct buf prepared = { .at = NULL };
    struct shown *shown;
    bool ok;

    if (codec == NULL)
        return err_set(err, ERR_UNSUPPORTED, "its format is not read");
    if (!codec->decode(bytes, limits, &picture, err))
        return false;
    picture_measure(&picture, &image);
    image.same_as = same_pixels(package, &image);
    ok = image.same_as >= 0 || picture_is_small(&image, limits) ||
         picture_prepare(&picture, (int)limits->long_side_px, &image, &prepared, err);
    if (ok) {
        say_image(&image, page, out);
        shown = ARENA_NEW(&package->arena, struct shown);
        *shown = (struct shown){ .next = package->shown,
                                 .part = arena_copy(&package->arena, str_of(part)),
                                 .answer = image };
        package->shown = shown;
    }
    buf_fini(&prepared);
    picture_fini(&picture);
    return ok;
}

static bool say_again(const struct shown *shown, uint32_t page, struct out *out)
{
    struct answer_image image = shown->answer;

    image.same_as = image.same_as < 0 ? (int32_t)image.ordinal : image.same_as;
    say_image(&image, page, out);
    return true;
}

bool package_say_picture(struct package *package, const char *part, uint32_t page, struct str alt,
                         struct out *out, struct err *err)
{
    struct answer_block block = { .kind = ANSWER_PICTURE, .page = page, .text = alt };
    struct err why = { .code = ERR_NONE };
    struct shown *shown = shown_before(package, part);
    struct buf bytes = { .at = NULL };
    bool ok;

    block.image = (int32_t)out->ordinals;
    ok = shown != NULL ? say_again(shown, page, out)
                       : zip_part(&package->zip, part, &bytes, &why) &&
                             say_first_time(package, part, buf_str(&bytes), page, out, &why);
    buf_fini(&bytes);
    if (!ok) {
        out_warn(out, page, "the image %s is left out: %s", part, why.text);
        return true;
    }
    return out_block(out, &block, err);
}
