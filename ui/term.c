/* SPDX-License-Identifier: MIT */
/* The only file that knows ncurses. It writes into a pipe; the loop moves the bytes on to a
 * descriptor of the terminal that never blocks. Keys come from a descriptor of their own. */
#include "ui/term.h"

#include "base/xalloc.h"
#include "ui/kit/glyph.h"
#include "ui/kit/key.h"
#include "ui/pack.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum {
    PIPE_SIZE = 1 << 20,
    QUEUE_CAP = 4 << 20,
    PAIRS_MAX = 250,
    CLOSE_WAIT_MS = 1000,
    KEY_PASTE_ON = KEY_MAX + 1,
    KEY_PASTE_OFF,
    KEY_UP_ALSO,
    KEY_DOWN_ALSO,
    KEY_RIGHT_ALSO,
    KEY_LEFT_ALSO,
};

static const char PASTE_ON[] = "\033[?2004h", PASTE_OFF[] = "\033[?2004l";
static const char SYNC_ON[] = "\033[?2026h", SYNC_OFF[] = "\033[?2026l";

struct pair {
    short fore, back;
};

struct terminal {
    int key_fd, out_fd, pipe_read;
    FILE *keys, *pipe_write;
    SCREEN *screen;
    struct termios saved, raw;
    enum depth depth;
    bool modern;  /* knows the private modes of xterm */
    bool repeats; /* knows CSI n b */
    bool pasting, up;
    struct pair pair[PAIRS_MAX];
    int pairs;
    struct buf frame; /* as curses wrote it */
    struct buf queue; /* bytes the terminal has not taken yet */
    size_t frame_bytes;
    cchar_t line[CANVAS_MAX + 1];
};

bool term_utf8(void)
{
    const char *env[] = { getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG") };

    (void)setlocale(LC_ALL, "");
    for (int i = 0; i < 3 && strcmp(nl_langinfo(CODESET), "UTF-8") != 0; i++) {
        if (env[i] != NULL && (strstr(env[i], "UTF-8") != NULL || strstr(env[i], "utf8") != NULL))
            (void)setlocale(LC_CTYPE, "C.UTF-8");
    }
    (void)setlocale(LC_NUMERIC, "C");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* --- what kind of terminal --- */

static bool is_modern(const char *type)
{
    static const char *const heads[] = { "xterm",   "tmux",    "screen", "alacritty",
                                         "foot",    "ghostty", "kitty",  "rxvt",
                                         "wezterm", "konsole", "gnome",  "vte" };

    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        if (strncmp(type, heads[i], strlen(heads[i])) == 0)
            return true;
    }
    return false;
}

static const char *terminal_type(void)
{
    const char *type = getenv("TERM");

    return type == NULL || type[0] == '\0' ? "dumb" : type;
}

/* A type that the server's terminfo knows: $TERM, or a relative of it. */
static const char *known_type(void)
{
    const char *tries[] = { terminal_type(), "xterm-256color", "xterm", "vt100" };
    int status;

    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        if (i > 0 && !is_modern(tries[0]) && i < 3)
            continue;
        if (setupterm(tries[i], STDOUT_FILENO, &status) == OK)
            return tries[i];
    }
    return NULL;
}

static void add_capability(struct buf *to, const char *name)
{
    const char *text = tigetstr((char *)(uintptr_t)name);

    if (text != NULL && text != (const char *)-1)
        (void)buf_add_text(to, text);
}

