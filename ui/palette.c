/* SPDX-License-Identifier: MIT */
/* palette.def, walked: narrowing, completing, running. */
#include "ui/palette.h"

#include "base/json_in.h"
#include "base/json_out.h"
#include "ui/kit/request.h"
#include "ui/widget/box.h"
#include "ui/widget/menu.h"
#include "ui/widget/prompt.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct command {
    const char *words, *help;
    enum request request;
    const char *method, *screen;
};

static const struct command commands[] = {
#define COMMAND(words, help, request, method, screen)                                              \
    { words, help, REQUEST_##request, method, screen },
#include "ui/palette.def"
#undef COMMAND
};
enum { COMMANDS = sizeof commands / sizeof commands[0], WORDS_MAX = 8 };

static bool is_place(struct str word)
{
    return word.len > 0 && word.at[0] >= 'A' && word.at[0] <= 'Z';
}

static int split(struct str line, struct str word[WORDS_MAX])
{
    int count = 0;

    line = str_trim(line);
    while (line.len > 0 && count < WORDS_MAX) {
        word[count] = str_cut(&line, ' ');
        if (word[count].len > 0)
            count++;
    }
    return count;
}

/* How many of the typed words fit the command's; -1: one does not. A last one may be unfinished. */
static bool fits(const struct command *command, struct str typed)
{
    struct str word[WORDS_MAX], pattern[WORDS_MAX];
    int have = split(typed, word), want = split(str_of(command->words), pattern);

    for (int i = 0; i < have; i++) {
        if (i >= want)
            return i > 0 && is_place(pattern[want - 1]);
        if (is_place(pattern[i]))
            continue;
        if (!(i == have - 1 ? str_starts(pattern[i], word[i]) : str_equal(pattern[i], word[i])))
            return i == 0 && have == 1 && strcasestr(command->words, typed.at) != NULL;
    }
    return true;
}

static int matches(const struct field *line, const struct command *out[COMMANDS])
{
    int count = 0;

    for (int i = 0; i < COMMANDS; i++) {
        if (fits(&commands[i], str_of(line->text)))
            out[count++] = &commands[i];
    }
    return count;
}

void palette_draw(struct canvas *to, struct rect area, struct list *list, const struct field *line)
{
    const struct command *match[COMMANDS];
    struct choice choice[COMMANDS];
    char key[COMMANDS][16];
    int count = matches(line, match);
    struct rect in = box_draw(to, area, 66, count + 4 > 14 ? 14 : count + 4, ":",
                              "Tab complete  Enter run  Esc close");

    for (int i = 0; i < count; i++) {
        key[i][0] = '\0';
        if (match[i]->request != REQUEST_NONE)
            (void)request_key(match[i]->request, key[i]);
        choice[i] = (struct choice){ match[i]->words, match[i]->help, key[i] };
    }
    struct rect first = rect_top(&in, 1);

    canvas_text(to, first.x, first.y, 1, STYLE_KEY, ":");
    prompt_draw(to, (struct rect){ first.x + 1, first.y, first.w - 1, first.h }, line, true);
    menu_draw(to, in, list, choice, count);
}

void palette_complete(struct list *list, struct field *line)
{
    const struct command *match[COMMANDS];
    int count = matches(line, match);
    struct str pattern[WORDS_MAX];
    struct buf text;

    if (count == 0)
        return;
    int words = split(str_of(match[list->at < count ? list->at : 0]->words), pattern);

    buf_init(&text, FIELD_SIZE);
    for (int i = 0; i < words && !is_place(pattern[i]); i++)
        (void)buf_addf(&text, STR_FMT " ", STR_ARG(pattern[i]));
    if (text.len > line->len)
        field_set(line, words == 1 ? str_trim(buf_str(&text)) : buf_str(&text));
    buf_fini(&text);
}

/* budget.set is the only one with two things to say. */
static void params_of(const struct command *command, const struct str *value, int values,
                      struct buf *params)
{
    struct json_out out = json_out(params);
    bool named = strncmp(command->method, "jobs.", 5) != 0;

    int64_t id;

    json_put_object(&out, NULL);
    if (values > 0 && named)
        json_put_text(&out, "name", value[0]);
    else if (values > 0)
        json_put_int(&out, "id", str_int(value[0], 0, JSON_COUNT_MAX, &id) ? id : 0);
    if (values > 1)
        json_put_text(&out, "limit", value[1]);
    json_end(&out, '}');
}

static void act(struct desk *desk, const struct command *command, const struct str *value,
                int values)
{
    char about[KEY_SIZE] = "", done[TEXT_SIZE];
    struct buf params;

    if (values > 0)
        text_keep(about, sizeof about, value[0]);
    if (command->screen[0] != '\0') {
        desk_open(desk, command->screen, about);
        return;
    }
    if (strcmp(command->method, "quit") == 0) {
        desk->wish = WISH_QUIT;
        return;
    }
    if (desk->readonly) {
        desk_say(desk, STYLE_NEAR, "read-only: this UI changes nothing");
        return;
    }
    buf_init(&params, PARAMS_SIZE - 1);
    params_of(command, value, values, &params);
    (void)snprintf(done, sizeof done, "%s: done", command->words);
    if (strcmp(command->method, "jobs.cancel") == 0 ||
        strcmp(command->method, "budget.remove") == 0) {
        struct question *q = &desk->question;

        *q = (struct question){ .open = true };
        (void)snprintf(q->title, sizeof q->title, "%.60s %.20s?",
                       command->method[0] == 'j' ? "Cancel job" : "Remove budget", about);
        text_keep(q->act, sizeof q->act,
                  command->method[0] == 'j' ? STR("Cancel it") : STR("Remove it"));
        text_keep(q->keep, sizeof q->keep, STR("Keep it"));
        text_keep(q->line[0], sizeof q->line[0], STR("What is done so far is kept."));
        text_keep(q->letter.method, sizeof q->letter.method, str_of(command->method));
        text_keep(q->letter.about, sizeof q->letter.about, str_of(about));
        text_keep(q->letter.params, sizeof q->letter.params, buf_str(&params));
    } else {
        desk_send(desk, command->method, about, buf_text(&params), done);
    }
    buf_fini(&params);
}

/* The values typed where the command has places; false: one is missing. */
static bool values_of(const struct command *command, struct str typed, struct str *value,
                      int *values)
{
    struct str word[WORDS_MAX], pattern[WORDS_MAX];
    int have = split(typed, word), want = split(str_of(command->words), pattern);

    *values = 0;
    for (int i = 0; i < want; i++) {
        if (!is_place(pattern[i]))
            continue;
        if (i >= have)
            return false;
        if (i == want - 1) /* a path may hold blanks: the last place takes the rest */
            word[i].len = (size_t)(typed.at + typed.len - word[i].at);
        value[(*values)++] = str_trim(word[i]);
    }
    return true;
}

bool palette_run(struct desk *desk, struct list *list, struct field *line)
{
    const struct command *match[COMMANDS];
    struct str value[WORDS_MAX];
    int count = matches(line, match), values;

    if (count == 0) {
        desk_say(desk, STYLE_NEAR, "no such command: %s", line->text);
        return true;
    }
    const struct command *command = match[list->at < count ? list->at : 0];

    if (!values_of(command, str_of(line->text), value, &values)) {
        palette_complete(list, line);
        return false;
    }
    act(desk, command, value, values);
    return true;
}
