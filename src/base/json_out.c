/* SPDX-License-Identifier: MIT */
/* A writer needs no tree, so cJSON is not used for it; see json_in for the reading side. */
#include "base/json_out.h"

#include "base/err.h"
#include "base/utf8.h"

#include <math.h>

struct json_out json_out(struct buf *to)
{
    return (struct json_out){ .to = to };
}

void json_quote(struct buf *to, struct str text)
{
    buf_add_char(to, '"');
    while (text.len > 0) {
        unsigned char c = (unsigned char)text.at[0];
        char point[4];

        if (c >= 0x80) {
            buf_add(to, point, utf8_put(utf8_next(&text), point));
            continue;
        }
        if (c == '"' || c == '\\')
            buf_addf(to, "\\%c", c);
        else if (c == '\n')
            buf_add_text(to, "\\n");
        else if (c == '\t')
            buf_add_text(to, "\\t");
        else if (c == 0)
            buf_add_text(to, "\xEF\xBF\xBD");
        else if (c < 0x20 || c == 0x7F)
            buf_addf(to, "\\u%04x", c);
        else
            buf_add_char(to, (char)c);
        text = str_from(text, 1);
    }
    buf_add_char(to, '"');
}

static void begin(struct json_out *out, const char *key)
{
    if (out->depth > 0 && out->some[out->depth])
        buf_add_char(out->to, ',');
    out->some[out->depth] = true;
    if (key != NULL) {
        json_quote(out->to, str_of(key));
        buf_add_char(out->to, ':');
    }
}

static void nest(struct json_out *out, const char *key, char open)
{
    begin(out, key);
    buf_add_char(out->to, open);
    out->depth++;
    ensure(out->depth < (int)COUNT_OF(out->some));
    out->some[out->depth] = false;
}

void json_put_object(struct json_out *out, const char *key)
{
    nest(out, key, '{');
}

void json_put_list(struct json_out *out, const char *key)
{
    nest(out, key, '[');
}

void json_end(struct json_out *out, char close)
{
    ensure(out->depth > 0);
    out->depth--;
    buf_add_char(out->to, close);
}

void json_put_text(struct json_out *out, const char *key, struct str text)
{
    begin(out, key);
    json_quote(out->to, text);
}

void json_put_cstr(struct json_out *out, const char *key, const char *text)
{
    if (text == NULL)
        json_put_null(out, key);
    else
        json_put_text(out, key, str_of(text));
}

void json_put_int(struct json_out *out, const char *key, int64_t n)
{
    begin(out, key);
    buf_addf(out->to, "%lld", (long long)n);
}

void json_put_bool(struct json_out *out, const char *key, bool yes)
{
    begin(out, key);
    buf_add_text(out->to, yes ? "true" : "false");
}

void json_put_null(struct json_out *out, const char *key)
{
    begin(out, key);
    buf_add_text(out->to, "null");
}

void json_put_real(struct json_out *out, const char *key, double n, int decimals)
{
    if (!isfinite(n)) {
        json_put_null(out, key);
        return;
    }
    begin(out, key);
    buf_addf(out->to, "%.*f", decimals, n);
}

void json_put_raw(struct json_out *out, const char *key, struct str json)
{
    begin(out, key);
    buf_add_str(out->to, json);
}
