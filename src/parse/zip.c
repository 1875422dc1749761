/* SPDX-License-Identifier: MIT */
/* ZIP by libarchive. Each part is looked for from the front: directories are small, and nothing of
 * what a hostile one says is kept. */
#include "parse/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

enum { DIRECTORY_WITHIN = 1 << 20, PIECE = 64 << 10 };

bool zip_is(struct str bytes)
{
    return str_starts(bytes, STR("PK\x03\x04"));
}

bool zip_mentions(struct str bytes, const char *name)
{
    struct str tail =
        bytes.len > DIRECTORY_WITHIN ? str_from(bytes, bytes.len - DIRECTORY_WITHIN) : bytes;
    size_t at;

    return zip_is(bytes) && str_find(tail, str_of(name), &at);
}

static struct archive *start(const struct zip *zip, struct err *err)
{
    struct archive *archive = archive_read_new();

    if (archive != NULL && archive_read_support_format_zip_seekable(archive) == ARCHIVE_OK &&
        archive_read_open_memory(archive, zip->bytes.at, zip->bytes.len) == ARCHIVE_OK)
        return archive;
    err_set(err, ERR_INPUT, "the ZIP archive is damaged");
    archive_read_free(archive);
    return NULL;
}

/* The next entry; NULL at the end, or with err set when the archive is broken. */
static struct archive_entry *next(struct archive *archive, int *count, struct err *err)
{
    struct archive_entry *entry = NULL;
    int result = archive_read_next_header(archive, &entry);

    if (result == ARCHIVE_EOF)
        return NULL;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        err_set(err, ERR_INPUT, "the ZIP archive is damaged");
        return NULL;
    }
    if (++*count > ZIP_ENTRIES_MAX) {
        err_set(err, ERR_LIMIT, "the archive has more than %d entries", ZIP_ENTRIES_MAX);
        return NULL;
    }
    return entry;
}

bool zip_check(const struct zip *zip, struct err *err)
{
    struct archive *archive = start(zip, err);
    struct err found = { .code = ERR_NONE };
    struct archive_entry *entry;
    int count = 0;

    if (archive == NULL)
        return false;
    while ((entry = next(archive, &count, &found)) != NULL && found.code == ERR_NONE)
        if (archive_entry_is_encrypted(entry))
            err_set(&found, ERR_UNSUPPORTED, "the document is encrypted");
    archive_read_free(archive);
    if (found.code == ERR_NONE && count > 0)
        return true;
    if (found.code == ERR_NONE)
        err_set(&found, ERR_INPUT, "the ZIP archive is empty");
    return err_set(err, found.code, "%s", found.text);
}

static bool is_bomb(const struct zip *zip, size_t part)
{
    size_t total = zip->inflated + part;

    return total > ZIP_TOTAL_MAX ||
           (total > ZIP_RATIO_FREE && total / ZIP_RATIO_MAX > zip->bytes.len);
}

static bool read_data(struct zip *zip, struct archive *archive, const char *name, struct buf *to,
                      struct err *err)
{
    static char piece[PIECE];

    for (;;) {
        la_ssize_t n = archive_read_data(archive, piece, sizeof(piece));

        if (n < 0)
            return err_set(err, ERR_INPUT, "the archive's part %s is damaged", name);
        if (n == 0)
            break;
        if (!buf_add(to, piece, (size_t)n) || is_bomb(zip, to->len))
            return err_set(err, ERR_LIMIT, "the archive's part %s unpacks to more than it may",
                           name);
    }
    zip->inflated += to->len;
    return true;
}

bool zip_part(struct zip *zip, const char *name, struct buf *to, struct err *err)
{
    struct archive *archive = start(zip, err);
    struct archive_entry *entry;
    struct err found = { .code = ERR_NONE };
    int count = 0;
    bool ok = false;

    buf_init(to, ZIP_PART_MAX);
    if (archive == NULL)
        return false;
    while ((entry = next(archive, &count, &found)) != NULL) {
        const char *path = archive_entry_pathname(entry);

        if (path != NULL && strcmp(path, name) == 0)
            break;
    }
    if (entry != NULL)
        ok = read_data(zip, archive, name, to, err);
    else if (found.code != ERR_NONE)
        err_set(err, found.code, "%s", found.text);
    else
        err_set(err, ERR_NOT_FOUND, "the archive has no part %s", name);
    archive_read_free(archive);
    return ok;
}
