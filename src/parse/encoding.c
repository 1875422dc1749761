/* SPDX-License-Identifier: MIT */
/* One pass to guess, one to convert. Control characters but tab and newline are dropped; CR LF and
 * CR become newlines. */
#include "parse/encoding.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

enum { LOOK = 64 << 10 };

enum width { UTF_8, UTF_16LE, UTF_16BE, UTF_32LE, WINDOWS_1252 };

static const char *const names[] = { "UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "Windows-1252" };

/* What bytes 0x80..0x9f mean in Windows-1252; 0 is not assigned. */
static const uint16_t windows_c1[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

/* Mostly ASCII in 16 bits has its NULs all on one side. */
static bool guess_by_nuls(struct str bytes, enum width *out)
{
    struct str head = str_first(bytes, LOOK);
    size_t nul[2] = { 0, 0 };

    for (size_t i = 0; i < head.len; i++)
        nul[i % 2] += head.at[i] == '\0';
    if (nul[0] + nul[1] < head.len / 4 + 1)
        return false;
    if (nul[0] * 8 > nul[1] && nul[1] * 8 > nul[0])
        return false;
    *out = nul[1] > nul[0] ? UTF_16LE : UTF_16BE;
    return true;
}

static enum width guess(struct str bytes, size_t *mark)
{
    enum width by_nuls;

    *mark = 0;
    if (str_starts(bytes, STR("\xff\xfe\0\0")))
        return (*mark = 4, UTF_32LE);
    if (str_starts(bytes, STR("\xef\xbb\xbf")))
        return (*mark = 3, UTF_8);
    if (str_starts(bytes, STR("\xff\xfe")))
        return (*mark = 2, UTF_16LE);
    if (str_starts(bytes, STR("\xfe\xff")))
        return (*mark = 2, UTF_16BE);
    if (guess_by_nuls(bytes, &by_nuls))
        return by_nuls;
    return utf8_valid(bytes) ? UTF_8 : WINDOWS_1252;
}

static uint32_t unit_at(const unsigned char *at, enum width width)
{
    if (width == UTF_16LE)
        return (uint32_t)at[1] << 8 | at[0];
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t next_utf16(struct str *rest, enum width width)
{
    uint32_t high, low;

    if (rest->len < 2) {
        *rest = str_from(*rest, rest->len);
        return 0xfffd;
    }
    high = unit_at((const unsigned char *)rest->at, width);
    *rest = str_from(*rest, 2);
    if (high < 0xd800 || high > 0xdfff)
        return high;
    low = rest->len >= 2 ? unit_at((const unsigned char *)rest->at, width) : 0;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    *rest = str_from(*rest, 2);
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static uint32_t next_utf32(struct str *rest)
{
    uint32_t point = 0;

    for (size_t i = 0; i < 4 && i < rest->len; i++)
        point |= (uint32_t)(unsigned char)rest->at[i] << (8 * i);
    *rest = str_from(*rest, 4);
    return point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? 0xfffd : point;
}

static uint32_t next_windows(struct str *rest)
{
    unsigned char byte = (unsigned char)rest->at[0];
    uint32_t point = byte >= 0x80 && byte < 0xa0 ? windows_c1[byte - 0x80] : byte;

    *rest = str_from(*rest, 1);
    return point == 0 ? 0xfffd : point;
}

static uint32_t next_point(struct str *rest, enum width width)
{
    switch (width) {
    case UTF_16LE:
    case UTF_16BE:
        return next_utf16(rest, width);
    case UTF_32LE:
        return next_utf32(rest);
    case WINDOWS_1252:
        return next_windows(rest);
    case UTF_8:
        break;
    }
    return utf8_next(rest);
}

struct convert {
    struct buf *to;
    size_t points, strange; /* strange: controls and what could not be read */
    bool was_cr;
};

/* U+FFFD says that something could not be read; a few are borne, many are no text. */
static bool is_strange(uint32_t point)
{
    return point == 0xfffd || point == 0x7f || (point < 0x20 && point != '\n' && point != '\t');
}

static bool is_dropped(uint32_t point)
{
    return (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7f && point < 0xa0) ||
           point == 0xfeff;
}

static void add_point(struct convert *c, uint32_t point)
{
    char bytes[4];
    bool second = point == '\n' && c->was_cr; /* of CR LF */

    c->points++;
    c->was_cr = point == '\r';
    if (second)
        return;
    if (point == '\r' || point == '\f') /* a form feed parts pages: it parts lines too */
        point = '\n';
    c->strange += is_strange(point);
    if (!is_dropped(point))
        buf_add(c->to, bytes, utf8_put(point, bytes));
}

bool encoding_decode(struct str bytes, struct buf *to, const char **encoding, struct err *err)
{
    struct convert c = { .to = to };
    size_t mark;
    enum width width = guess(bytes, &mark);
    struct str rest = str_from(bytes, mark);

    *encoding = names[width];
    buf_init(to, 3 * bytes.len + 4);
    while (rest.len > 0)
        add_point(&c, next_point(&rest, width));
    if (c.strange * 20 > c.points)
        return err_set(err, ERR_UNSUPPORTED, "this is neither text nor a known document format");
    return true;
}
