/* SPDX-License-Identifier: MIT */
/* Fits pictures into frames and says them. */
#include "parse/picture_answer.h"

#include "parse/codec.h"

enum { PNG_FLATNESS = 50, QUALITY = 80, QUALITY_LOW = 40, FRAME_ROOM = ANSWER_MAX - 1024 };

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
