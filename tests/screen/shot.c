/* SPDX-License-Identifier: MIT */
/* A picture of what a terminal shows: runs a command on a pty of its own, feeds its bytes to
 * libvterm, draws the cells with pangocairo.
 * shot OUT.png WxH MS COMMAND [ARG...]: the screen as it stands after MS milliseconds.
 * Keys for the command may follow on standard input, one name of ui/kit/key.h a line. */
#include "ui/kit/key.h"
#include "vt.h"

#include "base/utf8.h"

#include <pango/pangocairo.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CELL_W = 8, CELL_H = 17, FONT = 13 };

static void paint(cairo_t *cairo, const unsigned char rgb[3])
{
    cairo_set_source_rgb(cairo, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
}

static void cell_draw(cairo_t *cairo, PangoLayout *layout, int x, int y, const struct vt_cell *cell)
{
    static const unsigned char ink[3] = { 215, 215, 215 }, paper[3] = { 16, 18, 22 };
    int width = cell->width == 0 ? 1 : cell->width;

    paint(cairo, cell->default_back && cell->back[0] != 220 ? paper : cell->back);
    cairo_rectangle(cairo, x * CELL_W, y * CELL_H, width * CELL_W, CELL_H);
    cairo_fill(cairo);
    if (cell->text[0] == '\0' || strcmp(cell->text, " ") == 0)
        return;
    paint(cairo, cell->default_fore && cell->fore[0] != 20 ? ink : cell->fore);
    cairo_move_to(cairo, x * CELL_W, y * CELL_H);
    pango_layout_set_text(layout, cell->text, -1);
    PangoAttrList *attrs = pango_attr_list_new();

    if (cell->bold)
        pango_attr_list_insert(attrs, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
    if (cell->underline)
        pango_attr_list_insert(attrs, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE));
    pango_layout_set_attributes(layout, attrs);
    pango_attr_list_unref(attrs);
    pango_cairo_show_layout(cairo, layout);
}

static bool picture(struct vt *vt, int w, int h, const char *path)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, w * CELL_W, h * CELL_H);
    cairo_t *cairo = cairo_create(surface);
    PangoLayout *layout = pango_cairo_create_layout(cairo);
    PangoFontDescription *font = pango_font_description_from_string("DejaVu Sans Mono");

    pango_font_description_set_absolute_size(font, FONT * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            struct vt_cell cell;

            vt_cell(vt, x, y, &cell);
            if (cell.width > 0)
                cell_draw(cairo, layout, x, y, &cell);
        }
    }
    bool done = cairo_surface_write_to_png(surface, path) == CAIRO_STATUS_SUCCESS;

    pango_font_description_free(font);
    g_object_unref(layout);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return done;
}

static long now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

static void feed_for(struct vt *vt, int fd, long ms)
{
    long until = now_ms() + ms;
    char bytes[4096];

    while (now_ms() < until && !vt_left(vt)) {
        struct pollfd in = { .fd = fd, .events = POLLIN };

        if (poll(&in, 1, (int)(until - now_ms() < 0 ? 0 : until - now_ms())) <= 0)
            continue;
        ssize_t n = read(fd, bytes, sizeof bytes);

        if (n <= 0)
            return;
        vt_feed(vt, bytes, (size_t)n);
    }
}

static void key_write(int fd, uint32_t key)
{
    static const struct {
        uint32_t key;
        const char *bytes;
    } map[] = { { KEY_ARROW_UP, "\033OA" },
                { KEY_ARROW_DOWN, "\033OB" },
                { KEY_ARROW_RIGHT, "\033OC" },
                { KEY_ARROW_LEFT, "\033OD" } };
    char bytes[5] = { 0 };
    const char *text = bytes;

    (void)utf8_put(key < KEY_NAMED ? key : ' ', bytes);
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
        text = map[i].key == key ? map[i].bytes : text;
    ssize_t n = write(fd, text, strlen(text));

    (void)n;
}

int main(int argc, char **argv)
{
    int w, h, fd;

    if (argc < 5 || sscanf(argv[2], "%dx%d", &w, &h) != 2) {
        (void)fprintf(stderr, "shot OUT.png WxH MS COMMAND [ARG...]\n");
        return 2;
    }
    struct winsize size = { .ws_row = (unsigned short)h, .ws_col = (unsigned short)w };
    pid_t pid = forkpty(&fd, NULL, NULL, &size);

    if (pid == 0) {
        if (getenv("TERM") == NULL || strcmp(getenv("TERM"), "dumb") == 0)
            (void)setenv("TERM", "xterm-256color", 1);
        (void)execvp(argv[4], argv + 4);
        _exit(127);
    }
    struct vt *vt = vt_new(w, h);
    char line[64];

    feed_for(vt, fd, atol(argv[3]));
    while (!isatty(STDIN_FILENO) && fgets(line, sizeof line, stdin) != NULL) {
        key_write(fd, key_find(str_trim(str_of(line))));
        feed_for(vt, fd, 250);
    }
    bool done = picture(vt, w, h, argv[1]);

    (void)kill(pid, SIGTERM);
    (void)close(fd);
    (void)waitpid(pid, NULL, 0);
    vt_free(vt);
    return done ? 0 : 1;
}
