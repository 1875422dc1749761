/* SPDX-License-Identifier: MIT */
/* A store in a test: requests that wait for their answer, and the proof that the books agree. */
#ifndef TESTS_STORE_BOOKS_H
#define TESTS_STORE_BOOKS_H

#include "store/budgets.h"
#include "store/calls.h"
#include "store/holds.h"
#include "store/prices.h"
#include "store/spend.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define USD(n)   ((struct money){ (int64_t)((n)*PICO_PER_USD) })
#define CENTS(n) ((struct money){ (int64_t)(n) * (PICO_PER_USD / 100) })

struct books {
    struct store *store;
    struct clock clock;
    char dir[64]; /* "": in memory */
    pthread_mutex_t lock;
    pthread_cond_t rung;
    bool bell;
    int commits, fail_commit; /* the n-th commit fails; 0: none */
};

void books_open(struct books *books, bool in_memory);
void books_reopen(struct books *books);
/* Ends with "free + held + spent = granted": verify agrees and each hard budget is in its limit. */
void books_close(struct books *books);
void books_wait(struct books *books); /* until all that was submitted is delivered */
void books_prove(struct books *books);

struct attempt_ask books_ask(const struct books *books, struct money bound);
/* Reserve and wait; the error's code. */
enum err_code books_hold(struct books *books, const struct attempt_ask *ask, struct hold *hold);
struct settlement books_bill(const struct books *books, int64_t attempt_id, struct money cost);
enum err_code books_settle(struct books *books, struct settlement *settlement);
struct recovery books_recover(struct books *books);

struct budget_row budget_named(const char *name, struct money limit); /* hard, monthly, 50 80 100 */
enum err_code books_budget(struct books *books, struct budget_row *row);
struct budget_status books_status(struct books *books, const char *name);
bool books_verify_now(struct books *books, struct verify *verify); /* its arena is the caller's */

#endif