bool term_restore_bytes(struct buf *to, struct err *err)
{
    static const char modes[] = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?1004l"
                                "\033[?2004l\033[?2026l\033[r\033(B";
    static const char *const capabilities[] = { "rmacs", "sgr0", "rmkx", "cnorm", "rmcup" };
    const char *asked = terminal_type(), *type;

    if (strcmp(asked, "dumb") == 0 || (type = known_type()) == NULL)
        return err_set(err, ERR_UNSUPPORTED,
                       "this terminal (TERM=%s) cannot show the UI; `purser status` prints the "
                       "same figures",
                       asked);
    const char *cup = tigetstr((char *)(uintptr_t) "cup");

    if (cup == NULL || cup == (const char *)-1)
        return err_set(err, ERR_UNSUPPORTED,
                       "this terminal (TERM=%s) cannot move its cursor; `purser status` prints "
                       "the same figures",
                       asked);
    if (is_modern(type))
        (void)buf_add_text(to, modes);
    for (size_t i = 0; i < COUNT_OF(capabilities); i++)
        add_capability(to, capabilities[i]);
    (void)del_curterm(cur_term);
    return true;
}

/* --- taking over, giving back --- */

static bool descriptors_open(struct terminal *term, const char *path, struct err *err)
{
    int ends[2];

    term->key_fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    term->out_fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (term->key_fd < 0 || term->out_fd < 0)
        return err_set(err, ERR_UNSUPPORTED,
                       "there is no terminal here (%s); `purser status` prints the same figures",
                       strerror(errno));
    if (tcgetattr(term->key_fd, &term->saved) != 0)
        return err_errno(err, errno, "terminal settings");
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_errno(err, errno, "pipe for the screen");
    term->pipe_read = ends[0];
    (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    /* A frame that the pipe cannot hold must not wait for its reader, which is this thread. */
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
    term->pipe_write = fdopen(ends[1], "w");
    term->keys = fdopen(dup(term->key_fd), "r");
    return true;
}

static void raw_mode(struct terminal *term)
{
    term->raw = term->saved;
    term->raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    term->raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON | BRKINT | ISTRIP);
    term->raw.c_oflag &= ~(tcflag_t)OPOST;
    term->raw.c_cc[VMIN] = 1;
    term->raw.c_cc[VTIME] = 0;
    (void)tcsetattr(term->key_fd, TCSANOW, &term->raw);
}

static SCREEN *screen_new(struct terminal *term)
{
    const char *type = known_type();

    if (type == NULL)
        return NULL;
    const char *rep = tigetstr((char *)(uintptr_t) "rep");

    term->repeats = rep != NULL && rep != (const char *)-1 && is_modern(type);
    (void)del_curterm(cur_term);
    term->modern = is_modern(type);
    (void)unsetenv("LINES");
    (void)unsetenv("COLUMNS");
    return newterm(type, term->pipe_write, term->keys);
}

static enum depth depth_of(bool no_color)
{
    const char *env = getenv("NO_COLOR");

    if (no_color || (env != NULL && env[0] != '\0') || !has_colors())
        return DEPTH_MONO;
    (void)start_color();
    (void)use_default_colors();
    return COLORS >= 256 ? DEPTH_256 : COLORS >= 16 ? DEPTH_16 : DEPTH_8;
}

static void keys_define(void)
{
    (void)define_key("\033[200~", KEY_PASTE_ON);
    (void)define_key("\033[201~", KEY_PASTE_OFF);
    (void)define_key("\033[A", KEY_UP_ALSO);
    (void)define_key("\033[B", KEY_DOWN_ALSO);
    (void)define_key("\033[C", KEY_RIGHT_ALSO);
    (void)define_key("\033[D", KEY_LEFT_ALSO);
}

static void curses_set_up(struct terminal *term, bool no_color)
{
    (void)set_escdelay(25);
    (void)keypad(stdscr, TRUE);
    (void)nodelay(stdscr, TRUE);
    (void)meta(stdscr, TRUE);
    (void)leaveok(stdscr, FALSE);
    (void)typeahead(-1);
    (void)noecho();
    (void)nonl();
    keys_define();
    term->depth = depth_of(no_color);
}

