/* SPDX-License-Identifier: MIT */
/* What the parts of the PDF reader share: pdf.c walks pages, pdf_text.c makes blocks, pdf_image.c
 * makes images, pdf_page.c runs pages for both. MuPDF's exceptions stay inside: each function here
 * says so when one may pass. */
#ifndef PARSE_PDF_H
#define PARSE_PDF_H

#include "parse/format.h"

#include <mupdf/fitz.h>

enum { PDF_SIZES = 400 }; /* font sizes in half points, 0..199.5 */

/* A block that waits until the size of the body text is known. */
struct pdf_block {
    struct answer_block block; /* its text is `text` */
    char *text;                /* owned */
    float size;                /* of most of its characters, in points */
    int lines;
    bool bold;
};

/* An image that was seen: the same one is not decoded twice. */
struct pdf_seen {
    fz_image *image; /* kept */
    struct answer_image answer;
};

struct pdf {
    fz_context *ctx;
    fz_document *doc;
    const struct document *document;
    struct out *out;
    struct err *err; /* set: stop */

    uint64_t chars_of_size[PDF_SIZES];
    struct pdf_block *held; /* owned */
    size_t held_count, held_room;

    struct pdf_seen *seen; /* owned */
    size_t seen_count, seen_room;
};

/* Letters and digits on the page: a page with (almost) none is a scan. Does not throw. */
size_t pdf_text_letters(const fz_stext_page *text);

/* Holds the block's text. `page` counts from 1. Does not throw. */
void pdf_text_hold(struct pdf *pdf, const fz_stext_block *block, uint32_t page);

/* Holds a picture block. */
void pdf_text_hold_picture(struct pdf *pdf, int32_t ordinal, uint32_t page, const int32_t box[4]);

/* Says the held blocks; headings are what is larger than the body text so far. False: err set. */
bool pdf_text_say(struct pdf *pdf) MUST_CHECK;
void pdf_text_fini(struct pdf *pdf);

/* Says one image of the page and holds its block. May throw. */
void pdf_image_say(struct pdf *pdf, const fz_stext_block *block, uint32_t page);

/* Draws the page and says it as an image, unless it is empty. May throw. */
void pdf_image_say_page(struct pdf *pdf, fz_page *page, uint32_t number);
void pdf_image_fini(struct pdf *pdf);

/* Runs the page into the device, which is closed and dropped. Errors inside the page are warned of
 * and passed over. May throw. */
void pdf_run(struct pdf *pdf, fz_page *page, fz_device *device, fz_matrix ctm, uint32_t number);

/* Hundredths of a point. */
void pdf_box(fz_rect rect, int32_t box[4]);

#endif
