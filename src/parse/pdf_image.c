/* SPDX-License-Identifier: MIT */
/* Images of a PDF: decoded no larger than needed, put on white, measured, prepared once. */
#include "parse/pdf.h"

#include "base/xalloc.h"
#include "parse/picture_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCAN_DPI = 150,
    SCAN_SIDE_PX = 2048, /* a drawn page is read, by eye or OCR: it keeps more than figures do */
    SEEN_MAX = 20000,
};

static bool said_before(const struct pdf *pdf, const fz_image *image, struct answer_image *out)
{
    for (size_t i = 0; i < pdf->seen_count; i++) {
        if (pdf->seen[i].image != image)
            continue;
        *out = pdf->seen[i].answer;
        return true;
    }
    return false;
}

/* The same pixels under another object: the bytes are not sent again. */
static int32_t same_as(const struct pdf *pdf, const struct answer_image *image)
{
    for (size_t i = 0; i < pdf->seen_count; i++)
        if (pdf->seen[i].answer.same_as < 0 && pdf->seen[i].answer.width == image->width &&
            pdf->seen[i].answer.height == image->height &&
            hash_equal(&pdf->seen[i].answer.pixels, &image->pixels))
            return (int32_t)pdf->seen[i].answer.ordinal;
    return -1;
}

static void remember(struct pdf *pdf, fz_image *image, const struct answer_image *answer)
{
    if (pdf->seen_count == SEEN_MAX)
        return;
    if (pdf->seen_count == pdf->seen_room) {
        pdf->seen_room = pdf->seen_room == 0 ? 32 : pdf->seen_room * 2;
        pdf->seen = xrealloc(pdf->seen, pdf->seen_room * sizeof(*pdf->seen));
    }
    pdf->seen[pdf->seen_count] =
        (struct pdf_seen){ .image = fz_keep_image(pdf->ctx, image), .answer = *answer };
    pdf->seen[pdf->seen_count].answer.bytes = (struct str){ NULL, 0 };
    pdf->seen_count++;
}

/* ---- pixels ---- */

/* Samples are multiplied by alpha already. */
static void put_on_white(const unsigned char *from, int n, int width, unsigned char *to)
{
    for (int x = 0; x < width; x++, from += n, to += 3) {
        unsigned white = 255u - from[3];

        for (int c = 0; c < 3; c++)
            to[c] = (unsigned char)(from[c] + white > 255 ? 255 : from[c] + white);
    }
}

/* An RGB pixmap (with or without alpha) put on white. */
static struct raster raster_of(const fz_pixmap *pix)
{
    struct raster to = raster_new(pix->w, pix->h);

    for (int y = 0; y < pix->h; y++) {
        const unsigned char *from = pix->samples + (ptrdiff_t)y * pix->stride;
        unsigned char *at = to.rgb + (size_t)y * (size_t)pix->w * 3;

        if (pix->alpha)
            put_on_white(from, pix->n, pix->w, at);
        else
            memcpy(at, from, (size_t)pix->w * 3);
    }
    return to;
}

/* A stencil has no colour: black where it paints. */
static struct raster raster_of_stencil(const fz_pixmap *pix)
{
    struct raster to = raster_new(pix->w, pix->h);

    for (int y = 0; y < pix->h; y++) {
        const unsigned char *from = pix->samples + (ptrdiff_t)y * pix->stride;

        for (int x = 0; x < pix->w; x++)
            memset(to.rgb + ((size_t)y * (size_t)pix->w + (size_t)x) * 3, 255 - from[x * pix->n],
                   3);
    }
    return to;
}

