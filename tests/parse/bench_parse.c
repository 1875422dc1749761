/* SPDX-License-Identifier: MIT */
/* bench_parse PROGRAM FILE.pdf [ROUNDS]: pages a CPU second through the zygote, beside MuPDF's own
 * rate for the same work (structured text, every image decoded) in this process, in turns. */
#include "parse/drive.h"

#include <mupdf/fitz.h>
#include <mupdf/pdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_ms(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

/* What MuPDF alone takes: text and, when asked, the pixels of every image block. */
static int bare_page(fz_context *ctx, fz_document *doc, int number, bool images)
{
    fz_stext_options options = { .flags = FZ_STEXT_PRESERVE_IMAGES };
    fz_stext_page *text = fz_new_stext_page_from_page_number(ctx, doc, number, &options);
    int count = 0;

    for (fz_stext_block *b = text->first_block; b != NULL && images; b = b->next) {
        if (b->type != FZ_STEXT_BLOCK_IMAGE)
            continue;
        fz_drop_pixmap(ctx, fz_get_pixmap_from_image(ctx, b->u.i.image, NULL, NULL, NULL, NULL));
        if (b->u.i.image->mask != NULL)
            fz_drop_pixmap(
                ctx, fz_get_pixmap_from_image(ctx, b->u.i.image->mask, NULL, NULL, NULL, NULL));
        count++;
    }
    fz_drop_stext_page(ctx, text);
    return count;
}

static double bare(const char *path, bool images, int *pages)
{
    fz_context *ctx = fz_new_context(NULL, NULL, 16 << 20);
    double start = cpu_ms();
    fz_document *doc;

    doc = &pdf_open_document(ctx, path)->super;
    *pages = fz_count_pages(ctx, doc);
    for (int i = 0; i < *pages; i++)
        bare_page(ctx, doc, i, images);
    fz_drop_document(ctx, doc);
    fz_drop_context(ctx);
    return cpu_ms() - start;
}

static double ours(struct drive *drive, const char *path, bool prepare)
{
    struct parse_ask ask = drive_ask(LINE_PARSE, path);
    struct drive_result result;
    double spent;

    ask.limits.image_min_px = prepare ? 0 : PARSE_SIDE_MAX;
    if (!drive_wait(drive, drive_send(drive, &ask, path), &result) ||
        result.end.verdict != ANSWER_OK)
        exit(1);
    spent = result.exit.cpu_ms;
    drive_result_fini(&result);
    return spent;
}

int main(int argc, char **argv)
{
    int rounds = argc > 3 ? atoi(argv[3]) : 5, pages = 0;
    double text = 0, images = 0, facts = 0, all = 0;
    struct drive drive;

    if (argc < 3 || !drive_open(&drive, argv[1], NULL))
        return 1;
    for (int i = 0; i < rounds; i++) {
        text += bare(argv[2], false, &pages);
        images += bare(argv[2], true, &pages);
        facts += ours(&drive, argv[2], false);
        all += ours(&drive, argv[2], true);
    }
    printf("%s, %d pages, %d rounds; CPU ms a round, pages a CPU second\n", argv[2], pages, rounds);
    printf("MuPDF text                         %8.1f %8.0f\n", text / rounds,
           pages * 1e3 * rounds / text);
    printf("MuPDF text + images decoded        %8.1f %8.0f\n", images / rounds,
           pages * 1e3 * rounds / images);
    printf("purser-parse text + image facts    %8.1f %8.0f  %3.0f %% of MuPDF\n", facts / rounds,
           pages * 1e3 * rounds / facts, 100 * images / facts);
    printf("purser-parse + prepared images     %8.1f %8.0f  %3.0f %% of MuPDF\n", all / rounds,
           pages * 1e3 * rounds / all, 100 * images / all);
    return drive_close(&drive);
}
