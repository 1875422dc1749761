/* SPDX-License-Identifier: MIT */
/* What a screen works with: the model, the hour, its wishes (another screen, a question, a line to
 * the user) and its letters to the daemon. The shell looks at the desk after every key and carries
 * out what lies on it; a screen itself reaches nobody. */
#ifndef UI_KIT_DESK_H
#define UI_KIT_DESK_H

#include "base/compiler.h"
#include "ui/kit/canvas.h"
#include "ui/kit/field.h"
#include "ui/kit/figure.h"
#include "ui/kit/model.h"

#include <stdbool.h>

enum { LETTERS_MAX = 16, PARAMS_SIZE = 4096, ASK_LINES = 4 };

/* A request to the daemon: method, params as JSON text, and what it is about (model_answer_of). */
struct letter {
    char method[WORD_SIZE], about[KEY_SIZE], params[PARAMS_SIZE];
    char done[TEXT_SIZE]; /* what a toast says when it went well; "" says nothing */
};

enum wish { WISH_NOTHING, WISH_OPEN, WISH_TAB, WISH_BACK, WISH_QUIT };

/* A question before what cannot be taken back: the safe answer has the focus. */
struct question {
    bool open, yes; /* yes: the focus is on the act */
    char title[NAME_SIZE], line[ASK_LINES][TEXT_SIZE], act[WORD_SIZE], keep[WORD_SIZE];
    struct letter letter; /* sent on yes */
};

struct toast {
    char text[TEXT_SIZE];
    enum style style;
    struct utc until; /* .ms 0: none */
};

struct screen;

struct desk {
    struct model *model;        /* borrowed */
    const struct screen *under; /* the screen that help was asked on */
    struct utc now;
    bool readonly;
    bool remote;                             /* paths are another machine's */
    char host[NAME_SIZE];                    /* of -H; "" here */
    char home[TEXT_SIZE], folder[TEXT_SIZE]; /* of the user, for paths; "" when remote */
    struct field filter;                     /* of the screen on top */

    enum wish wish;
    char wish_screen[WORD_SIZE], wish_about[KEY_SIZE];
    struct letter letter[LETTERS_MAX];
    int letters;
    struct question question;
    struct toast toast;
};

/* A screen on top of this one, about a row's key or "". */
void desk_open(struct desk *desk, const char *screen, const char *about);
void desk_tab(struct desk *desk, const char *screen, const char *about); /* nothing stays below */
void desk_back(struct desk *desk);
void desk_say(struct desk *desk, enum style style, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts a letter into the tray and notes in the model that it is waited for. */
void desk_send(struct desk *desk, const char *method, const char *about, const char *params,
               const char *done);
void desk_id_params(const char *id, char *out, size_t size); /* {"id":41} */
void desk_send_id(struct desk *desk, const char *method, const char *id, const char *done);
/* Sends unless it is on its way, or the answer is younger than `fresh_ms`. */
void desk_want(struct desk *desk, const char *method, const char *about, const char *params,
               int64_t fresh_ms);
bool desk_shows(const struct desk *desk, const char *text); /* the filter lets it through */

#endif
