/* SPDX-License-Identifier: MIT */
/* PNG by libpng's simplified interface: any depth, palette and alpha become RGB on white. */
#include "parse/codec.h"

#include "base/xalloc.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

bool png_is(struct str bytes)
{
    return str_starts(bytes, STR("\x89PNG\r\n\x1a\n"));
}

static bool png_failed(png_image *png, struct err *err)
{
    err_set(err, ERR_INPUT, "the PNG image is damaged: %s", png->message);
    png_image_free(png);
    return false;
}

bool png_decode(struct str bytes, const struct parse_limits *limits, struct picture *out,
                struct err *err)
{
    static const png_color white = { 255, 255, 255 };
    png_image png;

    memset(&png, 0, sizeof(png));
    png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&png, bytes.at, bytes.len))
        return png_failed(&png, err);
    if (!picture_size_ok(png.width, png.height, limits, err)) {
        png_image_free(&png);
        return false;
    }
    png.format = PNG_FORMAT_RGB;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* 16 bit files without a gamma are not linear */
    out->width = (int)png.width;
    out->height = (int)png.height;
    out->raster = raster_new(out->width, out->height);
    if (!png_image_finish_read(&png, &white, out->raster.rgb, 0, NULL)) {
        picture_fini(out);
        return png_failed(&png, err);
    }
    return true;
}

bool png_encode(const struct raster *raster, struct buf *to, struct err *err)
{
    png_image png;
    png_alloc_size_t size;
    char *bytes;
    bool ok;

    memset(&png, 0, sizeof(png));
    png.version = PNG_IMAGE_VERSION;
    png.format = PNG_FORMAT_RGB;
    png.width = (png_uint_32)raster->width;
    png.height = (png_uint_32)raster->height;
    png.flags = PNG_IMAGE_FLAG_FAST; /* drawings: simple filters pack as well, in half the time */
    size = PNG_IMAGE_PNG_SIZE_MAX(png);
    bytes = xmalloc(size);
    ok = png_image_write_to_memory(&png, bytes, &size, 0, raster->rgb, 0, NULL) != 0 &&
         buf_add(to, bytes, size);
    free(bytes);
    return ok || err_set(err, ERR_LIMIT, "the image does not fit into %zu bytes of PNG", to->cap);
}
