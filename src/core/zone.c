/* SPDX-License-Identifier: MIT */
/* TZif: a table of changes, and behind it a rule for all years to come. Reading a zone opens a
 * file; the result is plain data. */
#include "core/zone.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "core/date.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ZONE_FILE_CAP = 1 << 18, HEADER = 44, DAY = 86400 };

static const char *const folders[] = {
    "/usr/share/zoneinfo",
    "/usr/lib/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
};

/* --- the footer: a POSIX TZ string, "CET-1CEST,M3.5.0,M10.5.0/3" --- */

static bool take_char(struct str *s, char c)
{
    if (s->len == 0 || s->at[0] != c)
        return false;
    *s = str_from(*s, 1);
    return true;
}

static bool take_number(struct str *s, int64_t most, int64_t *n)
{
    size_t len = 0;
    struct str digits;

    while (len < s->len && s->at[len] >= '0' && s->at[len] <= '9')
        len++;
    digits = str_first(*s, len);
    *s = str_from(*s, len);
    return str_int(digits, 0, most, n);
}

/* "<-03>" or letters. */
static bool take_name(struct str *s)
{
    size_t len = 0;
    bool quoted = take_char(s, '<');

    while (len < s->len &&
           (quoted ? s->at[len] != '>' : (s->at[len] | 0x20) >= 'a' && (s->at[len] | 0x20) <= 'z'))
        len++;
    *s = str_from(*s, len);
    return len >= 1 && (!quoted || take_char(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct str *s, int64_t *seconds)
{
    bool minus = take_char(s, '-');
    int64_t hours, minutes = 0, rest = 0;

    if (!minus)
        take_char(s, '+');
    if (!take_number(s, 167, &hours))
        return false;
    if (take_char(s, ':') && !take_number(s, 59, &minutes))
        return false;
    if (take_char(s, ':') && !take_number(s, 59, &rest))
        return false;
    *seconds = (hours * 60 + minutes) * 60 + rest;
    if (minus)
        *seconds = -*seconds;
    return true;
}

static bool take_rule(struct str *s, struct zone_rule *rule)
{
    int64_t month = 0, week = 0, day = 0;
    bool ok;

    if (!take_char(s, ','))
        return false;
    *rule = (struct zone_rule){ .kind = 'N', .at_s = 2 * 3600 };
    if (take_char(s, 'M')) {
        rule->kind = 'M';
        ok = take_number(s, 12, &month) && take_char(s, '.') && take_number(s, 5, &week) &&
             take_char(s, '.') && take_number(s, 6, &day) && month >= 1 && week >= 1;
    } else {
        if (take_char(s, 'J'))
            rule->kind = 'J';
        ok = take_number(s, 365, &day) && (rule->kind == 'N' || day >= 1);
    }
    rule->month = (int)month;
    rule->week = (int)week;
    rule->day = (int)day;
    return ok && (!take_char(s, '/') || take_time(s, &rule->at_s));
}

static bool tail_read(struct str text, struct zone *zone)
{
    int64_t west, summer_west;

    if (!take_name(&text) || !take_time(&text, &west))
        return false;
    zone->winter_s = (int32_t)-west; /* POSIX counts westwards */
    zone->tail = true;
    if (text.len == 0)
        return true;
    summer_west = west - 3600;
    if (!take_name(&text) || (text.len > 0 && text.at[0] != ',' && !take_time(&text, &summer_west)))
        return false;
    zone->summer_s = (int32_t)-summer_west;
    zone->two = true;
    return take_rule(&text, &zone->to_summer) && take_rule(&text, &zone->to_winter) &&
           text.len == 0;
}

/* The day number on which a rule falls in a year. */
static int64_t rule_day(const struct zone_rule *rule, int64_t year)
{
    int64_t first = date_number((struct date){ year, rule->kind == 'M' ? rule->month : 1, 1 });
    int64_t day;

    if (rule->kind == 'N')
        return first + rule->day;
    if (rule->kind == 'J') /* 1 March is always day 60 */
        return first + rule->day - 1 + (rule->day >= 60 && date_month_days(year, 2) == 29);
    day = first + ((rule->day + 6) % 7 - date_weekday(first) + 7) % 7 + (rule->week - 1) * 7;
    if (day >= first + date_month_days(year, rule->month))
        day -= 7; /* week 5 is the last one */
    return day;
}

/* --- TZif --- */

static int64_t big_endian(const char *at, int bytes)
{
    uint64_t n = (unsigned char)at[0] >= 0x80 ? UINT64_MAX : 0; /* keeps the sign */

    for (int i = 0; i < bytes; i++)
        n = (n << 8) | (unsigned char)at[i];
    return (int64_t)n;
}

struct counts {
    int64_t utc, standard, leap, times, types, chars;
};

static bool header_read(struct str s, struct counts *n)
{
    int64_t *field[] = { &n->utc, &n->standard, &n->leap, &n->times, &n->types, &n->chars };

    if (s.len < HEADER || !str_starts(s, STR("TZif")))
        return false;
    for (size_t i = 0; i < COUNT_OF(field); i++) {
        *field[i] = big_endian(s.at + 20 + 4 * i, 4);
        if (*field[i] < 0 || *field[i] > ZONE_FILE_CAP)
            return false;
    }
    return n->types > 0;
}

static size_t body_size(const struct counts *n, int width)
{
    return (size_t)(n->times * (width + 1) + n->types * 6 + n->chars + n->leap * (width + 4) +
                    n->standard + n->utc);
}

/* The changes of one block; times are `width` bytes wide. */
static bool body_read(struct str s, const struct counts *n, int width, struct zone *zone)
{
    const char *times = s.at, *index = times + n->times * width, *types = index + n->times;

    zone->count = (size_t)n->times;
    zone->at_s = xcalloc(zone->count + 1, sizeof(*zone->at_s));
    zone->to_s = xcalloc(zone->count + 1, sizeof(*zone->to_s));
    zone->first_s = (int32_t)big_endian(types, 4);
    for (size_t i = 0; i < zone->count; i++) {
        int64_t type = (unsigned char)index[i];

        if (type >= n->types)
            return false;
        zone->at_s[i] = big_endian(times + (size_t)width * i, width);
        zone->to_s[i] = (int32_t)big_endian(types + type * 6, 4);
        if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1])
            return false;
    }
    return true;
}

