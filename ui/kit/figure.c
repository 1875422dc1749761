/* SPDX-License-Identifier: MIT */
/* Text for figures. Integers only: what is rounded here is shown, never added up. */
#include "ui/kit/figure.h"

#include "base/compiler.h"
#include "core/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int64_t scale_to(int64_t value, int64_t whole, int64_t scale)
{
    if (whole <= 0)
        return 0;
    int128 scaled = ((int128)value * scale * 2 + whole) / ((int128)whole * 2);

    return (int64_t)scaled;
}

/* Three figures of count / unit: "9.81", "31.0", "412". */
static void three_figures(int64_t count, int64_t unit, char letter, char out[FIGURE_TEXT])
{
    int64_t hundredths = scale_to(count, unit, 100);

    if (hundredths < 1000)
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 ".%02" PRId64 "%c", hundredths / 100,
                       hundredths % 100, letter);
    else if (hundredths < 10000)
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 ".%" PRId64 "%c", hundredths / 100,
                       hundredths % 100 / 10, letter);
    else
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "%c", hundredths / 100, letter);
}

const char *show_count(int64_t count, char out[FIGURE_TEXT])
{
    if (count < 0)
        (void)snprintf(out, FIGURE_TEXT, "?");
    else if (count < 1000)
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64, count);
    else if (count < 999995)
        three_figures(count, 1000, 'k', out);
    else if (count < 999995000)
        three_figures(count, 1000000, 'M', out);
    else
        three_figures(count, 1000000000, 'G', out);
    return out;
}

const char *show_whole(int64_t count, char out[FIGURE_TEXT])
{
    char digits[FIGURE_TEXT];
    size_t to = 0;

    if (count < 0) {
        (void)snprintf(out, FIGURE_TEXT, "?");
        return out;
    }
    (void)snprintf(digits, sizeof digits, "%" PRId64, count);
    size_t len = strlen(digits);

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = '\0';
    return out;
}

const char *show_money(struct figure figure, char out[FIGURE_TEXT])
{
    if (!figure.known) {
        (void)snprintf(out, FIGURE_TEXT, "?");
        return out;
    }
    char text[MONEY_TEXT];

    (void)snprintf(out, FIGURE_TEXT, "%s", money_show(figure.money, text));
    return out;
}

/* Below a cent: four decimals, for a small run must not look like nothing. */
static const char *show_little(int64_t pico, char out[FIGURE_TEXT])
{
    int64_t tenths = scale_to(pico, PICO_PER_USD / 10000, 1);

    if (tenths == 0)
        (void)snprintf(out, FIGURE_TEXT, "<.0001");
    else
        (void)snprintf(out, FIGURE_TEXT, "0.%04" PRId64, tenths);
    return out;
}

const char *show_column(struct figure figure, char out[FIGURE_TEXT])
{
    int64_t cents = PICO_PER_USD / 100;

    if (!figure.known) {
        (void)snprintf(out, FIGURE_TEXT, "?");
        return out;
    }
    int64_t pico = figure.money.pico, rounded = scale_to(pico < 0 ? -pico : pico, cents, 1);

    if (pico > 0 && pico < cents)
        return show_little(pico, out);
    (void)snprintf(out, FIGURE_TEXT, "%s%" PRId64 ".%02" PRId64, pico < 0 ? "-" : "", rounded / 100,
                   rounded % 100);
    return out;
}

const char *show_bare(struct figure figure, char out[FIGURE_TEXT])
{
    (void)show_money(figure, out);
    char *dollar = strchr(out, '$');

    if (dollar != NULL)
        memmove(dollar, dollar + 1, strlen(dollar));
    return out;
}

const char *show_span(int64_t s, char out[FIGURE_TEXT])
{
    if (s < 0)
        (void)snprintf(out, FIGURE_TEXT, "-");
    else if (s < 60)
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "s", s);
    else if (s < 3600)
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "m", (s + 30) / 60);
    else if (s < 86400)
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "h%02" PRId64, s / 3600, s % 3600 / 60);
    else
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "d%02" PRId64 "h", s / 86400, s % 86400 / 3600);
    return out;
}

const char *show_permille(int64_t permille, char out[FIGURE_TEXT])
{
    if (permille < 0)
        (void)snprintf(out, FIGURE_TEXT, "?");
    else
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 ".%" PRId64 "%%", permille / 10, permille % 10);
    return out;
}

struct wall wall_of(struct utc at)
{
    int64_t s = floor_div(at.ms, 1000), day = floor_div(s, 86400);
    struct date date = date_of(day);

    s -= day * 86400;
    return (struct wall){ .year = date.year,
                          .month = date.month,
                          .day = date.day,
                          .hour = (int)(s / 3600),
                          .minute = (int)(s % 3600 / 60),
                          .second = (int)(s % 60),
                          .weekday = date_weekday(day) };
}

const char *month_name(int month)
{
    static const char *const names[] = { "?",   "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

    return month >= 1 && month <= 12 ? names[month] : names[0];
}

const char *weekday_name(int weekday)
{
    static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

    return weekday >= 0 && weekday < 7 ? names[weekday] : "?";
}

const char *show_clock(struct utc at, char out[FIGURE_TEXT])
{
    struct wall wall = wall_of(at);

    if (at.ms == 0)
        (void)snprintf(out, FIGURE_TEXT, "-");
    else
        (void)snprintf(out, FIGURE_TEXT, "%02d:%02d:%02d", wall.hour, wall.minute, wall.second);
    return out;
}
