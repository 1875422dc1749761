/* SPDX-License-Identifier: MIT */
/* Reads counts along paths; only json_in's checked getters touch the numbers. */
#include "provider/counts.h"

void counts_init(struct counts *counts)
{
    *counts = (struct counts){ .wrong = false };
    for (int i = 0; i < COUNTS; i++)
        counts->n[i] = -1;
}

bool counts_told(const struct counts *counts, enum count which)
{
    return counts->n[which] >= 0;
}

int64_t counts_of(const struct counts *counts, enum count which)
{
    return counts->n[which] < 0 ? 0 : counts->n[which];
}

/* The container one key further down; NULL when absent. *wrong when it cannot hold members. */
static const struct json *step_down(const struct json *at, const char *key, bool *wrong)
{
    int64_t place;

    if (json_kind(at) == JSON_LIST)
        return str_int(str_of(key), 0, 1000, &place) ? json_item(at, (int)place) : NULL;
    if (json_kind(at) == JSON_OBJECT)
        return json_get(at, key);
    *wrong = *wrong || json_kind(at) != JSON_NULL;
    return NULL;
}

static void read_path(struct counts *counts, const struct json *at, const struct count_path *path)
{
    struct str rest = str_of(path->path);
    char key[48];
    struct json_in in;
    int64_t n;

    for (str_copy(key, sizeof(key), str_cut(&rest, '.')); rest.len > 0;
         str_copy(key, sizeof(key), str_cut(&rest, '.'))) {
        at = step_down(at, key, &counts->wrong);
        if (at == NULL)
            return;
    }
    if (json_kind(at) == JSON_NULL)
        return;
    in = json_in(at, NULL);
    n = json_count_or(&in, key, -1);
    if (!in.ok)
        counts->wrong = true;
    else if (n >= 0)
        counts->n[path->count] = n;
}

void counts_read(struct counts *counts, const struct json *usage, const struct count_path *paths,
                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        read_path(counts, usage, &paths[i]);
}
