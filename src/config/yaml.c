/* SPDX-License-Identifier: MIT */
/* YAML into the draft, key by key along the option table; the only file that knows libyaml. */
#include "base/utf8.h"
#include "config/draft.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { PATH_TEXT = 128, DEPTH = 8 };

/* The entry that keys are being read for. */
struct target {
    enum config_scope scope;
    void *base;
    struct said *said;
};

struct reader {
    struct draft *draft;
    yaml_document_t doc;
};

static struct place place_of(yaml_mark_t mark)
{
    return (struct place){ (int)mark.line + 1, (int)mark.column + 1 };
}

static struct str text_of(const yaml_node_t *node)
{
    return (struct str){ (const char *)node->data.scalar.value, node->data.scalar.length };
}

/* A plain null, ~ or nothing: a key without a value. */
static bool is_null(const yaml_node_t *node)
{
    struct str text = text_of(node);

    return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text.len == 0 || str_is(text, "~") || str_same_letters(text, STR("null")));
}

static yaml_node_t *node_at(struct reader *r, int index)
{
    return yaml_document_get_node(&r->doc, index);
}

/* A list's scalars, joined by commas. */
static bool list_text(struct reader *r, const yaml_node_t *list, const char *path, struct buf *to)
{
    for (const yaml_node_item_t *item = list->data.sequence.items.start;
         item < list->data.sequence.items.top; item++) {
        const yaml_node_t *node = node_at(r, *item);

        if (node->type != YAML_SCALAR_NODE || memchr(text_of(node).at, ',', text_of(node).len)) {
            draft_wrong(r->draft, place_of(node->start_mark), path, "should be a list of words");
            return false;
        }
        if (item > list->data.sequence.items.start)
            buf_add_char(to, ',');
        buf_add_str(to, text_of(node));
    }
    return true;
}

static bool takes_list(enum option_type type)
{
    return type == OPTION_PERCENTS || type == OPTION_NAMES || type == OPTION_TASKS ||
           type == OPTION_DATA_CLASSES || type == OPTION_QUALITY_SET ||
           type == OPTION_COMPLEXITY_SET;
}

static void set(struct reader *r, const struct target *t, int number, const char *path,
                const yaml_node_t *value)
{
    const struct option *option = option_at((size_t)number);
    struct place at = place_of(value->start_mark);
    char why[WHY_TEXT];
    struct buf text;

    t->said->of[number] = at;
    buf_init(&text, 64 << 10);
    if (value->type == YAML_SEQUENCE_NODE && takes_list(option->type)) {
        if (list_text(r, value, path, &text) && !option_set(option, t->base, buf_str(&text), why))
            draft_wrong(r->draft, at, path, "%s", why);
    } else if (value->type != YAML_SCALAR_NODE) {
        draft_wrong(r->draft, at, path, "should be %s",
                    takes_list(option->type) ? "a list" : "a single value");
    } else if (is_null(value) && option->type != OPTION_LIMIT) {
        draft_wrong(r->draft, at, path, "has no value; leave the key out for the default");
    } else if (!option_set(option, t->base, is_null(value) ? STR("none") : text_of(value), why)) {
        draft_wrong(r->draft, at, path, "%s", why);
    }
    buf_fini(&text);
}

static void unknown(struct reader *r, const struct target *t, const char *path, struct place at)
{
    const char *near = option_near(t->scope, str_of(path));

    if (near != NULL)
        draft_wrong(r->draft, at, path, "is not a known key; did you mean %s?", near);
    else
        draft_wrong(r->draft, at, path, "is not a known key");
}

/* Is this key a second one of its mapping? */
static bool is_repeated(struct reader *r, const yaml_node_t *map, const yaml_node_pair_t *pair)
{
    for (const yaml_node_pair_t *other = map->data.mapping.pairs.start; other < pair; other++) {
        const yaml_node_t *a = node_at(r, other->key), *b = node_at(r, pair->key);

        if (a->type == YAML_SCALAR_NODE && str_equal(text_of(a), text_of(b)))
            return true;
    }
    return false;
}

/* The key of a pair below `prefix` as a path; false (and noted) when it is none. */
static bool path_of(struct reader *r, const yaml_node_t *map, const yaml_node_pair_t *pair,
                    const char *prefix, char path[PATH_TEXT])
{
    const yaml_node_t *key = node_at(r, pair->key);
    struct str text = text_of(key);
    struct place at = place_of(key->start_mark);

    if (key->type != YAML_SCALAR_NODE || text.len == 0 || text.len > 80 ||
        memchr(text.at, '\0', text.len) != NULL ||
        strlen(prefix) + text.len + 2 > (size_t)PATH_TEXT) {
        draft_wrong(r->draft, at, prefix, "has a key that is not a short word");
        return false;
    }
    snprintf(path, PATH_TEXT, "%s%s" STR_FMT, prefix, prefix[0] == '\0' ? "" : ".", STR_ARG(text));
    if (is_repeated(r, map, pair)) {
        draft_wrong(r->draft, at, path, "is given twice");
        return false;
    }
    return true;
}

static void root_list(struct reader *r, const char *path, const yaml_node_t *value, bool *done);

