/* SPDX-License-Identifier: MIT */
/* purserd: owns the books and does the work. One per state directory. */
#include "base/log.h"
#include "daemon/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_BYTES_MAX = 16 << 20, EXIT_HELD = 75 };
#define HELD "=" /* before the sentence that another daemon is there */

struct options {
    const char *home;
    bool detach, join;
};

static bool read_options(int argc, char **argv, struct options *out)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--detach") == 0)
            out->detach = true;
        else if (strcmp(argv[i], "--join") == 0)
            out->join = true;
        else if (strcmp(argv[i], "--home") == 0 && i + 1 < argc)
            out->home = argv[++i];
        else
            return false;
    }
    return true;
}

/* The kernel drops the lock even on SIGKILL, so whoever holds it is alive. */
static int take_lock(const struct config_paths *paths, struct err *err)
{
    char path[CONFIG_PATH + 16], who[64] = "";
    int fd;

    snprintf(path, sizeof(path), "%s/lock", paths->state_dir);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_errno(err, errno, "%s cannot be opened", path);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = read(fd, who, sizeof(who) - 1);

        who[n > 0 ? strcspn(who, "\n") : 0] = '\0';
        err_set(err, ERR_LOCKED, "a daemon (pid %s) runs on %s already", who[0] == '\0' ? "?" : who,
                paths->state_dir);
        close(fd);
        return -1;
    }
    if (ftruncate(fd, 0) == 0)
        dprintf(fd, "%ld\n", (long)getpid());
    return fd;
}

static void log_to_file(const struct config_paths *paths)
{
    char path[CONFIG_PATH + 16], old[CONFIG_PATH + 24];
    struct stat st;
    int fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);

    snprintf(path, sizeof(path), "%s/purserd.log", paths->state_dir);
    snprintf(old, sizeof(old), "%s.old", path);
    if (stat(path, &st) == 0 && st.st_size > LOG_BYTES_MAX)
        rename(path, old);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(fd >= 0 ? fd : null, STDERR_FILENO);
    close(null);
    if (fd >= 0)
        close(fd);
}

/* The caller waits until the daemon serves or says why not; the daemon goes on alone. Returns in
 * the child with the descriptor to report on; the parent never returns. join: another daemon on its
 * way up or down is no failure, but a status of its own without a word: the client tries again. */
static int detach(bool join)
{
    char said[sizeof(((struct err *)NULL)->text)] = "";
    size_t len = 0;
    ssize_t n;
    int pipe_fd[2];

    if (pipe(pipe_fd) != 0)
        return -1;
    fcntl(pipe_fd[1], F_SETFD, FD_CLOEXEC);
    switch (fork()) {
    case -1:
        close(pipe_fd[0]);
        close(pipe_fd[1]);
        return -1;
    case 0:
        close(pipe_fd[0]);
        setsid();
        return pipe_fd[1];
    default:
        break;
    }
    close(pipe_fd[1]);
    while (len < sizeof(said) - 1 && (n = read(pipe_fd[0], said + len, sizeof(said) - 1 - len)) > 0)
        len += (size_t)n;
    if (said[0] == '+')
        _exit(0);
    if (join && said[0] == HELD[0])
        _exit(EXIT_HELD);
    fprintf(stderr, "purserd: %s\n",
            len > 0 ? said + (said[0] == HELD[0]) : "ended before it was ready; see purserd.log");
    _exit(1);
}

static bool load_config(struct daemon *d, struct err *err)
{
    struct config_errors errors = { 0 };
    struct buf text;
    bool ok = config_load(d->paths.config_file, environ, &d->config, &errors);

    if (!ok && errors.count > 0) {
        buf_init(&text, 1 << 16);
        config_error_text(&errors.error[0], &text);
        err_set(err, ERR_CONFIG, "%s", buf_text(&text));
        buf_fini(&text);
    }
    config_errors_free(&errors);
    return ok;
}

static void set_log_level(const struct config *config)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(config->log.level, names[i]) == 0)
            log_set_level((enum log_level)i);
}

static int fail(const struct daemon *d, const struct err *err)
{
    if (d->ready_fd >= 0)
        dprintf(d->ready_fd, "%s%s", err->code == ERR_LOCKED ? HELD : "", err->text);
    else
        fprintf(stderr, "purserd: %s\n", err->text);
    return err_code_exit(err->code);
}

static void find_program_dir(char *out, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", out, size - 1);
    char *slash;

    out[len > 0 ? len : 0] = '\0';
    slash = strrchr(out, '/');
    if (slash != NULL)
        *slash = '\0';
}

int main(int argc, char **argv)
{
    static struct daemon daemon;
    static char program_dir[CONFIG_PATH];
    struct options options = { 0 };
    struct err err = { 0 };
    int lock, status;

    daemon.ready_fd = -1;
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "usage: purserd [--home DIR] [--detach [--join]]\n");
        return 2;
    }
    umask(077);
    signal(SIGHUP, SIG_IGN);
    find_program_dir(program_dir, sizeof(program_dir));
    daemon.program_dir = program_dir;
    if (options.detach)
        daemon.ready_fd = detach(options.join);
    if (!config_paths(options.home, environ, &daemon.paths, &err) ||
        !config_paths_make(&daemon.paths, &err) || !load_config(&daemon, &err))
        return fail(&daemon, &err);
    set_log_level(daemon.config);
    lock = take_lock(&daemon.paths, &err);
    if (lock < 0)
        return fail(&daemon, &err);
    if (options.detach) {
        log_to_file(&daemon.paths);
        if (chdir("/") != 0)
            log_line(LOG_WARN, "daemon", "cannot leave the working directory");
    }
    status = daemon_run(&daemon);
    config_free(daemon.config);
    close(lock);
    return status;
}
