/* SPDX-License-Identifier: MIT */
/* Frames written and read. Every length is checked against a cap before anything is allocated. */
#include "parse/protocol.h"

#include <string.h>

/* ---- numbers ---- */

static void put_u8(struct buf *to, uint32_t n)
{
    buf_add_char(to, (char)(unsigned char)n);
}

static void put_u32(struct buf *to, uint32_t n)
{
    for (unsigned i = 0; i < 4; i++)
        put_u8(to, (n >> (8 * i)) & 0xff);
}

static void put_u64(struct buf *to, uint64_t n)
{
    put_u32(to, (uint32_t)(n & 0xffffffffu));
    put_u32(to, (uint32_t)(n >> 32));
}

static void put_i32(struct buf *to, int32_t n)
{
    put_u32(to, (uint32_t)n);
}

static void put_text(struct buf *to, struct str s)
{
    put_u32(to, (uint32_t)s.len);
    buf_add_str(to, s);
}

static void put_box(struct buf *to, const int32_t box[4])
{
    for (int i = 0; i < 4; i++)
        put_i32(to, box[i]);
}

/* Reads a frame field by field and remembers its first failure. */
struct reader {
    struct str rest;
    const char *wrong; /* NULL: all is well */
};

static struct str take(struct reader *r, size_t len)
{
    struct str got = str_first(r->rest, len);

    if (r->wrong == NULL && len > r->rest.len)
        r->wrong = "too short";
    if (r->wrong != NULL)
        return (struct str){ "", 0 };
    r->rest = str_from(r->rest, len);
    return got;
}

static uint32_t get_u8(struct reader *r)
{
    struct str s = take(r, 1);

    return s.len == 1 ? (unsigned char)s.at[0] : 0;
}

static uint32_t get_u32(struct reader *r)
{
    struct str s = take(r, 4);
    uint32_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n |= (uint32_t)(unsigned char)s.at[i] << (8 * i);
    return n;
}

static uint64_t get_u64(struct reader *r)
{
    uint64_t low = get_u32(r);

    return low | (uint64_t)get_u32(r) << 32;
}

static uint32_t get_most(struct reader *r, uint32_t most, const char *what)
{
    uint32_t n = get_u32(r);

    if (n > most && r->wrong == NULL)
        r->wrong = what;
    return n > most ? 0 : n;
}

/* -1 stands for "none" */
static int32_t get_ordinal(struct reader *r)
{
    uint32_t n = get_u32(r);

    if (n == UINT32_MAX)
        return -1;
    if (n > PARSE_SIDE_MAX && r->wrong == NULL)
        r->wrong = "ordinal";
    return n > PARSE_SIDE_MAX ? -1 : (int32_t)n;
}

static bool get_bool(struct reader *r)
{
    uint32_t n = get_u8(r);

    if (n > 1 && r->wrong == NULL)
        r->wrong = "flag";
    return n == 1;
}

static struct str get_text(struct reader *r, size_t most)
{
    uint32_t len = get_u32(r);

    if (len > most && r->wrong == NULL)
        r->wrong = "text too long";
    return take(r, len);
}

static void get_box(struct reader *r, int32_t box[4])
{
    for (int i = 0; i < 4; i++) {
        uint32_t n = get_u32(r);

        memcpy(&box[i], &n, sizeof(n));
        if ((box[i] > (1 << 30) || box[i] < -(1 << 30)) && r->wrong == NULL)
            r->wrong = "box";
    }
}

static bool done(struct reader *r, const char *what, struct err *err)
{
    if (r->wrong == NULL && r->rest.len > 0)
        r->wrong = "too long";
    return r->wrong == NULL || err_set(err, ERR_PROTOCOL, "parser frame %s: %s", what, r->wrong);
}

/* ---- line frames ---- */

struct parse_limits parse_limits_default(void)
{
    return (struct parse_limits){ .wall_ms = 300000,
                                  .cpu_s = 60,
                                  .output_max = 256u << 20,
                                  .pages_max = 2000,
                                  .text_max = 20u << 20,
                                  .megapixels_max = 50,
                                  .long_side_px = 1024,
                                  .image_min_px = 0 };
}

