/* SPDX-License-Identifier: MIT */
/* Walks the table of formats, and names the formats that are known but not read. */
#include "parse/format.h"

#include <string.h>

static const struct format formats[] = {
#define FORMAT(name) { #name, name##_is, name##_parse },
#include "parse/formats.def"
#undef FORMAT
};

/* Recognised by their first bytes, so that the user reads a name and not "binary". */
static const struct {
    size_t at;
    struct str magic;
    const char *what;
} unread[] = {
    { 0, { "GIF8", 4 }, "GIF images" },
    { 0, { "BM", 2 }, "BMP images" },
    { 0, { "II*\0", 4 }, "TIFF images" },
    { 0, { "MM\0*", 4 }, "TIFF images" },
    { 4, { "ftyphei", 7 }, "HEIC images" },
    { 4, { "ftypavif", 8 }, "AVIF images" },
    { 0, { "\x97JB2", 4 }, "JBIG2 images" },
    { 0, { "\xd0\xcf\x11\xe0", 4 }, "old Office files (.doc, .xls, .ppt)" },
    { 0, { "PK\x03\x04", 4 }, "ZIP archives" },
    { 0, { "PK\x05\x06", 4 }, "ZIP archives" },
    { 0, { "\x1f\x8b", 2 }, "gzip archives" },
    { 0, { "7z\xbc\xaf", 4 }, "7z archives" },
    { 0, { "Rar!", 4 }, "RAR archives" },
    { 0, { "{\\rtf", 5 }, "RTF files" },
    { 0, { "%!PS", 4 }, "PostScript files" },
    { 0,
      { "\x7f"
        "ELF",
        4 },
      "programs" },
    { 0, { "SQLite format 3", 15 }, "SQLite databases" },
};

/* Suffixes that promise a format of the table. */
static const struct {
    const char *suffix, *format, *what;
} promises[] = {
    { ".pdf", "pdf", "PDF" },      { ".png", "image", "image" },  { ".jpg", "image", "image" },
    { ".jpeg", "image", "image" }, { ".webp", "image", "image" },
};

const struct format *format_of(const struct document *document)
{
    size_t i = 0;

    while (i + 1 < COUNT_OF(formats) && !formats[i].is(document))
        i++;
    return &formats[i];
}

static const char *unread_name(struct str bytes)
{
    for (size_t i = 0; i < COUNT_OF(unread); i++)
        if (str_starts(str_from(bytes, unread[i].at), unread[i].magic))
            return unread[i].what;
    return NULL;
}

/* The name promises one thing and the content is another: say so instead of guessing. */
static bool keeps_promise(const struct document *document, const struct format *format,
                          struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(promises); i++) {
        if (!document_ends(document, promises[i].suffix) ||
            str_is(str_of(promises[i].format), format->name))
            continue;
        return err_set(err, ERR_INPUT, "the name ends in %s, but this is not a%s %s",
                       promises[i].suffix, promises[i].what[0] == 'i' ? "n" : "", promises[i].what);
    }
    return true;
}

bool format_parse(const struct document *document, struct out *out, struct err *err)
{
    const struct format *format = format_of(document);
    const char *foreign = unread_name(document->bytes);

    if (document->bytes.len == 0)
        return err_set(err, ERR_INPUT, "the file is empty");
    if (!keeps_promise(document, format, err))
        return false;
    if (foreign != NULL && str_is(str_of(format->name), "text"))
        return err_set(err, ERR_UNSUPPORTED, "%s are not read", foreign);
    return format->parse(document, out, err);
}
