/* SPDX-License-Identifier: MIT */
/* cJSON behind checks: it alone would accept trailing bytes, bad UTF-8, 1e400 and doubled keys. */
#include "base/json_in.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* A json is cJSON's node under another name. */
static const cJSON *node(const struct json *value)
{
    return (const cJSON *)(const void *)value;
}

static const struct json *value_of(const cJSON *at)
{
    return (const struct json *)(const void *)at;
}

/* The grammar cJSON is lax about, checked over the raw text before it sees it. */
struct grammar {
    struct str rest;
    int depth;
    const char *wrong;
};

static bool refuse(struct grammar *g, const char *what)
{
    if (g->wrong == NULL)
        g->wrong = what;
    return false;
}

static void skip_space(struct grammar *g)
{
    while (g->rest.len > 0 && strchr(" \t\r\n", g->rest.at[0]) != NULL && g->rest.at[0] != '\0')
        g->rest = str_from(g->rest, 1);
}

static bool take(struct grammar *g, char c)
{
    if (g->rest.len == 0 || g->rest.at[0] != c)
        return false;
    g->rest = str_from(g->rest, 1);
    return true;
}

static size_t digits(struct grammar *g)
{
    size_t n = 0;

    while (g->rest.len > 0 && g->rest.at[0] >= '0' && g->rest.at[0] <= '9') {
        g->rest = str_from(g->rest, 1);
        n++;
    }
    return n;
}

static bool number(struct grammar *g)
{
    bool zero;

    take(g, '-');
    zero = g->rest.len > 0 && g->rest.at[0] == '0';
    if (zero)
        take(g, '0');
    else if (digits(g) == 0)
        return refuse(g, "is not a value");
    if (take(g, '.') && digits(g) == 0)
        return refuse(g, "has a malformed number");
    if (g->rest.len > 0 && (g->rest.at[0] == 'e' || g->rest.at[0] == 'E')) {
        g->rest = str_from(g->rest, 1);
        if (!take(g, '+'))
            take(g, '-');
        if (digits(g) == 0)
            return refuse(g, "has a malformed number");
    }
    return true;
}

static bool text(struct grammar *g)
{
    if (!take(g, '"'))
        return refuse(g, "lacks a quote");
    while (g->rest.len > 0 && g->rest.at[0] != '"') {
        bool escape = g->rest.at[0] == '\\';

        if ((unsigned char)g->rest.at[0] < 0x20)
            return refuse(g, "has a raw control character in a text");
        if (escape && str_starts(g->rest, STR("\\u0000")))
            return refuse(g, "has a NUL in a text");
        g->rest = str_from(g->rest, escape ? 2 : 1);
    }
    return take(g, '"') || refuse(g, "ends within a text");
}

static bool any_value(struct grammar *g);

static bool members(struct grammar *g, char end, bool named)
{
    if (++g->depth > JSON_DEPTH)
        return refuse(g, "is nested too deep");
    skip_space(g);
    while (!take(g, end)) {
        if (named && (!text(g) || (skip_space(g), !take(g, ':'))))
            return refuse(g, "has a malformed member");
        if (!any_value(g))
            return false;
        if (take(g, ',')) {
            skip_space(g);
            if (g->rest.len > 0 && g->rest.at[0] == end)
                return refuse(g, "has a comma too many");
        } else if (g->rest.len == 0 || g->rest.at[0] != end) {
            return refuse(g, "lacks a comma or a bracket");
        }
    }
    g->depth--;
    return true;
}

static bool word(struct grammar *g, struct str what)
{
    if (!str_starts(g->rest, what))
        return false;
    g->rest = str_from(g->rest, what.len);
    return true;
}

static bool any_value(struct grammar *g)
{
    bool ok;

    skip_space(g);
    if (g->rest.len == 0)
        return refuse(g, "ends too early");
    if (take(g, '{'))
        ok = members(g, '}', true);
    else if (take(g, '['))
        ok = members(g, ']', false);
    else if (g->rest.at[0] == '"')
        ok = text(g);
    else
        ok = word(g, STR("true")) || word(g, STR("false")) || word(g, STR("null")) || number(g);
    skip_space(g);
    return ok;
}

enum { MEMBERS_FEW = 16, MEMBERS_MAX = 4096 };

static int compare_keys(const void *a, const void *b)
{
    const cJSON *const *left = a, *const *right = b;

    return strcmp((*left)->string, (*right)->string);
}

