/* SPDX-License-Identifier: MIT */
/* Wishes and letters, put down in order. */
#include "ui/kit/desk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TOAST_MS = 4000 };

void desk_open(struct desk *desk, const char *screen, const char *about)
{
    desk->wish = WISH_OPEN;
    text_keep(desk->wish_screen, sizeof desk->wish_screen, str_of(screen));
    text_keep(desk->wish_about, sizeof desk->wish_about, str_of(about));
}

void desk_tab(struct desk *desk, const char *screen, const char *about)
{
    desk_open(desk, screen, about);
    desk->wish = WISH_TAB;
}

void desk_back(struct desk *desk)
{
    desk->wish = WISH_BACK;
}

void desk_say(struct desk *desk, enum style style, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(desk->toast.text, sizeof desk->toast.text, fmt, args);
    va_end(args);
    desk->toast.style = style;
    desk->toast.until.ms = desk->now.ms + TOAST_MS;
}

void desk_send(struct desk *desk, const char *method, const char *about, const char *params,
               const char *done)
{
    if (desk->letters == LETTERS_MAX) {
        desk_say(desk, STYLE_OVER, "too many requests are waiting; try again");
        return;
    }
    struct letter *letter = &desk->letter[desk->letters++];

    *letter = (struct letter){ 0 };
    text_keep(letter->method, sizeof letter->method, str_of(method));
    text_keep(letter->about, sizeof letter->about, str_of(about));
    text_keep(letter->params, sizeof letter->params, str_of(params));
    text_keep(letter->done, sizeof letter->done, str_of(done));
    model_ask(desk->model, method, about);
}

void desk_id_params(const char *id, char *out, size_t size)
{
    int64_t number;

    if (!str_int(str_of(id), 0, JSON_COUNT_MAX, &number))
        number = 0;
    (void)snprintf(out, size, "{\"id\":%" PRId64 "}", number);
}

void desk_send_id(struct desk *desk, const char *method, const char *id, const char *done)
{
    char params[64];

    desk_id_params(id, params, sizeof params);
    desk_send(desk, method, id, params, done);
}

void desk_want(struct desk *desk, const char *method, const char *about, const char *params,
               int64_t fresh_ms)
{
    const struct answer *answer = model_answer_of(desk->model, method, about);

    if (answer != NULL && (answer->waiting || desk->now.ms - answer->at.ms < fresh_ms))
        return;
    if (desk->model->link == LINK_UP)
        desk_send(desk, method, about, params, "");
}

bool desk_shows(const struct desk *desk, const char *text)
{
    return desk->filter.len == 0 || strcasestr(text, desk->filter.text) != NULL;
}