static uint32_t line_cap(uint32_t kind)
{
    switch (kind) {
    case LINE_PARSE:
    case LINE_IMAGE:
    case LINE_OCR:
        return ASK_BYTES_MAX + ANSWER_NAME_MAX + 256;
    case LINE_DATA:
        return LINE_DATA_MAX;
    case LINE_CANCEL:
    case LINE_HELLO:
    case LINE_EXIT:
        return 64;
    default:
        return 0;
    }
}

static bool line_known(uint32_t kind)
{
    return line_cap(kind) != 0;
}

void line_put_header(char out[LINE_HEADER], enum line_kind kind, uint32_t id, uint32_t len)
{
    out[0] = (char)kind;
    for (unsigned i = 0; i < 4; i++) {
        out[1 + i] = (char)(unsigned char)(id >> (8 * i));
        out[5 + i] = (char)(unsigned char)(len >> (8 * i));
    }
}

static void put_header(struct buf *to, enum line_kind kind, uint32_t id, size_t len)
{
    char header[LINE_HEADER];

    line_put_header(header, kind, id, (uint32_t)len);
    buf_add(to, header, sizeof(header));
}

enum { ASK_FIXED = 1 + 8 + 8 * 4 + 4 }; /* flag, pages, limits, length of the name */

void line_put_ask(struct buf *to, uint32_t id, const struct parse_ask *ask, uint32_t more)
{
    const struct parse_limits *l = &ask->limits;

    put_header(to, ask->kind, id, ASK_FIXED + ask->name.len + ask->bytes.len + more);
    put_u8(to, ask->by_fd);
    put_u32(to, ask->page_first);
    put_u32(to, ask->page_last);
    put_u32(to, l->wall_ms);
    put_u32(to, l->cpu_s);
    put_u32(to, l->output_max);
    put_u32(to, l->pages_max);
    put_u32(to, l->text_max);
    put_u32(to, l->megapixels_max);
    put_u32(to, l->long_side_px);
    put_u32(to, l->image_min_px);
    put_text(to, ask->name);
    buf_add_str(to, ask->bytes);
}

void line_put_cancel(struct buf *to, uint32_t id)
{
    put_header(to, LINE_CANCEL, id, 0);
}

void line_put_hello(struct buf *to, const struct line_hello *hello)
{
    put_header(to, LINE_HELLO, 0, 4 + 4 + 1 + 1);
    put_u32(to, hello->protocol);
    put_u32(to, hello->landlock_abi);
    put_u8(to, hello->seccomp);
    put_u8(to, hello->ocr);
}

void line_put_exit(struct buf *to, uint32_t id, const struct line_exit *end)
{
    put_header(to, LINE_EXIT, id, 4 * 4);
    put_u32(to, (uint32_t)end->how);
    put_u32(to, end->signum);
    put_u32(to, end->cpu_ms);
    put_u32(to, end->peak_kib);
}

bool line_read_header(struct str bytes, struct line_header *out, struct err *err)
{
    struct reader r = { .rest = str_first(bytes, LINE_HEADER) };
    uint32_t kind = get_u8(&r);

    out->id = get_u32(&r);
    out->len = get_u32(&r);
    if (r.wrong == NULL && !line_known(kind))
        return err_set(err, ERR_PROTOCOL, "parser frame of unknown kind %u", kind);
    if (r.wrong == NULL && out->len > line_cap(kind))
        return err_set(err, ERR_PROTOCOL, "parser frame %c of %u bytes", (int)kind, out->len);
    out->kind = (enum line_kind)kind;
    return done(&r, "header", err);
}

static uint32_t or_default(uint32_t n, uint32_t otherwise)
{
    return n == 0 ? otherwise : n;
}

static struct parse_limits get_limits(struct reader *r)
{
    struct parse_limits d = parse_limits_default(), l;

    l.wall_ms = or_default(get_u32(r), d.wall_ms);
    l.cpu_s = or_default(get_u32(r), d.cpu_s);
    l.output_max = or_default(get_u32(r), d.output_max);
    l.pages_max = or_default(get_u32(r), d.pages_max);
    l.text_max = or_default(get_u32(r), d.text_max);
    l.megapixels_max = or_default(get_most(r, 1000, "megapixels"), d.megapixels_max);
    l.long_side_px = or_default(get_most(r, 8192, "long side"), d.long_side_px);
    l.image_min_px = or_default(get_most(r, PARSE_SIDE_MAX, "image size"), d.image_min_px);
    return l;
}

