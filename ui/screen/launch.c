/* SPDX-License-Identifier: MIT */
/* A new job on one page: where the documents are, how images are described, what it may cost.
 * Nothing starts before its estimate has been seen. */
#include "base/json_out.h"
#include "ui/kit/key.h"
#include "ui/kit/screen.h"
#include "ui/screen/launch_estimate.h"
#include "ui/screen/order.h"
#include "ui/widget/pane.h"
#include "ui/widget/prompt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum part { PART_PATH, PART_NAME, PART_DESCRIBE, PART_CLASS, PART_CAP, PART_WINDOW, PARTS };

enum { CHOICES_MAX = 40 };

struct launch_state {
    enum part part;
    struct field path, name, cap, window;
    int describe, data_class;
    char form[PARAMS_SIZE]; /* as estimated; "" not yet */
    char completing[KEY_SIZE];
    int64_t started_ms; /* makes client_id: a repeated Ctrl-S starts one job */
    bool starting;
};

extern const struct screen screen_launch;

static const char *const classes[] = { "public", "internal", "confidential", "pii", "hipaa" };

/* The describers to choose from: the configured one, OCR, none, and every model seen. */
static int describers(const struct desk *desk, const char *out[CHOICES_MAX])
{
    int count = 0;

    out[count++] = "as configured";
    out[count++] = "ocr";
    out[count++] = "off";
    for (int i = 0; i < desk->model->models.count && count < CHOICES_MAX; i++)
        out[count++] = ((const struct use_row *)rows_at(&desk->model->models, i))->key;
    return count;
}

static void launch_enter(struct desk *desk, void *memory, const char *about)
{
    struct launch_state *state = memory;

    state->form[0] = '\0';
    state->starting = false;
    state->started_ms = desk->now.ms;
    state->part = PART_PATH;
    if (about[0] != '\0')
        field_set(&state->path, str_of(about));
    else if (state->path.len == 0 && desk->folder[0] != '\0') {
        field_set(&state->path, str_of(desk->folder));
        if (strcmp(desk->folder, "/") != 0)
            (void)field_key(&state->path, '/');
    }
}

/* What is typed as an absolute path: `~` and relative ones are resolved here. */
static void absolute(const struct desk *desk, const struct field *path, char *out, size_t size)
{
    struct str text = str_trim(str_of(path->text));

    if (str_starts(text, STR("~")) && (text.len == 1 || text.at[1] == '/') && desk->home[0] != '\0')
        (void)snprintf(out, size, "%s" STR_FMT, desk->home, STR_ARG(str_from(text, 1)));
    else if (text.len > 0 && text.at[0] != '/' && desk->folder[0] != '\0')
        (void)snprintf(out, size, "%s/" STR_FMT, desk->folder, STR_ARG(text));
    else
        text_keep(out, size, text);
}

static void form_params(const struct desk *desk, const struct launch_state *state, const char *cap,
                        bool start, char *out, size_t size)
{
    const char *describe[CHOICES_MAX];
    char path[FIELD_SIZE + TEXT_SIZE];
    struct buf params;
    int count = describers(desk, describe);
    int64_t window;

    absolute(desk, &state->path, path, sizeof path);
    buf_init(&params, PARAMS_SIZE - 1);
    struct json_out json = json_out(&params);

    json_put_object(&json, NULL);
    json_put_list(&json, "paths");
    json_put_cstr(&json, NULL, path);
    json_end(&json, ']');
    if (state->name.len > 0)
        json_put_cstr(&json, "name", state->name.text);
    if (state->describe > 0 && state->describe < count)
        json_put_cstr(&json, "describe", describe[state->describe]);
    json_put_cstr(&json, "class", classes[state->data_class]);
    if (str_int(str_of(state->window.text), 1, 20, &window))
        json_put_int(&json, "concurrency", window);
    if (cap[0] != '\0')
        json_put_cstr(&json, "cap", cap);
    if (start) {
        char id[64];

        (void)snprintf(id, sizeof id, "ui-%" PRId64, state->started_ms);
        json_put_cstr(&json, "client_id", id);
    }
    json_end(&json, '}');
    text_keep(out, size, buf_str(&params));
    buf_fini(&params);
}

static bool cap_fits(const struct launch_state *state)
{
    struct money cap;

    return state->cap.len == 0 || (money_read(str_of(state->cap.text), &cap) && cap.pico >= 0);
}

static const struct answer *estimate_of(const struct desk *desk, const struct launch_state *state)
{
    char about[KEY_SIZE];

    if (state->form[0] == '\0')
        return NULL;
    estimate_about(state->form, about, sizeof about);
    return model_answer_of(desk->model, "estimate", about);
}

static bool form_changed(const struct desk *desk, const struct launch_state *state)
{
    char now[PARAMS_SIZE];

    form_params(desk, state, state->cap.text, false, now, sizeof now);
    return strcmp(now, state->form) != 0;
}