bool zone_read(struct str tzif, struct zone *zone)
{
    struct counts n;
    int width = 4;
    bool ok;

    *zone = (struct zone){ 0 };
    if (!header_read(tzif, &n))
        return false;
    if (tzif.at[4] >= '2') { /* the old block is there for old readers; the real one follows */
        tzif = str_from(tzif, HEADER + body_size(&n, width));
        width = 8;
        if (!header_read(tzif, &n))
            return false;
    }
    tzif = str_from(tzif, HEADER);
    if (tzif.len < body_size(&n, width))
        return false;
    ok = body_read(tzif, &n, width, zone);
    tzif = str_from(tzif, body_size(&n, width));
    if (ok && width == 8 && take_char(&tzif, '\n')) {
        struct str footer = str_cut(&tzif, '\n');

        ok = footer.len == 0 || tail_read(footer, zone);
    }
    if (!ok)
        zone_fini(zone);
    return ok;
}

void zone_fini(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->at_s);
    free(zone->to_s);
    *zone = (struct zone){ 0 };
}

/* Letters, digits, _ + - and single slashes: nothing that leaves the folder. */
static bool is_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        bool good = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                    (*at >= '0' && *at <= '9') || strchr("_+-", *at) != NULL ||
                    (*at == '/' && at != name && at[-1] != '/');

        if (!good)
            return false;
    }
    return name[0] != '\0' && strlen(name) < 48;
}

static bool file_read(const char *path, struct buf *to)
{
    char bytes[4096];
    ssize_t len;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return false;
    while ((len = read(file, bytes, sizeof(bytes))) != 0 && buf_ok(to)) {
        if (len > 0)
            buf_add(to, bytes, (size_t)len);
        else if (errno != EINTR)
            break;
    }
    close(file);
    return len == 0 && buf_ok(to) && to->len > 0;
}

bool zone_load(const char *name, struct zone *zone, struct err *err)
{
    static const char *const utc[] = { "", "UTC", "Etc/UTC", "GMT", "Z" };
    struct buf bytes;
    bool found = false, ok;

    *zone = (struct zone){ 0 };
    for (size_t i = 0; i < COUNT_OF(utc); i++)
        if (strcmp(name, utc[i]) == 0)
            return true;
    if (!is_name(name))
        return err_set(err, ERR_INPUT, "\"%.48s\" is not the name of a time zone", name);
    buf_init(&bytes, ZONE_FILE_CAP);
    for (size_t i = 0; i < COUNT_OF(folders) && !found; i++) {
        char path[128];

        buf_clear(&bytes);
        snprintf(path, sizeof(path), "%s/%s", folders[i], name);
        found = file_read(path, &bytes);
    }
    ok = found && zone_read(buf_str(&bytes), zone);
    buf_fini(&bytes);
    if (!found)
        return err_set(err, ERR_NOT_FOUND,
                       "time zone \"%s\" is not known here (is the package tzdata installed?)",
                       name);
    return ok || err_set(err, ERR_CORRUPT, "the file of time zone \"%s\" is damaged", name);
}

/* --- questions --- */

/* By the rule: the changes of the years around, in order, and where utc_s lies among them. */
static int32_t tail_offset(const struct zone *zone, int64_t utc_s, int64_t *until_s)
{
    int64_t year = date_of(floor_div(utc_s, DAY)).year, best = INT64_MIN;
    int32_t offset = zone->winter_s;

    *until_s = INT64_MAX;
    if (!zone->two)
        return offset;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        /* a rule's time is local, by the offset that ends */
        int64_t change[] = {
            rule_day(&zone->to_summer, y) * DAY + zone->to_summer.at_s - zone->winter_s,
            rule_day(&zone->to_winter, y) * DAY + zone->to_winter.at_s - zone->summer_s,
        };

        for (int i = 0; i < 2; i++) {
            if (change[i] <= utc_s && change[i] > best) {
                best = change[i];
                offset = i == 0 ? zone->summer_s : zone->winter_s;
            }
            if (change[i] > utc_s && change[i] < *until_s)
                *until_s = change[i];
        }
    }
    return offset;
}

int32_t zone_offset(const struct zone *zone, int64_t utc_s, int64_t *until_s)
{
    size_t low = 0, high = zone->count;

    while (low < high) { /* the first change behind utc_s */
        size_t middle = low + (high - low) / 2;

        if (zone->at_s[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->tail)
        return tail_offset(zone, utc_s, until_s);
    *until_s = low < zone->count ? zone->at_s[low] : INT64_MAX;
    return low == 0 ? zone->first_s : zone->to_s[low - 1];
}

int64_t zone_instant(const struct zone *zone, int64_t local_s)
{
    int64_t from = local_s - 2 * DAY, until; /* no offset is that large */

    for (;;) {
        int64_t at = local_s - zone_offset(zone, from, &until);

        if (at < from)
            return from; /* skipped: the clocks jumped over it here */
        if (at < until)
            return at;
        from = until;
    }
}
