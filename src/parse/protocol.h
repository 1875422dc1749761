/* SPDX-License-Identifier: MIT */
/* What purser-parse and the daemon say to each other. Plain C on base: both sides link it.
 *
 * Two layers, all numbers little-endian:
 *   line frames, between daemon and zygote:  kind u8, id u32, len u32, len bytes
 *   answer frames, made by the child:        kind u8, len u32, len bytes
 * The zygote carries a child's answer frames as they are, in LINE_DATA frames of any size, and
 * never looks into them: a child can spoil nothing but its own answer. Everything read here is
 * foreign. */
#ifndef PARSE_PROTOCOL_H
#define PARSE_PROTOCOL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PARSE_PROTOCOL = 1,        /* in LINE_HELLO; another number: refuse to work */
    LINE_HEADER = 9,           /* kind, id, len */
    ANSWER_HEADER = 5,         /* kind, len */
    LINE_DATA_MAX = 1 << 16,   /* bytes in one LINE_DATA */
    ASK_BYTES_MAX = 64 << 20,  /* an ask with its bytes inline; larger ones come by fd */
    ANSWER_MAX = 8 << 20,      /* one answer frame */
    ANSWER_TEXT_MAX = 1 << 20, /* text of one block */
    ANSWER_NAME_MAX = 4096,    /* titles, targets, warnings */
    PARSE_SIDE_MAX = 1000000,  /* an image side, a page number, an ordinal */
    PARSE_COLORS_MAX = 4096,   /* colours are not counted beyond */
};

/* ---- line frames ---- */

enum line_kind {
    /* daemon to zygote */
    LINE_PARSE = 'P', /* a document: blocks, images, warnings */
    LINE_IMAGE = 'I', /* prepare one image: exactly one answer image */
    LINE_OCR = 'O',   /* the text of one image, as blocks; only a zygote started with --ocr */
    LINE_CANCEL = 'C',
    /* zygote to daemon */
    LINE_HELLO = 'H', /* once, id 0, after the jail is shut: struct line_hello */
    LINE_DATA = 'D',  /* bytes of the child's answer */
    LINE_EXIT = 'X',  /* the last one for an id: struct line_exit */
};

struct line_header {
    enum line_kind kind;
    uint32_t id; /* the daemon's choice, not 0, unique among those in flight */
    uint32_t len;
};

/* What a child may use up. The zygote counts wall clock and output, the kernel the rest; the
 * daemon keeps a wall clock of its own on top. 0 means the default of parse_limits_default. */
struct parse_limits {
    uint32_t wall_ms, cpu_s;
    uint32_t output_max; /* bytes of answer */
    uint32_t pages_max;  /* more pages than that: the document is refused */
    uint32_t text_max;   /* bytes of text */
    uint32_t megapixels_max;
    uint32_t long_side_px; /* prepared images are fitted to it */
    uint32_t image_min_px; /* smaller ones are described by their facts alone, without bytes */
};

struct parse_ask {
    enum line_kind kind;            /* LINE_PARSE, LINE_IMAGE, LINE_OCR */
    bool by_fd;                     /* the bytes are read from a descriptor sent on descriptor 3 */
    uint32_t page_first, page_last; /* from 1; 0: from the first, to the last */
    struct parse_limits limits;
    struct str name;  /* a hint: the file's name without folders */
    struct str bytes; /* empty when by_fd */
};

struct line_hello {
    uint32_t protocol;
    uint32_t landlock_abi; /* 0: the kernel has none */
    bool seccomp;
    bool ocr; /* LINE_OCR is answered */
};

enum exit_how {
    EXIT_DONE,     /* it went by itself after its answer_end */
    EXIT_DIED,     /* by a signal, or without a proper end */
    EXIT_WALL,     /* killed: wall clock */
    EXIT_OUTPUT,   /* killed: too much output */
    EXIT_CANCELED, /* killed: LINE_CANCEL */
    EXIT_REFUSED,  /* no child was made: the ask is not understood, or fork failed */
};

struct line_exit {
    enum exit_how how;
    uint32_t signum; /* EXIT_DIED: 0 when it exited with a status */
    uint32_t cpu_ms, peak_kib;
};

/* What a limit of 0 stands for. */
struct parse_limits parse_limits_default(void);

/* Writers: append one whole frame. The ask's `bytes` may be left out and sent behind it by the
 * caller, who then counts them in `more`. */