/* Many members are sorted, so that a hostile object costs no more than it is long. */
static const char *doubled_among_many(const cJSON *object, int count)
{
    const cJSON **member = xcalloc((size_t)count, sizeof(*member));
    const char *twice = NULL;
    int n = 0;

    for (const cJSON *m = object->child; m != NULL; m = m->next)
        member[n++] = m;
    qsort(member, (size_t)n, sizeof(*member), compare_keys);
    for (int i = 1; i < n && twice == NULL; i++)
        if (strcmp(member[i - 1]->string, member[i]->string) == 0)
            twice = member[i]->string;
    free(member);
    return twice;
}

static const char *doubled_among_few(const cJSON *object)
{
    for (const cJSON *m = object->child; m != NULL; m = m->next)
        for (const cJSON *other = m->next; other != NULL; other = other->next)
            if (strcmp(m->string, other->string) == 0)
                return m->string;
    return NULL;
}

static const char *doubled_key(const cJSON *at)
{
    int count = 0;

    for (const cJSON *m = at->child; m != NULL; m = m->next) {
        const char *inner = m->child == NULL ? NULL : doubled_key(m);

        if (inner != NULL)
            return inner;
        count++;
    }
    if (!cJSON_IsObject(at))
        return NULL;
    if (count > MEMBERS_MAX)
        return "(more than 4096 members)";
    return count <= MEMBERS_FEW ? doubled_among_few(at) : doubled_among_many(at, count);
}

struct json *json_parse(struct str raw, size_t cap, struct err *err)
{
    struct grammar g = { .rest = raw };
    const char *twice;
    cJSON *root;

    if (raw.len > cap) {
        err_set(err, ERR_LIMIT, "JSON of %zu bytes, the limit is %zu", raw.len, cap);
        return NULL;
    }
    if (!utf8_valid(raw)) {
        err_set(err, ERR_PARSE, "JSON is not valid UTF-8");
        return NULL;
    }
    if (!any_value(&g) || g.rest.len > 0) {
        err_set(err, ERR_PARSE, "JSON %s (at byte %zu)",
                g.wrong == NULL ? "has bytes behind its value" : g.wrong, raw.len - g.rest.len);
        return NULL;
    }
    root = cJSON_ParseWithLength(raw.at, raw.len);
    if (root == NULL) {
        err_set(err, ERR_PARSE, "JSON has a malformed escape");
        return NULL;
    }
    twice = doubled_key(root);
    if (twice != NULL) {
        err_set(err, ERR_PARSE, "JSON has the key \"%.80s\" twice in one object", twice);
        cJSON_Delete(root);
        return NULL;
    }
    return (struct json *)(void *)root;
}

void json_free(struct json *root)
{
    cJSON_Delete((cJSON *)(void *)root);
}

enum json_kind json_kind(const struct json *value)
{
    const cJSON *at = node(value);

    if (at == NULL || cJSON_IsNull(at))
        return JSON_NULL;
    if (cJSON_IsBool(at))
        return JSON_BOOL;
    if (cJSON_IsNumber(at))
        return JSON_NUMBER;
    if (cJSON_IsString(at))
        return JSON_TEXT;
    return cJSON_IsArray(at) ? JSON_LIST : JSON_OBJECT;
}

int json_length(const struct json *list)
{
    return list == NULL ? 0 : cJSON_GetArraySize(node(list));
}

const struct json *json_item(const struct json *list, int i)
{
    return list == NULL ? NULL : value_of(cJSON_GetArrayItem(node(list), i));
}

const struct json *json_first(const struct json *list)
{
    return list == NULL ? NULL : value_of(node(list)->child);
}

const struct json *json_behind(const struct json *item)
{
    return item == NULL ? NULL : value_of(node(item)->next);
}

const char *json_key(const struct json *member)
{
    return member == NULL || node(member)->string == NULL ? "" : node(member)->string;
}

const struct json *json_get(const struct json *object, const char *key)
{
    const cJSON *at;

    if (json_kind(object) != JSON_OBJECT)
        return NULL;
    at = cJSON_GetObjectItemCaseSensitive(node(object), key);
    return at == NULL || cJSON_IsNull(at) ? NULL : value_of(at);
}

struct str json_str(const struct json *value)
{
    return json_kind(value) == JSON_TEXT ? str_of(node(value)->valuestring) : (struct str){ 0 };
}

double json_number(const struct json *value)
{
    return json_kind(value) == JSON_NUMBER ? node(value)->valuedouble : 0;
}

int64_t json_whole(const struct json *value)
{
    double n = json_kind(value) == JSON_NUMBER ? node(value)->valuedouble : 0;

    if (!(n >= -9007199254740991.0 && n <= 9007199254740991.0) || n != (double)(int64_t)n)
        return 0;
    return (int64_t)n;
}

bool json_is_true(const struct json *value)
{
    return value != NULL && cJSON_IsTrue(node(value)) != 0;
}

