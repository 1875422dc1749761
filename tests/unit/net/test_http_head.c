/* SPDX-License-Identifier: MIT */
/* Heads of answers, honest and not. */
#include "net/http_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void add(struct http_head *head, const char *line)
{
    struct err err = { 0 };

    assert_true(http_head_add(head, str_of(line), &err));
}

static void values_are_found_by_name_whatever_its_case(void **state)
{
    struct http_head head;

    (void)state;
    http_head_init(&head);
    add(&head, "HTTP/1.1 200 OK\r\n");
    add(&head, "Content-Type:  text/plain \r\n");
    add(&head, "X-Empty:\r\n");
    add(&head, "X-Two: a:b\r\n");
    add(&head, "x-two: second\r\n");
    add(&head, "no colon here\r\n");
    add(&head, "\r\n");
    assert_int_equal(head.status, 200);
    assert_string_equal(http_head_get(&head, "content-TYPE"), "text/plain");
    assert_string_equal(http_head_get(&head, "X-Empty"), "");
    assert_string_equal(http_head_get(&head, "X-Two"), "a:b");
    assert_string_equal(http_head_get(&head, "absent"), "");
    http_head_fini(&head);
}

static void a_status_line_begins_anew(void **state)
{
    struct http_head head;

    (void)state;
    http_head_init(&head);
    add(&head, "HTTP/1.1 103 Early Hints");
    add(&head, "Link: x");
    add(&head, "");
    add(&head, "HTTP/2 404 ");
    assert_int_equal(head.status, 404);
    assert_string_equal(http_head_get(&head, "Link"), "");
    assert_true(head.taken > 30); /* both count towards the limit */
    http_head_clear(&head);
    assert_int_equal(head.status, 0);
    add(&head, "HTTP/1.1 xyz");
    assert_int_equal(head.status, 0);
    http_head_fini(&head);
}

static void two_lengths_are_a_lie(void **state)
{
    struct http_head head;
    struct err err = { 0 };

    (void)state;
    http_head_init(&head);
    add(&head, "HTTP/1.1 200 OK");
    assert_true(http_head_is_honest(&head, &err));
    add(&head, "Content-Length: 1");
    assert_true(http_head_is_honest(&head, &err));
    add(&head, "content-length: 1");
    assert_false(http_head_is_honest(&head, &err));
    assert_int_equal(err.code, ERR_PROTOCOL);
    add(&head, "HTTP/1.1 200 OK");
    add(&head, "Transfer-Encoding: chunked");
    assert_true(http_head_is_honest(&head, &err));
    add(&head, "Content-Length: 1");
    assert_false(http_head_is_honest(&head, &err));
    http_head_fini(&head);
}

static void a_head_has_a_limit(void **state)
{
    struct http_head head;
    struct err err = { 0 };
    int lines = 0;

    (void)state;
    http_head_init(&head);
    while (http_head_add(&head, STR("X: 0123456789012345678901234567890123456789"), &err))
        lines++;
    assert_int_equal(err.code, ERR_LIMIT);
    assert_in_range(lines, 7000, 7200);
    http_head_fini(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_name_whatever_its_case),
        cmocka_unit_test(a_status_line_begins_anew),
        cmocka_unit_test(two_lengths_are_a_lie),
        cmocka_unit_test(a_head_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
