/* SPDX-License-Identifier: MIT */
/* A stack of open folders, each with its sorted names. Nothing is held open between pieces. */
#include "work/folder_walk.h"

#include "base/buf.h"
#include "base/compiler.h"
#include "base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DEPTH_MAX = 64,
    PATH_CAP = 4096,
    NAMES_MAX = 1000000, /* in one folder */
    IGNORE_CAP = 65536,
    STEPS = 512, /* entries looked at in one piece, files or not */
};

struct level {
    char *path;  /* owned, without a slash at the end */
    char **name; /* owned, sorted */
    size_t names, at;
    char *ignore; /* owned text of .purserignore, or NULL */
};

struct folder_walk {
    const char *const *path;
    size_t paths, path_at;
    struct level level[DEPTH_MAX];
    size_t depth;
};

struct folder_walk *folder_walk_new(const char *const *path, size_t paths)
{
    struct folder_walk *walk = xcalloc(1, sizeof *walk);

    walk->path = path;
    walk->paths = paths;
    return walk;
}

static void level_fini(struct level *level)
{
    for (size_t i = 0; i < level->names; i++)
        free(level->name[i]);
    free(level->name);
    free(level->path);
    free(level->ignore);
}

void folder_walk_free(struct folder_walk *walk)
{
    if (walk == NULL)
        return;
    while (walk->depth > 0)
        level_fini(&walk->level[--walk->depth]);
    free(walk);
}

/* ---- what is not wanted ---- */

static char *read_ignore(int dir)
{
    int fd = openat(dir, ".purserignore", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char *text = NULL;
    ssize_t n;

    if (fd < 0)
        return NULL;
    text = xmalloc(IGNORE_CAP + 1);
    n = read(fd, text, IGNORE_CAP);
    text[n > 0 ? n : 0] = '\0';
    close(fd);
    return text;
}

static bool pattern_names(struct str line, const char *relative, const char *name, bool folder)
{
    char pattern[512];
    bool for_path;

    line = str_trim(line);
    if (line.len == 0 || line.at[0] == '#')
        return false;
    if (line.at[line.len - 1] == '/') {
        if (!folder)
            return false;
        line.len--;
    }
    if (!str_copy(pattern, sizeof pattern, line))
        return false;
    for_path = strchr(pattern, '/') != NULL;
    return for_path
               ? fnmatch(pattern[0] == '/' ? pattern + 1 : pattern, relative, FNM_PATHNAME) == 0
               : fnmatch(pattern, name, 0) == 0;
}

static bool ignored(const struct folder_walk *walk, const char *path, const char *name, bool folder)
{
    for (size_t i = 0; i < walk->depth; i++) {
        const struct level *level = &walk->level[i];
        struct str rest = str_of(level->ignore);
        const char *relative = path + strlen(level->path) + 1;

        while (rest.len > 0)
            if (pattern_names(str_cut(&rest, '\n'), relative, name, folder))
                return true;
    }
    return false;
}

/* ---- folders ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_names(struct level *level, DIR *dir)
{
    struct dirent *entry;
    size_t room = 0;

    while (level->names < NAMES_MAX && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (level->names == room) {
            room = room == 0 ? 64 : room * 2;
            level->name = xrealloc(level->name, room * sizeof *level->name);
        }
        level->name[level->names++] = xstrdup(entry->d_name);
    }
    if (level->names > 1)
        qsort(level->name, level->names, sizeof *level->name, by_name);
}

static void trouble_with(struct err *trouble, const char *path, int errnum)
{
    if (trouble->code == ERR_NONE)
        err_errno(trouble, errnum, "%.300s cannot be read", path);
}

static void open_level(struct folder_walk *walk, const char *path, bool follow, struct err *trouble)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct level *level;

    if (dir == NULL || walk->depth == DEPTH_MAX) {
        trouble_with(trouble, path, dir == NULL ? errno : ELOOP);
        if (dir != NULL)
            closedir(dir);
        else if (fd >= 0)
            close(fd);
        return;
    }
    level = &walk->level[walk->depth++];
    *level = (struct level){ .path = xstrdup(path), .ignore = read_ignore(fd) };
    while (level->path[0] != '\0' && level->path[strlen(level->path) - 1] == '/')
        level->path[strlen(level->path) - 1] = '\0';
    read_names(level, dir);
    closedir(dir);
}

/* ---- one entry ---- */

struct piece {
    struct arena *arena;
    struct folder_file *file;
    size_t count;
    struct err *trouble;
};

static void add_file(struct piece *piece, const char *path, const struct stat *st)
{
    struct folder_file *file = &piece->file[piece->count++];

    file->path = str_of(arena_copy(piece->arena, str_of(path)));
    file->size = st->st_size;
    file->modified.ms = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static void next_root(struct folder_walk *walk, struct piece *piece)
{
    const char *path = walk->path[walk->path_at++];
    struct stat st;

    if (stat(path, &st) != 0)
        trouble_with(piece->trouble, path, errno);
    else if (S_ISDIR(st.st_mode))
        open_level(walk, path, true, piece->trouble);
    else if (S_ISREG(st.st_mode))
        add_file(piece, path, &st);
}

static void next_entry(struct folder_walk *walk, struct piece *piece)
{
    struct level *level = &walk->level[walk->depth - 1];
    char path[PATH_CAP];
    const char *name;
    struct stat st;

    if (level->at == level->names) {
        level_fini(level);
        walk->depth--;
        return;
    }
    name = level->name[level->at++];
    if (snprintf(path, sizeof path, "%s/%s", level->path, name) >= (int)sizeof path)
        trouble_with(piece->trouble, level->path, ENAMETOOLONG);
    else if (lstat(path, &st) != 0)
        trouble_with(piece->trouble, path, errno);
    else if (ignored(walk, path, name, S_ISDIR(st.st_mode)))
        return;
    else if (S_ISDIR(st.st_mode))
        open_level(walk, path, false, piece->trouble);
    else if (S_ISREG(st.st_mode))
        add_file(piece, path, &st);
}

bool folder_walk_piece(struct folder_walk *walk, struct arena *arena, struct folder_file *file,
                       size_t max, size_t *count, struct err *trouble)
{
    struct piece piece = { .arena = arena, .file = file, .trouble = trouble };
    int steps = 0;

    while (piece.count < max && steps++ < STEPS &&
           (walk->depth > 0 || walk->path_at < walk->paths)) {
        if (walk->depth > 0)
            next_entry(walk, &piece);
        else
            next_root(walk, &piece);
    }
    *count = piece.count;
    return walk->depth > 0 || walk->path_at < walk->paths;
}
