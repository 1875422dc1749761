/* SPDX-License-Identifier: MIT */
/* What Office files share: parts that refer to each other by relationship, and pictures in them. */
#ifndef PARSE_PACKAGE_H
#define PARSE_PACKAGE_H

#include "base/arena.h"
#include "parse/format.h"
#include "parse/zip.h"

struct relation {
    struct relation *next;
    struct str id;
    const char *target; /* name of a part, resolved */
};

/* A picture that was said already. */
struct shown {
    struct shown *next;
    const char *part;
    struct answer_image answer;
};

struct package {
    struct zip zip;
    const struct document *document;
    struct arena arena;
    struct shown *shown;
};

/* Borrows the document until package_fini, which frees all that came from here. */
void package_init(struct package *package, const struct document *document);
void package_fini(struct package *package);

/* The relationships of a part ("word/document.xml"), in the arena; NULL: none. */
struct relation *package_relations(struct package *package, const char *part);
const char *package_target(const struct relation *first, struct str id); /* NULL: there is none */

/* "ppt/slides/slide1.xml" + "../media/a.png" → "ppt/media/a.png", in the arena. */
const char *package_resolve(struct package *package, const char *part, struct str target);

/* Adds the title in the file's properties, if there is one. */
void package_title(struct package *package, struct buf *to);

/* Says the picture of that part and the block that shows it. A broken one is a warning. False only
 * when there is more text than there may be. */
bool package_say_picture(struct package *package, const char *part, uint32_t page, struct str alt,
                         struct out *out, struct err *err) MUST_CHECK;

#endif
