/* SPDX-License-Identifier: MIT */
/* A skipping scanner over well-formed JSON; nothing is copied. */
#include "base/json_scan.h"

#include <string.h>

static struct str skip_space(struct str s)
{
    while (s.len > 0 && memchr(" \t\r\n", s.at[0], 4) != NULL)
        s = str_from(s, 1);
    return s;
}

static size_t text_len(struct str s)
{
    size_t i = 1;

    while (i < s.len && s.at[i] != '"')
        i += s.at[i] == '\\' ? 2 : 1;
    return i < s.len ? i + 1 : s.len;
}

/* Length of the value that s starts with. */
static size_t value_len(struct str s)
{
    size_t i = 0;
    int depth = 0;

    if (s.len > 0 && s.at[0] == '"')
        return text_len(s);
    while (i < s.len) {
        char c = s.at[i];

        if (c == '"') {
            i += text_len(str_from(s, i));
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        if ((c == '}' || c == ']') && --depth <= 0)
            return depth == 0 ? i + 1 : i;
        if (depth == 0 && memchr(", \t\r\n", c, 5) != NULL)
            return i;
        i++;
    }
    return i;
}

struct json_walk json_walk(struct str raw)
{
    struct json_walk walk = { .named = raw.len > 0 && raw.at[0] == '{' };

    if (walk.named || (raw.len > 0 && raw.at[0] == '['))
        walk.rest = skip_space(str_from(raw, 1));
    return walk;
}

/* The next member's name, quotes taken off (empty in a list), and its value. */
static bool walk_step(struct json_walk *walk, struct str *key, struct str *raw)
{
    struct str rest = walk->rest;
    size_t len;

    if (rest.len == 0 || rest.at[0] == '}' || rest.at[0] == ']')
        return false;
    *key = str_first(rest, 0);
    if (walk->named) {
        len = text_len(rest);
        if (len >= 2)
            *key = (struct str){ rest.at + 1, len - 2 };
        rest = skip_space(str_from(rest, len));
        rest = skip_space(str_from(rest, 1)); /* the colon */
    }
    len = value_len(rest);
    *raw = str_first(rest, len);
    rest = skip_space(str_from(rest, len));
    if (rest.len > 0 && rest.at[0] == ',')
        rest = skip_space(str_from(rest, 1));
    else if (len == 0)
        rest.len = 0; /* not JSON: never the same place twice */
    walk->rest = rest;
    return true;
}

bool json_walk_next(struct json_walk *walk, struct str *raw)
{
    struct str key;

    return walk_step(walk, &key, raw);
}

/* Steps into one member of the container s; false when it has none of that name or place. */
static bool step_into(struct str *s, struct str name)
{
    struct json_walk walk = json_walk(*s);
    int64_t place = -1, i = 0;
    struct str key, raw;

    if (s->len == 0 || (s->at[0] != '{' && s->at[0] != '['))
        return false;
    if (!walk.named && !str_int(name, 0, INT32_MAX, &place))
        return false;
    while (walk_step(&walk, &key, &raw))
        if (walk.named ? str_equal(key, name) : i++ == place) {
            *s = raw;
            return true;
        }
    return false;
}

bool json_scan(struct str json, const char *path, struct str *raw)
{
    struct str keys = str_of(path), at = skip_space(json);

    at = str_first(at, value_len(at));
    while (keys.len > 0)
        if (!step_into(&at, str_cut(&keys, '.')))
            return false;
    *raw = at;
    return at.len > 0;
}

bool json_scan_digits(struct str raw, struct str *digits)
{
    if (raw.len >= 2 && raw.at[0] == '"') {
        *digits = (struct str){ raw.at + 1, raw.len - 2 };
        return memchr(digits->at, '\\', digits->len) == NULL;
    }
    *digits = raw;
    return raw.len > 0 && (raw.at[0] == '-' || (raw.at[0] >= '0' && raw.at[0] <= '9'));
}
