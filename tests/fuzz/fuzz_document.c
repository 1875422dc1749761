/* SPDX-License-Identifier: MIT */
/* Every format on every input, in this process and without a jail: it must end, with an answer
 * whose frames are whole. The first byte chooses the name that the document pretends to have. */
#include "parse/format.h"

#include "base/utf8.h"
#include "parse/warm.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "a",      "a.md",   "a.csv",  "a.html", "a.pdf", "a.docx",
                                     "a.pptx", "a.xlsx", "a.epub", "a.png",  "a.txt" };

static void check(struct str rest)
{
    struct answer answer;
    size_t used = 1;

    while (used > 0) {
        ensure(answer_read(rest, &used, &answer, NULL));
        if (used > 0 && answer.kind == ANSWER_BLOCK)
            ensure(utf8_valid(answer.as.block.text));
        rest = str_from(rest, used);
    }
    ensure(rest.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int nowhere = -1;
    struct parse_limits limits = parse_limits_default();
    struct document document = { .limits = &limits };
    struct err err = { .code = ERR_NONE };
    struct out out;

    if (nowhere < 0) {
        nowhere = open("/dev/null", O_WRONLY);
        warm_libraries();
    }
    limits.megapixels_max = 1;
    limits.text_max = 1 << 20;
    if (size == 0)
        return 0;
    document.name = str_of(names[data[0] % COUNT_OF(names)]);
    document.bytes = (struct str){ (const char *)data + 1, size - 1 };
    out_init(&out, nowhere, &limits);
    if (!format_parse(&document, &out, &err))
        ensure(err.code != ERR_NONE);
    out_end(&out, &err);
    check(buf_str(&out.buf));
    out_fini(&out);
    return 0;
}
