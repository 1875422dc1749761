/* SPDX-License-Identifier: MIT */
/* Flags by table: "--name value", "--name=value", "-n value"; anything else is a word. */
#include "base/json_out.h"
#include "cli/cli.h"
#include "core/money.h"

#include <string.h>

static const struct flag *find(const struct flag *flags, struct str name, int *at)
{
    for (int i = 0; flags != NULL && flags[i].name != NULL; i++) {
        if (str_is(name, flags[i].name) || (name.len == 1 && name.at[0] == flags[i].letter)) {
            *at = i;
            return &flags[i];
        }
    }
    return NULL;
}

static bool take_value(const struct flag *flag, const char *text, struct flag_value *value,
                       struct err *err)
{
    struct money money;

    value->text = text;
    if (flag->kind == FLAG_INT && !str_int(str_of(text), flag->least, flag->most, &value->number))
        return err_set(err, ERR_USAGE, "--%s takes a whole number from %lld to %lld, not \"%s\"",
                       flag->name, (long long)flag->least, (long long)flag->most, text);
    if (flag->kind == FLAG_MONEY && (!money_read(str_of(text), &money) || money.pico < 0))
        return err_set(err, ERR_USAGE, "--%s takes an amount in USD such as 2.50, not \"%s\"",
                       flag->name, text);
    if (flag->kind == FLAG_LIST) {
        if (value->count == FLAG_LIST_MAX)
            return err_set(err, ERR_USAGE, "--%s was given more than %d times", flag->name,
                           FLAG_LIST_MAX);
        value->list[value->count++] = text;
    }
    return true;
}

/* One flag at argv[*i]; moves *i onto its value when it takes one. */
static bool take_flag(const struct flag *flags, int argc, char **argv, int *i,
                      struct flag_value *values, struct err *err)
{
    struct str rest = str_of(argv[*i]), name;
    bool has_value = memchr(rest.at, '=', rest.len) != NULL && str_starts(rest, STR("--"));
    const struct flag *flag;
    int at = 0;

    rest = str_from(rest, str_starts(rest, STR("--")) ? 2 : 1);
    name = has_value ? str_cut(&rest, '=') : rest;
    flag = find(flags, name, &at);
    if (flag == NULL)
        return err_set(err, ERR_USAGE, "there is no flag \"%s\" here", argv[*i]);
    values[at].given = true;
    if (flag->kind == FLAG_YES)
        return !has_value || err_set(err, ERR_USAGE, "--%s takes no value", flag->name);
    if (!has_value && *i + 1 >= argc)
        return err_set(err, ERR_USAGE, "--%s needs a value (%s)", flag->name, flag->value);
    return take_value(flag, has_value ? rest.at : argv[++*i], &values[at], err);
}

bool flags_read(const struct flag *flags, int argc, char **argv, struct flag_value value[FLAGS_MAX],
                char **word, int *words, bool *help, struct err *err)
{
    bool open = true;

    memset(value, 0, sizeof(value[0]) * FLAGS_MAX);
    *words = 0;
    *help = false;
    for (int i = 0; i < argc; i++) {
        if (open && strcmp(argv[i], "--") == 0) {
            open = false;
        } else if (open && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            *help = true;
        } else if (open && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!take_flag(flags, argc, argv, &i, value, err))
                return false;
        } else {
            word[(*words)++] = argv[i];
        }
    }
    return true;
}

int flag_at(const struct flag *flags, const char *name)
{
    int at = 0;

    ensure(find(flags, str_of(name), &at) != NULL);
    return at;
}

static void put_one(const struct flag *flag, const struct flag_value *value, const char *key,
                    struct json_out *out)
{
    switch (flag->kind) {
    case FLAG_YES:
        json_put_bool(out, key, true);
        break;
    case FLAG_INT:
        json_put_int(out, key, value->number);
        break;
    case FLAG_TEXT:
    case FLAG_MONEY:
        json_put_cstr(out, key, value->text);
        break;
    case FLAG_LIST:
        json_put_list(out, key);
        for (int i = 0; i < value->count; i++)
            json_put_cstr(out, NULL, value->list[i]);
        json_end(out, ']');
        break;
    }
}

void flags_put(const struct flag *flags, const struct flag_value *value, struct json_out *out)
{
    for (int i = 0; flags != NULL && flags[i].name != NULL; i++) {
        char key[48];

        if (!value[i].given || flags[i].local)
            continue;
        str_copy(key, sizeof(key), str_of(flags[i].name));
        for (char *c = key; *c != '\0'; c++)
            if (*c == '-')
                *c = '_';
        put_one(&flags[i], &value[i], key, out);
    }
}
