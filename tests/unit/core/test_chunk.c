/* SPDX-License-Identifier: MIT */
/* Texts cut along their headings. */
#include "base/buf.h"
#include "core/chunk.h"

#include "table.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { BLOCKS = 64 };

/* "h1 Title;p text": see tests/tables/chunks.test. */
static size_t blocks_of(struct str text, struct block *block)
{
    static const char kinds[] = "hptci";
    static const enum block_kind kind[] = { BLOCK_HEADING, BLOCK_TEXT, BLOCK_TABLE, BLOCK_CODE,
                                            BLOCK_IMAGE };
    size_t count = 0;

    while (text.len > 0) {
        struct str one = str_trim(str_cut(&text, ';')), head = str_cut(&one, ' ');

        block[count] = (struct block){ .kind = kind[strchr(kinds, head.at[0]) - kinds],
                                       .image = -1,
                                       .text = one };
        if (head.at[0] == 'h')
            block[count].level = head.at[1] - '0';
        count++;
    }
    return count;
}

static void text_is_cut_as_the_table_says(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "chunks");
    while (table_next(&t, 4)) {
        struct chunk_rule rule = { table_int(&t, 0), table_int(&t, 1) };
        struct block block[BLOCKS];
        struct arena arena = { 0 };
        struct chunk *chunk;
        struct buf seen;
        size_t count;

        buf_init(&seen, 4096);
        count = chunk_blocks(block, blocks_of(t.field[2], block), &rule, &arena, &chunk);
        for (size_t i = 0; i < count; i++) {
            buf_addf(&seen, "%s" STR_FMT ": " STR_FMT, i > 0 ? " / " : "",
                     STR_ARG(chunk[i].section), STR_ARG(chunk[i].text));
            assert_int_equal(chunk[i].ordinal, i);
            assert_int_equal(chunk[i].tokens, tokens_estimate(chunk[i].text));
        }
        if (count == 0)
            buf_add_text(&seen, "-");
        if (!str_is(t.field[3], buf_text(&seen)))
            fail_msg("line %d: %s", t.line, buf_text(&seen));
        buf_fini(&seen);
        arena_fini(&arena);
    }
    table_close(&t);
}

/* A document of random blocks with numbered words: each word must be in some chunk, in order. */
static size_t random_blocks(uint32_t *dice, struct block *block, struct arena *arena, int *words)
{
    size_t count = 0;

    *words = 0;
    while (count < BLOCKS) {
        struct buf text;
        int length;

        *dice = *dice * 1664525u + 1013904223u;
        block[count] = (struct block){ .kind = (enum block_kind)((*dice >> 16) % 5),
                                       .level = (int)(*dice >> 20) % 6 + 1,
                                       .page = (int)count / 5 + 1,
                                       .image = -1 };
        length = block[count].kind == BLOCK_HEADING ? 2 : (int)(*dice >> 8) % 60;
        buf_init(&text, 1 << 20);
        for (int i = 0; i < length; i++)
            buf_addf(&text, "w%d%s", (*words)++, i % 9 == 8 ? ". " : i % 23 == 22 ? "\n" : " ");
        block[count].text = (struct str){ arena_copy(arena, buf_str(&text)), text.len };
        buf_fini(&text);
        count++;
    }
    return count;
}

static void nothing_is_dropped_and_sizes_are_kept(void **state)
{
    uint32_t dice = 7;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct chunk_rule rule = { 20 + round, round % 12 };
        struct block block[BLOCKS];
        struct arena arena = { 0 };
        struct chunk *chunk;
        int words;
        size_t blocks = random_blocks(&dice, block, &arena, &words);
        size_t count = chunk_blocks(block, blocks, &rule, &arena, &chunk), at = 0;

        for (int w = 0; w < words; w++) {
            char word[16];
            size_t place;

            snprintf(word, sizeof(word), "w%d", w);
            while (at < count && !str_find(chunk[at].text, str_of(word), &place))
                at++;
            if (at == count)
                fail_msg("round %d lost %s", round, word);
        }
        for (size_t i = 0; i < count; i++) {
            assert_true(chunk[i].text.len > 0);
            assert_true(chunk[i].tokens <= 2 * rule.target_tokens + 16);
            assert_true(chunk[i].page_first >= 1 && chunk[i].page_first <= chunk[i].page_last);
        }
        arena_fini(&arena);
    }
}

