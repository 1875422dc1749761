/* SPDX-License-Identifier: MIT */
/* Blocks of characters become paragraphs, code and headings. */
#include "parse/pdf.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum { HEADING_LETTERS = 200, HEADING_LINES = 3, BOLD_LETTERS = 100 };

static bool is_letter(int c)
{
    return c > ' ' && c != 0xa0 && c != 0xfffd;
}

size_t pdf_text_letters(const fz_stext_page *text)
{
    size_t n = 0;

    for (const fz_stext_block *b = text->first_block; b != NULL; b = b->next)
        if (b->type == FZ_STEXT_BLOCK_TEXT)
            for (const fz_stext_line *l = b->u.t.first_line; l != NULL; l = l->next)
                for (const fz_stext_char *c = l->first_char; c != NULL; c = c->next)
                    n += is_letter(c->c);
    return n;
}

static int size_place(float size)
{
    if (!(size > 0.0f)) /* NaN too */
        return 0;
    return size * 2.0f + 0.5f >= (float)PDF_SIZES ? PDF_SIZES - 1 : (int)(size * 2.0f + 0.5f);
}

/* What the characters of one block look like. */
struct looks {
    size_t letters, bold, mono;
    uint32_t of_size[PDF_SIZES];
};

static void look_at(struct pdf *pdf, const fz_stext_char *c, struct looks *looks)
{
    int place = size_place(c->size);

    if (!is_letter(c->c))
        return;
    looks->letters++;
    looks->of_size[place]++;
    looks->bold += fz_font_is_bold(pdf->ctx, c->font) != 0;
    looks->mono += fz_font_is_monospaced(pdf->ctx, c->font) != 0;
    pdf->chars_of_size[place]++;
}

static float most_common(const struct looks *looks)
{
    int best = 0;

    for (int i = 1; i < PDF_SIZES; i++)
        if (looks->of_size[i] >= looks->of_size[best])
            best = i;
    return (float)best / 2.0f;
}

/* "exam-" + "ple" is one word; "twenty-" + "One" is not joined. */
static void join_line(struct buf *to, int next, bool mono)
{
    if (to->len == 0)
        return;
    if (mono)
        buf_add_char(to, '\n');
    else if (to->len > 1 && to->at[to->len - 1] == '-' && to->at[to->len - 2] >= 'a' &&
             to->at[to->len - 2] <= 'z' && next >= 'a' && next <= 'z')
        to->at[--to->len] = '\0';
    else if (to->at[to->len - 1] != ' ')
        buf_add_char(to, ' ');
}

static void add_char(struct buf *to, int c)
{
    char bytes[4];

    if (c == '\n' || c == '\r' || c == '\t' || c == 0xa0)
        c = ' ';
    if (c >= ' ')
        buf_add(to, bytes, utf8_put((uint32_t)c, bytes));
}

static struct pdf_block *room_for_one(struct pdf *pdf)
{
    if (pdf->held_count == pdf->held_room) {
        pdf->held_room = pdf->held_room == 0 ? 64 : pdf->held_room * 2;
        pdf->held = xrealloc(pdf->held, pdf->held_room * sizeof(*pdf->held));
    }
    return &pdf->held[pdf->held_count++];
}

void pdf_text_hold(struct pdf *pdf, const fz_stext_block *block, uint32_t page)
{
    struct pdf_block held = { .block = { .kind = ANSWER_TEXT, .page = page, .image = -1 } };
    struct looks looks = { .letters = 0 };
    struct buf text;
    bool mono;

    for (const fz_stext_line *l = block->u.t.first_line; l != NULL; l = l->next)
        for (const fz_stext_char *c = l->first_char; c != NULL; c = c->next)
            look_at(pdf, c, &looks);
    if (looks.letters == 0)
        return;
    mono = looks.mono == looks.letters;
    buf_init(&text, pdf->document->limits->text_max);
    for (const fz_stext_line *l = block->u.t.first_line; l != NULL; l = l->next) {
        join_line(&text, l->first_char == NULL ? 0 : l->first_char->c, mono);
        for (const fz_stext_char *c = l->first_char; c != NULL; c = c->next)
            add_char(&text, c->c);
        held.lines++;
    }
    held.size = most_common(&looks);
    held.bold = looks.bold == looks.letters;
    held.block.kind = mono && held.lines > 1 ? ANSWER_CODE : ANSWER_TEXT;
    held.block.text.len = text.len;
    held.text = buf_detach(&text);
    pdf_box(block->bbox, held.block.box);
    *room_for_one(pdf) = held;
}

void pdf_text_hold_picture(struct pdf *pdf, int32_t ordinal, uint32_t page, const int32_t box[4])
{
    struct pdf_block held = { .block = { .kind = ANSWER_PICTURE, .page = page, .image = ordinal } };

    for (int i = 0; i < 4; i++)
        held.block.box[i] = box[i];
    *room_for_one(pdf) = held;
}

static float body_size(const struct pdf *pdf)
{
    int best = 0;

    for (int i = 1; i < PDF_SIZES; i++)
        if (pdf->chars_of_size[i] > pdf->chars_of_size[best])
            best = i;
    return (float)best / 2.0f;
}

/* 0: not a heading. */
static unsigned heading_level(const struct pdf_block *b, float body)
{
    if (b->block.kind != ANSWER_TEXT || b->block.text.len > HEADING_LETTERS ||
        b->lines > HEADING_LINES || body <= 0.0f)
        return 0;
    if (b->size >= body * 1.75f)
        return 1;
    if (b->size >= body * 1.35f)
        return 2;
    if (b->size >= body * 1.12f)
        return 3;
    return b->bold && b->lines == 1 && b->block.text.len <= BOLD_LETTERS && b->size >= body ? 4 : 0;
}

bool pdf_text_say(struct pdf *pdf)
{
    float body = body_size(pdf);
    bool ok = true;

    for (size_t i = 0; i < pdf->held_count; i++) {
        struct pdf_block *b = &pdf->held[i];

        b->block.level = heading_level(b, body);
        if (b->block.level > 0)
            b->block.kind = ANSWER_HEADING;
        b->block.text.at = b->text;
        if (b->block.kind != ANSWER_CODE)
            b->block.text = str_trim(b->block.text);
        ok = ok && out_block(pdf->out, &b->block, pdf->err);
        free(b->text);
    }
    pdf->held_count = 0;
    return ok;
}

void pdf_text_fini(struct pdf *pdf)
{
    for (size_t i = 0; i < pdf->held_count; i++)
        free(pdf->held[i].text);
    free(pdf->held);
    pdf->held = NULL;
    pdf->held_count = pdf->held_room = 0;
}
