/* SPDX-License-Identifier: MIT */
/* PDF by MuPDF: text with page and box, headings by size, images with page and box. A page that
 * cannot be read costs that page. */
#include "parse/pdf.h"

#include <mupdf/pdf.h>

enum {
    STORE_BYTES = 16 << 20, /* MuPDF's cache: larger ones are not faster */
    PAGES_HELD = 10,        /* pages read before the body size is believed */
    SCAN_LETTERS = 50,      /* fewer letters than that: the page may be a scan */
    BAD_IN_A_ROW = 20,      /* broken pages after which the page count is no longer believed */
    HEADER_WITHIN = 1024,   /* where "%PDF-" may stand */
};

bool pdf_is(const struct document *document)
{
    size_t at;

    return str_find(str_first(document->bytes, HEADER_WITHIN), STR("%PDF-"), &at);
}

static void quiet(void *user, const char *message)
{
    (void)user;
    (void)message;
}

static float area(fz_rect rect)
{
    return fz_is_empty_rect(rect) ? 0.0f : (rect.x1 - rect.x0) * (rect.y1 - rect.y0);
}

/* A scan: hardly a letter, and a picture over half of the page, or nothing but drawing. */
static bool is_scan(const fz_stext_page *text)
{
    bool pictures = false;

    if (pdf_text_letters(text) >= SCAN_LETTERS)
        return false;
    for (const fz_stext_block *b = text->first_block; b != NULL; b = b->next) {
        if (b->type != FZ_STEXT_BLOCK_IMAGE)
            continue;
        pictures = true;
        if (area(fz_intersect_rect(b->bbox, text->mediabox)) * 2 >= area(text->mediabox))
            return true;
    }
    return !pictures;
}

/* May throw. */
static void say_blocks(struct pdf *pdf, fz_page *page, const fz_stext_page *text, uint32_t number)
{
    bool scan = is_scan(text);

    if (scan)
        pdf_image_say_page(pdf, page, number);
    for (const fz_stext_block *b = text->first_block; b != NULL; b = b->next) {
        if (b->type == FZ_STEXT_BLOCK_TEXT)
            pdf_text_hold(pdf, b, number);
        else if (b->type == FZ_STEXT_BLOCK_IMAGE && !scan)
            pdf_image_say(pdf, b, number);
    }
}

/* May throw; the result is the caller's to drop. */
static fz_stext_page *run_text(struct pdf *pdf, fz_page *page, uint32_t number, int flags)
{
    fz_context *ctx = pdf->ctx;
    fz_stext_options options = { .flags = FZ_STEXT_MEDIABOX_CLIP | flags };
    fz_stext_page *text = fz_new_stext_page(ctx, fz_bound_page(ctx, page));

    fz_try(ctx)
    {
        pdf_run(pdf, page, fz_new_stext_device(ctx, text, &options), fz_identity, number);
    }
    fz_catch(ctx)
    {
        fz_drop_stext_page(ctx, text);
        fz_rethrow(ctx);
    }
    return text;
}

/* A broken image stops MuPDF in the middle of the page: then the text is read without images. */
static fz_stext_page *text_of(struct pdf *pdf, fz_page *page, uint32_t number)
{
    fz_context *ctx = pdf->ctx;
    fz_stext_page *text = NULL;

    fz_var(text);
    fz_try(ctx)
    {
        text = run_text(pdf, page, number, FZ_STEXT_PRESERVE_IMAGES);
    }
    fz_catch(ctx)
    {
        if (fz_caught(ctx) == FZ_ERROR_MEMORY)
            fz_rethrow(ctx);
        out_warn(pdf->out, number, "the images on page %u are left out: %s", number,
                 fz_caught_message(ctx));
    }
    return text != NULL ? text : run_text(pdf, page, number, 0);
}

/* False: the page cannot be read; it is said. */
static bool read_page(struct pdf *pdf, int index)
{
    fz_context *ctx = pdf->ctx;
    fz_page *page = NULL;
    fz_stext_page *text = NULL;
    bool ok = true;

    fz_var(page);
    fz_var(text);
    fz_var(ok);
    fz_try(ctx)
    {
        page = fz_load_page(ctx, pdf->doc, index);
        text = text_of(pdf, page, (uint32_t)index + 1);
        say_blocks(pdf, page, text, (uint32_t)index + 1);
    }
    fz_always(ctx)
    {
        fz_drop_stext_page(ctx, text);
        fz_drop_page(ctx, page);
    }
    fz_catch(ctx)
    {
        out_warn(pdf->out, (uint32_t)index + 1, "page %d cannot be read: %s", index + 1,
                 fz_caught(ctx) == FZ_ERROR_MEMORY ? "it needs more memory than it may have"
                                                   : fz_caught_message(ctx));
        ok = false;
    }
    return ok;
}