static void the_first_image_of_a_chunk_is_kept(void **state)
{
    const struct block blocks[] = {
        { .kind = BLOCK_TEXT, .image = -1, .page = 1, .text = STR("before") },
        { .kind = BLOCK_IMAGE, .image = 4, .page = 2, .text = STR("a bar chart") },
        { .kind = BLOCK_IMAGE, .image = 5, .page = 3, .text = STR("a photo") },
        { .kind = BLOCK_HEADING, .level = 1, .image = -1, .page = 3, .text = STR("Next") },
        { .kind = BLOCK_TEXT, .image = -1, .page = 4, .text = STR("after") },
    };
    struct chunk_rule rule = { 512, 64 };
    struct arena arena = { 0 };
    struct chunk *chunk;

    (void)state;
    assert_int_equal(chunk_blocks(blocks, COUNT_OF(blocks), &rule, &arena, &chunk), 2);
    assert_int_equal(chunk[0].image, 4);
    assert_int_equal(chunk[0].page_first, 1);
    assert_int_equal(chunk[0].page_last, 3);
    assert_int_equal(chunk[1].image, -1);
    assert_int_equal(chunk[1].page_last, 4);
    assert_true(str_is(chunk[1].section, "Next"));
    arena_fini(&arena);
}

static void no_repeated_end_crosses_a_section(void **state)
{
    const struct block blocks[] = {
        { .kind = BLOCK_HEADING, .level = 2, .image = -1, .text = STR("One") },
        { .kind = BLOCK_TEXT, .image = -1, .text = STR("alpha beta gamma delta. epsilon zeta.") },
        { .kind = BLOCK_HEADING, .level = 2, .image = -1, .text = STR("Two") },
        { .kind = BLOCK_TEXT, .image = -1, .text = STR("eta") },
    };
    struct chunk_rule rule = { 10, 5 };
    struct arena arena = { 0 };
    struct chunk *chunk;
    size_t count, at;

    (void)state;
    count = chunk_blocks(blocks, COUNT_OF(blocks), &rule, &arena, &chunk);
    assert_true(count >= 2);
    assert_true(str_is(chunk[count - 1].section, "Two"));
    assert_false(str_find(chunk[count - 1].text, STR("zeta"), &at));
    arena_fini(&arena);
}

static void a_word_without_end_is_cut_all_the_same(void **state)
{
    static char word[100001];
    struct block block = { .kind = BLOCK_TEXT, .image = -1, .text = { word, 100000 } };
    struct chunk_rule rule = { 64, 8 };
    struct arena arena = { 0 };
    struct chunk *chunk;
    size_t count, sum = 0;

    (void)state;
    memset(word, 'x', 100000);
    count = chunk_blocks(&block, 1, &rule, &arena, &chunk);
    for (size_t i = 0; i < count; i++) {
        assert_true(chunk[i].tokens <= 64);
        sum += chunk[i].text.len;
    }
    assert_int_equal(sum, 100000);
    arena_fini(&arena);
}

static void tokens_are_guessed_by_the_kind_of_letters(void **state)
{
    static const struct {
        const char *text;
        int64_t tokens;
    } vectors[] = {
        { "", 0 },
        { "   ", 1 },
        { "word", 1 },
        { "one two three", 3 },
        { "internationalization", 4 },
        { "123456", 2 },
        { "Hello, world.", 4 },
        { "\n\n", 1 },
        { "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 3 },
        { "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82", 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        assert_int_equal(tokens_estimate(str_of(vectors[i].text)), vectors[i].tokens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_as_the_table_says),
        cmocka_unit_test(nothing_is_dropped_and_sizes_are_kept),
        cmocka_unit_test(the_first_image_of_a_chunk_is_kept),
        cmocka_unit_test(no_repeated_end_crosses_a_section),
        cmocka_unit_test(a_word_without_end_is_cut_all_the_same),
        cmocka_unit_test(tokens_are_guessed_by_the_kind_of_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
