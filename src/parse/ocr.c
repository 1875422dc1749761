/* SPDX-License-Identifier: MIT */
/* Tesseract through its C interface, found at run time: purser-parse without --ocr never loads it.
 */
#include "parse/ocr.h"

#include "parse/codec.h"

#include "base/xalloc.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>
#include <unistd.h>

enum {
    OCR_SIDE_PX = 3000, /* larger pictures are fitted: the engine gains nothing from more */
    OCR_DPI = 150,      /* what drawn pages have; only a hint */
    SURE = 30,          /* paragraphs below this confidence (of 100) are noise, not text */
};

/* Every function of the library that is used, by its own prototype. */
#define OCR_CALLS(CALL)                                                                            \
    CALL(TessBaseAPICreate)                                                                        \
    CALL(TessBaseAPIDelete)                                                                        \
    CALL(TessBaseAPIInit3)                                                                         \
    CALL(TessBaseAPISetVariable)                                                                   \
    CALL(TessBaseAPISetPageSegMode)                                                                \
    CALL(TessBaseAPISetImage)                                                                      \
    CALL(TessBaseAPISetSourceResolution)                                                           \
    CALL(TessBaseAPIRecognize)                                                                     \
    CALL(TessBaseAPIGetIterator)                                                                   \
    CALL(TessResultIteratorDelete)                                                                 \
    CALL(TessResultIteratorNext)                                                                   \
    CALL(TessResultIteratorGetUTF8Text)                                                            \
    CALL(TessResultIteratorConfidence)                                                             \
    CALL(TessResultIteratorGetPageIteratorConst)                                                   \
    CALL(TessPageIteratorBoundingBox)                                                              \
    CALL(TessDeleteText)

struct ocr {
#define CALL(name) __typeof__(&name) name;
    OCR_CALLS(CALL)
#undef CALL
    TessBaseAPI *api;
};

static bool find(void *library, const char *name, void *to, struct err *err)
{
    void *symbol = dlsym(library, name);

    memcpy(to, &symbol, sizeof(symbol));
    return symbol != NULL || err_set(err, ERR_UNSUPPORTED, "Tesseract has no %s", name);
}

static bool find_all(struct ocr *ocr, void *library, struct err *err)
{
#define CALL(name) &&find(library, #name, &ocr->name, err)
    return true OCR_CALLS(CALL);
#undef CALL
}

/* Tesseract complains on stderr. Its own switch for that (debug_file) opens the file at the first
 * complaint, which a child in its jail could not. */
static bool hush(struct err *err)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && dup2(fd, STDERR_FILENO) >= 0;

    if (fd >= 0)
        close(fd);
    return ok || err_set(err, ERR_IO, "stderr cannot be closed for Tesseract");
}

static bool start(struct ocr *ocr, const char *tessdata, struct err *err)
{
    void *library = dlopen("libtesseract.so.5", RTLD_NOW | RTLD_LOCAL);

    if (library == NULL)
        return err_set(err, ERR_UNSUPPORTED, "Tesseract is not installed (libtesseract5)");
    if (!find_all(ocr, library, err))
        return false;
    ocr->api = ocr->TessBaseAPICreate();
    if (ocr->TessBaseAPIInit3(ocr->api, tessdata, "eng") != 0)
        return err_set(err, ERR_UNSUPPORTED, "Tesseract has no English data (tesseract-ocr-eng)");
    return hush(err);
}

/* The first recognition makes tables and touches the model: better once here than in every child.
 */
static void warm(struct ocr *ocr)
{
    unsigned char white[32 * 32];

    memset(white, 255, sizeof(white));
    ocr->TessBaseAPISetImage(ocr->api, white, 32, 32, 1, 32);
    (void)ocr->TessBaseAPIRecognize(ocr->api, NULL);
}

struct ocr *ocr_new(const char *tessdata, struct err *err)
{
    struct ocr *ocr = xcalloc(1, sizeof(*ocr));

    if (!start(ocr, tessdata, err)) {
        free(ocr); /* the library stays: the process is about to end */
        return NULL;
    }
    warm(ocr);
    return ocr;
}

static bool say_paragraph(struct ocr *ocr, TessResultIterator *at, struct out *out, bool *some,
                          struct err *err)
{
    struct answer_block block = { .kind = ANSWER_TEXT, .image = -1 };
    char *text = ocr->TessResultIteratorGetUTF8Text(at, RIL_PARA);
    int box[4] = { 0, 0, 0, 0 };
    bool ok = true;

    block.text = str_trim(str_of(text));
    if (block.text.len > 0 && ocr->TessResultIteratorConfidence(at, RIL_PARA) >= (float)SURE) {
        ocr->TessPageIteratorBoundingBox(ocr->TessResultIteratorGetPageIteratorConst(at), RIL_PARA,
                                         &box[0], &box[1], &box[2], &box[3]);
        for (int i = 0; i < 4; i++)
            block.box[i] = box[i] * 100;
        *some = true;
        ok = out_block(out, &block, err);
    }
    if (text != NULL)
        ocr->TessDeleteText(text);
    return ok;
}

/* *some: was there any text. */
static bool recognise(struct ocr *ocr, const struct raster *raster, TessPageSegMode mode,
                      struct out *out, bool *some, struct err *err)
{
    TessResultIterator *at;
    bool ok = true;

    ocr->TessBaseAPISetPageSegMode(ocr->api, mode);
    ocr->TessBaseAPISetImage(ocr->api, raster->rgb, raster->width, raster->height, 3,
                             raster->width * 3);
    ocr->TessBaseAPISetSourceResolution(ocr->api, OCR_DPI);
    if (ocr->TessBaseAPIRecognize(ocr->api, NULL) != 0)
        return err_set(err, ERR_INPUT, "the text of the image cannot be recognised");
    at = ocr->TessBaseAPIGetIterator(ocr->api);
    if (at == NULL)
        return true;
    do
        ok = say_paragraph(ocr, at, out, some, err);
    while (ok && ocr->TessResultIteratorNext(at, RIL_PARA));
    ocr->TessResultIteratorDelete(at);
    return ok;
}

bool ocr_read(struct ocr *ocr, struct str bytes, const struct parse_limits *limits, struct out *out,
              struct err *err)
{
    const struct codec *codec = codec_of(bytes);
    struct parse_limits large = *limits;
    struct picture picture = { .width = 0 };
    struct raster fitted;
    bool some = false, ok;

    large.long_side_px = OCR_SIDE_PX;
    if (codec == NULL)
        return err_set(err, ERR_UNSUPPORTED, "this is not a JPEG, PNG or WebP image");
    if (!codec->decode(bytes, &large, &picture, err))
        return false;
    fitted = raster_fit(&picture.raster, OCR_SIDE_PX);
    picture_fini(&picture);
    out_meta(out, STR("ocr"), 0, STR(""));
    ok = recognise(ocr, &fitted, PSM_AUTO, out, &some, err);
    if (ok && !some) /* labels strewn over a drawing are no page */
        ok = recognise(ocr, &fitted, PSM_SPARSE_TEXT, out, &some, err);
    raster_fini(&fitted);
    return ok;
}
