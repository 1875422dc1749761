/* SPDX-License-Identifier: MIT */
/* The cutters: the same events whether the bytes come at once, in two pieces or one by one. */
#include "provider/provider.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All events so far, in one text. */
static bool collect(void *owner, const char *event, struct str data, struct err *err)
{
    struct buf *all = owner;

    UNUSED(err);
    buf_addf(all, "[%s|", event);
    buf_add_str(all, data);
    return buf_add_char(all, ']');
}

static void run(struct str bytes, size_t step, bool lines, struct buf *all)
{
    struct cutter cutter;
    struct buf pending;
    bool ok = true;

    cutter_init(&cutter);
    buf_init(&pending, REPLY_CONTENT_CAP);
    for (; ok && bytes.len > 0; bytes = str_from(bytes, step)) {
        struct str piece = str_first(bytes, step);

        ok = lines ? ndjson_feed(&pending, piece, collect, all, NULL)
                   : sse_feed(&cutter, &pending, piece, collect, all, NULL);
    }
    ok = ok && (lines ? ndjson_end(&pending, collect, all, NULL)
                      : sse_end(&cutter, &pending, collect, all, NULL));
    ensure(ok); /* inputs are shorter than the caps */
    cutter_fini(&cutter);
    buf_fini(&pending);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { (const char *)data, size };

    if (size > 65536)
        return 0;
    for (int lines = 0; lines < 2; lines++) {
        struct buf whole, split, single;

        buf_init(&whole, 8 << 20);
        buf_init(&split, 8 << 20);
        buf_init(&single, 8 << 20);
        run(bytes, size + 1, lines, &whole);
        run(bytes, size / 2 + 1, lines, &split);
        run(bytes, 1, lines, &single);
        ensure(str_equal(buf_str(&whole), buf_str(&split)));
        ensure(str_equal(buf_str(&whole), buf_str(&single)));
        buf_fini(&whole);
        buf_fini(&split);
        buf_fini(&single);
    }
    return 0;
}
