/* SPDX-License-Identifier: MIT */
/* One pass over the blocks with one open chunk. A piece that does not fit closes it; the next one
 * begins with the end of what was said, unless a heading lies between. */
#include "core/chunk.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 6, BOUNDARY_LEVEL = 2 };

struct cutter {
    struct arena *arena;
    int64_t target, overlap;
    struct chunk *chunk; /* arena; grows by doubling */
    size_t count, room;
    struct str heading[LEVELS];

    /* the open chunk */
    struct buf text;
    int64_t tokens; /* at least its tokens: pieces are counted one by one */
    bool fresh;     /* it holds something that is in no chunk yet */
    bool only_headings;
    bool prose; /* its last piece may be repeated in the next */
    struct str section;
    int page_first, page_last, image;
};

/* "Title > Section" of the headings that are open. */
static struct str section_of(struct cutter *c)
{
    struct buf path;
    struct str copy;

    buf_init(&path, SIZE_MAX / 2);
    for (int i = 0; i < LEVELS; i++) {
        if (c->heading[i].len == 0)
            continue;
        if (path.len > 0)
            buf_add_text(&path, " > ");
        buf_add_str(&path, c->heading[i]);
    }
    copy = (struct str){ arena_copy(c->arena, buf_str(&path)), path.len };
    buf_fini(&path);
    return copy;
}

static void open_chunk(struct cutter *c)
{
    buf_clear(&c->text);
    c->tokens = 0;
    c->fresh = false;
    c->only_headings = true;
    c->prose = false;
    c->page_first = c->page_last = 0;
    c->image = -1;
}

