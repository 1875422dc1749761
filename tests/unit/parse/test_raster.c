/* SPDX-License-Identifier: MIT */
/* Pixels: fitting keeps means, turning is what EXIF says, measures are exact. */
#include "parse/raster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static unsigned char *pixel(struct raster *r, int x, int y)
{
    return r->rgb + ((size_t)y * (size_t)r->width + (size_t)x) * 3;
}

/* Each pixel's red is its number. */
static struct raster numbered(int width, int height)
{
    struct raster r = raster_new(width, height);

    memset(r.rgb, 0, (size_t)width * (size_t)height * 3);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixel(&r, x, y)[0] = (unsigned char)(y * width + x);
    return r;
}

static void orientations_turn_as_exif_says(void **state)
{
    /* where the top left pixel (0) and its right neighbour (1) of a 3 x 2 picture are afterwards */
    static const struct {
        int orientation, width, x0, y0, x1, y1;
    } table[] = { { 1, 3, 0, 0, 1, 0 }, { 2, 3, 2, 0, 1, 0 }, { 3, 3, 2, 1, 1, 1 },
                  { 4, 3, 0, 1, 1, 1 }, { 5, 2, 0, 0, 0, 1 }, { 6, 2, 1, 0, 1, 1 },
                  { 7, 2, 1, 2, 1, 1 }, { 8, 2, 0, 2, 0, 1 }, { 9, 3, 0, 0, 1, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct raster r = numbered(3, 2);

        raster_turn(&r, table[i].orientation);
        assert_int_equal(r.width, table[i].width);
        assert_int_equal(pixel(&r, table[i].x0, table[i].y0)[0], 0);
        assert_int_equal(pixel(&r, table[i].x1, table[i].y1)[0], 1);
        raster_fini(&r);
    }
}

static void fitting_gives_the_mean_of_what_a_pixel_covers(void **state)
{
    struct raster r = raster_new(4, 2), half, third;

    (void)state;
    memset(r.rgb, 0, 24);
    for (int x = 0; x < 4; x++) {
        pixel(&r, x, 0)[1] = (unsigned char)(40 * x);
        pixel(&r, x, 1)[1] = (unsigned char)(40 * x + 20);
    }
    half = raster_fit(&r, 2);
    assert_int_equal(half.width, 2);
    assert_int_equal(half.height, 1);
    assert_int_equal(pixel(&half, 0, 0)[1], 30);
    assert_int_equal(pixel(&half, 1, 0)[1], 110);
    third = raster_fit(&r, 3); /* 4 pixels into 3: 1 1/3 each */
    assert_int_equal(third.width, 3);
    assert_int_equal(pixel(&third, 1, 0)[1], 60);
    raster_fini(&half);
    raster_fini(&third);
    raster_fini(&r);
}

static void fitting_keeps_flat_pictures_flat_and_never_enlarges(void **state)
{
    (void)state;
    for (int width = 1; width < 70; width += 3) {
        struct raster r = raster_new(width, 50), small;

        memset(r.rgb, 201, (size_t)width * 150);
        small = raster_fit(&r, 17);
        for (int i = 0; i < small.width * small.height * 3; i++)
            assert_int_equal(small.rgb[i], 201);
        assert_true(small.width >= 1 && small.width <= 17 && small.height <= 17);
        raster_fini(&small);
        small = raster_fit(&r, 1000);
        assert_int_equal(small.width, width);
        raster_fini(&small);
        raster_fini(&r);
    }
}

static void colors_are_counted_exactly_and_up_to_a_cap(void **state)
{
    struct raster r = numbered(20, 10);

    (void)state;
    assert_int_equal(raster_colors(&r, 4096), 200);
    assert_int_equal(raster_colors(&r, 16), 16);
    raster_fini(&r);
}

static void the_hash_knows_the_shape(void **state)
{
    struct raster a = numbered(6, 2), b = numbered(4, 3);
    struct hash x = raster_hash(&a), y = raster_hash(&b);

    (void)state;
    assert_memory_equal(a.rgb, b.rgb, 36);
    assert_false(hash_equal(&x, &y));
    raster_fini(&a);
    raster_fini(&b);
}

static void a_slope_gives_the_difference_hash_of_a_slope(void **state)
{
    struct raster r = raster_new(90, 80);

    (void)state;
    for (int y = 0; y < 80; y++)
        for (int x = 0; x < 90; x++)
            memset(pixel(&r, x, y), 2 * x, 3);
    assert_true(raster_dhash(&r) == UINT64_MAX); /* lighter to the right everywhere */
    raster_turn(&r, 2);
    assert_true(raster_dhash(&r) == 0);
    raster_fini(&r);
    r = raster_new(1, 1);
    memset(r.rgb, 9, 3);
    assert_true(raster_dhash(&r) == 0);
    raster_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orientations_turn_as_exif_says),
        cmocka_unit_test(fitting_gives_the_mean_of_what_a_pixel_covers),
        cmocka_unit_test(fitting_keeps_flat_pictures_flat_and_never_enlarges),
        cmocka_unit_test(colors_are_counted_exactly_and_up_to_a_cap),
        cmocka_unit_test(the_hash_knows_the_shape),
        cmocka_unit_test(a_slope_gives_the_difference_hash_of_a_slope),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
