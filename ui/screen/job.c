/* SPDX-License-Identifier: MIT */
/* One job: what it did, and its parts: stages, documents, images, failures. */
#include "ui/kit/screen.h"
#include "ui/screen/job_parts.h"
#include "ui/screen/words.h"
#include "ui/widget/pane.h"

#include <stdio.h>
#include <string.h>

enum { PART_DOCUMENTS, PART_IMAGES, PART_FAILURES, PART_STAGES, PARTS };

struct job_state {
    char id[KEY_SIZE];
    int part;
    struct list list[PARTS];
};

extern const struct screen screen_job;

static void job_enter(struct desk *desk, void *memory, const char *about)
{
    struct job_state *state = memory;

    UNUSED(desk);
    if (strcmp(state->id, about) != 0) {
        *state = (struct job_state){ 0 };
        text_keep(state->id, sizeof state->id, str_of(about));
    }
}

static void parts_rule(struct canvas *to, struct rect *area, const struct job_state *state)
{
    static const char *const names[PARTS] = { "Documents", "Images", "Failures", "Stages" };
    struct rect rule = *area;
    int x = rule.x + 1;

    pane_rule(to, area, true, "", "Tab next part");
    for (int i = 0; i < PARTS; i++)
        x += canvas_text(to, x, rule.y, rule.x + rule.w - x,
                         i == state->part ? STYLE_TAB_ON : STYLE_LABEL,
                         i == state->part ? "[%s]" : " %s ", names[i]);
}

static void part_draw(struct desk *desk, struct job_state *state, struct canvas *to,
                      struct rect area, const struct json *detail)
{
    struct list *list = &state->list[state->part];

    switch (state->part) {
    case PART_DOCUMENTS:
        job_documents_draw(desk, to, area, list, detail, true);
        break;
    case PART_IMAGES:
        job_images_draw(desk, to, area, list, detail, true);
        break;
    case PART_FAILURES:
        job_failures_draw(desk, to, area, list, detail, true);
        break;
    default:
        (void)job_stages_draw(to, area, detail);
        break;
    }
}

/* The description or the reason of the image under the cursor, in full. */
static void image_draw(struct desk *desk, const struct job_state *state, struct canvas *to,
                       struct rect area, const struct json *detail)
{
    const struct json *image =
        json_item(json_get(detail, "images_list"), state->list[PART_IMAGES].at);
    char text[1024];

    UNUSED(desk);
    fact_text(image, "description", text, sizeof text);
    if (text[0] == '\0')
        fact_text(image, "reason", text, sizeof text);
    pane_rule(to, &area, false, "Image", "");
    struct str rest = str_of(text);

    for (int y = area.y; y < area.y + area.h && rest.len > 0; y++) {
        size_t len = rest.len, room = area.w > 3 ? (size_t)area.w - 3 : 1;

        if (len > room) {
            len = room;
            while (len > 1 && rest.at[len] != ' ')
                len--;
            if (len <= 1)
                len = room;
            while (len < rest.len && ((unsigned char)rest.at[len] & 0xC0) == 0x80)
                len++;
        }
        canvas_str(to, area.x + 2, y, area.w - 2, STYLE_PLAIN, str_first(rest, len));
        rest = str_trim(str_from(rest, len));
    }
}

static void job_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct job_state *state = memory;
    const struct job_row *job = rows_find(&desk->model->jobs, state->id);
    struct rect line = rect_top(&area, 1);

    if (job == NULL) {
        canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_NEAR,
                    "job %s is not known here (any more); Esc goes back", state->id);
        return;
    }
    const struct json *detail = job_detail(desk, job);
    int used = canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_TITLE, "%s %s %s  ", job->id,
                           job->kind, job_title(job));

    canvas_text(to, line.x + 1 + used, line.y, line.w - used - 2, STYLE_LABEL, "%s", job->source);
    job_facts_draw(desk, to, rect_top(&area, JOB_FACTS), job);
    struct rect below = { 0 };

    if (state->part == PART_IMAGES && area.h > 12)
        below = rect_bottom(&area, area.h / 4);
    parts_rule(to, &area, state);
    part_draw(desk, state, to, area, detail);
    if (!rect_empty(below))
        image_draw(desk, state, to, below, detail);
}

static bool job_request(struct desk *desk, void *memory, enum request request)
{
    struct job_state *state = memory;
    const struct job_row *job = rows_find(&desk->model->jobs, state->id);

    if (list_request(&state->list[state->part], request))
        return true;
    switch ((int)request) {
    case REQUEST_PANE:
    case REQUEST_RIGHT:
        state->part = (state->part + 1) % PARTS;
        return true;
    case REQUEST_PANE_BACK:
        state->part = (state->part + PARTS - 1) % PARTS;
        return true;
    case REQUEST_OPEN:
        if (state->part == PART_DOCUMENTS)
            state->part = PART_IMAGES;
        return true;
    case REQUEST_REFRESH:
        desk_send_id(desk, "jobs.show", state->id, "");
        return true;
    default:
        return job != NULL && job_act(desk, job, request);
    }
}

const struct screen screen_job = {
    .name = "job",
    .title = "Job",
    .brief = "Job",
    .state_size = sizeof(struct job_state),
    .hints = { REQUEST_PANE, REQUEST_PAUSE, REQUEST_CANCEL, REQUEST_RETRY, REQUEST_FILTER },
    .enter = job_enter,
    .draw = job_draw,
    .request = job_request,
};