static void chunk_put(struct cutter *c)
{
    struct str text = str_trim(buf_str(&c->text));
    struct chunk *chunk;

    if (c->count == c->room) {
        size_t room = c->room * 2 + 8;
        struct chunk *more = ARENA_ARRAY(c->arena, struct chunk, room);

        if (c->count > 0)
            memcpy(more, c->chunk, c->count * sizeof(*more));
        c->chunk = more;
        c->room = room;
    }
    chunk = &c->chunk[c->count];
    *chunk = (struct chunk){
        .ordinal = (int)c->count,
        .page_first = c->page_first,
        .page_last = c->page_last,
        .image = c->image,
        .tokens = tokens_estimate(text),
        .section = c->section,
        .text = { arena_copy(c->arena, text), text.len },
    };
    c->count++;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* The end of a text, at most `tokens` long, from the start of a word. */
static struct str tail_of(struct str text, int64_t tokens)
{
    size_t best = text.len, at = text.len;

    while (at > 0) {
        size_t word = at;

        while (word > 0 && is_space(text.at[word - 1]))
            word--;
        while (word > 0 && !is_space(text.at[word - 1]))
            word--;
        if (tokens_estimate(str_from(text, word)) > tokens)
            break;
        best = at = word;
    }
    return str_from(text, best);
}

/* Closes the open chunk. `again`: the next one goes on in the same section. */
static void flush(struct cutter *c, bool again)
{
    struct str tail = { 0 };
    char *copy;
    int page = c->page_last;

    if (!c->fresh)
        return;
    chunk_put(c);
    if (again && c->prose && c->overlap > 0)
        tail = tail_of(str_trim(buf_str(&c->text)), c->overlap);
    if (tail.len == str_trim(buf_str(&c->text)).len)
        tail.len = 0; /* all of it: the chunk would be said twice */
    copy = arena_copy(c->arena, tail);
    open_chunk(c);
    if (tail.len > 0) {
        buf_add(&c->text, copy, tail.len);
        c->tokens = tokens_estimate(tail);
        c->page_first = c->page_last = page;
        c->only_headings = false;
    }
    c->section = section_of(c);
}

/* Adds text that fits, or that may be as long as it is. */
static void append(struct cutter *c, struct str text, const char *mark, const struct block *block)
{
    if (!c->fresh)
        c->section = section_of(c);
    if (c->text.len > 0) {
        buf_add_text(&c->text, mark);
        c->tokens += tokens_estimate(str_of(mark));
    }
    buf_add_str(&c->text, text);
    c->tokens += tokens_estimate(text);
    c->fresh = true;
    c->only_headings = c->only_headings && block->kind == BLOCK_HEADING;
    c->prose = block->kind == BLOCK_TEXT;
    if (block->page > 0) {
        if (c->page_first == 0)
            c->page_first = block->page;
        c->page_last = block->page;
    }
    if (c->image < 0 && block->kind == BLOCK_IMAGE)
        c->image = block->image;
}

/* The pieces a text may be cut into, from the best to the last resort. */
enum cut { CUT_SENTENCE, CUT_LINE, CUT_WORD, CUT_LETTERS };

/* The full stops of Chinese and Japanese need no space behind them. */
static bool is_wide_stop(struct str s)
{
    return str_starts(s, STR("\xE3\x80\x82")) || str_starts(s, STR("\xEF\xBC\x81")) ||
           str_starts(s, STR("\xEF\xBC\x9F"));
}

static bool ends_here(struct str text, size_t i, enum cut cut)
{
    char c = text.at[i];

    if (cut == CUT_LINE)
        return c == '\n';
    if (cut == CUT_WORD)
        return is_space(c);
    return c == '\n' || (is_space(c) && i > 0 && strchr(".!?:;", text.at[i - 1]) != NULL);
}

/* Length of the first piece of a text, with the space behind it. */
static size_t piece_end(struct str text, enum cut cut)
{
    struct str rest = text;
    size_t i = 0;

    if (cut == CUT_LETTERS) { /* about one token */
        for (int letters = 0; letters < 6 && rest.len > 0; letters++)
            utf8_next(&rest);
        return text.len - rest.len;
    }
    while (i < text.len && !ends_here(text, i, cut)) {
        if (cut == CUT_SENTENCE && is_wide_stop(str_from(text, i))) {
            i += 3;
            break;
        }
        i++;
    }
    while (i < text.len && is_space(text.at[i]))
        i++;
    return i;
}

/* Adds a text too long for one chunk, in pieces as large as they can be. */
static void add_pieces(struct cutter *c, struct str text, enum cut cut, const struct block *block,
                       const char *mark)
{
    while (text.len > 0) {
        struct str piece = str_first(text, piece_end(text, cut));
        int64_t tokens = tokens_estimate(piece);

        text = str_from(text, piece.len);
        if (tokens > c->target && cut < CUT_LETTERS) {
            add_pieces(c, piece, cut == CUT_SENTENCE ? CUT_WORD : (enum cut)(cut + 1), block, mark);
            mark = "";
            continue;
        }
        if (c->tokens + tokens > c->target && c->fresh) {
            flush(c, true);
            mark = c->text.len > 0 ? " " : "";
        }
        if (c->tokens + tokens > c->target && !c->fresh)
            open_chunk(c); /* the repeated end takes the room that this needs */
        append(c, piece, mark, block);
        mark = "";
    }
}

static void add_text(struct cutter *c, const struct block *block)
{
    int64_t tokens = tokens_estimate(block->text);

    if (c->tokens + tokens <= c->target)
        append(c, block->text, "\n\n", block);
    else
        add_pieces(c, block->text, CUT_SENTENCE, block, "\n\n");
}

/* Tables, code and descriptions stay whole up to twice the target. */
static void add_whole(struct cutter *c, const struct block *block)
{
    int64_t tokens = tokens_estimate(block->text);
    bool whole = tokens <= 2 * c->target;

    if (c->tokens + tokens > c->target && c->fresh && !c->only_headings)
        flush(c, false);
    if (c->tokens + tokens > c->target && !c->fresh)
        open_chunk(c); /* what would have been repeated makes room */
    if (whole)
        append(c, block->text, "\n\n", block);
    else
        add_pieces(c, block->text, block->kind == BLOCK_IMAGE ? CUT_SENTENCE : CUT_LINE, block,
                   "\n\n");
}

static void add_heading(struct cutter *c, const struct block *block)
{
    int level = block->level < 1 ? 1 : block->level > LEVELS ? LEVELS : block->level;
    bool deeper = true, boundary = level <= BOUNDARY_LEVEL;

    for (int i = level - 1; i < LEVELS; i++)
        deeper = deeper && c->heading[i].len == 0;
    /* a title stays with the first section below it; else a section begins a chunk, and a smaller
     * heading does so once there is enough before it */
    if (!(c->only_headings && deeper) && (boundary || c->tokens * 2 >= c->target))
        flush(c, false);
    for (int i = level - 1; i < LEVELS; i++)
        c->heading[i] = (struct str){ 0 };
    c->heading[level - 1] = str_trim(block->text);
    if (c->only_headings && c->fresh)
        c->section = section_of(c);
    if (!c->fresh)
        open_chunk(c);
    if (c->tokens + tokens_estimate(block->text) > c->target)
        add_pieces(c, block->text, CUT_SENTENCE, block, "\n");
    else
        append(c, block->text, "\n", block);
    if (c->only_headings)
        c->section = section_of(c);
}

size_t chunk_blocks(const struct block *block, size_t count, const struct chunk_rule *rule,
                    struct arena *arena, struct chunk **chunks)
{
    struct cutter c = {
        .arena = arena,
        .target = rule->target_tokens > 0 ? rule->target_tokens : 512,
        .overlap = rule->overlap_tokens > 0 ? rule->overlap_tokens : 0,
    };

    if (c.overlap > c.target / 2)
        c.overlap = c.target / 2; /* what is new must have the larger part */
    buf_init(&c.text, SIZE_MAX / 2);
    open_chunk(&c);
    for (size_t i = 0; i < count; i++) {
        if (block[i].kind == BLOCK_IMAGE && c.image < 0 && c.fresh && block[i].text.len == 0)
            c.image = block[i].image; /* not described: its place is kept */
        if (str_trim(block[i].text).len == 0)
            continue;
        switch (block[i].kind) {
        case BLOCK_HEADING:
            add_heading(&c, &block[i]);
            break;
        case BLOCK_TEXT:
            add_text(&c, &block[i]);
            break;
        case BLOCK_TABLE:
        case BLOCK_CODE:
        case BLOCK_IMAGE:
            add_whole(&c, &block[i]);
            break;
        }
    }
    flush(&c, false);
    buf_fini(&c.text);
    *chunks = c.chunk;
    return c.count;
}
