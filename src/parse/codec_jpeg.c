/* SPDX-License-Identifier: MIT */
/* JPEG by libjpeg-turbo: decoded at the smallest of its scales that still fills the long side, CMYK
 * turned into RGB, stood upright by its EXIF orientation. */
#include "parse/codec.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { ORIENTATION_TAG = 0x0112, ENTRIES_MAX = 512 };

bool jpeg_is(struct str bytes)
{
    return str_starts(bytes, STR("\xff\xd8\xff"));
}

/* ---- EXIF: only the orientation, and every offset is checked ---- */

static unsigned byte_at(struct str s, size_t at)
{
    return at < s.len ? (unsigned char)s.at[at] : 0;
}

static unsigned u16_at(struct str s, size_t at, bool little)
{
    unsigned a = byte_at(s, at), b = byte_at(s, at + 1);

    return little ? b << 8 | a : a << 8 | b;
}

static size_t u32_at(struct str s, size_t at, bool little)
{
    size_t a = u16_at(s, at, little), b = u16_at(s, at + 2, little);

    return little ? b << 16 | a : a << 16 | b;
}

/* `tiff` is what follows "Exif\0\0". 1 when there is nothing to learn. */
static int orientation_in(struct str tiff)
{
    bool little = str_starts(tiff, STR("II"));
    size_t at = u32_at(tiff, 4, little);
    unsigned entries = u16_at(tiff, at, little);

    for (unsigned i = 0; i < entries && i < ENTRIES_MAX; i++) {
        size_t entry = at + 2 + 12 * (size_t)i;

        if (entry >= tiff.len)
            break;
        if (u16_at(tiff, entry, little) == ORIENTATION_TAG) {
            unsigned o = u16_at(tiff, entry + 8, little);

            return o >= 1 && o <= 8 ? (int)o : 1;
        }
    }
    return 1;
}

struct marks {
    int orientation;
    bool adobe; /* an Adobe marker: its CMYK is stored inverted */
};

static void mark_read(unsigned kind, struct str body, struct marks *marks)
{
    if (kind == 0xe1 && str_starts(body, STR("Exif\0\0")))
        marks->orientation = orientation_in(str_from(body, 6));
    if (kind == 0xee && str_starts(body, STR("Adobe")))
        marks->adobe = true;
}

/* Walks the segments up to the first scan. */
static struct marks marks_of(struct str bytes)
{
    struct marks marks = { .orientation = 1 };
    size_t at = 2;

    while (at + 4 <= bytes.len && byte_at(bytes, at) == 0xff) {
        unsigned kind = byte_at(bytes, at + 1);
        size_t len = u16_at(bytes, at + 2, false);

        if (kind == 0xff) { /* a fill byte */
            at++;
            continue;
        }
        if (kind == 0xda || len < 2)
            break;
        mark_read(kind, str_first(str_from(bytes, at + 4), len - 2), &marks);
        at += 2 + len;
    }
    return marks;
}

/* ---- pixels ---- */

static tjscalingfactor scale_for(int width, int height, int long_side)
{
    static const tjscalingfactor whole = { 1, 1 };
    int count = 0, longest = width > height ? width : height;
    tjscalingfactor *all = tjGetScalingFactors(&count), best = whole;

    for (int i = 0; i < count; i++)
        if (all[i].num <= all[i].denom && TJSCALED(longest, all[i]) >= long_side &&
            all[i].num * best.denom < best.num * all[i].denom)
            best = all[i];
    return best;
}

/* Damage in the middle is a warning: what could be read is shown. */
static bool decompressed(tjhandle tj, int result, struct picture *out, struct err *err)
{
    out->damaged = result != 0;
    return result == 0 || tjGetErrorCode(tj) == TJERR_WARNING ||
           err_set(err, ERR_INPUT, "the JPEG image is damaged: %s", tjGetErrorStr2(tj));
}

static bool decode_rgb(tjhandle tj, struct str bytes, struct picture *out, struct err *err)
{
    struct raster *to = &out->raster;

    return decompressed(tj,
                        tjDecompress2(tj, (const unsigned char *)bytes.at, bytes.len, to->rgb,
                                      to->width, 0, to->height, TJPF_RGB, TJFLAG_LIMITSCANS),
                        out, err);
}

static bool decode_cmyk(tjhandle tj, struct str bytes, bool inverted, struct picture *out,
                        struct err *err)
{
    struct raster *to = &out->raster;
    size_t pixels = (size_t)to->width * (size_t)to->height;
    unsigned char *cmyk = xmalloc(pixels * 4);
    bool ok = decompressed(tj,
                           tjDecompress2(tj, (const unsigned char *)bytes.at, bytes.len, cmyk,
                                         to->width, 0, to->height, TJPF_CMYK, TJFLAG_LIMITSCANS),
                           out, err);

    for (size_t i = 0; i < pixels && ok; i++) {
        unsigned flip = inverted ? 0 : 255, key = cmyk[i * 4 + 3] ^ flip;

        for (size_t c = 0; c < 3; c++)
            to->rgb[i * 3 + c] = (unsigned char)(((cmyk[i * 4 + c] ^ flip) * key + 127) / 255);
    }
    free(cmyk);
    return ok;
}

static bool decode(tjhandle tj, struct str bytes, const struct parse_limits *limits,
                   struct picture *out, struct err *err)
{
    int width, height, sampling, space;
    struct marks marks = marks_of(bytes);
    tjscalingfactor scale;
    bool ok;

    if (tjDecompressHeader3(tj, (const unsigned char *)bytes.at, bytes.len, &width, &height,
                            &sampling, &space) != 0)
        return err_set(err, ERR_INPUT, "the JPEG image is damaged: %s", tjGetErrorStr2(tj));
    if (!picture_size_ok(width, height, limits, err))
        return false;
    scale = scale_for(width, height, (int)limits->long_side_px);
    out->raster = raster_new(TJSCALED(width, scale), TJSCALED(height, scale));
    memset(out->raster.rgb, 0, (size_t)out->raster.width * (size_t)out->raster.height * 3);
    ok = space == TJCS_CMYK || space == TJCS_YCCK ? decode_cmyk(tj, bytes, marks.adobe, out, err)
                                                  : decode_rgb(tj, bytes, out, err);
    raster_turn(&out->raster, marks.orientation);
    out->width = marks.orientation >= 5 ? height : width;
    out->height = marks.orientation >= 5 ? width : height;
    if (!ok)
        picture_fini(out);
    return ok;
}

bool jpeg_decode(struct str bytes, const struct parse_limits *limits, struct picture *out,
                 struct err *err)
{
    tjhandle tj = tjInitDecompress();
    bool ok = tj != NULL ? decode(tj, bytes, limits, out, err)
                         : err_set(err, ERR_LIMIT, "no memory to decode a JPEG image");

    if (tj != NULL)
        tjDestroy(tj);
    return ok;
}

bool jpeg_encode(const struct raster *raster, int quality, struct buf *to, struct err *err)
{
    tjhandle tj = tjInitCompress();
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    bool ok = tj != NULL && tjCompress2(tj, raster->rgb, raster->width, 0, raster->height, TJPF_RGB,
                                        &bytes, &size, TJSAMP_420, quality, 0) == 0;

    ok = ok && buf_add(to, bytes, size);
    tjFree(bytes);
    if (tj != NULL)
        tjDestroy(tj);
    return ok || err_set(err, ERR_LIMIT, "the image does not fit into %zu bytes of JPEG", to->cap);
}
