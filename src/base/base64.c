/* SPDX-License-Identifier: MIT */
/* In blocks, because an image is some hundred kilobytes. */
#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { BLOCK_IN = 3 * 256, BLOCK_OUT = 4 * 256 };

static size_t encode_block(struct str bytes, char out[BLOCK_OUT])
{
    size_t n = 0;

    for (size_t i = 0; i < bytes.len; i += 3) {
        uint32_t b[3] = { 0 };

        for (size_t k = 0; k < 3 && i + k < bytes.len; k++)
            b[k] = (unsigned char)bytes.at[i + k];
        out[n++] = alphabet[b[0] >> 2];
        out[n++] = alphabet[(b[0] & 3) << 4 | b[1] >> 4];
        out[n++] = i + 1 < bytes.len ? alphabet[(b[1] & 15) << 2 | b[2] >> 6] : '=';
        out[n++] = i + 2 < bytes.len ? alphabet[b[2] & 63] : '=';
    }
    return n;
}

bool base64_add(struct buf *to, struct str bytes)
{
    char out[BLOCK_OUT];

    for (; bytes.len > 0; bytes = str_from(bytes, BLOCK_IN))
        if (!buf_add(to, out, encode_block(str_first(bytes, BLOCK_IN), out)))
            return false;
    return true;
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters, the last one or two of which may be padding. */
static bool read_four(const char *at, struct buf *to)
{
    size_t pad = (at[3] == '=') + (size_t)(at[3] == '=' && at[2] == '=');
    uint32_t bits = 0;
    char out[3];

    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - pad ? value_of(at[i]) : 0;

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
    }
    out[0] = (char)(bits >> 16 & 0xFF);
    out[1] = (char)(bits >> 8 & 0xFF);
    out[2] = (char)(bits & 0xFF);
    return buf_add(to, out, 3 - pad);
}

bool base64_read(struct str text, struct buf *to)
{
    if (text.len % 4 != 0)
        return false;
    for (size_t i = 0; i < text.len; i += 4) {
        if (text.at[i + 3] == '=' && i + 4 != text.len)
            return false;
        if (!read_four(text.at + i, to))
            return false;
    }
    return true;
}