static void estimate_ask(struct desk *desk, struct launch_state *state)
{
    char about[KEY_SIZE];

    if (str_trim(str_of(state->path.text)).len == 0) {
        desk_say(desk, STYLE_NEAR, "say where the documents are");
        return;
    }
    if (!cap_fits(state)) {
        state->part = PART_CAP;
        desk_say(desk, STYLE_NEAR, "the cap is an amount in USD such as 2.50");
        return;
    }
    form_params(desk, state, state->cap.text, false, state->form, sizeof state->form);
    estimate_about(state->form, about, sizeof about);
    desk_send(desk, "estimate", about, state->form, "");
}

static void job_start(struct desk *desk, struct launch_state *state, const struct json *estimate)
{
    char params[PARAMS_SIZE], cap[MONEY_TEXT] = "";

    if (state->cap.len > 0)
        text_keep(cap, sizeof cap, str_of(state->cap.text));
    else
        estimate_cap(estimate, cap);
    form_params(desk, state, cap, true, params, sizeof params);
    state->starting = true;
    desk_send(desk, "ingest", "", params, "the job has started");
}

/* Enter and Ctrl-S: first the estimate, then the start. */
static void go_on(struct desk *desk, struct launch_state *state)
{
    const struct answer *estimate = estimate_of(desk, state);

    if (desk->readonly)
        desk_say(desk, STYLE_NEAR, "read-only: this UI starts nothing");
    else if (state->starting)
        desk_say(desk, STYLE_NEAR, "it is being started");
    else if (form_changed(desk, state) || estimate == NULL ||
             (estimate->result == NULL && !estimate->waiting))
        estimate_ask(desk, state);
    else if (estimate->waiting)
        desk_say(desk, STYLE_NEAR, "the estimate is still being made");
    else
        job_start(desk, state, estimate->result);
}

static struct field *field_of(struct launch_state *state)
{
    switch (state->part) {
    case PART_PATH:
        return &state->path;
    case PART_NAME:
        return &state->name;
    case PART_CAP:
        return &state->cap;
    case PART_WINDOW:
        return &state->window;
    case PART_DESCRIBE:
    case PART_CLASS:
    case PARTS:
        return NULL;
    }
    return NULL;
}

static void choose(const struct desk *desk, struct launch_state *state, int by)
{
    const char *describe[CHOICES_MAX];
    int count = describers(desk, describe), classes_count = (int)COUNT_OF(classes);

    if (state->part == PART_DESCRIBE)
        state->describe = (state->describe + by + count) % count;
    else if (state->part == PART_CLASS)
        state->data_class = (state->data_class + by + classes_count) % classes_count;
}

static void part_step(struct launch_state *state, int by)
{
    state->part = (enum part)(((int)state->part + by + PARTS) % PARTS);
}

static void complete_ask(struct desk *desk, struct launch_state *state)
{
    char path[FIELD_SIZE + TEXT_SIZE];

    absolute(desk, &state->path, path, sizeof path);
    text_keep(state->completing, sizeof state->completing, str_of(path));
    if (strlen(path) >= sizeof state->completing || path[0] == '\0')
        part_step(state, 1);
    else
        desk_send(desk, "local.complete", state->completing, "{}", "");
}

static bool launch_key(struct desk *desk, void *memory, uint32_t key)
{
    struct launch_state *state = memory;
    struct field *field = field_of(state);

    switch (key) {
    case KEY_ESCAPE:
        desk_back(desk);
        return true;
    case KEY_RETURN:
    case '\n':
    case 19: /* Ctrl-S */
        go_on(desk, state);
        return true;
    case KEY_TABULATOR:
        if (state->part == PART_PATH)
            complete_ask(desk, state);
        else
            part_step(state, 1);
        return true;
    case KEY_ARROW_DOWN:
        part_step(state, 1);
        return true;
    case KEY_BACK_TAB:
    case KEY_ARROW_UP:
        part_step(state, -1);
        return true;
    default:
        break;
    }
    if (field != NULL)
        return field_key(field, key);
    if (key == KEY_ARROW_LEFT || key == KEY_ARROW_RIGHT || key == ' ' || key == '<' || key == '>') {
        choose(desk, state, key == KEY_ARROW_LEFT || key == '<' ? -1 : 1);
        return true;
    }
    return false;
}

/* The completion replaces what is typed when it says more; else Tab has gone as far as it can. */
static void completed(struct desk *desk, struct launch_state *state)
{
    const struct answer *answer = model_answer_of(desk->model, "local.complete", state->completing);
    const struct json *result = answer == NULL ? NULL : answer->result;
    struct str common = json_str(json_get(result, "common"));

    if (result == NULL)
        return;
    if (common.len > strlen(state->completing))
        field_set(&state->path, common);
    else if (json_length(json_get(result, "entries")) <= 1)
        part_step(state, 1);
}

static void launch_answered(struct desk *desk, void *memory, const char *method, const char *about)
{
    struct launch_state *state = memory;
    const struct answer *answer = model_answer_of(desk->model, method, about);
    char id[KEY_SIZE];

    if (strcmp(method, "local.complete") == 0)
        completed(desk, state);
    if (strcmp(method, "ingest") != 0 || answer == NULL)
        return;
    state->starting = false;
    if (answer->err.code != ERR_NONE || answer->result == NULL)
        return;
    fact_text(answer->result, "job_id", id, sizeof id);
    field_set(&state->name, STR(""));
    desk_tab(desk, "jobs", id);
}

