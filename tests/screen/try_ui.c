/* SPDX-License-Identifier: MIT */
/* The UI on a model from a file, without a daemon and without the command line around it:
 * try_ui MODEL [--script FILE] [--dump SCREEN WxH [ABOUT]] [--ascii] [--tty PATH] */
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int dump(const struct ui_config *config, const char *screen, const char *size,
                const char *about)
{
    struct err err = { 0 };
    struct buf out;
    int w = atoi(size), h = atoi(strchr(size, 'x') + 1);

    buf_init(&out, 4 << 20);
    bool done = ui_dump(config, screen, about, w, h, &out, &err);

    (void)fputs(done ? buf_text(&out) : err.text, done ? stdout : stderr);
    buf_fini(&out);
    return done ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct ui_config config = { .replay_path = argc > 1 ? argv[1] : NULL };
    struct err err = { 0 };

    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--ascii") == 0)
            config.ascii = true;
        else if (strcmp(argv[i], "--screen") == 0 && i + 1 < argc)
            config.screen = argv[++i];
        else if (strcmp(argv[i], "--script") == 0 && i + 1 < argc)
            config.script_path = argv[++i];
        else if (strcmp(argv[i], "--tty") == 0 && i + 1 < argc)
            config.tty_path = argv[++i];
        else if (strcmp(argv[i], "--dump") == 0 && i + 2 < argc)
            return dump(&config, argv[i + 1], argv[i + 2], i + 3 < argc ? argv[i + 3] : NULL);
    }
    if (ui_run(&config, &err))
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return 1;
}
