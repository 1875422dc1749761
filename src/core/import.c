/* SPDX-License-Identifier: MIT */
/* One door to all price lists: the format is found by shape, a key that stands twice is one row. */
#include "core/import_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMPORT_CAP = 64 << 20 };

static const struct {
    bool (*is)(const struct import_node *root);
    bool (*read)(struct import *import, const struct import_node *root, struct err *err);
} formats[] = {
#define FORMAT(name, wire, help) { import_is_##name, import_read_##name },
#include "core/import_formats.def"
#undef FORMAT
};

void import_init(struct import *import, struct utc now, const char *label)
{
    *import = (struct import){ .now = now, .label = label, .format = IMPORT_AUTO };
}

void import_fini(struct import *import)
{
    free(import->row);
    free(import->note);
    *import = (struct import){ .label = "" };
}

static int by_key(const void *a, const void *b)
{
    const struct price_row *one = a, *other = b;
    int order = strcmp(one->provider, other->provider);

    order = order != 0 ? order : strcmp(one->model, other->model);
    order = order != 0 ? order : strcmp(one->region, other->region);
    order = order != 0 ? order : strcmp(one->dim, other->dim);
    order = order != 0 ? order : strcmp(one->service, other->service);
    if (order == 0 && one->tier_above != other->tier_above)
        order = one->tier_above < other->tier_above ? -1 : 1;
    if (order == 0 && one->from.ms != other->from.ms)
        order = one->from.ms < other->from.ms ? -1 : 1;
    if (order == 0) /* the dearer first: a bill may be too high, never too low */
        order =
            price_is_dearer(other->price, one->price) - price_is_dearer(one->price, other->price);
    return order;
}

static bool is_same_key(const struct price_row *a, const struct price_row *b)
{
    struct price_row other = *b;

    other.price = a->price;
    return by_key(a, &other) == 0;
}

/* The same model can stand under two names that are one to us. */
static void keep_each_key_once(struct import *import)
{
    size_t kept = 0;

    if (import->rows == 0)
        return;
    qsort(import->row, import->rows, sizeof(*import->row), by_key);
    for (size_t i = 1; i < import->rows; i++) {
        const struct price_row *row = &import->row[i];
        struct import_model model = { .import = import, .base = *row };

        if (!is_same_key(&import->row[kept], row))
            import->row[++kept] = *row;
        else if (price_is_dearer(import->row[kept].price, row->price))
            import_left_out(&model, row->dim, "stands twice in the file: the dearer one is kept");
    }
    import->rows = kept + 1;
}

static bool find_format(struct import *import, const struct import_node *root, struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (formats[i].is(root)) {
            import->format = (enum import_format)i;
            return true;
        }
    return err_set(err, ERR_INPUT,
                   "no price list that purser knows: litellm, models.dev, "
                   "genai-prices or purser");
}

bool import_read(struct import *import, enum import_format format, struct str json, struct err *err)
{
    struct json *root = json_parse(json, IMPORT_CAP, err);
    struct import_node node = { .json = root, .raw = str_trim(json) };
    bool ok = root != NULL;

    import->format = format;
    if (ok && format == IMPORT_AUTO)
        ok = find_format(import, &node, err);
    else if (ok && !formats[format].is(&node))
        ok = err_set(err, ERR_INPUT, "this is not %s", import_format_help(format));
    ok = ok && formats[import->format].read(import, &node, err);
    json_free(root);
    if (ok)
        keep_each_key_once(import);
    else
        import->rows = 0;
    return ok;
}
