/* SPDX-License-Identifier: MIT */
/* The catalogue's own shape: whoever writes it for purser means what stands there, zeros included.
 */
#include "core/import_read.h"

#include <stdlib.h>
#include <string.h>

bool import_is_purser(const struct import_node *root)
{
    return json_kind(root->json) == JSON_OBJECT &&
           json_kind(json_get(root->json, "as_of")) == JSON_TEXT &&
           json_kind(json_get(root->json, "models")) == JSON_LIST;
}

static bool is_absurd(const struct price_row *row)
{
    return price_is_dearer(row->price, (struct price){ { 1000 * PICO_PER_USD }, 1000000 });
}

bool import_read_purser(struct import *import, const struct import_node *root, struct err *err)
{
    const char *before = "";

    if (!catalogue_read(root->raw, &import->row, &import->rows, err))
        return false;
    for (size_t i = 0; i < import->rows; i++) {
        const struct price_row *row = &import->row[i];

        if (is_absurd(row))
            return err_set(err, ERR_INPUT,
                           "%s of %s/%s is above 1,000 for 1M tokens: a slip of the unit?",
                           row->dim, row->provider, row->model);
        import->models += strcmp(before, row->model) != 0;
        before = row->model;
    }
    return true;
}
