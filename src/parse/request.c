/* SPDX-License-Identifier: MIT */
/* The child's main: bytes in, answers out. It is in the jail already. */
#include "parse/request.h"

#include "parse/format.h"
#include "parse/picture_answer.h"

#include <errno.h>
#include <unistd.h>

/* Reads, never maps: a file that shrinks meanwhile is a short file, not a SIGBUS. */
static bool read_all(int fd, struct buf *to, struct err *err)
{
    static char piece[64 << 10];

    buf_init(to, DOCUMENT_BYTES_MAX);
    for (;;) {
        ssize_t n = read(fd, piece, sizeof(piece));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "the file cannot be read");
        if (n == 0)
            return true;
        if (!buf_add(to, piece, (size_t)n))
            return err_set(err, ERR_LIMIT, "the file is larger than %d MiB",
                           DOCUMENT_BYTES_MAX >> 20);
    }
}

static bool answer(const struct parse_ask *ask, struct str bytes, struct out *out, struct ocr *ocr,
                   struct err *err)
{
    struct document document = { .bytes = bytes,
                                 .name = ask->name,
                                 .page_first = ask->page_first,
                                 .page_last = ask->page_last,
                                 .limits = &ask->limits };

    if (ask->kind == LINE_PARSE)
        return format_parse(&document, out, err);
    if (ask->kind == LINE_IMAGE)
        return picture_answer(bytes, &ask->limits, out, err);
    if (ocr == NULL)
        return err_set(err, ERR_UNSUPPORTED, "this parser was started without --ocr");
    return ocr_read(ocr, bytes, &ask->limits, out, err);
}

void request_run(const struct parse_ask *ask, int fd, int answer_fd, struct ocr *ocr)
{
    struct err err = { .code = ERR_NONE };
    struct buf file = { .at = NULL };
    struct out out;

    out_init(&out, answer_fd, &ask->limits);
    if (!ask->by_fd)
        (void)answer(ask, ask->bytes, &out, ocr, &err);
    else if (read_all(fd, &file, &err))
        (void)answer(ask, buf_str(&file), &out, ocr, &err);
    out_end(&out, &err);
    out_fini(&out);
    buf_fini(&file);
}
