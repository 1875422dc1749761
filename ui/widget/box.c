/* SPDX-License-Identifier: MIT */
/* Borders and what stands in them. */
#include "ui/widget/box.h"

static void border(struct canvas *to, struct rect box)
{
    int right = box.x + box.w - 1, low = box.y + box.h - 1;

    canvas_fill(to, (struct rect){ box.x, box.y, box.w, 1 }, 0x2500, STYLE_BOX);
    canvas_fill(to, (struct rect){ box.x, low, box.w, 1 }, 0x2500, STYLE_BOX);
    canvas_fill(to, (struct rect){ box.x, box.y, 1, box.h }, 0x2502, STYLE_BOX);
    canvas_fill(to, (struct rect){ right, box.y, 1, box.h }, 0x2502, STYLE_BOX);
    canvas_put(to, box.x, box.y, 0x250C, STYLE_BOX);
    canvas_put(to, right, box.y, 0x2510, STYLE_BOX);
    canvas_put(to, box.x, low, 0x2514, STYLE_BOX);
    canvas_put(to, right, low, 0x2518, STYLE_BOX);
}

struct rect box_draw(struct canvas *to, struct rect area, int w, int h, const char *title,
                     const char *foot)
{
    struct rect box = rect_middle(area, w, h);
    int cells = text_cells(foot);

    if (box.w < 4 || box.h < 3)
        return (struct rect){ box.x, box.y, 0, 0 };
    canvas_fill(to, box, ' ', STYLE_PLAIN);
    border(to, box);
    canvas_text(to, box.x + 1, box.y, box.w - 2, STYLE_TITLE, " %s ", title);
    if (cells > 0 && cells + 4 < box.w)
        canvas_text(to, box.x + box.w - cells - 4, box.y + box.h - 1, cells + 2, STYLE_LABEL,
                    " %s ", foot);
    return (struct rect){ box.x + 2, box.y + 1, box.w - 4, box.h - 2 };
}

static int lines_of(const struct question *question)
{
    int lines = 0;

    while (lines < ASK_LINES && question->line[lines][0] != '\0')
        lines++;
    return lines;
}

void question_draw(struct canvas *to, struct rect area, const struct question *question)
{
    int lines = lines_of(question), w = 60;

    for (int i = 0; i < lines; i++)
        w = text_cells(question->line[i]) + 4 > w ? text_cells(question->line[i]) + 4 : w;
    struct rect in =
        box_draw(to, area, w, lines + 5, question->title, "Left/Right Enter, y n, Esc keeps");

    for (int i = 0; i < lines && i < in.h; i++)
        canvas_text(to, in.x, in.y + i, in.w, STYLE_PLAIN, "%s", question->line[i]);
    if (in.h < 2)
        return;
    int y = in.y + in.h - 2;
    int used = canvas_text(to, in.x, y, in.w, question->yes ? STYLE_PLAIN : STYLE_BUTTON_ON,
                           "%s %s ", question->yes ? " " : ">", question->keep);

    canvas_text(to, in.x + used + 3, y, in.w - used - 3,
                question->yes ? STYLE_BUTTON_ON : STYLE_PLAIN, "%s %s ", question->yes ? ">" : " ",
                question->act);
}

void toast_draw(struct canvas *to, struct rect area, const struct toast *toast)
{
    int cells = text_cells(toast->text) + 4;
    struct rect line = rect_bottom(&area, 1);

    if (toast->until.ms == 0 || rect_empty(line))
        return;
    line = rect_right(&line, cells);
    canvas_text(to, line.x, line.y, line.w, STYLE_TOAST, " %s %s ",
                toast->style == STYLE_OVER   ? "x"
                : toast->style == STYLE_NEAR ? "!"
                                             : ".",
                toast->text);
}
