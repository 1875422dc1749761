/* SPDX-License-Identifier: MIT */
/* Where files lie, and private directories for them (the prototypes are config.h's). */
#include "base/hash.h"
#include "config/config.h"
#include "config/env.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *env_get(char *const *env, const char *name)
{
    size_t len = strlen(name);

    for (; env != NULL && *env != NULL; env++)
        if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
            return (*env)[len + 1] == '\0' ? NULL : *env + len + 1;
    return NULL;
}

static bool put(char *to, size_t size, const char *folder, const char *name, struct err *err)
{
    int len = snprintf(to, size, "%s/%s", folder, name);

    if (len < 0 || (size_t)len >= size)
        return err_set(err, ERR_LIMIT, "the path %.200s/%s is too long", folder, name);
    return true;
}

/* XDG's directory when it is set and absolute, else one below the home directory. */
static bool xdg(char *const *env, const char *variable, const char *below_home,
                char out[CONFIG_PATH], struct err *err)
{
    const char *given = env_get(env, variable), *home = env_get(env, "HOME");

    if (given != NULL && given[0] == '/')
        return put(out, CONFIG_PATH, given, "purser", err);
    if (home == NULL || home[0] != '/')
        return err_set(err, ERR_CONFIG, "neither PURSER_HOME, %s nor HOME is set", variable);
    return put(out, CONFIG_PATH, home, below_home, err);
}

/* A socket's path has 107 bytes at most. A deeper state directory gets one with its hash for a
 * name, so that every client of the same directory finds the same socket. */
static void short_socket(struct config_paths *paths, const char *runtime)
{
    struct hash hash = hash_of(str_of(paths->state_dir));
    char hex[HASH_TEXT];

    if (runtime != NULL && strlen(runtime) <= 64)
        snprintf(paths->runtime_dir, sizeof(paths->runtime_dir), "%s/purser", runtime);
    else
        snprintf(paths->runtime_dir, sizeof(paths->runtime_dir), "/tmp/purser-%u",
                 (unsigned)getuid());
    snprintf(paths->socket, sizeof(paths->socket), "%.80s/%.16s.sock", paths->runtime_dir,
             hash_text(&hash, hex));
}

/* A relative home means one thing here and another in the daemon: it is made absolute. */
static bool absolute(const char *home, char out[CONFIG_PATH], struct err *err)
{
    char here[CONFIG_PATH];
    size_t len;

    if (home[0] != '/') {
        if (getcwd(here, sizeof(here)) == NULL)
            return err_errno(err, errno, "the current directory");
        if (!put(out, CONFIG_PATH, here, home, err))
            return false;
    } else if (!str_copy(out, CONFIG_PATH, str_of(home))) {
        return err_set(err, ERR_LIMIT, "the home directory's path is too long");
    }
    for (len = strlen(out); len > 1 && out[len - 1] == '/'; len--)
        out[len - 1] = '\0';
    return true;
}

bool config_paths(const char *home, char *const *env, struct config_paths *out, struct err *err)
{
    const char *runtime = env_get(env, "XDG_RUNTIME_DIR");
    char folder[CONFIG_PATH], socket[CONFIG_PATH];

    *out = (struct config_paths){ 0 };
    if (runtime != NULL && runtime[0] != '/')
        runtime = NULL;
    if (home == NULL || home[0] == '\0')
        home = env_get(env, "PURSER_HOME");
    if (home != NULL) {
        if (!absolute(home, out->state_dir, err))
            return false;
        str_copy(folder, sizeof(folder), str_of(out->state_dir));
        str_copy(out->runtime_dir, sizeof(out->runtime_dir), str_of(out->state_dir));
    } else {
        if (!xdg(env, "XDG_CONFIG_HOME", ".config/purser", folder, err) ||
            !xdg(env, "XDG_STATE_HOME", ".local/state/purser", out->state_dir, err))
            return false;
        if (runtime == NULL)
            str_copy(out->runtime_dir, sizeof(out->runtime_dir), str_of(out->state_dir));
        else if (!put(out->runtime_dir, sizeof(out->runtime_dir), runtime, "purser", err))
            return false;
    }
    if (!put(out->config_file, sizeof(out->config_file), folder, "config.yaml", err) ||
        !put(socket, sizeof(socket), out->runtime_dir, "purser.sock", err))
        return false;
    if (!str_copy(out->socket, sizeof(out->socket), str_of(socket)))
        short_socket(out, runtime);
    return true;
}

/* mkdir -p; what is made on the way is as private as the last one. */
static bool make_all(const char *path, struct err *err)
{
    char part[CONFIG_PATH];

    for (size_t i = 1; path[i - 1] != '\0'; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        str_copy(part, sizeof(part), (struct str){ path, i });
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return err_errno(err, errno, "cannot make the directory %.300s", part);
    }
    return true;
}

static bool private_dir(const char *path, struct err *err)
{
    struct stat info;

    if (!make_all(path, err))
        return false;
    if (lstat(path, &info) != 0)
        return err_errno(err, errno, "%.300s", path);
    if (S_ISLNK(info.st_mode) && info.st_uid == geteuid() && stat(path, &info) != 0)
        return err_errno(err, errno, "%.300s", path);
    if (!S_ISDIR(info.st_mode))
        return err_set(err, ERR_CONFIG, "%.300s is not a directory", path);
    if (info.st_uid != geteuid())
        return err_set(err, ERR_CONFIG, "%.300s belongs to somebody else", path);
    if ((info.st_mode & 077) != 0 && chmod(path, 0700) != 0)
        return err_errno(err, errno, "%.300s cannot be made private", path);
    return true;
}

bool config_paths_make(const struct config_paths *paths, struct err *err)
{
    return private_dir(paths->state_dir, err) && private_dir(paths->runtime_dir, err);
}
