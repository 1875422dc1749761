/* SPDX-License-Identifier: MIT */
/* Lenient readers over json_in's accessors. */
#include "ui/kit/facts.h"

#include "core/date.h"

#include <stdio.h>
#include <string.h>

int64_t fact_count(const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);

    if (json_kind(value) != JSON_NUMBER)
        return COUNT_UNKNOWN;
    double n = json_number(value);

    return n < 0 || n > (double)JSON_COUNT_MAX ? COUNT_UNKNOWN : (int64_t)n;
}

struct figure fact_money(const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);
    struct figure figure = { false, { 0 } };

    figure.known = json_kind(value) == JSON_TEXT && money_read(json_str(value), &figure.money);
    return figure;
}

bool fact_bool(const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);

    if (json_kind(value) == JSON_NUMBER)
        return json_number(value) > 0;
    if (json_kind(value) != JSON_BOOL)
        return false;
    struct json_in in = json_in(object, NULL);

    return json_bool_or(&in, key, false);
}

static bool digits(struct str *text, int count, char behind, int64_t *out)
{
    if (text->len < (size_t)count || !str_int(str_first(*text, (size_t)count), 0, 9999, out))
        return false;
    *text = str_from(*text, (size_t)count);
    if (behind == '\0')
        return true;
    if (text->len == 0 || text->at[0] != behind)
        return false;
    *text = str_from(*text, 1);
    return true;
}

bool time_read(struct str text, struct utc *out)
{
    struct date date;
    int64_t hour, minute, second, ms = 0;

    if (text.len < 20 || !date_read(str_first(text, 10), &date) || text.at[10] != 'T')
        return false;
    text = str_from(text, 11);
    if (!digits(&text, 2, ':', &hour) || !digits(&text, 2, ':', &minute) ||
        !digits(&text, 2, '\0', &second))
        return false;
    if (str_starts(text, STR("."))) {
        text = str_from(text, 1);
        if (!digits(&text, 3, '\0', &ms))
            return false;
    }
    if (!str_is(text, "Z"))
        return false;
    out->ms = ((date_number(date) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + ms;
    return true;
}

struct utc fact_time(const struct json *object, const char *key)
{
    struct utc at = { 0 };

    return time_read(json_str(json_get(object, key)), &at) ? at : (struct utc){ 0 };
}

void text_keep(char *out, size_t size, struct str text)
{
    if (str_copy(out, size, text))
        return;
    size_t end = size - 1;

    while (end > 0 && ((unsigned char)text.at[end] & 0xC0) == 0x80)
        end--;
    out[end] = '\0';
}

void fact_text(const struct json *object, const char *key, char *out, size_t size)
{
    const struct json *value = json_get(object, key);

    if (json_kind(value) == JSON_NUMBER)
        (void)snprintf(out, size, "%.0f", json_number(value));
    else
        text_keep(out, size, json_str(value));
}