/* Puts what a soft mask hides on white; the mask may have another size. */
static void apply_mask(struct raster *to, const fz_pixmap *mask)
{
    int *across = xcalloc((size_t)to->width, sizeof(*across));

    for (int x = 0; x < to->width; x++)
        across[x] = (int)((int64_t)x * mask->w / to->width) * mask->n;
    for (int y = 0; y < to->height; y++) {
        int from_y = (int)((int64_t)y * mask->h / to->height);
        const unsigned char *row = mask->samples + (ptrdiff_t)from_y * mask->stride;

        for (int x = 0; x < to->width; x++) {
            unsigned alpha = row[across[x]];
            unsigned char *at = to->rgb + ((size_t)y * (size_t)to->width + (size_t)x) * 3;

            for (int c = 0; c < 3 && alpha < 255; c++)
                at[c] = (unsigned char)((at[c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
    free(across);
}

/* Decoded so that the long side is at least `side`: MuPDF halves while it decodes. May throw. */
static fz_pixmap *pixmap_of(fz_context *ctx, fz_image *image, int side)
{
    int longest = image->w > image->h ? image->w : image->h;
    float scale = longest > side ? (float)side / (float)longest : 1.0f;
    fz_matrix ctm = fz_scale((float)image->w * scale, (float)image->h * scale);

    return fz_get_pixmap_from_image(ctx, image, NULL, &ctm, NULL, NULL);
}

/* May throw. The raster is the caller's. */
static struct raster decode(struct pdf *pdf, fz_image *image)
{
    fz_context *ctx = pdf->ctx;
    fz_pixmap *pix = NULL, *rgb = NULL, *mask = NULL;
    struct raster to = { .rgb = NULL };
    int side = (int)pdf->document->limits->long_side_px;

    fz_var(pix);
    fz_var(rgb);
    fz_var(mask);
    fz_var(to);
    fz_try(ctx)
    {
        pix = pixmap_of(ctx, image, side);
        if (image->mask != NULL)
            mask = pixmap_of(ctx, image->mask, side);
        if (pix->colorspace == NULL) {
            to = raster_of_stencil(pix);
        } else {
            rgb = pix->colorspace == fz_device_rgb(ctx)
                      ? fz_keep_pixmap(ctx, pix)
                      : fz_convert_pixmap(ctx, pix, fz_device_rgb(ctx), NULL, NULL,
                                          fz_default_color_params, 1);
            to = raster_of(rgb);
        }
        if (mask != NULL)
            apply_mask(&to, mask);
    }
    fz_always(ctx)
    {
        fz_drop_pixmap(ctx, pix);
        fz_drop_pixmap(ctx, rgb);
        fz_drop_pixmap(ctx, mask);
    }
    fz_catch(ctx)
    {
        raster_fini(&to);
        fz_rethrow(ctx);
    }
    return to;
}

/* ---- answers ---- */

static void say(struct pdf *pdf, struct answer_image *answer)
{
    answer->ordinal = pdf->out->ordinals++;
    out_image(pdf->out, answer);
    pdf_text_hold_picture(pdf, (int32_t)answer->ordinal, answer->page, answer->box);
}

/* Measures, prepares and says `picture`. False: it cannot be said, see err. */
static bool say_picture(struct pdf *pdf, const struct picture *picture, int side,
                        struct answer_image *answer, struct err *err)
{
    struct buf bytes = { .at = NULL };
    bool ok = true;

    picture_measure(picture, answer);
    answer->same_as = same_as(pdf, answer);
    if (answer->same_as < 0 && !picture_is_small(answer, pdf->document->limits))
        ok = picture_prepare(picture, side, answer, &bytes, err);
    if (ok)
        say(pdf, answer);
    buf_fini(&bytes);
    answer->bytes = (struct str){ NULL, 0 };
    answer->mime = answer->bytes;
    return ok;
}

static bool say_new(struct pdf *pdf, fz_image *image, struct answer_image *answer, struct err *err)
{
    struct picture picture = { .width = image->w, .height = image->h };
    bool ok;

    if (!picture_size_ok(image->w, image->h, pdf->document->limits, err))
        return false;
    picture.raster = decode(pdf, image);
    ok = say_picture(pdf, &picture, (int)pdf->document->limits->long_side_px, answer, err);
    picture_fini(&picture);
    if (ok)
        remember(pdf, image, answer);
    return ok;
}

/* A broken image costs that image: the page goes on. */
void pdf_image_say(struct pdf *pdf, const fz_stext_block *block, uint32_t page)
{
    fz_context *ctx = pdf->ctx;
    fz_image *image = block->u.i.image;
    struct answer_image answer = { .same_as = -1 };
    struct err err = { .code = ERR_NONE };

    if (said_before(pdf, image, &answer)) {
        answer.same_as = answer.same_as < 0 ? (int32_t)answer.ordinal : answer.same_as;
        answer.page = page;
        pdf_box(block->bbox, answer.box);
        say(pdf, &answer);
        return;
    }
    answer.page = page;
    pdf_box(block->bbox, answer.box);
    fz_try(ctx)
    {
        if (!say_new(pdf, image, &answer, &err))
            out_warn(pdf->out, page, "an image on page %u is left out: %s", page, err.text);
    }
    fz_catch(ctx)
    {
        out_warn(pdf->out, page, "an image on page %u cannot be read: %s", page,
                 fz_caught_message(ctx));
    }
}

/* 150 dpi, less for gigantic pages. */
static float scale_of_page(fz_rect bounds)
{
    float longest = fmaxf(bounds.x1 - bounds.x0, bounds.y1 - bounds.y0);
    float scale = (float)SCAN_DPI / 72.0f;

    return longest * scale > (float)SCAN_SIDE_PX ? (float)SCAN_SIDE_PX / longest : scale;
}

/* May throw; the result is the caller's to drop. */
static fz_pixmap *draw(struct pdf *pdf, fz_page *page, fz_rect bounds, uint32_t number)
{
    fz_context *ctx = pdf->ctx;
    float scale = scale_of_page(bounds);
    fz_matrix ctm = fz_scale(scale, scale);
    fz_irect area = fz_round_rect(fz_transform_rect(bounds, ctm));
    fz_pixmap *pix = fz_new_pixmap_with_bbox(ctx, fz_device_rgb(ctx), area, NULL, 0);

    fz_try(ctx)
    {
        fz_clear_pixmap_with_value(ctx, pix, 0xff);
        pdf_run(pdf, page, fz_new_draw_device(ctx, fz_identity, pix), ctm, number);
    }
    fz_catch(ctx)
    {
        fz_drop_pixmap(ctx, pix);
        fz_rethrow(ctx);
    }
    return pix;
}

void pdf_image_say_page(struct pdf *pdf, fz_page *page, uint32_t number)
{
    fz_context *ctx = pdf->ctx;
    fz_rect bounds = fz_bound_page(ctx, page);
    struct answer_image answer = { .page = number, .scanned_page = true, .same_as = -1 };
    struct picture picture;
    struct err err = { .code = ERR_NONE };
    fz_pixmap *pix;

    if (fz_is_empty_rect(bounds))
        return;
    pix = draw(pdf, page, bounds, number);
    picture = (struct picture){ .width = pix->w, .height = pix->h, .raster = raster_of(pix) };
    fz_drop_pixmap(ctx, pix);
    pdf_box(bounds, answer.box);
    if (raster_colors(&picture.raster, 2) > 1 &&
        !say_picture(pdf, &picture, SCAN_SIDE_PX, &answer, &err))
        out_warn(pdf->out, number, "page %u cannot be drawn: %s", number, err.text);
    picture_fini(&picture);
}

void pdf_image_fini(struct pdf *pdf)
{
    for (size_t i = 0; i < pdf->seen_count; i++)
        fz_drop_image(pdf->ctx, pdf->seen[i].image);
    free(pdf->seen);
    pdf->seen = NULL;
    pdf->seen_count = pdf->seen_room = 0;
}
