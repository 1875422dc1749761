/* SPDX-License-Identifier: MIT */
/* One setter a type; the table itself is options.def. */
#include "config/option.h"

#include "core/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRUCT_ROOT     struct config
#define STRUCT_PROVIDER struct config_provider
#define STRUCT_BUDGET   struct config_budget
#define STRUCT_RULE     struct config_rule

static const struct option options[] = {
#define OPTION(its_scope, its_path, its_type, field, second, low, high, normal, its_unit, text)    \
    { .facts = { .scope = CONFIG_##its_scope,                                                      \
                 .path = (its_path),                                                               \
                 .otherwise = (normal),                                                            \
                 .unit = (its_unit),                                                               \
                 .help = (text) },                                                                 \
      .type = OPTION_##its_type,                                                                   \
      .offset = offsetof(STRUCT_##its_scope, field),                                               \
      .size = sizeof(((STRUCT_##its_scope *)0)->field),                                            \
      .with = offsetof(STRUCT_##its_scope, second),                                                \
      .least = (low),                                                                              \
      .most = (high) },
#include "config/options.def"
#undef OPTION
};

_Static_assert(COUNT_OF(options) <= OPTIONS_MAX, "more options than readers have room for");

size_t config_option_count(void)
{
    return COUNT_OF(options);
}

const struct option *option_at(size_t i)
{
    return &options[i];
}

struct config_option config_option_at(size_t i)
{
    return options[i].facts;
}

int option_find(enum config_scope scope, struct str path)
{
    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (options[i].facts.scope == scope && str_is(path, options[i].facts.path))
            return (int)i;
    return -1;
}

bool option_is_group(enum config_scope scope, struct str path)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        struct str whole = str_of(options[i].facts.path);

        if (options[i].facts.scope == scope && whole.len > path.len && str_starts(whole, path) &&
            whole.at[path.len] == '.')
            return true;
    }
    return false;
}

/* Letters to add, drop or change to make one text of the other; both are short. */
static size_t distance(struct str a, struct str b)
{
    size_t row[64];

    if (a.len >= COUNT_OF(row) || b.len >= COUNT_OF(row))
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = corner + (a.at[i - 1] != b.at[j - 1]);

            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.len];
}

const char *option_near(enum config_scope scope, struct str path)
{
    const char *near = NULL;
    size_t best = 3;

    for (size_t i = 0; i < COUNT_OF(options); i++) {
        size_t far = options[i].facts.scope == scope ? distance(path, str_of(options[i].facts.path))
                                                     : SIZE_MAX;

        if (far < best) {
            best = far;
            near = options[i].facts.path;
        }
    }
    return near;
}

/* --- setters --- */

static void *field_of(const struct option *option, void *base)
{
    return (char *)base + option->offset;
}

static bool refuse(char why[WHY_TEXT], const char *text)
{
    snprintf(why, WHY_TEXT, "%s", text);
    return false;
}

static bool has_controls(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F)
            return true;
    return false;
}

static bool set_text(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    if (has_controls(text))
        return refuse(why, "has control characters");
    if (text.len >= option->size) {
        snprintf(why, WHY_TEXT, "is longer than %zu bytes", option->size - 1);
        return false;
    }
    str_copy(field_of(option, base), option->size, text);
    return true;
}

static bool set_url(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    size_t at;

    if (text.len > 0 && !str_starts(text, STR("http://")) && !str_starts(text, STR("https://")))
        return refuse(why, "should begin with http:// or https://");
    if (str_find(text, STR(" "), &at) || str_find(text, STR("@"), &at))
        return refuse(why, "should have no space and no user name in it");
    while (text.len > 0 && text.at[text.len - 1] == '/')
        text.len--;
    return set_text(option, base, text, why);
}

static bool set_choice(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    struct str rest = str_of(option->facts.unit);

    while (rest.len > 0)
        if (str_equal(text, str_cut(&rest, '|')))
            return set_text(option, base, text, why);
    snprintf(why, WHY_TEXT, "should be one of %s", option->facts.unit);
    return false;
}

static bool set_bool(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    static const char *const words[][2] = { { "false", "true" }, { "no", "yes" }, { "off", "on" } };
    bool *field = field_of(option, base);

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        for (int yes = 0; yes < 2; yes++) {
            if (str_same_letters(text, str_of(words[i][yes]))) {
                *field = yes != 0;
                return true;
            }
        }
    }
    return refuse(why, "should be true or false");
}