bool line_read_ask(enum line_kind kind, struct str bytes, struct parse_ask *out, struct err *err)
{
    struct reader r = { .rest = bytes };

    *out = (struct parse_ask){ .kind = kind };
    out->by_fd = get_bool(&r);
    out->page_first = get_most(&r, PARSE_SIDE_MAX, "first page");
    out->page_last = get_most(&r, PARSE_SIDE_MAX, "last page");
    out->limits = get_limits(&r);
    out->name = get_text(&r, ANSWER_NAME_MAX);
    out->bytes = take(&r, r.rest.len);
    if (r.wrong == NULL && out->by_fd && out->bytes.len > 0)
        r.wrong = "bytes beside a descriptor";
    return done(&r, "ask", err);
}

bool line_read_hello(struct str bytes, struct line_hello *out, struct err *err)
{
    struct reader r = { .rest = bytes };

    out->protocol = get_u32(&r);
    out->landlock_abi = get_u32(&r);
    out->seccomp = get_bool(&r);
    out->ocr = get_bool(&r);
    return done(&r, "hello", err);
}

bool line_read_exit(struct str bytes, struct line_exit *out, struct err *err)
{
    struct reader r = { .rest = bytes };

    out->how = (enum exit_how)get_most(&r, EXIT_REFUSED, "end");
    out->signum = get_most(&r, 64, "signal");
    out->cpu_ms = get_u32(&r);
    out->peak_kib = get_u32(&r);
    return done(&r, "exit", err);
}

/* ---- answer frames ---- */

static void put_image(struct buf *to, const struct answer_image *image)
{
    put_u32(to, image->ordinal);
    put_u32(to, image->page);
    put_box(to, image->box);
    put_u32(to, image->width);
    put_u32(to, image->height);
    put_u32(to, image->colors);
    put_u8(to, image->scanned_page);
    put_i32(to, image->same_as);
    buf_add(to, image->pixels.byte, HASH_BYTES);
    put_u64(to, image->dhash);
    put_text(to, image->mime);
    put_u32(to, image->prepared_width);
    put_u32(to, image->prepared_height);
    put_text(to, image->bytes);
}

static void get_image(struct reader *r, struct answer_image *image)
{
    struct str hash;

    image->ordinal = get_most(r, PARSE_SIDE_MAX, "ordinal");
    image->page = get_most(r, PARSE_SIDE_MAX, "page");
    get_box(r, image->box);
    image->width = get_most(r, PARSE_SIDE_MAX, "width");
    image->height = get_most(r, PARSE_SIDE_MAX, "height");
    image->colors = get_most(r, PARSE_COLORS_MAX, "colours");
    image->scanned_page = get_bool(r);
    image->same_as = get_ordinal(r);
    hash = take(r, HASH_BYTES);
    if (hash.len == HASH_BYTES)
        memcpy(image->pixels.byte, hash.at, HASH_BYTES);
    image->dhash = get_u64(r);
    image->mime = get_text(r, 64);
    image->prepared_width = get_most(r, 8192, "prepared width");
    image->prepared_height = get_most(r, 8192, "prepared height");
    image->bytes = get_text(r, ANSWER_MAX);
    if (r->wrong == NULL && image->bytes.len > 0 && !str_is(image->mime, "image/jpeg") &&
        !str_is(image->mime, "image/png"))
        r->wrong = "mime";
}

static void put_block(struct buf *to, const struct answer_block *block)
{
    put_u8(to, (uint32_t)block->kind);
    put_u8(to, block->level);
    put_u32(to, block->page);
    put_box(to, block->box);
    put_i32(to, block->image);
    put_text(to, block->text);
}

static void get_block(struct reader *r, struct answer_block *block)
{
    uint32_t kind = get_u8(r);

    if (kind >= ANSWER_BLOCK_KINDS && r->wrong == NULL)
        r->wrong = "block kind";
    block->kind = kind < ANSWER_BLOCK_KINDS ? (enum answer_block_kind)kind : ANSWER_TEXT;
    block->level = get_u8(r);
    if (block->level > 6 && r->wrong == NULL)
        r->wrong = "heading level";
    block->page = get_most(r, PARSE_SIDE_MAX, "page");
    get_box(r, block->box);
    block->image = get_ordinal(r);
    block->text = get_text(r, ANSWER_TEXT_MAX);
}

