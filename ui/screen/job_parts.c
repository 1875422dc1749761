/* SPDX-License-Identifier: MIT */
/* Facts, stages, and the acts on a job. Its lists stand in job_lists.c. */
#include "ui/screen/job_parts.h"

#include "ui/screen/words.h"
#include "ui/widget/gauge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FRESH_MS = 2000, OVER_FRESH_MS = 30000, IMAGE_MS = 10 };

const struct json *job_detail(struct desk *desk, const struct job_row *job)
{
    char params[64];
    const struct answer *answer = model_answer_of(desk->model, "jobs.show", job->id);

    desk_id_params(job->id, params, sizeof params);
    const struct json *detail = answer == NULL ? NULL : answer->result;
    /* A long list is asked for less often: the line may be slow. */
    int64_t fresh = FRESH_MS + (int64_t)json_length(json_get(detail, "images_list")) * IMAGE_MS;

    desk_want(desk, "jobs.show", job->id, params, job_active(job) ? fresh : OVER_FRESH_MS + fresh);
    return detail;
}

static void progress_line(const struct desk *desk, struct canvas *to, struct rect line,
                          const struct job_row *job)
{
    char a[FIGURE_TEXT], b[FIGURE_TEXT];
    int x = line.x + 1;

    x += canvas_text(to, x, line.y, 18, state_style(job->state), "%s", state_word(job->state));
    x += canvas_text(to, x, line.y, 12, STYLE_LABEL, " %s", job->stage);
    struct rect bar = { x + 1, line.y, line.w > 100 ? 34 : 18, 1 };

    gauge_bar(to, rect_inside(bar, line), STYLE_BAR, job->permille, 1000);
    x = bar.x + bar.w + 1;
    x += canvas_text(to, x, line.y, 5, STYLE_STRONG, "%s", show_percent(job->permille, a));
    canvas_text(to, x, line.y, line.x + line.w - x, STYLE_LABEL, "  %s %s  %s",
                job_over(job) ? "ended" : "ETA", show_eta(job, desk->now, a),
                show_rate(job->per_minute_tenths, b));
}

static void images_line(struct canvas *to, struct rect line, const struct job_row *job)
{
    const struct {
        const char *name;
        int64_t n;
        enum style style;
    } part[] = {
        { "found", job->found, STYLE_PLAIN },
        { "described", job->described, STYLE_OK },
        { "ocr", job->ocr, STYLE_OK },
        { "filtered", job->filtered, STYLE_LABEL },
        { "failed", job->failed, STYLE_OVER },
        { "dup", job->duplicate, STYLE_LABEL },
        { "waiting", job->waiting, STYLE_LABEL },
        { "cancelled", job->cancelled, STYLE_LABEL },
    };
    int x = line.x + 1, end = line.x + line.w;

    x += canvas_text(to, x, line.y, 9, STYLE_LABEL, "images   ");
    for (size_t i = 0; i < COUNT_OF(part); i++) {
        char n[FIGURE_TEXT];
        bool always = i < 2 || i == 3 || i == 4;

        if (!always && part[i].n <= 0)
            continue;
        if (x + text_cells(part[i].name) + 1 + text_cells(show_whole(part[i].n, n)) > end)
            break;
        x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, "%s ", part[i].name);
        x += canvas_text(to, x, line.y, end - x, part[i].n > 0 ? part[i].style : STYLE_LABEL,
                         "%s  ", show_whole(part[i].n, n));
    }
}

static void work_line(struct canvas *to, struct rect line, const struct job_row *job)
{
    char docs[FIGURE_TEXT], calls[FIGURE_TEXT], in[FIGURE_TEXT], out[FIGURE_TEXT];
    int x = line.x + 1, end = line.x + line.w;

    x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, "docs     ");
    x += canvas_text(to, x, line.y, end - x, STYLE_PLAIN, "%s  ",
                     show_of(job->documents_done, job->documents, docs));
    if (job->documents_failed > 0)
        x += canvas_text(to, x, line.y, end - x, STYLE_OVER, "failed %" PRId64 "  ",
                         job->documents_failed);
    if (job->documents_partial > 0)
        x += canvas_text(to, x, line.y, end - x, STYLE_NEAR, "partial %" PRId64 "  ",
                         job->documents_partial);
    if (job->documents_skipped > 0)
        x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, "skipped %" PRId64 "  ",
                         job->documents_skipped);
    if (job->pages > 0)
        x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, "pages %s  ",
                         show_whole(job->pages, docs));
    if (job->chunks > 0)
        x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, "chunks %s  ",
                         show_whole(job->chunks, docs));
    canvas_text(to, x, line.y, end - x, STYLE_LABEL, "calls %s  in %s  out %s",
                show_whole(job->calls, calls), show_count(job->tokens_in, in),
                show_count(job->tokens_out, out));
}

static void cost_line(struct canvas *to, struct rect line, const struct job_row *job)
{
    char a[FIGURE_TEXT], b[FIGURE_TEXT];
    int x = line.x + 1, end = line.x + line.w;

    x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, "cost     ");
    x += canvas_text(to, x, line.y, end - x, STYLE_MONEY, "%s", show_money(job->cost, a));
    if (job->low.known && job->high.known)
        x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, " of est. %s-%s",
                         show_bare(job->low, a), show_bare(job->high, b));
    if (job->cap.known)
        x += canvas_text(to, x, line.y, end - x, STYLE_LABEL, "  cap %s", show_bare(job->cap, a));
    if (job->uncertain > 0)
        x += canvas_text(to, x, line.y, end - x, STYLE_NEAR, "  uncertain calls %" PRId64,
                         job->uncertain);
}

