/* SPDX-License-Identifier: MIT */
/* What a hostile child may send: frames are read whole or refused, and never reach beyond. */
#include "parse/protocol.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_answers(struct str rest)
{
    struct err err = { .code = ERR_NONE };
    struct answer answer;
    size_t used = 1;

    while (used > 0) {
        if (!answer_read(rest, &used, &answer, &err)) {
            ensure(err.code == ERR_PROTOCOL);
            return;
        }
        ensure(used <= rest.len);
        ensure(used == 0 || used >= ANSWER_HEADER);
        if (used > 0 && answer.kind == ANSWER_BLOCK)
            ensure(answer.as.block.text.len <= used && answer.as.block.level <= 6);
        if (used > 0 && answer.kind == ANSWER_IMAGE)
            ensure(answer.as.image.bytes.len <= used);
        rest = str_from(rest, used);
    }
}

/* The other side's readers: the daemon is no enemy of the zygote, but a bug may be. */
static void read_lines(struct str bytes)
{
    struct line_header header;
    struct line_hello hello;
    struct line_exit end;
    struct parse_ask ask;
    bool ok = line_read_header(bytes, &header, NULL);

    ok = line_read_hello(bytes, &hello, NULL) || ok;
    ok = line_read_exit(bytes, &end, NULL) || ok;
    if (line_read_ask(LINE_PARSE, bytes, &ask, NULL))
        ensure(ask.name.len + ask.bytes.len <= bytes.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { (const char *)data, size };

    read_answers(bytes);
    read_lines(bytes);
    return 0;
}