static void map(struct reader *r, const struct target *t, const yaml_node_t *node,
                const char *prefix, int depth)
{
    if (is_null(node))
        return; /* "ingest:" with nothing below it */
    if (node->type != YAML_MAPPING_NODE || depth > DEPTH) {
        draft_wrong(r->draft, place_of(node->start_mark), prefix, "should be keys with values");
        return;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *value = node_at(r, pair->value);
        char path[PATH_TEXT];
        bool done = false;
        int number;

        if (!path_of(r, node, pair, prefix, path))
            continue;
        if (t->scope == CONFIG_ROOT)
            root_list(r, path, value, &done);
        if (done)
            continue;
        number = option_find(t->scope, str_of(path));
        if (number >= 0)
            set(r, t, number, path, value);
        else if (option_is_group(t->scope, str_of(path)))
            map(r, t, value, path, depth + 1);
        else
            unknown(r, t, path, place_of(node_at(r, pair->key)->start_mark));
    }
}

/* Letters, digits, _ - and dots: what can stand before a slash and in a file name. */
static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.",
                   name.at[i]) == NULL)
            return false;
    return name.len > 0;
}

static void providers(struct reader *r, const yaml_node_t *node)
{
    if (node->type != YAML_MAPPING_NODE) {
        draft_wrong(r->draft, place_of(node->start_mark), "providers",
                    "should be names with their settings");
        return;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(r, pair->key);
        struct place at = place_of(key->start_mark);
        struct config_provider *provider;
        struct target t = { .scope = CONFIG_PROVIDER };
        char path[PATH_TEXT];

        if (!path_of(r, node, pair, "providers", path))
            continue;
        provider = draft_provider(r->draft, at);
        if (!is_name(text_of(key)) ||
            !str_copy(provider->name, sizeof(provider->name), text_of(key)))
            draft_wrong(r->draft, at, path, "should be a short name of letters, digits, _ - .");
        t.base = provider;
        t.said = &r->draft->provider[r->draft->config->providers - 1];
        draft_label(r->draft, "%s", path);
        map(r, &t, node_at(r, pair->value), "", 1);
        draft_label(r->draft, "%s", "");
    }
}

/* A list of mappings, each an entry of its own. */
static void entries(struct reader *r, const char *path, const yaml_node_t *node,
                    enum config_scope scope)
{
    struct draft *draft = r->draft;

    if (node->type != YAML_SEQUENCE_NODE) {
        draft_wrong(draft, place_of(node->start_mark), path, "should be a list");
        return;
    }
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const yaml_node_t *entry = node_at(r, *item);
        struct place at = place_of(entry->start_mark);
        struct target t = { .scope = scope };

        if (scope == CONFIG_BUDGET) {
            t.base = draft_budget(draft, at);
            t.said = &draft->budget[draft->config->budgets - 1];
        } else {
            t.base = draft_rule(draft, at);
            t.said = &draft->rule[draft->config->rules - 1];
        }
        draft_label(draft, "%s.%zu", path,
                    scope == CONFIG_BUDGET ? draft->config->budgets : draft->config->rules);
        map(r, &t, entry, "", 1);
        draft_label(draft, "%s", "");
    }
}

/* The root's keys that hold entries. */
static void root_list(struct reader *r, const char *path, const yaml_node_t *value, bool *done)
{
    *done = true;
    if (strcmp(path, "providers") == 0) {
        if (!is_null(value))
            providers(r, value);
    } else if (strcmp(path, "budgets") == 0) {
        if (!is_null(value))
            entries(r, path, value, CONFIG_BUDGET);
    } else if (strcmp(path, "routing.rules") == 0) {
        bool seed = value->type == YAML_SCALAR_NODE && str_is(text_of(value), "seed");

        if (!seed && !is_null(value))
            entries(r, path, value, CONFIG_RULE);
    } else {
        *done = false;
    }
}

static void parser_wrong(struct draft *draft, const yaml_parser_t *parser)
{
    struct place at = place_of(parser->problem_mark);

    if (parser->problem == NULL || parser->error == YAML_READER_ERROR)
        at = (struct place){ 0, 0 };
    draft_wrong(draft, at, "", "is not YAML: %s",
                parser->problem == NULL ? "it cannot be read" : parser->problem);
}

static void first_document(struct reader *r, yaml_parser_t *parser)
{
    struct target root = { CONFIG_ROOT, r->draft->config, &r->draft->root };
    const yaml_node_t *node;

    if (!yaml_parser_load(parser, &r->doc)) {
        parser_wrong(r->draft, parser);
        return;
    }
    node = yaml_document_get_root_node(&r->doc);
    if (node != NULL)
        map(r, &root, node, "", 0);
    yaml_document_delete(&r->doc);
    if (node == NULL)
        return; /* nothing but comments */
    if (!yaml_parser_load(parser, &r->doc)) {
        parser_wrong(r->draft, parser);
        return;
    }
    node = yaml_document_get_root_node(&r->doc);
    if (node != NULL)
        draft_wrong(r->draft, place_of(node->start_mark), "", "holds a second document");
    yaml_document_delete(&r->doc);
}

void yaml_read(struct draft *draft, struct str text)
{
    struct reader r = { .draft = draft };
    yaml_parser_t parser;

    if (!utf8_valid(text)) {
        draft_wrong(draft, (struct place){ 0, 0 }, "", "is not valid UTF-8");
        return;
    }
    ensure(yaml_parser_initialize(&parser) == 1);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.at, text.len);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    first_document(&r, &parser);
    yaml_parser_delete(&parser);
}