static bool set_int(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    int64_t n;

    if (!str_int(text, option->least, option->most, &n)) {
        snprintf(why, WHY_TEXT, "should be a whole number from %" PRId64 " to %" PRId64,
                 option->least, option->most);
        return false;
    }
    if (option->type == OPTION_SMALL)
        *(int *)field_of(option, base) = (int)n;
    else
        *(int64_t *)field_of(option, base) = n;
    return true;
}

static bool set_milli(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    struct money n; /* decimals are read exactly, then looked at in thousandths */
    int64_t milli;

    if (money_read(text, &n) && n.pico % (PICO_PER_USD / 1000) == 0) {
        milli = n.pico / (PICO_PER_USD / 1000);
        if (milli >= option->least && milli <= option->most) {
            *(int64_t *)field_of(option, base) = milli;
            return true;
        }
    }
    snprintf(why, WHY_TEXT, "should be a number from %g to %g, with at most 3 decimals",
             (double)option->least / 1000, (double)option->most / 1000);
    return false;
}

struct suffix {
    const char *text;
    int64_t factor;
};

static const struct suffix times[] = {
    { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { NULL, 0 }
};
static const struct suffix sizes[] = {
    { "KB", 1 << 10 }, { "MB", 1 << 20 }, { "GB", 1 << 30 }, { "B", 1 }, { NULL, 0 }
};

static bool set_scaled(const struct option *option, void *base, struct str text,
                       const struct suffix *suffix, const char *like, char why[WHY_TEXT])
{
    int64_t n;

    while (suffix->text != NULL && !str_ends(text, str_of(suffix->text)))
        suffix++;
    if (suffix->text != NULL) {
        struct str digits = str_trim(str_first(text, text.len - strlen(suffix->text)));

        if (str_int(digits, 0, INT64_MAX, &n) && !mul_overflows(n, suffix->factor, &n) &&
            n >= option->least && n <= option->most) {
            *(int64_t *)field_of(option, base) = n;
            return true;
        }
    }
    snprintf(why, WHY_TEXT, "should be %s, from %" PRId64 " to %" PRId64 " %s", like, option->least,
             option->most, option->type == OPTION_TIME ? "ms" : "bytes");
    return false;
}

static bool set_limit(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    bool *limited = field_of(option, base);
    struct money *limit = (struct money *)(void *)((char *)base + option->with);

    *limited = !str_is(text, "none") && !str_is(text, "null") && !str_is(text, "~");
    limit->pico = 0;
    if (*limited && (!money_read(text, limit) || limit->pico < 0))
        return refuse(why, "should be a decimal amount in USD with at most 12 decimals, or none");
    return true;
}

static bool set_percents(const struct option *option, void *base, struct str text,
                         char why[WHY_TEXT])
{
    int *field = field_of(option, base), *count = (int *)(void *)((char *)base + option->with);

    *count = 0;
    while (text.len > 0) {
        struct str item = str_trim(str_cut(&text, ','));
        int64_t n;

        if (*count == CONFIG_LIST)
            return refuse(why, "has more than 8 entries");
        if (item.len > 0 && item.at[item.len - 1] == '%')
            item.len--;
        if (!str_int(item, option->least, option->most, &n) ||
            (*count > 0 && n <= field[*count - 1]))
            return refuse(why, "should be percentages from 1 to 1000, ascending");
        field[(*count)++] = (int)n;
    }
    return true;
}

static bool set_names(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    enum { NAME = 64 };
    char *field = field_of(option, base);
    int *count = (int *)(void *)((char *)base + option->with);

    *count = 0;
    while (text.len > 0) {
        struct str item = str_trim(str_cut(&text, ','));

        if (*count == CONFIG_LIST)
            return refuse(why, "has more than 8 entries");
        if (item.len == 0 || item.len >= NAME)
            return refuse(why, "has a name that is empty or too long");
        str_copy(field + (size_t)(*count)++ * NAME, NAME, item);
    }
    return true;
}

static bool set_period(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    if (period_kind_find(text, field_of(option, base)))
        return true;
    snprintf(why, WHY_TEXT, "should be one of %s", option->facts.unit);
    return false;
}

static bool set_zone(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    struct err err = { 0 };
    struct zone zone;

    if (!set_text(option, base, text, why))
        return false;
    if (!zone_load(field_of(option, base), &zone, &err)) {
        snprintf(why, WHY_TEXT, "is not usable: %.150s", err.text);
        return false;
    }
    zone_fini(&zone);
    return true;
}

/* The bit of a name in the set this option takes its values from; -1 when there is none. */
static int member(enum option_type type, struct str name)
{
    enum task_type task;
    enum data_class data_class;
    enum quality quality;
    enum complexity complexity;

    if (type == OPTION_TASK || type == OPTION_TASKS)
        return task_type_find(name, &task) ? (int)task : -1;
    if (type == OPTION_CLASS || type == OPTION_DATA_CLASSES)
        return data_class_find(name, &data_class) ? (int)data_class : -1;
    if (type == OPTION_QUALITY_SET)
        return quality_find(name, &quality) ? (int)quality : -1;
    return complexity_find(name, &complexity) ? (int)complexity : -1;
}

static const char *member_name(enum option_type type, int bit)
{
    if (type == OPTION_TASK || type == OPTION_TASKS)
        return task_type_name((enum task_type)bit);
    if (type == OPTION_CLASS || type == OPTION_DATA_CLASSES)
        return data_class_name((enum data_class)bit);
    if (type == OPTION_QUALITY_SET)
        return quality_name((enum quality)bit);
    return complexity_name((enum complexity)bit);
}

static bool no_member(enum option_type type, struct str name, char why[WHY_TEXT])
{
    int len =
        snprintf(why, WHY_TEXT, "has \"" STR_FMT "\"; known are", STR_ARG(str_first(name, 40)));

    for (int i = 0; member_name(type, i)[0] != '\0' && len > 0 && len < WHY_TEXT; i++)
        len += snprintf(why + len, (size_t)(WHY_TEXT - len), " %s", member_name(type, i));
    return false;
}

static bool set_member(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    if (text.len > 0 && member(option->type, text) < 0)
        return no_member(option->type, text, why);
    return set_text(option, base, text, why);
}

static bool set_members(const struct option *option, void *base, struct str text,
                        char why[WHY_TEXT])
{
    uint32_t *field = field_of(option, base);

    *field = 0;
    while (text.len > 0) {
        struct str item = str_trim(str_cut(&text, ','));
        int bit = member(option->type, item);

        if (bit < 0)
            return no_member(option->type, item, why);
        *field |= BIT(bit);
    }
    return true;
}

bool option_set(const struct option *option, void *base, struct str text, char why[WHY_TEXT])
{
    switch (option->type) {
    case OPTION_TEXT:
        return set_text(option, base, text, why);
    case OPTION_URL:
        return set_url(option, base, text, why);
    case OPTION_CHOICE:
        return set_choice(option, base, text, why);
    case OPTION_BOOL:
        return set_bool(option, base, text, why);
    case OPTION_INT:
    case OPTION_SMALL:
        return set_int(option, base, text, why);
    case OPTION_MILLI:
        return set_milli(option, base, text, why);
    case OPTION_TIME:
        return set_scaled(option, base, text, times, "a time such as 30s", why);
    case OPTION_BYTES:
        return set_scaled(option, base, text, sizes, "a size such as 512MB", why);
    case OPTION_LIMIT:
        return set_limit(option, base, text, why);
    case OPTION_PERCENTS:
        return set_percents(option, base, text, why);
    case OPTION_NAMES:
        return set_names(option, base, text, why);
    case OPTION_PERIOD:
        return set_period(option, base, text, why);
    case OPTION_ZONE:
        return set_zone(option, base, text, why);
    case OPTION_TASK:
    case OPTION_CLASS:
        return set_member(option, base, text, why);
    case OPTION_TASKS:
    case OPTION_DATA_CLASSES:
    case OPTION_QUALITY_SET:
    case OPTION_COMPLEXITY_SET:
        return set_members(option, base, text, why);
    }
    return refuse(why, "cannot be set");
}

void option_defaults(enum config_scope scope, void *base)
{
    char why[WHY_TEXT];

    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (options[i].facts.scope == scope && options[i].facts.otherwise[0] != '\0')
            ensure(option_set(&options[i], base, str_of(options[i].facts.otherwise), why));
}

/* --- showing --- */

static void show_scaled(int64_t n, const struct suffix *suffix, struct buf *to)
{
    const struct suffix *best = NULL;

    for (; suffix->text != NULL; suffix++)
        if (n % suffix->factor == 0 && (best == NULL || suffix->factor > best->factor))
            best = suffix;
    if (best != NULL)
        buf_addf(to, "%" PRId64 "%s", n / best->factor, best->text);
}

static void show_decimal(int64_t milli, struct buf *to)
{
    char text[MONEY_TEXT];

    buf_add_text(to, money_text((struct money){ milli * (PICO_PER_USD / 1000) }, text));
}

static void show_list(const struct option *option, const void *base, struct buf *to)
{
    const char *field = (const char *)base + option->offset;
    const int *count = (const int *)(const void *)((const char *)base + option->with);

    for (int i = 0; i < *count; i++) {
        if (option->type == OPTION_PERCENTS)
            buf_addf(to, "%s%d", i > 0 ? ", " : "", ((const int *)(const void *)field)[i]);
        else
            buf_addf(to, "%s%s", i > 0 ? ", " : "", field + i * 64);
    }
}

static void show_members(const struct option *option, uint32_t set, struct buf *to)
{
    const char *mark = "";

    for (int i = 0; member_name(option->type, i)[0] != '\0'; i++) {
        if ((set & BIT(i)) != 0) {
            buf_addf(to, "%s%s", mark, member_name(option->type, i));
            mark = ", ";
        }
    }
}

void option_show(const struct option *option, const void *base, struct buf *to)
{
    const void *field = (const char *)base + option->offset;
    char text[MONEY_TEXT];

    switch (option->type) {
    case OPTION_BOOL:
        buf_add_text(to, *(const bool *)field ? "true" : "false");
        break;
    case OPTION_INT:
        buf_addf(to, "%" PRId64, *(const int64_t *)field);
        break;
    case OPTION_SMALL:
        buf_addf(to, "%d", *(const int *)field);
        break;
    case OPTION_MILLI:
        show_decimal(*(const int64_t *)field, to);
        break;
    case OPTION_TIME:
        show_scaled(*(const int64_t *)field, times, to);
        break;
    case OPTION_BYTES:
        show_scaled(*(const int64_t *)field, sizes, to);
        break;
    case OPTION_LIMIT:
        buf_add_text(to, *(const bool *)field
                             ? money_text(*(const struct money *)(const void *)((const char *)base +
                                                                                option->with),
                                          text)
                             : "none");
        break;
    case OPTION_PERCENTS:
    case OPTION_NAMES:
        show_list(option, base, to);
        break;
    case OPTION_PERIOD:
        buf_add_text(to, period_kind_name(*(const enum period_kind *)field));
        break;
    case OPTION_TASKS:
    case OPTION_DATA_CLASSES:
    case OPTION_QUALITY_SET:
    case OPTION_COMPLEXITY_SET:
        show_members(option, *(const uint32_t *)field, to);
        break;
    case OPTION_TEXT:
    case OPTION_URL:
    case OPTION_CHOICE:
    case OPTION_ZONE:
    case OPTION_TASK:
    case OPTION_CLASS:
        buf_add_text(to, field);
        break;
    }
}

void config_option_show(const struct config *config, size_t i, struct buf *to)
{
    if (i < COUNT_OF(options) && options[i].facts.scope == CONFIG_ROOT)
        option_show(&options[i], config, to);
}
