/* SPDX-License-Identifier: MIT */
/* Hosts by their letters alone. */
#include "base/url.h"

#include "base/compiler.h"

static bool host_ends(struct str behind)
{
    return behind.len == 0 || behind.at[0] == ':' || behind.at[0] == '/';
}

static struct str behind_numbers(struct str s)
{
    while (s.len > 0 && ((s.at[0] >= '0' && s.at[0] <= '9') || s.at[0] == '.'))
        s = str_from(s, 1);
    return s;
}

bool url_is_loopback(struct str url)
{
    static const char *const hosts[] = { "localhost", "[::1]" };
    size_t at;

    if (str_find(url, STR("://"), &at))
        url = str_from(url, at + 3);
    if (str_starts(url, STR("127.")))
        return host_ends(behind_numbers(url));
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        if (str_starts(url, str_of(hosts[i])))
            return host_ends(str_from(url, str_of(hosts[i]).len));
    return false;
}