static void fds_close(struct terminal *term)
{
    if (term->keys != NULL)
        (void)fclose(term->keys);
    if (term->pipe_write != NULL)
        (void)fclose(term->pipe_write);
    if (term->pipe_read >= 0)
        (void)close(term->pipe_read);
    if (term->key_fd >= 0)
        (void)close(term->key_fd);
    if (term->out_fd >= 0)
        (void)close(term->out_fd);
}

struct terminal *term_open(const struct term_config *config, struct err *err)
{
    struct terminal *term = xcalloc(1, sizeof *term);
    const char *path = config->tty_path == NULL ? "/dev/tty" : config->tty_path;

    term->key_fd = term->out_fd = term->pipe_read = -1;
    buf_init(&term->queue, QUEUE_CAP);
    buf_init(&term->frame, QUEUE_CAP);
    if (!descriptors_open(term, path, err))
        goto out;
    raw_mode(term);
    term->screen = screen_new(term);
    if (term->screen == NULL) {
        (void)tcsetattr(term->key_fd, TCSANOW, &term->saved);
        err_set(err, ERR_UNSUPPORTED,
                "this terminal (TERM=%s) cannot show the UI; `purser status` prints the same "
                "figures",
                terminal_type());
        goto out;
    }
    (void)set_term(term->screen);
    curses_set_up(term, config->no_color);
    term_resized(term);
    term->up = true;
    if (term->modern)
        (void)buf_add_text(&term->queue, PASTE_ON);
    return term;
out:
    fds_close(term);
    buf_fini(&term->queue);
    buf_fini(&term->frame);
    free(term);
    return NULL;
}

/* What curses has written so far, packed, to the end of the queue. */
static void drain_pipe(struct terminal *term)
{
    char bytes[16384];
    ssize_t n;

    (void)fflush(term->pipe_write);
    buf_clear(&term->frame);
    while ((n = read(term->pipe_read, bytes, sizeof bytes)) > 0)
        (void)buf_add(&term->frame, bytes, (size_t)n);
    pack_bytes(&term->queue, buf_str(&term->frame), term->repeats);
}

static void flush_within(struct terminal *term, int wait_ms)
{
    struct pollfd out = { .fd = term->out_fd, .events = POLLOUT };

    while (!term_flush(term) && wait_ms > 0) {
        (void)poll(&out, 1, 50);
        if ((out.revents & (POLLHUP | POLLERR)) != 0)
            return;
        wait_ms -= 50;
    }
}

void term_leave(struct terminal *term)
{
    if (!term->up)
        return;
    term->up = false;
    if (term->modern)
        (void)buf_add_text(&term->queue, PASTE_OFF);
    (void)endwin();
    drain_pipe(term);
    flush_within(term, CLOSE_WAIT_MS);
    (void)tcsetattr(term->key_fd, TCSANOW, &term->saved);
}

void term_enter(struct terminal *term)
{
    if (term->up)
        return;
    term->up = true;
    raw_mode(term);
    term_resized(term);
    if (term->modern)
        (void)buf_add_text(&term->queue, PASTE_ON);
    term_repaint(term);
}

void term_close(struct terminal *term)
{
    if (term == NULL)
        return;
    term_leave(term);
    delscreen(term->screen);
    fds_close(term);
    buf_fini(&term->queue);
    buf_fini(&term->frame);
    free(term);
}

int term_key_fd(const struct terminal *term)
{
    return term->key_fd;
}

void term_size(const struct terminal *term, int *w, int *h)
{
    struct winsize size = { 0 };

    (void)ioctl(term->key_fd, TIOCGWINSZ, &size);
    *w = size.ws_col == 0 ? 80 : size.ws_col;
    *h = size.ws_row == 0 ? 24 : size.ws_row;
    *w = *w > CANVAS_MAX ? CANVAS_MAX : *w;
    *h = *h > CANVAS_MAX ? CANVAS_MAX : *h;
}

void term_resized(struct terminal *term)
{
    int w, h;

    term_size(term, &w, &h);
    if (is_term_resized(h, w))
        (void)resizeterm(h, w);
    (void)clearok(curscr, TRUE);
}

