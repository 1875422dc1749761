/* SPDX-License-Identifier: MIT */
/* Heights from values; warmer where they are high. */
#include "ui/widget/sparkline.h"

#include "ui/kit/figure.h"

static enum style height_style(int level, int levels)
{
    if (level * 3 <= levels)
        return STYLE_GRAPH_LOW;
    return level * 3 <= levels * 2 ? STYLE_GRAPH_MID : STYLE_GRAPH_HIGH;
}

static int level_of(int64_t value, int64_t most, int levels)
{
    if (value <= 0 || most <= 0)
        return 0;
    if (levels == 8)
        return 1 + (int)((__extension__(__int128) 7 * value) / most);
    int level = (int)((__extension__(__int128) levels * value) / most);

    return level < 1 ? 1 : level;
}

static void column(struct canvas *to, int x, struct rect area, int level)
{
    for (int row = 0; row < area.h; row++) {
        int part = level - row * 8, y = area.y + area.h - 1 - row;

        if (part <= 0)
            return;
        canvas_put(to, x, y, (uint32_t)(0x2580 + (part > 8 ? 8 : part)),
                   height_style(row * 8 + (part > 8 ? 8 : part), area.h * 8));
    }
}

void sparkline(struct canvas *to, struct rect area, const int64_t *value, int count, int per)
{
    int64_t most = 0;
    int room = per > 0 ? area.w / per : 0, first = count > room ? count - room : 0;

    for (int i = first; i < count; i++)
        most = value[i] > most ? value[i] : most;
    for (int i = first; i < count; i++) {
        int level = level_of(value[i], most, area.h * 8);

        for (int k = 0; k < per; k++)
            column(to, area.x + (i - first) * per + k, area, level);
    }
}
