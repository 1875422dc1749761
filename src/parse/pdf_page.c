/* SPDX-License-Identifier: MIT */
/* Running a page and measuring on it: what the readers of text and of images both need. */
#include "parse/pdf.h"

void pdf_box(fz_rect rect, int32_t box[4])
{
    float side[4] = { rect.x0, rect.y0, rect.x1, rect.y1 };

    for (int i = 0; i < 4; i++)
        box[i] = side[i] > 1e6f    ? 100000000
                 : side[i] < -1e6f ? -100000000
                                   : (int32_t)(side[i] * 100.0f); /* NaN fails both: see below */
    for (int i = 0; i < 4; i++)
        if (side[i] != side[i])
            box[i] = 0;
}

void pdf_run(struct pdf *pdf, fz_page *page, fz_device *device, fz_matrix ctm, uint32_t number)
{
    fz_cookie cookie = { .abort = 0 };

    fz_try(pdf->ctx)
    {
        fz_run_page_contents(pdf->ctx, page, device, ctm, &cookie);
        fz_close_device(pdf->ctx, device);
    }
    fz_always(pdf->ctx)
    {
        fz_drop_device(pdf->ctx, device);
    }
    fz_catch(pdf->ctx)
    {
        fz_rethrow(pdf->ctx);
    }
    if (cookie.errors > 0)
        out_warn(pdf->out, number, "page %u is damaged: parts of it may be missing", number);
}
