/* SPDX-License-Identifier: MIT */
/* A rule of thumb for the tokens of a text (the prototype is chunk.h's). A run of one class costs
 * by its length; a space goes with the word behind it. */
#include "base/utf8.h"
#include "core/chunk.h"

enum text_class {
    SPACE,
    NEWLINE,
    LETTER, /* ASCII */
    DIGIT,
    MARK,   /* ASCII punctuation */
    ACCENT, /* other alphabets */
    GLYPH,  /* CJK, emoji and all else: about one token each */
    CLASSES_OF_TEXT
};

/* Characters that one token of a run holds; 0: the run is free. */
static const int holds[CLASSES_OF_TEXT] = {
    [SPACE] = 16, [NEWLINE] = 4, [LETTER] = 6, [DIGIT] = 3, [MARK] = 2, [ACCENT] = 3, [GLYPH] = 1,
};

static enum text_class class_of(uint32_t p)
{
    if (p == '\n' || p == '\r')
        return NEWLINE;
    if (p <= ' ' || p == 0xA0)
        return SPACE;
    if ((p | 0x20) >= 'a' && (p | 0x20) <= 'z')
        return LETTER;
    if (p >= '0' && p <= '9')
        return DIGIT;
    if (p < 0xC0)
        return MARK;
    return p < 0x2000 ? ACCENT : GLYPH;
}

int64_t tokens_estimate(struct str text)
{
    enum text_class last = SPACE;
    int64_t tokens = 0, run = 0;

    while (text.len > 0) {
        enum text_class now = class_of(utf8_next(&text));

        if (now != last) {
            last = now;
            run = now == SPACE ? -1 : 0; /* one space is free */
        }
        if (run >= 0 && run % holds[now] == 0)
            tokens++;
        run++;
    }
    return tokens;
}
