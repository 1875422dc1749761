/* SPDX-License-Identifier: MIT */
/* Groups, order, closing: what the store promises of any request. */
#include "store/books.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"

enum { MANY = 200 };

struct note {
    struct store_req req;
    int64_t value;
    bool fails;
    int *order, place, came;
};

static bool note_run(struct db *db, struct store_req *req)
{
    const struct note *note = CONTAINER_OF(req, struct note, req);
    struct query q = query_for(db, "insert into mark (name, value) values (?1, ?2)", &req->err);
    char name[32];

    snprintf(name, sizeof(name), "note %d", note->place);
    query_bind_text(&q, name);
    query_bind(&q, note->value);
    if (!query_run(&q))
        return false;
    return !note->fails || err_set(&req->err, ERR_WRONG_STATE, "on purpose");
}

static void note_done(struct store_req *req)
{
    struct note *note = CONTAINER_OF(req, struct note, req);

    note->came = (*note->order)++;
}

static bool count_run(struct db *db, struct store_req *req)
{
    struct query q = query_for(db, "select count(*) from mark where name like 'note %'", &req->err);

    if (!query_one(&q, "count"))
        return false;
    *(int64_t *)req->subject = query_int(&q);
    query_end(&q);
    return q.ok;
}

static int64_t noted(struct books *b)
{
    int64_t count = -1;
    struct store_req req = { .run = count_run, .subject = &count };

    store_read(b->store, &req);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
    return count;
}

static void submit(struct books *b, struct note note[MANY], int *order, int fail_each)
{
    for (int i = 0; i < MANY; i++) {
        note[i] = (struct note){ .req = { .run = note_run, .done = note_done },
                                 .place = i,
                                 .order = order,
                                 .fails = fail_each != 0 && i % fail_each == 0 };
        store_submit(b->store, &note[i].req);
    }
}

static void callbacks_come_in_the_order_of_submit(void **state)
{
    struct note note[MANY];
    struct books b;
    int order = 0;

    (void)state;
    books_open(&b, false);
    submit(&b, note, &order, 0);
    assert_int_equal(store_waiting(b.store), MANY);
    books_wait(&b);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(note[i].came, i);
    assert_int_equal(noted(&b), MANY);
    books_close(&b);
}

static void one_that_fails_takes_only_itself_back(void **state)
{
    struct note note[MANY];
    struct books b;
    struct store_figures figures;
    int order = 0;

    (void)state;
    books_open(&b, false);
    submit(&b, note, &order, 4);
    books_wait(&b);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(note[i].req.err.code, i % 4 == 0 ? ERR_WRONG_STATE : ERR_NONE);
    assert_int_equal(noted(&b), MANY - MANY / 4);
    store_figures(b.store, &figures);
    assert_int_equal(figures.writes, MANY);
    assert_true(figures.groups < MANY); /* some of them went together */
    assert_true(figures.db_bytes > 0);
    books_close(&b);
}

static void a_commit_that_fails_fails_all_of_its_group(void **state)
{
    struct note note[MANY];
    struct books b;
    int order = 0, failed = 0;

    (void)state;
    books_open(&b, true);
    b.fail_commit = b.commits + 2;
    submit(&b, note, &order, 0);
    books_wait(&b);
    for (int i = 0; i < MANY; i++)
        failed += note[i].req.err.code == ERR_IO;
    assert_int_equal(noted(&b), MANY - failed);
    books_close(&b);
}

static void what_is_queued_at_the_close_is_committed(void **state)
{
    struct note note[MANY];
    struct books b;
    int order = 0;

    (void)state;
    books_open(&b, false);
    submit(&b, note, &order, 0);
    books_reopen(&b);
    assert_int_equal(order, 0); /* and nobody was told */
    assert_int_equal(noted(&b), MANY);
    books_close(&b);
}

static void reads_cannot_write(void **state)
{
    struct books b;
    int order = 0;
    struct note note = { .req = { .run = note_run, .done = note_done }, .order = &order };

    (void)state;
    books_open(&b, false);
    store_read(b.store, &note.req);
    books_wait(&b);
    assert_int_not_equal(note.req.err.code, ERR_NONE);
    assert_int_equal(noted(&b), 0);
    books_close(&b);
}

static void the_directory_is_made_for_its_owner_alone(void **state)
{
    struct books b;
    struct store_config config = { 0 };
    struct store *store = NULL;
    struct stat file;
    struct err err = { 0 };
    char dir[128], path[160];

    (void)state;
    books_open(&b, false);
    snprintf(dir, sizeof(dir), "%s/state/purser", b.dir);
    config.dir = dir;
    assert_true(store_open(&config, &store, &err));
    assert_int_equal(stat(dir, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0700);
    store_close(store);
    snprintf(path, sizeof(path), "%s/purser.db-wal", dir);
    assert_int_not_equal(access(path, F_OK), 0); /* the log went into the file */
    snprintf(path, sizeof(path), "%s/purser.db", dir);
    assert_int_equal(unlink(path), 0);
    rmdir(dir);
    dir[strlen(dir) - strlen("/purser")] = '\0';
    rmdir(dir);
    config.dir = "/proc/nowhere/at/all";
    assert_false(store_open(&config, &store, &err));
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_come_in_the_order_of_submit),
        cmocka_unit_test(one_that_fails_takes_only_itself_back),
        cmocka_unit_test(a_commit_that_fails_fails_all_of_its_group),
        cmocka_unit_test(what_is_queued_at_the_close_is_committed),
        cmocka_unit_test(reads_cannot_write),
        cmocka_unit_test(the_directory_is_made_for_its_owner_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
