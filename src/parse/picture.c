/* SPDX-License-Identifier: MIT */
/* What all images share, whoever decodes them. */
#include "parse/picture.h"

#include <inttypes.h>

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
