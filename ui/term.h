/* SPDX-License-Identifier: MIT */
/* The terminal: a canvas goes out as the difference to what stands there, keys come in. Nothing
 * here ever waits for the terminal: what it does not take stays queued, and frames are skipped. */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "base/buf.h"
#include "base/err.h"
#include "ui/kit/canvas.h"

#include <stdbool.h>
#include <stdint.h>

struct terminal;

struct term_config {
    const char *tty_path; /* NULL: /dev/tty */
    bool no_color;
};

/* The bytes that put a terminal of this type back as it was, whatever state it is in: for the
 * guardian. False: this terminal cannot show screens (err says what to do). */
bool term_restore_bytes(struct buf *to, struct err *err) MUST_CHECK;

/* Takes the terminal over. NULL: see err. */
struct terminal *term_open(const struct term_config *config, struct err *err) MUST_CHECK;
/* Puts everything back, waiting at most a second for a slow line. NULL is fine. */
void term_close(struct terminal *term);
/* Back for a while (Ctrl-Z), and again. */
void term_leave(struct terminal *term);
void term_enter(struct terminal *term);

bool term_utf8(void); /* the locale can show more than ASCII; sets the locale */
int term_key_fd(const struct terminal *term);
bool term_read_key(struct terminal *term, uint32_t *key); /* takes what is there, never waits */
bool term_hung_up(const struct terminal *term);
void term_size(const struct terminal *term, int *w, int *h); /* asked of the terminal */
void term_resized(struct terminal *term);                    /* take the new size over */

bool term_wants_frame(const struct terminal *term); /* the last one has left */
void term_draw(struct terminal *term, const struct canvas *canvas);
bool term_flush(struct terminal *term);               /* true: nothing is queued any more */
void term_repaint(struct terminal *term);             /* the next frame is drawn whole */
size_t term_frame_bytes(const struct terminal *term); /* of the last frame, for the byte budgets */

#endif
