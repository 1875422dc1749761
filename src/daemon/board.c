/* SPDX-License-Identifier: MIT */
/* Rows are compared as text: a row that reads the same has not changed. */
#include "daemon/board.h"

#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "daemon/rpc.h"

#include <stdlib.h>
#include <string.h>

enum { NOTE_CAP = 8 << 20, ROW_CAP = 65536 };

struct row {
    char *key, *json;
    bool seen;
    struct row *next;
};

struct section {
    const char *name;
    struct row *first;
    struct section *next;
};

struct board {
    struct daemon *daemon;
    struct section *first, *open;
    struct buf note; /* the notification about the open section */
    struct json_out out;
    struct buf row; /* the row being written */
    struct json_out row_out;
    bool changed;
};

struct board *board_new(struct daemon *daemon)
{
    struct board *board = xcalloc(1, sizeof(*board));

    board->daemon = daemon;
    buf_init(&board->note, NOTE_CAP);
    buf_init(&board->row, ROW_CAP);
    return board;
}

static void row_free(struct row *row)
{
    free(row->key);
    free(row->json);
    free(row);
}

void board_free(struct board *board)
{
    if (board == NULL)
        return;
    while (board->first != NULL) {
        struct section *section = board->first;

        board->first = section->next;
        while (section->first != NULL) {
            struct row *row = section->first;

            section->first = row->next;
            row_free(row);
        }
        free(section);
    }
    buf_fini(&board->note);
    buf_fini(&board->row);
    free(board);
}

static struct section *section_of(struct board *board, const char *name)
{
    struct section **at = &board->first;

    while (*at != NULL && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    if (*at == NULL) {
        *at = xcalloc(1, sizeof(**at));
        (*at)->name = name;
    }
    return *at;
}

static void open_note(struct board *board, const char *section)
{
    buf_clear(&board->note);
    board->out = json_out(&board->note);
    json_put_object(&board->out, NULL);
    json_put_cstr(&board->out, "section", section);
    json_put_list(&board->out, "rows");
}

void board_begin(struct board *board, const char *name)
{
    board->open = section_of(board, name);
    board->changed = false;
    for (struct row *row = board->open->first; row != NULL; row = row->next)
        row->seen = false;
    open_note(board, name);
}

struct json_out *board_row_begin(struct board *board)
{
    buf_clear(&board->row);
    board->row_out = json_out(&board->row);
    return &board->row_out;
}

void board_row_end(struct board *board, const char *key)
{
    struct str json = buf_str(&board->row);
    struct row **at = &board->open->first, *row;

    while (*at != NULL && strcmp((*at)->key, key) != 0)
        at = &(*at)->next;
    row = *at;
    if (!buf_ok(&board->row))
        return; /* half a row is none */
    if (row == NULL) {
        row = xcalloc(1, sizeof(*row));
        row->key = xstrdup(key);
        *at = row;
    }
    row->seen = true;
    if (row->json != NULL && str_is(json, row->json))
        return;
    free(row->json);
    row->json = xstrndup(json.at, json.len);
    board->changed = true;
    json_put_raw(&board->out, NULL, json);
}

static void tell_all(struct board *board)
{
    struct rpc_subscriber *to = NULL;

    while ((to = rpc_next_subscriber(board->daemon->rpc, to)) != NULL) {
        if (!to->rows || !to->fresh)
            continue;
        if (!rpc_notify(to->conn, "rows", buf_str(&board->note)))
            to->fresh = false; /* it gets everything anew once it has read */
    }
}

void board_end(struct board *board)
{
    struct row **at = &board->open->first;

    json_end(&board->out, ']');
    json_put_list(&board->out, "gone");
    while (*at != NULL) {
        struct row *row = *at;

        if (row->seen) {
            at = &row->next;
            continue;
        }
        json_put_cstr(&board->out, NULL, row->key);
        board->changed = true;
        *at = row->next;
        row_free(row);
    }
    json_end(&board->out, ']');
    json_end(&board->out, '}');
    if (board->changed && buf_ok(&board->note))
        tell_all(board);
    board->open = NULL;
}

void board_send_all(struct board *board, struct rpc_subscriber *to)
{
    to->fresh = true;
    for (struct section *s = board->first; s != NULL && to->fresh; s = s->next) {
        open_note(board, s->name);
        for (struct row *row = s->first; row != NULL; row = row->next)
            json_put_raw(&board->out, NULL, str_of(row->json));
        json_end(&board->out, ']');
        json_put_list(&board->out, "gone");
        json_end(&board->out, ']');
        json_end(&board->out, '}');
        if (!rpc_notify(to->conn, "rows", buf_str(&board->note)))
            to->fresh = false;
    }
}