/* Why it waits or failed, or why images were left out. */
static void why_line(struct canvas *to, struct rect line, const struct job_row *job)
{
    int x = line.x + 10, w = line.w - 10;

    if (job->reason[0] != '\0') {
        canvas_text(to, line.x + 1, line.y, 9, STYLE_LABEL, "because");
        canvas_text(to, x, line.y, w, state_style(job->state), "%s", job->reason);
    } else if (job->filtered_by[0] != '\0') {
        canvas_text(to, line.x + 1, line.y, 9, STYLE_LABEL, "left out");
        canvas_text(to, x, line.y, w, STYLE_LABEL, "%s", job->filtered_by);
    }
}

void job_facts_draw(const struct desk *desk, struct canvas *to, struct rect area,
                    const struct job_row *job)
{
    struct rect line = rect_top(&area, 1);

    if (!rect_empty(line))
        progress_line(desk, to, line, job);
    line = rect_top(&area, 1);
    if (!rect_empty(line))
        images_line(to, line, job);
    line = rect_top(&area, 1);
    if (!rect_empty(line))
        work_line(to, line, job);
    line = rect_top(&area, 1);
    if (!rect_empty(line))
        cost_line(to, line, job);
    line = rect_top(&area, 1);
    if (!rect_empty(line))
        why_line(to, line, job);
}

static void stage_line(struct canvas *to, struct rect line, const struct json *stage)
{
    char name[WORD_SIZE], state[WORD_SIZE], text[FIGURE_TEXT];
    int64_t units = fact_count(stage, "units"), done = fact_count(stage, "done");
    int64_t failed = fact_count(stage, "failed");
    int bar = line.w - 46 < 8 ? 8 : line.w - 46;

    fact_text(stage, "name", name, sizeof name);
    fact_text(stage, "state", state, sizeof state);
    canvas_text(to, line.x + 1, line.y, 12, STYLE_LABEL, "%s", name);
    bool whole = units <= 0 && strcmp(state, "done") == 0;

    gauge_bar(to, (struct rect){ line.x + 14, line.y, bar, 1 }, STYLE_BAR, whole ? 1 : done,
              whole ? 1 : units);
    int x = line.x + 15 + bar, end = line.x + line.w;

    canvas_right(to, x, line.y, 11, STYLE_PLAIN, "%s", show_of(done, units, text));
    x += 12;
    x += canvas_text(to, x, line.y, end - x, state_style(state), "%s", state_word(state));
    if (failed > 0)
        canvas_text(to, x, line.y, end - x, STYLE_OVER, " failed %" PRId64, failed);
}

int job_stages_draw(struct canvas *to, struct rect area, const struct json *detail)
{
    const struct json *stage = json_first(json_get(detail, "stages"));
    int used = 0;

    for (; stage != NULL && used < area.h; stage = json_behind(stage), used++)
        stage_line(to, (struct rect){ area.x, area.y + used, area.w, 1 }, stage);
    return used;
}

static void cancel_ask(struct desk *desk, const struct job_row *job)
{
    struct question *q = &desk->question;
    char percent[FIGURE_TEXT], cost[FIGURE_TEXT];

    *q = (struct question){ .open = true };
    (void)snprintf(q->title, sizeof q->title, "Cancel job %s?", job->id);
    (void)snprintf(q->line[0], sizeof q->line[0], "%s %.60s: %s done, %s spent.", job->kind,
                   job_title(job), show_percent(job->permille, percent),
                   show_money(job->cost, cost));
    text_keep(q->line[1], sizeof q->line[1], STR(" "));
    text_keep(q->line[2], sizeof q->line[2],
              STR("Calls in flight finish and are paid for; finished images"));
    text_keep(q->line[3], sizeof q->line[3], STR("are kept, and r (retry) goes on from there."));
    text_keep(q->keep, sizeof q->keep, STR("Keep running"));
    text_keep(q->act, sizeof q->act, STR("Cancel the job"));
    text_keep(q->letter.method, sizeof q->letter.method, STR("jobs.cancel"));
    text_keep(q->letter.about, sizeof q->letter.about, str_of(job->id));
    desk_id_params(job->id, q->letter.params, sizeof q->letter.params);
    (void)snprintf(q->letter.done, sizeof q->letter.done, "job %s is being cancelled", job->id);
}

static void pause_or_resume(struct desk *desk, const struct job_row *job)
{
    char done[TEXT_SIZE];
    bool resumes = strcmp(job->state, "paused") == 0 || strcmp(job->state, "waiting") == 0;

    if (job_over(job)) {
        desk_say(desk, STYLE_NEAR, "job %s is over: r retries what failed", job->id);
        return;
    }
    (void)snprintf(done, sizeof done, resumes ? "job %s goes on" : "job %s pauses", job->id);
    desk_send_id(desk, resumes ? "jobs.resume" : "jobs.pause", job->id, done);
}

bool job_act(struct desk *desk, const struct job_row *job, enum request request)
{
    char done[TEXT_SIZE];

    switch ((int)request) {
    case REQUEST_PAUSE:
        pause_or_resume(desk, job);
        return true;
    case REQUEST_CANCEL:
        if (job_over(job))
            desk_say(desk, STYLE_NEAR, "job %s is over", job->id);
        else
            cancel_ask(desk, job);
        return true;
    case REQUEST_RETRY:
        (void)snprintf(done, sizeof done, "job %s tries again what failed", job->id);
        desk_send_id(desk, "jobs.retry", job->id, done);
        return true;
    default:
        return false;
    }
}