static bool read_pages(struct pdf *pdf, int first, int last)
{
    int bad = 0, good = 0;

    for (int i = first; i < last && bad < BAD_IN_A_ROW && pdf->err->code == ERR_NONE; i++) {
        bool ok = read_page(pdf, i);

        good += ok;
        bad = ok ? 0 : bad + 1;
        if (i - first + 1 < PAGES_HELD)
            continue;
        if (!pdf_text_say(pdf))
            return false;
        out_flush(pdf->out); /* what a later page may kill is safe */
    }
    if (pdf->err->code != ERR_NONE || !pdf_text_say(pdf))
        return false;
    if (good == 0 && last > first)
        return err_set(pdf->err, ERR_INPUT, "the PDF is damaged: no page of it can be read");
    if (bad >= BAD_IN_A_ROW)
        out_warn(pdf->out, 0, "%d pages in a row cannot be read: the rest is left out", bad);
    return true;
}

static bool wrong_pages(struct pdf *pdf, int pages)
{
    uint32_t most = pdf->document->limits->pages_max;

    if (pages < 1)
        return !err_set(pdf->err, ERR_INPUT, "the PDF is damaged: it has no pages");
    if ((uint32_t)pages > most)
        return !err_set(pdf->err, ERR_LIMIT, "the PDF has %d pages, more than %u", pages, most);
    return false;
}

static void say_meta(struct pdf *pdf, int pages)
{
    char title[512] = "";
    pdf_document *doc = pdf_specifics(pdf->ctx, pdf->doc);

    fz_lookup_metadata(pdf->ctx, pdf->doc, FZ_META_INFO_TITLE, title, sizeof(title));
    out_meta(pdf->out, STR("pdf"), (uint32_t)pages, str_of(title));
    if (doc != NULL && pdf_was_repaired(pdf->ctx, doc))
        out_warn(pdf->out, 0, "the PDF is damaged and was repaired: parts may be missing");
}

/* May throw. */
static bool read_document(struct pdf *pdf)
{
    int pages, first = (int)pdf->document->page_first, last = (int)pdf->document->page_last;

    if (fz_needs_password(pdf->ctx, pdf->doc))
        return err_set(pdf->err, ERR_UNSUPPORTED, "the PDF is encrypted and needs a password");
    pages = fz_count_pages(pdf->ctx, pdf->doc);
    if (wrong_pages(pdf, pages))
        return false;
    say_meta(pdf, pages);
    first = first < 1 ? 0 : first - 1;
    last = last < 1 || last > pages ? pages : last;
    return read_pages(pdf, first, last);
}

static bool open_and_read(struct pdf *pdf)
{
    fz_context *ctx = pdf->ctx;
    struct str bytes = pdf->document->bytes;
    fz_stream *stream = NULL;
    bool ok = false;

    fz_var(stream);
    fz_var(ok);
    fz_try(ctx)
    {
        stream = fz_open_memory(ctx, (const unsigned char *)bytes.at, bytes.len);
        pdf->doc = &pdf_open_document_with_stream(ctx, stream)->super;
        ok = read_document(pdf);
    }
    fz_always(ctx)
    {
        pdf_text_fini(pdf);
        pdf_image_fini(pdf);
        fz_drop_document(ctx, pdf->doc);
        fz_drop_stream(ctx, stream);
    }
    fz_catch(ctx)
    {
        if (fz_caught(ctx) == FZ_ERROR_MEMORY)
            return err_set(pdf->err, ERR_LIMIT, "the PDF needs more memory than it may have");
        return err_set(pdf->err, ERR_INPUT, "the PDF is damaged: %s", fz_caught_message(ctx));
    }
    return ok;
}

bool pdf_parse(const struct document *document, struct out *out, struct err *err)
{
    struct pdf pdf = { .document = document, .out = out, .err = err };
    bool ok;

    pdf.ctx = fz_new_context(NULL, NULL, STORE_BYTES);
    if (pdf.ctx == NULL)
        return err_set(err, ERR_LIMIT, "no memory to read a PDF");
    fz_set_warning_callback(pdf.ctx, quiet, NULL);
    fz_set_error_callback(pdf.ctx, quiet, NULL);
    ok = open_and_read(&pdf);
    fz_drop_context(pdf.ctx);
    return ok;
}
