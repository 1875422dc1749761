/* SPDX-License-Identifier: MIT */
/* Lenient where models are sloppy: fences around the object, words before it, fields that are
 * missing. An answer is paid for: what is in it is used. */
#include "work/describe_reply.h"

#include "base/json_in.h"

enum { REPLY_CAP = 1 << 20 };

/* The outermost { ... } of what may have words or fences around it. */
static struct str object_in(struct str answer)
{
    size_t first = 0, last = answer.len;

    while (first < answer.len && answer.at[first] != '{')
        first++;
    while (last > first && answer.at[last - 1] != '}')
        last--;
    return (struct str){ answer.len > 0 ? answer.at + first : answer.at, last - first };
}

static bool read_object(struct str object, struct arena *arena, struct describe_reply *out)
{
    struct json *root = json_parse(object, REPLY_CAP, NULL);
    struct str description = str_trim(json_str(json_get(root, "description")));
    struct str text = str_trim(json_str(json_get(root, "text")));
    struct str kind = str_trim(json_str(json_get(root, "kind")));
    bool known = json_kind(root) == JSON_OBJECT && (description.len > 0 || text.len > 0);

    if (known) {
        const char *gap = description.len > 0 && text.len > 0 ? "\n\nText: " : "";
        const char *all =
            arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(description), gap, STR_ARG(text));

        out->text = str_of(all);
        out->kind = str_of(arena_copy(arena, str_first(kind, 32)));
    }
    json_free(root);
    return known;
}

void describe_reply_read(struct str answer, struct arena *arena, struct describe_reply *out)
{
    struct str object = object_in(answer), plain = str_trim(answer);

    *out = (struct describe_reply){ 0 };
    if (object.len > 0 && read_object(object, arena, out))
        return;
    out->text = str_of(arena_copy(arena, plain));
}