void line_put_ask(struct buf *to, uint32_t id, const struct parse_ask *ask, uint32_t more);
void line_put_cancel(struct buf *to, uint32_t id);
void line_put_hello(struct buf *to, const struct line_hello *hello);
void line_put_exit(struct buf *to, uint32_t id, const struct line_exit *end);
void line_put_header(char out[LINE_HEADER], enum line_kind kind, uint32_t id, uint32_t len);

/* Readers. line_read_header takes LINE_HEADER bytes and refuses unknown kinds and lengths above the
 * kind's cap; the others take the frame's bytes and refuse what is short, long or out of range. */
bool line_read_header(struct str bytes, struct line_header *out, struct err *err) MUST_CHECK;
bool line_read_ask(enum line_kind kind, struct str bytes, struct parse_ask *out,
                   struct err *err) MUST_CHECK;
bool line_read_hello(struct str bytes, struct line_hello *out, struct err *err) MUST_CHECK;
bool line_read_exit(struct str bytes, struct line_exit *out, struct err *err) MUST_CHECK;

/* ---- answer frames, in this order: meta?, (block | image | reference | warn)*, end ---- */

enum answer_kind {
    ANSWER_META = 'm',
    ANSWER_BLOCK = 'b',
    ANSWER_IMAGE = 'i',
    ANSWER_REFERENCE = 'r',
    ANSWER_WARN = 'w',
    ANSWER_END = 'e',
};

/* The same kinds, in the same order, as enum block_kind of core/chunk.h. */
enum answer_block_kind {
    ANSWER_HEADING,
    ANSWER_TEXT,
    ANSWER_TABLE,
    ANSWER_CODE,
    ANSWER_PICTURE,
    ANSWER_BLOCK_KINDS
};

struct answer_meta {
    struct str format; /* "pdf", "markdown" */
    uint32_t pages;    /* of the whole document; 0: the format has no pages */
    struct str title;  /* may be empty */
};

/* Boxes are in hundredths of a point from the page's top left; all 0: unknown. */
struct answer_block {
    enum answer_block_kind kind;
    uint32_t level;  /* heading: 1..6, else 0 */
    uint32_t page;   /* from 1; 0: no pages */
    int32_t box[4];  /* left, top, right, bottom */
    int32_t image;   /* ANSWER_PICTURE: the ordinal of its image or reference; else -1 */
    struct str text; /* valid UTF-8; a picture's is its alternative text or caption */
};

/* One image. It comes before the block that shows it. Ordinals rise by one from 0 and are shared
 * with references. A repeated image comes again with its own ordinal, page and box. */
struct answer_image {
    uint32_t ordinal, page;
    int32_t box[4];
    uint32_t width, height; /* as stored in the document, before fitting, after rotation */
    uint32_t colors;    /* distinct RGB values of the decoded pixels, at most PARSE_COLORS_MAX */
    bool scanned_page;  /* a whole page, drawn because it holds (almost) no text */
    int32_t same_as;    /* ordinal of an earlier image with the same pixels, or -1 */
    struct hash pixels; /* SHA-256 of size and decoded RGB pixels */
    uint64_t dhash;     /* 64 bit difference hash */
    struct str mime;    /* "image/jpeg" or "image/png"; empty when there are no bytes */
    uint32_t prepared_width, prepared_height;
    struct str
        bytes; /* fitted and encoded, no metadata; empty when same_as or below image_min_px */
};

/* An image that is not in the document: a relative path or a URL. purser-parse fetches nothing. */
struct answer_reference {
    uint32_t ordinal;
    struct str target, alt;
};

struct answer_warn {
    uint32_t page; /* 0: the whole document */
    struct str text;
};

enum answer_verdict {
    ANSWER_OK,
    ANSWER_BAD,         /* damaged, empty, not what its name says */
    ANSWER_LIMIT,       /* above a limit */
    ANSWER_UNSUPPORTED, /* a format or a feature (encryption) we do not read */
    ANSWER_VERDICTS
};

struct answer_end {
    enum answer_verdict verdict;
    struct str text; /* one sentence, lower case, no full stop; empty when ANSWER_OK */
};

struct answer {
    enum answer_kind kind;
    union {
        struct answer_meta meta;
        struct answer_block block;
        struct answer_image image;
        struct answer_reference reference;
        struct answer_warn warn;
        struct answer_end end;
    } as;
};

/* Appends one whole frame, header included. */
void answer_put(struct buf *to, const struct answer *answer);

/* The first whole frame of `bytes`: *used is its length, 0 when more bytes are needed. Text and
 * bytes of *out are borrowed from `bytes`. False: it breaks the protocol (ERR_PROTOCOL). */
bool answer_read(struct str bytes, size_t *used, struct answer *out, struct err *err) MUST_CHECK;

#endif
