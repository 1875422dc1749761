/* SPDX-License-Identifier: MIT */
/* One file a blob, made under another name and renamed, so that a name is always whole. */
#include "work/blob.h"

#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CAP = 4400 };

static void path_of(const struct blob *blob, char out[PATH_CAP])
{
    char name[HASH_TEXT];

    snprintf(out, PATH_CAP, "%s/%s", blob->dir, hash_text(&blob->name, name));
}

static bool write_all(int fd, const char *bytes, size_t len, struct err *err)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "an image cannot be kept");
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool sync_dir(const char *dir, struct err *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (!ok)
        err_errno(err, errno, "the folder of images cannot be synced");
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool write_file(struct blob *blob, const char *path)
{
    char temporary[PATH_CAP];
    bool ok;
    int fd;

    snprintf(temporary, sizeof temporary, "%s/.new-XXXXXX", blob->dir);
    fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return err_errno(&blob->err, errno, "an image cannot be kept");
    ok = write_all(fd, blob->bytes, blob->len, &blob->err) &&
         (fsync(fd) == 0 || err_errno(&blob->err, errno, "an image cannot be synced"));
    close(fd);
    ok = ok &&
         (rename(temporary, path) == 0 || err_errno(&blob->err, errno, "an image cannot be kept"));
    if (!ok)
        unlink(temporary);
    return ok && sync_dir(blob->dir, &blob->err);
}

static void write_run(struct blob *blob)
{
    char path[PATH_CAP];
    struct stat st;

    blob->name = hash_of((struct str){ blob->bytes, blob->len });
    path_of(blob, path);
    if (stat(path, &st) != 0 || (size_t)st.st_size != blob->len)
        write_file(blob, path);
}

static bool read_file(struct blob *blob, int fd, struct err *err)
{
    struct stat st;
    struct hash hash;
    size_t got = 0;

    if (fstat(fd, &st) != 0)
        return err_errno(err, errno, "a kept image cannot be read");
    if (st.st_size < 0 || st.st_size > BLOB_MAX)
        return err_set(err, ERR_LIMIT, "a kept image is too large");
    blob->bytes = xmalloc((size_t)st.st_size + 1);
    while (got < (size_t)st.st_size) {
        ssize_t n = read(fd, blob->bytes + got, (size_t)st.st_size - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_errno(err, n == 0 ? EIO : errno, "a kept image cannot be read");
        got += (size_t)n;
    }
    blob->len = got;
    hash = hash_of((struct str){ blob->bytes, got });
    return hash_equal(&hash, &blob->name) ||
           err_set(err, ERR_CORRUPT, "a kept image is not what was written");
}

static void read_run(struct blob *blob)
{
    char path[PATH_CAP];
    int fd;

    path_of(blob, path);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        err_errno(&blob->err, errno, "a kept image cannot be read");
        return;
    }
    if (!read_file(blob, fd, &blob->err)) {
        free(blob->bytes);
        blob->bytes = NULL;
    }
    close(fd);
}

static void blob_run(struct pool_job *pool)
{
    struct blob *blob = CONTAINER_OF(pool, struct blob, pool);

    if (blob->writes)
        write_run(blob);
    else
        read_run(blob);
}

static void blob_over(struct pool_job *pool)
{
    struct blob *blob = CONTAINER_OF(pool, struct blob, pool);

    blob->done(blob);
}

static void submit(struct loop *loop, struct blob *blob, bool writes, void (*done)(struct blob *))
{
    err_clear(&blob->err);
    blob->writes = writes;
    blob->done = done;
    blob->pool = (struct pool_job){ .run = blob_run, .done = blob_over };
    pool_submit(loop, &blob->pool);
}

void blob_write(struct loop *loop, struct blob *blob, void (*done)(struct blob *blob))
{
    submit(loop, blob, true, done);
}

void blob_read(struct loop *loop, struct blob *blob, void (*done)(struct blob *blob))
{
    blob->bytes = NULL;
    blob->len = 0;
    submit(loop, blob, false, done);
}
