/* SPDX-License-Identifier: MIT */
/* Which URLs mean this machine. */
#include "base/compiler.h"
#include "base/url.h"

#include "test.h"

static void a_url_is_loopback_by_its_whole_host(void **state)
{
    static const struct {
        const char *url;
        bool loopback;
    } vectors[] = {
        { "http://127.0.0.1:11434", true },
        { "http://127.0.0.2/v1", true },
        { "https://localhost", true },
        { "localhost:8080", true },
        { "http://[::1]:9/", true },
        { "", false },
        { "http://127.example.org", false },
        { "http://127.0.0.1.example.org:80", false },
        { "http://localhost.example.org", false },
        { "http://localhost@example.org", false },
        { "http://[::1].example.org", false },
        { "http://10.0.0.1", false },
        { "https://api.openai.com/v1", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        assert_int_equal(url_is_loopback(str_of(vectors[i].url)), vectors[i].loopback);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_url_is_loopback_by_its_whole_host) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
