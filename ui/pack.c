/* SPDX-License-Identifier: MIT */
/* One walk over the bytes: sequences, characters, runs. */
#include "ui/pack.h"

enum { RUN_LEAST = 5 };

/* The length of the control sequence at the front: ESC [ ... final, ESC ( x; else 1. */
static size_t sequence_len(struct str s)
{
    size_t len = 2;

    if (s.len < 2)
        return s.len;
    if (s.at[1] != '[')
        return (s.at[1] == '(' || s.at[1] == ')') && s.len > 2 ? 3 : 2;
    while (len < s.len && (s.at[len] < 0x40 || s.at[len] > 0x7E))
        len++;
    return len < s.len ? len + 1 : s.len;
}

static bool is_colour(struct str s, size_t len)
{
    return len >= 3 && s.at[1] == '[' && s.at[len - 1] == 'm' && s.at[2] != '?' && s.at[2] != '>';
}

/* "ESC [ a m" behind "ESC [ b m" is "ESC [ b ; a m"; a reset forgets what came before it. */
static void colour_add(struct buf *to, struct str inside, bool *open)
{
    bool reset = inside.len == 0 || inside.at[0] == '0';

    if (!*open)
        (void)buf_add_text(to, "\033[");
    else if (!reset)
        (void)buf_add_char(to, ';');
    else {
        while (to->len > 0 && to->at[to->len - 1] != '[')
            to->len--;
    }
    if (reset && inside.len > 0)
        inside = str_from(inside, 1); /* an empty number is 0 */
    (void)buf_add_str(to, inside);
    *open = true;
}

static void colour_close(struct buf *to, bool *open)
{
    if (*open)
        (void)buf_add_char(to, 'm');
    *open = false;
}

static size_t character_len(struct str s)
{
    size_t len = 1;

    while (len < s.len && ((unsigned char)s.at[len] & 0xC0) == 0x80)
        len++;
    return len;
}

/* The bytes of a run of the character at the front; it is written out or repeated. */
static size_t run_add(struct buf *to, struct str s, bool repeat)
{
    size_t len = character_len(s), runs = 1;
    struct str one = str_first(s, len);

    while (repeat && len > 1 && str_starts(str_from(s, runs * len), one))
        runs++;
    (void)buf_add_str(to, one);
    if (runs >= RUN_LEAST) {
        (void)buf_addf(to, "\033[%zub", runs - 1);
        return runs * len;
    }
    return len;
}

void pack_bytes(struct buf *to, struct str from, bool repeat)
{
    bool open = false;

    while (from.len > 0) {
        size_t len = from.at[0] == '\033' ? sequence_len(from) : 0;

        if (len == 3 && from.at[1] == '(' && from.at[2] == 'B') {
            from = str_from(from, len);
        } else if (len > 0 && is_colour(from, len)) {
            colour_add(to, (struct str){ from.at + 2, len - 3 }, &open);
            from = str_from(from, len);
        } else if (len > 0) {
            colour_close(to, &open);
            (void)buf_add_str(to, str_first(from, len));
            from = str_from(from, len);
        } else {
            colour_close(to, &open);
            from = str_from(from, run_add(to, from, repeat));
        }
    }
    colour_close(to, &open);
}
