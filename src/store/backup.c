/* SPDX-License-Identifier: MIT */
/* A consistent copy while the writer goes on: a part file beside the target, synced, checked, and
 * only then given its name. */
#include "store/spend.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/connection.h"

static bool copy_pages(struct db *from, sqlite3 *to, struct err *err)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", from->handle, "main");
    int rc = copy == NULL ? SQLITE_ERROR : sqlite3_backup_step(copy, -1);

    sqlite3_backup_finish(copy);
    return rc == SQLITE_DONE || err_set(err, rc == SQLITE_FULL ? ERR_NO_SPACE : ERR_IO,
                                        "backup: %s", sqlite3_errmsg(to));
}

/* One file, without a log beside it; and sound. */
static bool copy_check(sqlite3 *to, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    bool sound = sqlite3_exec(to, "pragma journal_mode = delete", NULL, NULL, NULL) == SQLITE_OK &&
                 sqlite3_prepare_v2(to, "pragma quick_check", -1, &stmt, NULL) == SQLITE_OK &&
                 sqlite3_step(stmt) == SQLITE_ROW &&
                 sqlite3_stricmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;

    sqlite3_finalize(stmt);
    return sound || err_set(err, ERR_CORRUPT, "backup: the copy is not sound");
}

static bool copy_to(struct db *from, const char *part, struct err *err)
{
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    sqlite3 *to = NULL;
    bool ok;

    if (fd < 0)
        return err_errno(err, errno, "backup: %s", part);
    ok = sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
             SQLITE_OK ||
         err_set(err, ERR_IO, "backup: %s", sqlite3_errmsg(to));
    ok = ok && copy_pages(from, to, err) && copy_check(to, err);
    sqlite3_close(to);
    if (ok && fsync(fd) != 0)
        ok = err_errno(err, errno, "backup: %s", part);
    close(fd);
    return ok;
}

static void dir_sync(const char *path)
{
    char dir[512];
    char *slash;
    int fd;

    str_copy(dir, sizeof(dir), str_of(path));
    slash = strrchr(dir, '/');
    if (slash != NULL)
        slash[slash == dir] = '\0';
    fd = open(slash == NULL ? "." : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

static bool store_backup_run(struct db *db, struct store_req *req)
{
    struct backup *backup = req->subject;
    char part[sizeof(backup->path) + 8];
    struct stat file = { 0 };
    bool ok;

    snprintf(part, sizeof(part), "%s.part", backup->path);
    if (access(backup->path, F_OK) == 0)
        return err_set(&req->err, ERR_EXISTS, "backup: %s exists", backup->path);
    (void)unlink(part); /* left by one that was killed */
    ok = copy_to(db, part, &req->err);
    if (ok && link(part, backup->path) != 0) /* unlike rename, never over another file */
        ok = err_errno(&req->err, errno, "backup: %s", backup->path);
    (void)unlink(part);
    if (!ok)
        return false;
    dir_sync(backup->path);
    (void)stat(backup->path, &file);
    backup->bytes = (int64_t)file.st_size;
    return true;
}

void store_backup(struct store *store, struct store_req *req, struct backup *backup,
                  void (*done)(struct store_req *))
{
    req->run = store_backup_run;
    req->done = done;
    req->subject = backup;
    store_read(store, req);
}
