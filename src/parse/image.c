/* SPDX-License-Identifier: MIT */
/* An image file is a document of one picture. */
#include "parse/codec.h"
#include "parse/format.h"
#include "parse/picture_answer.h"

bool image_is(const struct document *document)
{
    return codec_of(document->bytes) != NULL;
}

bool image_parse(const struct document *document, struct out *out, struct err *err)
{
    struct answer_block block = { .kind = ANSWER_PICTURE, .image = (int32_t)out->ordinals };

    out_meta(out, str_of(codec_of(document->bytes)->name), 0, STR(""));
    return picture_answer(document->bytes, document->limits, out, err) &&
           out_block(out, &block, err);
}
