/* SPDX-License-Identifier: MIT */
/* A terminal in memory (libvterm): bytes in, what a person would see out. */
#ifndef TESTS_LIB_VT_H
#define TESTS_LIB_VT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct vt;

struct vt *vt_new(int w, int h);
void vt_free(struct vt *vt);
void vt_resize(struct vt *vt, int w, int h);
/* Feeds bytes; stops before the screen is left (rmcup), for then the picture would be gone. */
void vt_feed(struct vt *vt, const char *bytes, size_t len);
bool vt_left(const struct vt *vt); /* the alternate screen was left */
/* As canvas_dump: a line a row, without trailing blanks. */
void vt_dump(struct vt *vt, struct buf *to);
/* A picture of the screen; false when the file cannot be written. Only where pangocairo is. */
struct vt_cell {
    char text[32]; /* UTF-8; "" the right half of a wide one */
    int width;
    unsigned char fore[3], back[3];
    bool bold, underline, default_fore, default_back;
};
void vt_cell(struct vt *vt, int x, int y, struct vt_cell *out);

#endif