void term_repaint(struct terminal *term)
{
    (void)term;
    (void)clearok(curscr, TRUE);
}

/* --- keys --- */

static uint32_t named_key(wint_t code)
{
    static const struct {
        wint_t code;
        uint32_t key;
    } map[] = {
        { KEY_UP, KEY_ARROW_UP },          { KEY_DOWN, KEY_ARROW_DOWN },
        { KEY_LEFT, KEY_ARROW_LEFT },      { KEY_RIGHT, KEY_ARROW_RIGHT },
        { KEY_UP_ALSO, KEY_ARROW_UP },     { KEY_DOWN_ALSO, KEY_ARROW_DOWN },
        { KEY_LEFT_ALSO, KEY_ARROW_LEFT }, { KEY_RIGHT_ALSO, KEY_ARROW_RIGHT },
        { KEY_PPAGE, KEY_PAGE_UP },        { KEY_NPAGE, KEY_PAGE_DOWN },
        { KEY_HOME, KEY_TO_HOME },         { KEY_END, KEY_TO_END },
        { KEY_BTAB, KEY_BACK_TAB },        { KEY_DC, KEY_DELETE_CHAR },
        { KEY_BACKSPACE, KEY_RUBOUT },     { KEY_ENTER, KEY_RETURN },
    };

    for (size_t i = 0; i < COUNT_OF(map); i++) {
        if (map[i].code == code)
            return map[i].key;
    }
    if (code >= KEY_F(1) && code <= KEY_F(12))
        return KEY_F_FIRST + (code - KEY_F(1));
    return KEY_NOTHING;
}

/* Pasted line ends do not press Enter. */
static uint32_t typed_key(const struct terminal *term, wint_t code)
{
    if (term->pasting && code < ' ')
        return code == '\n' || code == '\r' || code == '\t' ? ' ' : KEY_NOTHING;
    return (uint32_t)code;
}

bool term_read_key(struct terminal *term, uint32_t *key)
{
    wint_t code;

    for (;;) {
        int kind = wget_wch(stdscr, &code);

        if (kind == ERR)
            return false;
        if (kind == KEY_CODE_YES && (code == KEY_PASTE_ON || code == KEY_PASTE_OFF)) {
            term->pasting = code == KEY_PASTE_ON;
            continue;
        }
        *key = kind == KEY_CODE_YES ? named_key(code) : typed_key(term, code);
        if (*key != KEY_NOTHING)
            return true;
    }
}

