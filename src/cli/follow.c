/* SPDX-License-Identifier: MIT */
/* The client watches; the daemon works whether anybody watches or not. */
#include "cli/follow.h"

#include "base/json_out.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct follow {
    int64_t id;
    bool bars;        /* stdout is a terminal */
    bool over, stuck; /* stuck: waiting for budget */
    char last[400];   /* the last plain line, not to repeat it */
    int64_t shown_permille;
    char state[32];
};

static void job_line(const struct json *job, struct buf *line)
{
    struct buf cell;

    buf_init(&cell, 4096);
    buf_addf(line, "job %s", cell_text(json_get(job, "id"), COL_TEXT, &cell));
    buf_addf(line, "  %s", cell_text(json_get(job, "state"), COL_TEXT, &cell));
    buf_addf(line, "  docs %lld/%lld", (long long)json_whole(json_path(job, "documents.done")),
             (long long)json_whole(json_path(job, "documents.total")));
    buf_addf(line,
             "  images: found %lld, described %lld, filtered %lld, duplicate %lld, failed %lld",
             (long long)json_whole(json_path(job, "images.found")),
             (long long)json_whole(json_path(job, "images.described")),
             (long long)json_whole(json_path(job, "images.filtered")),
             (long long)json_whole(json_path(job, "images.duplicate")),
             (long long)json_whole(json_path(job, "images.failed")));
    buf_addf(line, "  in %s", cell_text(json_get(job, "tokens_in"), COL_COUNT, &cell));
    buf_addf(line, " out %s", cell_text(json_get(job, "tokens_out"), COL_COUNT, &cell));
    buf_addf(line, "  %s", cell_text(json_get(job, "cost"), COL_MONEY, &cell));
    buf_fini(&cell);
}

static void draw_bar(const struct json *job)
{
    enum { WIDTH = 20 };
    int64_t permille = json_whole(json_get(job, "permille"));
    int full = (int)(permille * WIDTH / 1000);
    struct buf line;

    buf_init(&line, 4096);
    job_line(job, &line);
    printf("\r\033[K[");
    for (int i = 0; i < WIDTH; i++)
        putchar(i < full ? '#' : '.');
    printf("] %3lld%%  %.*s", (long long)(permille / 10), 160, buf_text(&line));
    fflush(stdout);
    buf_fini(&line);
}

/* Elsewhere a line a change of some weight: a new state, or five percent more. */
static void say_line(struct follow *f, const struct json *job)
{
    int64_t permille = json_whole(json_get(job, "permille"));
    struct str state = json_str(json_get(job, "state"));
    struct buf line;

    if (str_is(state, f->state) && permille < f->shown_permille + 50)
        return;
    str_copy(f->state, sizeof(f->state), state);
    f->shown_permille = permille;
    buf_init(&line, 4096);
    job_line(job, &line);
    if (strncmp(buf_text(&line), f->last, sizeof(f->last) - 1) != 0)
        printf("%3lld%%  %s\n", (long long)(permille / 10), buf_text(&line));
    str_copy(f->last, sizeof(f->last), buf_str(&line));
    fflush(stdout);
    buf_fini(&line);
}

static bool state_is_over(struct str state)
{
    return str_is(state, "done") || str_is(state, "done_with_failures") ||
           str_is(state, "failed") || str_is(state, "cancelled");
}

static void on_job(struct session *s, const struct json *job)
{
    struct follow *f = s->owner;
    struct str state = json_str(json_get(job, "state"));

    if (json_whole(json_get(job, "id")) != f->id)
        return;
    f->over = state_is_over(state);
    f->stuck = str_is(state, "waiting") || str_is(state, "paused");
    if (!s->cli->json && !s->cli->quiet) {
        if (f->bars)
            draw_bar(job);
        else
            say_line(f, job);
    }
    if (f->over || f->stuck)
        session_enough(s);
}

static void on_notified(struct session *s, const char *method, const struct json *params)
{
    if (strcmp(method, "rows") != 0 || !str_is(json_str(json_get(params, "section")), "jobs"))
        return;
    for (const struct json *row = json_first(json_get(params, "rows")); row != NULL;
         row = json_behind(row))
        on_job(s, row);
}

static void print_reasons(const struct json *job)
{
    for (const struct json *r = json_first(json_path(job, "images.by_reason")); r != NULL;
         r = json_behind(r))
        printf("               %-22s %lld\n", json_key(r), (long long)json_whole(r));
}

