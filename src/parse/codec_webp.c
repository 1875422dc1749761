/* SPDX-License-Identifier: MIT */
/* WebP by libwebp: scaled by the decoder, alpha on white. Moving pictures are not read. */
#include "parse/codec.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <webp/decode.h>

bool webp_is(struct str bytes)
{
    return str_starts(bytes, STR("RIFF")) && str_starts(str_from(bytes, 8), STR("WEBP"));
}

static void on_white(const unsigned char *rgba, struct raster *to)
{
    size_t pixels = (size_t)to->width * (size_t)to->height;

    for (size_t i = 0; i < pixels; i++) {
        unsigned alpha = rgba[i * 4 + 3];

        for (size_t c = 0; c < 3; c++)
            to->rgb[i * 3 + c] =
                (unsigned char)((rgba[i * 4 + c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

/* The decoder scales when at least half the pixels would be thrown away anyway. */
static void choose_size(WebPDecoderConfig *config, int long_side, struct raster *to)
{
    int width = config->input.width, height = config->input.height;
    int longest = width > height ? width : height;

    if (longest >= 2 * long_side) {
        int64_t w = (int64_t)width * long_side / longest, h = (int64_t)height * long_side / longest;

        width = w < 1 ? 1 : (int)w;
        height = h < 1 ? 1 : (int)h;
        config->options.use_scaling = 1;
        config->options.scaled_width = width;
        config->options.scaled_height = height;
    }
    *to = raster_new(width, height);
}

bool webp_decode(struct str bytes, const struct parse_limits *limits, struct picture *out,
                 struct err *err)
{
    WebPDecoderConfig config;
    const uint8_t *at = (const uint8_t *)bytes.at;
    bool ok;

    if (!WebPInitDecoderConfig(&config) ||
        WebPGetFeatures(at, bytes.len, &config.input) != VP8_STATUS_OK)
        return err_set(err, ERR_INPUT, "the WebP image is damaged");
    if (config.input.has_animation)
        return err_set(err, ERR_UNSUPPORTED, "moving WebP images are not read");
    if (!picture_size_ok(config.input.width, config.input.height, limits, err))
        return false;
    choose_size(&config, (int)limits->long_side_px, &out->raster);
    out->width = config.input.width;
    out->height = config.input.height;
    config.output.colorspace = MODE_RGBA;
    ok = WebPDecode(at, bytes.len, &config) == VP8_STATUS_OK;
    if (ok)
        on_white(config.output.u.RGBA.rgba, &out->raster);
    else
        picture_fini(out);
    WebPFreeDecBuffer(&config.output);
    return ok || err_set(err, ERR_INPUT, "the WebP image is damaged");
}
