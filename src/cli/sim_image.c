/* SPDX-License-Identifier: MIT */
/* As much of image files as it takes to count them: base64, and the size in their headers. */
#include "cli/sim_ask.h"

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

struct str sim_base64(struct str text, struct arena *arena)
{
    char *out = ARENA_ARRAY(arena, char, text.len / 4 * 3 + 4);
    uint32_t bits = 0;
    int held = 0;
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.at[i]);

        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[len++] = (char)(unsigned char)(bits >> held & 255);
        }
    }
    return (struct str){ out, len };
}

static int byte_at(struct str s, size_t at)
{
    return at < s.len ? (unsigned char)s.at[at] : 0;
}

struct str sim_base64_of(struct str bytes, struct arena *arena)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = ARENA_ARRAY(arena, char, bytes.len / 3 * 4 + 8);
    size_t len = 0;

    for (size_t i = 0; i < bytes.len; i += 3) {
        int bits = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);

        out[len++] = letters[bits >> 18 & 63];
        out[len++] = letters[bits >> 12 & 63];
        out[len++] = i + 1 < bytes.len ? letters[bits >> 6 & 63] : '=';
        out[len++] = i + 2 < bytes.len ? letters[bits & 63] : '=';
    }
    return (struct str){ out, len };
}

static int big_16(struct str s, size_t at)
{
    return byte_at(s, at) << 8 | byte_at(s, at + 1);
}

static int little_16(struct str s, size_t at)
{
    return byte_at(s, at) | byte_at(s, at + 1) << 8;
}

/* Walks the segments to the frame header. */
static bool jpeg_size(struct str s, int *width, int *height)
{
    size_t at = 2;

    while (at + 9 < s.len && byte_at(s, at) == 0xff) {
        int kind = byte_at(s, at + 1);

        if (kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc) {
            *height = big_16(s, at + 5);
            *width = big_16(s, at + 7);
            return true;
        }
        at += 2 + (size_t)big_16(s, at + 2);
    }
    return false;
}

static bool webp_size(struct str s, int *width, int *height)
{
    struct str kind = str_first(str_from(s, 12), 4);

    if (str_is(kind, "VP8 ")) {
        *width = little_16(s, 26) & 0x3fff;
        *height = little_16(s, 28) & 0x3fff;
    } else if (str_is(kind, "VP8L")) {
        int low = little_16(s, 21), high = little_16(s, 23);

        *width = (low & 0x3fff) + 1;
        *height = ((low >> 14 | high << 2) & 0x3fff) + 1;
    } else if (str_is(kind, "VP8X")) {
        *width = (little_16(s, 24) | byte_at(s, 26) << 16) + 1;
        *height = (little_16(s, 27) | byte_at(s, 29) << 16) + 1;
    }
    return *width > 0 && *height > 0;
}

bool sim_image_size(struct str s, int *width, int *height)
{
    static const char png[] = "\x89PNG\r\n\x1a\n";

    *width = *height = 0;
    if (s.len >= 24 && str_starts(s, (struct str){ png, 8 })) {
        *width = byte_at(s, 17) << 16 | big_16(s, 18);
        *height = byte_at(s, 21) << 16 | big_16(s, 22);
    } else if (s.len >= 10 && str_starts(s, STR("GIF8"))) {
        *width = little_16(s, 6);
        *height = little_16(s, 8);
    } else if (s.len >= 30 && str_starts(s, STR("RIFF")) &&
               str_is(str_first(str_from(s, 8), 4), "WEBP")) {
        return webp_size(s, width, height);
    } else if (s.len >= 4 && byte_at(s, 0) == 0xff && byte_at(s, 1) == 0xd8) {
        return jpeg_size(s, width, height);
    }
    return *width > 0 && *height > 0;
}
