/* SPDX-License-Identifier: MIT */
/* The writer's memory of the budgets and their open periods: which of them cover a call is found
 * without a query. Read again whenever a budget was written. */
#ifndef STORE_BUDGET_INDEX_H
#define STORE_BUDGET_INDEX_H

#include "store/budgets.h"
#include "store/db.h"

struct covered {
    struct budget_row row;
    struct period period; /* the one used last */
    bool period_open;     /* and its row is in the file */
};

struct budget_index {
    struct covered *entry; /* by id; owned */
    size_t count, room;
    bool fresh;   /* entries are what the file says */
    bool changed; /* within the transaction that is open: undoing it makes them wrong */
};

/* Empty; for the writer thread alone. */
struct budget_index *budget_index_new(void);
void budget_index_free(struct budget_index *index); /* NULL is fine */
void budget_index_stale(struct budget_index *index);
void budget_index_undone(struct budget_index *index); /* a savepoint or transaction was undone */
void budget_index_done(struct budget_index *index);   /* the transaction is committed */

bool budget_index_ready(struct db *db, struct err *err) MUST_CHECK;        /* reads it when stale */
struct covered *budget_index_find(struct budget_index *index, int64_t id); /* NULL: none, dropped */

/* Moves a budget to the period that holds `at` and makes sure that its row is there. */
bool covered_period(struct db *db, struct covered *covered, struct utc at,
                    struct err *err) MUST_CHECK;

/* Reads the columns of sql_budget_* into a row; and the alerts as text: "50,80". */
void budget_row_read(struct query *q, struct budget_row *row);
enum { ALERTS_TEXT = 96 };
const char *budget_alerts_text(const int alert[ALERTS_MAX], char out[ALERTS_TEXT]);

#endif