void follow_print_bill(const struct cli *cli, const struct json *job)
{
    struct buf cell;

    (void)cli;
    buf_init(&cell, 1 << 16);
    printf("job %s", cell_text(json_get(job, "id"), COL_TEXT, &cell));
    printf(" %s", cell_text(json_get(job, "name"), COL_TEXT, &cell));
    printf(": %s", cell_text(json_get(job, "state"), COL_TEXT, &cell));
    if (json_str(json_get(job, "reason")).len > 0)
        printf(" (%s)", cell_text(json_get(job, "reason"), COL_TEXT, &cell));
    printf("\n  documents    %lld done, %lld failed, %lld skipped, of %lld\n",
           (long long)json_whole(json_path(job, "documents.done")),
           (long long)json_whole(json_path(job, "documents.failed")),
           (long long)json_whole(json_path(job, "documents.skipped")),
           (long long)json_whole(json_path(job, "documents.total")));
    printf(
        "  images       %lld found, %lld described, %lld filtered, %lld duplicate, %lld failed\n",
        (long long)json_whole(json_path(job, "images.found")),
        (long long)json_whole(json_path(job, "images.described")),
        (long long)json_whole(json_path(job, "images.filtered")),
        (long long)json_whole(json_path(job, "images.duplicate")),
        (long long)json_whole(json_path(job, "images.failed")));
    print_reasons(job);
    printf("  chunks       %s\n", cell_text(json_get(job, "chunks"), COL_COUNT, &cell));
    printf("  calls        %s\n", cell_text(json_get(job, "calls"), COL_COUNT, &cell));
    for (const struct json *u = json_first(json_get(job, "usage")); u != NULL; u = json_behind(u))
        printf("  %-12s %s tokens\n", json_key(u), cell_text(u, COL_COUNT, &cell));
    printf("  cost         $%s", cell_text(json_get(job, "cost"), COL_TEXT, &cell));
    if (!str_is(json_str(json_get(job, "estimated")), "0"))
        printf(" (of which $%s estimated)", cell_text(json_get(job, "estimated"), COL_TEXT, &cell));
    printf("\n");
    buf_fini(&cell);
}

static int status_of(struct str state)
{
    if (str_is(state, "done"))
        return 0;
    if (str_is(state, "done_with_failures"))
        return 5;
    return str_is(state, "waiting") || str_is(state, "paused") ? 3 : 1;
}

int follow_job(struct session *s, int64_t id)
{
    struct follow f = { .id = id, .bars = isatty(STDOUT_FILENO) != 0, .shown_permille = -100 };
    struct err err = { 0 };
    char params[64];
    int status;

    s->owner = &f;
    s->notified = on_notified;
    if (!session_ask(s, "subscribe", STR("{\"topics\":[\"rows\"]}"), &err))
        return cli_fail(s->cli, &err);
    if (!f.over && !f.stuck && !session_watch(s, &err)) {
        if (f.bars && !s->cli->json)
            printf("\n");
        cli_note(s->cli,
                 "detached: job %lld goes on without this terminal; `purser jobs follow "
                 "%lld` comes back to it",
                 (long long)id, (long long)id);
        return cli_fail(s->cli, &err);
    }
    if (f.bars && !s->cli->json && !s->cli->quiet)
        printf("\n");
    snprintf(params, sizeof(params), "{\"id\":%lld}", (long long)id);
    s->notified = NULL;
    if (!session_ask(s, "jobs.show", str_of(params), &err))
        return cli_fail(s->cli, &err);
    if (s->cli->json)
        printf("%s\n", buf_text(&s->raw));
    else
        follow_print_bill(s->cli, s->result);
    status = status_of(json_str(json_get(s->result, "state")));
    return status;
}

int follow_existing(struct cli *cli, int64_t id)
{
    struct session s;
    struct err err = { 0 };
    char params[64];
    int status;

    if (!session_open(&s, cli, true, &err))
        return cli_fail(cli, &err);
    snprintf(params, sizeof(params), "{\"id\":%lld}", (long long)id);
    if (!session_ask(&s, "jobs.show", str_of(params), &err))
        status = cli_fail(cli, &err);
    else
        status = follow_job(&s, id);
    session_close(&s);
    return status;
}
