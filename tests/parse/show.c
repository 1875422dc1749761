/* SPDX-License-Identifier: MIT */
/* parse_show PROGRAM [--ocr|--image] FILE...: prints what purser-parse answers, for people. */
#include "parse/drive.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void show_image(const struct answer_image *i)
{
    char hex[HASH_TEXT];

    printf("  image %u page %u %ux%u colors %u%s same %d dhash %016" PRIx64 " %.8s " STR_FMT
           " %ux%u %zu bytes\n",
           i->ordinal, i->page, i->width, i->height, i->colors, i->scanned_page ? " scan" : "",
           i->same_as, i->dhash, hash_text(&i->pixels, hex), STR_ARG(i->mime), i->prepared_width,
           i->prepared_height, i->bytes.len);
}

static void show(const char *path, const struct drive_result *r, double ms)
{
    static const char *const kinds[] = { "heading", "text", "table", "code", "picture" };

    printf("%s: " STR_FMT ", %u pages, title \"" STR_FMT "\", %.1f ms\n", path,
           STR_ARG(r->meta.format), r->meta.pages, STR_ARG(r->meta.title), ms);
    for (size_t i = 0; i < r->images; i++)
        show_image(&r->image[i]);
    for (size_t i = 0; i < r->references; i++)
        printf("  reference %u \"" STR_FMT "\" -> " STR_FMT "\n", r->reference[i].ordinal,
               STR_ARG(r->reference[i].alt), STR_ARG(r->reference[i].target));
    for (size_t i = 0; i < r->blocks; i++)
        printf("  %s %u page %u [%d %d %d %d] image %d: %.*s\n", kinds[r->block[i].kind],
               r->block[i].level, r->block[i].page, r->block[i].box[0], r->block[i].box[1],
               r->block[i].box[2], r->block[i].box[3], r->block[i].image,
               (int)(r->block[i].text.len > 90 ? 90 : r->block[i].text.len), r->block[i].text.at);
    for (size_t i = 0; i < r->warns; i++)
        printf("  warn page %u: " STR_FMT "\n", r->warn[i].page, STR_ARG(r->warn[i].text));
    printf("  end %d verdict %d \"" STR_FMT "\" how %d signal %u cpu %u ms peak %u KiB out %zu%s\n",
           r->ended, (int)r->end.verdict, STR_ARG(r->end.text), (int)r->exit.how, r->exit.signum,
           r->exit.cpu_ms, r->exit.peak_kib, r->output, r->broken ? " BROKEN" : "");
}

static double ms_now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    static const char *const ocr[] = { "--ocr", NULL };
    bool wants_ocr = argc > 2 && strcmp(argv[2], "--ocr") == 0;
    bool wants_image = argc > 2 && strcmp(argv[2], "--image") == 0;
    struct drive drive;
    double start = ms_now();

    if (argc < 3 || !drive_open(&drive, argv[1], wants_ocr ? ocr : NULL)) {
        fprintf(stderr, "no hello\n");
        return 1;
    }
    printf("hello: protocol %u landlock %u seccomp %d ocr %d, %.1f ms\n", drive.hello.protocol,
           drive.hello.landlock_abi, drive.hello.seccomp, drive.hello.ocr, ms_now() - start);
    for (int i = 2 + wants_ocr + wants_image; i < argc; i++) {
        struct drive_result result;
        double from = ms_now();
        enum line_kind kind = wants_ocr ? LINE_OCR : wants_image ? LINE_IMAGE : LINE_PARSE;

        if (!drive_file(&drive, kind, argv[i], &result)) {
            printf("%s: the zygote went away\n", argv[i]);
            return 1;
        }
        show(argv[i], &result, ms_now() - from);
        drive_result_fini(&result);
    }
    return drive_close(&drive);
}
