/* SPDX-License-Identifier: MIT */
/* Borrowed strings. */
#include "base/str.h"

#include <string.h>

struct str str_of(const char *text)
{
    return (struct str){ text, text == NULL ? 0 : strlen(text) };
}

struct str str_from(struct str s, size_t start)
{
    if (start >= s.len)
        return (struct str){ s.at == NULL ? NULL : s.at + s.len, 0 };
    return (struct str){ s.at + start, s.len - start };
}

struct str str_first(struct str s, size_t len)
{
    return (struct str){ s.at, len < s.len ? len : s.len };
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool str_is(struct str a, const char *text)
{
    return str_equal(a, str_of(text));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_same_letters(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str head)
{
    return s.len >= head.len && str_equal(str_first(s, head.len), head);
}

bool str_ends(struct str s, struct str tail)
{
    return s.len >= tail.len && str_equal(str_from(s, s.len - tail.len), tail);
}

bool str_find(struct str s, struct str what, size_t *at)
{
    const char *hit;

    if (what.len == 0 || s.len < what.len)
        return false;
    hit = memmem(s.at, s.len, what.at, what.len);
    if (hit == NULL)
        return false;
    *at = (size_t)(hit - s.at);
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_space(s.at[0]))
        s = str_from(s, 1);
    while (s.len > 0 && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

struct str str_cut(struct str *rest, char mark)
{
    struct str all = *rest;
    const char *hit = all.len == 0 ? NULL : memchr(all.at, mark, all.len);
    size_t len = hit == NULL ? all.len : (size_t)(hit - all.at);

    *rest = str_from(all, hit == NULL ? all.len : len + 1);
    return str_first(all, len);
}

bool str_int(struct str s, int64_t least, int64_t most, int64_t *out)
{
    bool minus = s.len > 0 && s.at[0] == '-';
    int64_t n = 0;

    if (minus)
        s = str_from(s, 1);
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        int digit = s.at[i] - '0';

        if (digit < 0 || digit > 9 || mul_overflows(n, 10, &n))
            return false;
        if (minus ? sub_overflows(n, digit, &n) : add_overflows(n, digit, &n))
            return false;
    }
    *out = n;
    return n >= least && n <= most;
}

bool str_copy(char *dst, size_t size, struct str s)
{
    size_t len = s.len < size ? s.len : size - 1;

    if (len > 0)
        memcpy(dst, s.at, len);
    dst[len] = '\0';
    return len == s.len;
}