static void put_body(struct buf *to, const struct answer *a)
{
    switch (a->kind) {
    case ANSWER_META:
        put_text(to, a->as.meta.format);
        put_u32(to, a->as.meta.pages);
        put_text(to, a->as.meta.title);
        break;
    case ANSWER_BLOCK:
        put_block(to, &a->as.block);
        break;
    case ANSWER_IMAGE:
        put_image(to, &a->as.image);
        break;
    case ANSWER_REFERENCE:
        put_u32(to, a->as.reference.ordinal);
        put_text(to, a->as.reference.target);
        put_text(to, a->as.reference.alt);
        break;
    case ANSWER_WARN:
        put_u32(to, a->as.warn.page);
        put_text(to, a->as.warn.text);
        break;
    case ANSWER_END:
        put_u8(to, (uint32_t)a->as.end.verdict);
        put_text(to, a->as.end.text);
        break;
    }
}

void answer_put(struct buf *to, const struct answer *answer)
{
    size_t start = to->len, len;

    put_u8(to, (uint32_t)answer->kind);
    put_u32(to, 0);
    put_body(to, answer);
    if (!buf_ok(to))
        return;
    len = to->len - start - ANSWER_HEADER;
    for (unsigned i = 0; i < 4; i++)
        to->at[start + 1 + i] = (char)(unsigned char)(len >> (8 * i));
}

static void get_end(struct reader *r, struct answer_end *end)
{
    uint32_t verdict = get_u8(r);

    if (verdict >= ANSWER_VERDICTS && r->wrong == NULL)
        r->wrong = "verdict";
    end->verdict = verdict < ANSWER_VERDICTS ? (enum answer_verdict)verdict : ANSWER_BAD;
    end->text = get_text(r, ANSWER_NAME_MAX);
}

static bool get_body(struct reader *r, struct answer *a)
{
    switch (a->kind) {
    case ANSWER_META:
        a->as.meta.format = get_text(r, 64);
        a->as.meta.pages = get_most(r, PARSE_SIDE_MAX, "pages");
        a->as.meta.title = get_text(r, ANSWER_NAME_MAX);
        return true;
    case ANSWER_BLOCK:
        get_block(r, &a->as.block);
        return true;
    case ANSWER_IMAGE:
        get_image(r, &a->as.image);
        return true;
    case ANSWER_REFERENCE:
        a->as.reference.ordinal = get_most(r, PARSE_SIDE_MAX, "ordinal");
        a->as.reference.target = get_text(r, ANSWER_NAME_MAX);
        a->as.reference.alt = get_text(r, ANSWER_NAME_MAX);
        return true;
    case ANSWER_WARN:
        a->as.warn.page = get_most(r, PARSE_SIDE_MAX, "page");
        a->as.warn.text = get_text(r, ANSWER_NAME_MAX);
        return true;
    case ANSWER_END:
        get_end(r, &a->as.end);
        return true;
    }
    return false;
}

bool answer_read(struct str bytes, size_t *used, struct answer *out, struct err *err)
{
    struct reader r = { .rest = str_first(bytes, ANSWER_HEADER) };
    uint32_t kind, len;

    *used = 0;
    *out = (struct answer){ .kind = ANSWER_END };
    if (bytes.len < ANSWER_HEADER)
        return true;
    kind = get_u8(&r);
    len = get_u32(&r);
    if (len > ANSWER_MAX)
        return err_set(err, ERR_PROTOCOL, "parser answer of %u bytes", len);
    if (bytes.len - ANSWER_HEADER < len)
        return true;
    out->kind = (enum answer_kind)kind;
    r.rest = str_first(str_from(bytes, ANSWER_HEADER), len);
    if (!get_body(&r, out))
        return err_set(err, ERR_PROTOCOL, "parser answer of unknown kind %u", kind);
    *used = ANSWER_HEADER + len;
    return done(&r, "answer", err);
}
