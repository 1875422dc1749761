/* SPDX-License-Identifier: MIT */
/* One folder read, its fitting names sorted. */
#include "ui/complete.h"

#include "base/json_out.h"
#include "base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NAMES_MAX = 4096 };

struct names {
    char *name[NAMES_MAX]; /* owned */
    int count;
};

static bool is_folder(const char *folder, const struct dirent *entry)
{
    char path[4096];
    struct stat info;

    if (entry->d_type == DT_DIR)
        return true;
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return false;
    int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);

    return n > 0 && (size_t)n < sizeof path && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool fits(const char *name, const char *head)
{
    if (name[0] == '.' && head[0] != '.')
        return false;
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           strncmp(name, head, strlen(head)) == 0;
}

static void names_read(DIR *dir, const char *folder, const char *head, struct names *names)
{
    const struct dirent *entry;

    while ((entry = readdir(dir)) != NULL && names->count < NAMES_MAX) {
        if (!fits(entry->d_name, head))
            continue;
        size_t len = strlen(entry->d_name);
        char *name = xmalloc(len + 2);

        memcpy(name, entry->d_name, len + 1);
        if (is_folder(folder, entry))
            memcpy(name + len, "/", 2);
        names->name[names->count++] = name;
    }
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t common_len(const struct names *names)
{
    size_t len = names->count == 0 ? 0 : strlen(names->name[0]);

    for (int i = 1; i < names->count; i++) {
        size_t same = 0;

        while (same < len && names->name[i][same] == names->name[0][same])
            same++;
        len = same;
    }
    while (names->count > 0 && len > 0 && ((unsigned char)names->name[0][len] & 0xC0) == 0x80)
        len--; /* not in the middle of a character */
    return len;
}

static void names_put(const struct names *names, struct str folder, struct buf *json)
{
    struct json_out out = json_out(json);
    struct buf common;

    buf_init(&common, 8192);
    (void)buf_add_str(&common, folder);
    if (names->count > 0)
        (void)buf_add(&common, names->name[0], common_len(names));
    json_put_object(&out, NULL);
    json_put_text(&out, "common", buf_str(&common));
    json_put_list(&out, "entries");
    for (int i = 0; i < names->count; i++)
        json_put_cstr(&out, NULL, names->name[i]);
    json_end(&out, ']');
    json_end(&out, '}');
    buf_fini(&common);
}

bool complete_path(const char *path, struct buf *json, struct err *err)
{
    const char *slash = strrchr(path, '/');
    size_t head_at = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    char *folder = xstrndup(path, head_at);
    struct names *names = xcalloc(1, sizeof *names);
    DIR *dir = opendir(head_at == 0 ? "." : folder);
    bool done = dir != NULL;

    if (!done) {
        err_errno(err, errno, "%s", folder);
        goto out;
    }
    names_read(dir, head_at == 0 ? "." : folder, path + head_at, names);
    (void)closedir(dir);
    qsort(names->name, (size_t)names->count, sizeof names->name[0], name_compare);
    names_put(names, (struct str){ path, head_at }, json);
out:
    for (int i = 0; i < names->count; i++)
        free(names->name[i]);
    free(names);
    free(folder);
    return done;
}
