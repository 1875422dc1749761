/* SPDX-License-Identifier: MIT */
/* What all images share; the codecs are in codec_*.c. */
#include "parse/picture.h"

#include "base/utf8.h"

#include <inttypes.h>

enum { PNG_FLATNESS = 50, QUALITY = 80, QUALITY_LOW = 40, FRAME_ROOM = ANSWER_MAX - 1024 };

static const struct codec codecs[] = {
#define CODEC(name, mime) { #name, mime, name##_is, name##_decode },
#include "parse/codecs.def"
#undef CODEC
};

const struct codec *codec_of(struct str bytes)
{
    for (size_t i = 0; i < COUNT_OF(codecs); i++)
        if (codecs[i].is(bytes))
            return &codecs[i];
    return NULL;
}

bool picture_size_ok(int64_t width, int64_t height, const struct parse_limits *limits,
                     struct err *err)
{
    if (width <= 0 || height <= 0)
        return err_set(err, ERR_INPUT, "the image has no size");
    if (width > PARSE_SIDE_MAX || height > PARSE_SIDE_MAX ||
        width * height > INT64_C(1000000) * limits->megapixels_max)
        return err_set(err, ERR_LIMIT,
                       "the image is %" PRId64 "x%" PRId64 ", more than %u megapixels", width,
                       height, limits->megapixels_max);
    return true;
}

bool picture_is_small(const struct answer_image *image, const struct parse_limits *limits)
{
    return image->width < limits->image_min_px || image->height < limits->image_min_px;
}

void picture_fini(struct picture *picture)
{
    raster_fini(&picture->raster);
}

void picture_measure(const struct picture *picture, struct answer_image *image)
{
    image->width = (uint32_t)picture->width;
    image->height = (uint32_t)picture->height;
    image->colors = raster_colors(&picture->raster, PARSE_COLORS_MAX);
    image->pixels = raster_hash(&picture->raster);
    image->dhash = raster_dhash(&picture->raster);
    image->same_as = -1;
}

/* PNG wins for drawings and screenshots; for photographs and scans it is not even tried. */
static bool encode(const struct raster *raster, struct answer_image *image, struct buf *bytes,
                   struct err *err)
{
    struct buf png;
    bool ok = true;

    image->mime = STR("image/jpeg");
    if (!jpeg_encode(raster, QUALITY, bytes, err))
        return false;
    if (raster_flatness(raster) < PNG_FLATNESS)
        return true;
    buf_init(&png, FRAME_ROOM);
    if (png_encode(raster, &png, NULL) && png.len < bytes->len) {
        buf_clear(bytes);
        ok = buf_add_str(bytes, buf_str(&png));
        image->mime = STR("image/png");
    }
    buf_fini(&png);
    return ok;
}

bool picture_prepare(const struct picture *picture, int long_side, struct answer_image *image,
                     struct buf *bytes, struct err *err)
{
    struct raster fitted = raster_fit(&picture->raster, long_side);
    bool ok;

    image->prepared_width = (uint32_t)fitted.width;
    image->prepared_height = (uint32_t)fitted.height;
    buf_init(bytes, FRAME_ROOM);
    ok = encode(&fitted, image, bytes, err);
    if (!ok) {
        buf_fini(bytes);
        buf_init(bytes, FRAME_ROOM);
        ok = jpeg_encode(&fitted, QUALITY_LOW, bytes, err);
    }
    raster_fini(&fitted);
    image->bytes = buf_str(bytes);
    return ok;
}

bool picture_answer(struct str bytes, const struct parse_limits *limits, struct out *out,
                    struct err *err)
{
    const struct codec *codec = codec_of(bytes);
    struct picture picture = { .width = 0 };
    struct answer_image image = { .ordinal = out->ordinals };
    struct buf prepared = { .at = NULL };
    bool ok;

    if (codec == NULL)
        return err_set(err, ERR_UNSUPPORTED, "this is not a JPEG, PNG or WebP image");
    if (!codec->decode(bytes, limits, &picture, err))
        return false;
    picture_measure(&picture, &image);
    ok = picture_is_small(&image, limits) ||
         picture_prepare(&picture, (int)limits->long_side_px, &image, &prepared, err);
    if (ok) {
        out->ordinals++;
        out_image(out, &image);
        if (picture.damaged)
            out_warn(out, 0, "the image is damaged: part of it is missing");
    }
    buf_fini(&prepared);
    picture_fini(&picture);
    return ok;
}