struct json_in json_in(const struct json *object, struct err *err)
{
    struct json_in in = { .at = object, .err = err, .ok = true };

    if (json_kind(object) != JSON_OBJECT)
        in.ok = err_set(err, ERR_INPUT, "a JSON object was expected");
    return in;
}

bool json_wrong(struct json_in *in, const char *key, const char *what)
{
    if (in->ok)
        err_set(in->err, ERR_INPUT, "\"%s\" %s", key, what);
    in->ok = false;
    return false;
}

/* The member of the wanted kind, or NULL: absent is a failure only when `required`. */
static const struct json *member(struct json_in *in, const char *key, enum json_kind kind,
                                 bool required)
{
    static const char *const names[] = { "null",   "true or false", "a number",
                                         "a text", "a list",        "an object" };
    const struct json *at = in->ok ? json_get(in->at, key) : NULL;

    if (at == NULL) {
        if (required)
            json_wrong(in, key, "is missing");
        return NULL;
    }
    if (json_kind(at) != kind) {
        char what[48] = "should be ";

        json_wrong(in, key, strncat(what, names[kind], sizeof(what) - 12));
        return NULL;
    }
    return at;
}

static int64_t whole(struct json_in *in, const char *key, const struct json *at, int64_t least,
                     int64_t most)
{
    double n = node(at)->valuedouble;

    if (!(n >= -9007199254740991.0 && n <= 9007199254740991.0) || n != (double)(int64_t)n) {
        json_wrong(in, key, "is not a whole number that can be counted exactly");
        return 0;
    }
    if ((int64_t)n < least || (int64_t)n > most) {
        json_wrong(in, key, (int64_t)n < 0 && least == 0 ? "is negative" : "is out of range");
        return 0;
    }
    return (int64_t)n;
}

int64_t json_int(struct json_in *in, const char *key, int64_t least, int64_t most)
{
    const struct json *at = member(in, key, JSON_NUMBER, true);

    return at == NULL ? 0 : whole(in, key, at, least, most);
}

int64_t json_int_or(struct json_in *in, const char *key, int64_t least, int64_t most,
                    int64_t otherwise)
{
    const struct json *at = member(in, key, JSON_NUMBER, false);

    if (!in->ok)
        return 0;
    return at == NULL ? otherwise : whole(in, key, at, least, most);
}

int64_t json_count(struct json_in *in, const char *key)
{
    return json_int(in, key, 0, JSON_COUNT_MAX);
}

int64_t json_count_or(struct json_in *in, const char *key, int64_t otherwise)
{
    return json_int_or(in, key, 0, JSON_COUNT_MAX, otherwise);
}

struct str json_text(struct json_in *in, const char *key)
{
    return json_str(member(in, key, JSON_TEXT, true));
}

struct str json_text_or(struct json_in *in, const char *key, const char *otherwise)
{
    const struct json *at = member(in, key, JSON_TEXT, false);

    if (!in->ok)
        return (struct str){ 0 };
    return at == NULL ? str_of(otherwise) : json_str(at);
}

bool json_bool(struct json_in *in, const char *key)
{
    const struct json *at = member(in, key, JSON_BOOL, true);

    return at != NULL && cJSON_IsTrue(node(at));
}

bool json_bool_or(struct json_in *in, const char *key, bool otherwise)
{
    const struct json *at = member(in, key, JSON_BOOL, false);

    if (!in->ok)
        return false;
    return at == NULL ? otherwise : cJSON_IsTrue(node(at)) != 0;
}

const struct json *json_object(struct json_in *in, const char *key)
{
    return member(in, key, JSON_OBJECT, true);
}

const struct json *json_object_or_null(struct json_in *in, const char *key)
{
    return member(in, key, JSON_OBJECT, false);
}

const struct json *json_list(struct json_in *in, const char *key)
{
    return member(in, key, JSON_LIST, true);
}

const struct json *json_list_or_null(struct json_in *in, const char *key)
{
    return member(in, key, JSON_LIST, false);
}

double json_real_or(struct json_in *in, const char *key, double otherwise)
{
    const struct json *at = member(in, key, JSON_NUMBER, false);

    if (!in->ok)
        return 0;
    return at == NULL ? otherwise : node(at)->valuedouble;
}

bool json_only(struct json_in *in, const char *const *known)
{
    for (const struct json *m = json_first(in->at); in->ok && m != NULL; m = json_behind(m)) {
        const char *const *name = known;

        while (*name != NULL && strcmp(*name, json_key(m)) != 0)
            name++;
        if (*name == NULL)
            return json_wrong(in, json_key(m), "is not known here");
    }
    return in->ok;
}
