/* SPDX-License-Identifier: MIT */
/* The table of well-formed byte sequences is Unicode 15, table 3-7. */
#include "base/utf8.h"

struct lead {
    unsigned char from, to;  /* lead byte */
    unsigned char more;      /* bytes that follow */
    unsigned char low, high; /* range of the first that follows */
};

static const struct lead leads[] = {
    { 0xC2, 0xDF, 1, 0x80, 0xBF }, { 0xE0, 0xE0, 2, 0xA0, 0xBF }, { 0xE1, 0xEC, 2, 0x80, 0xBF },
    { 0xED, 0xED, 2, 0x80, 0x9F }, { 0xEE, 0xEF, 2, 0x80, 0xBF }, { 0xF0, 0xF0, 3, 0x90, 0xBF },
    { 0xF1, 0xF3, 3, 0x80, 0xBF }, { 0xF4, 0xF4, 3, 0x80, 0x8F },
};

/* Length of the well-formed sequence s begins with, and its code point; 0 when there is none. */
static size_t sequence(struct str s, uint32_t *point)
{
    const unsigned char *b = (const unsigned char *)s.at;
    const struct lead *lead = NULL;

    if (s.len == 0)
        return 0;
    *point = b[0];
    if (b[0] < 0x80)
        return 1;
    for (size_t i = 0; i < COUNT_OF(leads); i++)
        if (b[0] >= leads[i].from && b[0] <= leads[i].to)
            lead = &leads[i];
    if (lead == NULL || s.len < (size_t)lead->more + 1 || b[1] < lead->low || b[1] > lead->high)
        return 0;
    *point = b[0] & (0x3Fu >> lead->more);
    for (size_t i = 1; i <= lead->more; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
        *point = (*point << 6) | (b[i] & 0x3Fu);
    }
    return (size_t)lead->more + 1;
}

bool utf8_valid(struct str s)
{
    uint32_t point;

    while (s.len > 0) {
        size_t len = sequence(s, &point);

        if (len == 0)
            return false;
        s = str_from(s, len);
    }
    return true;
}

uint32_t utf8_next(struct str *rest)
{
    uint32_t point = 0;
    size_t len;

    if (rest->len == 0)
        return 0;
    len = sequence(*rest, &point);
    *rest = str_from(*rest, len == 0 ? 1 : len);
    return len == 0 || point == 0 ? 0xFFFD : point;
}

size_t utf8_put(uint32_t p, char out[4])
{
    if (p < 0x80) {
        out[0] = (char)p;
        return 1;
    }
    if (p < 0x800) {
        out[0] = (char)(0xC0 | (p >> 6));
        out[1] = (char)(0x80 | (p & 0x3F));
        return 2;
    }
    if (p < 0x10000) {
        out[0] = (char)(0xE0 | (p >> 12));
        out[1] = (char)(0x80 | ((p >> 6) & 0x3F));
        out[2] = (char)(0x80 | (p & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (p >> 18));
    out[1] = (char)(0x80 | ((p >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((p >> 6) & 0x3F));
    out[3] = (char)(0x80 | (p & 0x3F));
    return 4;
}

bool utf8_add_valid(struct buf *to, struct str s)
{
    while (s.len > 0) {
        uint32_t point = 0;
        size_t len = sequence(s, &point);

        if (len == 0)
            buf_add_text(to, "\xEF\xBF\xBD");
        else if (point != 0)
            buf_add(to, s.at, len);
        s = str_from(s, len == 0 ? 1 : len);
    }
    return buf_ok(to);
}

static bool is_invisible(uint32_t p)
{
    return (p >= 0x200B && p <= 0x200F) || (p >= 0x2028 && p <= 0x202E) ||
           (p >= 0x2060 && p <= 0x206F) || p == 0xFEFF || p == 0xAD || p == 0x61C ||
           (p >= 0xFFF9 && p <= 0xFFFB) || (p >= 0xE0000 && p <= 0xE007F);
}

bool utf8_add_safe(struct buf *to, struct str s)
{
    while (s.len > 0) {
        uint32_t p = 0;
        size_t len = sequence(s, &p);

        if (len == 0)
            buf_addf(to, "\\x%02x", (unsigned char)s.at[0]);
        else if (p == '\n' || p == '\t')
            buf_add_char(to, ' ');
        else if (p < 0x20 || (p >= 0x7F && p <= 0x9F))
            buf_addf(to, "\\x%02x", p);
        else if (is_invisible(p))
            buf_addf(to, "<U+%04X>", p);
        else
            buf_add(to, s.at, len);
        s = str_from(s, len == 0 ? 1 : len);
    }
    return buf_ok(to);
}
