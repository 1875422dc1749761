/* SPDX-License-Identifier: MIT */
/* The vectors of the seed (section 13), its reason strings, and repetition inside a document. */
#include "core/image_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char *reason_of(int64_t width, int64_t height, int64_t colors)
{
    static char reason[IMAGE_REASON];
    struct image_rule rule = image_rule_default();
    struct image_facts facts = { .width = width, .height = height, .colors = colors };

    image_rule_passes(&rule, &facts, reason);
    return reason;
}

static void the_vectors_of_the_seed_hold(void **state)
{
    (void)state;
    assert_string_equal(reason_of(100, 100, 16), "valid");
    assert_string_equal(reason_of(99, 100, 16), "too_small: 99x100 < 100px");
    assert_string_equal(reason_of(1000, 100, 16), "valid");
    assert_string_equal(reason_of(1001, 100, 16), "aspect_ratio_too_high: 10.01 > 10.0");
    assert_string_equal(reason_of(100, 1000, 16), "valid");
    assert_string_equal(reason_of(100, 1001, 16), "aspect_ratio_too_low: 0.10 < 0.1");
    assert_string_equal(reason_of(400, 300, 15), "too_few_colors: 15 < 16");
}

static void the_first_failure_names_the_reason(void **state)
{
    (void)state;
    assert_string_equal(reason_of(1, 400, 1), "too_small: 1x400 < 100px");
    assert_string_equal(reason_of(100, 2000, 1), "aspect_ratio_too_low: 0.05 < 0.1");
    assert_string_equal(reason_of(5000, 100, 1), "aspect_ratio_too_high: 50.00 > 10.0");
    assert_string_equal(reason_of(0, 0, 100), "too_small: 0x0 < 100px");
    assert_string_equal(reason_of(INT64_MAX, INT64_MIN, 100), "too_small: 1000000000x0 < 100px");
}

static void limits_are_shown_as_people_write_them(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts = { .width = 200, .height = 1000, .colors = 99 };
    char reason[IMAGE_REASON];

    (void)state;
    rule.min_ratio_milli = 250;
    assert_false(image_rule_passes(&rule, &facts, reason));
    assert_string_equal(reason, "aspect_ratio_too_low: 0.20 < 0.25");
    rule.min_ratio_milli = 1000;
    assert_false(image_rule_passes(&rule, &facts, reason));
    assert_string_equal(reason, "aspect_ratio_too_low: 0.20 < 1.0");
}

static struct image_facts good(unsigned char pixels, uint64_t dhash, int64_t page)
{
    struct image_facts facts = {
        .width = 640, .height = 480, .colors = 4096, .page = page, .dhash = dhash
    };

    facts.pixels.byte[0] = pixels;
    return facts;
}

static void the_same_image_on_three_pages_is_a_decoration(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts[] = { good(1, 0xff, 1), good(2, 0xf0f0, 1), good(1, 0xff, 2),
                                   good(1, 0xff, 3) };
    struct image_verdict v[4];

    (void)state;
    image_rule_judge(&rule, facts, 4, v);
    assert_string_equal(v[0].reason, "decoration: same image on 3 pages");
    assert_int_equal(v[0].fate, IMAGE_FILTERED);
    assert_int_equal(v[1].fate, IMAGE_DESCRIBE);
    assert_string_equal(v[1].reason, "valid");
    assert_string_equal(v[3].reason, "decoration: same image on 3 pages");
}

static void three_copies_on_two_pages_are_duplicates(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts[] = { good(1, 0xff, 1), good(1, 0xff, 1), good(1, 0xff, 2) };
    struct image_verdict v[3];

    (void)state;
    image_rule_judge(&rule, facts, 3, v);
    assert_int_equal(v[0].fate, IMAGE_DESCRIBE);
    assert_int_equal(v[1].fate, IMAGE_DUPLICATE);
    assert_int_equal(v[2].same_as, 0);
    assert_string_equal(v[2].reason, "duplicate: same pixels as image 1");
}

static void copies_without_pages_are_never_decorations(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts[] = { good(1, 1, 0), good(1, 1, 0), good(1, 1, 0), good(1, 1, 0) };
    struct image_verdict v[4];

    (void)state;
    image_rule_judge(&rule, facts, 4, v);
    assert_int_equal(v[0].fate, IMAGE_DESCRIBE);
    assert_int_equal(v[3].fate, IMAGE_DUPLICATE);
}

static void nearly_the_same_shares_a_description(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts[] = { good(1, 0x0f0, 1), good(2, 0x0f7, 2), good(3, 0x0ff, 3),
                                   good(2, 0x0f7, 4) };
    struct image_verdict v[4];

    (void)state;
    image_rule_judge(&rule, facts, 4, v);
    assert_string_equal(v[1].reason, "duplicate: nearly the same as image 1 (distance 3)");
    assert_int_equal(v[2].fate, IMAGE_DESCRIBE); /* distance 4 */
    assert_int_equal(v[3].fate, IMAGE_DUPLICATE);
    assert_int_equal(v[3].same_as, 0); /* a copy of a near duplicate: the described one */
    rule.near_distance = -1;
    image_rule_judge(&rule, facts, 4, v);
    assert_int_equal(v[1].fate, IMAGE_DESCRIBE);
}

static void scanned_pages_look_alike_and_are_all_kept(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts[] = { good(1, 7, 1), good(2, 7, 2), good(3, 7, 3) };
    struct image_verdict v[3];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        facts[i].scanned_page = true;
    facts[2].colors = 2; /* black on white */
    image_rule_judge(&rule, facts, 3, v);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(v[i].fate, IMAGE_DESCRIBE);
}

static void what_is_filtered_already_keeps_its_first_reason(void **state)
{
    struct image_rule rule = image_rule_default();
    struct image_facts facts[] = { good(1, 1, 1), good(1, 1, 2), good(1, 1, 3) };
    struct image_verdict v[3];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        facts[i].width = 32;
    image_rule_judge(&rule, facts, 3, v);
    assert_string_equal(v[2].reason, "too_small: 32x480 < 100px");
    image_rule_judge(&rule, facts, 0, v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_seed_hold),
        cmocka_unit_test(the_first_failure_names_the_reason),
        cmocka_unit_test(limits_are_shown_as_people_write_them),
        cmocka_unit_test(the_same_image_on_three_pages_is_a_decoration),
        cmocka_unit_test(three_copies_on_two_pages_are_duplicates),
        cmocka_unit_test(copies_without_pages_are_never_decorations),
        cmocka_unit_test(nearly_the_same_shares_a_description),
        cmocka_unit_test(scanned_pages_look_alike_and_are_all_kept),
        cmocka_unit_test(what_is_filtered_already_keeps_its_first_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
