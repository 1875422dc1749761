/* SPDX-License-Identifier: MIT */
/* Frames gathered and written. The pipe's reader paces us: write() blocks when it is full. */
#include "parse/out.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { FLUSH_AT = 64 << 10, BUF_MAX = FLUSH_AT + 2 * ANSWER_MAX, WARN_TEXT = 400 };

void out_init(struct out *out, int fd, const struct parse_limits *limits)
{
    *out = (struct out){ .fd = fd, .text_left = limits->text_max };
    buf_init(&out->buf, BUF_MAX);
}

void out_flush(struct out *out)
{
    size_t at = 0;

    while (at < out->buf.len) {
        ssize_t n = write(out->fd, out->buf.at + at, out->buf.len - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(3);
        at += (size_t)n;
    }
    buf_clear(&out->buf);
}

void out_fini(struct out *out)
{
    out_flush(out);
    buf_fini(&out->buf);
}

static void say(struct out *out, const struct answer *answer)
{
    answer_put(&out->buf, answer);
    ensure(buf_ok(&out->buf));
    if (out->buf.len >= FLUSH_AT)
        out_flush(out);
}

/* A name for a frame: valid UTF-8, cut where it is too long. The buf is the caller's to free. */
static struct str name_of(struct buf *to, struct str text)
{
    buf_init(to, ANSWER_NAME_MAX);
    utf8_add_valid(to, str_first(text, ANSWER_NAME_MAX / 4));
    return buf_str(to);
}

void out_meta(struct out *out, struct str format, uint32_t pages, struct str title)
{
    struct buf name;
    struct answer a = { .kind = ANSWER_META, .as.meta = { .format = format, .pages = pages } };

    a.as.meta.title = name_of(&name, str_trim(title));
    say(out, &a);
    buf_fini(&name);
}

/* The longest head of s of at most `most` bytes that does not end inside a character. */
static size_t whole_characters(struct str s, size_t most)
{
    if (s.len <= most)
        return s.len;
    while (most > 0 && ((unsigned char)s.at[most] & 0xc0) == 0x80)
        most--;
    return most;
}

bool out_block(struct out *out, const struct answer_block *block, struct err *err)
{
    struct buf valid;
    struct str rest;
    struct answer a = { .kind = ANSWER_BLOCK, .as.block = *block };
    bool first = true;

    if (block->text.len > out->text_left)
        return err_set(err, ERR_LIMIT, "the document holds more text than the limit allows");
    out->text_left -= block->text.len;
    buf_init(&valid, 3 * block->text.len + 4); /* a bad byte becomes three */
    utf8_add_valid(&valid, block->text);
    rest = buf_str(&valid);
    for (; rest.len > 0 || (first && block->kind == ANSWER_PICTURE); first = false) {
        size_t n = whole_characters(rest, ANSWER_TEXT_MAX);

        a.as.block.text = str_first(rest, n);
        rest = str_from(rest, n);
        say(out, &a);
    }
    buf_fini(&valid);
    return true;
}

void out_image(struct out *out, const struct answer_image *image)
{
    struct answer a = { .kind = ANSWER_IMAGE, .as.image = *image };

    say(out, &a);
}

bool out_reference(struct out *out, struct str target, struct str alt, struct err *err)
{
    struct buf target_name, alt_name;
    struct answer a = { .kind = ANSWER_REFERENCE };
    struct answer_block block = { .kind = ANSWER_PICTURE, .image = (int32_t)out->ordinals };
    bool ok;

    a.as.reference.ordinal = out->ordinals++;
    a.as.reference.target = name_of(&target_name, target);
    a.as.reference.alt = name_of(&alt_name, alt);
    say(out, &a);
    block.text = a.as.reference.alt;
    ok = out_block(out, &block, err);
    buf_fini(&target_name);
    buf_fini(&alt_name);
    return ok;
}

void out_warn(struct out *out, uint32_t page, const char *fmt, ...)
{
    struct answer a = { .kind = ANSWER_WARN, .as.warn = { .page = page } };
    char text[WARN_TEXT];
    struct buf name;
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    a.as.warn.text = name_of(&name, str_of(text));
    say(out, &a);
    buf_fini(&name);
}

static enum answer_verdict verdict_of(enum err_code code)
{
    if (code == ERR_NONE)
        return ANSWER_OK;
    if (code == ERR_LIMIT)
        return ANSWER_LIMIT;
    return code == ERR_UNSUPPORTED ? ANSWER_UNSUPPORTED : ANSWER_BAD;
}

void out_end(struct out *out, const struct err *err)
{
    struct answer a = { .kind = ANSWER_END, .as.end = { .verdict = verdict_of(err->code) } };
    struct buf name;

    a.as.end.text = name_of(&name, str_of(err->code == ERR_NONE ? "" : err->text));
    say(out, &a);
    buf_fini(&name);
}