static void label(struct canvas *to, struct rect line, const char *text, bool focus)
{
    canvas_text(to, line.x + 1, line.y, 11, focus ? STYLE_NAME : STYLE_LABEL, "%s %s",
                focus ? ">" : " ", text);
}

static void text_line(struct canvas *to, struct rect line, const char *name,
                      const struct field *field, int width, bool focus, const char *hint)
{
    if (rect_empty(line))
        return;
    label(to, line, name, focus);
    struct rect box = { line.x + 13, line.y, width, 1 };

    prompt_draw(to, rect_inside(box, line), field, focus);
    canvas_text(to, box.x + box.w + 2, line.y, line.w - box.w - 15, STYLE_LABEL, "%s", hint);
}

static void choice_line(struct canvas *to, struct rect line, const char *name, const char *value,
                        bool focus, const char *hint)
{
    if (rect_empty(line))
        return;
    label(to, line, name, focus);
    int x = line.x + 13;

    x += canvas_text(to, x, line.y, 44, focus ? STYLE_FIELD_ON : STYLE_FIELD, "< %s >", value);
    canvas_text(to, x + 2, line.y, line.x + line.w - x - 2, STYLE_LABEL, "%s", hint);
}

/* What the folder holds that fits, in a line below the path. */
static void entries_line(const struct desk *desk, const struct launch_state *state,
                         struct canvas *to, struct rect line)
{
    const struct answer *answer = model_answer_of(desk->model, "local.complete", state->completing);
    const struct json *entry =
        json_first(json_get(answer == NULL ? NULL : answer->result, "entries"));
    int x = line.x + 13;

    if (rect_empty(line) || state->part != PART_PATH)
        return;
    if (entry == NULL)
        canvas_text(to, x, line.y, line.x + line.w - x, STYLE_LABEL, "%s",
                    desk->remote ? "a path on the other machine" : "Tab completes");
    for (; entry != NULL && x < line.x + line.w - 2; entry = json_behind(entry)) {
        char name[NAME_SIZE];

        text_keep(name, sizeof name, json_str(entry));
        x += canvas_text(to, x, line.y, line.x + line.w - x, STYLE_PLAIN, "%s", name) + 2;
    }
}

static void form_draw(const struct desk *desk, struct launch_state *state, struct canvas *to,
                      struct rect *area)
{
    const char *describe[CHOICES_MAX];
    int count = describers(desk, describe);
    int wide = area->w - 20 < 20 ? 20 : area->w - 20;

    pane_rule(to, area, state->part == PART_PATH, "1 Source", "");
    text_line(to, rect_top(area, 1), "Path", &state->path, wide, state->part == PART_PATH, "");
    entries_line(desk, state, to, rect_top(area, 1));
    text_line(to, rect_top(area, 1), "Name", &state->name, 32, state->part == PART_NAME,
              "made from the path when empty");
    pane_rule(to, area, state->part > PART_NAME, "2 How", "");
    choice_line(to, rect_top(area, 1), "Describe",
                describe[state->describe < count ? state->describe : 0],
                state->part == PART_DESCRIBE, "images: a vision model, OCR, or not at all");
    choice_line(to, rect_top(area, 1), "Class", classes[state->data_class],
                state->part == PART_CLASS, "confidential and above stay on local providers");
    text_line(to, rect_top(area, 1), "Cap USD", &state->cap, 10, state->part == PART_CAP,
              "the job pauses there; empty: the estimate's high");
    text_line(to, rect_top(area, 1), "At once", &state->window, 10, state->part == PART_WINDOW,
              "calls in parallel, 1 to 20; empty: 5");
}

static void launch_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct launch_state *state = memory;
    const struct answer *estimate = estimate_of(desk, state);
    struct rect keys = { 0 };

    form_draw(desk, state, to, &area);
    if (area.h > 3)
        keys = rect_bottom(&area, 1);
    bool ready = estimate != NULL && !estimate->waiting && estimate->result != NULL &&
                 !form_changed(desk, state);

    pane_rule(to, &area, false, "3 Estimate", ready ? "made just now, nothing was paid" : "");
    estimate_draw(desk, to, area, estimate, form_changed(desk, state));
    if (rect_empty(keys))
        return;
    canvas_text(to, keys.x + 1, keys.y, keys.w - 1, ready ? STYLE_BUTTON_ON : STYLE_KEY, "%s",
                state->starting ? " starting ..."
                : ready         ? " Ctrl-S or Enter: start the job "
                        : "Enter estimates, free   Tab completes, next   Left Right choose");
}

const struct screen screen_launch = {
    .name = "launch",
    .title = "New job",
    .brief = "New job",
    .state_size = sizeof(struct launch_state),
    .hints = { REQUEST_START },
    .enter = launch_enter,
    .draw = launch_draw,
    .key = launch_key,
    .answered = launch_answered,
};