bool term_hung_up(const struct terminal *term)
{
    struct pollfd in = { .fd = term->key_fd, .events = POLLIN };

    return poll(&in, 1, 0) > 0 && (in.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* --- frames --- */

static short pair_of(struct terminal *term, int fore, int back)
{
    if (term->depth == DEPTH_MONO || (fore < 0 && back < 0))
        return 0;
    for (int i = 0; i < term->pairs; i++) {
        if (term->pair[i].fore == fore && term->pair[i].back == back)
            return (short)(i + 1);
    }
    if (term->pairs == PAIRS_MAX || term->pairs + 1 >= COLOR_PAIRS)
        return 0;
    term->pair[term->pairs] = (struct pair){ (short)fore, (short)back };
    term->pairs++;
    (void)init_pair((short)term->pairs, (short)fore, (short)back);
    return (short)term->pairs;
}

static attr_t attrs_of(int look)
{
    return ((look & LOOK_BOLD) != 0 ? A_BOLD : 0) | ((look & LOOK_DIM) != 0 ? A_DIM : 0) |
           ((look & LOOK_REVERSE) != 0 ? A_REVERSE : 0) |
           ((look & LOOK_UNDERLINE) != 0 ? A_UNDERLINE : 0);
}

/* A character whose width the C library sees otherwise would shift the rest of the line. */
static wchar_t shown_point(uint32_t point)
{
    wchar_t c = (wchar_t)point;

    return point < 0x7F || wcwidth(c) == glyph_width(point) ? c : L'?';
}

/* A blank looks the same in every ink: between two words it keeps the one before it, for each
 * change of style costs a dozen bytes. Blanks at the end stay plain, for curses to clear. */
static bool is_bare(const struct cell *cell, const struct look *look)
{
    return cell->point == ' ' && look->back < 0 &&
           (look->attrs & (LOOK_REVERSE | LOOK_UNDERLINE)) == 0;
}

static int last_ink(const struct canvas *canvas, int y)
{
    int x = canvas->w - 1;

    while (x >= 0 && canvas_at(canvas, x, y)->point == ' ')
        x--;
    return x;
}

static int row_cells(struct terminal *term, const struct canvas *canvas, int y)
{
    int n = 0, last = last_ink(canvas, y);
    struct look ink = { -1, -1, 0 };

    for (int x = 0; x < canvas->w; x++) {
        const struct cell *cell = canvas_at(canvas, x, y);
        struct look look = theme_look((enum style)cell->style, cell->selected, term->depth);
        wchar_t text[3] = { 0 };

        if (cell->point == 0)
            continue; /* the right half: curses makes it */
        if (is_bare(cell, &look))
            look = x < last && ink.back < 0 && (ink.attrs & (LOOK_REVERSE | LOOK_UNDERLINE)) == 0
                       ? ink
                       : (struct look){ -1, -1, 0 };
        ink = look;
        text[0] = shown_point(cell->point);
        if (cell->mark != 0 && wcwidth((wchar_t)cell->mark) == 0)
            text[1] = (wchar_t)cell->mark;
        (void)setcchar(&term->line[n++], text, attrs_of(look.attrs),
                       pair_of(term, look.fore, look.back), NULL);
        if (text[0] == L'?' && glyph_width(cell->point) == 2)
            (void)setcchar(&term->line[n++], L" ", attrs_of(look.attrs),
                           pair_of(term, look.fore, look.back), NULL);
    }
    return n;
}

static void frame_queue(struct terminal *term)
{
    size_t before = term->queue.len;

    if (term->modern)
        (void)buf_add_text(&term->queue, SYNC_ON);
    size_t start = term->queue.len;

    drain_pipe(term);
    if (term->queue.len == start) {
        term->queue.len = before; /* nothing changed: not a byte */
        term->frame_bytes = 0;
        return;
    }
    if (term->modern)
        (void)buf_add_text(&term->queue, SYNC_OFF);
    term->frame_bytes = term->queue.len - before;
}

void term_draw(struct terminal *term, const struct canvas *canvas)
{
    int rows = canvas->h < LINES ? canvas->h : LINES;

    (void)erase();
    for (int y = 0; y < rows; y++) {
        int n = row_cells(term, canvas, y);

        (void)mvwadd_wchnstr(stdscr, y, 0, term->line, n);
    }
    (void)curs_set(canvas->typing ? 1 : 0);
    if (canvas->cursor_x >= 0)
        (void)wmove(stdscr, canvas->cursor_y, canvas->cursor_x);
    else
        (void)wmove(stdscr, 0, 0);
    (void)wnoutrefresh(stdscr);
    (void)doupdate();
    frame_queue(term);
}

bool term_wants_frame(const struct terminal *term)
{
    return term->up && term->queue.len < 4096;
}

bool term_flush(struct terminal *term)
{
    while (term->queue.len > 0) {
        ssize_t n = write(term->out_fd, term->queue.at, term->queue.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            buf_clear(&term->queue); /* the terminal is gone */
            return true;
        }
        if (n <= 0)
            return false;
        buf_drop_front(&term->queue, (size_t)n);
    }
    return true;
}

size_t term_frame_bytes(const struct terminal *term)
{
    return term->frame_bytes;
}
