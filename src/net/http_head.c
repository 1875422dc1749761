/* SPDX-License-Identifier: MIT */
/* Lines of a head as they come, kept as name and value until the next head begins. */
#include "net/http_head.h"

#include <string.h>
#include <strings.h>

void http_head_init(struct http_head *head)
{
    *head = (struct http_head){ 0 };
    buf_init(&head->lines, (size_t)HTTP_HEAD_MAX * 2);
}

void http_head_fini(struct http_head *head)
{
    buf_fini(&head->lines);
}

void http_head_clear(struct http_head *head)
{
    head->status = 0;
    head->taken = 0;
    buf_clear(&head->lines);
}

/* "HTTP/1.1 200 OK" or "HTTP/2 200": the three digits behind the first space; 0 when there are
 * none. */
static int status_of(struct str line)
{
    int64_t status = 0;

    str_cut(&line, ' ');
    if (!str_int(str_first(str_trim(line), 3), 100, 999, &status))
        return 0;
    return (int)status;
}

bool http_head_add(struct http_head *head, struct str line, struct err *err)
{
    struct str name;

    head->taken += line.len;
    if (head->taken > HTTP_HEAD_MAX)
        return err_set(err, ERR_LIMIT, "the head of the answer is above %d KiB",
                       HTTP_HEAD_MAX >> 10);
    line = str_trim(line);
    if (str_starts(line, STR("HTTP/"))) {
        buf_clear(&head->lines);
        head->status = status_of(line);
        return true;
    }
    if (line.len == 0)
        return true;
    name = str_trim(str_cut(&line, ':'));
    buf_add_str(&head->lines, name);
    buf_add_char(&head->lines, '\0');
    buf_add_str(&head->lines, str_trim(line));
    buf_add_char(&head->lines, '\0');
    return true;
}

/* Walks the lines: the value of the next header called `name` behind *at; NULL when there is none.
 */
static const char *next_value(const struct http_head *head, const char *name, size_t *at)
{
    while (*at < head->lines.len) {
        const char *key = head->lines.at + *at, *value = key + strlen(key) + 1;

        *at += (size_t)(value - key) + strlen(value) + 1;
        if (strcasecmp(key, name) == 0)
            return value;
    }
    return NULL;
}

const char *http_head_get(const struct http_head *head, const char *name)
{
    size_t at = 0;
    const char *value = next_value(head, name, &at);

    return value == NULL ? "" : value;
}

bool http_head_is_honest(const struct http_head *head, struct err *err)
{
    size_t at = 0;
    const char *length = next_value(head, "Content-Length", &at);

    if (length != NULL && next_value(head, "Content-Length", &at) != NULL)
        return err_set(err, ERR_PROTOCOL, "the answer states two lengths");
    if (length != NULL && http_head_get(head, "Transfer-Encoding")[0] != '\0')
        return err_set(err, ERR_PROTOCOL, "the answer states a length beside its chunks");
    return true;
}
